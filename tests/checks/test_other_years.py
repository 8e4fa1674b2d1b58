from village_notice.checks.other_years import check_other_years

OTHER = {"verdict": "other_year", "year": 2022, "pay_date": "2022-12-31"}


def test_a_few_are_told_row_by_row(make):
    frame = make({}, OTHER, OTHER | {"sheet": "表2", "year": 2024, "pay_date": ""}, OTHER | {"verdict": "held"})
    found = [(f.code, f.place[:3], f.found, f.expected, f.fen) for f in check_other_years(frame, 2023)]
    assert found == [
        ("R17", ("a.xlsx", "表1", 6), "2022-12-31", "2023", 12_000),
        ("R17", ("a.xlsx", "表2", 7), "2024 年", "2023", 12_000),
    ]


def test_many_are_told_once_for_the_sheet(make):
    (found,) = check_other_years(make(*[OTHER] * 7, {}), 2023)
    assert (found.place, found.found, found.fen) == (
        ("a.xlsx", "表1", 0, ""), "2022 年 7 笔，第 5、6、7、8、9 行等", 84_000
    )  # fmt: skip


def test_dates_years_away_are_told_elsewhere(make):
    far = {"verdict": "other_year", "year": 2013}
    assert [f.place.row for f in check_other_years(make(far | {"pay_date": "2013-06-30"}, far), 2023)] == [6]
