"""移交清单: what one village committee hands to the next, a line a package, verified on the spot, with room to sign."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from village_notice.archive.bag import SEALED, STATUS_KEY, BagFormatError, parse_info
from village_notice.archive.tree import open_tree
from village_notice.archive.verify import PackageVerdict, verify_path
from village_notice.errors import CannotWriteError
from village_notice.workbook import RowStyle, Sheet, SheetColumn, Value, build_workbook

_COLUMNS = (
    SheetColumn("序号", "integer", 6), SheetColumn("乡镇", width=12), SheetColumn("村", width=14),
    SheetColumn("年度", width=8), SheetColumn("版次", width=8), SheetColumn("状态", width=10),
    SheetColumn("文件数", "integer", 8), SheetColumn("公开合计（元）", width=18), SheetColumn("校验码", width=15),
    SheetColumn("封存日期", width=12), SheetColumn("当场核对", width=30), SheetColumn("备注", width=14),
)  # fmt: skip
_NOTES = (
    "当场核对：由程序逐个文件读出比对。校验码应与公开栏的纸面、档案里的备考表一致。",
    "纸质原件按各档案包的“归档文件目录”逐件清点。",
    "移交人（签字）：______________　　接收人（签字）：______________　　监交人（签字）：______________",
    "移交日期：____年__月__日　　村民委员会（盖章）",
    "依据：村民委员会换届后应及时办理移交；山东省规定十日内移交完毕。",
)


def build_handover(paths: Iterable[Path], today: date) -> tuple[bytes, list[PackageVerdict]]:
    """The workbook, and the verdict on each package in it.

    Args:
        paths: Packages, or folders with packages below them.
        today: Day of the list.

    Raises:
        UsageError: There is nothing at a path.
    """
    rows: list[tuple[Value, ...]] = []
    verdicts: list[PackageVerdict] = []
    for path in paths:
        found = verify_path(path)
        with open_tree(path) as tree:
            for verdict in found:
                opener = tree.below("" if verdict.path == "." else verdict.path).files.get("bag-info.txt")
                rows.append(_describe(len(rows) + 1, verdict, _read_info(opener)))
        verdicts += found
    styles: list[RowStyle] = ["" if v.is_intact else "error" for v in verdicts]
    title = "村级补贴公开档案移交清单"
    sheet = Sheet("移交清单", title, _COLUMNS, rows, _NOTES, landscape=True, styles=styles)
    stamp = datetime(today.year, today.month, today.day)  # noqa: DTZ001  # a stamp carries no zone
    return build_workbook([sheet], title=title, stamp=stamp), verdicts


def write_list(path: Path, data: bytes) -> None:
    """Writes the workbook.

    Raises:
        CannotWriteError: It is open in Excel, or the disk refuses it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise CannotWriteError(f"写不进 {path}（{error.strerror}）。请关闭正在打开的清单，或换一个位置。") from error


def _read_info(opener: object) -> dict[str, str]:
    if not callable(opener):
        return {}
    try:
        with opener() as stream:
            return parse_info(stream.read())
    except (OSError, BagFormatError):
        return {}


def _describe(number: int, verdict: PackageVerdict, info: dict[str, str]) -> tuple[Value, ...]:
    status = "" if not info else "已封存" if info.get(STATUS_KEY) == SEALED else "草稿"
    version = f"第{info['Version']}版" if info.get("Version") else ""
    words = "完好" if verdict.is_intact else verdict.sentence
    return (
        number, info.get("Township", ""), info.get("Village", "") or verdict.path, info.get("Year", ""), version, status,
        verdict.files, info.get("Public-Total", ""), verdict.check_code, info.get("Sealed-Date", ""), words, "",
    )  # fmt: skip
