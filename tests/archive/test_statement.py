import hashlib
import re

from village_notice.domain.proof import AcceptedError, ControlTotal, VillageProof
from village_notice.domain.public import check_code


def read(package, name="核对说明.txt"):
    return package[f"data/{name}"].decode("utf-8-sig")


def test_figures_and_check_code(package, village):
    text = read(package)
    assert "公开合计 8,824.62 元（捌仟捌佰贰拾肆元陆角贰分），4 项，23 人，61 笔" in text
    assert check_code(village) in text
    assert "另有项目按规定由乡镇统一汇总公开" in text
    assert "只公开合计：1 项，1,234.56 元" in text


def test_tiers_add_up(package, village):
    part = read(package).partition("二、")[2].partition("三、")[0]
    sums = re.findall(r"项，([\d,]+)\.(\d\d) 元", part)
    assert sum(int(yuan.replace(",", "")) * 100 + int(cents) for yuan, cents in sums) == village.public_fen


def test_findings_that_did_not_occur_are_not_told(make_village, make_package):
    assert "T01" not in read(make_package(make_village()))
    assert "没有发现问题" in read(make_package(make_village(), checks=VillageProof()))


def test_accepted_errors_and_control_totals_are_told(make_village, make_package):
    accepted = (AcceptedError("X01", 2, "确是两批", "2022-12-20"), AcceptedError("H02", 1, "", "2022-12-21"))
    control = (
        ControlTotal("耕地地力保护补贴", "山前店镇", "6月", 500_000, 500_000, "agrees"),
        ControlTotal("高龄津贴", "", "", 500_000, 400_050, "explained", "年底退回"),
        ControlTotal("高龄津贴", "山前店镇", "", 1, 2, "open"),
    )
    text = read(make_package(make_village(), checks=VillageProof({}, accepted, control)))
    assert "  X01 两个文件里有同一笔　2 处　2022-12-20　理由：确是两批" in text
    assert "  H02 已发还是拟发？　1 处　2022-12-21　理由：存乡镇办公室，不公开" in text
    assert "  耕地地力保护补贴（山前店镇，6月）：财政拨付 5,000.00 元，计入 5,000.00 元，相符" in text
    assert "计入 4,000.50 元，相差 999.50 元，已写明理由：年底退回" in text
    assert "相差 0.01 元，还没有查明" in text


def test_without_control_totals_it_says_so(package):
    assert "没有财政拨付数可以对账" in read(package)


def test_checksums_are_those_of_the_files(package):
    found = re.findall(r"([0-9a-f]{64})  (\S+)", read(package))
    assert len(found) == 7
    assert all(hashlib.sha256(package[path]).hexdigest() == digest for digest, path in found)


def test_nothing_withheld_is_not_spoken_of(make_village, make_package):
    assert "另有项目" not in read(make_package(make_village(has_withheld=False)))


def test_draft_stands_at_the_top(make_village, make_package):
    text = read(make_package(make_village(held=2)))
    assert "【草稿】本村尚有 2 笔待核实" in text.partition("二、")[0]


def test_guide_names_the_office(package):
    assert "发现错误请联系山前店镇" in read(package, "使用说明.txt")
