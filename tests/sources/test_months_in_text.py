"""A month's column of which most cells are words: in a text file, too, its numbers are money."""

from pathlib import Path

from village_notice.sources.payments import ReadOptions, read_file

_REGISTER = Path(__file__).parents[1] / "golden" / "register.csv"
_LINES = """2023年农村低保金发放台账
村,户主,1月,2月
东岚村,甲一,420,430
西岚村,乙二,420,停
西岚村,丙三,420,去世
西岚村,丁四,420,去世
"""


def test_numbers_among_words_are_not_lost(tmp_path):
    path = tmp_path / "望岚镇" / "2023年低保.csv"
    path.parent.mkdir()
    path.write_text(_LINES, "utf-8-sig")
    reading = read_file(path, "望岚镇/2023年低保.csv", ReadOptions(2023, register=_REGISTER))
    money = [fen for part in reading.sheets for fen in [reading.fen_read]]
    assert reading.count == 7 and money == [211_000]
    assert sorted(f.code for f in reading.findings) == ["C01", "C01", "H03"]
