"""The words of a package's files (`templates/offline/package.toml`) and the variables they may use."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from village_notice import __version__
from village_notice.archive.bag import FORMAT_VERSION
from village_notice.domain.money import format_capital, format_fen, parse_scaled
from village_notice.domain.public import VillageYear, check_code
from village_notice.resources import find_template
from village_notice.settings import RETENTION_KINDS, Settings

Variables = dict[str, Any]
PENDING = "待定"
_BOM = "\ufeff"


@cache
def read_package_words() -> dict[str, Any]:
    """The words of `templates/offline/package.toml`."""
    return tomllib.loads(find_template("offline", "package.toml").read_text(encoding="utf-8"))


def build_variables(village: VillageYear, stamp: datetime, settings: Settings | None = None) -> Variables:
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
        "retention": format_retention(settings),
    }


def read_variables(info: Mapping[str, str], settings: Settings) -> Variables:
    """The same as `build_variables` gives, from the bag-info.txt of a package."""
    fen = parse_scaled(info["Public-Total"], 2) or 0
    return {
        "year": int(info["Year"]),
        "office": info["Office"],
        "township": info["Township"],
        "village": info["Village"],
        "full_name": info["Source-Organization"],
        "village_code": info["Village-Code"],
        "place": info["Village-Code"][6:],
        "items": int(info["Items"]),
        "people": f"{int(info['People']):,}",
        "payments": f"{int(info['Payments']):,}",
        "total": format_fen(fen, grouped=True),
        "plain_total": format_fen(fen),
        "capital": format_capital(fen),
        "check_code": info["Check-Code"],
        "data_until": format_day(info["Data-Until"]),
        "held": int(info["Held"]),
        "version": info["Bag-Software-Agent"].removeprefix("village-notice "),
        "format": int(info["Format-Version"]),
        "stamp": format_day(info["Bagging-Date"]),
        "retention": format_retention(settings),
    }


def format_retention(settings: Settings | None) -> str:
    """How long each kind of material is kept; 待定 until the county has confirmed it."""
    known = settings.archive_retention if settings else {}
    return "，".join(f"{kind}{known.get(kind) or PENDING}" for kind in RETENTION_KINDS)


def format_day(text: str) -> str:
    """YYYY-MM-DD as 2022年12月20日, YYYY-MM as 2022年12月, anything else as a ruled blank."""
    parts = text.split("-")
    if not all(part.isdecimal() for part in parts):
        return "____年__月__日"
    return "".join(f"{int(part)}{unit}" for part, unit in zip(parts, "年月日", strict=False))


def encode_text(text: str) -> bytes:
    """A text file that the editor of an old Windows shows rightly: UTF-8 with BOM, lines ended as there."""
    return (_BOM + "\r\n".join(text.strip().splitlines()) + "\r\n").encode("utf-8")
