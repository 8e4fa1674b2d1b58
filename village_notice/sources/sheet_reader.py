"""One table's rows as payments, with everything else set aside and accounted for."""

import re
from dataclasses import dataclass, field

from village_notice.domain.columns import FRAME_COLUMNS, PAID_STATUSES
from village_notice.domain.finding import Finding, Place
from village_notice.domain.identity import read_birth_date
from village_notice.domain.money import format_fen, parse_amount, parse_scaled
from village_notice.domain.reading import SetAside
from village_notice.domain.text import column_letters, fold_text, normal_group
from village_notice.sources.body import classify_row
from village_notice.sources.cells import is_organisation, is_other_number, read_account, read_amount, read_id, read_name
from village_notice.sources.column_map import AmountColumn, ColumnMap
from village_notice.sources.dates import find_period, parse_date, parse_period
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.households import is_member_row
from village_notice.sources.reference import fold_status
from village_notice.sources.surroundings import Context, Lookups, find_group
from village_notice.sources.tables import Table, cell_text
from village_notice.sources.totals import StatedTotals

_DITTO = re.compile(r"[-—~]*(?:同上|上同|〃|″|′′|\"|”|“|〞|〝|''|、、|,,)[-—~]*")
_DITTO_FIELDS = frozenset((
    "township", "village", "village_code", "group", "household_head", "programme", "period", "pay_date", "status",
    "bank", "address", "rate", "payee", "name", "id", "account",
))  # fmt: skip
_NOTHING = ("", "-", "—", "－", "/", "无", "——", "停发", "0", "0.0")
_NO_FLAG = frozenset(("否", "无", "不", "N", "NO", "×", "X", "不享受", "未享受"))
_STATED_IN_WORDS = re.compile(r"(?:合计|总计|共计)[:：]?[¥￥]?([\d,]+(?:\.\d+)?)元?")
_PROGRAMME = re.compile(r"补贴|补助|津贴|奖补|奖励|奖扶|救助|慰问|抚恤|补偿|直补|生活费|优待金|保障金|供养")
"""Words that make a text the name of a programme, also of one that subsidies.csv does not have."""
_LONGEST_PROGRAMME = 30
_PRIVATE_WORDS = re.compile(r"\d{15,19}|(?<!\d)1[3-9]\d{9}(?!\d)|[病残亡孤癌]|服刑|戒毒")


