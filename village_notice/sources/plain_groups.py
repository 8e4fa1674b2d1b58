"""Fields of a plain row that are understood together, read with care once for each combination of their cells."""

from collections.abc import Callable
from typing import NamedTuple

from village_notice.sources.grid import Cell
from village_notice.sources.row_reader import RowReader

Row = list[Cell]
Values = tuple[object, ...]
AREA_FIELDS = ("area_corrected", "area_paid", "quantity", "area_contract")
_PAID_AS_A_RULE = ("", "成功", "补发")


class Group(NamedTuple):
    """Fields that are understood together.

    Attributes:
        fields: The fields.
        read: Reads them in one row with care: a value for each of `gives`, None where they need the rows above.
        gives: Columns of the payments frame.
    """

    fields: tuple[str, ...]
    read: Callable[[RowReader, Row, int], Values | None]
    gives: tuple[str, ...]


def _read_place(cells: RowReader, row: Row, number: int) -> Values | None:
    if cells.context.village and "village" in cells.fields and not cells.text(row, number, "village"):
        return None
    return tuple(cells.read_place(row, number, "").values())


def _read_time(cells: RowReader, row: Row, number: int) -> Values | None:
    found = cells.read_time(row, number, "", "")
    cells.check_reason(row, number, str(found["status"]), "")
    return tuple(found.values()) if found["status"] in _PAID_AS_A_RULE else None


def _read_remark(cells: RowReader, row: Row, number: int) -> Values | None:
    remark = cells.text(row, number, "remark")
    cells.check_remark(remark, number, "")
    return None if "补发" in remark or "追回" in remark else (remark,)


QUANTITY = Group(AREA_FIELDS, lambda cells, row, number: (cells.read_quantity(row, number, ""),), ("quantity_milli",))
GROUPS = (
    Group(
        ("township", "village", "village_code", "group", "address"),
        _read_place,
        ("township", "village", "village_code", "group"),
    ),
    Group(("pay_date", "period", "status", "failure_reason"), _read_time, ("pay_date", "period", "status", "year")),
    Group(
        ("programme",),
        lambda cells, row, number: tuple(cells.read_own_programme(row, number, "").values()),
        ("programme_text", "programme", "programme_code"),
    ),
    Group(("remark",), _read_remark, ("remark",)),
    Group(
        ("household_id", "household_no"),
        lambda cells, row, number: (cells.read_household(row, number),),
        ("household_id",),
    ),
    Group(
        ("birth_date",),
        lambda cells, row, number: (cells.read_date(row, number, "birth_date", ""),),
        ("birth_date",),
    ),
)
