"""One table's rows as payments, with everything else set aside and accounted for."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from village_notice.domain.columns import FRAME_COLUMNS, PAID_STATUSES
from village_notice.domain.finding import Finding
from village_notice.domain.money import format_fen, parse_amount
from village_notice.domain.patterns import compile_late
from village_notice.domain.reading import SetAside
from village_notice.domain.text import column_letters, fold_text, normal_group
from village_notice.sources.body import classify_row, is_footer, tell_failures
from village_notice.sources.cells import is_other_number, read_amount, read_name, read_scaled
from village_notice.sources.column_map import AmountColumn, ColumnMap
from village_notice.sources.columns_match import FIGURES
from village_notice.sources.dates import find_period
from village_notice.sources.grid import Cell, Grid, find_width, list_columns
from village_notice.sources.households import fill_same_person, is_member_row
from village_notice.sources.plain_rows import PlainRows
from village_notice.sources.reference import fold_status
from village_notice.sources.row_reader import RowReader, Section, cell_at
from village_notice.sources.state_words import opens_section, read_section_state
from village_notice.sources.surroundings import Context, Lookups, find_group
from village_notice.sources.tables import Table, cell_text
from village_notice.sources.totals import StatedTotals
from village_notice.sources.unnamed_sums import find_sum_rows, is_section_line
from village_notice.sources.wording import fold_words

_NOTHING = ("", "-", "—", "－", "/", "无", "——", "停发", "停", "0", "0.0")
_PLAIN_NAME = compile_late(r"[\u4e00-\u9fff]{2,4}(?<![村组区队社屯户计页])")
_NO_FLAG = frozenset(("否", "无", "不", "N", "NO", "×", "X", "不享受", "未享受"))
_STATED_IN_WORDS = compile_late(r"(?<![人户]数)(?:合计|总计|共计)[:：]?[¥￥]?([\d,]+(?:\.\d+)?)(?![\d人户亩笔])元?")


@dataclass(slots=True)
class TableReading:
    """What one table gave; `values` holds one list a column of the payments frame, `notes` what is said of it outside of its cells."""

    values: dict[str, list[object]] = field(default_factory=lambda: {c: [] for c in FRAME_COLUMNS})
    findings: list[Finding] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    totals: StatedTotals = field(default_factory=StatedTotals)
    notes: list[str] = field(default_factory=list)


_PLACES = frozenset(("village", "village_code", "group", "address"))


class TableReader:
    """Reads the rows of one table.

    Args:
        grid: The sheet.
        table: The table in it.
        columns: What its columns mean.
        context: What its surroundings say.
        lookups: Register, programmes and states.
    """

    def __init__(self, grid: Grid, table: Table, columns: ColumnMap, context: Context, lookups: Lookups) -> None:
        self.grid, self.table, self.columns, self.context, self.lookups = grid, table, columns, context, lookups
        if self._remarks_name_places():
            columns = replace(columns, fields={**columns.fields, "address": columns.fields["remark"]})
            self.columns = columns
        self.reading = TableReading()
        self.merged = fill_merges(grid, table)
        self.cells = RowReader(context, columns, lookups, self.merged)
        self.struck, self.lost = grid.lookup.struck, grid.lookup.lost
        self.rows: list[dict[str, object]] = []
        self.last_payment: tuple[list[Cell], int] | None = None
        self.again: Container[int] = ()
        self.is_below_line = False

    def _remarks_name_places(self) -> bool:
        """Whether nothing tells the village but the remarks, and every one of them does: 河洛镇朱江村公益林."""
        fields = self.columns.fields
        if "remark" not in fields or self.context.village or _PLACES & fields.keys():
            return False
        rows = self.grid.rows[self.table.header_last : self.table.body_last]
        people = [
            row for row in rows if cell_text(cell_at(row, fields["name"])) and cell_text(cell_at(row, fields["remark"]))
        ]
        find, township = self.lookups.places.find_in_text, self.context.township
        return bool(people) and all(find(cell_text(cell_at(row, fields["remark"])), township)[1] for row in people)

    def read(self) -> TableReading:
        """All rows below the headings, in order."""
        table, first = self.table, self.table.header_last + 1
        cells = self.grid.rows[first - 1 : table.body_last]
        cells = list(map(table.view, cells)) if table.columns else cells
        rows = list(zip(range(first, table.body_last + 1), cells, strict=True))
        places = self.lookups.places
        self.again = again = fill_same_person(rows, self.columns, self.merged)
        plain = PlainRows(rows, list_table_columns(self.grid, table, cells), table, self.cells, places, self.struck)
        if self.columns.figures:  # 标准 on one row, 实发 on the next: each row is looked at
            plain.is_plain = [False] * len(rows)
        kinds = [
            "payment" if p else self._classify(number, row)
            for p, (number, row) in zip(plain.is_plain, rows, strict=True)
        ]
        people = [p or n in again for p, (n, _) in zip(plain.is_plain, rows, strict=True)]
        sums = find_sum_rows(rows, kinds, self.columns, self.context.unit_fen, places, self.lost, people)
        for i, section in sums.items():
            kinds[i] = "section_sum" if section else "total"
        self._fill_blocks(rows, kinds)
        plain.take_merges()
        read_to = 0
        for place, ((number, row), kind) in enumerate(zip(rows, kinds, strict=True)):
            if place < read_to:
                continue
            if plain.is_plain[place]:
                read_to = plain.find_run(place)
                if read_to > place:
                    self._read_plain(plain, place, read_to)
                    continue
            if kind == "payment":
                self._read_payment(row, number)
                continue
            if kind == "section" or (kind == "note" and is_section_line(row, self.lookups.places)):
                self._enter_section(_first_text(row), number)
            elif kind == "section_sum":
                self._enter_section(sums[place], number)
            elif kind == "header":
                self.reading.totals.add_bound(number)
            elif kind in ("total", "subtotal", "carried"):
                self._note_total(row, number, kind)
            elif kind == "example":
                self.cells.find("R08", number, found=_first_text(row))
            self._set_aside(row, number, kind.replace("section_sum", "subtotal"))
        self.reading.findings = self.cells.findings
        self._take_rows()
        return self.reading

    def _classify(self, number: int, row: list[Cell]) -> str:
        figures = cell_at(row, self.columns.figures)
        if isinstance(figures, str) and not FIGURES.get(fold_words(figures), True):
            return "note"
        kind = classify_row(row, self.columns, self.table, number, self.lost)
        return "payment" if kind == "section" and self._is_lone_person(number, row) else kind

    def _read_plain(self, plain: PlainRows, start: int, stop: int) -> None:
        """Payments on end that are plain, all together; those that are not after all, one by one."""
        columns, others = plain.read(start, stop)
        at = start
        for place in [*(start + i for i in others), stop]:
            if at < place:
                self._take_plain(plain, columns, start, at, place)
            if place < stop:
                number, row = plain.rows[place]
                self._read_payment(row, number)
            at = place + 1

    def _take_plain(
        self, plain: PlainRows, columns: Mapping[str, Sequence[object]], start: int, first: int, stop: int
    ) -> None:
        """Takes over the payments of rows on end; the rows below them may mean these by 同上."""
        self._take_rows()
        self.is_below_line = False
        part = slice(first - start, stop - start)
        for column, values in self.reading.values.items():
            values.extend(columns[column][part])
        rows, fen = columns["row"][part], columns["raw_fen"][part]
        self.reading.totals.add_payments(rows, self.columns.amounts[0].column, fen)  # type: ignore[arg-type]  # numbers
        self.cells.above.update(plain.find_above(first, stop))
        number, row = plain.rows[stop - 1]
        self.last_payment = (row, number)

    def _take_rows(self) -> None:
        """Puts the payments read one by one behind those taken over before."""
        for column, values in self.reading.values.items() if self.rows else ():
            values.extend([own.get(column, "") for own in self.rows])
        self.rows = []

    def _fill_blocks(self, rows: Sequence[tuple[int, list[Cell]]], kinds: Sequence[str]) -> None:
        """Fills a village or township down that stands on the first row of its block only.

        Only where the column is plainly of that kind: the first row has one, none stands there twice, and at least
        half of the rows are blank. A single blank cell between villages is never filled.
        """
        for name in ("township", "village"):
            column = self.columns.fields.get(name)
            if column is None:
                continue
            payments = [row for row, kind in zip(rows, kinds, strict=True) if kind == "payment"]
            pages = {number + 1 for (number, _), kind in zip(rows, kinds, strict=True) if kind == "header"}
            found = self._find_blocks(column, payments, pages) or self._find_cut_blocks(column, payments, pages)
            for number, cell in found:
                self.merged[number, column] = cell

    def _find_blocks(
        self, column: int, payments: Iterable[tuple[int, list[Cell]]], pages: Container[int]
    ) -> list[tuple[int, Cell]]:
        """(row, value of its block) where each value of a column stands on the first row of its block only, else [].

        On a new page, below the headings once more (`pages`), the value of the block that goes on may stand once more.
        """
        filled: list[tuple[int, Cell]] = []
        named: set[Cell] = set()
        value: Cell = None
        for number, row in payments:
            cell = self.cells.own(row, number, column)
            if cell not in (None, ""):
                if cell in named and not (cell == value and number in pages):
                    return []
                named.add(cell)
                value = cell
            filled.append((number, value))
        return filled if named and len(named) * 2 <= len(filled) else []

    def _find_cut_blocks(
        self, column: int, payments: Iterable[tuple[int, list[Cell]]], pages: Container[int]
    ) -> Iterator[tuple[int, Cell]]:
        """(row, value) of blanks at the foot of a page where the next page begins with the value above them."""
        blanks: list[int] = []
        value: Cell = None
        for number, row in payments:
            cell = self.cells.own(row, number, column)
            if cell in (None, ""):
                blanks.append(number)
                continue
            if blanks and number in pages and cell == value:
                yield from ((blank, value) for blank in blanks)
            blanks, value = [], cell

    def _set_aside(self, row: list[Cell], number: int, kind: str, text: str = "") -> None:
        if kind == "blank":
            self._set_blank_aside(number, text)
            return
        self.reading.notes += tell_failures(row) if kind == "note" else ()
        if kind in ("section", "note"):
            line = _first_text(row)[:60]
            self.is_below_line = not is_footer(line) and (bool(read_section_state(line)) or opens_section(line))
        amounts = (read_amount(cell_at(row, a.column), self.context.unit_fen) for a in self.columns.amounts)
        fen = sum(a.fen for a in amounts if a)
        place = (self.context.file, self.context.sheet, number, "")
        text = text or _first_text(row)[:60]
        self.reading.set_aside.append(SetAside(*place, kind, len(self.columns.amounts), fen, text))

    def _set_blank_aside(self, number: int, text: str) -> None:
        """Blank rows on end are one entry: a sheet may have a million of them."""
        own, aside = len(self.columns.amounts), self.reading.set_aside
        last = aside[-1] if aside and not text else None
        if last and last[2:5] == (number - last.rows // max(own, 1), "", "blank") and not last.text:
            aside[-1] = last._replace(rows=last.rows + own)
        else:
            place = (self.context.file, self.context.sheet, number, "")
            aside.append(SetAside(*place, "blank", own, 0, text))

    def _enter_section(self, text: str, number: int) -> None:
        places, section = self.lookups.places, self.cells.section
        township = places.find_township_section(text)
        village = "" if township else places.find_in_section(text)
        if township:
            self.cells.section = Section(programme=section.programme, township=township)
        elif village:
            self.cells.section = Section(village, find_group([text]), section.programme, section.township)
        elif not self._enter_programme(text):
            misspelt = places.find_misspelt(text, section.township or self.context.township) if section.village else ""
            if misspelt:  # those below it are not of the village above
                self.cells.section = Section(misspelt, "", section.programme, section.township)
            elif re.search(r"组|屯|队", text):
                self.cells.section.group = find_group([text]) or normal_group(re.sub(r"[（(].*[)）]", "", text))
        self.reading.totals.add_bound(number)

    def _opens_village(self, row: list[Cell]) -> bool:
        """Whether a sum in words stands above its village: 铎夼 合计金额：3036 below the people of another one."""
        if "village" in self.columns.fields or sum(v not in (None, "") for v in row) > 1:
            return False
        village = self.lookups.places.find_in_section(_first_text(row))
        before = self.cells.section.village or self.context.village
        return bool(village and before) and not (village.startswith(before) or before.startswith(village))

    def _enter_programme(self, text: str) -> bool:
        """Whether a section row names the programme of the rows below it."""
        plain = fold_text(re.sub(r"^[(（]?[一二三四五六七八九十\d]+[)）、.．]", "", text.strip()))
        if not self.lookups.subsidies.match(plain).is_named:
            return False
        self.cells.section.programme = plain
        return True

    def _note_total(self, row: list[Cell], number: int, kind: str) -> None:
        text, totals = _first_text(row), self.reading.totals
        is_page = text.startswith(("本页", "承前", "承上", "过次", "转下", "接上"))
        cells = [(a.column, cell_at(row, a.column)) for a in self.columns.amounts]
        if len(cells) == 1 and cells[0][1] in (None, "") and (match := _STATED_IN_WORDS.search(fold_text(text))):
            cells = [(cells[0][0], match[1])]
        for column, cell in cells:
            if stated := read_amount(cell, self.context.unit_fen):
                level = re.search("[村组镇]", text.replace("小组", "组"))
                totals.add_total(number, kind, column, stated.fen, is_page=is_page, level=level[0] if level else "")
        if self._opens_village(row):
            self._enter_section(text, number)

    def _read_payment(self, row: list[Cell], number: int) -> None:
        is_lost = any(self._has_trouble(number, a.column) for a in self.columns.amounts)
        is_member = not self.is_below_line and not is_lost  # below 下列人员不予发放： everybody is named for himself
        if is_member and is_member_row(row, number, self.columns, self.merged, self.last_payment):
            self._set_aside(row, number, "blank", "同户成员，金额在户主行")
            self._check_several(row, number)
            return
        name = read_name(self.cells.value(row, number, "name"))
        if number in self.again:
            self.cells.find(
                "C16", number, self.cells.column("name"), found="（空白）", expected=name.text, person=name.text
            )
        if name.rule:
            self.cells.find(
                name.rule, number, self.cells.column("name"), found=name.found, expected=name.text, person=name.text
            )
        if number in self.struck:
            self.cells.find("C15", number, self.struck[number], found=name.text, person=name.text)
        shared = self.cells.read_shared(row, number, name.text)
        is_spread = len(self.columns.amounts) > 1
        total = 0
        for amount in self.columns.amounts:
            cell = cell_at(row, amount.column)
            blank = cell is None or (isinstance(cell, str) and fold_text(cell) in _NOTHING)
            if is_spread and (blank or cell == 0) and not self._has_trouble(number, amount.column):
                place = (self.context.file, self.context.sheet, number, column_letters(amount.column))
                self.reading.set_aside.append(SetAside(*place, "blank", 1, 0, ""))
                continue
            total += self._add_payment(shared, row, number, amount)
        if self.columns.sum_column:
            self._check_row_sum(row, number, total, name.text)
        self.is_below_line = self.is_below_line and not total
        self.last_payment = (row, number)

    def _has_trouble(self, number: int, column: int) -> bool:
        """Whether a blank cell is blank because its value was lost: an error or a formula without a result."""
        return (number, column) in self.lost

    def _is_lone_person(self, number: int, row: list[Cell]) -> bool:
        """Whether a row's only text is a name in the name column: somebody without an amount, not a section."""
        column = self.cells.column("name")
        name = cell_text(cell_at(row, column))
        if not _PLAIN_NAME.fullmatch(name) or any(
            m.first_column == column for m in self.grid.lookup.find_merges(number, number)
        ):
            return False
        if read_section_state(name):
            return False  # 停发人员
        return not is_section_line(row, self.lookups.places) and not self.lookups.subsidies.match(name).candidates

    def _check_several(self, row: list[Cell], number: int) -> None:
        """R11 where an amount is merged over people whom nothing shows to be one household."""
        fields = self.columns.fields
        own = {fields.get(f) for f in ("household_head", "household_id", "household_no")} - {None, fields.get("name")}
        if self.last_payment and not own and not self.columns.relation:
            names = [cell_text(self.cells.value(r, n, "name")) for r, n in (self.last_payment, (row, number))]
            number = self.last_payment[1]  # where the money stands
            self.cells.find(
                "R11", number, self.cells.column("name"), found="、".join(n for n in names if n), person=names[0]
            )

    def _add_payment(self, shared: dict[str, object], row: list[Cell], number: int, amount: AmountColumn) -> int:
        person = str(shared["name"])
        cell = cell_at(row, amount.column)
        understood = read_amount(cell, self.context.unit_fen)
        raw = understood.fen if understood else 0
        own = shared | {"column": column_letters(amount.column), "raw_fen": raw}
        self._take_from_heading(own, row, number, amount)
        is_state = not understood and self._read_state_in_amount(own, cell, number, amount.column)
        if not is_state:
            self._check_amount(number, amount.column, cell, person)
        fen: int | None = raw if understood or is_state else None
        if raw > 0 and own["status"] == "追回" and not amount.status and not self.cells.text(row, number, "status"):
            own["status"] = ""  # 款已追回 beside a payment: whether it is one or a recovery is asked (R18)
        if fen is not None and own["status"] == "追回":
            fen = -abs(fen)
        elif fen is not None and fen < 0:
            self.cells.find("R03", number, amount.column, found=format_fen(fen), person=person, fen=abs(fen))
        own["amount_fen"] = fen
        if not person:
            self.cells.find("R01", number, amount.column, found=format_fen(raw), fen=raw)
        self.rows.append(own)
        is_paid = own["status"] in PAID_STATUSES and number not in self.struck  # a total may leave these out
        self.reading.totals.add_payment(number, amount.column, raw, is_paid=is_paid)
        return raw

    def _take_from_heading(self, own: dict[str, object], row: list[Cell], number: int, amount: AmountColumn) -> None:
        """Programme, period, state and quantity that the heading gives this money alone."""
        if amount.programme_text:
            own |= self.cells.read_programme(amount.programme_text, number, amount.column, str(own["name"]))
        if amount.programme_text or amount.quantity or len(self.columns.amounts) > 1:
            own["quantity_milli"] = read_scaled(cell_at(row, amount.quantity), 3) if amount.quantity else None
            own["rate_micro"] = read_scaled(cell_at(row, amount.rate), 6) if amount.rate else None
        if amount.period_text:
            own["period"] = find_period(amount.period_text, self.context.year)
        if amount.status:
            own["status"] = amount.status
        flag = fold_text(cell_text(cell_at(row, amount.flag))).upper() if amount.flag else ""
        if flag in _NO_FLAG and own["raw_fen"]:
            self.cells.find("R04", number, amount.flag, found=f"{flag}（但有金额）", person=str(own["name"]))

    def _read_state_in_amount(self, own: dict[str, object], cell: Cell, number: int, column: int) -> bool:
        """Whether nothing was paid by the cell's own word 停发, or by the row's state and a blank: the amount is then 0."""
        if cell in (None, "") and own["status"] in ("停发", "待发") and not self._has_trouble(number, column):
            return True
        state = self.lookups.statuses.get(fold_status(cell), "") if isinstance(cell, str) and cell.strip() else ""
        if state != "停发" or own["status"] not in ("", "停发") or (number, column) in self.grid.errors:
            return False
        own["status"] = state
        return True

    def _check_row_sum(self, row: list[Cell], number: int, total: int, person: str) -> None:
        """T02 where the sum column of a row is not the sum of its money columns."""
        stated = read_amount(cell_at(row, self.columns.sum_column), self.context.unit_fen)
        if stated and abs(stated.fen - total) > max(len(self.columns.amounts), 5):
            yuan = [format_fen(f) for f in (total, stated.fen, abs(total - stated.fen))]
            found = {"found": yuan[0], "expected": yuan[1], "difference": yuan[2]}
            self.cells.find("T02", number, self.columns.sum_column, **found, person=person)

    def _check_amount(self, number: int, column: int, cell: Cell, person: str) -> None:
        where = (number, column)
        amount = read_amount(cell, self.context.unit_fen)
        if where in self.grid.errors:
            self.cells.find("C11", *where, found=self.grid.errors[where], person=person)
        elif where in self.grid.uncalculated:
            self.cells.find("C12", *where, person=person)
        elif cell is None or (isinstance(cell, str) and not cell.strip()):
            self.cells.find("C02", *where, person=person)
        elif amount is None:
            is_number = is_other_number(cell) or parse_amount(cell) is not None
            self.cells.find("C17" if is_number else "C01", *where, found=cell_text(cell), person=person)
        elif not amount.is_exact:
            self.cells.find("C09", *where, found=cell_text(cell), expected=format_fen(amount.fen), person=person)
        elif isinstance(cell, str) and amount.is_cleaned:
            self.cells.find("C03", *where, found=cell, expected=format_fen(amount.fen), person=person)


def _first_text(row: list[Cell]) -> str:
    return next((cell_text(v) for v in row if isinstance(v, str) and v.strip()), "")


def list_table_columns(grid: Grid, table: Table, rows: Sequence[Sequence[Cell]]) -> Sequence[Sequence[Cell]]:
    """The columns of a table's body, whose rows may be views that blank the tables beside it."""
    if table.columns:
        return list_columns(rows, find_width(rows, len(table.texts)))
    return grid.lookup.list_columns(table.header_last + 1, table.body_last, len(table.texts))


def fill_merges(grid: Grid, table: Table) -> dict[tuple[int, int], Cell]:
    """Values of cells merged downwards in the body, for every row but the first: (row, column) → value."""
    filled: dict[tuple[int, int], Cell] = {}
    for merge in grid.lookup.find_merges(table.header_last + 1, min(table.body_last, len(grid.rows))):
        if merge.last_row != merge.first_row:
            value = cell_at(grid.rows[merge.first_row - 1], merge.first_column)
            for number in range(merge.first_row + 1, min(merge.last_row, table.body_last) + 1):
                filled[number, merge.first_column] = value
    return filled
