import importlib
import pickle
import pkgutil
import re

import pytest

import village_notice
from village_notice.domain.patterns import _MEMBERS, compile_late


def list_patterns():
    """Every pattern of the program that is compiled late, with the module and the name it goes by."""
    for module in pkgutil.walk_packages(village_notice.__path__, "village_notice."):
        if not module.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(module.name)).items():
                if type(value).__name__ == "_Late":
                    yield f"{module.name}.{name}", value


def test_every_pattern_compiles():
    found = dict(list_patterns())
    assert len(found) > 100
    for name, pattern in found.items():
        compiled = re.compile(pattern.pattern, pattern._flags)
        assert pattern.flags == compiled.flags, name
        assert pattern.findall("2022年王建国") == compiled.findall("2022年王建国"), name


def test_it_is_compiled_when_first_used(monkeypatch):
    asked = []
    compile_now = re.compile
    monkeypatch.setattr(re, "compile", lambda *words: asked.append(words) or compile_now(*words))
    pattern = compile_late(r"(\d+)亩", re.IGNORECASE)
    assert pattern.pattern == r"(\d+)亩" and not asked
    assert pattern.fullmatch("12亩")[1] == "12" and pattern.sub("", "3亩田") == "田"
    assert asked == [(r"(\d+)亩", re.IGNORECASE)]


def test_it_has_what_a_pattern_has():
    late, usual = compile_late("(?P<a>a)(b)?"), re.compile("(?P<a>a)(b)?")
    assert {m: getattr(late, m) for m in ("flags", "groups", "groupindex")} == {
        m: getattr(usual, m) for m in ("flags", "groups", "groupindex")
    }
    assert all(hasattr(late, member) for member in _MEMBERS)
    with pytest.raises(AttributeError):
        late.scanner  # noqa: B018


def test_a_mistake_is_told_by_the_first_use():
    with pytest.raises(re.error):
        compile_late("(").search("")


def test_it_can_be_sent_to_another_process():
    late = compile_late("a+")
    late.search("a")
    assert pickle.loads(pickle.dumps(compile_late("a+"))).fullmatch("aa")  # noqa: S301  # made here
