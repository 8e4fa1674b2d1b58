"""Apache Preflight, an archive validator written by others, reads every kind of file.

It knows PDF/A-1b only. What it says against a file of part 2 or 3 for that reason alone is listed here; nothing else may
come. Debian: default-jre-headless libpdfbox2-java libjaxb-api-java libactivation-java libcommons-io-java.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from village_notice.notices.attachment import build_archive_copy
from village_notice.notices.bundle import Item, Order, Stack, draw_bundle
from village_notice.notices.correction import draw_correction
from village_notice.notices.county import County, draw_county, draw_gaps
from village_notice.notices.village import draw_each, draw_kinds
from village_notice.notices.work import Choice, start_work
from village_notice.settings import Settings

_JARS = [
    Path("/usr/share/java", f"{name}.jar")
    for name in ("preflight", "pdfbox2", "xmpbox", "fontbox2", "commons-logging", "commons-io", "jaxb-api",
                 "javax.activation")
]  # fmt: skip
_MISSING = [jar.stem for jar in _JARS if not jar.is_file()] + ([] if shutil.which("java") else ["java"])
_LINE = re.compile(r"^(\d+(?:\.\d+)+) : (.*)$", re.MULTILINE)
_OF_PART_1 = (
    "7.11.1 : Error on MetaData, conformance level must be A or B",  # U is a level of parts 2 and 3
    "7.11.2 : Error on MetaData, part must be 1",
    "1.4 : Trailer Syntax error, /XRef cross reference streams are not allowed",  # allowed from part 2 on
    "3.1.11 : Invalid Font definition, ",  # CIDSet: wanted by part 1 only
    "1.2.9 : Body Syntax error, EmbeddedFile entry is present in a FileSpecification dictionary",  # allowed in part 3
    "1.4.7 : Trailer Syntax error, EmbeddedFile entry is present in the Names dictionary",
)
pytestmark = pytest.mark.skipif(bool(_MISSING), reason=f"Apache Preflight is not installed: {', '.join(_MISSING)}")


def list_faults(folder, files):
    """File → what Preflight finds that is wrong in an archive file of any part."""
    for name, data in files.items():
        (folder / f"{name}.pdf").write_bytes(data)
    (folder / "list.txt").write_text("".join(f"{name}.pdf\n" for name in files), encoding="utf-8")
    done = subprocess.run(
        ["java", "-Xmx512m", "-cp", ":".join(map(str, _JARS)), "org.apache.pdfbox.preflight.Validator_A1b",
         "group", "list.txt"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.stdout.count("not a valid PDF/A-1b file") == len(files), done.stdout + done.stderr
    return [m[0] for m in _LINE.finditer(done.stdout) if not _is_known(m[0])]


def _is_known(line):
    return line.startswith(_OF_PART_1) and (not line.startswith("3.1.11") or "CIDSet" in line)


@pytest.fixture(scope="module")
def files(make_village, stamp):
    """Kind → a finished file."""
    settings = Settings()
    village = make_village(households=25, programmes=6, names=["𬎆𠅤䶮", "马𡥧"], masked_lists=2, held=2)
    before = make_village(households=25, programmes=5, names=["𬎆𠅤䶮", "马𡥧"], masked_lists=2)
    work = start_work(village, settings, stamp)
    notices = draw_kinds(village, settings, stamp, ("summary", "household", "detail", "card"))
    made = {n.kind: n.data for n in notices}
    made |= {f"archive_{n.kind}": build_archive_copy(n, village, settings, stamp) for n in notices[:3]}
    large = draw_kinds(village, settings, stamp, ("household",), Choice("A3", is_large=True))
    correction = draw_correction(work, before, "面积登记有误")
    county = County((village,), (), (("山前店镇", "西关村"),), settings, stamp)
    items = tuple(Item(kind, drawn) for kind, drawn in draw_each(work, ("summary", "household")))
    order = Order("山前店镇", 2022, stamp, work.paper(), work.read("bundle"))
    bundle = draw_bundle(order, [Stack("东关村", items)])
    others = {
        "large": large[0],
        "correction": correction,
        "county": draw_county(county),
        "gaps": draw_gaps(county),
        "bundle": bundle,
    }
    return made | {name: notice.data for name, notice in others.items()}


def test_preflight_finds_nothing_that_is_wrong_in_every_part(tmp_path, files):
    assert len(files) == 12
    assert list_faults(tmp_path, files) == []


def test_preflight_would_see_a_fault(tmp_path, files):
    broken = files["summary"].replace(b"/Type/Metadata", b"/Type/Metadatum")
    assert list_faults(tmp_path, {"broken": broken}) != []
