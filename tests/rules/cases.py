"""For each rule a case that trips it and one that just does not. A case gives the codes that are found.

Rows are changed from one good row, files are made in a folder, payments in a frame; everybody is invented.
"""

import datetime
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pandas as pd
from openpyxl.packaging.relationship import Relationship
from openpyxl.workbook.external_link.external import ExternalBook, ExternalLink

from village_notice.checks.across import check_across
from village_notice.checks.control import check_control, reconcile
from village_notice.checks.control_file import ControlReader
from village_notice.checks.corrections import settle_corrections
from village_notice.checks.deceased import Deceased, check_deceased
from village_notice.checks.neighbours import check_last_year, check_neighbours
from village_notice.checks.other_years import check_other_years
from village_notice.checks.people import check_people
from village_notice.checks.posted import check_posted
from village_notice.checks.printed import check_printed
from village_notice.checks.single import check_single
from village_notice.checks.verdict import decide
from village_notice.checks.waivers import Waiver, find_unused, split_waived
from village_notice.domain.columns import PAYMENT_COLUMNS
from village_notice.domain.finding import Finding, Place
from village_notice.domain.frames import build_frame
from village_notice.domain.identity import id_check_digit
from village_notice.domain.reading import FileReading, UnpaidLine
from village_notice.domain.subsidy import Subsidy, Tier
from village_notice.domain.village import Village
from village_notice.ledger.keeping import check_gone
from village_notice.ledger.store import Import, open_ledger
from village_notice.ledger.tiers import check_tiers
from village_notice.sources.dates import parse_period
from village_notice.sources.discover import InputFile, find_inputs
from village_notice.sources.grid import Grid, WorkbookGrids
from village_notice.sources.limits import ReadLimits
from village_notice.sources.payments import ReadOptions, read_file, read_grids
from village_notice.sources.reader_pool import Failure, ReaderPool

Codes = set[str]
Case = Callable[[Path], Codes]
OPTIONS = ReadOptions(2022)
TITLE = "2022年羊郡镇耕地地力保护补贴发放明细表"
COLUMNS = {
    "seq": "序号", "village": "村名", "name": "姓名", "id": "身份证号", "account": "银行账号", "area": "补贴面积（亩）",
    "rate": "补贴标准（元/亩）", "amount": "实发金额（元）", "date": "发放日期", "status": "状态", "remark": "备注",
}  # fmt: skip


def make_id(serial: int, birth: str = "19650101") -> str:
    digits = f"379999{birth}{serial:03d}"
    return digits + id_check_digit(digits)


GOOD = {
    "seq": 1, "village": "桥头村", "name": "王建国", "id": make_id(1), "account": "6299991234567896", "area": 5, "rate": 120,
    "amount": 600, "date": "2022-06-30", "status": "成功", "remark": "",
}  # fmt: skip


def sheet(
    *changes: dict[str, object], title: str = TITLE, heads: dict[str, str] | None = None, drop: Sequence[str] = (),
    above: Sequence[str] = (), after: Sequence[list[object]] = (), name: str = "表", file: str = "地力.xlsx", more: Sequence[Grid] = (), **grid: object,
) -> Case:  # fmt: skip
    """Codes found when a sheet is read: the good row with each of the changes (once as it is where there are none)."""

    def read(_: Path) -> Codes:
        columns = {k: v for k, v in (COLUMNS | (heads or {})).items() if k not in drop}
        rows = [[(GOOD | {"seq": n} | c).get(k) for k in columns] for n, c in enumerate(changes or ({},), 1)]
        made = Grid(name, [[title], *([a] for a in above), list(columns.values()), *rows, *after], **grid)  # type: ignore[arg-type]
        return codes(read_grids(WorkbookGrids([made, *more], "xlsx"), file, OPTIONS).findings)

    return read


def codes(findings: object) -> Codes:
    return {f.code for f in findings}  # type: ignore[attr-defined]


def folder(**files: bytes) -> Case:
    """Codes found when a folder is searched and read; names with __ for the dot."""

    def read(place: Path) -> Codes:
        for name, data in files.items():
            (place / name.replace("__", ".")).write_bytes(data)
        found = find_inputs(place)
        readings = [read_file(f.path, f.relative, OPTIONS) for f in found.files]
        return codes(found.findings) | {c for r in readings for c in codes(r.findings)}

    return read


