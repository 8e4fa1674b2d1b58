"""A small sample, made once."""

import pytest

from village_notice.sample.make import make_sample, read_truth
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference


@pytest.fixture(scope="session")
def register_villages():
    return read_reference(Settings()).register.villages


@pytest.fixture(scope="session")
def few_villages(register_villages):
    """Four villages of each of two townships, in the order of their codes."""
    chosen = [[v for v in register_villages if v.township == t][:4] for t in ("羊郡镇", "山前店镇")]
    return chosen[0] + chosen[1]


@pytest.fixture(scope="session")
def made(tmp_path_factory, few_villages):
    """A small sample: (folder, truth)."""
    folder = tmp_path_factory.mktemp("sample") / "收件箱"
    truth = read_truth(make_sample(folder, townships=(), villages=few_villages, households=10))
    return folder, truth
