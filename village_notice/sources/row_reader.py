"""One row's fields understood: person, place, time, programme, quantity; 同上 and merged cells filled in."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from village_notice.domain.columns import PAID_STATUSES
from village_notice.domain.finding import Finding, Place
from village_notice.domain.identity import read_birth_date
from village_notice.domain.remark import is_failure_reason, is_private_remark, may_tell_of_removal
from village_notice.domain.text import column_letters, fold_text, normal_group
from village_notice.sources.cells import is_organisation, read_account, read_id, read_name, read_scaled, split_person
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.dates import parse_date, parse_period
from village_notice.sources.grid import Cell
from village_notice.sources.reference import find_status
from village_notice.sources.surroundings import Context, Lookups, find_group
from village_notice.sources.tables import cell_text
from village_notice.sources.wording import PROGRAMME_WORDS, is_ditto, means_above

DITTO_FIELDS = frozenset((
    "township", "village", "village_code", "group", "household_head", "programme", "period", "pay_date", "status",
    "bank", "address", "rate", "payee", "name", "id", "account",
))  # fmt: skip
_NO_QUANTITY = ("", "-", "—", "－", "/", "无")
_LONGEST_PROGRAMME = 30
_FIRST_YEAR, _LAST_YEAR = "1990", "2099"
_LENGTH_OF_CODE = 12

_PEOPLE = re.compile(r"\s*[（(]共?\d{1,4}[户人][)）]$")
"""How many people a village has, behind its name: 东岚村（4户）."""


@dataclass(slots=True)
class Section:
    """What the section rows above a row say; "" where they say nothing."""

    village: str = ""
    group: str = ""
    programme: str = ""
    township: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it says, for look-ups."""
        return self.village, self.group, self.programme, self.township