def book(*rows: Sequence[object], **cells: object) -> bytes:
    made, workbook = io.BytesIO(), openpyxl.Workbook()
    for row in rows or ([TITLE], list(COLUMNS.values()), list(GOOD.values())):
        workbook.active.append(row)  # type: ignore[union-attr]
    for place, value in cells.items():
        workbook.active[place] = value  # type: ignore[index]
    workbook.save(made)
    return made.getvalue()


USUAL = {
    "file": "a.xlsx", "sheet": "表", "column": "H", "township": "羊郡镇", "village": "桥头村", "village_code": "370682104202",
    "name": "王建国", "account": "6299991234567896", "programme": "耕地地力保护补贴", "programme_code": "S001",
    "amount_fen": 60000, "year": 2022, "verdict": "accepted", "organisation": 0, "raw_fen": 60000,
}  # fmt: skip
SUBSIDIES = [
    Subsidy("S001", "耕地地力保护补贴", "地力", "农业农村局", "亩", Tier.A, "same_base"),
    Subsidy("S042", "孤儿基本生活费", "孤儿", "民政局", "", Tier.D, "none", is_for_children=True),
]


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    empty = {c.name: {"str": "", "Int64": None, "int64": 0}[c.dtype] for c in PAYMENT_COLUMNS}
    full = [empty | USUAL | {"row": n} | row for n, row in enumerate(rows, 5)]
    return build_frame({k: [row[k] for row in full] for k in empty})


def pay(*rows: dict[str, object]) -> Case:
    """Codes found on payments."""

    def check(_: Path) -> Codes:
        payments = frame(*rows)
        found: list[Finding] = [
            *check_single(payments, SUBSIDIES),
            *check_people(payments),
            *check_across(payments, SUBSIDIES, year=2022),
        ]
        return codes(found)

    return check


def named(status: str, name: str) -> Case:
    line = UnpaidLine(3, f"{status}名单", status, True, name, "", "", "", "", "", "", 0)

    def check(_: Path) -> Codes:
        return codes(check_across(frame({"status": ""}), unpaid=[("退票.xlsx", "表1", line)]))

    return check


def other_year(row: dict[str, object]) -> Case:
    """Codes found on a payment once its verdict is known."""
    return lambda _: codes(check_other_years(decide(frame({"status": "成功"} | row), [], year=2022), 2022))


def printed(**row: object) -> Case:
    """Codes found on what a payment would print."""
    return lambda _: codes(check_printed(frame(row)))


def one(number: int, **more: object) -> dict[str, object]:
    """One of many different people."""
    return {"name": f"王{number}", "account": f"90{number:06d}", "amount_fen": 1000 + number} | more


def control(text: str, period: str = "") -> Case:
    def check(place: Path) -> Codes:
        (place / "control.csv").write_text(f"补贴项目,乡镇,人数,金额,期间\n{text}\n", encoding="utf-8")
        lines = ControlReader(lambda w: ("S001", w), lambda t: t, lambda v: parse_period(v, 2022)).read(place)
        return codes(check_control(reconcile(lines, frame({"period": period}).assign(person_no=1))))

    return check


def posted(today: str, *days: str) -> Case:
    """Codes found on a payment of June where something was posted on some days."""
    known = {"370682104202": [datetime.date.fromisoformat(d) for d in days]} if days else {}
    rows = {"pay_date": "2022-06-30"}
    return lambda _: codes(check_posted(frame(rows), known, 2022, datetime.date.fromisoformat(today)))


def gone(now: dict[str, str]) -> Case:
    def check(place: Path) -> Codes:
        with open_ledger(place) as ledger:
            decided = (
                frame({}).assign(person_no=1, household_no=1).astype({"person_no": "Int64", "household_no": "Int64"})
            )
            ledger.keep(Import(2022, str((place / "箱").resolve()), "", {"a.xlsx": "1", "b.xlsx": "2"}, decided, []))
        return codes(check_gone(place, 2022, place / "箱", now))

    return check


