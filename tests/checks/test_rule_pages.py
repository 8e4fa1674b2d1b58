import json

import pytest

from village_notice.checks.rule_pages import build_rule_pages, format_rules, to_json
from village_notice.domain.rule_notes import NOTES
from village_notice.domain.rules import RULES
from village_notice.errors import UsageError


def test_every_rule_is_on_the_page_once():
    lines = build_rule_pages().splitlines()
    for code in RULES:
        assert sum(line.startswith(f"| {code} |") for line in lines) == 1


def test_no_blank_of_a_message_is_left_open():
    assert "{" not in build_rule_pages() + format_rules(list(RULES))


def test_every_rule_has_an_example_and_a_reason():
    assert [r.code for r in RULES.values() if not (r.example and r.source)] == []
    assert list(NOTES) == list(RULES)


def test_tables_have_seven_columns():
    rows = [line for line in build_rule_pages().splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {8}


def test_one_rule_in_full():
    text = format_rules(["c04"])
    assert "身份证号已损坏" in text
    assert "怎么办" in text
    assert "不可放行" in format_rules(["P01"])


def test_unknown_code_says_so():
    with pytest.raises(UsageError, match="Z99"):
        format_rules(["Z99"])


def test_json():
    rows = json.loads(to_json())
    assert [r["code"] for r in rows] == list(RULES)
    assert json.loads(to_json(["P01"]))[0]["can_waive"] is False
