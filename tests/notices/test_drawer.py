from village_notice.notices.drawer import fit_cell


def test_a_long_name_goes_into_two_lines_and_stays_whole():
    cell = fit_cell("莱阳市山前店镇东关村绿源果蔬种植专业合作社", "left", 100.0, 12.0, 22.7)
    assert cell.count(b"Tj") == 2
    assert fit_cell("王小二", "left", 100.0, 12.0, 22.7).count(b"Tj") == 1
