"""The demo end to end on one small township: agrees with its truth to the fen, and says so when it does not."""

import copy

import pytest

from village_notice.demo import INBOX, OFFICE, RESULTS, compare_with_truth, run_demo, write_sample
from village_notice.errors import ExitCode, UsageError
from village_notice.output import PRIVATE
from village_notice.progress import stay_silent
from village_notice.sample.make import read_truth
from village_notice.settings import read_settings

TOWNSHIPS = ("羊郡镇",)


@pytest.fixture
def demo(small_demo):
    return small_demo


pytestmark = pytest.mark.xdist_group("demo")


def test_agrees_with_the_truth(demo):
    _, result = demo
    assert [d for check in result.checks for d in check.differences] == []
    assert result.run.exit_code == ExitCode.HELD
    assert result.exit_code == ExitCode.DONE


def test_text_tells_table_comparison_and_what_to_open(demo):
    folder, result = demo
    text = result.text
    assert "  一致  每个村每个项目" in text and "  不符  " not in text
    assert "问题清单.xlsx" in text and "village-notice query" in text
    assert str(folder / RESULTS) in text


def test_json_has_every_check(demo):
    told = demo[1].to_json()
    assert told["exit_code"] == 0
    assert all(check["compared"] and not check["differences"] for check in told["checks"])


@pytest.mark.parametrize("fen", [1, -1])
def test_one_fen_makes_it_seven(demo, fen):
    folder, result = demo
    truth = copy.deepcopy(read_truth(folder / INBOX / "truth.json"))
    village = next(iter(truth["villages"].values()))
    village["programmes"]["S001"][1] += fen
    altered = compare_with_truth(folder, truth, result.run)
    assert altered.exit_code == ExitCode.VERIFICATION
    assert "不符" in altered.text


def test_a_mistake_nobody_reports_makes_it_seven(demo):
    folder, result = demo
    truth = copy.deepcopy(read_truth(folder / INBOX / "truth.json"))
    truth["planted"][0]["rules"] = ["F10"]
    assert compare_with_truth(folder, truth, result.run).exit_code == ExitCode.VERIFICATION


def test_office_is_filled_and_commented(demo):
    folder, _ = demo
    settings = read_settings(folder / OFFICE)
    assert settings.county and settings.post_from and settings.phones.supervision
    assert set(settings.phones.township) == set(TOWNSHIPS)
    assert (folder / OFFICE / "office.toml").read_text(encoding="utf-8").startswith("# 演示用")


def test_again_in_the_same_folder_gives_the_same(demo):
    folder, _ = demo
    before = (folder / RESULTS / PRIVATE / "payments.csv").read_bytes()
    again = run_demo(folder, stay_silent, townships=TOWNSHIPS, households=10, seed=7)
    assert again.exit_code == ExitCode.DONE
    assert (folder / RESULTS / PRIVATE / "payments.csv").read_bytes() == before


def test_sample_alone_says_where_its_truth_is(tmp_path):
    path = write_sample(tmp_path / "样例", townships=TOWNSHIPS, seed=1, year=2023, households=12)
    truth = read_truth(path)
    assert path == tmp_path / "样例" / "truth.json"
    assert (truth["year"], truth["seed"], truth["townships"]) == (2023, 1, list(TOWNSHIPS))


def test_changed_inbox_is_refused(demo, tmp_path):
    inbox = tmp_path / INBOX
    inbox.mkdir()
    (inbox / "真的.xlsx").write_bytes(b"x")
    with pytest.raises(UsageError):
        run_demo(tmp_path, stay_silent, townships=TOWNSHIPS, households=8)
