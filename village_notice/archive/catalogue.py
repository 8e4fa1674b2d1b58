"""归档文件目录, 备考表 and 元数据.json of a package.

Source: DA/T 22-2015 归档文件整理规则 (columns of the catalogue, 档号, eight-digit dates) and DA/T 46-2009
文书类电子文件元数据方案 (names of the elements).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from village_notice.archive.detail import build_csv
from village_notice.archive.evidence import FOLDER, PAPER, Piece
from village_notice.archive.wording import PENDING, Variables, encode_text, read_package_words
from village_notice.domain.text import guard_formula
from village_notice.settings import RETENTION_KINDS, RETENTIONS, Settings
from village_notice.workbook import Sheet, SheetColumn, Value, build_workbook

_KINDS_WIDTHS: tuple[tuple[Any, int], ...] = (
    ("integer", 6), ("text", 30), ("text", 22), ("text", 44), ("text", 11), ("integer", 6), ("text", 40),
)  # fmt: skip
_FORMATS = {
    "pdf": "PDF/A", "png": "PNG", "xlsx": "XLSX（Office Open XML）", "csv": "CSV（UTF-8）", "txt": "纯文本（UTF-8）",
    "json": "JSON（UTF-8）", "html": "HTML（单个文件）",
    "jpg": "JPEG", "jpeg": "JPEG", "tif": "TIFF", "tiff": "TIFF",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue.

    Attributes:
        number: From 1.
        reference_code: 档号, "" where the archive has given no 全宗号: it is filled in by hand.
        responsible: 责任者.
        title: 题名.
        date: Eight digits, "" not known yet.
        pages: None where there are no pages.
        path: Path below data/.
    """

    number: int
    reference_code: str
    responsible: str
    title: str
    date: str
    pages: int | None
    path: str

    def values(self) -> tuple[Value, ...]:
        """The values in the order of the columns, the path as the remark."""
        code, date = self.reference_code or None, self.date or None
        return self.number, code, self.responsible, self.title, date, self.pages, self.path


Part = tuple[str, str, int, str]
"""What an entry is made of: path, title, pages (0 for none) and eight-digit date ("" not known yet)."""


def list_entries(
    notices: Sequence[tuple[str, str, int]],
    others: Sequence[str],
    variables: Variables,
    settings: Settings,
    stamp: datetime,
    evidence: Sequence[Piece] = (),
) -> list[Entry]:
    """The catalogue: notices first, then the electronic files, then the evidence.

    Args:
        notices: Path, title and pages of each notice; dated with the first day of posting, blank where none is set.
        others: Paths of the other files, dated with the stamp.
        variables: See `wording.build_variables`.
        settings: Gives 全宗号, 保管期限 and the first day of posting.
        stamp: When the package was made.
        evidence: Pieces of evidence that lie in the package.
    """  # fmt: skip
    words = read_package_words()["catalogue"]
    posted = f"{settings.post_from:%Y%m%d}" if settings.post_from else ""
    made = [(path, words["titles"][path].format_map(variables), 0, f"{stamp:%Y%m%d}") for path in others]
    listed = [(path, title, pages, posted) for path, title, pages in notices]
    return number_entries([*listed, *made, *list_evidence(evidence, variables)], variables, settings)


def list_evidence(pieces: Sequence[Piece], variables: Variables) -> list[Part]:
    """The parts for pieces of evidence; paper in the cabinet has its kind as path."""
    titles = read_package_words()["catalogue"]["evidence"]
    return [(p.path or p.kind, titles[p.kind].format_map(variables), p.pages, p.day) for p in pieces]


def number_entries(parts: Sequence[Part], variables: Variables, settings: Settings) -> list[Entry]:
    """The entries with numbers and, where the archives gave a 全宗号 and the period of keeping is known, 档号."""
    return [
        Entry(number, _format_code(number, path, variables, settings), variables["full_name"], title, date, pages or None, path)
        for number, (path, title, pages, date) in enumerate(parts, start=1)
    ]  # fmt: skip


def find_retention(path: str, settings: Settings) -> str:
    """保管期限 of a file: 永久, 30年 or 10年, "" until the county has confirmed it."""
    folder = path.partition("/")[0]
    kind = "公示" if folder == "公示" else "证据" if folder == FOLDER or path == PAPER else "数据"
    found = settings.archive_retention.get(kind, "")
    return found if found in RETENTIONS else ""


def _format_code(number: int, path: str, variables: Variables, settings: Settings) -> str:
    template, letter = (
        read_package_words()["catalogue"]["reference_code"],
        RETENTIONS.get(find_retention(path, settings)),
    )
    if not settings.archive_fonds or not letter:
        return ""
    values = {"fonds": settings.archive_fonds, "number": number, "retention": letter}
    return str(template.format_map(variables | values))


