"""Which column of a table means what: headings first, then the cells below them, never luck."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace

from village_notice.domain.identity import is_valid_id
from village_notice.domain.money import parse_amount
from village_notice.domain.patterns import compile_late
from village_notice.sources.cells import split_person
from village_notice.sources.column_map import AmountColumn, ColumnMap
from village_notice.sources.columns_spread import find_spread, is_money
from village_notice.sources.contradictions import contradicts, is_serial
from village_notice.sources.dates import find_year
from village_notice.sources.grid import Cell
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.heading_words import GUESSED, guess_field, is_other_person, names_money
from village_notice.sources.money_choice import Found, MoneyChoice
from village_notice.sources.people_choice import (
    choose_id,
    choose_person,
    choose_village,
    has_names,
    holds_names_only,
    is_taker,
    look_like_people,
)
from village_notice.sources.reference import fold_heading
from village_notice.sources.subsidy_table import SubsidyTable
from village_notice.sources.tables import cell_text
from village_notice.sources.wording import ODD_UNIT, OTHER_UNIT, PROGRAMME_WORDS, find_units, fold_words, is_ditto

FIGURES = {
    "标准": False, "月标准": False, "补贴标准": False, "补助标准": False, "发放标准": False, "应发": False, "应发金额": False,
    "面积": False, "亩数": False, "天数": False, "月数": False,
    "实发": True, "实发金额": True, "实发数": True, "发放金额": True, "实际发放": True,
}  # fmt: skip
"""What a row's figures are where a column of its own tells it, and whether they are money that was paid."""

__all__ = ["AmountColumn", "ColumnMap", "HeadingIndex", "match_columns"]

_RATE_WORDS = compile_late(r"每[亩人户头月台]|标准|单价|/[亩人户头月台只]")
_AMOUNT_FIELDS = ("amount_paid", "amount_delta", "amount_due")
_PEOPLE = ("name", "household_head", "payee")
_VAGUE_NAMES = {"户名", "名称", "单位名称", "领取人", "领款人", "领取人姓名", "领款人姓名"}
"""Headings of names that may be an account's, an office's, or of whoever fetched the money."""
_TAKERS = {"领取人", "领款人", "领取人姓名", "领款人姓名"}
_SUM_WORDS = {"合计", "小计", "计", "总计", "总面积"}
_OTHER_PART = compile_late(r"标准|金额|扣|不补|确权|单价|户数|人数")
_BARE_YUAN = compile_late(r"^万?元$")
_TAIL_YUAN = compile_late(r"(?<=[额金款计发数])万?元$")
_LIMIT = compile_late(r"^补[贴助]额度$")
_SAMPLE_ROWS = 30
_FACTORS = ("quantity", "area_paid", "area_corrected", "area_contract")
_SURE = 0.9
_TOTAL_WORD = compile_late(r"[合总共小]\s*计")
_JOINT = compile_late(r"姓名.{0,4}(?:身份证|证件)")
"""Name and ID in the same cells."""
_PAID = compile_late(r"(?:发放|代发|处理|交易)?成功|已?(?:发放|到账|打卡|拨付|发)")
_FAILED = compile_late(
    r"((?:发放|代发|处理|交易)?失败|退[回票]|未(?:发放|到账|发|成功|领)|不成功|停发|待发)(?:[-—–:：(/].*)?"
)
_MEMBER = compile_late(r"成员|家庭人员|家属")
_KIND = compile_late(r"[类种]别?|型|档")
_RELATION = compile_late(r"与户主关系|与户主的关系|与申请人关系|家庭关系")


@dataclass(slots=True)
class _Matched:
    """What the headings say.

    Attributes:
        fields: Field → column, of what is no money.
        amounts: Columns of money.
        unknown: Headings not understood, (column, text).
        rivals: Field → columns among which it cannot be known.
        factors: Columns that count something: areas, months, people.
        doubted: Columns whose headings what stands below them gives the lie: they may be the money.
    """

    fields: dict[str, int]
    amounts: list[Found]
    unknown: list[tuple[int, str]]
    rivals: dict[str, tuple[int, ...]] = field(default_factory=dict)
    factors: list[int] = field(default_factory=list)
    doubted: list[int] = field(default_factory=list)


