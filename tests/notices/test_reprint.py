"""`notices` and `preview`: the same bytes as the run's, only what was asked for, beside the results."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from village_notice.cli import main
from village_notice.kept import EARLIER, KEPT, Kept, keep_earlier, read_kept, write_kept
from village_notice.notices.readback import read_pieces
from village_notice.notices.village import draw_village
from village_notice.output import PRIVATE
from village_notice.settings import Settings

from ..tables import edit_row


@pytest.fixture(scope="module")
def villages(make_village):
    one = make_village(households=12, programmes=3)
    return (
        one,
        replace(one, village="西关村", full_name="西关村村民委员会", village_code="370682114202"),
        replace(
            one,
            village="西关村",
            full_name="西关村村民委员会",
            village_code="370682115202",
            office="羊郡镇",
            township="羊郡镇",
        ),
    )


@pytest.fixture
def out(tmp_path, villages, stamp):
    (tmp_path / PRIVATE).mkdir()
    write_kept(Kept(stamp, villages), tmp_path / PRIVATE / KEPT)
    return tmp_path


def call(*words):
    result = CliRunner().invoke(main, [str(w) for w in words])
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result


def made(result):
    assert result.exit_code == 0, result.output
    return list(json.loads(result.output)["files"])


def test_the_same_bytes_as_in_the_run(out, villages, stamp):
    files = made(
        call("notices", out, "--village", "东关村", "--kind", "汇总公开,一户一行,明细公开", "--quiet", "--json")
    )
    drawn = draw_village(villages[0], Settings(), stamp)[0]
    assert files == [f"山前店镇/东关村/{n.file_name}" for n in drawn]
    assert [(out / "另印" / f).read_bytes() for f in files] == [n.data for n in drawn]


def test_all_villages_of_a_township_and_all_kinds(out):
    words = ("--township", "山前店镇", "--kind", "汇总公开,明白纸,广播稿,图片", "--quiet", "--json")
    files = made(call("notices", out, *words))
    assert [f.rsplit("补贴", 1)[1] for f in files] == ["汇总公开.pdf", "明白纸.pdf", "汇总公开.png", "广播稿.txt"] * 2
    assert {f.split("/")[0] for f in files} == {"山前店镇"}


def test_paper_print_programme_and_target(out, tmp_path):
    words = ("--kind", "明细公开", "--programme", "实际种粮", "--paper", "A3", "--large", "--out", tmp_path / "打印")
    files = made(call("preview", "东关村", "--results", out, *words, "--quiet", "--json"))
    assert files == ["山前店镇/东关村/东关村2022年度补贴明细公开（实际种粮农民一次性补贴）_A3_大字.pdf"]
    assert (tmp_path / "打印" / files[0]).is_file()


def test_pictures_with_names_only_where_the_office_allows_them(out, tmp_path):
    (tmp_path / "办公").mkdir()
    (tmp_path / "办公/office.toml").write_text("allow_nominal_images = true", encoding="utf-8")
    words = ("notices", out, "--village", "东关村", "--kind", "图片,一户一行", "--quiet", "--json")
    assert [f for f in made(call(*words)) if "一户一行" in f and f.endswith(".png")] == []
    assert [f for f in made(call(*words, "--home", tmp_path / "办公")) if "一户一行" in f and f.endswith(".png")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--village", "西关村"), "有 2 个"),
        (("--village", "东管村"), "东关村"),
        (("--township", "没有镇"), "结果里有：山前店镇、羊郡镇"),
        (("--kind", "海报"), "可用的有：汇总公开"),
        (("--village", "东关村", "--kind", "明细公开", "--programme", "火星"), "没有项目“火星”"),
    ],
)
def test_wrong_wishes_name_what_there_is(out, words, expected):
    result = call("notices", out, *words, "--quiet")
    assert result.exit_code == 2 and expected in result.output
    assert not (out / "另印").exists()


def test_a_village_by_township_or_code(out):
    assert made(call("preview", "羊郡镇/西关村", "--results", out, "--quiet", "--json"))[0].startswith("羊郡镇/西关村/")
    assert made(call("preview", "370682114202", "--results", out, "--quiet", "--json"))[0].startswith(
        "山前店镇/西关村/"
    )


def test_no_results_is_one_sentence(tmp_path):
    result = call("preview", "东关村", "--results", tmp_path)
    assert result.exit_code == 2 and "run 命令" in result.output


def test_a_correction_compares_with_the_results_on_the_wall(out, tmp_path, villages, stamp):
    later, first = tmp_path / "新结果", villages[0]
    (later / PRIVATE).mkdir(parents=True)
    lines = edit_row(first.lines, 0, amount_fen=lambda fen: fen + 100)
    programmes = (replace(first.programmes[0], amount_fen=first.programmes[0].amount_fen + 100), *first.programmes[1:])
    now = replace(first, lines=lines, programmes=programmes, public_fen=first.public_fen + 100)
    write_kept(Kept(stamp, (now, *villages[1:])), later / PRIVATE / KEPT)
    words = ("notices", later, "--kind", "更正公告", "--reason", "登记有误", "--quiet")
    assert "--before" in call(*words).output
    assert made(call(*words, "--before", out, "--json")) == ["山前店镇/东关村/东关村2022年度补贴更正公告.pdf"]
    assert "没有不同" in call("notices", out, "--kind", "更正公告", "--before", out, "--quiet").output


def test_a_run_keeps_the_figures_of_the_one_before(tmp_path, villages, stamp):
    out, staging = tmp_path / "结果", tmp_path / "新"
    for folder, given in ((out, villages[:1]), (staging, villages[:2])):
        (folder / PRIVATE).mkdir(parents=True)
        write_kept(Kept(stamp, given), folder / PRIVATE / KEPT)
    keep_earlier(out, staging)
    assert len(read_kept(staging, name=EARLIER).villages) == 1
    again = tmp_path / "再"
    (again / PRIVATE).mkdir(parents=True)
    write_kept(Kept(stamp, villages[:2]), again / PRIVATE / KEPT)
    keep_earlier(staging, again)
    assert len(read_kept(again, name=EARLIER).villages) == 1


def test_a_file_a_township_and_the_sheets_of_the_county(out):
    files = made(call("notices", out, "--bundle", "--quiet", "--json"))
    assert files == [f"{t}/{t}2022年度补贴公示整套打印.pdf" for t in ("山前店镇", "羊郡镇")]
    files = made(call("notices", out, "--kind", "全市汇总,缺项清单", "--quiet", "--json"))
    assert files == ["莱阳市2022年度补贴公开汇总.pdf", "莱阳市2022年度补贴公开缺项清单.pdf"]


def test_the_same_bytes_with_any_number_of_workers(tmp_path, villages, stamp):
    (tmp_path / PRIVATE).mkdir()
    many = tuple(replace(villages[0], village=f"第{n}村", village_code=f"3706821142{n:02d}") for n in range(12))
    write_kept(Kept(stamp, many), tmp_path / PRIVATE / KEPT)
    contents = []
    for workers in ("1", "2"):
        words = ("--kind", "明白纸,广播稿", "--workers", workers, "--out", tmp_path / workers, "--quiet", "--json")
        files = made(call("notices", tmp_path, *words))
        contents.append([(f, (tmp_path / workers / f).read_bytes()) for f in files])
    assert contents[0] == contents[1] and len(contents[0]) == 24


def test_columns_of_a_list_are_chosen_and_the_file_says_so(out):
    words = ("notices", out, "--village", "东关村", "--kind", "明细公开", "--quiet")
    (name,) = made(call(*words, "--columns", "金额，姓名", "--json"))
    assert name.endswith("明细公开_选列.pdf")
    heads = [p.text for p in read_pieces((out / "另印" / name).read_bytes()) if p.tag == "TH"]
    assert heads[:2] == ["金额", "姓名"] and "数量" not in heads
    refused = call(*words, "--columns", "身份证号")
    assert refused.exit_code == 2 and "没有“身份证号”这一列，可用的有：序号、姓名" in refused.output
