"""Whether a sheet on the wall and the archive agree: the control line typed, or the QR picture read, against what is kept.

The archive is a package (or any folder of notices), whose own PDFs are read back, or a folder of results.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from village_notice.domain.money import format_fen
from village_notice.domain.public import VillageYear, check_code
from village_notice.domain.subsidy import Tier
from village_notice.errors import ExitCode, UsageError, VerificationError
from village_notice.kept import KEPT, read_kept
from village_notice.notices.pdfa import PRODUCER
from village_notice.notices.readback import read_pieces
from village_notice.output import PRIVATE
from village_notice.selection import find_codes

_CODE = re.compile(r"(?<![A-Z0-9])([A-Z0-9]{5})[-\s]?([A-Z0-9]{5})(?![A-Z0-9])")
_LOOKALIKE = str.maketrans({"0": "O", "1": "I", "8": "B"})
"""The code has no 0, 1 or 8: who types one has read O, I or B."""
_FIGURES = {
    "人数": re.compile(r"([\d,]+)\s*人"),
    "户数": re.compile(r"([\d,]+)\s*户"),
    "笔数": re.compile(r"([\d,]+)\s*笔"),
    "金额": re.compile(r"(-?[\d,]+(?:\.\d{1,2})?)\s*元"),
}
_OF_ADDRESS = {"people": "人数", "payments": "笔数", "yuan": "金额"}
_NEAR = 0.75
_OWN = f"<pdf:Producer>{PRODUCER}</pdf:Producer>".encode()
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """The control line of a sheet.

    Attributes:
        title: Whose and which sheet; "" for what was typed.
        code: The 校验码, "" where none was typed.
        figures: 人数, 户数, 笔数 as numbers, 金额 in fen; those that are told.
    """

    title: str
    code: str
    figures: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetVerdict:
    """What the comparison ended with."""

    agrees: bool
    text: str

    @property
    def exit_code(self) -> ExitCode:
        """7 where paper and archive differ."""
        return ExitCode.DONE if self.agrees else ExitCode.VERIFICATION


def verify_sheet(place: Path, line: str, villages: tuple[str, ...] = ()) -> SheetVerdict:
    """Compares a control line with an archive.

    Args:
        place: A package, a folder of notices, or a folder of results.
        line: What stands on the paper, or in its QR code.
        villages: Names, for a folder of results; () for all.

    Raises:
        UsageError: There is no 校验码 in the line, or nothing to compare with in the folder.
    """
    claim = read_line(line)
    if not claim.code:
        raise UsageError("没有看到校验码。请照纸上“校验”那一行输入，至少输入最后的校验码，如 K5MPR-QH2TX。")
    sheets = list(list_sheets(place, villages))
    if not sheets:
        raise UsageError(f"{place} 里没有可以对照的公示。请给出村的档案包，或 run 做好的结果文件夹。")
    return compare(claim, sheets)


def read_line(text: str, title: str = "") -> Sheet:
    """The control line in a text as typed or scanned; spaces, full-width signs and look-alike letters do not matter."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    if plain.startswith(("http://", "https://")):
        return _read_address(plain, title)
    upper = plain.upper()
    behind = upper.rpartition("校验码")[2]
    match = _CODE.search(behind) or _CODE.search(upper)
    code = "-".join(match.groups()).translate(_LOOKALIKE) if match else ""
    figures = {}
    for name, pattern in _FIGURES.items():
        found = pattern.findall(plain)
        if found:
            figures[name] = _read_number(name, found[-1])
    return Sheet(title, code, figures)


def _read_address(text: str, title: str) -> Sheet:
    values = {key: found[0] for key, found in parse_qs(urlsplit(text).query).items()}
    figures = {name: _read_number(name, values[key]) for key, name in _OF_ADDRESS.items() if key in values}
    return Sheet(title, values.get("check", "").upper().translate(_LOOKALIKE), figures)


def _read_number(name: str, text: str) -> int:
    digits = text.replace(",", "")
    if name != "金额":
        return int(digits or 0)
    yuan, _, rest = digits.partition(".")
    fen = int(yuan.lstrip("-") or 0) * 100 + int((rest + "00")[:2])
    return -fen if yuan.startswith("-") else fen


def list_sheets(place: Path, villages: tuple[str, ...] = ()) -> Iterator[Sheet]:
    """The control lines of an archive.

    Raises:
        UsageError: No village is called so.
        VerificationError: A notice cannot be read back.
    """
    if (place / PRIVATE / KEPT).is_file():
        kept = read_kept(place, lambda known: find_codes(known, villages, ()))
        yield from (sheet for village in kept.villages for sheet in list_controls(village))
        return
    for path in sorted(place.rglob("*.pdf")):
        data = path.read_bytes()
        if _OWN in data:  # scans of the posted sheet lie in the package too
            yield from _read_notice(path, data)


