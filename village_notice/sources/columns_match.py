"""Which column of a table means what: headings first, then the cells below them, never luck."""

import re
from collections.abc import Sequence
from dataclasses import replace

from village_notice.domain.identity import is_valid_id
from village_notice.domain.money import parse_amount
from village_notice.sources.column_map import AmountColumn, ColumnMap
from village_notice.sources.columns_spread import adds_up, find_delta_status, find_spread, is_money
from village_notice.sources.grid import Cell
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.reference import fold_heading
from village_notice.sources.subsidy_table import SubsidyTable
from village_notice.sources.wording import find_units

__all__ = ["AmountColumn", "ColumnMap", "HeadingIndex", "match_columns"]

_RATE_WORDS = re.compile(r"每[亩人户头月台]|标准|单价|/[亩人户头月台只]")
_AMOUNT_FIELDS = ("amount_paid", "amount_delta", "amount_due")
_TAKERS = {"领取人", "领款人", "领取人姓名", "领款人姓名"}
_SUM_WORDS = {"合计", "小计", "计", "总计", "总面积"}
_OTHER_PART = re.compile(r"标准|金额|扣|不补|确权|单价|户数|人数")
_TAIL_YUAN = re.compile(r"(?<=[额金款计发数])万?元$")
_MONTHLY = re.compile(r"(?:每?人)?[每按]?月(?!份)均?(?:人均)?(?:实发|发放|补[贴助]|救助|保障|标准|领取|享受|金额|额)")
_SO_FAR = re.compile(r"累计|余额|全年|年度")
_MONTHS = 12
_SAMPLE_ROWS = 30
_ENOUGH = 20
"""Of the rows of a column one in twenty may disagree where columns are compared."""
_RELATION = re.compile(r"与户主关系|与户主的关系|与申请人关系|家庭关系")


def match_columns(
    texts: Sequence[str], samples: Sequence[Sequence[Cell]], index: HeadingIndex, subsidies: SubsidyTable
) -> ColumnMap:
    """The mapping of a table.

    Args:
        texts: Combined heading of each column, "" where it has none.
        samples: For each column the cells below the heading.
        index: Wordings of headings.
        subsidies: Programmes, for wide tables.
    """
    spread = find_spread(texts, samples, index, subsidies)
    parts = _find_area_parts(texts, samples, index)
    taken = (spread.taken if spread else frozenset()) | set(parts)
    fields, amounts, unknown = _match_fields(texts, samples, index, taken)
    if parts:
        fields["area_paid"] = parts[0]
    _complete_fields(fields, texts)
    if spread:
        known = {column for _, _, column in amounts}
        unknown = [*unknown, *((c, texts[c - 1]) for c in sorted(known) if _has_number(samples[c - 1]))]
        chosen = ColumnMap(fields, spread.amounts, sum_column=spread.sum_column)
    else:
        chosen = _choose_amounts(fields, amounts, texts, samples)
        unknown = [*unknown, *chosen.unknown]
    relation = next((c for c, t in enumerate(texts, 1) if _RELATION.search(t)), 0)
    unit = find_unit(texts, chosen.amounts)
    periods = tuple(c for c, t in enumerate(texts, 1) if c not in taken and index.find(t)[:1] == (("period", 1.0),))
    return replace(
        chosen, periods=periods, area_parts=parts, relation=relation, unit=unit, unknown=tuple(sorted(unknown))
    )


def _match_fields(
    texts: Sequence[str], samples: Sequence[Sequence[Cell]], index: HeadingIndex, taken: frozenset[int]
) -> tuple[dict[str, int], list[tuple[str, float, int]], list[tuple[int, str]]]:
    """(field → column, money columns as (field, confidence, column), headings not understood)."""
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
    return {name: column for name, (_, column) in best.items() if column}, amounts, unknown


def _choose_amounts(
    fields: dict[str, int],
    amounts: list[tuple[str, float, int]],
    texts: Sequence[str],
    samples: Sequence[Sequence[Cell]],
) -> ColumnMap:
    """实发 before 应发, a surer heading before a vaguer one; two equals stay rivals unless their cells tell.

    Of several columns the one that is the sum of the others is what was paid. Money in a column of re-issues or
    deductions beside it must be explained by the others, else it is a rival.
    """
    for name in ("amount_paid", "amount_due"):
        found = sorted((-confidence, column) for kind, confidence, column in amounts if kind == name)
        if not found:
            continue
        columns = [column for _, column in found]
        deltas = [c for kind, _, c in amounts if kind == "amount_delta" and _has_number(samples[c - 1])]
        if whole := _find_whole(columns, deltas, samples):
            return ColumnMap(fields, (AmountColumn(whole),), name == "amount_due")
        if whole := _find_months_sum(columns, texts, samples):
            rest = tuple((c, texts[c - 1]) for c in columns if c != whole)
            return ColumnMap(fields, (AmountColumn(whole),), name == "amount_due", unknown=rest)
        top = [column for confidence, column in found if confidence == found[0][0]]
        if any(_is_monthly(texts[c - 1]) for c in top):
            top += [c for c in columns if c not in top and _differs(samples, c, top[0])]
        if len(top) > 1 and len({_numbers(samples[c - 1]) for c in top}) == 1:
            top = top[:1]
        unused = [(c, texts[c - 1]) for c in columns if c not in top and _differs(samples, c, top[0])]
        rivals = tuple(top) if len(top) > 1 else _find_open_deltas(top[0], deltas, amounts, samples)
        chosen = (AmountColumn(top[0]),)
        return ColumnMap(fields, chosen, name == "amount_due", unknown=tuple(unused), rivals=rivals)
    deltas = [column for kind, _, column in amounts if kind == "amount_delta"]
    return ColumnMap(fields, tuple(AmountColumn(c, status=find_delta_status(texts[c - 1])) for c in deltas[:1]))


