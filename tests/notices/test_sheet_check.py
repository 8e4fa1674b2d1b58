"""`verify-sheet`: what stands on the paper is found in the archive, and every kind of difference is named."""

import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner

from village_notice.cli import main
from village_notice.domain.public import check_code
from village_notice.errors import UsageError, VerificationError
from village_notice.kept import KEPT, Kept, write_kept
from village_notice.notices.attachment import build_archive_copy
from village_notice.notices.picture import draw_pictures
from village_notice.notices.summary import qr_text
from village_notice.notices.village import draw_village
from village_notice.notices.work import start_work
from village_notice.output import PRIVATE
from village_notice.sheet_check import compare, list_controls, list_sheets, read_line, verify_sheet


@pytest.fixture(scope="module")
def village(make_village):
    return make_village(households=40)


@pytest.fixture(scope="module")
def package(tmp_path_factory, village, make_settings, stamp):
    """A folder with the village's notices, as they lie in its package: with their tables attached."""
    folder = tmp_path_factory.mktemp("档案") / "data" / "公示"
    folder.mkdir(parents=True)
    for notice in draw_village(village, make_settings(), stamp)[0]:
        copy = build_archive_copy(notice, village, make_settings(), stamp)
        assert len(copy) > len(notice.data)
        (folder / notice.file_name).write_bytes(copy)
    return folder.parent.parent


@pytest.fixture
def results(tmp_path, village, stamp):
    (tmp_path / PRIVATE).mkdir()
    other = replace(village, village="西关村", full_name="西关村村民委员会", village_code="370682114202")
    write_kept(Kept(stamp, (village, other)), tmp_path / PRIVATE / KEPT)
    return tmp_path


def line_of(village, **changes):
    told = {
        "people": f"{village.people:,}",
        "payments": f"{village.payments:,}",
        "yuan": f"{village.public_fen / 100:,.2f}",
    }
    told = told | {"code": check_code(village)} | changes
    return f"校验　{told['people']}人 · {told['payments']}笔 · {told['yuan']}元 · 校验码 {told['code']}"


def test_the_line_as_printed_agrees_with_package_and_results(package, results, village):
    for place in (package, results):
        verdict = verify_sheet(place, line_of(village))
        assert verdict.agrees and "汇总公开" in verdict.text, verdict.text


def test_papers_and_figures_tell_the_same_sheets(package, village):
    from_paper = {(s.code, *sorted(s.figures.items())) for s in list_sheets(package)}
    from_figures = {(s.code, *sorted(s.figures.items())) for s in list_controls(village)}
    assert from_paper == from_figures


@pytest.mark.parametrize(
    "spoil",
    [
        str.lower,
        lambda text: text.replace("-", ""),
        lambda text: text.replace("-", "－").replace("·", " ").replace(",", ""),
        lambda text: text.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        lambda text: text[-11:],
        lambda text: text[:-11] + text[-11:].replace("O", "0").replace("I", "1").replace("B", "8"),
    ],
)
def test_typed_carelessly_it_still_agrees(package, village, spoil):
    assert verify_sheet(package, spoil(line_of(village))).agrees


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"people": "9,999"}, "人数纸上是 9,999"),
        ({"payments": "1"}, "笔数纸上是 1"),
        ({"yuan": "0.01"}, "金额纸上是 0.01 元"),
        ({"code": "AAAAA-AAAAA"}, "档案里没有校验码 AAAAA-AAAAA"),
    ],
)
def test_differences_are_named(package, village, changes, words):
    verdict = verify_sheet(package, line_of(village, **changes))
    assert not verdict.agrees and words in verdict.text


def test_one_wrong_letter_names_the_nearest(package, village):
    code = check_code(village)
    wrong = ("C" if code[0] != "C" else "D") + code[1:]
    assert f"最接近的是 {code}" in verify_sheet(package, line_of(village, code=wrong)).text


def test_the_old_sheet_is_told_by_its_figures(village):
    verdict = compare(read_line(line_of(village, code="AAAAA-AAAAA")), list_controls(village))
    assert f"它现在的校验码是 {check_code(village)}" in verdict.text


def test_the_qr_code_as_words_and_as_address(package, village, make_settings, stamp):
    for settings in (make_settings(), make_settings(base_url="https://example.org/q?x=1")):
        text = qr_text(start_work(village, settings, stamp))
        assert verify_sheet(package, text).agrees, text


def test_nothing_to_compare_is_one_sentence(tmp_path, package):
    with pytest.raises(UsageError, match="没有看到校验码"):
        verify_sheet(package, "12人 3笔")
    with pytest.raises(UsageError, match="没有可以对照的公示"):
        verify_sheet(tmp_path, "AAAAA-AAAAA")


def test_the_command_reads_the_picture(package, village, make_settings, stamp, tmp_path):
    pytest.importorskip("zxingcpp")
    photo = tmp_path / "照片.png"
    photo.write_bytes(draw_pictures(draw_village(village, make_settings(), stamp)[0][0].data)[0])
    result = CliRunner().invoke(main, ["verify-sheet", str(package), "--picture", str(photo)])
    assert result.exit_code == 0 and result.output.startswith("一致"), result.output
    result = CliRunner().invoke(main, ["verify-sheet", str(package), "AAAAA-AAAAA"])
    assert result.exit_code == 7 and result.output.startswith("不一致")


def test_a_scan_beside_the_notices_does_no_harm_and_another_version_is_told(package, village, tmp_path):
    folder = tmp_path / "档案"
    shutil.copytree(package, folder)
    (folder / "盖章件扫描.pdf").write_bytes(b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\nstartxref\n9\n%%EOF\n")
    assert verify_sheet(folder, line_of(village)).agrees
    path = next(folder.rglob("*汇总公开.pdf"))
    path.write_bytes(path.read_bytes().replace(b"/W[1 4 2]", b"/W[1 3 2]"))
    with pytest.raises(VerificationError, match=r"别的版本.*重新运行 run"):
        verify_sheet(folder, line_of(village))