@dataclass(slots=True)
class TableReading:
    """What one table gave; `values` holds one list a column of the payments frame."""

    values: dict[str, list[object]] = field(default_factory=lambda: {c: [] for c in FRAME_COLUMNS})
    findings: list[Finding] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    totals: StatedTotals = field(default_factory=StatedTotals)


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
        self.reading = TableReading()
        self.merged = _fill_merges(grid, table)
        self.struck: dict[int, int] = {}
        for row, column in sorted(grid.struck, reverse=True):
            self.struck[row] = column
        self.section_village, self.section_group, self.section_programme = "", "", ""
        self.above: dict[str, Cell] = {}
        self.last_payment: tuple[list[Cell], int] | None = None

    def read(self) -> TableReading:
        """All rows below the headings, in order."""
        numbers = range(self.table.header_last + 1, self.table.body_last + 1)
        rows = [(n, self.table.view(self.grid.rows[n - 1])) for n in numbers]
        kinds = [classify_row(row, self.columns, self.table, number) for number, row in rows]
        self._fill_blocks([row for row in zip(rows, kinds, strict=True) if row[1] == "payment"])
        for (number, row), kind in zip(rows, kinds, strict=True):
            if kind == "payment":
                self._read_payment(row, number)
                continue
            if kind == "section":
                self._enter_section(row, number)
            elif kind == "header":
                self.reading.totals.add_bound(number)
            elif kind in ("total", "subtotal", "carried"):
                self._note_total(row, number, kind)
            elif kind == "example":
                self._find("R08", number, found=_first_text(row))
            self._set_aside(row, number, kind)
        return self.reading

    def _fill_blocks(self, payments: list[tuple[tuple[int, list[Cell]], str]]) -> None:
        """Fills a village or township down that stands on the first row of its block only.

        Only where the column is plainly of that kind: the first row has one, none stands there twice, and at least
        half of the rows are blank. A single blank cell between villages is never filled.
        """
        for name in ("township", "village"):
            column = self.columns.fields.get(name)
            cells = [(n, self._own(row, n, column)) for (n, row), _ in payments] if column else []
            named = [v for _, v in cells if v not in (None, "")]
            if not column or not named or len(set(named)) < len(named) or len(named) * 2 > len(cells):
                continue
            value: Cell = None
            for number, cell in cells:
                value = cell if cell not in (None, "") else value
                self.merged[number, column] = value

    def _set_aside(self, row: list[Cell], number: int, kind: str, text: str = "") -> None:
        amounts = (read_amount(_cell(row, a.column), self.context.unit_fen) for a in self.columns.amounts)
        fen = sum(a.fen for a in amounts if a)
        place = (self.context.file, self.context.sheet, number, "")
        text = text or _first_text(row)[:60]
        self.reading.set_aside.append(SetAside(*place, kind, len(self.columns.amounts), fen, text))

    def _enter_section(self, row: list[Cell], number: int) -> None:
        text = _first_text(row)
        village = self.lookups.places.find_in_section(text)
        if village:
            self.section_village, self.section_group = village, find_group([text])
        elif not self._enter_programme(text) and re.search(r"组|屯|队", text):
            self.section_group = find_group([text]) or normal_group(re.sub(r"[（(].*[)）]", "", text))
        self.reading.totals.add_bound(number)

    def _enter_programme(self, text: str) -> bool:
        """Whether a section row names the programme of the rows below it."""
        plain = fold_text(re.sub(r"^[(（]?[一二三四五六七八九十\d]+[)）、.．]", "", text.strip()))
        if not self.lookups.subsidies.match(plain).candidates:
            return False
        self.section_programme = plain
        return True

    def _note_total(self, row: list[Cell], number: int, kind: str) -> None:
        text, totals = _first_text(row), self.reading.totals
        is_page = text.startswith(("本页", "承前", "承上", "过次", "转下", "接上"))
        cells = [(a.column, _cell(row, a.column)) for a in self.columns.amounts]
        if len(cells) == 1 and cells[0][1] in (None, "") and (match := _STATED_IN_WORDS.search(fold_text(text))):
            cells = [(cells[0][0], match[1])]
        for column, cell in cells:
            if stated := read_amount(cell, self.context.unit_fen):
                totals.add_total(number, kind, column, stated.fen, is_page=is_page)

    def _read_payment(self, row: list[Cell], number: int) -> None:
        if is_member_row(row, number, self.columns, self.merged, self.last_payment):
            self._set_aside(row, number, "blank", "同户成员，金额在户主行")
            self._check_several(row, number)
            return
        name = read_name(self._value(row, number, "name"))
        if name.rule:
            self._find(name.rule, number, self._column("name"), found=name.found, expected=name.text, person=name.text)
        if number in self.struck:
            self._find("C15", number, self.struck[number], found=name.text, person=name.text)
        shared = self._read_shared(row, number, name.text)
        is_spread = len(self.columns.amounts) > 1
        total = 0
        for amount in self.columns.amounts:
            cell = _cell(row, amount.column)
            blank = cell is None or (isinstance(cell, str) and fold_text(cell) in _NOTHING)
            if is_spread and (blank or cell == 0) and not self._has_trouble(number, amount.column):
                place = (self.context.file, self.context.sheet, number, column_letters(amount.column))
                self.reading.set_aside.append(SetAside(*place, "blank", 1, 0, ""))
                continue
            total += self._add_payment(shared, row, number, amount)
        if self.columns.sum_column:
            self._check_row_sum(row, number, total, name.text)
        self.last_payment = (row, number)

    def _has_trouble(self, number: int, column: int) -> bool:
        """Whether a blank cell is blank because its value was lost: an error or a formula without a result."""
        return (number, column) in self.grid.errors or (number, column) in self.grid.uncalculated

    def _check_several(self, row: list[Cell], number: int) -> None:
        """R11 where an amount is merged over people whom nothing shows to be one household."""
        own = {self.columns.fields.get(f) for f in ("household_head", "household_id", "household_no")} - {None}
        if self.last_payment and not own and not self.columns.relation:
            names = [cell_text(self._value(r, n, "name")) for r, n in (self.last_payment, (row, number))]
            self._find("R11", number, self._column("name"), found="、".join(n for n in names if n), person=names[0])

    def _add_payment(self, shared: dict[str, object], row: list[Cell], number: int, amount: AmountColumn) -> int:
        person, values = str(shared["name"]), self.reading.values
        cell = _cell(row, amount.column)
        understood = read_amount(cell, self.context.unit_fen)
        raw = understood.fen if understood else 0
        own = shared | {"column": column_letters(amount.column), "raw_fen": raw}
        self._take_from_heading(own, row, number, amount)
        is_state = not understood and self._read_state_in_amount(own, cell, number, amount.column)
        if not is_state:
            self._check_amount(number, amount.column, cell, person)
        fen: int | None = raw if understood or is_state else None
        if fen is not None and own["status"] == "追回":
            fen = -abs(fen)
        elif fen is not None and fen < 0:
            self._find("R03", number, amount.column, found=format_fen(fen), person=person, fen=abs(fen))
        own["amount_fen"] = fen
        if not person:
            self._find("R01", number, amount.column, found=format_fen(raw), fen=raw)
        for column in FRAME_COLUMNS:
            values[column].append(own.get(column, ""))
        is_paid = own["status"] in PAID_STATUSES
        self.reading.totals.add_payment(number, amount.column, raw, is_paid=is_paid)
        return raw

    def _take_from_heading(self, own: dict[str, object], row: list[Cell], number: int, amount: AmountColumn) -> None:
        """Programme, period, state and quantity that the heading gives this money alone."""
        if amount.programme_text:
            own |= self._read_programme(amount.programme_text, number, amount.column, str(own["name"]))
        if amount.programme_text or amount.quantity or len(self.columns.amounts) > 1:
            own["quantity_milli"] = parse_scaled(_cell(row, amount.quantity), 3) if amount.quantity else None
            own["rate_micro"] = parse_scaled(_cell(row, amount.rate), 6) if amount.rate else None
        if amount.period_text:
            own["period"] = find_period(amount.period_text, self.context.year)
        if amount.status:
            own["status"] = amount.status
        flag = fold_text(cell_text(_cell(row, amount.flag))).upper() if amount.flag else ""
        if flag in _NO_FLAG and own["raw_fen"]:
            self._find("R04", number, amount.flag, found=f"{flag}（但有金额）", person=str(own["name"]))

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
        stated = read_amount(_cell(row, self.columns.sum_column), self.context.unit_fen)
        if stated and abs(stated.fen - total) > max(len(self.columns.amounts), 5):
            yuan = [format_fen(f) for f in (total, stated.fen, abs(total - stated.fen))]
            found = {"found": yuan[0], "expected": yuan[1], "difference": yuan[2]}
            self._find("T02", number, self.columns.sum_column, **found, person=person)

    def _check_amount(self, number: int, column: int, cell: Cell, person: str) -> None:
        where = (number, column)
        amount = read_amount(cell, self.context.unit_fen)
        if where in self.grid.errors:
            self._find("C11", *where, found=self.grid.errors[where], person=person)
        elif where in self.grid.uncalculated:
            self._find("C12", *where, person=person)
        elif cell is None or (isinstance(cell, str) and not cell.strip()):
            self._find("C02", *where, person=person)
        elif amount is None:
            is_number = is_other_number(cell) or parse_amount(cell) is not None
            self._find("C17" if is_number else "C01", *where, found=cell_text(cell), person=person)
        elif not amount.is_exact:
            self._find("C09", *where, found=cell_text(cell), expected=format_fen(amount.fen), person=person)
        elif isinstance(cell, str) and amount.is_cleaned:
            self._find("C03", *where, found=cell, expected=format_fen(amount.fen), person=person)

    def _read_shared(self, row: list[Cell], number: int, name: str) -> dict[str, object]:
        """What all payments of a row share."""
        identity = read_id(self._value(row, number, "id"))
        account = read_account(self._value(row, number, "account"))
        for key, column in ((identity, "id"), (account, "account")):
            if key.rule:
                self._find(key.rule, number, self._column(column), found=key.found, person=name)
        remark = self._text(row, number, "remark")
        if remark and _PRIVATE_WORDS.search(remark):
            self._find("R07", number, self._column("remark"), person=name)
        head = read_name(self._value(row, number, "household_head")).text
        values: dict[str, object] = {
            "file": self.context.file, "sheet": self.context.sheet, "row": number, "name": name, "id": identity.text,
            "account": account.text, "household_head": head, "payee": read_name(self._value(row, number, "payee")).text,
            "remark": remark, "organisation": int(is_organisation(name)), "verdict": "", "findings": "",
            "person_no": None, "household_no": None,
            "household_id": self._text(row, number, "household_id") or self._text(row, number, "household_no"),
            "birth_date": read_birth_date(identity.text) or self._date(row, number, "birth_date", name),
            "quantity_milli": self._quantity(row, number, name),
            "rate_micro": parse_scaled(self._value(row, number, "rate"), 6),
        }  # fmt: skip
        values |= self._read_place(row, number, name)
        values |= self._read_time(row, number, name, remark)
        text = self._text(row, number, "programme") or self.section_programme or self.context.programme_text
        if not all(a.programme_text for a in self.columns.amounts):
            values |= self._read_programme(text, number, self._column("programme"), name)
        return values

    def _quantity(self, row: list[Cell], number: int, person: str) -> int | None:
        if len(self.columns.area_parts) > 1 and self._value(row, number, "area_corrected") in (None, ""):
            parts = [parse_scaled(_cell(row, c), 3) for c in self.columns.area_parts]
            known = [p for p in parts if p is not None]
            return sum(known) if known else None
        for column in ("area_corrected", "area_paid", "quantity", "area_contract"):
            value = self._value(row, number, column)
            if value in (None, "") or cell_text(value) in _NOTHING[:6]:
                continue
            quantity = parse_scaled(value, 3)
            if quantity is None:
                self._find("C10", number, self._column(column), found=cell_text(value), person=person)
            return quantity
        return None

    def _read_place(self, row: list[Cell], number: int, person: str) -> dict[str, object]:
        context, places = self.context, self.lookups.places
        told = self._text(row, number, "township")
        township, village = told or context.township, self._text(row, number, "village")
        code = self._text(row, number, "village_code")
        if not village and len(code) == 12 and places.register.find_code(code):
            village = code
        village = village or self.section_village
        if not village:
            named, village = places.find_in_text(self._text(row, number, "address"), township)
            if named and named != township and not told:
                village = places.find_in_text(self._text(row, number, "address"), named)[1]
            township = told or (named if village else township) or named or township
        found = village or (context.village if self._agrees_with_title(township) else "")
        place = places.resolve(township, found)
        if place.rule:
            column = self._column("village") or self.columns.amounts[0].column
            self._find(
                place.rule, number, column, found=found, expected=place.expected, difference=place.hint, person=person
            )
        group = normal_group(self._text(row, number, "group")) or self.section_group or context.group
        return {"township": place.township, "village": place.village, "village_code": place.code, "group": group}

    def _agrees_with_title(self, township: str) -> bool:
        """Whether a blank village may be the title's: no village column has told another one so far."""
        told, places = self.above.get("village"), self.lookups.places
        if told in (None, "") or not self.context.village:
            return True
        return places.resolve(township, cell_text(told)) == places.resolve(township, self.context.village)

    def _read_time(self, row: list[Cell], number: int, person: str, remark: str) -> dict[str, object]:
        pay_date = self._date(row, number, "pay_date", person) or self.context.pay_date
        period = parse_period(self._value(row, number, "period"), self.context.year) or self.context.period
        text = self._text(row, number, "status")
        status = self.lookups.statuses.get(fold_status(text), "") if text else ""
        if text and not status:
            self._find("R04", number, self._column("status"), found=text, person=person)
        if status == "成功" and ("补发" in self._text(row, number, "period") or "补发" in remark):
            status = "补发"
        if not text and "追回" in remark:
            status = "追回"
        match = re.match(r"(20\d{2})", pay_date) or re.match(r"(20\d{2})", period)
        year = int(match[1]) if match else self.context.year
        return {"pay_date": pay_date, "period": period, "status": status, "year": year}

    def _read_programme(self, text: str, number: int, column: int, person: str) -> dict[str, object]:
        match = self.lookups.subsidies.match(text)
        if len(match.candidates) > 1:
            names = "、".join(s.name for s in match.candidates)
            self._find("H08", number, column, found=text, expected=names, person=person)
        name = "、".join(s.name for s in match.candidates)
        if not text and "programme" in self.columns.fields:
            self._find("R13", number, column, found="（空白）", person=person)
        if text and not match.candidates:
            near = self.lookups.subsidies.suggest(text)
            # a plain name that nobody classified is published as totals only (P03); a name like a known one is asked about
            name = fold_text(text) if not near and _PROGRAMME.search(text) and len(text) <= _LONGEST_PROGRAMME else ""
            if not name:
                hint = f"名称相近的有：{'、'.join(near)}。" if near else ""
                self._find("R13", number, column, found=text, difference=hint, person=person)
        return {
            "programme_text": text,
            "programme": name,
            "programme_code": "+".join(sorted(s.code for s in match.candidates)),
        }

    def _date(self, row: list[Cell], number: int, column: str, person: str) -> str:
        value = self._value(row, number, column)
        year = self.context.year if column == "pay_date" and not self.context.year_source else None
        understood = parse_date(value, year)
        if understood is None:
            self._find("C08", number, self._column(column), found=cell_text(value), person=person)
        return understood or ""

    def _column(self, name: str) -> int:
        return self.columns.fields.get(name, 0)

    def _text(self, row: list[Cell], number: int, name: str) -> str:
        return cell_text(self._value(row, number, name))

    def _value(self, row: list[Cell], number: int, name: str) -> Cell:
        """A field's cell, filled from its merge; 同上 and 〃 are what stands above."""
        column = self.columns.fields.get(name)
        if column is None:
            return None
        value = self._own(row, number, column)
        if name not in _DITTO_FIELDS:
            return value
        if isinstance(value, str) and len(value) <= 6 and _DITTO.fullmatch(fold_text(value)):
            return self.above.get(name)
        if value not in (None, ""):
            self.above[name] = value
        return value

    def _own(self, row: list[Cell], number: int, column: int) -> Cell:
        value = _cell(row, column)
        return value if value not in (None, "") else self.merged.get((number, column))

    def _find(self, code: str, row: int, column: int = 0, **details: object) -> None:
        place = Place(self.context.file, self.context.sheet, row, column_letters(column))
        self.reading.findings.append(Finding(code, place, **details))  # type: ignore[arg-type]  # names of Finding


def _cell(row: list[Cell], column: int) -> Cell:
    return row[column - 1] if 0 < column <= len(row) else None


def _first_text(row: list[Cell]) -> str:
    return next((cell_text(v) for v in row if isinstance(v, str) and v.strip()), "")


def _fill_merges(grid: Grid, table: Table) -> dict[tuple[int, int], Cell]:
    """Values of cells merged downwards in the body, for every row but the first: (row, column) → value."""
    filled: dict[tuple[int, int], Cell] = {}
    for merge in grid.merges:
        if merge.first_row <= table.header_last or merge.last_row == merge.first_row:
            continue
        if merge.first_row <= table.body_last and merge.first_row <= len(grid.rows):
            value = _cell(grid.rows[merge.first_row - 1], merge.first_column)
            for number in range(merge.first_row + 1, min(merge.last_row, table.body_last) + 1):
                filled[number, merge.first_column] = value
    return filled
