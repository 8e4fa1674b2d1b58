"""Mistakes of sheets and files, planted after the sheets are laid out.

Each comes with the rules of which one must be reported at its place.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from village_notice.sample.layouts import draw_plain
from village_notice.sample.plan import Book, Columns, Planted, Sheet
from village_notice.sample.scenario import Lists, World
from village_notice.sample.writers import build_bytes


def plant_in_books(books: list[Book], lists: Lists, world: World) -> list[Planted]:
    """Spoils totals and adds sheets and files that must not be counted."""
    planted = [
        _spoil_total(_first(books, "耕地地力"), "总计", "total_wrong", "T01"),
        _spoil_total(_first(books, "一喷三防"), "小计", "subtotal_wrong", "T02"),
        Planted("example_row", ("R08",), "模板里的示例行", file=_first(books, "农机").path, sheet="导入模板", row=3),
    ]
    planted += [
        Planted("summary_sheet", ("F09", "F08"), "汇总表和明细在一个文件里", file=book.path, sheet="汇总")
        for book in books
        if "实际种粮" in book.path
    ]
    planted += _hide_sheet(_first(books, "实际种粮"), lists, world)
    _add_repeated(books, lists, world)
    planted += [*_add_twin(books), *_add_nameless(books, lists, world)]
    planted += [*_add_others(books, world), *_add_damaged(books, lists, world)]
    return planted


def _first(books: Sequence[Book], word: str) -> Book:
    return next(b for b in books if word in b.path)


def _spoil_total(book: Book, word: str, kind: str, rule: str) -> Planted:
    """Raises the first total of a kind by a hundred yuan."""
    sheet = book.sheets[0]
    row = next(n for n, cells in enumerate(sheet.rows, 1) if re.sub(r"\s", "", str(cells[0] if cells else "")) == word)
    cells = sheet.rows[row - 1]
    column = next(c for c in range(len(cells) - 1, -1, -1) if isinstance(cells[c], int | float))
    value = cells[column]
    cells[column] = value + 100 if isinstance(value, int | float) else value
    return Planted(kind, (rule,), f"{word}比明细多 100 元", file=book.path, sheet=sheet.name, row=row)


def _hide_sheet(book: Book, lists: Lists, world: World) -> list[Planted]:
    """A hidden sheet with last year's list."""
    columns: Columns = (
        ("seq", "序号"),
        ("village", "村"),
        ("name", "姓名"),
        ("id", "身份证号"),
        ("amount", "金额(元)"),
    )
    title = f"{world.year - 1}年实际种粮农民一次性补贴花名册"
    hidden = draw_plain(Sheet("去年", is_hidden=True), title, columns, [replace(p) for p in lists["grain"][:12]])
    hidden.payments.clear()
    book.sheets.append(hidden)
    return [Planted("hidden_sheet", ("F07",), "隐藏的去年旧表", file=book.path, sheet="去年")]


def _add_twin(books: list[Book]) -> list[Planted]:
    """The same bytes again under another name, which comes later in the order of paths."""
    book = [b for b in books if "冬春救助" in b.path][-1]
    path = book.path.replace(".xlsx", "_最终版.xlsx")
    sheets = []
    for sheet in book.sheets:
        copies = [replace(p, verdict="held", file=path) for p in sheet.payments]
        sheets.append(Sheet(sheet.name, sheet.rows, payments=copies))
    books.append(Book(path, sheets, raw=build_bytes(book)))
    return [Planted("same_file_twice", ("F05",), "同一个文件换了名字又放一次", file=path)]


def _add_repeated(books: list[Book], lists: Lists, world: World) -> None:
    """A second department's file with payments that stand in the first one's too."""
    columns: Columns = (
        ("seq", "序号"), ("township", "乡镇"), ("village", "村"), ("name", "姓名"), ("id", "身份证号"), ("account", "账号"),
        ("programme", "补贴项目"), ("period", "所属月份"), ("amount", "代发金额"), ("date", "代发日期"), ("status", "代发结果"),
    )  # fmt: skip
    sheet = draw_plain(Sheet("代发"), f"{world.year}年7月代发明细", columns, lists["repeated"])
    books.append(_place(Book(f"财政局/{world.year}年7月代发明细.xlsx", [sheet])))


