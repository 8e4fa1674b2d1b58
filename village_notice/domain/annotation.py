"""How an annotated copy of a workbook is known again: its front sheet, its property, the hashes of what it came from."""

import re
from collections.abc import Sequence

FRONT_SHEET = "核对说明"
"""First sheet of every annotated copy; it is passed over when the copy is read again."""
FRONT_MARK = "village-notice"
"""First word of the cell on the front sheet that names the sources, and the author of every comment of ours."""
SOURCE_PROPERTY = "village-notice-source"
"""Custom property of the copy with the same hashes."""
PATH_PROPERTY = "village-notice-path"
"""Custom property of the copy with the path of its source inside the inbox, whose names tell township and programme."""
COPY_MARK = "_核对"
"""What the name of a copy ends in."""
_PATH_MARK = f"{FRONT_MARK} 来自 "
_HASH = re.compile(r"\b[0-9a-f]{64}\b")


def format_sources(hashes: Sequence[str]) -> str:
    """The hashes of the files a copy came from, the oldest first, as they are written into it."""
    return " ".join((FRONT_MARK, *hashes))


def parse_sources(text: str) -> tuple[str, ...]:
    """The hashes in a text written by `format_sources`; () where it is none."""
    return tuple(_HASH.findall(text)) if text.startswith(FRONT_MARK) else ()


def format_path(path: str) -> str:
    """The path of the source as it is written on the front sheet of a copy."""
    return _PATH_MARK + path


def parse_path(text: str) -> str:
    """The path in a text written by `format_path`; "" where it is none."""
    return text.removeprefix(_PATH_MARK) if text.startswith(_PATH_MARK) else ""
