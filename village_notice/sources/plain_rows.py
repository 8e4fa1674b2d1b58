"""The plain rows of a table, read column by column: a person, a number as money, nothing to be told of any cell.

Most rows are plain. What each needs is worked out once for every distinct value (`RowReader`, on the first row that has
it) and looked up for the others. A row with anything else in it is left to the careful reading, row by row; both give
the same payments, whichever reads a row.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from village_notice.domain.text import column_letters
from village_notice.sources.body import is_person, says_other
from village_notice.sources.cells import is_organisation, read_amount, read_name, read_scaled
from village_notice.sources.grid import Cell
from village_notice.sources.places import PlaceFinder
from village_notice.sources.plain_keys import read_accounts, read_ids
from village_notice.sources.row_reader import DITTO_FIELDS, RowReader
from village_notice.sources.tables import Table
from village_notice.sources.unnamed_sums import names_section
from village_notice.sources.wording import is_ditto, means_above

K = TypeVar("K")
V = TypeVar("V")
_Row = list[Cell]
_Values = tuple[object, ...]
_MOST_VALUES = 200_000
_TEXT_FIELDS = frozenset((
    "township", "village", "village_code", "group", "address", "household_id", "household_no", "remark", "programme",
    "pay_date", "period", "status", "birth_date", "payee", "household_head", "id", "account",
))  # fmt: skip
"""Fields in which 1 and 1.0 may read differently."""
_AREAS = ("area_corrected", "area_paid", "quantity", "area_contract")
_PAID_AS_A_RULE = ("", "成功", "补发")
_HEADS_OF_ROWS = 2
"""Rows below the headings that may number the columns: they are always looked at."""
FEWEST_ROWS = 4
"""Fewer plain rows on end are not worth the work of reading them together."""


class _Known(dict[K, V], Generic[K, V]):
    """Values worked out once."""

    def __init__(self, work_out: Callable[[K], V]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, key: K) -> V:
        value = self._work_out(key)
        if len(self) < _MOST_VALUES:
            self[key] = value
        return value


def _read_plain_name(value: Cell) -> str:
    """The name of a person or organisation that only has to be taken over, "" for any other cell."""
    if not isinstance(value, str) or is_ditto(value) or not is_person(value) or says_other(value):
        return ""
    name = read_name(value)
    return "" if name.rule else name.text


def _read_other_name(value: Cell) -> str | None:
    """A head of a household or payee as text, None where the cell says 同上."""
    return None if isinstance(value, str) and is_ditto(value) else read_name(value).text


def _read_area(value: Cell) -> int | str | None:
    """A quantity, None for a blank cell, "" for anything that has to be looked at."""
    scaled = read_scaled(value, 3)
    return "" if scaled is None and value is not None else scaled


_NAMES: _Known[Cell, str] = _Known(_read_plain_name)
_OTHER_NAMES: _Known[Cell, str | None] = _Known(_read_other_name)
_OTHER_WORDS: _Known[Cell, bool] = _Known(lambda value: isinstance(value, str) and says_other(value))
_AREA: _Known[Cell, int | str | None] = _Known(_read_area)
_RATE: _Known[Cell, int | None] = _Known(lambda value: read_scaled(value, 6))
_FEN: dict[int, _Known[Cell, int | None]] = {}
"""Unit → money of cells, None where something has to be told of it."""


def _find_fen(unit_fen: int) -> _Known[Cell, int | None]:
    def read(value: Cell) -> int | None:
        amount = read_amount(value, unit_fen)
        is_plain = amount is not None and amount.is_exact and amount.fen >= 0
        return amount.fen if is_plain and amount and not (isinstance(value, str) and amount.is_cleaned) else None

    return _FEN.setdefault(unit_fen, _Known(read))


class PlainRows:
    """The rows of one table's body by column, and which of them are plain as far as their words go.

    Args:
        rows: (number, cells) of every row below the headings, in order.
        raw: The same cells column by column; a row may reach beyond the last of them.
        table: The table.
        cells: Its rows' reader, with the cells merged downwards.
        places: Where villages are looked up.
        struck: Rows with struck-through text: they are never plain.
    """

    def __init__(
        self,
        rows: Sequence[tuple[int, _Row]],
        raw: Sequence[Sequence[Cell]],
        table: Table,
        cells: RowReader,
        places: PlaceFinder,
        struck: Mapping[int, int],
    ) -> None:
        self.rows, self.table, self.cells, self.columns = rows, table, cells, cells.columns
        self.first = rows[0][0] if rows else 0
        self._raw = raw
        self._long = [i for i, (_, row) in enumerate(rows) if len(row) > len(raw)]
        self._kinds = [set(map(type, column)) for column in self._raw]
        self._merged: dict[int, list[tuple[int, Cell]]] = {}
        self._names: Sequence[str] = ()
        self._fen: Sequence[int | None] = ()
        self._known: dict[object, dict[object, _Values | None]] = {}
        self.is_plain = self._mark(places, struck) if self._can_read() else [False] * len(rows)

    def take_merges(self) -> None:
        """Takes over the values of merged cells, once all of them are known."""
        for (number, column), value in self.cells.merged.items():
            self._merged.setdefault(column, []).append((number - self.first, value))

    def _can_read(self) -> bool:
        """Whether the table is of the kind whose rows can be plain: one amount, nothing that the heading says of it."""
        amounts = self.columns.amounts
        if len(self.rows) < FEWEST_ROWS + _HEADS_OF_ROWS or len(amounts) != 1 or "name" not in self.columns.fields:
            return False
        one = amounts[0]
        if one.programme_text or one.period_text or one.status or one.quantity or one.rate or one.flag:
            return False
        fields = self.columns.fields
        if len(self.columns.area_parts) > 1 or len(self.columns.periods) > 1 or fields["name"] == fields.get("id"):
            return False
        return all(self._is_regular(field, column) for field, column in self.columns.fields.items())

    def _is_regular(self, field: str, column: int) -> bool:
        """Whether equal values of a column read alike: no true and false, and no 1.0 beside 1 in a column of words."""
        kinds = self._kinds[column - 1] if column <= len(self._kinds) else set()
        if bool in kinds:
            return False
        if field not in _TEXT_FIELDS or float not in kinds:
            return True
        return not any(v.is_integer() for v in self._raw[column - 1] if v.__class__ is float)

    def _mark(self, places: PlaceFinder, struck: Mapping[int, int]) -> list[bool]:
        fields, count = self.columns.fields, len(self.rows)
        amount, name = self.columns.amounts[0].column, fields["name"]
        if bool in self._find_kinds(amount):
            return [False] * count
        fen = _find_fen(self.cells.context.unit_fen)
        self._fen = [fen[v] for v in self._find_raw(amount)]
        self._names = [_NAMES[v] for v in self._find_raw(name)]
        plain = [f is not None and n != "" for f, n in zip(self._fen, self._names, strict=True)]
        for column in range(1, len(self._raw) + 1):
            for index in self._find_other_words(column, is_left=column < name):
                plain[index] = False
        if str in self._find_kinds(amount):
            self._leave_headings(plain, name)
        for index in self._find_keyless([c for c in (fields.get("id"), fields.get("account")) if c]):
            plain[index] = plain[index] and not names_section(self._names[index], places)
        for number in struck:
            if 0 <= number - self.first < count:
                plain[number - self.first] = False
        for index in self._long:
            plain[index] = False
        head = max(0, self.table.header_last + _HEADS_OF_ROWS + 1 - self.first)
        plain[:head] = [False] * len(plain[:head])
        return plain

    def _find_other_words(self, column: int, *, is_left: bool) -> Iterator[int]:
        """Rows in which a cell of a column may say that they are no payment."""
        kinds = self._find_kinds(column)
        if str not in kinds:
            return
        cells = self._find_raw(column)
        if is_left:
            flags = [_OTHER_WORDS[v] for v in cells]
            if True in flags:
                yield from (i for i, flag in enumerate(flags) if flag)
        texts: Sequence[str] = cells if len(kinds) == 1 else [v for v in cells if v.__class__ is str]  # type: ignore[assignment]  # texts by the look before
        if "例" in "".join(texts):
            yield from (i for i, v in enumerate(cells) if v.__class__ is str and "例" in v)

    def _leave_headings(self, plain: list[bool], name: int) -> None:
        """A row whose money is text may repeat the headings: then its name is one."""
        heading = self.table.texts[name - 1] if name <= len(self.table.texts) else ""
        words = {heading.replace("\n", ""), *heading.replace(" ", "").split("\n")}
        for index, value in enumerate(self._names):
            if value in words:
                plain[index] = False

    def _find_keyless(self, keys: Sequence[int]) -> Iterator[int]:
        """Rows in which nothing but the name shows that they are of a person."""
        rest: Sequence[int] = range(len(self.rows))
        for key in keys:
            cells = self._find_raw(key)
            rest = [i for i in rest if (v := cells[i]) is None or (isinstance(v, str) and not v.strip())]
        yield from rest

    def _find_kinds(self, column: int) -> set[type]:
        return self._kinds[column - 1] if 0 < column <= len(self._kinds) else {type(None)}

    def _find_raw(self, column: int) -> Sequence[Cell]:
        """A column's cells as they stand."""
        return self._raw[column - 1] if 0 < column <= len(self._raw) else (None,) * len(self.rows)

    def find_run(self, start: int) -> int:
        """The place behind the plain rows that begin at a place; the place itself where they are too few to be read together."""
        try:
            stop = self.is_plain.index(False, start)
        except ValueError:
            stop = len(self.rows)
        return stop if stop - start >= FEWEST_ROWS else start

    def read(self, start: int, stop: int) -> tuple[dict[str, Sequence[object]], list[int]]:
        """The payments of plain rows on end, one sequence a column, and which of them are not plain after all.

        `start` and `stop` are places of rows; nothing but payments stands between them.
        """
        count, cells, fields = stop - start, self.cells, self.columns.fields
        bad: set[int] = set()
        columns: dict[str, Sequence[object]] = {
            "file": [cells.context.file] * count,
            "sheet": [cells.context.sheet] * count,
            "row": range(self.first + start, self.first + stop),
            "column": [column_letters(self.columns.amounts[0].column)] * count,
            "name": self._names[start:stop],
            "raw_fen": self._fen[start:stop],
            "amount_fen": self._fen[start:stop],
            "verdict": [""] * count,
            "findings": [""] * count,
            "person_no": [None] * count,
            "household_no": [None] * count,
        }
        names = self._names[start:stop]
        is_long = max(map(len, names)) > 4
        columns["organisation"] = [int(is_organisation(n)) for n in names] if is_long else [0] * count
        columns["id"], births = read_ids(self._find_field("id", start, stop), bad)
        columns["account"] = read_accounts(self._find_field("account", start, stop), bad)
        for field in ("household_head", "payee"):
            columns[field] = self._read_names(field, start, stop, bad)
        columns["quantity_milli"] = self._read_quantities(start, stop, bad)
        columns["rate_micro"] = self._read_rates(start, stop, bad)
        for group in _GROUPS:
            columns |= self._read_group(group, start, stop, bad)
        own = columns["birth_date"]
        columns["birth_date"] = [b or o for b, o in zip(births, own, strict=True)] if "birth_date" in fields else births
        self._check_sums(start, stop, bad)
        return columns, sorted(bad)

    def _find_field(self, field: str, start: int, stop: int) -> Sequence[Cell]:
        """A field's cells, filled from their merges."""
        column = self.columns.fields.get(field, 0)
        values = self._find_raw(column)[start:stop]
        merged = [(i - start, v) for i, v in self._merged.get(column, ()) if start <= i < stop]
        if not merged:
            return values
        filled = list(values)
        for index, value in merged:
            if filled[index] in (None, ""):
                filled[index] = value
        return filled

    def _read_names(self, field: str, start: int, stop: int, bad: set[int]) -> Sequence[object]:
        if field not in self.columns.fields:
            return [""] * (stop - start)
        found = [_OTHER_NAMES[v] for v in self._find_field(field, start, stop)]
        _note_bad(found, None, bad)
        return found

    def _read_quantities(self, start: int, stop: int, bad: set[int]) -> Sequence[object]:
        areas = [f for f in _AREAS if f in self.columns.fields]
        if not areas:
            return [None] * (stop - start)
        if len(areas) > 1 or not self._find_kinds(self.columns.fields[areas[0]]) <= {int, float, type(None)}:
            return self._read_group(_QUANTITY, start, stop, bad)["quantity_milli"]
        found = [_AREA[v] for v in self._find_field(areas[0], start, stop)]
        _note_bad(found, "", bad)
        return found

    def _read_rates(self, start: int, stop: int, bad: set[int]) -> Sequence[object]:
        if "rate" not in self.columns.fields:
            return [None] * (stop - start)
        cells = self._find_field("rate", start, stop)
        bad.update(i for i, v in enumerate(cells) if v.__class__ is str and is_ditto(v))
        return [_RATE[v] for v in cells]

    def _check_sums(self, start: int, stop: int, bad: set[int]) -> None:
        """Leaves rows whose sum column tells another sum to the careful reading."""
        if not self.columns.sum_column:
            return
        unit = self.cells.context.unit_fen
        sums = self._find_raw(self.columns.sum_column)[start:stop]
        for index, (value, fen) in enumerate(zip(sums, self._fen[start:stop], strict=True)):
            stated = read_amount(value, unit)
            if stated and stated.fen != fen:
                bad.add(index)

    def _read_group(self, group: "_Group", start: int, stop: int, bad: set[int]) -> dict[str, Sequence[object]]:
        """What fields that belong together say, worked out once for each combination of their cells."""
        count = stop - start
        known = self._known.setdefault((group.gives, self.cells.section.key), {})
        fields = [f for f in group.fields if f in self.columns.fields]
        cells = [self._find_field(f, start, stop) for f in fields]
        keys: Sequence[object] = list(zip(*cells, strict=True)) if cells else [()] * count
        firsts = dict(zip(reversed(keys), range(count - 1, -1, -1), strict=True))
        for key, index in firsts.items():
            if key not in known:
                known[key] = self._try(group, fields, [c[index] for c in cells], start + index)
        empty = ("",) * len(group.gives)
        if len(firsts) == 1:
            (value,) = (known[key] for key in firsts)
            bad.update(range(count) if value is None else ())
            return {n: [v] * count for n, v in zip(group.gives, value or empty, strict=True)}
        found = [known[k] for k in keys]
        _note_bad(found, None, bad)
        return dict(zip(group.gives, zip(*(v or empty for v in found), strict=True), strict=True))

    def _try(self, group: "_Group", fields: Sequence[str], values: Sequence[Cell], place: int) -> _Values | None:
        """What the careful reading says of a row, None where it has anything to tell or needs the rows above."""
        if any(
            f in DITTO_FIELDS and isinstance(v, str) and means_above(f, v) for f, v in zip(fields, values, strict=True)
        ):
            return None
        number, row = self.rows[place]
        with self.cells.aside() as findings:
            found = group.read(self.cells, row, number)
        return None if findings else found

    def find_above(self, start: int, stop: int) -> Iterator[tuple[str, Cell]]:
        """(field, value) of the last filled cell of each field that 同上 may mean, among rows on end."""
        for field in DITTO_FIELDS:
            if field not in self.columns.fields:
                continue
            cells = self._find_field(field, start, stop)
            value = next((v for v in reversed(cells) if v not in (None, "")), None)
            if value is not None:
                yield field, value


