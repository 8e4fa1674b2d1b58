"""张贴证据 of a draft package: photos of the board, scans of the stamped sheets, and how many stamped sheets there are.

Files are given neutral names: what somebody called a photo may say more than the wall did. What a photo shows can't be
looked into; the command says so.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from village_notice.archive.detail import build_csv
from village_notice.errors import UsageError

FOLDER = "张贴证据"
REGISTER = f"{FOLDER}/登记.csv"
PHOTO, SCAN, PAPER = "张贴照片", "盖章扫描件", "盖章原件"
_HEADINGS = ("文件", "种类", "页数", "登记日期")
_MOST_BYTES = 100 << 20
_SIGNATURES: Mapping[str, tuple[bytes, ...]] = {
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".tif": (b"II*\0", b"MM\0*"),
    ".tiff": (b"II*\0", b"MM\0*"),
    ".pdf": (b"%PDF-",),
}
"""How a file of each kind begins: a renamed Word file is no photo."""


class Piece(NamedTuple):
    """One piece of evidence.

    Attributes:
        path: Path below data/, "" for paper that lies in the village's cabinet.
        kind: 张贴照片, 盖章扫描件 or 盖章原件.
        pages: Pages or pictures.
        day: When it was put in, eight digits.
    """

    path: str
    kind: str
    pages: int
    day: str


def read_register(data: bytes) -> list[Piece]:
    """The pieces a register lists, [] for b""."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    return [Piece(path, kind, int(pages), day) for path, kind, pages, day in rows]


def build_register(pieces: Iterable[Piece]) -> bytes:
    """登记.csv."""
    return build_csv(_HEADINGS, ((p.path, p.kind, str(p.pages), p.day) for p in pieces))


def take_files(
    files: Sequence[Path], before: Sequence[Piece], *, day: str, pages: int | None = None
) -> list[tuple[Piece, bytes]]:
    """New pieces with their contents.

    Args:
        files: Photos (.jpg .png) and scans (.pdf .tif).
        before: Pieces that are there.
        day: Today, eight digits.
        pages: Pages of the one scan given; None counts them.

    Raises:
        UsageError: A file is not there, not of a kind that can be kept, too large, or its pages can't be counted.
    """
    if pages is not None and len(files) != 1:
        raise UsageError("--pages 一次只能说明一个文件的页数。请一个文件一个文件地加入。")
    made: list[tuple[Piece, bytes]] = []
    for file in files:
        data, suffix = _read_checked(file), file.suffix.lower()
        kind = SCAN if suffix in (".pdf", ".tif", ".tiff") else PHOTO
        number = 1 + sum(p.kind == kind and bool(p.path) for p in (*before, *(p for p, _ in made)))
        path = f"{FOLDER}/{kind}{number:02d}{suffix}"
        made.append((Piece(path, kind, pages or _count_pages(file, data), day), data))
    return made


def _read_checked(file: Path) -> bytes:
    if not file.is_file():
        raise UsageError(f"找不到 {file}。请检查路径有没有写错。")
    if file.suffix.lower() not in _SIGNATURES:
        raise UsageError(f"{file.name} 不是照片或扫描件。可以加入的有：{' '.join(_SIGNATURES)}。")
    if file.stat().st_size > _MOST_BYTES:
        raise UsageError(f"{file.name} 超过 {_MOST_BYTES >> 20} MB。请把照片或扫描件压缩后再加入。")
    data = file.read_bytes()
    if not data.startswith(_SIGNATURES[file.suffix.lower()]):
        raise UsageError(f"{file.name} 的内容与扩展名不符，可能已损坏。请重新拍照或扫描。")
    return data


def _count_pages(file: Path, data: bytes) -> int:
    suffix = file.suffix.lower()
    if suffix == ".pdf":
        return _count_pdf(file, data)
    return _count_tiff(data) if suffix in (".tif", ".tiff") else 1


def _count_pdf(file: Path, data: bytes) -> int:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise UsageError(f"{file.name} 数不出页数（可能有密码）。请用 --pages 写明有几页。") from error
    try:
        return len(document)
    finally:
        document.close()


def _count_tiff(data: bytes) -> int:
    """Pictures in a .tif: the chain of its directories. Source: TIFF 6.0, section 2."""
    order = "little" if data[:2] == b"II" else "big"
    place, count, seen = int.from_bytes(data[4:8], order), 0, set[int]()  # type: ignore[arg-type]
    while 0 < place < len(data) - 2 and place not in seen:
        seen.add(place)
        count += 1
        end = place + 2 + 12 * int.from_bytes(data[place : place + 2], order)  # type: ignore[arg-type]
        place = int.from_bytes(data[end : end + 4], order)  # type: ignore[arg-type]
    return max(count, 1)
