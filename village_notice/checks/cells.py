"""Where a finding about a payment is shown: at the cell that is to be looked at, not always at that of the money."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from village_notice.domain.finding import Finding
from village_notice.domain.reading import FileReading

_FIELDS = {
    "C05": ("id",), "C14": ("account",), "C18": ("name",), "C19": ("name",), "R06": ("id", "birth_date"), "R15": ("pay_date",),
    "R16": ("group",), "R17": ("pay_date",), "R18": ("remark",), "X03": ("name",), "X04": ("id",), "X05": ("account",),
    "X06": ("village",), "X07": ("rate",), "X08": ("status",), "X09": ("status",), "X11": ("id", "birth_date"),
    "X12": ("area_corrected", "area_paid", "quantity", "area_contract"), "X18": ("name",),
}  # fmt: skip
"""Rule → fields whose cell is shown, the first that the sheet has; all other rules are about the money."""


def place_findings(findings: Iterable[Finding], readings: Iterable[FileReading]) -> list[Finding]:
    """The findings at the cells they are about, each once: what is told of a person in a row with several payments.

    Args:
        findings: Findings at the money's cell.
        readings: The files, with the columns of their sheets.
    """
    columns = {(r.file, s.sheet): dict(s.columns) for r in readings for s in r.sheets}
    return list(dict.fromkeys(_place(f, columns.get((f.place.file, f.place.sheet), {})) for f in findings))


def _place(finding: Finding, columns: Mapping[str, str]) -> Finding:
    fields = _FIELDS.get(finding.code, ())
    letters = next((columns[f] for f in fields if f in columns), "")
    is_at_money = finding.place.row and finding.place.column
    return replace(finding, place=finding.place._replace(column=letters)) if letters and is_at_money else finding
