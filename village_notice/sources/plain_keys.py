"""Columns of IDs and accounts read whole: what is as it should be is taken over, every other cell is looked at."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from village_notice.domain.identity import is_valid_id, read_birth_date
from village_notice.sources.grid import Cell

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LENGTH = 18
_NO_ID = "0" * _LENGTH
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = b"10X98765432"
_MOST_DAYS = 100_000
_FEWEST = 64
"""Fewer IDs are checked one by one."""
_MANY = 30_000
"""As long as a process has met fewer, checking them one by one takes less than loading numpy does."""
_met = Counter[str]()


class _Days(dict[str, str]):
    """Eight digits of an ID → the day as YYYY-MM-DD, "" where there is no such day."""

    def __missing__(self, digits: str) -> str:
        day = read_birth_date("000000" + digits + "0000")
        if len(self) < _MOST_DAYS:
            self[digits] = day
        return day


_DAYS = _Days()


def read_ids(cells: Sequence[Cell], bad: set[int]) -> tuple[Sequence[str], Sequence[str]]:
    """(IDs, birth dates) of a column, "" where the cell is blank.

    Args:
        cells: The cells.
        bad: Takes the places of cells that are no valid ID; what stands for them in the answer means nothing.
    """
    if set(cells) <= {None, ""}:
        return [""] * len(cells), [""] * len(cells)
    texts = _take_texts(cells)
    days = [_DAYS[t[6:14]] for t in texts]
    for index in _find_wrong(texts, days):
        texts[index] = days[index] = ""
        if cells[index] not in (None, ""):
            bad.add(index)
    return texts, days


def _take_texts(cells: Sequence[Cell]) -> list[str]:
    """Texts of eighteen characters, `_NO_ID` in place of every other cell."""
    try:
        if set(map(len, cells)) == {_LENGTH}:  # type: ignore[arg-type]  # numbers have no length
            return [*cells]  # type: ignore[list-item]  # only texts have one
    except TypeError:
        pass
    return [v if v.__class__ is str and len(v) == _LENGTH else _NO_ID for v in cells]


def _find_wrong(texts: Sequence[str], days: Sequence[str]) -> list[int]:
    """Places of texts of eighteen characters that are no valid ID."""
    try:
        data = "".join(texts).encode("ascii")
    except UnicodeEncodeError:
        data = b""
    _met["IDs"] += len(texts)
    if not data or len(texts) < _FEWEST or _met["IDs"] < _MANY:
        return [i for i, text in enumerate(texts) if not is_valid_id(text)]
    import numpy as np

    characters: NDArray[np.uint8] = np.frombuffer(data, dtype=np.uint8).reshape(-1, _LENGTH)
    digits = characters[:, :17] - np.uint8(48)  # anything below "0" wraps round to more than 9
    checks = np.frombuffer(_CHECKS, dtype=np.uint8)
    right = checks[(digits @ np.array(_WEIGHTS, dtype=np.int32)) % 11] == characters[:, 17]
    right &= (digits <= 9).all(axis=1) & (digits[:, 0] > 0)
    wrong = set(np.flatnonzero(~right).tolist())
    if "" in days:
        wrong |= {i for i, day in enumerate(days) if not day}
    return sorted(wrong)


def read_accounts(cells: Sequence[Cell], bad: set[int]) -> Sequence[str]:
    """The accounts of a column, "" where the cell is blank; arguments as `read_ids`."""
    try:
        digits = "".join(cells)  # type: ignore[arg-type]
        if digits.isascii() and digits.isdigit() and "" not in cells:
            return cells  # type: ignore[return-value]
    except TypeError:  # not all of them are text
        pass
    texts = []
    for index, value in enumerate(cells):
        is_number = value.__class__ is int and 0 <= value < 10**15
        text = value if value is not None and value.__class__ is str else str(value) if is_number else ""
        if value not in (None, "") and not (text.isascii() and text.isdigit()):
            bad.add(index)
        texts.append(text)
    return texts
