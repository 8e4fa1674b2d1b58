"""Who is the same person, and which persons are one household: serials inside a village, never derived from an ID.

Same valid ID is the same person. Without one, the same person only where name, group and account agree (a group that is
not told does not disagree), or where both payments stand in the same row; all others are separate and never summed.
An organisation is known by its registered name: the same name in a village is the same organisation.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from village_notice.domain.codes import Bools, Ints, combine_codes, factorize_texts, find_single, keep_rows
from village_notice.domain.identity import are_valid_ids
from village_notice.ledger.memory import apply_numbers, keep_numbers, list_identities

_TEXTS = ("village_code", "id", "name", "group", "account", "file", "sheet", "household_id")
_NO_LINK = -1
_UNTOLD = 1 << 62


def number_people(payments: pd.DataFrame, remembered: pd.DataFrame | None = None) -> pd.DataFrame:
    """The payments with `person_no` and `household_no` filled in; NA where the village is not known.

    Numbers follow village, group, name and the first place in the inbox, so that the same inbox gives the same numbers.

    Args:
        payments: Payments frame.
        remembered: Numbers given before (`memory.MEMORY`): they stay, and who is new is numbered behind them.
    """
    placed = (payments["village_code"] != "").to_numpy()
    rows = keep_rows(payments[[*_TEXTS, "row", "organisation"]], placed)
    coded = _Coded(payments, placed)
    person = _find_persons(rows, coded)
    person_no = _number_inside_villages(rows, person, np.arange(len(rows)), ["group", "name"])
    # a household's place is that of its first person
    household_no = _number_inside_villages(rows, _find_households(coded, person), person_no, [])
    numbered = payments.assign(
        person_no=_spread(person_no, placed, payments.index), household_no=_spread(household_no, placed, payments.index)
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
    """The texts as numbers: for each column a number a row, and the distinct texts."""

    def __init__(self, payments: pd.DataFrame, placed: Bools) -> None:
        whole = (
            (c, *factorize_texts(payments[c])) for c in _TEXTS
        )  # the whole columns: they are numbered again elsewhere
        self._codes = {c: (codes if placed.all() else codes[placed], texts) for c, codes, texts in whole}
        self.is_valid = np.append(are_valid_ids(self.list_texts("id")), False)
        self.has_valid_id = self.is_valid[self["id"]]

    def __getitem__(self, column: str) -> Ints:
        return self._codes[column][0]

    def list_texts(self, column: str) -> list[str]:
        return self._codes[column][1].to_numpy(dtype=object).tolist()

    def find_number(self, column: str, text: str) -> int:
        """The number of a text, -1 where no row has it."""
        texts = self.list_texts(column)
        return texts.index(text) if text in texts else -1

    def combine(self, *columns: str) -> Ints:
        return combine_codes(*(self[c] for c in columns))


def _spread(numbers: Ints, placed: Bools, index: pd.Index) -> pd.Series:
    values = np.ones(len(index), dtype=np.int64)
    values[placed] = numbers
    return pd.Series(pd.arrays.IntegerArray(values, ~placed), index=index)


def _find_persons(rows: pd.DataFrame, coded: _Coded) -> Ints:
    """A number for each distinct person of each village, in no order."""
    valid = coded.has_valid_id
    by_id = coded.combine("village_code", "id")
    loose = combine_codes(coded["village_code"], coded["name"], _fill_groups(coded), coded["account"])
    by_row = combine_codes(coded["village_code"], coded["file"], coded["sheet"], rows["row"].to_numpy(dtype=np.int64))
    linked = find_single(loose, by_id, valid, none=_NO_LINK)
    has_account = coded["account"] != coded.find_number("account", "")
    is_organisation = rows["organisation"].to_numpy() == 1
    by_name = coded.combine("village_code", "name")
    kind = np.where(valid | (has_account & (linked != _NO_LINK)), 0, np.where(has_account, 1, 2))
    number = np.where(valid, by_id, np.where(kind == 0, linked, np.where(kind == 1, loose, by_row)))
    kind, number = np.where(is_organisation, 3, kind), np.where(is_organisation, by_name, number)
    return combine_codes(kind.astype(np.int64), number.astype(np.int64))


def _fill_groups(coded: _Coded) -> Ints:
    """The group, or the only one that the same name and account has elsewhere in the village."""
    group, empty = coded["group"], coded.find_number("group", "")
    keys = coded.combine("village_code", "name", "account")
    return np.where(group == empty, find_single(keys, group, group != empty, none=empty), group)


def _find_households(coded: _Coded, person: Ints) -> Ints:
    """A number for each household: the head's ID or 户编号 that the person's rows tell, else the person's own ID."""
    heads, ids = coded.list_texts("household_id"), coded.list_texts("id")
    ranks = _rank_texts([*heads, *ids])
    of_head = np.array([rank if text else _UNTOLD for text, rank in zip(heads, ranks, strict=False)] or [_UNTOLD])
    own = ranks[len(heads) :]
    of_id = np.array([rank if v else _UNTOLD for rank, v in zip(own, coded.is_valid[:-1], strict=True)] or [_UNTOLD])
    width = len(ranks) + 1  # what a row tells of the head goes before the person's own ID
    head = of_head[coded["household_id"]]
    told = np.where(head < _UNTOLD, head, np.minimum(of_id[coded["id"]], _UNTOLD - width) + width)
    best = np.full(int(person.max(initial=-1)) + 1, _UNTOLD)
    np.minimum.at(best, person, told)
    chosen = best[person]
    alone = chosen >= _UNTOLD
    household = combine_codes(coded["village_code"], np.where(alone, 0, chosen % width))
    return combine_codes(alone.astype(np.int64), np.where(alone, person, household))


def _rank_texts(texts: list[str]) -> Ints:
    """The place of each text in the order of all; equal texts have one."""
    ranks: Ints = pc.rank(pa.array(texts, pa.large_string()), tiebreaker="dense").to_numpy().astype(np.int64) - 1
    return ranks


def _number_inside_villages(rows: pd.DataFrame, owner: Ints, place: Ints, columns: list[str]) -> Ints:
    """Serials from 1 inside each village, by some columns of an owner's first row and by the first place."""
    size = int(owner.max(initial=-1)) + 1
    first_place, row = np.full(size, _UNTOLD), np.full(size, len(owner))
    np.minimum.at(first_place, owner, place)
    np.minimum.at(row, owner, np.arange(len(owner)))
    first = rows[["village_code", *columns]].iloc[row].reset_index(drop=True).assign(place=first_place)
    order = first.sort_values(["village_code", *columns, "place"], kind="stable")
    serial = order.groupby("village_code", sort=False).cumcount() + 1
    numbers = np.zeros(size, dtype=np.int64)
    numbers[order.index.to_numpy()] = serial.to_numpy()
    return numbers[owner]