def _add_nameless(books: list[Book], lists: Lists, world: World) -> list[Planted]:
    """A list that says nowhere which subsidy it is, and one without amounts."""
    columns: Columns = (
        ("seq", "序号"),
        ("place", "住址"),
        ("name", "姓名"),
        ("id", "身份证号"),
        ("amount", "金额（元）"),
    )
    copies = [replace(p, code="", verdict="held", programme="", cells={}) for p in lists["winter"][-6:]]
    book = _place(Book("其他/发放表.xlsx", [draw_plain(Sheet("Sheet1"), f"{world.year}年发放明细表", columns, copies)]))
    bare = Sheet("名单")
    bare.add("序号", "姓名", "身份证号", "一卡通账号", "联系电话")
    for seq, payment in enumerate(lists["winter"][:5], 1):
        person = payment.person
        bare.add(seq, person.name, person.id, person.account, person.phone)
    books += [book, Book("其他/花生补贴人员名单.xlsx", [bare])]
    return [
        Planted("programme_not_said", ("H07",), "看不出是哪一项补贴", file=book.path, sheet="Sheet1"),
        Planted("no_amount_column", ("H01", "F08"), "有姓名、证件号，没有金额列", file=books[-1].path, sheet="名单"),
    ]


def _place(book: Book) -> Book:
    for payment in book.payments:
        payment.file = book.path
    return book


def _add_others(books: list[Book], world: World) -> list[Planted]:
    """Things that lie in every such folder and are no lists of payments."""
    notice = Sheet("通知")
    notice.add(f"关于做好{world.year}年惠民惠农补贴汇总工作的通知")
    notice.add("各镇：请于12月20日前将发放明细报送至财政局。")
    lock = bytes([6]) + "经办人".encode("utf-16-le").ljust(164, b"\0")
    others = (
        (Book(f"财政局/~${world.year}年补发明细.xlsx", raw=lock), "lock_file", "F04", "Excel 打开时的临时文件"),
        (Book("财政局/补贴政策清单.pdf", raw=b"%PDF-1.4\n%%EOF\n"), "pdf", "F03", "PDF 文件"),
        (Book("照片/公示照片.jpg", raw=b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(64)), "picture", "F03", "图片"),
        (Book("其他/新建 Microsoft Excel 工作表.xlsx", raw=b""), "empty_file", "F06", "空文件"),
        (Book("其他/报送通知.xlsx", [notice]), "not_a_list", "F08", "没有发放明细的表格"),
    )
    books += [book for book, *_ in others]
    return [
        Planted(kind, (rule,), words, file=book.path, sheet=book.sheets[0].name if book.sheets else "")
        for book, kind, rule, words in others
    ]


def _add_damaged(books: list[Book], lists: Lists, world: World) -> list[Planted]:
    """A workbook of which only the first part arrived, and one with the wrong extension."""
    columns: Columns = (("seq", "序号"), ("village", "村"), ("name", "姓名"), ("amount", "金额（元）"))
    payments = [replace(p) for p in lists["family"][:40]]
    whole = Book("x.xlsx", [draw_plain(Sheet("Sheet1"), f"{world.year}年户厕改造奖补发放表", columns, payments)])
    data = build_bytes(whole)
    damaged = Book(f"住房和城乡建设局/{world.year}年户厕改造奖补.xlsx", raw=data[: len(data) * 3 // 5])
    books.append(damaged)
    renamed = _first(books, "计生奖扶")
    renamed.raw = build_bytes(renamed)
    renamed.path = renamed.path.replace(".xlsx", ".xls")
    _place(renamed)
    return [
        Planted("truncated", ("F01",), "文件没有传完，打不开", file=damaged.path),
        Planted("wrong_extension", ("F16",), "扩展名是 .xls，内容是 .xlsx", file=renamed.path),
    ]
