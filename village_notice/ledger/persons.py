"""Who is the same person, and which persons are one household: serials inside a village, never derived from an ID.

Same valid ID is the same person. Without one, the same person only where name, group and account agree (a group that is
not told does not disagree), or where both payments stand in the same row; all others are separate and never summed.
An organisation is known by its registered name: the same name in a village is the same organisation.
"""

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from village_notice.domain.codes import (
    Bools,
    Ints,
    are_among,
    code_column,
    combine_codes,
    find_alike,
    find_single,
    judge_texts,
    list_firsts,
)
from village_notice.domain.identity import are_valid_ids
from village_notice.domain.side_by_side import do_side_by_side
from village_notice.ledger.memory import apply_numbers, keep_numbers, list_identities

_TEXTS = ("village_code", "id", "name", "group", "account", "file", "sheet", "household_id")
_NO_LINK = -1
_BY_ID, _BY_ACCOUNT, _BY_ROW, _ORGANISATION = range(4)
_Number = TypeVar("_Number", bound=np.generic)
_UNTOLD = 1 << 62


def number_people(payments: pd.DataFrame, remembered: pd.DataFrame | None = None) -> pd.DataFrame:
    """The payments with `person_no` and `household_no` filled in; NA where the village is not known.

    Numbers follow village, group, name and the first place in the inbox, so that the same inbox gives the same numbers.

    Args:
        payments: Payments frame.
        remembered: Numbers given before (`memory.MEMORY`): they stay, and who is new is numbered behind them.
    """
    placed = ~are_among(payments["village_code"], [""])
    coded = _Coded(payments, placed)
    person = _find_persons(coded)
    first = list_firsts(person)
    person_no = _number_inside_villages(coded, first, [coded.rank(c)[coded[c][first]] for c in ("group", "name")])
    # a household's place is that of its first person
    household = _find_households(coded, person, first)
    one = np.full(int(household.max(initial=-1)) + 1, _UNTOLD)
    np.minimum.at(one, household, person_no)
    household_no = _number_inside_villages(coded, first[list_firsts(household)], [one])[household]
    numbered = payments.assign(
        person_no=_spread(person_no[person], placed), household_no=_spread(household_no[person], placed)
    )
    if remembered is None or remembered.empty:
        return numbered
    identities = list_identities(numbered)
    return numbered.assign(
        **{
            c: apply_numbers(numbered, keep_numbers(identities, remembered, c), c)
            for c in ("person_no", "household_no")
        }
    )