def match_columns(
    texts: Sequence[str],
    samples: Sequence[Sequence[Cell]],
    index: HeadingIndex,
    subsidies: SubsidyTable,
    titles: Sequence[str] = (),
) -> ColumnMap:
    """The mapping of a table.

    Args:
        texts: Combined heading of each column, "" where it has none.
        samples: For each column the cells below the heading.
        index: Wordings of headings.
        subsidies: Programmes, for wide tables.
        titles: What stands above the table, then the sheet's and the file's name: they tell the programme and the year.
    """
    spread = find_spread(texts, samples, index, subsidies, titles)
    parts = _find_area_parts(texts, samples, index)
    taken = (spread.taken if spread else frozenset()) | set(parts)
    matched = _match_fields(texts, samples, index, taken)
    fields = matched.fields
    if parts:
        fields["area_paid"] = parts[0]
    if "name" not in fields and (joint := _find_joint(texts, samples)):
        fields["name"] = fields["id"] = joint
    _complete_fields(fields, texts)
    _guess_village(matched, texts, samples)
    _find_status(matched, texts, samples, range(min(taken, default=0), max(taken, default=0)))
    if named := next((found for t in titles if (found := subsidies.match(t).candidates)), ()):
        _drop_programme(matched, texts, samples, subsidies, is_one=len(named) == 1)
    unknown = [u for u in matched.unknown if u[0] not in fields.values()]
    if spread:
        known = sorted(f.column for f in matched.amounts)
        unknown = [*unknown, *((c, texts[c - 1]) for c in known if _has_number(samples[c - 1]))]
        chosen = ColumnMap(
            fields, spread.amounts, spread.is_due, sum_column=spread.sum_column, rivals=spread.open_columns
        )
    else:
        year = next((y for t in titles[:-1] if (y := find_year(t))), None)
        _take_sums(matched, texts, samples)
        choice = MoneyChoice(fields, texts, samples, tuple(matched.factors), year)
        chosen = choice.choose(matched.amounts, unknown)
        used = {a.column for a in chosen.amounts} | set(chosen.rivals)
        unknown = [*(u for u in unknown if u[0] not in used), *chosen.unknown]
    chosen = _doubt(chosen, matched, samples)
    if figures := _find_figures(texts, samples, {a.column for a in chosen.amounts}):
        chosen = replace(chosen, figures=figures, fields={f: c for f, c in chosen.fields.items() if c != figures})
        unknown = [u for u in unknown if u[0] != figures]
    relation = next((c for c, t in enumerate(texts, 1) if _RELATION.search(t)), 0)
    unit = find_unit(texts, chosen.amounts) or _take_unit_column(fields, samples)
    others = [texts[f.column - 1] for f in matched.amounts] + [t for _, t in unknown if names_money(t)]
    if not unit and chosen.amounts and any("万元" in fold_words(t) for t in others):
        unit = OTHER_UNIT
    periods = tuple(c for c, t in enumerate(texts, 1) if c not in taken and index.find(t)[:1] == (("period", 1.0),))
    return replace(
        chosen,
        periods=periods,
        area_parts=parts,
        relation=relation,
        unit=unit,
        unknown=tuple(sorted(set(unknown))),
        open_fields=matched.rivals | _find_open_members(fields, chosen, texts, samples, index),
        confidence=1.0 if spread else _find_confidence(chosen, texts, index),
    )


def _find_figures(texts: Sequence[str], samples: Sequence[Sequence[Cell]], money: Container[int]) -> int:
    """The column whose cells say what the figures of a row are, 标准 on one and 实发 on the next; 0 where none does."""
    for column in (c for c in range(1, len(texts) + 1) if c not in money):
        cells = samples[column - 1]
        if not any(isinstance(v, str) and v.strip() in FIGURES for v in cells[:_SAMPLE_ROWS]):
            continue
        words = {fold_words(v) for v in cells if isinstance(v, str) and v.strip()}
        words -= {w for w in words if _TOTAL_WORD.search(w)} | {fold_words(t) for t in texts[column - 1].split("\n")}
        if words <= FIGURES.keys() and set(map(FIGURES.__getitem__, words)) == {True, False}:
            return column
    return 0


