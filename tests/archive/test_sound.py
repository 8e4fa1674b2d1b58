import pytest

from village_notice.archive.sound import Speller, common_characters, fold_letters, fold_sound, search_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("王建国（2）", "王建国"), ("王 建国", "王建国"), ("阿布都·热合曼", "阿布都热合曼"), ("阿布都•热合曼", "阿布都热合曼"),
        ("ＷＡＮＧ", "wang"), ("张𬎆", "张𬎆"), ("李四(户主)", "李四"),
    ],
)  # fmt: skip
def test_names_are_compared_without_what_does_not_matter(name, key):
    assert search_key(name) == key


def test_letters_and_sounds():
    assert fold_letters("Lü Xiù") == fold_letters("lv xi")
    assert fold_sound("zhangsheng") == fold_sound("zansen")
    assert fold_sound("zengguanglan") == fold_sound("zenguanlan") == fold_sound(fold_sound("zengguanglan"))


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("单雄信", "shanxiongxin", "sxx"), ("解晓东", "xiexiaodong", "xxd"), ("曾广兰", "zengguanglan", "zgl"),
        ("仇英", "qiuying", "qy"), ("尉迟恭", "yuchigong", "ycg"), ("欧阳春花", "ouyangchunhua", "oych"),
    ],
)  # fmt: skip
def test_surnames_are_read_as_surnames(pinyin, name, full, initials):
    assert (full, initials) in Speller(pinyin).read_name(name)


def test_endings_of_a_name_can_be_typed(pinyin):
    assert Speller(pinyin).spell_endings("王建国") == ("guo", "jianguo", "wangjianguo")


def test_common_characters():
    assert len(common_characters()) == 6763


def test_characters_read_as_in_names(pinyin):
    by_names = Speller(lambda name: pinyin(name))  # noqa: PLW0108  # a reader that can only be asked for names
    quick = Speller(pinyin)
    for char in [*common_characters(), *"㐂𬎆·A9v ", "乐", "单", "盖", "仇", "绿"]:
        assert quick.read_character(char) == by_names.read_character(char)
        assert quick.read_sounds(char) == " ".join(sorted({fold_sound(r) for r in by_names.read_character(char)}))
    assert quick.read_character("盖") == ("gai", "ge") and quick.read_character("绿") == ("lu",)


@pytest.mark.parametrize(
    "name", ["王建国", "盖乐单", "单于飞", "尉迟恭", "阿布都热合曼", "乐", "王·一", "仇A绿", "曾曾"]
)
def test_endings_begin_behind_the_longest_reading(pinyin, name):
    speller, found = Speller(pinyin), set()
    for full, _ in speller.read_name(name):
        rest, endings = full, [full]
        for char in name[:-1]:
            reading = max((r for r in speller.read_character(char) if rest.startswith(r)), key=len, default="")
            rest = rest[len(reading) :]
            endings.append(rest)
        found.update(filter(None, endings))
    assert speller.spell_endings(name) == tuple(sorted(found))
    assert speller.spell_name(name).sounds == tuple(sorted({fold_sound(letters) for letters in found}))
