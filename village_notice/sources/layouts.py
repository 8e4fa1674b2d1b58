"""What the clerk has answered about a layout, kept in the office folder's `layouts/` and used whenever it comes again.

A layout is known by its headings in their order: not by file name, row, column shift or year. An answer is used only
where something is open or the clerk has spoken; what a sheet itself states plainly is never overruled in silence.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from village_notice.domain.text import column_letters
from village_notice.sources.column_map import AmountColumn, ColumnMap
from village_notice.sources.columns_match import find_unit
from village_notice.sources.columns_spread import find_delta_status
from village_notice.sources.heading_index import HeadingIndex
from village_notice.sources.subsidy_table import SubsidyTable
from village_notice.sources.wording import fold_label, fold_words

NO_HEADING = "（没有表头）"
COLUMN_KEYS: Mapping[str, str] = {
    "金额列": "amount", "姓名列": "name", "户主列": "household_head", "收款人列": "payee", "身份证号列": "id",
    "账号列": "account", "乡镇列": "township", "村列": "village", "组列": "group", "项目列": "programme",
    "期间列": "period", "发放日期列": "pay_date", "状态列": "status", "面积列": "area_paid", "数量列": "quantity",
    "标准列": "rate", "备注列": "remark",
}  # fmt: skip
"""Keys that name a column → field of columns.csv; 金额列 may name several."""
UNITS = ("元", "万元")
KEYS = (*COLUMN_KEYS, "单位", "已实际发放", "项目", "跳过", "只用于")
_YEAR = re.compile(r"(?:19|20)\d\d年?度?")
_QUANTITIES = ("area_corrected", "area_paid", "quantity", "area_contract")


@dataclass(frozen=True, slots=True)
class Layout:
    """One answered layout.

    Attributes:
        path: The file, as messages name it.
        headings: (column, heading) of the sheet it was answered for, left to right; heading "" where it has none.
        is_headless: Whether the headings were made up from the contents.
        columns: Field ("amount" for the money) → columns of that sheet.
        unit: 元, 万元, "" not answered.
        is_paid: Whether the money was paid; None not answered.
        programme: The programme where a sheet names none, "" not answered.
        is_skipped: Whether such tables are left out.
        only_for: Words of which a title, sheet, file or folder must hold one; () for every table of the layout.
    """

    path: str
    headings: tuple[tuple[int, str], ...]
    is_headless: bool = False
    columns: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    unit: str = ""
    is_paid: bool | None = None
    programme: str = ""
    is_skipped: bool = False
    only_for: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """What it is known by."""
        texts = [""] * self.headings[-1][0]
        for column, text in self.headings:
            texts[column - 1] = text
        return layout_key(texts, is_headless=self.is_headless)

    @property
    def answered(self) -> tuple[str, ...]:
        """The keys that are answered."""
        told = {k for k, f in COLUMN_KEYS.items() if f in self.columns} | {
            key for key, value in (("单位", self.unit), ("项目", self.programme), ("跳过", self.is_skipped)) if value
        }
        return tuple(k for k in KEYS if k in told or (k == "已实际发放" and self.is_paid is not None))

    @property
    def is_left_out(self) -> bool:
        """Whether tables of the layout do not count at all."""
        return self.is_skipped or self.is_paid is False

    def locate(self, column: int, texts: Sequence[str]) -> int:
        """The column of another sheet of the layout that stands where `column` stood, 0 where none does.

        A column without heading is found by its distance from the heading left of it.
        """
        stated = [c for c, t in self.headings if t]
        actual = [c for c, t in enumerate(texts, 1) if t]
        if column in stated:
            return actual[stated.index(column)]
        before = max((c for c in stated if c < column), default=stated[0])
        place = actual[stated.index(before)] + column - before
        return place if 0 < place <= len(texts) and not texts[place - 1] else 0


@dataclass(frozen=True)
class LayoutBook:
    """All answered layouts of an office, in the order of their file names."""

    layouts: tuple[Layout, ...] = ()

    @cached_property
    def _by_key(self) -> Mapping[tuple[str, ...], list[Layout]]:
        found: dict[tuple[str, ...], list[Layout]] = {}
        for layout in self.layouts:
            found.setdefault(layout.key, []).append(layout)
        return found

    def find(
        self, texts: Sequence[str], around: Sequence[str], subsidies: SubsidyTable, *, is_headless: bool = False
    ) -> Layout | None:
        """The answer for a table, or None; one that is for certain words goes before one for all.

        Args:
            texts: Heading of each column from A on.
            around: Titles, sheet name and path of the table.
            subsidies: Programmes: another wording of the same programme is as good as the word itself.
            is_headless: Whether the headings were made up.
        """
        if not self.layouts or not any(texts):
            return None
        key = layout_key(texts, is_headless=is_headless)
        alike = self._by_key.get(key, [])
        fitting = [layout for layout in alike if layout.only_for and _is_for(layout.only_for, around, subsidies)]
        return next(iter((*fitting, *(layout for layout in alike if not layout.only_for))), None)


def _is_for(words: Sequence[str], around: Sequence[str], subsidies: SubsidyTable) -> bool:
    """Whether one of the words stands around a table; a programme is the one that the nearest text names."""
    plain = [fold_words(t) for t in around]
    codes = [{s.code for s in subsidies.match(t).candidates} for t in plain]
    named = next((c for c in codes if c), set())
    for word in map(fold_words, words):
        meant = {s.code for s in subsidies.match(word).candidates}
        if meant == named if meant else any(word in t for t in plain):
            return True
    return False


def layout_key(texts: Sequence[str], *, is_headless: bool = False) -> tuple[str, ...]:
    """The headings in the form in which layouts are compared: without years, blanks and marks; 万元 stays.

    Without headings the blank columns between the first and the last count too: nothing else tells two lists apart.
    """
    if is_headless:
        filled = [i for i, t in enumerate(texts) if t]
        return ("无表头", *(texts[i] for i in range(filled[0], filled[-1] + 1)))
    return tuple(fold_layout_heading(t) for t in texts if t)


def fold_layout_heading(text: str) -> str:
    """A heading in the form in which layouts are compared."""
    plain = re.sub(r"\s", "", text)
    return fold_label(_YEAR.sub("", plain)) + ("|万元" if "万元" in fold_words(plain) else "")


def find_fingerprint(texts: Sequence[str], *, is_headless: bool = False) -> str:
    """Twelve characters that stand for the layout: the name of its file."""
    key = json.dumps(layout_key(texts, is_headless=is_headless), ensure_ascii=False)
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def format_headings(headings: Sequence[tuple[int, str]]) -> str:
    """The columns a clerk may name, as a line of words."""
    return "、".join(f"{column_letters(c)} {one_line(t)}" for c, t in headings)


def one_line(text: str) -> str:
    """A heading of several levels on one line."""
    return text.replace("\n", " ") or NO_HEADING


def apply_answer(columns: ColumnMap, texts: Sequence[str], answer: Layout, index: HeadingIndex) -> ColumnMap:
    """The mapping as the clerk has put it right."""
    placed = {f: tuple(c for s in stated if (c := answer.locate(s, texts))) for f, stated in answer.columns.items()}
    placed = {f: found for f, found in placed.items() if found}
    if not placed:
        return columns
    taken = {c for found in placed.values() for c in found}
    fields = {f: c for f, c in columns.fields.items() if c not in taken}
    if replaced := set(_QUANTITIES) & set(placed):
        fields = {f: c for f, c in fields.items() if f not in set(_QUANTITIES) - replaced}
    fields |= {f: found[0] for f, found in placed.items() if f != "amount"}
    if "name" not in fields and (other := fields.get("household_head") or fields.get("payee")):
        fields["name"] = other
    columns = replace(
        columns,
        fields=fields,
        unknown=tuple(u for u in columns.unknown if u[0] not in taken),
        area_parts=() if replaced else columns.area_parts,
        periods=() if "period" in placed else columns.periods,
        open_fields={f: c for f, c in columns.open_fields.items() if f not in placed},
    )
    return _place_amounts(columns, texts, placed, index)


def _place_amounts(
    columns: ColumnMap, texts: Sequence[str], placed: Mapping[str, tuple[int, ...]], index: HeadingIndex
) -> ColumnMap:
    """The money columns the clerk has named; else those found, less the columns that were said to be something else."""
    if "amount" not in placed:
        others = {c for found in placed.values() for c in found}
        rivals = tuple(c for c in columns.rivals if c not in others)
        left = tuple(a for a in columns.amounts if a.column not in others)
        return replace(columns, amounts=left, rivals=rivals if len(rivals) > 1 else ())
    known = {a.column: a for a in columns.amounts}
    amounts = tuple(
        known.get(c) or AmountColumn(c, status=find_delta_status(texts[c - 1])) for c in sorted(placed["amount"])
    )
    is_due = any(found[0][0] == "amount_due" for a in amounts if (found := index.find(texts[a.column - 1])))
    is_same = amounts == columns.amounts
    return replace(
        columns,
        amounts=amounts,
        rivals=(),
        is_due_only=columns.is_due_only and is_due,
        unit=find_unit(texts, amounts),
        sum_column=columns.sum_column if is_same else 0,
    )