def _take_sums(matched: _Matched, texts: Sequence[str], samples: Sequence[Sequence[Cell]]) -> None:
    """补贴额度 is the money where no other column is, nothing is counted that it could be the rate of, and it is no rate."""
    column = matched.fields.get("rate", 0)
    is_open = not matched.amounts and not matched.factors and not any(names_money(t) for _, t in matched.unknown)
    if column and is_open and _LIMIT.search(fold_heading(texts[column - 1])) and _has_number(samples[column - 1]):
        del matched.fields["rate"]
        matched.amounts.append(Found("amount_paid", _SURE, column))


def _doubt(chosen: ColumnMap, matched: _Matched, samples: Sequence[Sequence[Cell]]) -> ColumnMap:
    """The mapping with its money open where other headings cannot be true, or where the money only counts the rows."""
    money = [a.column for a in chosen.amounts]
    doubted = [c for c in matched.doubted if c not in money]
    if any(is_serial(samples[c - 1]) for c in money):
        counts = [c for f in ("seq", "household_no") if (c := matched.fields.get(f, 0))]
        doubted += [c for c in counts if not is_serial(samples[c - 1]) and _has_number(samples[c - 1])]
    if not money or not doubted:
        return chosen
    return replace(chosen, rivals=tuple(sorted({*chosen.rivals, *money, *doubted})))


def _match_fields(
    texts: Sequence[str], samples: Sequence[Sequence[Cell]], index: HeadingIndex, taken: frozenset[int]
) -> _Matched:
    """What the headings say, each field with one column."""
    candidates: dict[str, list[tuple[float, int]]] = {}
    matched = _Matched({}, [], [])
    for column, text in enumerate(texts, 1):
        if column in taken or not text:
            continue
        found = _by_contents(text, samples[column - 1], index.find(text))
        if found and contradicts(found[0], text, samples[column - 1]):
            matched.doubted.append(column)
            found = None
        if not found or (
            found[0] == "seq" and holds_names_only(samples[column - 1])
        ):  # 序号 twice, once over the names
            matched.unknown.append((column, text))
        elif found[0] in _AMOUNT_FIELDS:
            matched.amounts.append(Found(*found, column))
        else:
            candidates.setdefault(found[0], []).append((found[1], column))
    matched.factors += sorted(c for f in _FACTORS for _, c in candidates.get(f, ()))
    if all(is_taker(texts[c - 1]) for _, c in candidates.get("name", ())):  # somebody else may be the one who is paid
        candidates.setdefault("name", []).extend((GUESSED, c) for c in _guess_people(matched, samples))
    if not candidates["name"]:
        del candidates["name"]
    matched.fields |= {f: c for f, found in candidates.items() if (c := _choose_column(f, found))}
    for name, choose in (("name", choose_person), ("village", choose_village)):
        if len(candidates.get(name, ())) > 1:
            matched.fields[name], rivals = choose(candidates[name], texts, samples)
            matched.rivals |= {name: rivals} if rivals else {}
    heads = candidates.get("household_head", ())
    heads = [one for one in heads if one[0] == max(sure for sure, _ in heads)]
    if len(heads) > 1 and "name" not in candidates and (rivals := choose_person(heads, texts, samples)[1]):
        matched.rivals["name"] = rivals
    if len(candidates.get("id", ())) > 1:
        matched.fields["id"] = choose_id(candidates["id"], matched.fields.get("name", 0))
    return matched


def _find_confidence(columns: ColumnMap, texts: Sequence[str], index: HeadingIndex) -> float:
    """How surely the headings name the person and the money: what one of them says times what the other does."""
    sure = 1.0
    for column, wanted in (
        (columns.fields.get("name", 0), _PEOPLE),
        (columns.amounts[0].column if columns.amounts else 0, _AMOUNT_FIELDS),
    ):
        found = index.find(texts[column - 1]) if column else ((wanted[0], 1.0),)
        sure *= max((c for f, c in found if f in wanted), default=GUESSED)
    return sure


