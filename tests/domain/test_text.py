from xml.sax import saxutils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from village_notice.domain.text import (
    clean_name,
    column_letters,
    escape_xml,
    fold_text,
    guard_formula,
    guard_formulas,
    normal_group,
    quote_texts,
    quote_xml,
    short_village,
    unescape_xml,
)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("东关村委会", "东关村"),
        ("东关村村委会", "东关村"),
        ("东关村民委员会", "东关村"),
        ("东关", "东关村"),
        ("王家村村委会", "王家村"),
        ("梨园社区居委会", "梨园社区"),
        ("梨园社区居民委员会", "梨园社区"),
        (" 南 河 村", "南河村"),
    ],
)
def test_short_village(text, short):
    assert short_village(text) == short


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("四组", "4组"),
        ("第四村民小组", "4组"),
        ("4", "4组"),
        ("4.0", "4组"),
        ("十二组", "12组"),
        ("东一组", "东一组"),
        ("西头", "西头"),
        ("", ""),
    ],
)
def test_groups(text, group):
    assert normal_group(text) == group


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("王 建　国", "王建国"),
        ("张三（户主）", "张三"),
        ("李四(已故)", "李四"),
        ("买买提•艾力", "买买提·艾力"),
        ("王\u200b伟", "王伟"),
        ("王\ue81e", "王龴"),
        ("⽅明", "方明"),
    ],
)
def test_names(text, name):
    assert clean_name(text) == name


def test_small_things():
    assert fold_text("补贴 金额（元）") == "补贴金额(元)"
    assert [column_letters(n) for n in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert guard_formula("=1+1") == "'=1+1"
    assert guard_formula("王") == "王"


@given(st.lists(st.text(alphabet="=+-@\t\r王1 a", max_size=4)))
def test_columns_are_guarded_as_single_texts_are(texts):
    assert guard_formulas(texts) == [guard_formula(text) for text in texts]


@given(st.text(alphabet="&<>\"'\n\r\t王a;lgtmpquos", max_size=12))
def test_xml_is_written_as_the_standard_library_does(text):
    assert (escape_xml(text), quote_xml(text)) == (saxutils.escape(text), saxutils.quoteattr(text))
    assert unescape_xml(escape_xml(text)) == text
    assert unescape_xml(text) == saxutils.unescape(text, {"&quot;": '"', "&apos;": "'"})


@given(st.lists(st.text(alphabet="&<>\"'\n\r\t王a!", max_size=3), max_size=4))
def test_texts_are_quoted_together_as_each_is(texts):
    assert quote_texts(texts) == [quote_xml(text) for text in texts]
