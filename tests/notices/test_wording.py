from dataclasses import replace
from datetime import date

import pytest

from village_notice.notices.wording import (
    build_variables,
    check_settings,
    count_days,
    format_day,
    format_phones,
    format_posting,
    list_phones,
)
from village_notice.settings import Settings


@pytest.mark.parametrize(
    ("first", "days", "text"),
    [
        (date(2022, 12, 20), 7, "2022年12月20日至2022年12月26日，共7天"),
        (date(2022, 12, 28), 7, "2022年12月28日至2023年1月3日，共7天"),
        (date(2024, 2, 26), 5, "2024年2月26日至2024年3月1日，共5天"),
        (date(2022, 12, 20), 10, "2022年12月20日至2022年12月29日，共10天"),
    ],
)
def test_both_days_of_a_posting_count(first, days, text):
    assert format_posting(Settings(post_from=first, notice_days=days)) == text


def test_days_are_counted_inclusively():
    assert count_days(date(2022, 12, 20), date(2022, 12, 20)) == 1
    assert count_days(date(2022, 12, 20), date(2022, 12, 26)) == 7


def test_no_day_is_invented():
    assert format_posting(Settings()) == "____年__月__日至____年__月__日，共7天"
    assert "共7天" in format_posting(Settings(post_from=date(2022, 12, 20), notice_days=3))


@pytest.mark.parametrize(
    ("text", "shown"),
    [("2022-06-03", "2022年6月3日"), ("2022-06", "2022年6月"), ("", "____年__月__日"), ("x", "____年__月__日")],
)
def test_days(text, shown):
    assert format_day(text) == shown


def test_missing_telephones_are_ruled_blanks(make_village):
    village = make_village()
    text = format_phones(village, Settings())
    assert "本村 ________" in text and "主管部门 ________" in text and "12345" in text


def test_only_this_villages_telephones(make_village, make_settings):
    village = make_village(programmes=2)
    settings = make_settings()
    assert "0535-0000004" not in list_phones(village, settings)
    assert set(list_phones(village, settings)) <= {
        "12345",
        "0535-0000001",
        "0535-0000002",
        "0535-0000003",
        "0535-0000005",
    }


def test_settings_that_say_nothing_are_told(make_village):
    codes = {f.code for f in check_settings(make_village(), Settings())}
    assert codes == {"N01", "N02"}


def test_complete_settings_are_quiet(make_village, make_settings):
    assert list(check_settings(make_village(), make_settings())) == []


@pytest.mark.parametrize(("days", "codes"), [(3, ["N03"]), (6, ["N04"]), (7, [])])
def test_short_postings(make_village, make_settings, days, codes):
    assert [f.code for f in check_settings(make_village(), make_settings(notice_days=days))] == codes


def test_a_community_has_its_own_legal_basis(make_village, make_settings):
    village = make_village()
    basis = build_variables(replace(village, kind="社区"), make_settings())["legal_basis"]
    assert "村民委员会组织法" not in str(basis)
