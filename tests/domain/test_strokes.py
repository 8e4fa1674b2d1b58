from village_notice.domain.strokes import stroke_key


def test_fewer_strokes_first_then_stroke_by_stroke():
    names = ["龚成", "陈一", "王五", "丁山", "卜凡", "张三", "李四", "刘二", "𬎆子", "万俟"]
    assert sorted(names, key=stroke_key) == [
        "丁山",
        "卜凡",
        "万俟",
        "王五",
        "刘二",
        "李四",
        "张三",
        "陈一",
        "龚成",
        "𬎆子",
    ]


def test_mainland_counts_and_the_second_character_decides_between_the_same_surname():
    assert [stroke_key(c)[0][0] for c in "范荧莹䶮乙"] == [8, 9, 10, 9, 1]
    assert sorted(["王伟", "王丁", "王", "王丁一"], key=stroke_key) == ["王", "王丁", "王丁一", "王伟"]


def test_what_is_no_chinese_character_comes_last():
    assert sorted(["Ann", "靐", "王"], key=stroke_key) == ["王", "靐", "Ann"]
