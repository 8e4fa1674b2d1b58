"""Every layout a department may send comes out exactly: place, name, amount, village, and what is told about it."""

import random
import re
from pathlib import Path

import pytest

from village_notice.sources.payments import ReadOptions
from village_notice.sources.reader_child import Job, run_job

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))
ODD_CELLS = (
    "", "0", "-1", "合计", "小计", "同上", "〃", "停发", "姓名", "补贴金额", "单位：万元", "东岚村", "一、西岚村", "示例", "备注：",
    "<", "^", "{1}", "=A1", "3.79999E+17", "（", "12.345", "承前页", "本页合计", "村名：柳沟村", "1月", "是否享受", "万元", "#1e300",
)  # fmt: skip
each_case = pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)


@each_case
def test_golden_case(path, golden, tmp_path):
    case = golden.parse_case(path.read_text(encoding="utf-8"))
    golden.write_xlsx(case, tmp_path / case.file)
    reading = golden.read_case(tmp_path / case.file, case.file)
    assert golden.list_payments(reading, golden.find_extras(case.payments)) == case.payments
    assert golden.list_findings(reading, case.findings) == sorted(case.findings)


@each_case
def test_golden_case_moved_to_c4(path, golden, tmp_path):
    """The same comes out wherever the table stands on the sheet."""
    case = golden.parse_case(path.read_text(encoding="utf-8"))
    for sheet in case.sheets:
        if not sheet.options:
            sheet.options.append("from C4")
    golden.write_xlsx(case, tmp_path / case.file)
    reading = golden.read_case(tmp_path / case.file, case.file)
    assert drop_places(golden.list_payments(reading, golden.find_extras(case.payments))) == drop_places(case.payments)
    assert [f.split()[0] for f in golden.list_findings(reading, case.findings)] == sorted(
        f.split()[0] for f in case.findings
    )


@each_case
def test_golden_case_as_xls(path, golden, tmp_path):
    """The old format gives the same as the new one."""
    case = golden.parse_case(path.read_text(encoding="utf-8"))
    if not golden.is_plain(case):
        return
    relative = case.file.replace(".xlsx", ".xls")
    golden.write_xls(case, tmp_path / relative)
    reading = golden.read_case(tmp_path / relative, relative)
    assert golden.list_payments(reading, golden.find_extras(case.payments)) == case.payments
    assert golden.list_findings(reading, case.findings) == sorted(case.findings)


def drop_places(lines):
    return [re.sub(r"^(\S+) \d+ \w+ ", r"\1 ", line) for line in lines]


def test_broken_golden_cases_never_break_the_reader(golden, tmp_path):
    """Layouts shuffled at random: nothing raises, so nothing is lost (conservation is checked inside)."""
    job = "village_notice.sources.payments:read_file"
    options = ReadOptions(2023, register=golden.folder / "register.csv")
    for number in range(150):
        chance = random.Random(number)
        case = golden.parse_case(chance.choice(CASES).read_text(encoding="utf-8"))
        shuffle(chance, chance.choice(case.sheets).rows)
        path = tmp_path / f"{number}.xlsx"
        golden.write_xlsx(case, path)
        answer = run_job(Job(job, (path, case.file, options)))
        assert not answer.code, (number, answer.found)


def shuffle(chance, rows):
    """Some rows and cells doubled, moved, replaced or taken out."""
    for _ in range(chance.randint(1, 6)):
        one, other = chance.randrange(len(rows)), chance.randrange(len(rows))
        match chance.randrange(5):
            case 0:
                rows.insert(other, list(rows[one]))
            case 1:
                rows[one], rows[other] = rows[other], rows[one]
            case 2 if len(rows) > 2:
                del rows[one]
            case 3 if rows[one]:
                rows[one][chance.randrange(len(rows[one]))] = chance.choice(ODD_CELLS)
            case 4:
                at = chance.randrange(5)
                for row in rows:
                    row[at:at] = [""]