def _find_open_members(
    fields: dict[str, int],
    columns: ColumnMap,
    texts: Sequence[str],
    samples: Sequence[Sequence[Cell]],
    index: HeadingIndex,
) -> dict[str, tuple[int, ...]]:
    """The column of heads, payees or takers and that of other people who have money of their own: whose is it?"""
    head = fields.get("name", 0)
    heading = texts[head - 1] if head else ""
    is_named = any(f == "name" for f, _ in index.find(heading)) and fold_heading(heading) not in _VAGUE_NAMES
    is_own = is_named and has_names(samples[head - 1])
    known = set(fields.values())
    kinds = [{f for f, _ in index.find(t)} for t in texts]
    members = [
        c
        for c, (t, kind) in enumerate(zip(texts, kinds, strict=True), 1)
        if (_MEMBER.search(fold_words(t)) and has_names(samples[c - 1]))
        or (c not in known and kind == {"seq"} and holds_names_only(samples[c - 1]))
        or (c not in known and not kind and not is_other_person(t) and look_like_people(samples[c - 1]))
    ]
    if not head or is_own or not members or not columns.amounts:
        return {}
    money = samples[columns.amounts[0].column - 1]
    own = [
        m
        for column in members
        for h, m, cell in zip(samples[head - 1], samples[column - 1], money, strict=True)
        if m not in (None, "") and cell_text(m) != cell_text(h) and parse_amount(cell)
    ]
    return {"name": (head, *members)} if own else {}


def _choose_column(name: str, candidates: Sequence[tuple[float, int]]) -> int:
    """The column with the surest heading, the first of equals; 0 for several parts of one area."""
    best = max(sure for sure, _ in candidates)
    columns = [c for sure, c in candidates if sure == best]
    return 0 if name == "area_paid" and len(columns) > 1 else columns[0]


def find_unit(texts: Sequence[str], amounts: Sequence[AmountColumn]) -> str:
    """万元 where every money heading says so, 元 where one says that, 千元 and the like where one says that, else ""."""
    words = [texts[a.column - 1] for a in amounts]
    units = ["、".join((*find_units(t), *_TAIL_YUAN.findall(t), *_BARE_YUAN.findall(fold_words(t)))) for t in words]
    if odd := next((m[0] for u in units if (m := ODD_UNIT.search(u))), ""):
        return odd
    if units and all("万元" in u for u in units):
        return "万元"
    return "元" if any("元" in u.replace("万元", "") for u in units) else ""


def _are_numbers(filled: Sequence[Cell]) -> bool:
    return bool(filled) and sum(parse_amount(c) is not None for c in filled) * 2 > len(filled)


def _are_villages(cells: Sequence[Cell]) -> bool:
    texts = [c.strip() for c in cells if isinstance(c, str) and c.strip()]
    named = sum(t.endswith(("村", "社区", "委会")) for t in texts)
    filled = len(texts) + sum(c is not None and not isinstance(c, str) for c in cells)  # between serials: sections
    return bool(texts) and named * 10 >= filled * 8


def _find_status(
    matched: _Matched, texts: Sequence[str], samples: Sequence[Sequence[Cell]], months: Container[int]
) -> None:
    """The state of the payments where no heading names it but all cells of a column are states, one of failure among them.

    停发 in a column among those of `months` is said of that month alone.
    """
    money = {f.column for f in matched.amounts}
    open_ = {c for c, _ in matched.unknown} | {c for c, text in enumerate(texts, 1) if not text} | money
    for column in sorted(open_) if "status" not in matched.fields else ():
        if column in months:
            continue
        words = {fold_words(v) for v in samples[column - 1] if v not in (None, "") and isinstance(v, str)}
        words -= {fold_words(t) for t in texts[column - 1].split("\n")}
        if column in money and not any(map(_PAID.fullmatch, words)):
            continue
        if any(map(_FAILED.fullmatch, words)) and all(_FAILED.fullmatch(w) or _PAID.fullmatch(w) for w in words):
            matched.fields["status"] = column
            matched.amounts = [f for f in matched.amounts if f.column != column]
            return


def _take_unit_column(fields: dict[str, int], samples: Sequence[Sequence[Cell]]) -> str:
    """The unit that a column of its own gives row by row (8 | 万元), "" where none does; both units together are told."""
    for column, cells in enumerate(samples, 1):
        words = (
            {fold_words(v) for v in cells[:_SAMPLE_ROWS] if isinstance(v, str) and v.strip()} if any(cells) else set()
        )
        if words and words <= {"元", "万元"}:
            for name in [n for n, c in fields.items() if c == column]:
                del fields[name]
            return "、".join(sorted(words))
    return ""


