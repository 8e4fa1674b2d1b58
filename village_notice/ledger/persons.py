"""Who is the same person, and which persons are one household: serials inside a village, never derived from an ID.

Same valid ID is the same person. Without one, the same person only where name, group and account agree (a group that is
not told does not disagree), or where both payments stand in the same row; all others are separate and never summed.
An organisation is known by its registered name: the same name in a village is the same organisation.
"""

import numpy as np
import pandas as pd

from village_notice.domain.identity import is_valid_id
from village_notice.ledger.lines import Bools, Ints, code_columns, combine_codes
from village_notice.ledger.memory import apply_numbers, keep_numbers, list_identities

_NO_LINK = -1


def number_people(payments: pd.DataFrame, remembered: pd.DataFrame | None = None) -> pd.DataFrame:
    """The payments with `person_no` and `household_no` filled in; NA where the village is not known.

    Numbers follow village, group, name and the first place in the inbox, so that the same inbox gives the same numbers.

    Args:
        payments: Payments frame.
        remembered: Numbers given before (`memory.MEMORY`): they stay, and who is new is numbered behind them.
    """
    placed = (payments["village_code"] != "").to_numpy()
    rows = payments[placed]
    person = _find_persons(rows)
    household = _find_households(rows, person)
    person_no = _number_inside_villages(rows, person)
    # a household's place is that of its first person
    household_no = _number_inside_villages(rows.assign(group="", name="", order=person_no), household)
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


def _spread(numbers: Ints, placed: Bools, index: pd.Index) -> pd.Series:
    values = pd.Series(pd.NA, index=index, dtype="Int64")
    values[placed] = numbers
    return values


def _are_valid(ids: pd.Series) -> Bools:
    codes, values = pd.factorize(ids)
    return np.array([*(is_valid_id(v) for v in values), False], dtype=bool)[codes]


def _find_persons(rows: pd.DataFrame) -> Ints:
    """A number for each distinct person of each village, in no order."""
    valid = _are_valid(rows["id"])
    by_id = code_columns(rows, ("village_code", "id"))
    loose = code_columns(rows.assign(group=_fill_groups(rows)), ("village_code", "name", "group", "account"))
    by_row = code_columns(rows, ("village_code", "file", "sheet", "row"))
    linked = _link_loose(loose, by_id, valid)
    has_account = (rows["account"] != "").to_numpy()
    is_organisation = rows["organisation"].to_numpy() == 1
    by_name = code_columns(rows, ("village_code", "name"))
    kind = np.where(valid | (has_account & (linked != _NO_LINK)), 0, np.where(has_account, 1, 2))
    number = np.where(valid, by_id, np.where(kind == 0, linked, np.where(kind == 1, loose, by_row)))
    kind, number = np.where(is_organisation, 3, kind), np.where(is_organisation, by_name, number)
    return combine_codes(kind.astype(np.int64), number.astype(np.int64))


def _fill_groups(rows: pd.DataFrame) -> pd.Series:
    """The group, or the only one that the same name and account has elsewhere in the village."""
    keys = code_columns(rows, ("village_code", "name", "account"))
    known = pd.DataFrame({"key": keys, "group": rows["group"].to_numpy()})
    known = known[known["group"] != ""].drop_duplicates()
    single = known[~known.duplicated("key", keep=False)].set_index("key")["group"]
    filled = single.astype("str").reindex(keys, fill_value="").set_axis(rows.index)
    return rows["group"].where(rows["group"] != "", filled)


def _link_loose(loose: Ints, by_id: Ints, valid: Bools) -> Ints:
    """For each row the ID number that its name, group and account stand beside elsewhere, where it is only one."""
    pairs = pd.DataFrame({"loose": loose[valid], "id": by_id[valid]}).drop_duplicates()
    single = pairs[~pairs.duplicated("loose", keep=False)].set_index("loose")["id"]
    return single.reindex(loose, fill_value=_NO_LINK).to_numpy(dtype=np.int64)


def _find_households(rows: pd.DataFrame, person: Ints) -> Ints:
    """A number for each household: the head's ID or 户编号 that the person's rows tell, else the person's own ID."""
    told = rows["household_id"].where(rows["household_id"] != "", rows["id"].where(_are_valid(rows["id"]), ""))
    rank = (rows["household_id"] == "").astype(np.int64)
    frame = pd.DataFrame({"person": person, "rank": rank.to_numpy(), "told": told.to_numpy()})
    frame = frame[frame["told"] != ""].sort_values(["person", "rank", "told"], kind="stable").drop_duplicates("person")
    chosen = frame.set_index("person")["told"].astype("str").reindex(person, fill_value="").reset_index(drop=True)
    household = code_columns(pd.DataFrame({"v": rows["village_code"].to_numpy(), "t": chosen.to_numpy()}), ("v", "t"))
    alone = (chosen == "").to_numpy()
    return combine_codes(alone.astype(np.int64), np.where(alone, person, household))


def _number_inside_villages(rows: pd.DataFrame, owner: Ints) -> Ints:
    """Serials from 1 inside each village, by group, name and first place (or `order` where the frame has it)."""
    place = rows["order"].to_numpy() if "order" in rows else np.arange(len(rows))
    frame = pd.DataFrame(
        {"v": rows["village_code"].to_numpy(), "g": rows["group"].to_numpy(), "n": rows["name"].to_numpy(),
         "p": place, "owner": owner}
    )  # fmt: skip
    first = (
        frame.sort_values("p", kind="stable").drop_duplicates("owner").sort_values(["v", "g", "n", "p"], kind="stable")
    )
    serial = first.groupby("v", sort=False).cumcount() + 1
    numbers = np.zeros(int(owner.max(initial=-1)) + 1, dtype=np.int64)
    numbers[first["owner"].to_numpy()] = serial.to_numpy()
    return numbers[owner]
