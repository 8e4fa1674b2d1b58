import hashlib
import re

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
    assert "没有发现问题" in read(make_package(make_village(), checks={}))


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