def build_catalogue_csv(entries: Sequence[Entry]) -> bytes:
    """归档文件目录.csv; blanks where a value is to be filled in."""
    rows = ([guard_formula("" if v is None else str(v)) for v in entry.values()] for entry in entries)
    return build_csv(read_package_words()["catalogue"]["headings"], rows)


def build_catalogue_workbook(entries: Sequence[Entry], variables: Variables, stamp: datetime) -> bytes:
    """归档文件目录.xlsx, ready to print: the catalogue and 备考表; an empty ruled cell is a blank to fill in."""
    words, note = read_package_words()["catalogue"], read_package_words()["note"]
    title = words["title"].format_map(variables)
    columns = tuple(
        SheetColumn(heading, kind, width)
        for heading, (kind, width) in zip(words["headings"], _KINDS_WIDTHS, strict=True)
    )
    note_columns = (SheetColumn(note["headings"][0], "text", 16), SheetColumn(note["headings"][1], "text", 70))
    sheets = (
        Sheet(words["sheet"], title, columns, [e.values() for e in entries], (words["note"],), landscape=True),
        Sheet(note["title"], note["title"], note_columns, list_note(entries, variables)),
    )
    return build_workbook(sheets, title=title, stamp=stamp)


def build_note(entries: Sequence[Entry], variables: Variables) -> bytes:
    """备考表.txt, to print and sign."""
    lines = [read_package_words()["note"]["title"], ""]
    lines += [f"{label}：{text}" for label, text in list_note(entries, variables)]
    return encode_text("\n".join(lines))


def list_note(entries: Sequence[Entry], variables: Variables) -> list[tuple[str, str]]:
    """The lines of 备考表: label and text."""
    words = read_package_words()["note"]
    notices = [entry for entry in entries if entry.path.startswith("公示/")]
    evidence = [entry for entry in entries if entry.path.startswith(f"{FOLDER}/") or entry.path == PAPER]
    counts = {
        "notices": len(notices),
        "pages": sum(entry.pages or 0 for entry in notices),
        "files": len(entries) - len(notices) - len(evidence),
        "evidence": len(evidence),
        "evidence_pages": sum(entry.pages or 0 for entry in evidence),
        "draft": words["draft" if variables["held"] else "no_draft"].format_map(variables),
    }
    return [(label, text.format_map(variables | counts)) for label, text in words["rows"]]


def build_metadata(
    entries: Sequence[Entry], sizes: Mapping[str, int], variables: Variables, settings: Settings, stamp: datetime
) -> bytes:
    """元数据.json: the package and each of its files under the names of DA/T 46; what is not known is "".

    `sizes` is bytes by path below data/.
    """
    words = read_package_words()["catalogue"]
    day = f"{stamp:%Y%m%d}"
    values = {
        "元数据方案": "参照 DA/T 46-2009 文书类电子文件元数据方案",
        "聚合层次": "案卷",
        "来源": {"全宗名称": "", "立档单位名称": variables["full_name"]},
        "电子文件号": f"{variables['village_code']}-{variables['year']}",
        "档号": {
            "全宗号": settings.archive_fonds,
            "年度": str(variables["year"]),
            "保管期限": {kind: settings.archive_retention.get(kind) or PENDING for kind in RETENTION_KINDS},
            "机构或问题": variables["village_code"],
        },
        "内容描述": {
            "题名": words["package_title"].format_map(variables),
            "责任者": variables["full_name"],
            "日期": day,
            "人名": "",
            "摘要": read_package_words()["note"]["summary"].format_map(variables),
            "主题词": ["惠民惠农财政补贴", "村务公开"],
            "密级": "公开",
        },
        "形式特征": {"件数": len(entries), "页数": sum(e.pages or 0 for e in entries), "语种": "汉语", "稿本": "草稿" if variables["held"] else "定稿"},
        "电子属性": {"文档创建程序": f"village-notice {variables['version']}", "信息系统描述": f"BagIt 1.0，格式版本 {variables['format']}"},
        "权限管理": {"控制标识": "公开", "知识产权说明": ""},
        "附注": {"校验码": variables["check_code"], "统计截至": variables["data_until"]},
        "文件": [_describe_file(entry, sizes.get(entry.path), settings) for entry in entries],
    }  # fmt: skip
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _describe_file(entry: Entry, size: int | None, settings: Settings) -> dict[str, Any]:
    name = entry.path.rpartition("/")[2]
    return {
        "聚合层次": "文件",
        "档号": entry.reference_code,
        "题名": entry.title,
        "责任者": entry.responsible,
        "日期": entry.date,
        "页数": entry.pages or "",
        "格式信息": _FORMATS.get(name.rpartition(".")[2].lower(), "") if size is not None else "纸质",
        "保管期限": find_retention(entry.path, settings) or PENDING,
        "计算机文件名": entry.path if size is not None else "",
        "计算机文件大小": size if size is not None else "",
    }