def _is_monthly(text: str) -> bool:
    """Whether a heading names what one month gives: 月发放金额, 每人每月补助额; not 本月发放金额, nor 6月金额."""
    return bool(_MONTHLY.match(fold_heading(text.rsplit("\n", maxsplit=1)[-1])))


def _find_months_sum(columns: list[int], texts: Sequence[str], samples: Sequence[Sequence[Cell]]) -> int:
    """Beside a month's money the one column that is 1 to 12 times as much in every row; 0 where none or several are."""
    months = [c for c in columns if _is_monthly(texts[c - 1]) and _has_number(samples[c - 1])]
    others = [c for c in columns if c not in months and not _SO_FAR.search(texts[c - 1])]
    if len(months) != 1:
        return 0
    base = _numbers(samples[months[0] - 1])
    found = [c for c in others if _has_number(samples[c - 1]) and _is_multiple(base, _numbers(samples[c - 1]))]
    return found[0] if len(found) == 1 else 0


def _is_multiple(base: Sequence[int | None], money: Sequence[int | None]) -> bool:
    pairs = [(b, m) for b, m in zip(base, money, strict=True) if b and m]
    times = [divmod(m, b) for b, m in pairs]
    return bool(times) and all(rest == 0 and 1 <= n <= _MONTHS for n, rest in times) and any(n > 1 for n, _ in times)


def _find_whole(columns: list[int], deltas: list[int], samples: Sequence[Sequence[Cell]]) -> int:
    """The column that is the sum of all others and of the re-issues, 0 where none is."""
    for column in columns:
        others = [samples[c - 1] for c in (*columns, *deltas) if c != column and _has_number(samples[c - 1])]
        if len(others) >= 2 and adds_up(samples[column - 1], others):
            return column
    return 0


def _differs(samples: Sequence[Sequence[Cell]], column: int, chosen: int) -> bool:
    return _has_number(samples[column - 1]) and _numbers(samples[column - 1]) != _numbers(samples[chosen - 1])


def _find_open_deltas(
    paid: int, deltas: list[int], amounts: list[tuple[str, float, int]], samples: Sequence[Sequence[Cell]]
) -> tuple[int, ...]:
    """The paid column and those of re-issues or deductions beside it, where nothing shows that it includes them."""
    if not deltas:
        return ()
    bases = [c for kind, _, c in amounts if kind != "amount_delta" and c != paid]
    for base in bases:
        rows = list(zip(_numbers(samples[base - 1]), _numbers(samples[paid - 1]), strict=True))
        changes = [
            sum(abs(v or 0) for v in row) for row in zip(*(_numbers(samples[d - 1]) for d in deltas), strict=True)
        ]
        wrong = sum(
            b is not None and p is not None and abs(p - b) != d for (b, p), d in zip(rows, changes, strict=True)
        )
        if wrong * _ENOUGH <= len(rows):
            return ()
    return (paid, *deltas)


def find_unit(texts: Sequence[str], amounts: Sequence[AmountColumn]) -> str:
    """万元 where every money heading says so, 元 where one says that, else ""."""
    units = ["、".join((*find_units(texts[a.column - 1]), *_TAIL_YUAN.findall(texts[a.column - 1]))) for a in amounts]
    if units and all("万元" in u for u in units):
        return "万元"
    return "元" if any("元" in u.replace("万元", "") for u in units) else ""


def _by_contents(text: str, cells: Sequence[Cell], found: tuple[tuple[str, float], ...]) -> tuple[str, float] | None:
    """The field of a heading, settled by what stands below where the words leave it open."""
    filled = [c for c in cells[:_SAMPLE_ROWS] if c not in (None, "")]
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
    if "household_head" in fields and fold_heading(texts[fields.get("name", 1) - 1]) in _TAKERS and "name" in fields:
        fields.setdefault("payee", fields["name"])
        del fields["name"]
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
        *upper, _ = text.split("\n")
        for depth, level in enumerate(upper, 1):
            if [f for f, c in index.find(level) if c >= 0.7] == ["area_paid"]:
                groups.setdefault("\n".join(upper[:depth]), []).append(column)
                break
    for columns in groups.values():
        lasts = [fold_heading(texts[c - 1].split("\n")[-1]) for c in columns]
        if len(columns) < 2 or any(_OTHER_PART.search(t) for t in lasts):
            continue
        sums = [c for c, last in zip(columns, lasts, strict=True) if last in _SUM_WORDS]
        if sums or all(is_money(samples[c - 1]) for c in columns):
            return tuple(sums[:1] or columns)
    return ()


def _numbers(cells: Sequence[Cell]) -> tuple[int | None, ...]:
    return tuple(a.fen if (a := parse_amount(c)) else None for c in cells)


def _has_number(cells: Sequence[Cell]) -> bool:
    return any(a.fen for c in cells if (a := parse_amount(c)))
