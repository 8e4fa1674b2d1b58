"""Writes data/pinyin.txt, how every character and word reads, from the library pypinyin.

Run it again after pypinyin was updated: `.venv/bin/python tools/make_pinyin.py`. A test compares the file with the library.
"""

from pathlib import Path

from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

TARGET = Path(__file__).parent.parent / "data" / "pinyin.txt"


def build_table() -> str:
    """Three parts, parted by an empty line: characters by reading; words that read otherwise than their characters; others."""
    readings = {chr(code): lazy_pinyin(chr(code))[0] for code in sorted(PINYIN_DICT)}
    characters: dict[str, list[str]] = {}
    for character, reading in readings.items():
        characters.setdefault(reading, []).append(character)
    spelled = {word: lazy_pinyin(word) for word in sorted(PHRASES_DICT)}
    own = {word: found for word, found in spelled.items() if found != [readings[c] for c in word]}
    parts = (
        [f"{reading} {''.join(found)}" for reading, found in sorted(characters.items())],
        [f"{word} {' '.join(found)}" for word, found in own.items()],
        [word for word in spelled if word not in own],
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


if __name__ == "__main__":
    TARGET.write_text(build_table(), encoding="utf-8", newline="\n")
