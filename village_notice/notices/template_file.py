"""A file that a clerk writes in Notepad: read in either encoding, and mistakes told with file, line and what is allowed."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from village_notice.errors import SettingsError
from village_notice.settings import read_text

_PLACE = re.compile(r"line (\d+)")
_CHINESE_MARKS = "“”‘’＂＝，：、［］｛｝【】"


@dataclass(frozen=True, slots=True)
class Source:
    """Such a file, for messages.

    Attributes:
        name: Of the template.
        path: Of the file.
        word: What it is, in the message.
    """

    name: str
    path: Path
    word: str = "模板"

    def fail(self, key: str, problem: str) -> SettingsError:
        """The error that names file, line and key.

        Args:
            key: As in the file; below a section with its name and a dot, in the n-th of several with [n].
            problem: What is wrong, and what is allowed.
        """
        line = find_line(read_text(self.path).splitlines(), key)
        return SettingsError(
            f"{self.word} {self.path} 第 {line} 行的“{key}”有错：{problem}。请用记事本改正后重新运行。"
        )


def find_line(lines: list[str], key: str) -> int:
    """The number of the line a key stands on, from 1; of its section, or the first one, where it is not found."""
    section, _, last = key.rpartition(".")
    first, end = _find_section(lines, section) if section else (0, len(lines))
    own = list(enumerate(lines, 1))[first:end]
    wanted = rf"(?<![\w-])\"?{re.escape(last)}(?![\w-])"
    for pattern in (rf"\s*\[*\s*{wanted}", rf".*{wanted}"):
        found = next((number for number, text in own if re.match(pattern, text)), 0)
        if found:
            return found
    return max(1, first)


def _find_section(lines: list[str], section: str) -> tuple[int, int]:
    """Index of the line below a heading such as [headings] or, for paragraphs[2], the second [[paragraphs]], and its end."""
    name, _, number = section.rstrip("]").partition("[")
    heads = [place for place, text in enumerate(lines, 1) if re.match(rf"\s*\[+\s*\"?{re.escape(name)}\"?\s*\]", text)]
    wanted = int(number or 1) - 1
    if wanted >= len(heads):
        return 0, len(lines)
    start = heads[wanted]
    ends = (place for place, text in enumerate(lines) if place >= start and re.match(r"\s*\[", text))
    return start, next(ends, len(lines))


def read_toml(path: Path, word: str = "模板") -> dict[str, Any]:
    """The values of a file.

    Raises:
        SettingsError: It is no TOML.
    """
    text = read_text(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        lines, place = text.splitlines() or [""], _PLACE.search(str(error))
        number = min(int(place[1]), len(lines)) if place else len(lines)
        shown = lines[number - 1].strip()
        outside = re.sub(r"\"[^\"]*\"?|#.*", "", shown)
        marks = "".join(mark for mark in _CHINESE_MARKS if mark in outside)
        why = f"这一行有中文标点 {marks}，键、等号、引号、方括号和逗号要用英文的" if marks else _explain(str(error))
        raise SettingsError(
            f"{word} {path} 第 {number} 行“{shown}”写法有错：{why}。请用记事本对照原模板改正后重新运行。"
        ) from error


def _explain(error: str) -> str:
    if "overwrite" in error or "twice" in error:
        return "同一个键或同一节只能写一次"
    return "应为 键 = 值，文字两头加英文引号，几项的外面加方括号、中间加逗号"


def check_names(folder: Path, known: Iterable[str]) -> None:
    """Refuses a file whose name is no template's: what was written in it would count for nothing.

    Raises:
        SettingsError: There is one.
    """
    allowed = [f"{name}.toml" for name in known]
    for path in sorted(folder.glob("*.toml*")):
        if path.name not in allowed and path.suffix in (".toml", ".txt"):
            raise SettingsError(
                f"模板文件夹里的 {path} 不会起作用：没有叫这个名字的模板，可用的有：{'、'.join(allowed)}。请改文件名或移走。"
            )
