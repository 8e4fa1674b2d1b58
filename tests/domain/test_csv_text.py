import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from village_notice.domain.csv_text import write_csv

cells = st.text(alphabet="王a,\"\r\n' =\0", max_size=4)


@given(st.integers(1, 3).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), max_size=4)))
def test_tables_are_written_as_the_standard_library_writes_them(rows):
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(rows)
    assert write_csv(rows) == b"\xef\xbb\xbf" + stream.getvalue().encode()


def test_rows_of_other_lengths_and_none_at_all():
    assert write_csv([["甲", "乙"], ["注"]]).decode("utf-8-sig") == "甲,乙\r\n注\r\n"
    assert write_csv([]) == b"\xef\xbb\xbf"
