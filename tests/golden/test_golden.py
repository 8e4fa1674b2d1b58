"""Every layout a department may send comes out exactly: place, name, amount, village, and what is told about it."""

from pathlib import Path

import pytest

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_golden_case(path, golden, tmp_path):
    case = golden.parse_case(path.read_text(encoding="utf-8"))
    file = tmp_path / case.file
    golden.write_xlsx(case, file)
    reading = golden.read_case(file, case.file)
    assert golden.list_payments(reading, golden.find_extras(case.payments)) == case.payments
    assert golden.list_findings(reading, case.findings) == sorted(case.findings)
