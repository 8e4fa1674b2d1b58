"""The examples of docs/公示模板.md are accepted as they stand, change the paper, and have their pictures."""

import importlib.util
from pathlib import Path

import pytest

from village_notice.notices.gate import check_notice
from village_notice.notices.village import draw_kinds

ROOT = Path(__file__).resolve().parents[2]


def load_tool():
    spec = importlib.util.spec_from_file_location("make_template_pictures", ROOT / "tools/make_template_pictures.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


TOOL = load_tool()
EXAMPLES = list(TOOL.find_examples(TOOL.PAGE.read_text(encoding="utf-8")))


def test_five_examples_with_small_pictures():
    pictures = [ROOT / "docs" / picture for _, _, picture in EXAMPLES]
    assert len(EXAMPLES) == 5 and all(p.is_file() for p in pictures)
    assert sum(p.stat().st_size for p in pictures) < 400_000


@pytest.mark.parametrize("example", EXAMPLES, ids=[e[2] for e in EXAMPLES])
def test_an_example_changes_the_paper_and_passes_the_last_look(tmp_path, make_village, make_settings, stamp, example):
    template, lines, _ = example
    (tmp_path / "templates/notice").mkdir(parents=True)
    (tmp_path / f"templates/notice/{template}.toml").write_text(lines, encoding="utf-8")
    village, kind = make_village(households=40), TOOL.KINDS[template]
    own = make_settings(folder=tmp_path)
    (changed,), (plain,) = (draw_kinds(village, s, stamp, [kind]) for s in (own, make_settings()))
    assert changed.data != plain.data
    assert check_notice(changed, village, own) == []
