import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from village_notice.archive.bag import (
    BagFormatError,
    build_tag_files,
    format_info,
    format_manifest,
    hash_bytes,
    hash_stream,
    parse_info,
    parse_manifest,
)

PATHS = st.text(st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp", "Cc"]), min_size=1).map(lambda s: f"data/{s}")


@given(st.dictionaries(PATHS, st.binary(max_size=20), max_size=5))
@settings(derandomize=True, max_examples=50)
def test_a_manifest_is_understood_as_it_was_written(files):
    digests = {path: hash_bytes(data) for path, data in files.items()}
    assert parse_manifest(format_manifest(digests, "sha256")) == {p: d.values["sha256"] for p, d in digests.items()}


def test_line_breaks_and_percent_signs_in_names():
    digests = {"data/a%0A\nb": hash_bytes(b"")}
    text = format_manifest(digests, "sha256")
    assert text.endswith(b"  data/a%250A%0Ab\n")
    assert list(parse_manifest(text)) == ["data/a%0A\nb"]


@pytest.mark.parametrize("text", [b"no digest here", b"ab  data/a\nab  data/a\n", b"\xff"])
def test_a_broken_manifest_is_told(text):
    with pytest.raises(BagFormatError):
        parse_manifest(text)


def test_no_value_can_add_a_line():
    info = format_info([("Village", "东关村\nStatus: sealed"), ("Status", "draft")])
    assert parse_info(info) == {"Village": "东关村 Status: sealed", "Status": "draft"}


def test_folded_lines_are_joined():
    assert parse_info(b"A: one\n two\nB: x\n") == {"A": "one two", "B": "x"}


def test_streams_and_bytes_hash_alike():
    target = io.BytesIO()
    assert hash_stream(io.BytesIO(b"abc"), target) == hash_bytes(b"abc")
    assert target.getvalue() == b"abc"


def test_oxum_counts_bytes_and_files():
    tags = build_tag_files({"data/a": hash_bytes(b"abc"), "data/b": hash_bytes(b"d")}, [])
    assert tags["bag-info.txt"] == b"Payload-Oxum: 4.2\n"
    assert set(tags) >= {"bagit.txt", "manifest-sha256.txt", "tagmanifest-sha512.txt"}
