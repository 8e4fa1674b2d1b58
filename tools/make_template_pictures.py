"""Draws the pictures of docs/公示模板.md from the examples that stand in it, on a village of the invented sample.

The picture of the README is drawn from the same village, with the templates as they come.

Run from the checkout: `python tools/make_template_pictures.py`.
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from PIL import Image

from village_notice.demo import OFFICE, RESULTS, run_demo
from village_notice.kept import read_kept
from village_notice.notices.picture import draw_pictures
from village_notice.notices.village import Kind, draw_kinds
from village_notice.progress import stay_silent
from village_notice.settings import read_settings

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "公示模板.md"
KINDS: dict[str, Kind] = {"summary": "summary", "detail": "detail", "paper": "detail", "card": "card"}
_DPI, _README_DPI = 62, 70
_SHARES = {"summary": 1.0}  # of the page; of the others the upper part


def find_examples(text: str) -> Iterator[tuple[str, str, str]]:
    """Template, changed lines and picture of each example of the page."""
    pattern = r"写进 `(\w+)\.toml`.*?```toml\n(.*?)```\n\n!\[[^\]]*\]\((images/[^)]+)\)"
    yield from re.findall(pattern, text, re.DOTALL)


def main() -> None:
    """Makes the sample, then a picture an example."""
    with tempfile.TemporaryDirectory() as folder:
        run_demo(Path(folder), stay_silent, townships=("羊郡镇",), households=24)
        kept = read_kept(Path(folder) / RESULTS)
        first = kept.villages[0]
        village = replace(first, held=0, programmes=tuple(replace(p, held=0) for p in first.programmes))
        usual = read_settings(Path(folder) / OFFICE)
        (notice,) = draw_kinds(village, usual, kept.stamp, ["summary"])
        (DOCS / "images" / "notice.png").write_bytes(draw_pictures(notice.data, _README_DPI)[0])
        for template, lines, picture in find_examples(PAGE.read_text(encoding="utf-8")):
            home = Path(tempfile.mkdtemp(dir=folder))
            (home / "templates" / "notice").mkdir(parents=True)
            (home / "templates" / "notice" / f"{template}.toml").write_text(lines, encoding="utf-8")
            settings = replace(usual, folder=home)
            (notice,) = draw_kinds(village, settings, kept.stamp, [KINDS[template]])
            page = Image.open(BytesIO(draw_pictures(notice.data, _DPI)[0]))
            page.crop((0, 0, page.width, int(page.height * _SHARES.get(template, 0.6)))).save(
                DOCS / picture, bits=4, optimize=True
            )


if __name__ == "__main__":
    main()
