"""The ways departments lay out the same facts; each gives one sheet with the place of every payment.

Source: the published tables and exports that the importer was built after (two-row headings, section rows, one sheet a
village, total first, page by page, month by month, programme by programme, platform export, 万元).
"""

from collections.abc import Sequence
from itertools import groupby

from village_notice.sample.plan import Columns, Payment, Sheet, number, value_of

_NUMERALS = "一二三四五六七八九十"
_FOOTER = ("制表人：甲测", "", "审核人：乙测", "", "负责人：丙测")


def by_village(payments: Sequence[Payment]) -> list[tuple[str, list[Payment]]]:
    """Payments village by village, in the order of the village codes; the name is the short one."""
    ordered = sorted(payments, key=lambda p: p.person.village.code)
    return [
        (part[0].person.village.name, part)
        for _, g in groupby(ordered, lambda p: p.person.village.code)
        if (part := list(g))
    ]


def draw_plain(sheet: Sheet, title: str, columns: Columns, payments: Sequence[Payment], total: str = "合计") -> Sheet:
    """A title, one row of headings, the payments, a total and a footer; no title or total where "" is given."""
    if title:
        sheet.add_title(title, len(columns))
    sheet.add(*(heading for _, heading in columns))
    for seq, payment in enumerate(payments, 1):
        sheet.add_payment(payment, columns, seq)
    if total:
        sheet.add_total(total, columns, payments)
        sheet.add(*_FOOTER)
    return sheet


def draw_merged(sheet: Sheet, title: str, payments: Sequence[Payment]) -> Sheet:
    """Two rows of merged headings, village names in merged cells, 小计 a village, 总计, signatures.

    A village with a mistyped name in it has its name in every row.
    """
    columns = (
        ("seq", "序号"), ("village", "村名"), ("name", "户主\n姓名"), ("id", "身份证号码"), ("account", "一卡通账号"),
        ("area_own", "补贴面积（亩）"), ("area_rented", ""), ("rate", "补贴标准\n（元/亩）"), ("amount", "补贴金额\n（元）"),
        ("remark", "备注"),
    )  # fmt: skip
    sheet.add_title(title, len(columns))
    sheet.add("填报单位（盖章）：" + payments[0].person.village.township + "人民政府", *[None] * 7, "单位：亩、元")
    top = sheet.add(*(heading for _, heading in columns))
    sheet.add(*[None] * 5, "自有承包", "流转")
    sheet.merges += [(top, c, top + 1, c) for c in (1, 2, 3, 4, 5, 8, 9, 10)] + [(top, 6, top, 7)]
    seq = 0
    for _, part in by_village(payments):
        first = len(sheet.rows) + 1
        is_merged = len(part) > 1 and not any("village" in p.cells for p in part)
        for payment in part:
            seq += 1
            row = sheet.add_payment(payment, columns, seq)
            if row > first and is_merged:
                sheet.rows[row - 1][1] = None
        if is_merged:
            sheet.merges.append((first, 2, first + len(part) - 1, 2))
        sheet.add_total("小计", columns, part)
    sheet.add_total("总　计", columns, payments)
    sheet.add()
    sheet.add(*_FOOTER)
    return sheet


def draw_sheet_a_village(payments: Sequence[Payment], year: int) -> list[Sheet]:
    """A summary sheet first, then one sheet a village with the village in the sheet name only."""
    columns = (
        ("seq", "序号"), ("name", "姓名"), ("id", "身份证号"), ("area", "面积(亩)"), ("amount", "金额(元)"), ("remark", "签字"),
    )  # fmt: skip
    parts = by_village(payments)
    summary = Sheet("汇总")
    summary.add_title(f"{year}年实际种粮农民一次性补贴汇总表", 4)
    summary.add("序号", "村", "户数", "金额（元）")
    for seq, (village, part) in enumerate(parts, 1):
        summary.add(seq, village, len(part), number(sum(p.fen for p in part), 100))
    summary.add("合计", None, len(payments), number(sum(p.fen for p in payments), 100))
    sheets = [summary]
    for serial, (village, part) in enumerate(parts, 1):
        bare = village.removesuffix("村")
        name = (village, bare if village.endswith("村") else village, f"{serial}{bare}", bare + "村委会")[serial % 4]
        name = village if village.endswith("社区") else name
        sheets.append(draw_plain(Sheet(name), f"{year}年实际种粮农民一次性补贴花名册", columns, part))
    return sheets


def draw_sections(sheet: Sheet, title: str, columns: Columns, payments: Sequence[Payment]) -> Sheet:
    """No village column: a section row 一、东关村（6户） before each village, 小计 after it, serials restart."""
    sheet.add_title(title, len(columns))
    sheet.add(*(heading for _, heading in columns))
    for place, (village, part) in enumerate(by_village(payments)):
        tens, ones = divmod(place + 1, 10)
        numeral = (
            ("" if tens < 2 else _NUMERALS[tens - 1]) + ("十" if tens else "") + (_NUMERALS[ones - 1] if ones else "")
        )
        sheet.add_title(f"{numeral}、{village}（{len(part)}户）", len(columns))
        for seq, payment in enumerate(part, 1):
            sheet.add_payment(payment, columns, seq)
        sheet.add_total("小　计", columns, part)
    sheet.add_total("合　计", columns, payments)
    sheet.add(*_FOOTER)
    return sheet


