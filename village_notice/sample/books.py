"""The files of the inbox: which department writes which list in which layout and format."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from village_notice.sample import layouts
from village_notice.sample.plan import Book, Columns, Payment, Sheet
from village_notice.sample.scenario import PROGRAMMES, Lists

_PERSON: Columns = (("name", "姓名"), ("id", "身份证号"), ("account", "一卡通账号"))
_PLATFORM: Columns = (
    ("seq", "序号"), ("township", "乡镇"), ("village", "行政村"), ("group", "村民小组"), ("programme", "补贴项目"),
    ("period", "发放期间"), ("name", "姓名"), ("id", "身份证号码"), ("account", "一卡通账号"), ("bank", "开户行"),
    ("area", "补贴面积（亩）"), ("rate", "补贴标准"), ("amount", "实发金额"), ("date_text", "发放日期"),
    ("status", "发放状态"), ("reason", "失败原因"), ("remark", "备注"),
)  # fmt: skip
_MONTHLY: Columns = (
    ("township", "乡镇"), ("village", "村"), ("group", "组"), *_PERSON, ("phone", "联系电话"), ("period", "所属月份"),
    ("amount", "实发金额（元）"), ("date_dots", "发放日期"), ("status", "发放状态"), ("reason", "失败原因"),
)  # fmt: skip
_LONGEST_XLS = 60_000
"""Rows a sheet of the old format may hold, with room for headings."""


def draw_books(lists: Lists, year: int) -> list[Book]:
    """Every file of the inbox that holds payments, laid out; the payments know their places."""
    books = [
        draw(f"{folder}/{year}年{township}{file}", year, township, part)
        for name, folder, file, draw in _BY_TOWNSHIP
        for township, part in _by_township(lists[name])
    ]
    books += [book for draw in _OF_COUNTY for book in draw(lists, year)]
    for book in books:
        for payment in book.payments:
            payment.file = book.path
    return books


def _by_township(payments: Sequence[Payment]) -> Iterator[tuple[str, list[Payment]]]:
    ordered = sorted(payments, key=lambda p: p.person.village.code)
    for township, part in groupby(ordered, lambda p: p.person.village.township):
        yield township, list(part)


def _land(path: str, year: int, township: str, payments: list[Payment]) -> Book:
    return Book(
        path, [layouts.draw_merged(Sheet("Sheet1"), f"{year}年{township}耕地地力保护补贴资金发放明细表", payments)]
    )


def _grain(path: str, year: int, _township: str, payments: list[Payment]) -> Book:
    return Book(path, layouts.draw_sheet_a_village(payments, year))


def _spray(path: str, year: int, township: str, payments: list[Payment]) -> Book:
    columns = (
        ("seq", "序号"), ("group", "组"), *_PERSON, ("area", "补贴面积（亩）"), ("rate", "补贴标准（元/亩）"),
        ("amount", "补贴金额（元）"), ("remark", "备注"),
    )  # fmt: skip
    title = f"{year}年{township}小麦“一喷三防”补助发放花名册"
    return Book(path, [layouts.draw_sections(Sheet("花名册"), title, columns, payments)])


def _forest(path: str, year: int, township: str, payments: list[Payment]) -> Book:
    columns = (
        ("seq", "序号"), ("name", "户主姓名"), ("id", "身份证号码"), ("account", "账号"), ("area", "补偿面积（亩）"),
        ("rate", "补偿标准（元/亩）"), ("amount", "补偿金额（元）"),
    )  # fmt: skip
    title = f"莱阳市{year}年{township}森林生态效益补偿资金发放表"
    return Book(path, [layouts.draw_blocks(Sheet(township), title, columns, payments)])


def _heating(path: str, year: int, township: str, payments: list[Payment]) -> Book:
    columns = (
        ("seq", "序号"), ("village", "村名"), ("name", "户主"), ("id", "户主身份证号"), ("account", "银行卡号"),
        ("amount", "补贴金额"), ("date", "发放日期"), ("status", "发放结果"), ("reason", "失败原因"),
    )  # fmt: skip
    title = f"{year}年{township}清洁取暖运行补贴发放明细"
    return Book(path, [layouts.draw_total_first(Sheet("明细"), title, columns, payments)])


def _family(path: str, year: int, township: str, payments: list[Payment]) -> Book:
    columns = (("seq", "序号"), ("village", "所在村"), *_PERSON, ("amount", "奖扶金额（元）"), ("remark", "备注"))
    title = f"{year}年{township}农村部分计划生育家庭奖励扶助金发放花名册"
    return Book(path, [layouts.draw_pages(Sheet("Sheet1"), title, columns, payments)])


def _winter(path: str, year: int, township: str, payments: list[Payment]) -> Book:
    columns = (
        ("seq", "序号"), ("place", "所在村"), ("name", "姓名"), ("id", "身份证号"), ("phone", "联系电话"),
        ("amount_wan", "救助金额"), ("date_text", "发放时间"),
    )  # fmt: skip
    title = f"{year}年{township}冬春临时生活困难救助资金发放表"
    return Book(path, [layouts.draw_in_wan(Sheet("发放表"), title, columns, payments)])


def _dibao(path: str, year: int, township: str, payments: list[Payment]) -> Book:
    columns = (
        ("seq", "序号"),
        ("village", "村（居）"),
        ("name", "户主姓名"),
        ("id", "身份证号"),
        ("account", "银行账号"),
    )
    months = [(f"{year}-{month:02d}", f"{month}月") for month in range(1, 13)]
    title = f"{year}年{township}农村低保金发放花名册"
    return Book(path, [layouts.draw_grid(Sheet("低保"), title, columns, payments, months)])


def _disabled(path: str, year: int, township: str, payments: list[Payment]) -> Book:
    columns = (("seq", "序号"), ("village", "村"), ("group", "组"), *_PERSON)
    groups = [(PROGRAMMES[code][0], PROGRAMMES[code][0]) for code in ("S046", "S047")]
    sheets = []
    for quarter, word in enumerate("一二三四", 1):
        part = [p for p in payments if p.period == f"{year}-Q{quarter}"]
        title = f"{year}年第{word}季度{township}残疾人两项补贴发放表"
        sheets.append(layouts.draw_grid(Sheet(f"{word}季度"), title, columns, part, groups))
    return Book(path, sheets)


def _machines(path: str, year: int, township: str, payments: list[Payment]) -> Book:
    columns = (
        ("seq", "*序号"), ("township", "*乡镇"), ("village", "*村"), ("name", "*购机者姓名"), ("id", "*身份证号"),
        ("phone", "手机号码"), ("months", "*购买数量"), ("rate", "单台补贴额（元）"), ("amount", "*总补贴额（元）"),
    )  # fmt: skip
    example = ("示例", township, "某某村", "张某某", "379999199001010000", "19900000000", 1, 5000, 5000)
    return Book(path, [layouts.draw_template(Sheet("导入模板"), columns, payments, example)])


def _children(path: str, year: int, township: str, payments: list[Payment]) -> Book:
    columns = (
        ("seq", "序号"), ("village", "村"), *_PERSON, ("programme", "补贴项目"), ("period", "发放月份"),
        ("amount", "发放金额（元）"), ("date", "发放日期"), ("status", "状态"),
    )  # fmt: skip
    title = f"{year}年{township}儿童福利资金发放明细表"
    return Book(path, [layouts.draw_plain(Sheet("Sheet1"), title, columns, payments)])


def _planned(path: str, year: int, township: str, payments: list[Payment]) -> Book:
    columns = (
        ("seq", "序号"), ("village", "村"), *_PERSON, ("area", "种植面积（亩）"), ("rate", "补贴标准（元/亩）"),
        ("amount", "补贴金额（元）"),
    )  # fmt: skip
    title = f"{year}年{township}大豆玉米带状复合种植补贴拟发放清册"
    return Book(path, [layouts.draw_plain(Sheet("清册"), title, columns, payments)])


Draw = Callable[[str, int, str, list[Payment]], Book]
_BY_TOWNSHIP: tuple[tuple[str, str, str, Draw], ...] = (
    ("land", "农业农村局", "耕地地力保护补贴发放明细表.xlsx", _land),
    ("grain", "农业农村局", "实际种粮农民一次性补贴.xlsx", _grain),
    ("spray", "农业农村局", "一喷三防补助花名册.xlsx", _spray),
    ("planned", "农业农村局", "带状复合种植补贴清册.xlsx", _planned),
    ("machines", "农业农村局", "农机购置与应用补贴导入表.xlsx", _machines),
    ("forest", "自然资源和规划局", "森林生态效益补偿.xlsx", _forest),
    ("heating", "住房和城乡建设局", "清洁取暖补贴.xls", _heating),
    ("family", "卫生健康局", "计生奖扶.xlsx", _family),
    ("winter", "应急管理局", "冬春救助发放表.xlsx", _winter),
    ("dibao", "民政局", "农村低保.xlsx", _dibao),
    ("disabled", "民政局", "残疾人两项补贴.xlsx", _disabled),
    ("children", "民政局/附件.zip", "儿童福利发放表.xlsx", _children),
)
"""List, folder, end of the file's name, layout: one file a township."""


