"""The plain rows of a table, read column by column: a person, a number as money, nothing to be told of any cell.

Most rows are plain. What each needs is worked out once for every distinct value (`RowReader`, on the first row that has
it) and looked up for the others. A row with anything else in it is left to the careful reading, row by row; both give
the same payments, whichever reads a row.
"""

from collections.abc import Iterator, Mapping, Sequence

from village_notice.domain.text import column_letters
from village_notice.sources.cells import is_organisation, read_amount
from village_notice.sources.grid import Cell
from village_notice.sources.places import PlaceFinder
from village_notice.sources.plain_groups import AREA_FIELDS, GROUPS, QUANTITY, Group, Row, Values
from village_notice.sources.plain_keys import read_accounts, read_ids
from village_notice.sources.plain_values import AREAS, NAMES, OTHER_NAMES, OTHER_WORDS, RATES, find_fen
from village_notice.sources.row_reader import DITTO_FIELDS, RowReader
from village_notice.sources.tables import Table
from village_notice.sources.unnamed_sums import names_section
from village_notice.sources.wording import is_ditto, means_above

_TEXT_FIELDS = frozenset((
    "township", "village", "village_code", "group", "address", "household_id", "household_no", "remark", "programme",
    "pay_date", "period", "status", "birth_date", "payee", "household_head", "id", "account",
))  # fmt: skip
"""Fields in which 1 and 1.0 may read differently."""
_HEADS_OF_ROWS = 2
"""Rows below the headings that may number the columns: they are always looked at."""
FEWEST_ROWS = 4
"""Fewer plain rows on end are not worth the work of reading them together."""


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
        rows: Sequence[tuple[int, Row]],
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
        self._known: dict[object, dict[object, Values | None]] = {}
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
        fen = find_fen(self.cells.context.unit_fen)
        self._fen = list(map(fen.__getitem__, self._find_raw(amount)))
        self._names = list(map(NAMES.__getitem__, self._find_raw(name)))
        plain = [True] * count
        if None in self._fen or "" in self._names:
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
            words = {v for v in set(cells) if OTHER_WORDS[v]}
            if words:
                yield from (i for i, v in enumerate(cells) if v in words)
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
            if self._find_kinds(key) == {str} and all(map(str.strip, cells)):  # type: ignore[arg-type]  # texts
                return
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
        for group in GROUPS:
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
        found = [OTHER_NAMES[v] for v in self._find_field(field, start, stop)]
        _note_bad(found, None, bad)
        return found

    def _read_quantities(self, start: int, stop: int, bad: set[int]) -> Sequence[object]:
        areas = [f for f in AREA_FIELDS if f in self.columns.fields]
        if not areas:
            return [None] * (stop - start)
        if len(areas) > 1 or not self._find_kinds(self.columns.fields[areas[0]]) <= {int, float, type(None)}:
            return self._read_group(QUANTITY, start, stop, bad)["quantity_milli"]
        found = list(map(AREAS.__getitem__, self._find_field(areas[0], start, stop)))
        _note_bad(found, "", bad)
        return found

    def _read_rates(self, start: int, stop: int, bad: set[int]) -> Sequence[object]:
        if "rate" not in self.columns.fields:
            return [None] * (stop - start)
        cells = self._find_field("rate", start, stop)
        if str in self._find_kinds(self.columns.fields["rate"]):
            bad.update(i for i, v in enumerate(cells) if v.__class__ is str and is_ditto(v))
        return list(map(RATES.__getitem__, cells))

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

    def _read_group(self, group: Group, start: int, stop: int, bad: set[int]) -> dict[str, Sequence[object]]:
        """What fields that belong together say, worked out once for each combination of their cells."""
        count = stop - start
        known = self._known.setdefault((group.gives, self.cells.section.key), {})
        fields = [f for f in group.fields if f in self.columns.fields]
        cells = [self._find_field(f, start, stop) for f in fields]
        if all(c[0] == c[-1] and c.count(c[0]) == count for c in cells):
            keys: Sequence[object] = (tuple(c[0] for c in cells),)
        else:
            keys = list(zip(*cells, strict=True))
        if unknown := [key for key in dict.fromkeys(keys) if key not in known]:
            firsts = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))
            for key in unknown:
                index = firsts[key]
                known[key] = self._try(group, fields, [c[index] for c in cells], start + index)
        found = [known[k] for k in keys]
        if len(found) < count:
            bad.update(range(count) if found[0] is None else ())
            return {n: [v] * count for n, v in zip(group.gives, found[0] or ("",) * len(group.gives), strict=True)}
        if None in found:
            _note_bad(found, None, bad)
            found = [v or ("",) * len(group.gives) for v in found]
        return dict(zip(group.gives, zip(*found, strict=True), strict=True))

    def _try(self, group: Group, fields: Sequence[str], values: Sequence[Cell], place: int) -> Values | None:
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
