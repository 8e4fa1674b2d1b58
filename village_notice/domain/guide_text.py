"""申报指南 as plain text beside the PDFs, so that the villagers' page can show, enlarge and read aloud what they say."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

GUIDE_TEXTS = "申报指南.json"


class GuideText(NamedTuple):
    """What one sheet says.

    Attributes:
        title: Title of the sheet.
        department: Whose programme it is.
        rows: (label, text) of each field, in order.
        notes: Words above and below the fields.
    """

    title: str
    department: str
    rows: tuple[tuple[str, str], ...]
    notes: tuple[str, str]


def build_guide_texts(texts: Mapping[str, GuideText]) -> bytes:
    """The file: name of the PDF → what it says."""
    values = {name: text._asdict() for name, text in sorted(texts.items())}
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def read_guide_texts(folder: Path) -> dict[str, GuideText]:
    """Name of the PDF → what it says; {} where there is no such file, or it cannot be understood."""
    try:
        values = json.loads((folder / GUIDE_TEXTS).read_text(encoding="utf-8"))
        return {
            str(name): GuideText(
                str(v["title"]), str(v["department"]),
                tuple((str(label), str(text)) for label, text in v["rows"]), (str(v["notes"][0]), str(v["notes"][1])),
            )
            for name, v in values.items()
        }  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return {}
