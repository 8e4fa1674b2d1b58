"""A rule that a county makes a warning, or that was waived, no longer says that the payment is held."""

from village_notice.domain.finding import Finding, Place
from village_notice.domain.rules import RULES, Severity, format_message, is_error, list_lowered, switch_rules

TWICE = Finding("X01", Place("b.xlsx", "表", 5), expected="a.xlsx")


def test_the_words_fit_the_severity_in_force():
    assert format_message(TWICE).endswith("这一笔暂不计入。") and is_error(TWICE)
    with switch_rules({"X01": "提醒"}):
        assert format_message(TWICE).endswith("这一笔照常计入。") and not is_error(TWICE)
        assert list_lowered() == {"X01": "提醒"}
    assert format_message(TWICE).endswith("这一笔暂不计入。") and not list_lowered()


def test_no_rule_made_a_warning_speaks_of_holding():
    switches = {r.code: "提醒" for r in RULES.values() if r.can_switch}
    with switch_rules(switches):
        assert [c for c in switches if "暂不计入" in RULES[c].message] == []
    assert all("暂不计入" not in r.message for r in RULES.values() if r.severity is not Severity.ERROR)


def test_what_was_waived_is_counted():
    assert format_message(TWICE, is_waived=True).endswith("这一笔照常计入。")