def _plain(path: str, title: str, columns: Columns, payments: Sequence[Payment], encoding: str = "utf-8-sig") -> Book:
    sheet = Sheet("" if path.endswith(".csv") else "Sheet1")
    total = "合计" if title else ""
    return Book(path, [layouts.draw_plain(sheet, title, columns, payments, total)], encoding)


def _draw_platform(lists: Lists, year: int) -> list[Book]:
    """The payment platform's export, a file a half-year; a new file where the old format's sheet is full."""
    books = []
    for words, first, last in ((f"{year}年上半年", 1, 6), (f"{year}年下半年", 7, 12), (f"{year + 1}年1月", 13, 13)):
        part = [
            p for p in lists["platform"]
            if p.pay_date and first <= (p.pay_date.year - year) * 12 + p.pay_date.month <= last
        ]  # fmt: skip
        for start in range(0, len(part), _LONGEST_XLS):
            number = f"_{start // _LONGEST_XLS + 1}" if start else ""
            path = f"财政局/一卡通发放明细导出_{words}{number}.xls"
            books.append(_plain(path, "", _PLATFORM, part[start : start + _LONGEST_XLS]))
    return books


def _draw_lists(lists: Lists, year: int) -> list[Book]:
    once: Columns = (
        ("seq", "序号"), ("place", "家庭住址"), *_PERSON, ("amount", "救助金额（元）"), ("date", "发放日期"), ("remark", "备注"),
    )  # fmt: skip
    farms: Columns = (
        ("seq", "序号"), ("township", "乡镇"), ("village", "村"), ("name", "经营主体名称"), ("id", "统一社会信用代码"),
        ("account", "账号"), ("programme", "项目名称"), ("amount_text", "奖补金额（元）"), ("date", "拨付日期"), ("status", "状态"),
    )  # fmt: skip
    again: Columns = (
        ("seq", "序号"), ("township", "乡镇"), ("village", "村"), *_PERSON, ("programme", "补贴项目"), ("period", "所属期"),
        ("amount", "补发金额"), ("date_text", "发放日期"), ("status", "状态"), ("remark", "备注"),
    )  # fmt: skip
    return [
        _plain(f"民政局/{year}年特困人员救助供养资金发放明细.csv", "", _MONTHLY, lists["destitute"], "gb18030"),
        _plain(f"退役军人事务局/{year}年优抚对象抚恤补助发放明细.csv", "", _MONTHLY, lists["veterans"]),
        _plain(f"民政局/{year}年临时救助金发放明细.xlsx", f"{year}年莱阳市临时救助金发放明细表", once, lists["relief"]),
        _plain(
            f"农业农村局/{year}年新型农业经营主体补助.xlsx",
            f"{year}年新型农业经营主体补助发放表",
            farms,
            lists["farms"],
        ),
        _plain(f"财政局/{year}年补发明细.xlsx", f"{year}年惠民惠农补贴补发明细表", again, lists["reissue"]),
    ]


_OF_COUNTY: tuple[Callable[[Lists, int], list[Book]], ...] = (_draw_platform, _draw_lists)
"""Files that hold all townships together."""
