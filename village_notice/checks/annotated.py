"""A copy of the clerk's own workbook with every finding at its cell: coloured, with a comment, and a front sheet.

The copy can be corrected and put into the inbox beside its source or in its place; see `corrections`. Formulas become
the values the workbook was saved with, because no program may compute a paid amount anew.
"""

from collections.abc import Iterable, Sequence

from village_notice.checks.annotation_words import Origin
from village_notice.checks.patched import CannotPatchError, patch_xlsx
from village_notice.checks.plain_package import PlainSheet, build_plain
from village_notice.domain.finding import Finding

__all__ = ["Origin", "annotate_sheets", "annotate_xlsx"]


def annotate_xlsx(data: bytes, findings: Sequence[Finding], origin: Origin) -> bytes:
    """The copy of an .xlsx or .xlsm, with sheets and formatting as they are.

    Most are changed here and there and keep everything else. One that holds comments or macros, or is such a copy
    itself, is written anew.

    Raises:
        Exception: openpyxl cannot open it, whatever it raises; `annotate_sheets` is then the way.
    """
    try:
        return patch_xlsx(data, findings, origin)
    except CannotPatchError:
        from village_notice.checks.rewritten import rewrite_xlsx  # openpyxl takes half a second to load

        return rewrite_xlsx(data, findings, origin)


def annotate_sheets(sheets: Iterable[PlainSheet], findings: Sequence[Finding], origin: Origin) -> bytes:
    """The copy of a file of any other kind, as .xlsx: values, merges and hidden sheets, no formatting."""
    return patch_xlsx(build_plain(sheets), findings, origin)
