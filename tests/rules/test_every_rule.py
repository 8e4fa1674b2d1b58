"""Every rule of the table is tripped by something, and by no less: a rule without both fails here."""

from pathlib import Path

import pytest

from village_notice.domain.rules import RULES

from .cases import CASES, ELSEWHERE

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("code", CASES)
def test_it_trips(code, tmp_path):
    assert code in CASES[code][0](tmp_path)


@pytest.mark.parametrize("code", CASES)
def test_it_just_does_not(code, tmp_path):
    assert code not in CASES[code][1](tmp_path)


def test_no_rule_is_without_a_test():
    assert [code for code in RULES if code not in CASES and code not in ELSEWHERE] == []
    assert not set(CASES) & set(ELSEWHERE)


@pytest.mark.parametrize("code", ELSEWHERE)
def test_the_tests_elsewhere_are_there(code):
    file, trips, quiet = ELSEWHERE[code]
    text = (ROOT / file).read_text(encoding="utf-8")
    assert f'"{code}"' in text and f"def {trips}(" in text and f"def {quiet}(" in text


def test_every_rule_is_yielded_by_some_code():
    code = "\n".join(
        p.read_text(encoding="utf-8")
        for p in (ROOT / "village_notice").rglob("*.py")
        if p.parent.name not in ("domain", "sample")
    )
    assert [c for c in RULES if f'"{c}"' not in code] == []
