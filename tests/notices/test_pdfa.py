import importlib.util
import re
import struct
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

from village_notice.notices.fonts import get_face
from village_notice.notices.pdfa import build_info, build_to_unicode, build_xmp, pack_profile

STAMP = datetime(2022, 12, 20, 9, 0, tzinfo=timezone(timedelta(hours=8)))


def test_characters_beyond_the_bmp_are_surrogate_pairs():
    """A five-digit code here makes 𬎆 another character when copied, and no validator sees it."""
    face = get_face(2)
    text = build_to_unicode(face, [face.cids["𬎆"]]).decode("ascii")
    assert re.search(r"<[0-9a-f]{4}><d870df86>", text)


def test_blocks_hold_a_hundred_entries_at_most():
    text = build_to_unicode(get_face(0), list(range(1, 251))).decode("ascii")
    assert re.findall(r"(\d+) beginbfchar", text) == ["100", "100", "50"]


def test_titles_are_escaped():
    assert b"A&amp;B &lt;x&gt;" in build_xmp("A&B <x>", "村", STAMP)
    assert b"/CreationDate(D:20221220090000+08'00')" in build_info("题", "村", STAMP)


def test_profile_is_version_2():
    profile = zlib.decompress(pack_profile())
    assert profile[8] == 2 and profile[36:40] == b"acsp"


def test_the_profile_is_as_the_tool_makes_it_and_small():
    """It lies in every file: two kilobytes of 汇总公开 were three times the same curve."""
    path = Path(__file__).resolve().parents[2] / "tools" / "make_profile.py"
    spec = importlib.util.spec_from_file_location("make_profile", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    profile = zlib.decompress(pack_profile())
    assert tool.shrink(profile) == profile and len(profile) < 700
    assert struct.unpack(">I", profile[:4])[0] == len(profile)


def test_a_summary_takes_little_more_than_its_fonts(draw):
    """At most 90 kB a page was asked for."""
    assert all(len(draw(households=n)[1][0].data) < 90_000 for n in (30, 310))
