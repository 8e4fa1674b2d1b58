from village_notice.checks.cells import place_findings
from village_notice.domain.finding import Finding, Place
from village_notice.domain.reading import FileReading, SheetReading

COLUMNS = [("name", "C"), ("id", "D"), ("account", "E"), ("status", "K")]
FILES = [FileReading("a.xlsx", sheets=[SheetReading("表1", "payments", 1, 1, "", "", COLUMNS)])]
MONEY = Place("a.xlsx", "表1", 7, "H")


def placed(*findings):
    return [(f.code, f.place.column) for f in place_findings(findings, FILES)]


def test_a_finding_is_shown_at_the_cell_it_is_about():
    assert placed(Finding("C14", MONEY), Finding("X03", MONEY), Finding("X08", MONEY), Finding("R06", MONEY)) == [
        ("C14", "E"), ("X03", "C"), ("X08", "K"), ("R06", "D"),
    ]  # fmt: skip


def test_what_is_about_money_or_whose_column_is_unknown_stays():
    assert placed(Finding("X02", MONEY), Finding("X07", MONEY)) == [("X02", "H"), ("X07", "H")]
    elsewhere = Finding("C14", MONEY._replace(sheet="表2"))
    assert place_findings([elsewhere], FILES) == [elsewhere]
    whole = Finding("R17", Place("a.xlsx", "表1"))
    assert place_findings([whole], FILES) == [whole]


def test_a_child_with_several_payments_in_a_row_is_told_once():
    assert placed(Finding("R06", MONEY), Finding("R06", MONEY._replace(column="I"))) == [("R06", "D")]