def _by_contents(text: str, cells: Sequence[Cell], found: tuple[tuple[str, float], ...]) -> tuple[str, float] | None:
    """The field of a heading, settled by what stands below where the words leave it open."""
    filled = [c for c in cells[:_SAMPLE_ROWS] if c not in (None, "")]
    if _RATE_WORDS.search(re.sub(r"\s", "", text)) and any(f.startswith(("amount", "rate", "area")) for f, _ in found):
        return ("rate", 0.8)
    if not found:
        ids = sum(isinstance(c, str) and is_valid_id(c.strip().strip("'").upper()) for c in filled)
        return ("id", 0.7) if filled and ids * 2 > len(filled) else None
    wants_number = {f for f, _ in found if f.startswith(("amount", "rate", "area", "quantity"))}
    if len(found) == 1:
        is_chance = found[0][1] < _SURE and not wants_number  # 季度合计 is no period, 护林员补助 no person
        is_person = found[0][0] in _PEOPLE  # 农户自付 is no person
        return None if is_chance and (is_person or names_money(text)) and _are_numbers(filled) else found[0]
    is_number = _are_numbers(filled)
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


def _guess_people(matched: _Matched, samples: Sequence[Sequence[Cell]]) -> list[int]:
    """Columns whose headings nobody listed but whose words and cells are of people."""
    return [c for c, text in matched.unknown if guess_field(text) == "name" and has_names(samples[c - 1])]


def _guess_village(matched: _Matched, texts: Sequence[str], samples: Sequence[Sequence[Cell]]) -> None:
    """The village where no heading is known to name it but the words of one do, or the cells below one."""
    open_ = {c for c, _ in matched.unknown} | {c for c, text in enumerate(texts, 1) if not text}
    words = [c for c, text in matched.unknown if guess_field(text) == "village"]
    words = words or [c for c, text in enumerate(texts, 1) if c in open_ and _are_villages(samples[c - 1])]
    found = [c for c in words if any(isinstance(v, str) and v.strip() for v in samples[c - 1])]
    if "village" not in matched.fields and found:
        matched.fields["village"], rivals = choose_village([(GUESSED, c) for c in found], texts, samples)
        matched.rivals |= {"village": rivals} if rivals else {}


def _drop_programme(
    matched: _Matched, texts: Sequence[str], samples: Sequence[Sequence[Cell]], subsidies: SubsidyTable, *, is_one: bool
) -> None:
    """Leaves out a column of kinds (80-89周岁, 支出型) that is called 类别: what the title says stands.

    Under a title of one programme (`is_one`) one kind that is none is enough: 困难党员 beside 低保户.
    """
    column = matched.fields.get("programme", 0)
    if not column or not _KIND.search(texts[column - 1]):
        return
    cells = {cell_text(v) for v in samples[column - 1] if isinstance(v, str)}
    words = [w for w in cells if w and w not in texts[column - 1].split("\n") and not _TOTAL_WORD.search(w)]
    open_ = [w for w in words if not is_ditto(w)]
    told = [_may_be_programme(w, subsidies) for w in open_]
    if told and not (all(told) if is_one else any(told)):
        del matched.fields["programme"]
        matched.unknown.append((column, texts[column - 1]))


def _may_be_programme(words: str, subsidies: SubsidyTable) -> bool:
    is_named = PROGRAMME_WORDS.search(words) or subsidies.match(words).is_named or subsidies.suggest(words)
    return bool(is_named) or is_ditto(words)


def _find_joint(texts: Sequence[str], samples: Sequence[Sequence[Cell]]) -> int:
    """The column whose cells hold a name and an ID together, 0 where none does."""
    columns = [c for c, text in enumerate(texts, 1) if _JOINT.search(fold_words(text))]
    return next((c for c in columns if any(split_person(v)[1] for v in samples[c - 1])), 0)


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


def _has_number(cells: Sequence[Cell]) -> bool:
    return any(a.fen for c in cells if (a := parse_amount(c)))
