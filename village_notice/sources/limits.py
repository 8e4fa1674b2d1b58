"""How much of a foreign file may be read, and the one error that says why a file was not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Limits for one file; hitting one gives F10, never a hang.

    Attributes:
        file_bytes: Size on disk.
        unpacked_bytes: Size of everything unpacked from it; a zip that says less than it holds is stopped here too.
        part_bytes: Size of one member of a zip, unpacked.
        parts: Members of one zip.
        depth: Zips inside zips.
        sheets: Sheets of one workbook.
        cells: Cells of one workbook, gaps between used cells counted.
        rows, columns: Last row and column that may be used; Excel's own limits.
        text: Characters of one cell; Excel's own limit is 32 767.
    """

    file_bytes: int = 300_000_000
    unpacked_bytes: int = 400_000_000
    part_bytes: int = 250_000_000
    parts: int = 5_000
    depth: int = 3
    sheets: int = 2_000
    cells: int = 6_000_000
    rows: int = 1_048_576
    columns: int = 16_384
    text: int = 200_000


class Unreadable(Exception):  # noqa: N818 - a verdict on the file, told to the clerk as a finding
    """A file that could not be opened, as a finding in the making.

    Args:
        code: F01 damaged, F02 password, F03 no spreadsheet, F06 empty, F10 limit hit.
        found: What was found, in Chinese, as the rule's {found}.
    """

    def __init__(self, code: str, found: str = "") -> None:
        super().__init__(code, found)
        self.code, self.found = code, found
