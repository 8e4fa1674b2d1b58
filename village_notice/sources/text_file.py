""".csv, .tsv and .txt: encoding and delimiter found from the content; every cell stays text."""

import codecs
import csv
import io
import re
from collections import Counter

from village_notice.sources.grid import Cell, WorkbookGrids
from village_notice.sources.grid_maker import CellBudget, GridMaker
from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.sniff import looks_utf16

_COMMON = frozenset(
    "姓名村组镇乡金额身份证号银行账卡补贴合计序户主面积标准元亩日期电话备注实发状态成功失败东西南北大小上下王李张刘陈杨赵黄周吴"
    "徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
    "身額證銀貼號戶鎮鄉積標準畝電話備註實發狀態張劉陳楊趙黃吳孫馬羅鄭謝韓馮許傅蘇盧蔣賈葉閻鍾範譚鄒陸顧龍萬東"
)
_DELIMITERS = (",", "\t", ";", "|", "，")
_SAMPLE_LINES = 400
_LONGEST_LINE = 1_000_000


def read_text_file(data: bytes, limits: ReadLimits) -> WorkbookGrids:
    """A text table as one sheet without a name.

    Raises:
        Unreadable: F01 unknown encoding, F03 prose, F06 nothing in it, F10 a limit was hit.
    """
    text = decode_text(data)
    if not text.strip():
        raise Unreadable("F06", "文件里没有任何内容")
    if len(text) > _LONGEST_LINE and not re.search(r"[\r\n]", text[:_LONGEST_LINE]):
        raise Unreadable("F10", f"第一行就超过 {_LONGEST_LINE} 个字")
    maker = GridMaker("", CellBudget(limits))
    for number, row in enumerate(_split_rows(text), start=1):
        for column, cell in enumerate(row, start=1):
            maker.put(number, column, clean_cell(cell))
    grid = maker.finish()
    if not grid.rows:
        raise Unreadable("F06", "文件里没有任何内容")
    return WorkbookGrids([grid], "csv", keys_are_text=True)


def clean_cell(text: str) -> Cell:
    """A cell of a text table: ="0012" is what it shows in Excel, tabs and spaces around it go."""
    plain = text.strip("\t \ufeff\x00")
    match = re.fullmatch(r'="([^"]*)"', plain)
    return (match[1] if match else plain) or None


def decode_text(data: bytes) -> str:
    """Bytes as text: a mark, UTF-8, UTF-16 by its zeros, then GB 18030 or Big5, whichever gives common characters.

    Raises:
        Unreadable: F01 where no encoding fits the whole file; half a name is worse than none.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if data.startswith(mark):
            return _decode(data, encoding)
    if b"\x00" in data[:4096] and looks_utf16(data):
        return _decode(data, "utf-16-le" if data[1::2].count(0) > data[0::2].count(0) else "utf-16-be")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    found = [
        (text, score) for e in ("gb18030", "big5") if (text := _try_decode(data, e)) and (score := _score(text)) >= 0
    ]
    if not found:
        raise Unreadable("F01", "文字编码认不出来，或有乱码，请另存为 .xlsx 或 UTF-8 的 .csv")
    return max(found, key=lambda f: f[1])[0]


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("F01", f"文字编码应为 {encoding}，但中间有乱码") from error


def _try_decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _score(text: str) -> float:
    """Share of common characters among the first 20 000 that are not ASCII."""
    foreign = [c for c in text[:200_000] if c > "\x7f"][:20_000]
    return sum(c in _COMMON for c in foreign) / len(foreign) if foreign else 0.0


def _split_rows(text: str) -> list[list[str]]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    stated = (
        re.fullmatch(r"\ufeff?\"?sep=(.)\"?", first.strip(), re.IGNORECASE)
        if first[:5].lower().lstrip('"').startswith("sep=")
        else None
    )
    if stated:
        return _parse(rest, stated[1])
    delimiter = _find_delimiter(text)
    if delimiter:
        return _parse(text, delimiter)
    spaced = [re.split(r"[ \u3000]+", line.strip(" \u3000")) for line in text.split("\n")]
    if _count_regular(spaced) >= 3:
        return spaced
    raise Unreadable("F03", "像是一段文字，不是表格")


def _find_delimiter(text: str) -> str:
    """The delimiter that cuts most lines into the same number of fields, "" where none cuts."""
    sample = "\n".join(text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES])
    counts = {d: _count_regular(_parse(sample, d)) for d in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda d: counts[d])
    return best if counts[best] >= 2 else ""


def _count_regular(rows: list[list[str]]) -> int:
    """How many fields the lines have, where that is most lines' number; 0 where it is prose."""
    filled = [len(r) for r in rows if any(c.strip() for c in r)]
    if not filled:
        return 0
    fields, lines = max(Counter(n for n in filled if n > 1).items(), key=lambda i: (i[1], i[0]), default=(0, 0))
    return fields if lines * 2 >= len(filled) or (lines >= 3 and fields >= 3) else 0


def _parse(text: str, delimiter: str) -> list[list[str]]:
    """Rows by the csv rules; where a stray quote has swallowed lines, quotes are ordinary characters."""
    csv.field_size_limit(2**31 - 1)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if any(delimiter in line for row in rows for cell in row if "\n" in cell for line in cell.split("\n")[1:]):
        rows = [[c.strip('"').replace('""', '"') for c in line.split(delimiter)] for line in text.split("\n")]
    return rows
