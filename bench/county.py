"""An invented county-year for the benchmarks: as many workbooks, households and payments as a real county has.

Villages are those of the packaged register, people are invented (IDs of an area that does not exist). One programme comes
as a workbook a village, the others as a workbook a township with the village in a column; titles, widths of headings and
sums at the end differ. `truth.json` beside the inbox says what there is to find: payments and fen, whole and by village.

Run: `python bench/county.py FOLDER [--scale 0.05]`; scale 1 is about 780 villages and two million payments.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import openpyxl

from village_notice.domain.identity import id_check_digit
from village_notice.domain.village import Village
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference

YEAR = 2022
VILLAGES = 780
SURNAMES = "王王王李李张张刘刘于于姜孙赵宋徐林杨吕高邹隋迟初战左盖单解曲仇曾任纪牟葛臧车谭董丁崔韩修衣丛綦"
GIVEN = "国建玉秀桂春洪明文志海永德学淑凤金世树宝福庆立振维丽爱晓红广忠成传克守继仁义长军英兰芳香梅云娟艳敏华贵财胜利"
HEADINGS = (
    "序号",
    "村名",
    "户主姓名",
    "身份证号",
    "一卡通账号",
    "数量",
    "补贴标准",
    "发放金额（元）",
    "发放日期",
    "发放状态",
)
PROGRAMMES = (
    # name, share of households paid, payments a year, rate in fen, unit
    ("耕地地力保护补贴", 0.95, 1, 12_000, "亩"),
    ("实际种粮农民一次性补贴", 0.9, 1, 766, "亩"),
    ("玉米生产者补贴", 0.6, 1, 3_000, "亩"),
    ("大豆生产者补贴", 0.3, 2, 15_000, "亩"),
    ("耕地轮作休耕补贴", 0.2, 1, 15_000, "亩"),
    ("农机购置与应用补贴", 0.05, 1, 80_000, "台"),
    ("高龄津贴", 0.2, 12, 10_000, "人"),
    ("大中型水库移民后期扶持资金", 0.15, 12, 5_000, "人"),
)


class _Household:
    """A household with the one person who is paid."""

    __slots__ = ("account", "id", "milli", "name")

    def __init__(self, number: int, rng: random.Random) -> None:
        body = f"379999{rng.randint(1935, 1985)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{number % 1000:03d}"
        self.name = rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=rng.choice((1, 2, 2, 2))))
        self.id = body + id_check_digit(body)
        self.account = _add_luhn(f"629999{number:012d}")
        self.milli = rng.randrange(300, 20_000, 10)


def _add_luhn(digits: str) -> str:
    doubled = (int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return digits + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def choose_villages(scale: float) -> list[Village]:
    """Villages of the register, whole townships first, as many as the scale asks for."""
    return [v for v in read_reference(Settings()).register.villages if v.kind == "村"][
        : max(1, round(VILLAGES * scale))
    ]


def make_county(folder: Path, scale: float) -> dict[str, object]:
    """Writes the inbox `folder/in`; what is in it, also as truth.json."""
    rng, inbox = random.Random(20221231), folder / "in"
    inbox.mkdir(parents=True)
    villages = choose_villages(scale)
    number, homes = 0, dict[str, list[_Household]]()
    for village in villages:
        count = rng.randint(200, 420)
        homes[village.code] = [_Household(number + i, rng) for i in range(count)]
        number += count
    truth: Counter[str] = Counter()
    rows = 0
    for order, (name, share, times, rate, unit) in enumerate(PROGRAMMES):
        for place, group in _group(villages, by_village=order == 0):
            made = [
                (village, home, month)
                for village in group
                for home in homes[village.code]
                if rng.random() < share
                for month in range(1, times + 1)
            ]
            rows += len(made)
            path = inbox / group[0].township / f"{YEAR}年{place}{name}发放明细.xlsx"
            _write(path, f"{YEAR}年{place}{name}发放明细表", made, (rate, unit), truth)
    answer = {"year": YEAR, "payments": rows, "fen": truth.total(), "villages": dict(sorted(truth.items()))}
    (folder / "truth.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    return answer | {"files": sum(1 for _ in inbox.rglob("*.xlsx"))}


def _group(villages: list[Village], *, by_village: bool) -> Iterator[tuple[str, list[Village]]]:
    if by_village:
        yield from ((v.township + v.name, [v]) for v in villages)
        return
    for township in dict.fromkeys(v.township for v in villages):
        yield township, [v for v in villages if v.township == township]


def _write(
    path: Path,
    title: str,
    made: list[tuple[Village, _Household, int]],
    terms: tuple[int, str],
    truth: Counter[str],
) -> None:
    rate, unit = terms
    book = openpyxl.Workbook(write_only=True)
    sheet, total = book.create_sheet("发放明细"), 0
    sheet.append([title])
    sheet.append([*HEADINGS[:5], f"数量（{unit}）", f"补贴标准（元/{unit}）", *HEADINGS[7:]])
    for serial, (village, home, month) in enumerate(made, 1):
        milli = home.milli if unit == "亩" else 1000
        fen = (milli * rate + 500) // 1000
        total += fen
        truth[village.code] += fen
        sheet.append(
            [serial, village.name, home.name, home.id, home.account, milli / 1000, rate / 100, fen / 100, f"{YEAR}-{month:02d}-20", "成功"]
        )  # fmt: skip
    sheet.append(["合计", None, None, None, None, None, None, total / 100])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def main() -> None:
    """Writes a county."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=0.05)
    options = parser.parse_args()
    made = make_county(options.folder, options.scale)
    print({key: value for key, value in made.items() if key != "villages"})


if __name__ == "__main__":
    main()
