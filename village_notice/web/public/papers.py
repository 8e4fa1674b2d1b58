"""The notices of a village and year that a visitor may open: as they lie in 公开/, and in sealed packages of earlier years."""

from collections.abc import Iterator
from pathlib import Path

from village_notice.archive.browse import VillagePlace

GUIDES = "申报指南"
_WITHOUT_NAMES = ("汇总公开",)
"""Kinds of notices that name nobody: these stay open when searching for people is closed."""


def list_papers(public: Path, place: VillagePlace, year: int, *, with_names: bool) -> dict[str, Path]:
    """File name → path of the PDFs of a village and year, sorted by name.

    Args:
        public: Folder 公开, in which the database lies.
        place: The village.
        year: Calendar year.
        with_names: False leaves out every notice that names people.
    """
    found: dict[str, Path] = {}
    for path in _find_files(public, place):
        is_open = with_names or any(kind in path.name for kind in _WITHOUT_NAMES)
        if f"{year}年" in path.name and is_open:
            found.setdefault(path.name, path)
    return dict(sorted(found.items(), key=lambda item: (not _is_summary(item[0]), item[0])))


def list_guides(public: Path) -> dict[str, Path]:
    """File name → path of the 申报指南, where `guide --out 公开/申报指南` has put them."""
    folder = public / GUIDES
    return {path.name: path for path in sorted(folder.rglob("*.pdf"))} if folder.is_dir() else {}


def _is_summary(name: str) -> bool:
    return any(kind in name for kind in _WITHOUT_NAMES)


def _find_files(public: Path, place: VillagePlace) -> Iterator[Path]:
    """PDFs beside the packages first: they are the newest."""
    for name in (f"{place.village}（{place.township}）", place.village):
        folder = public / place.office / name
        if folder.is_dir():
            yield from folder.glob("*.pdf")
            yield from sorted(folder.glob("档案*/data/公示/*.pdf"), reverse=True)
            return
