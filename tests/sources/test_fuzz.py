"""Valid files, broken at random: always findings or payments, never an exception, and nothing lost on the way.

A short run of fixed seeds is part of the suite. More: VILLAGE_NOTICE_FUZZ=5000 (inputs) and VILLAGE_NOTICE_FUZZ_SEED=1.
"""

import io
import os
import random
import re
import time
import zipfile

import pytest

from village_notice.domain.rules import format_message
from village_notice.sources.payments import ReadOptions
from village_notice.sources.reader_child import Job, run_job

INPUTS = int(os.environ.get("VILLAGE_NOTICE_FUZZ", "200"))
SEED = int(os.environ.get("VILLAGE_NOTICE_FUZZ_SEED", "20231231"))
KINDS = ("bytes", "parts", "cells", "rows")
JOB = "village_notice.sources.payments:read_file"
ODD_CELLS = (
    "", None, 0, -1, 1e308, 1e-9, 10**17, -(10**12), "#REF!", "=1+1", "合计", "小计", "同上", "〃", "停发", "元", "1,2,3",
    "壹佰元", "2023-02-30", "姓名", "补贴金额", "单位：万元", "东岚村", "一、西岚村", "示例", "备注：", "\x0b", "\ufeff", "🙂", "〓",
    "3.79999E+17", "A" * 3000, "（", "12.345", "1e5", "１２", "-", "∞", "NaN", True, False, "承前页", "本页合计", "村名：柳沟村",
    "第1页 共2页", "2023年棉花补贴发放表", "一月", "1月", "是否享受", "\n\n", "'", "()", "(5)", "元旦", "万元", "0.005", "9" * 40, "9" * 400, "9" * 5000,
)  # fmt: skip


def mutate_bytes(chance, data):
    """Bytes changed, cut out, doubled or cut off."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) or 1)
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = chance.randbytes(chance.randint(1, 20))
            case 3:
                data[at:at] = data[at : at + chance.randint(1, 300)]
            case 4 if chance.random() < 0.2:
                del data[at:]
    return bytes(data)


def mutate_text(chance, text):
    """A part of XML (or a page, or a csv) with tags, numbers and letters changed."""
    for _ in range(chance.randint(1, 5)):
        found = list(re.finditer(chance.choice((r"<[^>]+>", r"\d+", r'"[^"]*"', r"[^<>]{3,}")), text))
        if not found:
            break
        one, other = chance.choice(found), chance.choice(found)
        new = chance.choice(
            (
                "",
                other[0],
                one[0] * 2,
                "999999999",
                "-1",
                "&#0;",
                "<c>",
                "</row>",
                'r="A1048577"',
                "\ud83d\ude42"[:0],
                "1E400",
            )
        )
        text = text[: one.start()] + new + text[one.end() :]
    return text


def mutate_parts(chance, data):
    """One part of a zip changed as text; other files as text where they are text."""
    if data[:2] != b"PK":
        return mutate_text(chance, data.decode("utf-8", "replace")).encode("utf-8", "replace")
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        chosen = chance.choice(source.namelist())
        for name in source.namelist():
            part = source.read(name)
            if name == chosen:
                if chance.random() < 0.1:
                    continue
                text = part.decode("utf-8", "surrogateescape")
                part = mutate_text(chance, text).encode("utf-8", "surrogateescape")
            target.writestr(name, part)
    return stream.getvalue()


def mutate_cells(chance, rows):
    """Some cells replaced by what people type."""
    rows = [list(row) for row in rows]
    for _ in range(chance.randint(1, 6)):
        row = chance.choice(rows)
        at = chance.randrange(len(row) + 1)
        row[at : at + chance.randint(0, 1)] = [chance.choice(ODD_CELLS)]
    return rows


def mutate_rows(chance, rows):
    """Rows and columns doubled, moved, taken out, tables set beside or below each other."""
    rows = [list(row) for row in rows]
    for _ in range(chance.randint(1, 4)):
        one, other = chance.randrange(len(rows)), chance.randrange(len(rows))
        match chance.randrange(6):
            case 0:
                rows.insert(other, list(rows[one]))
            case 1:
                rows[one], rows[other] = rows[other], rows[one]
            case 2 if len(rows) > 2:
                del rows[one]
            case 3:
                rows.insert(one, [chance.choice(ODD_CELLS) for _ in range(chance.randint(0, 6))])
            case 4:
                rows += [list(row) for row in rows]
            case 5:
                gap = [None] * chance.randint(0, 2)
                rows = [[*row, *gap, *row] for row in rows]
        rows = rows[:60]
    return rows


def make_input(chance, formats, cells):
    """(file name, bytes) of one broken file."""
    name = chance.choice(sorted(formats))
    kind = chance.choice(KINDS)
    rows = {"cells": mutate_cells, "rows": mutate_rows}.get(kind, lambda _, rows: rows)(chance, cells)
    try:
        data = formats[name](rows)
    except Exception:  # noqa: BLE001 - the writers themselves refuse some cells: then the bytes are broken instead
        data, kind = formats[name](cells), "bytes"
    data = {"bytes": mutate_bytes, "parts": mutate_parts}.get(kind, lambda _, data: data)(chance, data)
    return name, data


def check_answer(answer):
    """What must hold of any file whatever."""
    if answer.code:
        assert answer.code != "F15" or "Panic" in answer.found, answer.found
        return
    reading = answer.result
    assert all(format_message(f) for f in reading.findings)
    assert reading.findings or len(reading.payments)
    known = reading.payments["amount_fen"].notna()
    assert reading.payments.loc[known, "raw_fen"].abs().sum() == reading.payments.loc[known, "amount_fen"].abs().sum()
    held_codes = {"C01", "C02", "C11", "C12", "C17"}
    told = {(f.place.sheet, f.place.row, f.place.column) for f in reading.findings if f.code in held_codes}
    for sheet, row, column in zip(*(reading.payments.loc[~known, c] for c in ("sheet", "row", "column")), strict=True):
        assert (sheet, row, column) in told


@pytest.mark.parametrize("part", range(4))
def test_broken_files_never_break_the_reader(part, formats, cells, tmp_path, pytestconfig):
    register = pytestconfig.rootpath / "tests" / "golden" / "register.csv"
    options = ReadOptions(2023, register=register)
    for number in range(part, INPUTS, 4):
        chance = random.Random(f"{SEED}/{number}")
        name, data = make_input(chance, formats, cells)
        path = tmp_path / name
        path.write_bytes(data)
        started = time.monotonic()
        try:
            check_answer(run_job(Job(JOB, (path, name, options))))
            assert time.monotonic() - started < 10
        except BaseException:
            (tmp_path.parent / f"fuzz_{number}_{name}").write_bytes(data)
            print(f"input {number} ({name}): {tmp_path.parent / f'fuzz_{number}_{name}'}")  # noqa: T201 - shown on failure
            raise
