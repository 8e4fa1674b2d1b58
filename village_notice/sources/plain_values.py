"""What cells of a plain row say, worked out once for every distinct value and looked up for the others."""

from collections.abc import Callable
from typing import Generic, TypeVar

from village_notice.sources.body import is_person, says_other
from village_notice.sources.cells import read_amount, read_name, read_scaled
from village_notice.sources.grid import Cell
from village_notice.sources.wording import is_ditto

K = TypeVar("K")
V = TypeVar("V")
_MOST_VALUES = 200_000


class Known(dict[K, V], Generic[K, V]):
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


NAMES: Known[Cell, str] = Known(_read_plain_name)
OTHER_NAMES: Known[Cell, str | None] = Known(_read_other_name)
OTHER_WORDS: Known[Cell, bool] = Known(lambda value: isinstance(value, str) and says_other(value))
AREAS: Known[Cell, int | str | None] = Known(_read_area)
RATES: Known[Cell, int | None] = Known(lambda value: read_scaled(value, 6))
_FEN: dict[int, Known[Cell, int | None]] = {}
"""Unit → money of cells, None where something has to be told of it."""


def find_fen(unit_fen: int) -> Known[Cell, int | None]:
    """Cell → its money in fen, None where it is none or has to be looked at."""

    def read(value: Cell) -> int | None:
        amount = read_amount(value, unit_fen)
        is_plain = amount is not None and amount.is_exact and amount.fen >= 0
        return amount.fen if is_plain and amount and not (isinstance(value, str) and amount.is_cleaned) else None

    return _FEN.setdefault(unit_fen, Known(read))