def copies(*files: tuple[str, str, tuple[str, ...]]) -> Case:
    return lambda _: codes(settle_corrections([FileReading(f, h, corrects=c) for f, h, c in files]).findings)


def unused(row: int) -> Case:
    """Codes of a waiver for a row, where X01 stands in row 5."""
    waiver, found = (
        Waiver("X01", Place("a.xlsx", "", row), "理由", "王五", "2022-12-01"),
        Finding("X01", Place("a.xlsx", "表", 5)),
    )
    standing, waived = split_waived([found], [waiver])
    return lambda _: codes(find_unused([waiver], waived, standing, ["a.xlsx"]))


def villages(lacking: int) -> Case:
    register = [Village(f"3706821040{n:02d}", f"东{n}村", "", "370682104", "羊郡镇") for n in range(20)]
    other = [{"village_code": v.code, "programme_code": "S053", "programme": "高龄津贴"} for v in register]
    own = [{"village_code": v.code} for v in register[lacking:]]
    return lambda _: codes(check_neighbours(frame(*other, *own), register))


def last_year(now: dict[str, object]) -> Case:
    before = frame(*({"name": n, "id": make_id(i)} for i, n in enumerate(("王一", "王二"))))
    kept = {"name": "王一", "id": make_id(0)}
    return lambda _: codes(check_last_year(frame(kept, {"name": "王二", "id": make_id(1)} | now), before))


def dead(day: str) -> Case:
    person = [Deceased("", make_id(1), "", "2022-03-05")]
    return lambda _: codes(check_deceased(frame({"id": make_id(1), "pay_date": day}), person))


def child(job: str) -> Case:
    """Codes of a reader child that is given a job it may die over."""

    def check(place: Path) -> Codes:
        path = place / "a.xlsx"
        path.write_bytes(book())
        with ReaderPool(1) as pool:
            (answer,) = pool.map([InputFile(path, "a.xlsx", 1)], job)
        return {answer.code} if isinstance(answer, Failure) else set()

    return check


