import io
from datetime import date

import pypdf
import pytest

from village_notice.archive.evidence import PAPER, Piece, build_register, read_register, take_files
from village_notice.errors import UsageError

JPEG = b"\xff\xd8\xff\xe0 invented"


def make_pdf(pages, password=""):
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def make_tiff(pages):
    """Only the chain of directories, which is what is counted."""
    data = b"II*\0" + (8).to_bytes(4, "little")
    for number in range(pages):
        last = number == pages - 1
        data += (0).to_bytes(2, "little") + (0 if last else len(data) + 6).to_bytes(4, "little")
    return data


def put(folder, name, data):
    (folder / name).write_bytes(data)
    return folder / name


def test_files_get_neutral_names_and_their_pages(tmp_path):
    files = [
        put(tmp_path, "李某某在看榜.JPG", JPEG), put(tmp_path, "b.png", b"\x89PNG\r\n\x1a\n"),
        put(tmp_path, "盖章.pdf", make_pdf(3)), put(tmp_path, "c.tif", make_tiff(2)),
    ]  # fmt: skip
    before = [Piece("张贴证据/张贴照片01.jpg", "张贴照片", 1, "20221220"), Piece("", PAPER, 6, "20221220")]
    pieces = [piece for piece, _ in take_files(files, before, day="20221227")]
    assert [(p.path, p.pages) for p in pieces] == [
        ("张贴证据/张贴照片02.jpg", 1), ("张贴证据/张贴照片03.png", 1), ("张贴证据/盖章扫描件01.pdf", 3),
        ("张贴证据/盖章扫描件02.tif", 2),
    ]  # fmt: skip
    assert read_register(build_register([*before, *pieces])) == [*before, *pieces]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [("a.docx", b"PK", "不是照片"), ("a.jpg", b"PK\3\4", "不符"), ("a.pdf", b"%PDF-1.7 broken", "数不出页数")],
)
def test_what_cannot_be_kept_is_refused(tmp_path, name, data, words):
    with pytest.raises(UsageError, match=words):
        take_files([put(tmp_path, name, data)], [], day="20221227")
    with pytest.raises(UsageError, match="找不到"):
        take_files([tmp_path / "nothing.jpg"], [], day="20221227")


def test_pages_may_be_told_for_one_file_only(tmp_path):
    locked = put(tmp_path, "a.pdf", make_pdf(2, "x"))
    [(piece, _)] = take_files([locked], [], day="20221227", pages=2)
    assert piece.pages == 2
    with pytest.raises(UsageError, match="一个文件"):
        take_files([locked, locked], [], day="20221227", pages=2)


def test_today_is_written_beside_each_piece(tmp_path):
    [(piece, _)] = take_files([put(tmp_path, "a.jpg", JPEG)], [], day=f"{date(2022, 12, 27):%Y%m%d}")
    assert piece.day == "20221227"
