"""The formats of an .xlsx, to which some are added; those that are there are not touched."""

import re

from village_notice.checks.xlsx_package import CannotPatchError

_FORMAT = re.compile(r"<xf\b[^>]*?/>|<xf\b.*?</xf>", re.DOTALL)
_FRONT = {
    "text": ("", '<alignment vertical="top"/>'),
    "wrap": ("", '<alignment vertical="top" wrapText="1"/>'),
    "title": ('<font><b/><sz val="14"/><name val="宋体"/></font>', '<alignment vertical="center"/>'),
    "bold": ('<font><b/><sz val="11"/><name val="宋体"/></font>', '<alignment vertical="top"/>'),
    "faint": ('<font><sz val="8"/><color rgb="FFAAAAAA"/><name val="宋体"/></font>', '<alignment vertical="top"/>'),
    "link": ('<font><u/><sz val="11"/><color rgb="FF0563C1"/><name val="宋体"/></font>', '<alignment vertical="top"/>'),
}
"""Look on the front sheet → font, alignment."""
_PLAIN = '<font><sz val="11"/><name val="宋体"/></font>'


class Styles:
    """styles.xml.

    Args:
        text: Its text.

    Raises:
        CannotPatchError: It is not written as usual.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._formats = _FORMAT.findall(self._find("cellXfs"))
        self._fonts, self._fills = (
            len(re.findall(rf"<{one}[ />]", self._find(many))) for many, one in (("fonts", "font"), ("fills", "fill"))
        )
        if not self._formats or not self._fonts or not self._fills:
            raise CannotPatchError("styles.xml without formats")
        self._new: dict[str, list[str]] = {"fonts": [], "fills": [], "cellXfs": []}
        self._known: dict[tuple[str, str], int] = {}

    def _find(self, name: str) -> str:
        """What stands inside an element."""
        match = re.search(rf"<{name}\b[^>]*>(.*?)</{name}>", self.text, re.DOTALL)
        if not match:
            raise CannotPatchError(f"styles.xml without {name}")
        return match[1]

    def _add(self, name: str, count: int, text: str) -> int:
        """The number of something new, added once."""
        if (name, text) not in self._known:
            self._known[name, text] = count + len(self._new[name])
            self._new[name].append(text)
        return self._known[name, text]

    def _add_fill(self, colour: str) -> int:
        text = f'<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor indexed="64"/></patternFill></fill>'
        return self._add("fills", self._fills, text)

    def fill(self, style: int, colour: str) -> str:
        """The number of a format with another fill."""
        if style >= len(self._formats):
            raise CannotPatchError("a cell with a format that is not there")
        head, end, rest = self._formats[style].partition(">")
        closed = head.endswith("/")
        head = re.sub(r'\s(?:fillId|applyFill)="[^"]*"', "", head.removesuffix("/"))
        text = f'{head} fillId="{self._add_fill(colour)}" applyFill="1"{"/" if closed else ""}{end}{rest}'
        return str(self._add("cellXfs", len(self._formats), text))

    def front(self, look: str, colour: str = "") -> str:
        """The number of a format of the front sheet; texts there are shown as texts."""
        font, alignment = _FRONT[look]
        numbers = f'fontId="{self._add("fonts", self._fonts, font or _PLAIN)}" fillId="{self._add_fill(colour) if colour else 0}"'
        text = (
            f'<xf numFmtId="49" {numbers} borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" '
            f'applyAlignment="1">{alignment}</xf>'
        )
        return str(self._add("cellXfs", len(self._formats), text))

    def join(self) -> str:
        """The text with everything that was added."""
        counts = {"fonts": self._fonts, "fills": self._fills, "cellXfs": len(self._formats)}
        text = self.text
        for name, added in self._new.items():
            if added:
                total = counts[name] + len(added)
                tag = re.search(rf"<{name}\b[^>]*>", text)
                if tag:
                    text = text[: tag.start()] + _set_count(tag[0], total) + text[tag.end() :]
                    text = text.replace(f"</{name}>", "".join(added) + f"</{name}>", 1)
        return text


def _set_count(tag: str, total: int) -> str:
    return re.sub(r'\s(?:count|x14ac:knownFonts)="[^"]*"', "", tag)[:-1] + f' count="{total}">'
