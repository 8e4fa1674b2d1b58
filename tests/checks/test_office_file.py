import pytest

from village_notice.checks.control_file import ControlReader
from village_notice.checks.deceased import read_deceased
from village_notice.checks.waivers import read_waivers
from village_notice.errors import ReferenceFileError
from village_notice.settings import create_office


def read_control(home):
    return ControlReader(lambda w: ("S001", w), lambda t: t).read(home)


READERS = {"waivers": read_waivers, "deceased": read_deceased, "control": read_control}


@pytest.mark.parametrize("name", READERS)
def test_a_new_office_has_empty_tables(tmp_path, name):
    create_office(tmp_path)
    assert (tmp_path / f"{name}.csv").is_file()
    assert READERS[name](tmp_path) == READERS[name](None) == []


@pytest.mark.parametrize("name", READERS)
def test_a_table_in_a_form_that_is_not_read_is_not_passed_over(tmp_path, name):
    create_office(tmp_path)
    (tmp_path / f"{name}.xls").write_bytes(b"x")
    with pytest.raises(ReferenceFileError, match=rf"{name}.xls .*请另存为"):
        READERS[name](tmp_path)


def test_beside_a_table_that_is_filled_in_it_may_lie(tmp_path):
    (tmp_path / "waivers.csv").write_text(
        "规则,文件,理由,经手人,日期\nX01,a.xlsx,理由,王五,2023-12-01\n", encoding="utf-8"
    )
    (tmp_path / "waivers.xlsx").write_bytes(b"x")
    assert len(read_waivers(tmp_path)) == 1
