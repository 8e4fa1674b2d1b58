"""Numbers of persons and households that were given before, so that a correction does not move them.

A person is known again by a valid ID, else by name, group and account in the village. What was given once is never
given to anybody else that year, also when its person is gone.
"""

import numpy as np
import pandas as pd

from village_notice.domain.codes import Ints
from village_notice.domain.identity import is_valid_id
from village_notice.ledger.lines import code_columns

_LOOSE = ["village_code", "name", "group", "account", "nth"]
IDENTITY = ("village_code", "id", "name", "group", "account", "nth")
"""Columns a person is known by; `id` only where it is valid, `nth` tells people apart who have nothing but a name."""
MEMORY = (*IDENTITY, "person_no", "household_no")


def list_identities(payments: pd.DataFrame) -> pd.DataFrame:
    """Every distinct way a numbered person appears, with both numbers; columns of `MEMORY`.

    Args:
        payments: Payments with person_no and household_no; those without are left out.
    """
    rows = payments[payments["person_no"].notna()]
    texts = ("village_code", "id", "name", "group", "account")
    numbers = {c: rows[c].to_numpy(dtype=np.int64) for c in ("person_no", "household_no")}
    _, first = np.unique(code_columns(rows, (*texts, "person_no")), return_index=True)
    first.sort()
    found = rows[list(texts)].iloc[first].reset_index(drop=True)
    found = found.assign(**{c: values[first] for c, values in numbers.items()})
    return _count_namesakes(found.assign(id=found["id"].where(found["id"].map(is_valid_id).astype(bool), "")))[
        list(MEMORY)
    ]


def _count_namesakes(found: pd.DataFrame) -> pd.DataFrame:
    """The identities with `nth`: 0 but for people with neither ID nor account, who are counted by number."""
    bare = ((found["id"] == "") & (found["account"] == "")).to_numpy()
    nth = np.zeros(len(found), dtype=np.int64)
    ranks = found[bare].groupby(["village_code", "name", "group"], sort=False)["person_no"].rank(method="dense")
    nth[bare] = ranks.to_numpy(dtype=np.int64)
    return found.assign(nth=nth)


def keep_numbers(identities: pd.DataFrame, remembered: pd.DataFrame, column: str) -> pd.Series:
    """The number of each person (or household) after what is remembered.

    Args:
        identities: Identities as numbered anew; `column` tells who belongs together.
        remembered: Columns of `MEMORY`, as kept by the ledger.
        column: person_no or household_no.

    Returns:
        A number for each pair of village and new number, indexed by both.
    """
    owners = identities[["village_code", column]].drop_duplicates().sort_values(["village_code", column])
    claims = _find_claims(identities, remembered, column).reindex(pd.MultiIndex.from_frame(owners))
    claims = claims.where(~_is_claimed_before(claims))
    highest = remembered.groupby("village_code")[column].max()
    number = claims.to_numpy(dtype=np.int64, na_value=0)
    villages = owners["village_code"].reset_index(drop=True)
    is_new = number == 0
    serial = villages[is_new].groupby(villages[is_new], sort=False).cumcount().to_numpy() + 1
    start = villages[is_new].map(highest).fillna(0).to_numpy(dtype=np.int64)
    number[is_new] = start + serial
    return pd.Series(number, index=claims.index)


def _find_claims(identities: pd.DataFrame, remembered: pd.DataFrame, column: str) -> pd.Series:
    """For each village and new number the remembered one, an ID's word before that of name, group and account."""
    with_id = remembered[remembered["id"] != ""].drop_duplicates(["village_code", "id"])
    by_id = identities[identities["id"] != ""].merge(with_id, on=["village_code", "id"], suffixes=("", "_old"))
    once = remembered.drop_duplicates([*_LOOSE, "person_no"])
    once = once[~once.duplicated(_LOOSE, keep=False)]
    loose = identities.merge(once, on=_LOOSE, suffixes=("", "_old"))
    # one name with two valid IDs is two people, unless the money goes to one account: then an ID was put right
    loose = loose[(loose["account"] != "") | (loose["id"] == "") | (loose["id_old"] == "")]
    found = pd.concat([by_id.assign(rank=0), loose.assign(rank=1)], ignore_index=True)
    found = found.sort_values(["rank", f"{column}_old"], kind="stable").drop_duplicates(["village_code", column])
    return found.set_index(["village_code", column])[f"{column}_old"].astype("Int64")


def _is_claimed_before(claims: pd.Series) -> pd.Series:
    """Where an earlier owner of the village claims the same number."""
    frame = pd.DataFrame({"village": claims.index.get_level_values(0), "number": claims.to_numpy(dtype=object)})
    return pd.Series((frame.duplicated() & claims.notna().to_numpy()).to_numpy(), index=claims.index)


def apply_numbers(payments: pd.DataFrame, numbers: pd.Series, column: str) -> pd.Series:
    """The column of all payments with its numbers exchanged; NA stays NA."""
    known = payments[column].notna().to_numpy()
    pairs = pd.MultiIndex.from_arrays([payments["village_code"][known], payments[column][known].astype("int64")])
    codes, distinct = pd.factorize(pairs)
    table: Ints = numbers.reindex(distinct).to_numpy(dtype=np.int64)
    changed = pd.Series(pd.NA, index=payments.index, dtype="Int64")
    changed[known] = table[codes]
    return changed
