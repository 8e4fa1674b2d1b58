"""Links of 问题清单.xlsx: to a file of the inbox, and to the cell in it that a finding is about."""

import re
from collections.abc import Iterable
from functools import lru_cache

from village_notice.checks.control_file import FILE_NAMES as CONTROL_FILES
from village_notice.domain.finding import Finding
from village_notice.workbook import MOST_LINKS, Link, format_location

_TEXT_FILES = (".csv", ".tsv", ".txt", ".tab", ".prn", ".htm", ".html")
NOT_IN_INBOX = frozenset(["村名册", "office.toml", "postings.csv", "waivers.csv", *CONTROL_FILES])
"""What findings name that is no file of the inbox: the register, and files of the office folder."""
_GONE = "F13"
"""Its file is no longer there, so a link would lead nowhere."""


def link_places(findings: Iterable[Finding], inbox: str | None, file_column: int, cell_column: int) -> list[Link]:
    """Two links a row while there is room: to the file, and to the cell in it."""
    links: list[Link] = []
    if inbox is None:
        return links
    for row, finding in enumerate(findings):
        if len(links) + 2 > MOST_LINKS:
            return links
        file, sheet, number, column = finding.place
        address, start = ("", "") if finding.code == _GONE else _find_way(inbox, file, sheet)
        if address:
            location = f"{start}{column or 'A'}{max(number, 1)}" if start else ""
            links += [Link(row, file_column, address), Link(row, cell_column, address, location)]
    return links


@lru_cache(maxsize=4096)
def _find_way(inbox: str, file: str, sheet: str) -> tuple[str, str]:
    """Address of a file, and how the location of its cells begins; "" where a link opens it as it is."""
    has_cells = sheet and ".zip/" not in file.lower() and not file.lower().endswith(_TEXT_FILES)
    return link_file(inbox, file), format_location(sheet, "") if has_cells else ""


@lru_cache(maxsize=4096)
def link_file(inbox: str | None, file: str) -> str:
    """Address of a file of the inbox, of the zip it lies in where it lies in one; "" where there is none."""
    if inbox is None or not file or file in NOT_IN_INBOX:
        return ""
    parts = file.split("/")
    packed = next((i for i, part in enumerate(parts) if part.lower().endswith(".zip")), len(parts) - 1)
    folder = inbox.replace("\\", "/").rstrip("/")
    address = "/".join(filter(None, (folder, *parts[: packed + 1])))
    return f"file:///{address}" if re.match(r"[A-Za-z]:", address) else address
