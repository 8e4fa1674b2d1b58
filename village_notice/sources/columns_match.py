"""Which column of a table means what: headings first, then the cells below them, never luck."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from village_notice.domain.identity import is_valid_id
from village_notice.domain.money import WAN, parse_amount
from village_notice.sources.grid import Cell
from village_notice.sources.reference import Heading, fold_heading
from village_notice.sources.subsidy_table import SubsidyTable

_RATE_WORDS = re.compile(r"每[亩人户头月台]|标准|单价|/[亩人户头月台只]")
_MONTH = re.compile(
    r"(?:\d{4}年)?(1[0-2]|[1-9])(?:-(1[0-2]|[1-9]))?月(?:份|补贴|金额|发放|实发|发放金额|补贴金额|实发金额)?"
)
_WAN_UNIT = re.compile(r"万元")
_AMOUNT_FIELDS = ("amount_paid", "amount_delta", "amount_due")
_SHORTEST_CONTAINED = 2
_SUM_WORDS = {"合计", "小计", "计", "总计", "总面积"}
_OTHER_PART = re.compile(r"标准|金额|扣|不补|确权|单价|户数|人数")


@dataclass(frozen=True, slots=True)
class AmountColumn:
    """A column that holds money paid.

    Attributes:
        column: From 1.
        programme_text: The programme a wide table names in the heading, "" elsewhere.
        months: (first, last) month a monthly table names in the heading, None elsewhere.
        is_delta: True for a column of re-issues or recoveries.
    """

    column: int
    programme_text: str = ""
    months: tuple[int, int] | None = None
    is_delta: bool = False


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """How the columns of one table are understood; columns from 1.

    Attributes:
        fields: Field of columns.csv → column.
        amounts: The money columns, left to right.
        is_due_only: Only 应发 was found: planned, perhaps not paid.
        is_wan: The heading itself says 万元.
        unknown: Headings that were not understood, (column, text).
        rivals: Amount columns among which no choice could be made.
        area_parts: Columns that together are the area paid for (自有承包, 流转 under one heading); () where one column is.
    """

    fields: Mapping[str, int]
    amounts: tuple[AmountColumn, ...]
    is_due_only: bool = False
    is_wan: bool = False
    unknown: tuple[tuple[int, str], ...] = ()
    rivals: tuple[int, ...] = ()
    area_parts: tuple[int, ...] = ()


@dataclass(frozen=True)
class HeadingIndex:
    """The wordings of columns.csv, ready to be looked up."""

    headings: tuple[Heading, ...]
    _cache: dict[str, tuple[tuple[str, float], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def _exact(self) -> dict[str, list[Heading]]:
        found: dict[str, list[Heading]] = {}
        for heading in self.headings:
            found.setdefault(fold_heading(heading.heading), []).append(heading)
        return found

    @cached_property
    def _long_first(self) -> tuple[tuple[str, Heading], ...]:
        pairs = [(fold_heading(h.heading), h) for h in self.headings if not h.is_ambiguous]
        return tuple(sorted((p for p in pairs if len(p[0]) >= _SHORTEST_CONTAINED), key=lambda p: (-len(p[0]), p[0])))

    def find(self, text: str) -> tuple[tuple[str, float], ...]:
        """(field, confidence) of a heading: 1.0 exact, 0.9 exact but ambiguous, less where it only contains a wording."""
        known = self._cache.get(text)
        if known is None:
            known = self._cache[text] = self._find(text)
        return known

    def _find(self, text: str) -> tuple[tuple[str, float], ...]:
        plain = fold_heading(text)
        if not plain or len(plain) > 30:
            return ()
        exact = self._exact.get(plain) or self._exact.get(fold_heading(text.rsplit("\n", maxsplit=1)[-1]))
        if exact:
            return tuple((h.field, 0.9 if h.is_ambiguous else 1.0) for h in exact)
        for wording, heading in self._long_first:
            if wording in plain:
                return ((heading.field, 0.6 + 0.3 * len(wording) / len(plain)),)
        return ()


def match_columns(
    texts: Sequence[str], samples: Sequence[Sequence[Cell]], index: HeadingIndex, subsidies: SubsidyTable
) -> ColumnMap:
    """The mapping of a table.

    Args:
        texts: Combined heading of each column, "" where it has none.
        samples: For each column some cells below the heading.
        index: Wordings of headings.
        subsidies: Programmes, for wide tables.
    """
    wide = _find_wide(texts, samples, index, subsidies)
    months = _find_months(texts, samples) if not wide else {}
    parts = _find_area_parts(texts, samples, index)
    taken = set(wide) | set(months) | set(parts)
    best: dict[str, tuple[float, int]] = {}
    amounts: list[tuple[str, float, int]] = []
    unknown: list[tuple[int, str]] = []
    for column, text in enumerate(texts, 1):
        if column in taken or not text:
            continue
        found = _by_contents(text, samples[column - 1], index.find(text))
        if not found:
            unknown.append((column, text))
            continue
        name, confidence = found
        if name in _AMOUNT_FIELDS:
            amounts.append((name, confidence, column))
        elif name not in best or confidence > best[name][0]:
            best[name] = (confidence, column)
        elif name == "area_paid" and confidence == best[name][0]:
            best[name] = (confidence, 0)  # several parts of one area: which counts cannot be known
    fields = {name: column for name, (_, column) in best.items() if column}
    if parts:
        fields["area_paid"] = parts[0]
    _complete_fields(fields, texts)
    if wide or months:
        spread = sorted(set(wide) | set(months))
        columns = tuple(AmountColumn(c, programme_text=wide.get(c, ""), months=months.get(c)) for c in spread)
        chosen = ColumnMap(fields, columns, unknown=tuple(unknown), is_wan=_says_wan(texts, columns))
    else:
        chosen = _choose_amounts(fields, amounts, texts, samples, tuple(unknown))
    return replace(chosen, area_parts=parts)


def _choose_amounts(
    fields: dict[str, int],
    amounts: list[tuple[str, float, int]],
    texts: Sequence[str],
    samples: Sequence[Sequence[Cell]],
    unknown: tuple[tuple[int, str], ...],
) -> ColumnMap:
    """实发 before 应发, a surer heading before a vaguer one; two equals stay rivals unless their cells are the same."""
    for name in ("amount_paid", "amount_due"):
        found = sorted((-confidence, column) for kind, confidence, column in amounts if kind == name)
        if not found:
            continue
        top = [column for confidence, column in found if confidence == found[0][0]]
        if len(top) > 1 and len({_numbers(samples[c - 1]) for c in top}) == 1:
            top = top[:1]
        chosen = (AmountColumn(top[0]),)
        rivals = tuple(top) if len(top) > 1 else ()
        return ColumnMap(fields, chosen, name == "amount_due", _says_wan(texts, chosen), unknown, rivals)
    deltas = [column for kind, _, column in amounts if kind == "amount_delta"]
    delta_columns = tuple(AmountColumn(c, is_delta=True) for c in deltas[:1])
    return ColumnMap(fields, delta_columns, is_wan=_says_wan(texts, delta_columns), unknown=unknown)


def _says_wan(texts: Sequence[str], amounts: Sequence[AmountColumn]) -> bool:
    return bool(amounts) and all(_WAN_UNIT.search(texts[a.column - 1]) for a in amounts)


def _by_contents(text: str, cells: Sequence[Cell], found: tuple[tuple[str, float], ...]) -> tuple[str, float] | None:
    """The field of a heading, settled by what stands below where the words leave it open."""
    filled = [c for c in cells if c not in (None, "")]
    if _RATE_WORDS.search(re.sub(r"\s", "", text)) and any(f.startswith(("amount", "rate", "area")) for f, _ in found):
        return ("rate", 0.8)
    if not found:
        ids = sum(isinstance(c, str) and is_valid_id(c.strip().strip("'").upper()) for c in filled)
        return ("id", 0.7) if filled and ids * 2 > len(filled) else None
    if len(found) == 1:
        return found[0]
    numeric = [c for c in filled if parse_amount(c) is not None]
    wants_number = {f for f, _ in found if f.startswith(("amount", "rate", "area", "quantity"))}
    is_number = bool(filled) and len(numeric) * 2 > len(filled)
    options = [p for p in found if (p[0] in wants_number) == is_number] or list(found)
    has_villages = sum(isinstance(c, str) and c.strip().endswith(("村", "社区", "委会")) for c in filled) * 2 > len(
        filled
    )
    if has_villages:
        options = [p for p in options if p[0] == "village"] or options
    return options[0]


def _complete_fields(fields: dict[str, int], texts: Sequence[str]) -> None:
    """A list of heads only is a list of beneficiaries; a payee alone is one too."""
    if "name" not in fields:
        for other in ("household_head", "payee"):
            if other in fields:
                fields["name"] = fields[other]
                break
    bare = [c for c, t in enumerate(texts, 1) if fold_heading(t) in ("名称", "单位名称")]
    if "name" not in fields and bare:
        fields["name"] = bare[0]
    # 户主身份证号 is the beneficiary's own where the list is one of heads only
    if "id" not in fields and "household_id" in fields and fields.get("name") == fields.get("household_head"):
        fields["id"] = fields["household_id"]


def _find_area_parts(texts: Sequence[str], samples: Sequence[Sequence[Cell]], index: HeadingIndex) -> tuple[int, ...]:
    """Columns of numbers under one heading of the area paid for; only their sum column where they have one."""
    groups: dict[str, list[int]] = {}
    for column, text in enumerate(texts, 1):
        top, *below = text.split("\n")
        if below and [f for f, c in index.find(top) if c >= 0.7] == ["area_paid"]:
            groups.setdefault(top, []).append(column)
    for columns in groups.values():
        lasts = [fold_heading(texts[c - 1].split("\n")[-1]) for c in columns]
        if len(columns) < 2 or any(_OTHER_PART.search(t) for t in lasts):
            continue
        sums = [c for c, last in zip(columns, lasts, strict=True) if last in _SUM_WORDS]
        if sums or all(_is_money(samples[c - 1]) for c in columns):
            return tuple(sums[:1] or columns)
    return ()


def _find_wide(
    texts: Sequence[str], samples: Sequence[Sequence[Cell]], index: HeadingIndex, subsidies: SubsidyTable
) -> dict[int, str]:
    """Columns of a table with one programme a column: column → programme as the heading words it; {} elsewhere."""
    found: dict[int, str] = {}
    for column, text in enumerate(texts, 1):
        last = text.split("\n")[-1] if text else ""
        last = re.sub(r"[(（](?:万?元|元/[^)）]*)[)）]$", "", last.strip())
        if not last or (index.find(last) and index.find(last)[0][1] >= 1.0):
            continue
        if subsidies.find(last) is None or not _is_money(samples[column - 1]):
            continue
        found[column] = last
    return found if len(found) >= 2 else {}


def _find_months(texts: Sequence[str], samples: Sequence[Sequence[Cell]]) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for column, text in enumerate(texts, 1):
        match = _MONTH.fullmatch(re.sub(r"\s|[(（]元[)）]", "", text.split("\n")[-1])) if text else None
        if match and _is_money(samples[column - 1]):
            first = int(match[1])
            found[column] = (first, int(match[2] or first))
    return found if len(found) >= 2 else {}


def _is_money(cells: Sequence[Cell]) -> bool:
    filled = [c for c in cells if c not in (None, "", "-", "—", "/", "－", "无", "停发")]
    return all(parse_amount(c) is not None for c in filled[:20])


def _numbers(cells: Sequence[Cell]) -> tuple[int | None, ...]:
    return tuple(a.fen if (a := parse_amount(c)) else None for c in cells)


def unit_fen(text: str) -> int | None:
    """Fen in one unit of money that a unit row names: 100 for 元, 1 000 000 for 万元, None where it names none."""
    if _WAN_UNIT.search(text):
        return WAN * 100
    return 100 if re.search(r"单位.*元", text) else None
