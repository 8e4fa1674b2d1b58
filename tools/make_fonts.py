"""Makes the files of `data/fonts/` out of the fonts they come from (see `data/fonts/README.md`).

Needs fontTools and about two minutes; run only when a font is renewed:

    python tools/make_fonts.py --regular NotoSerifSC_400Regular.ttf --bold NotoSerifSC_700Bold.ttf \
        --hana HanaMinB.ttf --babel BabelStoneHan.ttf --standard-list Unihan_OtherMappings.txt --out data/fonts
"""

import argparse
import shutil
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

UNITS_PER_EM = 1000
EPOCH_1904_TO_2022 = 3_723_753_600  # a fixed "modified" date, so that the same sources give the same bytes

_COMPAT = (0xFA0E, 0xFA0F, 0xFA11, 0xFA13, 0xFA14, 0xFA1F, 0xFA21, 0xFA23, 0xFA24, 0xFA27, 0xFA28, 0xFA29)
# GB 18030-2022 level 3: the ideographs and the Kangxi radicals
_LEVEL_3 = (
    (0x4E00, 0x9FEF), (0x3400, 0x4DB5), (0x20000, 0x2A6D6), (0x2A700, 0x2B734), (0x2B740, 0x2B81D),
    (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0), (0x2F00, 0x2FD5),
)  # fmt: skip
# Unicode 13 to 15.1; extension I (2EBF0…) holds names out of the identity-card registers
_LATER = (
    (0x9FF0, 0x9FFF), (0x4DB6, 0x4DBF), (0x2A6D7, 0x2A6DF), (0x2B735, 0x2B739), (0x2EBF0, 0x2EE5D),
    (0x30000, 0x3134A), (0x31350, 0x323AF),
)  # fmt: skip
# what the bold face needs beside the 8105: Latin, punctuation, forms and symbols that headings use
_SYMBOLS = (
    (0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2027), (0x2030, 0x203B), (0x2103, 0x2103), (0x2116, 0x2116), (0x2150, 0x218F),
    (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2460, 0x24FF), (0x2500, 0x257F), (0x25A0, 0x26FF), (0x3000, 0x303F), (0x3220, 0x33FF),
    (0xFE10, 0xFE1F), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF),
)  # fmt: skip


def _expand(spans: Iterable[tuple[int, int]]) -> set[int]:
    return {code for first, last in spans for code in range(first, last + 1)}


def read_cmap(path: Path) -> set[int]:
    """The code points a font has a glyph for."""
    with TTFont(path, lazy=True) as font:
        return set(font.getBestCmap())


def read_standard_list(unihan: Path) -> set[int]:
    """The 8105 characters of 通用规范汉字表 (Unihan's field kTGH).

    Raises:
        SystemExit: The file does not hold exactly 8105 of them.
    """
    lines = (line.split("\t") for line in unihan.read_text(encoding="utf-8").splitlines())
    codes = {int(parts[0][2:], 16) for parts in lines if len(parts) == 3 and parts[1] == "kTGH"}
    if len(codes) != 8105:
        raise SystemExit(f"{unihan}: expected 8105 characters with kTGH, found {len(codes)}")
    return codes


def cut_font(source: Path, codes: set[int], target: Path, family: str, style: str = "Regular") -> None:
    """Writes a copy of `source` with only `codes`, 1000 units an em, no layout tables, under a name of its own."""
    options = subset.Options()
    options.hinting = options.glyph_names = options.legacy_cmap = options.name_legacy = False
    options.layout_features, options.notdef_outline, options.name_IDs = [], True, ["*"]
    options.ignore_missing_unicodes = True
    options.drop_tables += [
        "GSUB",
        "GPOS",
        "GDEF",
        "BASE",
        "DSIG",
        "FFTM",
        "VORG",
        "vhea",
        "vmtx",
        "PfEd",
        "gasp",
        "kern",
        "STAT",
    ]
    font = TTFont(source, lazy=True, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[0x20, *sorted(codes)])
    cutter.subset(font)
    if font["head"].unitsPerEm != UNITS_PER_EM:
        scale_upem(font, UNITS_PER_EM)
    _rename(font, family, style)
    font["head"].modified = EPOCH_1904_TO_2022
    font.save(target)
    print(f"{target.name}: {target.stat().st_size:,} bytes, {font['maxp'].numGlyphs:,} glyphs")


def _rename(font: TTFont, family: str, style: str) -> None:
    """Gives a changed font its own name (the OFL keeps reserved names for the original); copyright lines stay."""
    table = font["name"]
    table.names = [r for r in table.names if r.platformID == 3 and r.langID == 0x409]
    full = family if style == "Regular" else f"{family} {style}"
    names = {1: family, 2: style, 3: f"{full}; cut for village_notice", 4: full, 6: full.replace(" ", "")}
    for number in (16, 17, 18, 21, 22, 25):
        table.removeNames(nameID=number)
    for number, text in names.items():
        table.setName(text, number, 3, 1, 0x409)


def make_fonts(sources: argparse.Namespace) -> None:
    """Writes the four fonts into `sources.out` and says what no font covers."""
    out: Path = sources.out
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(sources.regular, out / "NotoSerifSC-Regular.ttf")
    standard = read_standard_list(sources.standard_list)
    cut_font(sources.bold, standard | _expand(_SYMBOLS), out / "NotoSerifSC-Bold.ttf", "Noto Serif SC", "Bold")
    needed = (_expand(_LEVEL_3) | _expand(_LATER) | set(_COMPAT)) - read_cmap(sources.regular)
    hana, babel = read_cmap(sources.hana), read_cmap(sources.babel)
    cut_font(sources.hana, needed & hana, out / "FallbackHana.ttf", "VN Fallback Hana")
    cut_font(sources.babel, (needed - hana) & babel, out / "FallbackBabel.ttf", "VN Fallback Babel")
    level3_left = (_expand(_LEVEL_3) | set(_COMPAT)) - read_cmap(sources.regular) - hana - babel
    print(f"not covered: {len(level3_left)} of level 3, {len(needed - hana - babel):,} in all")


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("regular", "bold", "hana", "babel", "standard-list", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    make_fonts(_read_arguments())
