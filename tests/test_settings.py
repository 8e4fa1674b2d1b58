from dataclasses import fields
from datetime import date

import pytest

from village_notice.errors import SettingsError
from village_notice.settings import _KINDS, Settings, read_settings


def write(tmp_path, text):
    (tmp_path / "office.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_defaults_without_office():
    assert read_settings(None) == Settings()


def test_every_setting_is_known_to_the_reader():
    assert {f.name for f in fields(Settings)} - {"folder"} == set(_KINDS)


def test_values_arrive(tmp_path):
    text = 'county = "莱阳市"\nnotice_days = 10\npost_from = 2022-12-20\ntownships = ["羊郡镇"]\n[phones.township]\n"羊郡镇" = "0535-0000001"\n'
    office = read_settings(write(tmp_path, text))
    assert (office.county, office.notice_days, office.post_from) == ("莱阳市", 10, date(2022, 12, 20))
    assert office.townships == ("羊郡镇",)
    assert office.phones.township["羊郡镇"] == "0535-0000001"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("countyy = 1", "countyy"),
        ("notice_days = 0", "notice_days"),
        ('notice_days = "七"', "notice_days"),
        ("notice_days = true", "notice_days"),
        ('post_from = "明天"', "post_from"),
        ('[phones]\nmayor = "1"', "mayor"),
        ("county = ", "office.toml"),
        ("trusted_proxies = 0", "trusted_proxies"),
        ("[exposure]\n22 = 2025-12-31", "exposure"),
        ('[exposure]\n2022 = "2025-12-31"', "exposure"),
        ("[exposure]\n2022 = 2025-12-31T10:00:00", "exposure"),
    ],
)
def test_mistakes_are_named(tmp_path, text, word):
    with pytest.raises(SettingsError, match=word):
        read_settings(write(tmp_path, text))


def test_days_on_which_years_close(tmp_path):
    office = read_settings(write(tmp_path, "[exposure]\n2021 = 2023-12-31\n2022 = 2024-12-31\n"))
    assert office.exposure == {2021: date(2023, 12, 31), 2022: date(2024, 12, 31)}


def test_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(SettingsError, match="village-notice init"):
        read_settings(tmp_path)


@pytest.mark.parametrize("line", ['P03 = "关闭"', 'R02 = "提醒"', 'Z99 = "关闭"', 'X04 = "off"', "X04 = false"])
def test_rules_that_cannot_be_switched(tmp_path, line):
    with pytest.raises(SettingsError, match=line[:3]):
        read_settings(write(tmp_path, f"[rules]\n{line}\n"))


def test_rules_switched(tmp_path):
    assert read_settings(write(tmp_path, '[rules]\nX04 = "关闭"\nH02 = "提醒"\n')).rules == {
        "X04": "关闭",
        "H02": "提醒",
    }
