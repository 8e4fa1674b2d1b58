"""The words of a package's files (`templates/offline/package.toml`) and the variables they may use."""

import tomllib
from datetime import datetime
from functools import cache
from typing import Any

from village_notice import __version__
from village_notice.archive.bag import FORMAT_VERSION
from village_notice.domain.money import format_capital, format_fen
from village_notice.domain.public import VillageYear, check_code
from village_notice.resources import find_template

Variables = dict[str, Any]
_BOM = "\ufeff"


@cache
def read_package_words() -> dict[str, Any]:
    """The words of `templates/offline/package.toml`."""
    return tomllib.loads(find_template("offline", "package.toml").read_text(encoding="utf-8"))


def build_variables(village: VillageYear, stamp: datetime) -> Variables:
    """What every text of the package may name: place, year, public figures, never the sum that is withheld."""
    return {
        "year": village.year,
        "office": village.office,
        "township": village.township,
        "village": village.village,
        "full_name": village.full_name,
        "village_code": village.village_code,
        "place": village.village_code[6:],
        "items": len(village.programmes),
        "people": f"{village.people:,}",
        "payments": f"{village.payments:,}",
        "total": format_fen(village.public_fen, grouped=True),
        "plain_total": format_fen(village.public_fen),
        "capital": format_capital(village.public_fen),
        "check_code": check_code(village),
        "data_until": format_day(village.data_until),
        "held": village.held,
        "version": __version__,
        "format": FORMAT_VERSION,
        "stamp": format_day(f"{stamp:%Y-%m-%d}"),
    }


def format_day(text: str) -> str:
    """YYYY-MM-DD as 2022年12月20日, YYYY-MM as 2022年12月, anything else as a ruled blank."""
    parts = text.split("-")
    if not all(part.isdecimal() for part in parts):
        return "____年__月__日"
    return "".join(f"{int(part)}{unit}" for part, unit in zip(parts, "年月日", strict=False))


def encode_text(text: str) -> bytes:
    """A text file that the editor of an old Windows shows rightly: UTF-8 with BOM, lines ended as there."""
    return (_BOM + "\r\n".join(text.strip().splitlines()) + "\r\n").encode("utf-8")
