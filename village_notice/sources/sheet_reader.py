"""One table's rows as payments, with everything else set aside and accounted for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from village_notice.domain.columns import FRAME_COLUMNS
from village_notice.domain.finding import Finding, Place
from village_notice.domain.identity import read_birth_date
from village_notice.domain.money import format_fen, parse_amount, parse_scaled
from village_notice.domain.reading import SetAside
from village_notice.domain.text import column_letters, fold_text, normal_group
from village_notice.sources.body import classify_row
from village_notice.sources.cells import is_organisation, read_account, read_id, read_name
from village_notice.sources.columns_match import AmountColumn, ColumnMap
from village_notice.sources.dates import parse_date, parse_period
from village_notice.sources.grid import Cell, Grid
from village_notice.sources.places import PlaceFinder
from village_notice.sources.reference import fold_status
from village_notice.sources.subsidy_table import SubsidyTable
from village_notice.sources.tables import Table, cell_text

_DITTO = ("同上", "〃", '"', "″")
_NOTHING = ("", "-", "—", "－", "/", "无", "——", "停发", "0", "0.0")
_PROGRAMME = re.compile(r"补贴|补助|津贴|奖补|奖励|奖扶|救助|慰问|抚恤|补偿|直补|生活费|优待金|保障金|供养")
"""Words that make a text the name of a programme, also of one that subsidies.csv does not have."""
_LONGEST_PROGRAMME = 30
_PRIVATE_WORDS = re.compile(r"\d{15,19}|(?<!\d)1[3-9]\d{9}(?!\d)|[病残亡孤癌]|服刑|戒毒")


@dataclass(frozen=True, slots=True)
class Context:
    """What a table's surroundings say: texts "" and numbers None where they say nothing.

    Attributes:
        file, sheet: The place.
        township, village: Texts for payments whose own row names none.
        programme_text: The programme's words.
        year: The year the title, sheet or file names.
        unit_fen: Fen in one unit of money.
    """

    file: str
    sheet: str
    township: str = ""
    village: str = ""
    programme_text: str = ""
    year: int | None = None
    unit_fen: int = 100


@dataclass(slots=True)
class TableReading:
    """What one table gave; `values` holds one list a column of the payments frame."""

    values: dict[str, list[object]] = field(default_factory=lambda: {c: [] for c in FRAME_COLUMNS})
    findings: list[Finding] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lookups:
    """Where words are looked up."""

    places: PlaceFinder
    subsidies: SubsidyTable
    statuses: Mapping[str, str]


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
        self.section_village, self.section_group = "", ""
        self.before: dict[str, str] = {}
        self.sum_fen: dict[int, int] = {}
        self.part_fen: dict[int, int] = {}

    def read(self) -> TableReading:
        """All rows below the headings, in order."""
        for number in range(self.table.header_last + 1, self.table.body_last + 1):
            row = self.grid.rows[number - 1]
            kind = classify_row(row, self.columns, self.table, number)
            if kind == "payment":
                self._read_payment(row, number)
                continue
            if kind == "section":
                self._enter_section(row)
            if kind in ("total", "subtotal"):
                self._check_total(row, number, kind)
            if kind == "example":
                self._find("R08", number, found=_first_text(row))
            self._set_aside(row, number, kind, self.columns.amounts)
        return self.reading

    def _set_aside(self, row: list[Cell], number: int, kind: str, amounts: tuple[AmountColumn, ...]) -> None:
        fen = sum(
            a.fen for a in (parse_amount(_cell(row, x.column), unit_fen=self.context.unit_fen) for x in amounts) if a
        )
        place = (self.context.file, self.context.sheet, number, "")
        self.reading.set_aside.append(SetAside(*place, kind, len(amounts), fen, _first_text(row)[:60]))

    def _enter_section(self, row: list[Cell]) -> None:
        text = _first_text(row)
        village = self.lookups.places.find_in_section(text)
        if village:
            self.section_village, self.section_group = village, ""
            self.part_fen = {}
        elif re.search(r"组|屯|队", text):
            self.section_group = normal_group(re.sub(r"[（(].*[)）]", "", text))

    def _check_total(self, row: list[Cell], number: int, kind: str) -> None:
        """T01/T02 where a stated total is not the sum of the rows above it; a total before the first row is not checked."""
        in_block = kind == "subtotal" or (
            kind == "total" and bool(self.section_village) and self.part_fen != self.sum_fen
        )
        text = _first_text(row)
        for amount in self.columns.amounts if self.sum_fen else ():
            stated = parse_amount(_cell(row, amount.column), unit_fen=self.context.unit_fen)
            part, whole = self.part_fen.get(amount.column, 0), self.sum_fen.get(amount.column, 0)
            found = part if in_block and self.part_fen else whole
            if kind == "total" and stated and stated.fen in (part, whole):
                continue
            if stated and stated.fen != found and not text.startswith("本页"):
                yuan = [format_fen(f) for f in (found, stated.fen, abs(found - stated.fen))]
                code = "T01" if kind == "total" else "T02"
                self._find(code, number, amount.column, found=yuan[0], expected=yuan[1], difference=yuan[2])
        if kind == "subtotal":
            self.part_fen = {}

    def _read_payment(self, row: list[Cell], number: int) -> None:
        name = read_name(self._value(row, number, "name"))
        if name.rule:
            self._find(name.rule, number, self._column("name"), found=name.found, expected=name.text, person=name.text)
        shared = self._read_shared(row, number, name.text)
        is_spread = len(self.columns.amounts) > 1
        for amount in self.columns.amounts:
            cell = _cell(row, amount.column)
            blank = cell is None or (isinstance(cell, str) and fold_text(cell) in _NOTHING)
            if is_spread and (blank or cell == 0):
                place = (self.context.file, self.context.sheet, number, column_letters(amount.column))
                self.reading.set_aside.append(SetAside(*place, "blank", 1, 0, ""))
                continue
            self._add_payment(shared, number, amount, cell)

    def _add_payment(self, shared: dict[str, object], number: int, amount: AmountColumn, cell: Cell) -> None:
        person, values = str(shared["name"]), self.reading.values
        understood = parse_amount(cell, unit_fen=self.context.unit_fen)
        raw = understood.fen if understood else 0
        fen: int | None = raw if understood else None
        self._check_amount(number, amount.column, cell, person)
        status = str(shared["status"])
        if fen is not None and status == "追回":
            fen = -abs(fen)
        elif fen is not None and fen < 0:
            self._find("R03", number, amount.column, found=format_fen(fen), person=person, fen=abs(fen))
        own = shared | {
            "column": column_letters(amount.column),
            "amount_fen": fen,
            "raw_fen": raw,
        }
        if amount.programme_text:
            own |= self._read_programme(amount.programme_text, number, amount.column, person)
            own["quantity_milli"] = own["rate_micro"] = None
        if amount.months:
            own["period"] = self._format_months(amount.months)
        if not person:
            self._find("R01", number, amount.column, found=format_fen(raw), fen=raw)
        for column in FRAME_COLUMNS:
            values[column].append(own.get(column, ""))
        self.sum_fen[amount.column] = self.sum_fen.get(amount.column, 0) + raw
        self.part_fen[amount.column] = self.part_fen.get(amount.column, 0) + raw

    def _format_months(self, months: tuple[int, int]) -> str:
        year = self.context.year or 0
        first, last = (f"{year:04d}-{m:02d}" for m in months)
        return first if first == last else f"{first}/{last}"

    def _check_amount(self, number: int, column: int, cell: Cell, person: str) -> None:
        amount = parse_amount(cell, unit_fen=self.context.unit_fen)
        where = (number, column)
        if where in self.grid.errors:
            self._find("C11", *where, found=self.grid.errors[where], person=person)
        elif where in self.grid.uncalculated:
            self._find("C12", *where, person=person)
        elif cell is None or (isinstance(cell, str) and not cell.strip()):
            self._find("C02", *where, person=person)
        elif amount is None:
            self._find("C01", *where, found=cell_text(cell), person=person)
        elif abs(amount.fen) >= 10**14:
            self._find("C17", *where, found=cell_text(cell), person=person)
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
        text = self._text(row, number, "programme") or self.context.programme_text
        if not any(a.programme_text for a in self.columns.amounts):
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
        township = self._text(row, number, "township") or context.township
        village = self._text(row, number, "village")
        if village in _DITTO:
            village = self.before.get("village", "")
        self.before["village"] = village
        code = self._text(row, number, "village_code")
        if not village and len(code) == 12 and places.register.find_code(code):
            village = code
        village = village or self.section_village
        if not village:
            named, village = places.find_in_text(self._text(row, number, "address"))
            told = self._text(row, number, "township")
            township = told or (named if village else township) or named
        place = places.resolve(township, village or context.village)
        if place.rule:
            column = self._column("village") or self.columns.amounts[0].column
            found = village or context.village
            self._find(
                place.rule, number, column, found=found, expected=place.expected, difference=place.hint, person=person
            )
        group = normal_group(self._text(row, number, "group")) or self.section_group
        return {"township": place.township, "village": place.village, "village_code": place.code, "group": group}

    def _read_time(self, row: list[Cell], number: int, person: str, remark: str) -> dict[str, object]:
        pay_date = self._date(row, number, "pay_date", person)
        period = parse_period(self._text(row, number, "period"))
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
        understood = parse_date(value)
        if understood is None:
            self._find("C08", number, self._column(column), found=cell_text(value), person=person)
        return understood or ""

    def _column(self, name: str) -> int:
        return self.columns.fields.get(name, 0)

    def _text(self, row: list[Cell], number: int, name: str) -> str:
        return cell_text(self._value(row, number, name))

    def _value(self, row: list[Cell], number: int, name: str) -> Cell:
        column = self.columns.fields.get(name)
        if column is None:
            return None
        value = _cell(row, column)
        return value if value not in (None, "") else self.merged.get((number, column))

    def _find(self, code: str, row: int, column: int = 0, **details: object) -> None:
        place = Place(self.context.file, self.context.sheet, row, column_letters(column))
        self.reading.findings.append(Finding(code, place, **details))  # type: ignore[arg-type]  # names of Finding


def _cell(row: list[Cell], column: int) -> Cell:
    return row[column - 1] if column <= len(row) else None


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
            for number in range(merge.first_row + 1, merge.last_row + 1):
                filled[number, merge.first_column] = value
    return filled
