import pytest

from village_notice.domain.columns import PAYMENT_COLUMNS
from village_notice.domain.finding import Place
from village_notice.domain.frames import build_frame
from village_notice.domain.identity import id_check_digit

USUAL = {
    "file": "a.xlsx", "sheet": "表1", "column": "F", "township": "石桥镇", "village": "东关村", "village_code": "370999101200",
    "group": "1组", "name": "万木", "account": "6299991234567896", "programme": "耕地地力保护补贴", "programme_code": "S001",
    "amount_fen": 12000, "year": 2023, "verdict": "accepted", "organisation": 0,
}  # fmt: skip
EMPTY = {c.name: {"str": "", "Int64": None, "int64": 0}[c.dtype] for c in PAYMENT_COLUMNS}


@pytest.fixture
def make_id():
    """An invented valid ID of a person of the invented county: make_id(serial, birth="19600101")."""

    def build(serial, birth="19600101"):
        digits = f"370999{birth}{serial:03d}"
        return digits + id_check_digit(digits)

    return build


@pytest.fixture
def make():
    """A payments frame from what is unusual about each row; rows are numbered from 5, raw_fen follows amount_fen."""

    def build(*rows):
        full = []
        for number, row in enumerate(rows, start=5):
            values = {"row": number} | USUAL | row
            values.setdefault("raw_fen", values["amount_fen"] or 0)
            full.append(values)
        keys = dict.fromkeys(k for row in full for k in row)
        return build_frame({k: [row.get(k, EMPTY[k]) for row in full] for k in keys})

    return build


@pytest.fixture
def places():
    """(code, file, row) of findings, in their order."""

    def take(findings, *codes):
        return [(f.code, f.place.file, f.place.row) for f in findings if not codes or f.code in codes]

    return take


@pytest.fixture
def spot():
    """The place of the amount in a row of the usual file."""
    return lambda row, file="a.xlsx": Place(file, "表1", row, "F")
