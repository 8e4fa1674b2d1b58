"""After any small change a run on what was kept gives what a run from nothing gives, byte for byte."""

import hashlib
import json
import random
import shutil

import openpyxl
import pytest
from click.testing import CliRunner

from village_notice.cli import main
from village_notice.domain.identity import id_check_digit
from village_notice.resources import find_data
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference

pytestmark = pytest.mark.usefixtures("warm_readers")

TOWNSHIP = "羊郡镇"
SEEDS = 2
STEPS = 2
HEADINGS = (
    "序号",
    "村名",
    "户主姓名",
    "身份证号",
    "补贴面积（亩）",
    "补贴标准（元/亩）",
    "实发金额（元）",
    "发放日期",
    "状态",
)
WHOLE = {"查询.db", "payments.csv", "公示数据.zip", "问题清单.xlsx", "全市汇总.xlsx", "全市汇总_公开版.xlsx"}
"""Files of the whole run, of which each run must make the same."""


def list_villages():
    return [v.name for v in read_reference(Settings()).register.villages if v.township == TOWNSHIP][:4]


def make_number(number):
    first = f"37999919650101{number:03d}"
    return first + id_check_digit(first)


class Inbox:
    """Workbooks as lists of rows, that can be changed a little and written again."""

    def __init__(self, folder, rng):
        self.folder, self.rng, self.serial = folder, rng, 100
        folder.mkdir()
        villages = list_villages()
        self.books = {f"{v}.xlsx": [self.make_row(v) for _ in range(4)] for v in villages}
        self.books["全镇.xlsx"] = [self.make_row(rng.choice(villages)) for _ in range(6)]
        self.home = folder.parent / "办公"
        CliRunner().invoke(main, ["init", str(self.home)])
        self.write()

    def make_row(self, village):
        self.serial += 1
        name = "王李张欧阳"[self.rng.randrange(4)] + self.rng.choice(["建国", "秀英", "䶮", "小明", "长江"])
        return [self.serial, village, name, make_number(self.serial), 5, 120, 600, "2022-06-30", "成功"]

    def write(self):
        for old in self.folder.iterdir():
            if old.name not in self.books:
                old.unlink()
        for name, rows in self.books.items():
            book = openpyxl.Workbook()
            book.active.append([f"2022年{TOWNSHIP}耕地地力保护补贴发放明细表"])
            book.active.append(HEADINGS)
            for row in rows:
                book.active.append(row)
            book.save(self.folder / name)

    def pick(self):
        name = self.rng.choice(sorted(n for n, rows in self.books.items() if rows))
        return self.books[name], self.rng.randrange(len(self.books[name]))

    def change(self):
        """One small change; its name."""
        kind = self.rng.choice(
            [
                "amount",
                "person",
                "move",
                "remove row",
                "add row",
                "hold",
                "remove",
                "add",
                "rename",
                "tier",
                "waiver",
                "status",
            ]
        )
        rows, place = self.pick()
        row = rows[place]
        if kind == "amount":
            row[4], row[6] = row[4] + 1, row[6] + 120
        elif kind == "person":
            self.serial += 1
            row[3] = make_number(self.serial)
        elif kind == "move":
            row[1] = self.rng.choice(list_villages())
        elif kind == "remove row" and len(rows) > 1:
            rows.pop(place)
        elif kind == "add row":
            rows.insert(place, self.make_row(row[1]))
        elif kind == "hold":  # held, or right again
            row[6] = 120 * row[4] if row[6] != 120 * row[4] else row[6] + 7
        elif kind == "status":
            row[8] = "失败" if row[8] == "成功" else "成功"
        elif kind == "remove" and len(self.books) > 2:
            self.books.pop(sorted(self.books)[0])
        elif kind == "add":
            self.serial += 1
            self.books[f"新{self.serial}.xlsx"] = [self.make_row(v) for v in list_villages()[:2]]
        elif kind == "rename":
            old = sorted(self.books)[-1]
            self.books[f"改{self.serial}_{old}"] = self.books.pop(old)
        elif kind == "tier":
            self.change_tier()
        elif kind == "waiver":
            waivers = self.home / "waivers.csv"
            lines = waivers.read_text("utf-8-sig") if waivers.is_file() else "规则,文件,工作表,行,村,理由,经手人,日期\n"
            file = self.rng.choice(sorted(self.books))
            waivers.write_text(lines + f"R05,{file},,,,核对过,李会计,2022-07-01\n", "utf-8")
        self.write()
        return kind

    def change_tier(self):
        """The programme's areas are no longer shown, or shown again."""
        place = self.home / "reference" / "subsidies.csv"
        text = (place if place.is_file() else find_data("reference/subsidies.csv")).read_text("utf-8")
        lines = text.splitlines()
        at = next(i for i, line in enumerate(lines) if "耕地地力保护补贴" in line)
        cells, tier = lines[at].split(","), lines[0].split(",").index("tier")
        cells[tier] = "B" if cells[tier] == "A" else "A"
        lines[at] = ",".join(cells)
        place.parent.mkdir(exist_ok=True)
        place.write_text("\n".join(lines) + "\n", "utf-8")


def run(inbox, out, home, *more):
    words = ["run", str(inbox.folder), "--year", "2022", "--out", str(out), "--home", str(home), "--json"]
    result = CliRunner().invoke(main, [*words, *more])
    assert result.exit_code in (0, 3), result.output
    answer = json.loads(result.stdout)
    return {k: v for k, v in answer.items() if k not in {"moved", "changed"}}


def read_bytes(out):
    """Path → hash of every result but those that tell of the run before."""
    apart = {".village_notice.json", "公示数据_上次.zip"}
    files = (p for p in out.rglob("*") if p.is_file() and ".缓存" not in p.parts and p.name not in apart)
    found = {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    return {name: digest for name, digest in sorted(found.items()) if not name.startswith("旧版/")}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_small_changes_one_after_the_other(tmp_path, seed):
    rng = random.Random(seed)
    inbox, out = Inbox(tmp_path / "收件箱", rng), tmp_path / "结果"
    run(inbox, out, inbox.home)
    told = []
    for step in range(STEPS):
        told.append(inbox.change())
        home = tmp_path / f"办公{step}"
        shutil.copytree(inbox.home, home)  # with the ledger as it is before the run
        answer, fresh = run(inbox, out, inbox.home), run(inbox, tmp_path / f"新{step}", home, "--fresh")
        assert {p.rsplit("/", 1)[-1] for p in read_bytes(out)} >= WHOLE
        assert read_bytes(out) == read_bytes(tmp_path / f"新{step}"), told
        assert answer == fresh, told
