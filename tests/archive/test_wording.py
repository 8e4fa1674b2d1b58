import pytest

from village_notice.archive.wording import encode_text, format_day


@pytest.mark.parametrize(
    ("text", "words"), [("2022-12-05", "2022年12月5日"), ("2022-12", "2022年12月"), ("", "____年__月__日")]
)
def test_days(text, words):
    assert format_day(text) == words


def test_text_files_are_for_old_editors():
    assert encode_text("\n甲\n乙\n") == b"\xef\xbb\xbf" + "甲\r\n乙\r\n".encode()
