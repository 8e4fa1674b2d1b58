"""How the columns of one table are understood: what the matcher gives and the row reader uses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

DeltaStatus = Literal["", "补发", "追回"]


@dataclass(frozen=True, slots=True)
class AmountColumn:
    """A column that holds money paid; columns from 1, 0 for none.

    Attributes:
        column: The money.
        programme_text: The programme a wide table names in the heading, "" elsewhere.
        period_text: The month, months or quarter the heading names, "" elsewhere.
        status: 补发 or 追回 for a column of re-issues or recoveries, "" elsewhere.
        quantity, rate: Area or number, and rate, that belong to this money alone.
        flag: Column that says whether the person has this programme at all (是否享受).
    """

    column: int
    programme_text: str = ""
    period_text: str = ""
    status: DeltaStatus = ""
    quantity: int = 0
    rate: int = 0
    flag: int = 0


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """How the columns of one table are understood; columns from 1.

    Attributes:
        fields: Field of columns.csv → column.
        amounts: The money columns, left to right.
        is_due_only: Only 应发 was found: planned, perhaps not paid.
        unit: The unit of money the headings themselves name, 元 or 万元; "" where they name none.
        unknown: Headings that were not understood or not used, (column, text).
        rivals: Amount columns among which no choice could be made.
        open_fields: Field ("name", "village") → columns among which no choice could be made.
        area_parts: Columns that together are the area paid for (自有承包, 流转 under one heading); () where one column is.
        relation: Column that tells how a person is related to the head of the household, 0 none.
        periods: Columns that tell the period together (年度, 月份), left to right.
        confidence: How surely the headings name the person and the money, 0 to 1.
        figures: Column that tells of each row what its figures are (标准, 实发), 0 none.
        sum_column: Column with the sum of the money columns of a row, 0 none.
    """

    fields: Mapping[str, int]
    amounts: tuple[AmountColumn, ...]
    is_due_only: bool = False
    unit: str = ""
    unknown: tuple[tuple[int, str], ...] = ()
    rivals: tuple[int, ...] = ()
    open_fields: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    area_parts: tuple[int, ...] = ()
    relation: int = 0
    periods: tuple[int, ...] = ()
    sum_column: int = 0
    figures: int = 0
    confidence: float = 1.0
