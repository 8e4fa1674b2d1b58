"""Links of 问题清单.xlsx: to a file of the inbox, and to the cell in it that a finding is about."""

import re
from collections.abc import Iterable
from functools import lru_cache

from village_notice.checks.control_file import FILE_NAMES as CONTROL_FILES
from village_notice.domain.finding import Finding, Place
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
        if file := "" if finding.code == _GONE else link_file(inbox, finding.place.file):
            links += [Link(row, file_column, file), Link(row, cell_column, file, _locate(finding.place))]
    return links


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


def _locate(place: Place) -> str:
    if not place.sheet or ".zip/" in place.file.lower() or place.file.lower().endswith(_TEXT_FILES):
        return ""
    return format_location(place.sheet, f"{place.column or 'A'}{max(place.row, 1)}")