class RowReader:
    """Reads the fields of rows, one after the other, from top to bottom.

    Args:
        context: What the table's surroundings say.
        columns: What its columns mean.
        lookups: Register, programmes and states.
        merged: Values of cells merged downwards, (row, column) → value.
    """

    def __init__(
        self, context: Context, columns: ColumnMap, lookups: Lookups, merged: Mapping[tuple[int, int], Cell]
    ) -> None:
        self.context, self.columns, self.lookups, self.merged = context, columns, lookups, merged
        self.fields = dict(columns.fields)
        self.section = Section()
        self.above: dict[str, Cell] = {}
        self.findings: list[Finding] = []

    def read_shared(self, row: list[Cell], number: int, name: str) -> dict[str, object]:
        """What all payments of a row share."""
        identity = read_id(self.value(row, number, "id"))
        account = read_account(self.value(row, number, "account"))
        for key, column in ((identity, "id"), (account, "account")):
            if key.rule:
                self.find(key.rule, number, self.column(column), found=key.found, person=name)
        remark = self.text(row, number, "remark")
        self.check_remark(remark, number, name)
        head = read_name(self.value(row, number, "household_head")).text
        values: dict[str, object] = {
            "file": self.context.file, "sheet": self.context.sheet, "row": number, "name": name, "id": identity.text,
            "account": account.text, "household_head": head, "payee": read_name(self.value(row, number, "payee")).text,
            "remark": remark, "organisation": int(is_organisation(name)), "verdict": "", "findings": "",
            "person_no": None, "household_no": None,
            "household_id": self.read_household(row, number),
            "birth_date": read_birth_date(identity.text) or self.read_date(row, number, "birth_date", name),
            "quantity_milli": self.read_quantity(row, number, name),
            "rate_micro": read_scaled(self.value(row, number, "rate"), 6),
        }  # fmt: skip
        values |= self.read_place(row, number, name)
        values |= self.read_time(row, number, name, remark)
        self.check_reason(row, number, str(values["status"]), name)
        if values["status"] not in PAID_STATUSES:  # why it came back: the desk tells the caller
            reasons = (remark, self.text(row, number, "failure_reason"), self.text(row, number, "status"))
            values["remark"] = " ".join(filter(None, reasons))
        if not all(a.programme_text for a in self.columns.amounts):
            values |= self.read_own_programme(row, number, name)
        return values

    def check_remark(self, remark: str, number: int, person: str) -> None:
        """R07 where a remark holds what nobody else may know."""
        if is_private_remark(remark):
            self.find("R07", number, self.column("remark"), person=person)

    def check_reason(self, row: list[Cell], number: int, status: str, person: str) -> None:
        """R18 where a reason is given why the money did not arrive, although the row counts as paid."""
        reason = self.text(row, number, "failure_reason")
        if reason and status in ("", "成功") and (is_failure_reason(reason) or may_tell_of_removal(reason)):
            self.find("R18", number, self.column("failure_reason"), found=reason, person=person)

    def read_household(self, row: list[Cell], number: int) -> str:
        """What the households are told apart by: an ID of the head, or a number."""
        return self.text(row, number, "household_id") or self.text(row, number, "household_no")

    def read_own_programme(self, row: list[Cell], number: int, person: str) -> dict[str, object]:
        """The programme of a row: its own, else the section's, else that of the table's surroundings."""
        text = self.text(row, number, "programme") or self.section.programme or self.context.programme_text
        return self.read_programme(text, number, self.column("programme"), person)

    def read_quantity(self, row: list[Cell], number: int, person: str) -> int | None:
        """The area or number of a row; C10 where it is no number."""
        if len(self.columns.area_parts) > 1 and self.value(row, number, "area_corrected") in (None, ""):
            parts = [read_scaled(cell_at(row, c), 3) for c in self.columns.area_parts]
            known = [p for p in parts if p is not None]
            return sum(known) if known else None
        for column in ("area_corrected", "area_paid", "quantity", "area_contract"):
            value = self.value(row, number, column)
            if value in (None, "") or cell_text(value) in _NO_QUANTITY:
                continue
            quantity = read_scaled(value, 3)
            if quantity is None:
                self.find("C10", number, self.column(column), found=cell_text(value), person=person)
            return quantity
        return None

    def read_place(self, row: list[Cell], number: int, person: str) -> dict[str, object]:
        """Township, village, its code and group of a row; R02, R09, R10 where they cannot be known."""
        context, places = self.context, self.lookups.places
        told = self.text(row, number, "township")
        township = told or self.section.township or context.township
        village = _PEOPLE.sub("", self.text(row, number, "village"))
        code = self.text(row, number, "village_code")
        if not village and len(code) == _LENGTH_OF_CODE and places.register.find_code(code):
            village = code
        village = village or self.section.village
        group = self.text(row, number, "group")
        address = self.text(row, number, "address")  # always: a row below may mean it by 同上
        if village and not told:
            township = places.split_township(village) or township
        if village.endswith(("组", "）", ")")):
            village, own_group = places.split_group(township, village)
            group = group or own_group
        if not village and group:
            bare, own_group = places.split_group(township, group)  # 东岚一组
            village = bare if own_group else places.find_in_text(group, township)[1]
            group = own_group or (find_group([group]) if village else group)
        if not village:
            named, village = places.find_in_text(address, township)
            if named and named != township and not told:
                village = places.find_in_text(address, named)[1]
            township = told or (named if village else township) or named or township
        found = village or (context.village if self._agrees_with_title(township) else "")
        place = places.resolve(township, found)
        by_code = places.register.find_code(code) if len(code) == _LENGTH_OF_CODE else None
        if by_code and place.code and by_code.code != place.code:
            expected = f"村代码 {code} 是{by_code.township}{by_code.name}"
            self.find("R12", number, self.column("village_code"), found=place.village, expected=expected, person=person)
        if place.rule:
            column = self.column("village") or self.columns.amounts[0].column
            self.find(
                place.rule, number, column, found=found, expected=place.expected, difference=place.hint, person=person
            )
        group = normal_group(group) or self.section.group or context.group
        return {"township": place.township, "village": place.village, "village_code": place.code, "group": group}

    def _agrees_with_title(self, township: str) -> bool:
        """Whether a blank village may be the title's: no village column has told another one so far."""
        told, places = self.above.get("village"), self.lookups.places
        if told in (None, "") or not self.context.village:
            return True
        return places.resolve(township, cell_text(told)) == places.resolve(township, self.context.village)

    def read_time(self, row: list[Cell], number: int, person: str, remark: str) -> dict[str, object]:
        """Pay date, period, state and year of a row."""
        pay_date = self.read_date(row, number, "pay_date", person) or self.context.pay_date
        period = self._read_period(row, number) or self.context.period
        text = self.text(row, number, "status")
        status = find_status(self.lookups.statuses, text)
        if text and not status:
            self.find("R04", number, self.column("status"), found=text, person=person)
        if status == "成功" and ("补发" in self.text(row, number, "period") or "补发" in remark):
            status = "补发"
        if not text and "追回" in remark:
            status = "追回"
        match = re.match(r"(20\d{2})", pay_date) or re.match(r"(20\d{2})", period)
        year = int(match[1]) if match else self.context.year
        return {"pay_date": pay_date, "period": period, "status": status, "year": year}

    def _read_period(self, row: list[Cell], number: int) -> str:
        """The period of a row; year and month in two columns are put together."""
        if len(self.columns.periods) < 2:
            return parse_period(self.value(row, number, "period"), self.context.year)
        texts = [cell_text(self.own(row, number, c)) for c in self.columns.periods]
        words = (re.sub(r"^\d{4}$", r"\g<0>年", re.sub(r"^\d{1,2}$", r"\g<0>月", t)) for t in texts)
        return parse_period("".join(words), self.context.year)

    def read_programme(self, text: str, number: int, column: int, person: str) -> dict[str, object]:
        """The programme a text names; H08 for several, R13 for none."""
        match = self.lookups.subsidies.match(text)
        if len(match.candidates) > 1:
            names = "、".join(s.name for s in match.candidates)
            self.find("H08", number, column, found=text, expected=names, person=person)
        name = "、".join(s.name for s in match.candidates)
        if not text and "programme" in self.columns.fields:
            self.find("R13", number, column, found="（空白）", person=person)
        if text and not match.candidates:
            near = (match.reason,) if match.doubt else self.lookups.subsidies.suggest(text)
            # a plain name that nobody classified is published as totals only (P03); a name like a known one is asked about
            name = (
                fold_text(text) if not near and PROGRAMME_WORDS.search(text) and len(text) <= _LONGEST_PROGRAMME else ""
            )
            if not name:
                hint = f"{match.reason}。" if match.doubt else f"名称相近的有：{'、'.join(near)}。" if near else ""
                self.find("R13", number, column, found=text, difference=hint, person=person)
        return {
            "programme_text": text,
            "programme": name,
            "programme_code": "+".join(sorted(s.code for s in match.candidates)),
        }

    def read_date(self, row: list[Cell], number: int, column: str, person: str) -> str:
        """The day in a column; C08 where it is no real day."""
        value = self.value(row, number, column)
        year = self.context.year if column == "pay_date" and not self.context.year_source else None
        understood = parse_date(value, year)
        if understood and column == "pay_date" and not _FIRST_YEAR <= understood[:4] <= _LAST_YEAR:
            understood = None  # a day cell of 1900 or 9999
        if understood is None:
            self.find("C08", number, self.column(column), found=cell_text(value), person=person)
        return understood or ""

    def column(self, name: str) -> int:
        """The column of a field, 0 where the table has none."""
        return self.columns.fields.get(name, 0)

    def text(self, row: list[Cell], number: int, name: str) -> str:
        """A field's cell as one line of text."""
        return cell_text(self.value(row, number, name)) if name in self.fields else ""

    def value(self, row: list[Cell], number: int, name: str) -> Cell:
        """A field's cell, filled from its merge; 同上 and 〃 are what stands above, of a name only with the ID."""
        column = self.fields.get(name)
        if column is None:
            return None
        value = row[column - 1] if column <= len(row) else None
        if value is None or value == "":
            value = self.merged.get((number, column))
        if name in ("name", "id") and self.fields.get("name") == self.fields.get("id"):
            value = split_person(value)[name == "id"]
        if name not in DITTO_FIELDS:
            return value
        if isinstance(value, str) and means_above(name, value):
            return value if name == "name" and not self._is_same_person(row) else self.above.get(name)
        if value not in (None, ""):
            self.above[name] = value
        return value

    def _is_same_person(self, row: list[Cell]) -> bool:
        """Whether 同上 in the name says who it is: only where the ID says so too; else it may be a slip, and is asked."""
        cell = cell_at(row, self.column("id"))
        return isinstance(cell, str) and is_ditto(cell)

    def own(self, row: list[Cell], number: int, column: int) -> Cell:
        """The cell of a column, filled from its merge."""
        value = cell_at(row, column)
        return value if value not in (None, "") else self.merged.get((number, column))

    @contextmanager
    def aside(self) -> Iterator[list[Finding]]:
        """Reads as a trial: findings go into the list given, and no row after it knows of the rows read."""
        findings, above = self.findings, self.above
        self.findings, self.above = [], dict(above)
        try:
            yield self.findings
        finally:
            self.findings, self.above = findings, above

    def find(self, code: str, row: int, column: int = 0, **details: object) -> None:
        """Notes a finding at a cell, or at a row where the column is 0."""
        place = Place(self.context.file, self.context.sheet, row, column_letters(column))
        self.findings.append(Finding(code, place, **details))  # type: ignore[arg-type]  # names of Finding


def cell_at(row: list[Cell], column: int) -> Cell:
    """The cell of a column from 1, None past the row's end and for column 0."""
    return row[column - 1] if 0 < column <= len(row) else None