def draw_blocks(sheet: Sheet, title: str, columns: Columns, payments: Sequence[Payment]) -> Sheet:
    """Village by village a line 村名：东关村, the headings again, the payments, 合计, a blank row."""
    sheet.add_title(title, len(columns))
    for village, part in by_village(payments):
        sheet.add(f"村名：{village}", *[None] * (len(columns) - 2), "单位：亩、元")
        sheet.add(*(heading for _, heading in columns))
        for seq, payment in enumerate(part, 1):
            sheet.add_payment(payment, columns, seq)
        sheet.add_total("合计", columns, part)
        sheet.add()
    return sheet


def draw_total_first(sheet: Sheet, title: str, columns: Columns, payments: Sequence[Payment]) -> Sheet:
    """The total is the first line under the headings."""
    sheet.add_title(title, len(columns))
    sheet.add(*(heading for _, heading in columns))
    sheet.add_total("合计", columns, payments)
    for seq, payment in enumerate(payments, 1):
        sheet.add_payment(payment, columns, seq)
    return sheet


def draw_pages(sheet: Sheet, title: str, columns: Columns, payments: Sequence[Payment], length: int = 18) -> Sheet:
    """Printed page by page: title and headings again, 承前页, 本页合计, 累计, 第1页 共3页."""
    pages = [payments[i : i + length] for i in range(0, len(payments), length)]
    for page, part in enumerate(pages):
        sheet.add_title(title, len(columns))
        sheet.add(*(heading for _, heading in columns))
        if page:
            sheet.add_total("承前页", columns, payments[: page * length])
        for seq, payment in enumerate(part, page * length + 1):
            sheet.add_payment(payment, columns, seq)
        sheet.add_total("本页合计", columns, part)
        sheet.add_total("累  计", columns, payments[: page * length + len(part)])
        sheet.add(None, None, f"第{page + 1}页  共{len(pages)}页")
    return sheet


def draw_grid(
    sheet: Sheet, title: str, columns: Columns, payments: Sequence[Payment], groups: Sequence[tuple[str, str]]
) -> Sheet:
    """One row a person, one amount column a key (a month or a programme), 合计 at the right; blanks and dashes.

    Args:
        sheet: The sheet to fill.
        title: Title row.
        columns: Columns in front of the amounts.
        payments: All payments; `period` or `programme` must equal a key of `groups`.
        groups: Key and heading of each amount column.
    """
    width = len(columns) + len(groups) + 1
    sheet.add_title(title, width)
    sheet.add(*(heading for _, heading in columns), *(heading for _, heading in groups), "合计")
    people: dict[int, dict[str, Payment]] = {}
    keys = [key for key, _ in groups]
    for payment in payments:
        people.setdefault(id(payment.person), {})[payment.period if payment.period in keys else payment.programme] = (
            payment
        )
    for seq, paid in enumerate(people.values(), 1):
        first = next(iter(paid.values()))
        total = sum(p.fen for p in paid.values())
        amounts = [value_of(paid[k], "amount") if k in paid else ("-" if seq % 3 == 0 else None) for k in keys]
        row = sheet.add(*(seq if k == "seq" else value_of(first, k) for k, _ in columns), *amounts, number(total, 100))
        for place, key in enumerate(keys):
            if key in paid:
                sheet.place(paid[key], row, len(columns) + 1 + place)
    sums = [number(sum(p.fen for p in payments if key in (p.period, p.programme)), 100) for key in keys]
    sheet.add("合计", *[None] * (len(columns) - 1), *sums, number(sum(p.fen for p in payments), 100))
    return sheet


def draw_template(sheet: Sheet, columns: Columns, payments: Sequence[Payment], example: Sequence[str | float]) -> Sheet:
    """A form with instructions above, starred headings and an example row that must not be counted."""
    sheet.add_title("填表说明：1.带*为必填；2.身份证号请设置为文本格式；3.请勿修改表头；4.示例行请删除。", len(columns))
    sheet.add(*(heading for _, heading in columns))
    sheet.add(*example)
    for seq, payment in enumerate(payments, 1):
        sheet.add_payment(payment, columns, seq)
    return sheet


def draw_in_wan(sheet: Sheet, title: str, columns: Columns, payments: Sequence[Payment]) -> Sheet:
    """Amounts in 万元, said only in a line above the headings."""
    sheet.add("附件1：")
    sheet.add_title(title, len(columns))
    sheet.add(*[None] * (len(columns) - 1), "单位：万元")
    sheet.add(*(heading for _, heading in columns))
    for seq, payment in enumerate(payments, 1):
        sheet.add_payment(payment, columns, seq)
    sheet.add_total("合计", columns, payments)
    return sheet
