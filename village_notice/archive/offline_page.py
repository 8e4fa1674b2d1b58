"""查询.html: one file that answers about one village and year in any browser, without network and installation.

It holds what hung on the wall by name (tiers A and B) and the summary, and nothing else: no masked line, no number of a
person or household. Nothing in it can run but its own script, and nothing can be fetched: the policy in its head says so.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, islice
from typing import Any

from village_notice.archive.answer import read_words
from village_notice.archive.people import Line, Person
from village_notice.archive.picking import group_order
from village_notice.archive.sound import PinyinReader, Speller, common_characters, search_key
from village_notice.archive.wording import format_day
from village_notice.domain.money import format_scaled
from village_notice.domain.public import VillageYear, check_code
from village_notice.resources import find_template

_FIELD = re.compile(rb"\{\{(\w+)\}\}")
_JSON_ESCAPES = {char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
"""Inside a script element these could end it or open a comment; in JSON text they occur in strings only."""


class _Numbers(dict[Any, int]):
    """Gives each distinct value a number from 0 in order of arrival."""

    def __missing__(self, value: Any) -> int:  # noqa: ANN401  # any JSON value
        number = self[value] = len(self)
        return number


def build_offline_page(village: VillageYear, people: Sequence[Person], pinyin: PinyinReader) -> bytes:
    """The page as UTF-8; the same arguments give the same bytes.

    Args:
        village: The village-year.
        people: Its persons of tiers A and B, see `people.group_people`.
        pinyin: Reads names. Give the same object for all villages: what it has read is remembered.
    """
    style, script = _read_template("query.css"), _read_template("query.js")
    data = json.dumps(build_data(village, people, pinyin), ensure_ascii=False, separators=(",", ":"))
    for char, code in _JSON_ESCAPES.items():
        data = data.replace(char, code)
    encoded = data.encode("utf-8")
    words = {
        "title": html.escape(_page_words()["title"].format(village=village.village, year=village.year)),
        "place": html.escape(f"{village.county}{village.office}"),
        "until": html.escape(format_day(village.data_until)),
        "policy": _build_policy(style, script),
        "style": style,
        "script": script,
        "digest": hashlib.sha256(encoded).hexdigest(),
    }
    values = {b"data": encoded} | {name.encode("ascii"): word.encode("utf-8") for name, word in words.items()}
    # one pass: a name such as {{script}} must not be filled in itself
    return _FIELD.sub(lambda match: values[match[1]], _read_template("page.html").encode("utf-8"))


def build_data(village: VillageYear, people: Iterable[Person], pinyin: PinyinReader) -> dict[str, Any]:
    """What the page's script reads, as JSON values in compact rows.

    `people`: name, place in `groups`, pinyin and its endings, initials, lines; a line is six values: place in
    `programmes`, quantity in thousandths or null, place in `rates` or null, payments, fen, place in `months`.
    """
    speller, groups, months, rates = _speller(pinyin), _Numbers(), _Numbers(), _Numbers()
    found = sorted(people, key=lambda person: group_order(person.group))
    keys = [search_key(person.name) for person in found]
    values = _list_values([line for person in found for line in person.lines], rates, months)
    rows = [
        (person.name, groups[person.group], *speller.spell_row(key), list(islice(values, 6 * len(person.lines))))
        for person, key in zip(found, keys, strict=True)
    ]
    return {
        "village": _describe_village(village),
        "programmes": [
            (p.title, p.unit, p.people, p.payments, p.quantity_milli, p.amount_fen, p.pay_months)
            for p in village.programmes
        ],
        "groups": list(groups),
        "months": list(months),
        "rates": [format_scaled(micro, 6) for micro in rates],
        "people": rows,
        "sounds": (_common_sounds(pinyin), _format_sounds(speller, sorted(set().union(*keys) - _common()))),
        "words": _collect_words(),
    }


def _list_values(lines: Sequence[Line], rates: _Numbers, months: _Numbers) -> Iterator[int | None]:
    """The six values of each line, one line behind the other."""
    if not lines:
        return iter(())
    positions, _, _, _, quantities, micros, payments, amounts, _, _, paid = zip(*lines, strict=True)
    numbers = [None if micro is None else rates[micro] for micro in micros]
    columns = (positions, quantities, numbers, payments, amounts, map(months.__getitem__, paid))
    return chain.from_iterable(zip(*columns, strict=True))


def _describe_village(village: VillageYear) -> dict[str, Any]:
    return {
        "year": village.year,
        "township": village.township,
        "village": village.village,
        "fen": village.public_fen,
        "withheld": int(village.has_withheld),
        "held": village.held,
        "until": format_day(village.data_until),
        "code": check_code(village),
    }


def _page_words() -> dict[str, str]:
    return read_words()["page"]


def _collect_words() -> dict[str, str]:
    answer, speech = read_words()["answer"], read_words()["speech"]
    chosen = {name: answer[name] for name in ("coverage", "no_words", "sound_alike", "draft", "withheld")}
    return chosen | {f"speech_{name}": speech[name] for name in ("person", "line", "coverage")} | _page_words()


@lru_cache(maxsize=2)
def _speller(pinyin: PinyinReader) -> Speller:
    return Speller(pinyin)


@lru_cache(maxsize=2)
def _common_sounds(pinyin: PinyinReader) -> str:
    """How the common characters sound: what is typed for a name that was only heard."""
    return _format_sounds(_speller(pinyin), common_characters())


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(common_characters())


def _format_sounds(speller: Speller, characters: Iterable[str]) -> str:
    """Sound and the characters read so, `ai:哀埃;an:安…`, sounds folded and sorted."""
    found: dict[str, list[str]] = {}
    for char in characters:
        for sound in speller.list_alike(char):
            found.setdefault(sound, []).append(char)
    return ";".join(f"{sound}:{''.join(chars)}" for sound, chars in sorted(found.items()))


@cache
def _read_template(name: str) -> str:
    return find_template("offline", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _build_policy(style: str, script: str) -> str:
    """Content-Security-Policy: nothing is loaded from anywhere, and only these two texts take effect."""
    hashes = (
        base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") for text in (style, script)
    )
    style_hash, script_hash = hashes
    return (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; "
        "base-uri 'none'; form-action 'none'"
    )