class _Coded:
    """The texts as numbers, of the payments whose village is known: for each column a number a row, the distinct texts."""

    def __init__(self, payments: pd.DataFrame, placed: Bools) -> None:
        whole = do_side_by_side([partial(code_column, payments[c]) for c in _TEXTS], len(payments))
        self._placed, self._codes = placed, dict(zip(_TEXTS, whole, strict=True))
        self.is_valid = judge_texts(payments["id"], are_valid_ids)
        self.has_valid_id = self.is_valid[self["id"]]
        self.row, self.organisation = (
            self._keep(payments[c].to_numpy(dtype=np.int64)) for c in ("row", "organisation")
        )

    def __getitem__(self, column: str) -> Ints:
        return self._keep(self._codes[column].codes).astype(np.int64)

    def _keep(self, values: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
        return values if self._placed.all() else values[self._placed]

    def list_texts(self, column: str) -> list[str]:
        return self._codes[column].texts.to_numpy(dtype=object).tolist()

    def rank(self, column: str) -> Ints:
        """For each distinct text its place in the order of all."""
        return _rank_texts(self.list_texts(column))

    def find_number(self, column: str, text: str) -> int:
        """The number of a text, -1 where no row has it."""
        texts = self.list_texts(column)
        return texts.index(text) if text in texts else -1


def _spread(numbers: Ints, placed: Bools) -> pd.arrays.IntegerArray:
    values = np.ones(len(placed), dtype=np.int64)
    values[placed] = numbers
    return pd.arrays.IntegerArray(values, ~placed)


def _find_persons(coded: _Coded) -> Ints:
    """A number for each distinct person of each village, in the order of their first payments."""
    valid, village = coded.has_valid_id, coded["village_code"]
    number = combine_codes(village, coded["id"])
    is_organisation = coded.organisation == 1
    kind = np.zeros(len(number), dtype=np.int64)
    rows = np.flatnonzero(~valid & ~is_organisation)
    if len(rows):
        kind[rows], number[rows] = _find_loose(coded, rows, number)
    kind[is_organisation] = _ORGANISATION
    number[is_organisation] = combine_codes(village[is_organisation], coded["name"][is_organisation])
    return combine_codes(kind, number)


def _find_loose(coded: _Coded, rows: Ints, by_id: Ints) -> tuple[Ints, Ints]:
    """For each payment without a valid ID what tells whose it is, and the number of whom it tells.

    Args:
        coded: The texts.
        rows: Positions of these payments.
        by_id: Numbers of village and ID for all payments.
    """
    village, name, group, account = (coded[c] for c in ("village_code", "name", "group", "account"))
    some = find_alike((village, name, account), rows)  # nobody else can be one of them
    valid = coded.has_valid_id[some]
    filled = _fill_groups(coded, group[some], combine_codes(village[some], name[some], account[some]))
    loose = combine_codes(village[some], name[some], filled, account[some])
    own = np.searchsorted(some, rows)
    linked, loose = find_single(loose, by_id[some], valid, none=_NO_LINK)[own], loose[own]
    by_row = combine_codes(village[rows], coded["file"][rows], coded["sheet"][rows], coded.row[rows])
    has_account = account[rows] != coded.find_number("account", "")
    kind = np.where(has_account, np.where(linked != _NO_LINK, _BY_ID, _BY_ACCOUNT), _BY_ROW)
    return kind, np.choose(kind, (linked, loose, by_row))


def _fill_groups(coded: _Coded, group: Ints, keys: Ints) -> Ints:
    """The group, or the only one that the same name and account has elsewhere in the village."""
    empty = coded.find_number("group", "")
    return np.where(group == empty, find_single(keys, group, group != empty, none=empty), group)


def _find_households(coded: _Coded, person: Ints, first: Ints) -> Ints:
    """For each person a number of the household: the head's ID or 户编号 that the person's rows tell, else the own ID.

    Args:
        coded: The texts.
        person: The person of each payment.
        first: Position of the first payment of each person.
    """
    heads, ids = coded.list_texts("household_id"), coded.list_texts("id")
    # only what one person may have several of is compared: heads, and the IDs in rows of one organisation
    compared = [*heads, *(ids[n] for n in np.unique(coded["id"][coded.organisation == 1]).tolist())]
    ranks = dict(zip(compared, _rank_texts(compared).tolist(), strict=True))
    of_head = np.array([ranks[text] if text else _UNTOLD for text in heads] or [_UNTOLD])
    own = [ranks.get(text, len(ranks) + n) for n, text in enumerate(ids)]
    of_id = np.array([rank if v else _UNTOLD for rank, v in zip(own, coded.is_valid[:-1], strict=True)] or [_UNTOLD])
    width = len(ranks) + len(ids) + 1  # what a row tells of the head goes before the person's own ID
    head = of_head[coded["household_id"]]
    told = np.where(head < _UNTOLD, head, np.minimum(of_id[coded["id"]], _UNTOLD - width) + width)
    chosen = np.full(len(first), _UNTOLD)
    np.minimum.at(chosen, person, told)
    alone = chosen >= _UNTOLD
    household = combine_codes(coded["village_code"][first], np.where(alone, 0, chosen % width))
    return combine_codes(alone.astype(np.int64), np.where(alone, np.arange(len(first)), household))


def _rank_texts(texts: list[str]) -> Ints:
    """The place of each text in the order of all; equal texts have one."""
    ranks: Ints = pc.rank(pa.array(texts, pa.large_string()), tiebreaker="dense").to_numpy().astype(np.int64) - 1
    return ranks


def _number_inside_villages(coded: _Coded, rows: Ints, order: Sequence[Ints]) -> Ints:
    """Serials from 1 inside each village of whose first payments are given, by some ranks and by the places of these."""
    village = coded.rank("village_code")[coded["village_code"][rows]]
    ordered = np.lexsort((rows, *reversed(order), village))
    starts = np.flatnonzero(np.diff(village[ordered], prepend=-1))
    numbers = np.empty(len(rows), dtype=np.int64)
    numbers[ordered] = np.arange(len(rows)) - np.repeat(starts, np.diff(starts, append=len(rows))) + 1
    return numbers