def _read_notice(path: Path, data: bytes) -> Iterator[Sheet]:
    title = ""
    try:
        pieces = list(read_pieces(data))
    except VerificationError as error:
        raise VerificationError(
            f"{path} 读不回来：是别的版本的程序做的，或已损坏。请用做它的那一版来核对，或重新运行 run，再与新的结果对照。"
        ) from error
    for piece in pieces:
        if piece.tag == "H1":
            title = piece.text
        elif piece.tag == "P" and piece.text.startswith("校验"):
            yield read_line(piece.text, title)


def list_controls(village: VillageYear) -> Iterator[Sheet]:
    """The control lines of a village's sheets, from its figures."""
    name, code = f"{village.office}{village.village}{village.year}年度", check_code(village)
    figures = {"人数": village.people, "笔数": village.payments, "金额": village.public_fen}
    yield Sheet(f"{name}汇总公开", code, figures)
    households = village.households
    if len(households):
        keys = [p.key for p in village.programmes if p.tier in (Tier.A, Tier.B)]
        payments = sum(n for key, n in zip(*map(village.lines.values, ("key", "payments")), strict=True) if key in keys)
        fen = sum(households.values("amount_fen"))
        yield Sheet(f"{name}一户一行公开", code, {"户数": len(households), "笔数": payments, "金额": fen})
    for p in village.programmes:
        if p.lists_names:
            own = {"人数": p.people, "笔数": p.payments, "金额": p.amount_fen}
            yield Sheet(f"{name}{p.title}明细公开", check_code(village, p.key), own)
    totals = [p for p in village.programmes if not p.lists_names]
    if totals:
        people, payments = sum(p.people for p in totals), sum(p.payments for p in totals)
        fen = sum(p.amount_fen for p in totals)
        yield Sheet(f"{name}只公开合计的项目", code, {"人数": people, "笔数": payments, "金额": fen})


def compare(claim: Sheet, sheets: Iterable[Sheet]) -> SheetVerdict:
    """Whether a sheet of the archive has the code and every figure that was typed; else what is different."""
    sheets = list(sheets)
    same = [sheet for sheet in sheets if sheet.code == claim.code]
    if not same:
        return SheetVerdict(False, _explain_unknown(claim, sheets))
    best = min(same, key=lambda sheet: len(_differ(claim, sheet)))
    differences = _differ(claim, best)
    if differences:
        words = "；".join(differences)
        return SheetVerdict(False, f"不一致：校验码在档案里是“{best.title}”，但{words}。纸可能被改过，或输入时抄错了。")
    told = "、".join([*(name for name in _FIGURES if name in claim.figures), "校验码"])
    return SheetVerdict(True, f"一致：“{best.title}”的{told}与档案相同。")


def _differ(claim: Sheet, sheet: Sheet) -> list[str]:
    """What the typed line says otherwise than a sheet of the same code."""
    return [
        f"{name}纸上是 {_show(name, value)}，档案里是 {_show(name, sheet.figures[name]) if name in sheet.figures else '没有这一项'}"
        for name, value in claim.figures.items()
        if sheet.figures.get(name) != value
    ]


def _show(name: str, value: int) -> str:
    return f"{format_fen(value, grouped=True)} 元" if name == "金额" else f"{value:,}"


def _explain_unknown(claim: Sheet, sheets: list[Sheet]) -> str:
    words = f"不一致：档案里没有校验码 {claim.code}。纸可能是更正以前的旧表、别的村的表，或输入时抄错了。"
    near = max(sheets, key=lambda sheet: SequenceMatcher(None, sheet.code, claim.code).ratio())
    if SequenceMatcher(None, near.code, claim.code).ratio() >= _NEAR:
        return f"{words}最接近的是 {near.code}（{near.title}）。"
    agreeing = [s for s in sheets if claim.figures and not _differ(claim, s)]
    if agreeing:
        return f"{words}人数、笔数、金额与“{agreeing[0].title}”相同，它现在的校验码是 {agreeing[0].code}。"
    return words


def read_picture(path: Path) -> str:
    """The text of the QR code in a photo.

    Raises:
        UsageError: The reader is not installed, or there is no code to be seen.
    """
    try:
        import zxingcpp
    except ImportError as error:
        raise UsageError("读照片里的二维码要先安装：pip install zxing-cpp。也可以照着“校验”那一行输入。") from error
    from PIL import Image

    with Image.open(path) as picture:
        codes = zxingcpp.read_barcodes(picture.convert("L"))
    if not codes:
        raise UsageError(f"{path} 里没有看清二维码。请靠近、摆正再拍一张，或照着“校验”那一行输入。")
    return str(codes[0].text)