def _note_bad(values: Sequence[object], mark: object, bad: set[int]) -> None:
    if mark in values:
        bad.update(i for i, v in enumerate(values) if v is mark or v == mark)


class _Group(NamedTuple):
    """Fields that are understood together.

    Attributes:
        fields: The fields.
        read: Reads them in one row with care: a value for each of `gives`, None where they need the rows above.
        gives: Columns of the payments frame.
    """

    fields: tuple[str, ...]
    read: Callable[[RowReader, _Row, int], _Values | None]
    gives: tuple[str, ...]


def _read_place(cells: RowReader, row: _Row, number: int) -> _Values | None:
    if cells.context.village and "village" in cells.fields and not cells.text(row, number, "village"):
        return None
    return tuple(cells.read_place(row, number, "").values())


def _read_time(cells: RowReader, row: _Row, number: int) -> _Values | None:
    found = cells.read_time(row, number, "", "")
    cells.check_reason(row, number, str(found["status"]), "")
    return tuple(found.values()) if found["status"] in _PAID_AS_A_RULE else None


def _read_remark(cells: RowReader, row: _Row, number: int) -> _Values | None:
    remark = cells.text(row, number, "remark")
    cells.check_remark(remark, number, "")
    return None if "补发" in remark or "追回" in remark else (remark,)


_QUANTITY = _Group(_AREAS, lambda cells, row, number: (cells.read_quantity(row, number, ""),), ("quantity_milli",))
_GROUPS = (
    _Group(
        ("township", "village", "village_code", "group", "address"),
        _read_place,
        ("township", "village", "village_code", "group"),
    ),
    _Group(("pay_date", "period", "status", "failure_reason"), _read_time, ("pay_date", "period", "status", "year")),
    _Group(
        ("programme",),
        lambda cells, row, number: tuple(cells.read_own_programme(row, number, "").values()),
        ("programme_text", "programme", "programme_code"),
    ),
    _Group(("remark",), _read_remark, ("remark",)),
    _Group(
        ("household_id", "household_no"),
        lambda cells, row, number: (cells.read_household(row, number),),
        ("household_id",),
    ),
    _Group(
        ("birth_date",),
        lambda cells, row, number: (cells.read_date(row, number, "birth_date", ""),),
        ("birth_date",),
    ),
)
