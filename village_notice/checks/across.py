"""Findings that only several rows together tell: the same payment twice, names and IDs that do not agree, re-issues."""

from collections.abc import Iterator

import pandas as pd

from village_notice.domain.finding import Finding, Place
from village_notice.domain.identity import is_valid_id

_WHAT = ["person", "programme_code", "when", "amount_fen"]


def check_across(payments: pd.DataFrame) -> Iterator[Finding]:
    """X01 to X06, X08 and X09, in a fixed order."""
    frame = payments.assign(person=_name_persons(payments), when=payments["pay_date"] + "/" + payments["period"])
    paid = frame[
        frame["status"].isin(["成功", "补发", ""]) & frame["amount_fen"].notna() & (frame["programme_code"] != "")
    ]
    yield from _check_twice(paid[paid["when"] != "/"])
    yield from _check_identities(frame[frame["organisation"] == 0])
    yield from _check_reissues(frame)


def _name_persons(payments: pd.DataFrame) -> pd.Series:
    """What tells a person: the valid ID, else name, group, account and village together."""
    codes, ids = pd.factorize(payments["id"])
    valid = pd.Series([is_valid_id(i) for i in ids], dtype=bool).take(codes).set_axis(payments.index)
    loose = payments["name"] + "\t" + payments["group"] + "\t" + payments["account"] + "\t" + payments["village_code"]
    return payments["id"].where(valid, loose)


def _check_twice(paid: pd.DataFrame) -> Iterator[Finding]:
    """X01 for the later of two files with the identical payment, X02 for the same inside one file."""
    again = paid[paid.duplicated(_WHAT, keep=False)]
    for _, rows in again.groupby(_WHAT, sort=True):
        first = rows.iloc[0]
        origin = f"{first['file']} {first['sheet']} 第 {first['row']} 行"
        for row in rows.iloc[1:].itertuples():
            code = "X01" if row.file != first["file"] else "X02"
            found = str(len(rows)) if code == "X02" else ""
            yield Finding(code, _place(row), found, origin, person=str(row.name), fen=int(str(row.amount_fen)))


def _check_identities(people: pd.DataFrame) -> Iterator[Finding]:
    """X03 one ID with several names, X04 one name with several IDs in a village, X06 one ID in several villages."""
    known = people[people["id"].map(is_valid_id)]
    for code, keys, other in (
        ("X03", ["id"], "name"),
        ("X04", ["village_code", "name"], "id"),
        ("X06", ["id"], "village_code"),
    ):
        rows = known[known["village_code"] != ""] if other == "village_code" or len(keys) == 2 else known
        pairs = rows.drop_duplicates([*keys, other])
        for _, found in pairs[pairs.duplicated(keys, keep=False)].groupby(keys, sort=True):
            column = "village" if other == "village_code" else other
            words = "、".join(found[column].astype(str))
            last = next(found.iloc[[-1]].itertuples())
            yield Finding(code, _place(last), words, person=str(last.name))


def _check_reissues(frame: pd.DataFrame) -> Iterator[Finding]:
    """X08 a failure nobody made good, X09 a re-issue without its failure (same person and programme)."""
    keys = ["person", "programme_code"]
    failed = frame[frame["status"].isin(["失败", "退回"])]
    again = frame[frame["status"].isin(["补发", "成功"])]
    reissued = frame[frame["status"] == "补发"]
    for code, rows, others in (("X08", failed, again), ("X09", reissued, failed)):
        partners = set(others[[*keys, "amount_fen"]].itertuples(index=False, name=None))
        for row in rows.itertuples():
            if (row.person, row.programme_code, row.amount_fen) not in partners:
                yield Finding(code, _place(row), person=str(row.name))


def _place(row: object) -> Place:
    return Place(*(getattr(row, c) for c in ("file", "sheet", "row", "column")))