def zipped(data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("a.xlsx", data)
    return made.getvalue()


def locked(password: str | None) -> Case:
    """Codes of a workbook behind the password 1234, read with a password."""

    def check(place: Path) -> Codes:
        from msoffcrypto.format.ooxml import OOXMLFile

        with (place / "a.xlsx").open("wb") as stream:
            OOXMLFile(io.BytesIO(book())).encrypt("1234", stream)
        return codes(read_file(place / "a.xlsx", "a.xlsx", ReadOptions(2022, password=password)).findings)

    return check


def linked(formula: str) -> Case:
    """Codes of a workbook with a link to another file, and a formula that uses it or does not."""

    def check(place: Path) -> Codes:
        workbook = openpyxl.load_workbook(io.BytesIO(book(N3=f"={formula}")))
        link = ExternalLink(externalBook=ExternalBook(id="rId1"))
        link.file_link = Relationship(type="externalLinkPath", Target="核定表.xlsx", TargetMode="External")
        workbook._external_links.append(link)
        workbook.save(place / "a.xlsx")
        return codes(read_file(place / "a.xlsx", "a.xlsx", OPTIONS).findings)

    return check


def too_long(limit: int) -> Case:
    def check(place: Path) -> Codes:
        (place / "a.xlsx").write_bytes(book())
        return codes(find_inputs(place, ReadLimits(file_bytes=limit)).findings)

    return check


def tiers(code: str) -> Case:
    return lambda _: codes(check_tiers(frame({"programme_code": code}), SUBSIDIES))


S, K, L = "5" * 64, "a" * 64, "b" * 64
DETAIL = {"name": "王建国"}
SUMMARY = Grid(
    "汇总",
    [["2022年羊郡镇耕地地力保护补贴汇总表"], ["村名", "户数", "金额（元）"], ["桥头村", 1, 600], ["合计", 1, 600]],
)
WRONG_SUMMARY = Grid("汇总", [*SUMMARY.rows[:2], ["桥头村", 1, 700], ["合计", 1, 700]])
ODD_DAY = datetime.date(2022, 6, 30)
TWO_NAMES = {"name": "王二", "id": make_id(2), "account": "9000000000000002"}

CASES: dict[str, tuple[Case, Case]] = {
    "F01": (folder(a__xlsx=book()[:2000]), folder(a__xlsx=book())),
    "F03": (folder(a__pdf=b"%PDF-1.4"), folder(a__csv="姓名,金额\n王建国,5\n".encode())),
    "F02": (locked(None), locked("1234")),
    "F04": (folder(**{"~$a__xlsx": b"\x05lock"}), folder(a__xlsx=book())),
    "F05": (folder(a__xlsx=book(), b__xlsx=book()), folder(a__xlsx=book(), b__xlsx=book(C3="王二"))),
    "F06": (folder(a__xlsx=b""), folder(a__xlsx=book())),
    "F07": (
        sheet(more=[Grid("旧", [[TITLE], ["姓名", "金额"], ["王二", 5]], is_hidden=True)]),
        sheet(more=[Grid("空", [])]),
    ),
    "F08": (sheet(more=[Grid("通知", [["关于做好发放工作的通知"], ["请于本月报送"]])]), sheet()),
    "F09": (sheet(more=[SUMMARY]), sheet()),
    "F10": (too_long(1000), too_long(100_000)),
    "F11": (sheet(hidden_rows=frozenset({3})), sheet()),
    "F12": (sheet({"date": ""}, title="羊郡镇耕地地力保护补贴发放表", file="地力2022.xlsx"), sheet({"date": ""})),
    "F13": (gone({"a.xlsx": "1"}), gone({"a.xlsx": "1", "c.xlsx": "2"})),
    "F14": (linked("[1]Sheet1!F5"), linked("F5")),
    "F15": (child("os:abort_nothing_of_this_name"), child("posixpath:join")),
    "F16": (folder(a__xls=book()), folder(a__xlsx=book())),
    "F17": (copies(("a", S, ()), ("k", K, (S,))), copies(("k", K, (S,)))),
    "F18": (copies(("k", K, (S,)), ("l", L, (S,))), copies(("k", K, (S,)), ("l", L, (S, K)))),
    "F19": (unused(7), unused(5)),
    "H01": (sheet(drop=("amount", "area", "rate")), sheet()),
    "H02": (sheet(title="2022年羊郡镇耕地地力保护补贴拟发放表"), sheet()),
    "H03": (sheet(drop=("status",)), sheet()),
    "H04": (
        sheet(heads={"amount": "实发金额（万元）", "unit": "单位：元"}, above=["单位：元"]),
        sheet(heads={"amount": "实发金额（元）"}, above=["单位：元"]),
    ),
    "H06": (sheet({"x": "乙"}, heads={"x": "备用字段"}), sheet()),
    "H07": (sheet(title="2022年羊郡镇发放明细表", file="表.xlsx"), sheet()),
    "H08": (
        sheet({"p": "耕地地力保护补贴、高龄津贴"}, heads={"p": "补贴项目"}, title="2022年羊郡镇一卡通发放明细"),
        sheet({"p": "高龄津贴"}, heads={"p": "补贴项目"}, title="2022年羊郡镇一卡通发放明细"),
    ),
    "H09": (sheet({"x": 500}, heads={"x": "实发金额"}), sheet()),
    "H10": (
        sheet({"x": "李卫东"}, heads={"name": "申请人", "x": "补贴对象"}),
        sheet({"x": "王建国"}, heads={"name": "申请人", "x": "补贴对象"}),
    ),
    "H11": (
        sheet({}, {"x": "是"}, heads={"x": "是否退票"}, drop=("status",)),
        sheet({}, {"x": "否"}, heads={"x": "是否退票"}, drop=("status",)),
    ),
    "H12": (
        sheet(drop=("status",), after=[["说明：序号1一户银行卡注销，补贴暂未发放。"]]),
        sheet(drop=("status",), after=[["说明：如有未到账的，请与村委会联系。"]]),
    ),
    "H13": (
        sheet(
            heads={"amount": "已追缴金额"},
            drop=("status", "area", "rate"),
            title="2022年羊郡镇耕地地力保护补贴追缴情况表",
        ),
        sheet(heads={"amount": "已追缴金额"}, drop=("area", "rate"), title="2022年羊郡镇耕地地力保护补贴追缴情况表"),
    ),
    "H14": (
        sheet(title="羊郡镇耕地地力保护补贴发放明细表", drop=("date",), after=[["制表日期：2021-11-30"]]),
        sheet(title="羊郡镇耕地地力保护补贴发放明细表", drop=("date",), after=[["制表日期：2022-11-30"]]),
    ),
    "C01": (sheet({"amount": "见备注"}), sheet({"amount": "600"})),
    "C02": (sheet({}, {"amount": None}), sheet({}, {"amount": None, "name": None, "id": None, "account": None})),
    "C03": (sheet({"amount": "1,600.00元", "rate": 320}), sheet({"amount": "600"})),
    "C04": (sheet({"id": 379999196501010016}), sheet({"id": make_id(1)})),
    "C05": (sheet({"id": make_id(1)[:-1] + ("1" if make_id(1)[-1] != "1" else "2")}), sheet()),
    "C06": (sheet({"id": make_id(1)[:-1]}), sheet({"id": ""})),
    "C07": (sheet({"account": 6.29999123456789e18}), sheet({"account": "6299991234567896"})),
    "C08": (sheet({"date": "2022.2.30"}), sheet({"date": "2022.2.28"})),
    "C09": (sheet({"amount": 600.005, "rate": None}), sheet({"amount": 600.01, "rate": None})),
    "C10": (sheet({"area": "约五亩"}), sheet({"area": "5亩"})),
    "C11": (sheet({}, {"amount": None}, errors={(4, 8): "#N/A"}), sheet({}, {})),
    "C12": (sheet({}, {"amount": None}, uncalculated=frozenset({(4, 8)})), sheet({}, {})),
    "C13": (sheet({"id": "379999650101001"}), sheet()),
    "C14": (
        pay({"account": "6299991234567897"}),
        pay({"account": "6299991234567896"}, {"account": "9060300123456789"}),
    ),
    "C15": (sheet(struck=frozenset({(3, 3), (3, 8)})), sheet()),
    "C16": (sheet({"name": "王 建国（户主）"}), sheet()),
    "C17": (sheet({}, {"amount": 379999196501011234}), sheet({}, {"amount": 1234})),
    "C18": (printed(name="王建国19900003571"), printed(name="王建国")),
    "C19": (printed(name="王三南务村56号"), printed(name="王建国")),
    "C20": (
        sheet({"rate": "伍佰元整", "area": None}, heads={"rate": "金额大写"}),
        sheet({"rate": "陆佰元整", "area": None}, heads={"rate": "金额大写"}),
    ),
    "R01": (sheet({}, {"name": None}), sheet({}, {})),
    "R02": (sheet({"village": "桥投村"}), sheet({"village": "桥头村委会"})),
    "R03": (sheet({"amount": -600}), sheet({"amount": -600, "status": "追回"})),
    "R04": (sheet({"status": "已报财政"}), sheet({"status": "已发放"})),
    "R05": (
        pay({"quantity_milli": 5000, "rate_micro": 122_000_000}),
        pay({"quantity_milli": 5000, "rate_micro": 120_000_001}),
    ),
    "R06": (
        pay({"birth_date": "2008-07-01", "pay_date": "2022-06-30"}),
        pay({"birth_date": "2008-06-30", "pay_date": "2022-06-30"}),
    ),
    "R07": (sheet({"remark": "因病住院"}), sheet({"remark": "补发上年"})),
    "R08": (sheet({"name": "张三（示例）"}, {}), sheet()),
    "R09": (
        sheet({"village": "杨格庄村"}, title="2022年耕地地力保护补贴发放表"),
        sheet({"village": "桥头村"}, title="2022年羊郡镇耕地地力保护补贴发放表"),
    ),
    "R10": (sheet(drop=("village",)), sheet()),
    "R11": (sheet({"name": "王建国、王二"}), sheet({"name": "买买提·艾力"})),
    "R12": (
        sheet({"x": "370682104203"}, heads={"x": "村代码"}),
        sheet({"x": "370682104202"}, heads={"x": "村代码"}),
    ),
    "R13": (
        sheet({"p": "乡村好人奖"}, heads={"p": "补贴项目"}, title="2022年羊郡镇一卡通发放明细"),
        sheet({"p": "高龄津贴"}, heads={"p": "补贴项目"}, title="2022年羊郡镇一卡通发放明细"),
    ),
    "R14": (pay({"amount_fen": 0}), pay({"amount_fen": 1})),
    "R15": (pay({"pay_date": "2032-06-30"}), pay({"pay_date": "2021-06-30"})),
    "R16": (printed(group="低保2组"), printed(group="2组")),
    "R17": (other_year({"year": 2021, "pay_date": "2021-12-31"}), other_year({"year": 2022, "pay_date": "2022-01-01"})),
    "R18": (
        pay({"status": "成功", "remark": "账户异常退回"}),
        pay({"status": "成功", "remark": "账户异常退回，已补发"}),
    ),
    "R20": (
        sheet({}, {}, {}, after=[[None, "合计", None, None, None, None, None, 1200]], hidden_rows=frozenset({4})),
        sheet({}, {}, {}, after=[[None, "合计", None, None, None, None, None, 1800]], hidden_rows=frozenset({4})),
    ),
    "R19": (pay({"status": "", "remark": "户主已故"}), pay({"status": "", "remark": "代领"})),
    "X01": (pay({}, {"file": "b.xlsx"}), pay({}, {"file": "b.xlsx", "amount_fen": 60001})),
    "X02": (pay({}, {}), pay({}, {"period": "2022-07"})),
    "X03": (pay({"id": make_id(1)}, {"id": make_id(1), "name": "王健国"}), pay({"id": make_id(1)}, {"id": make_id(1)})),
    "X04": (
        pay({"id": make_id(1)}, {"id": make_id(2)}),
        pay({"id": make_id(1)}, {"id": make_id(2), "village_code": "2"}),
    ),
    "X05": (pay({}, {"name": "王二"}), pay({"household_head": "王建国"}, {"name": "王二", "household_head": "王建国"})),
    "X06": (
        pay({"id": make_id(1)}, {"id": make_id(1), "village_code": "2", "village": "滩港村"}),
        pay({"id": make_id(1)}, {"id": make_id(1), "village_code": "", "village": "滩港"}),
    ),
    "X07": (
        pay(*(one(n, quantity_milli=1000, rate_micro=12_000_000 if n < 19 else 10_000_000) for n in range(20))),
        pay(*(one(n, quantity_milli=1000, rate_micro=12_000_000 if n < 17 else 10_000_000) for n in range(20))),
    ),
    "X08": (pay({"status": "失败"}), pay({"status": "失败"}, {"status": "补发"})),
    "X09": (pay({"status": "补发"}), pay({"status": "失败"}, {"status": "补发"})),
    "X10": (pay({}, {"amount_fen": -60001, "status": "追回"}), pay({}, {"amount_fen": -60000, "status": "追回"})),
    "X11": (pay({"programme_code": "S042"}), pay({"programme_code": "S042", "birth_date": "2015-01-01"})),
    "X12": (
        pay({"quantity_milli": 5000, "period": "第一批"}, {"quantity_milli": 4000, "period": "第二批"}),
        pay({"quantity_milli": 5000, "period": "第一批"}, {"quantity_milli": 5000, "period": "第二批"}),
    ),
    "X13": (pay(*(one(n) for n in (*range(5), *range(5)))), pay(*(one(n) for n in (*range(4), *range(4))))),
    "X14": (
        pay(*map(one, range(40)), one(99, amount_fen=120_000)),
        pay(*map(one, range(40)), one(99, amount_fen=8_000)),
    ),
    "X20": (
        sheet(more=[Grid("公示", [[TITLE], list(COLUMNS.values()), list(GOOD.values())])]),
        sheet(more=[Grid("公示", [[TITLE], list(COLUMNS.values()), list((GOOD | {"date": "2022-09-30"}).values())])]),
    ),
    "X21": (
        pay({"status": ""}, {"status": "退回", "file": "退票清单.xlsx"}),
        pay({"status": "", "sheet": "补发"}, {"status": "退回", "file": "退票清单.xlsx"}),
    ),
    "X22": (named("退回", "丁一"), named("停发", "丁一")),
    "X19": (
        pay(*(one(n, amount_fen=100 * n) for n in range(1, 5))),
        pay(*(one(n, amount_fen=100 * n) for n in range(2, 6))),
    ),
    "X15": (last_year({"name": "丁一", "id": make_id(9)}), last_year({})),
    "X16": (last_year({"amount_fen": 90_001}), last_year({"amount_fen": 90_000})),
    "X17": (villages(1), villages(2)),
    "X18": (dead("2022-03-06"), dead("2022-03-05")),
    "T08": (sheet(after=[["共2户"]]), sheet(after=[["共1户"]])),
    "T01": (sheet(after=[["合计", *[None] * 6, 601]]), sheet(after=[["合计", *[None] * 6, 600]])),
    "T02": (
        sheet({}, {"name": "王二"}, after=[["小计", *[None] * 6, 1300], ["合计", *[None] * 6, 1200]]),
        sheet({}, {"name": "王二"}, after=[["小计", *[None] * 6, 1200], ["合计", *[None] * 6, 1200]]),
    ),
    "T03": (sheet(more=[WRONG_SUMMARY]), sheet(more=[SUMMARY])),
    "T04": (control("耕地地力保护补贴,羊郡镇,,600.01"), control("耕地地力保护补贴,羊郡镇,,600")),
    "T05": (control("高龄津贴,乙镇,,1"), control("耕地地力保护补贴,羊郡镇,,600")),
    "T06": (control("耕地地力保护补贴,羊郡镇,2,600"), control("耕地地力保护补贴,羊郡镇,1,600")),
    "T07": (
        control("耕地地力保护补贴,羊郡镇,,300,6月\n耕地地力保护补贴,羊郡镇,,300,7月", "2022-06"),
        control("耕地地力保护补贴,羊郡镇,,600,6月", "2022-06"),
    ),
    "N09": (posted("2023-01-01"), posted("2022-12-31")),
    "N10": (posted("2022-07-21", "2022-03-31"), posted("2022-07-20", "2022-03-31")),
    "P03": (tiers("S999"), tiers("S001")),
}
"""Code → (what trips the rule, what just does not)."""

_GATE, _WORDS, _VILLAGE = (f"tests/notices/test_{n}.py" for n in ("gate", "wording", "village"))
_RUN, _USUAL = "tests/ledger/test_commands.py", "test_the_usual_village_fits_the_board"
ELSEWHERE: dict[str, tuple[str, str, str]] = {
    "P01": (_GATE, "test_a_number_in_a_name_is_caught", "test_clean_notices_pass"),
    "P02": (_GATE, "test_a_name_outside_the_set_is_caught", "test_clean_notices_pass"),
    "N01": (_WORDS, "test_settings_that_say_nothing_are_told", "test_complete_settings_are_quiet"),
    "N02": (_WORDS, "test_settings_that_say_nothing_are_told", "test_complete_settings_are_quiet"),
    "N03": (_WORDS, "test_short_postings", "test_short_postings"),
    "N04": (_WORDS, "test_short_postings", "test_short_postings"),
    "N05": (_VILLAGE, "test_a_character_no_font_has_is_told_and_never_a_box", _USUAL),
    "N06": (_VILLAGE, "test_too_many_sheets_are_told", _USUAL),
    "N07": (
        _RUN,
        "test_a_run_fills_it_once_and_the_commands_show_it",
        "test_a_run_fills_it_once_and_the_commands_show_it",
    ),
    "N08": (_VILLAGE, "test_held_payments_are_told", _USUAL),
    "N11": (
        "tests/notices/test_second_look.py",
        "test_a_name_that_is_not_there_is_told",
        "test_finished_files_have_every_name_amount_and_sum",
    ),
}
"""Code → test file, test that trips the rule, test that just does not, where that needs a notice or a whole run."""
