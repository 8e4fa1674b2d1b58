import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from village_notice.checks.keys import (
    build_keys,
    count_before,
    find_first,
    find_named_rows,
    find_stretches,
    sort_by_path,
)
from village_notice.domain.codes import code_texts, combine_codes
from village_notice.domain.finding import Place

CODES = st.lists(st.tuples(st.integers(-3, 3), st.integers(-(2**60), 2**60)), max_size=40)


def column(pairs, place):
    return np.array([p[place] for p in pairs], dtype=np.int64)


@given(CODES)
def test_combined_codes_are_equal_where_all_are(pairs):
    codes = combine_codes(column(pairs, 0), column(pairs, 1))
    assert len({(int(c), p) for c, p in zip(codes, pairs, strict=True)}) == len(set(pairs))
    assert sorted(set(codes.tolist())) == list(range(len(set(pairs))))


def test_counts_and_first_places():
    codes = np.array([0, 1, 0, 2, 0, 1])
    assert count_before(codes).tolist() == [0, 0, 1, 0, 2, 1]
    assert find_first(codes).tolist() == [0, 1, 0, 3, 0, 1]


def test_files_in_path_order_whatever_the_case(make):
    frame = make({"file": "b/1.xls"}, {"file": "A.xls"}, {"file": "a.xls"}, {"file": "A.xls"})
    assert sort_by_path(frame)["row"].tolist() == [6, 8, 7, 5]


PLACES = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["", "表1"]), st.integers(1, 4)), max_size=12)


@given(PLACES, PLACES, st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_that_places_name(make, payments, named, is_sorted):
    frame = make(*({"file": f, "sheet": s, "row": r} for f, s, r in (sorted(payments) if is_sorted else payments)))
    sheet = combine_codes(code_texts(frame["file"]), code_texts(frame["sheet"]))
    places = [Place(*place, "F") for place in named] + [Place("a"), Place("a", "表1")]
    keys = list(zip(frame["file"], frame["sheet"], frame["row"], strict=True))
    assert find_named_rows(frame, sheet, places).tolist() == [i for i, key in enumerate(keys) if key in named]
    begins = [i for i, key in enumerate(keys) if not i or key[:2] != keys[i - 1][:2]]
    assert find_stretches(frame).tolist() == begins


def test_persons(make, make_id):
    good, bad = make_id(1), "370999000000000000"
    rows = [{"id": good}, {"id": good, "name": "方木"}, {"id": bad}, {"id": ""}, {"id": "", "account": ""}]
    person = build_keys(make(*rows)).person.tolist()
    assert person[0] == person[1]
    assert person[2] == person[3]
    assert len(set(person)) == 3
