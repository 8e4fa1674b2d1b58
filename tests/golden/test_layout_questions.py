"""Every line that `village-notice layout` offers as an answer, written down, settles its question: in every golden case."""

import shutil

import pytest

from village_notice.sources.layout_answers import write_answers
from village_notice.sources.layout_explained import explain_file
from village_notice.sources.layout_page import format_page
from village_notice.sources.payments import ReadOptions

WORDS = {"true": "是", "false": "否"}


@pytest.mark.parametrize("code", ["H01", "H02", "H04", "H09", "H10"])
def test_every_line_offered_settles_its_question(golden, tmp_path, code):
    tried = 0
    for path in sorted((golden.folder / "cases").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        if f"\n{code} " not in text:
            continue
        case = golden.parse_case(text)
        file, home = tmp_path / path.stem / case.file, tmp_path / path.stem / "办公"
        golden.write_xlsx(case, file)
        options = ReadOptions(2023, home=home, register=golden.folder / "register.csv")
        asked = explain_file(file, case.file, forget_answers(options))
        for sheet, place, question, line in list_lines(asked):
            if question.code == code:
                key, _, value = line.partition("    #")[0].partition(" = ")
                value = WORDS.get(value, value.strip('"'))
                write_answers(asked, forget_answers(options), [f"{key}={value}"], sheet)
                page = explain_file(file, case.file, options)
                left = [q.lines[0] for s in page.sheets if s.sheet == sheet for q in s.tables[place].questions]
                assert not [rest for rest in left if rest.startswith(f"{key} ")], (path.name, line, format_page(page))
                tried += 1
    assert tried >= 2


def forget_answers(options):
    """The options, with nothing answered in their office."""
    shutil.rmtree(options.home, ignore_errors=True)
    options.home.mkdir(parents=True)
    (options.home / "office.toml").write_text("", encoding="utf-8")
    return options


def list_lines(page):
    for sheet in page.sheets:
        for place, table in enumerate(sheet.tables):
            for question in table.questions:
                for line in question.lines:
                    yield sheet.sheet, place, question, line
