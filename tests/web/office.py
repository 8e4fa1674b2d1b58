"""An invented office: a ledger of two years, the wall's database, a register of three villages."""

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient

from village_notice.archive.database import write_database
from village_notice.domain.frames import build_frame
from village_notice.ledger.desk import prepare_desk
from village_notice.ledger.persons import number_people
from village_notice.ledger.store import Import, open_ledger
from village_notice.settings import read_settings
from village_notice.sources.reference import read_reference
from village_notice.web.desk.app import DeskSite, create_app
from village_notice.web.desk.keys import DeskKeys, read_keys, set_password

from ..archive.conftest import PEOPLE, Someone, build_village, read_pinyin
from ..ledger.conftest import make_id

PASSWORD = "feng-huang-22"  # noqa: S105  # invented
HOST = "127.0.0.1:8010"
VILLAGE = "370682105001"
IDS = {name: make_id(serial) for serial, name in enumerate(("王建国1", "王建国2", "赵隐", "孙小", "李伟"), 101)}
ACCOUNT, PHONE = "6217000000000000017", "13900000000"
PRIVATE = [*IDS.values(), ACCOUNT, PHONE]
_OFFICE = """county = "莱阳市"
[phones.department]
"农业农村局" = "0535-7212345"
"""
_REGISTER = """code,name,township_code,township_name
370682105001,东关村村民委员会,370682105,山前店镇
370682105003,南关村村民委员会,370682105,山前店镇
370682108001,东关村村民委员会,370682108,羊郡镇
"""
_GUIDE = """[standard]
text = "每亩 120 元"
source = "莱农发〔2022〕9号"
verified = true
[procedure]
text = "没有核实的程序"
verified = false
"""
_SHARED = {
    "file": "县.xlsx", "sheet": "表", "column": "F", "township": "山前店镇", "village": "东关村", "village_code": VILLAGE,
    "group": "1组", "name": "王建国", "id": IDS["王建国1"], "account": ACCOUNT, "status": "成功", "verdict": "accepted",
    "amount_fen": 100, "raw_fen": 100, "remark": f"电话 {PHONE}", "birth_date": "1965-01-01",
}  # fmt: skip


def _pay(code: str, programme: str, fen: int | None, **more: object) -> dict[str, object]:
    known = {"programme_code": code, "programme": programme, "programme_text": programme}
    return _SHARED | known | {"amount_fen": fen, "raw_fen": fen or 0} | more


def list_payments(year: int) -> list[dict[str, object]]:
    """Payments of a year with every case the desk must tell."""
    land = {"quantity_milli": 3250, "rate_micro": 120_000_000, "pay_date": f"{year}-06-20"}
    age = {"period": f"{year}-03", "pay_date": f"{year}-03-20"}
    other, hidden = {"group": "2组", "id": IDS["王建国2"]}, {"name": "赵隐", "id": IDS["赵隐"]}
    if year == 2021:
        return [_pay("S001", "耕地地力保护补贴", 35_400, **land | {"quantity_milli": 3000, "rate_micro": 118_000_000})]
    return [
        _pay("S001", "耕地地力保护补贴", 39_000, **land),
        _pay("S053", "高龄津贴", 10_000, **age, status="失败", verdict="not_paid", remark=f"{PHONE} 账户户名不符"),
        _pay("S053", "高龄津贴", 10_000, period="2022-03", pay_date="2022-08-15", status="补发"),
        _pay("S053", "高龄津贴", 11_000, period="2022-04", pay_date="2022-04-20", status="退回", verdict="not_paid"),
        _pay("S053", "高龄津贴", -2_000, period="2022-02", pay_date="2022-09-01", status="追回"),
        _pay("S053", "高龄津贴", 10_000, period="2022-12", pay_date="2023-01-09", verdict="other_year", year=2023),
        _pay("S047", "重度残疾人护理补贴", 12_000, period="2022-05", pay_date="2022-05-20"),
        _pay("S045", "艾滋病病毒感染儿童基本生活费", 66_600, period="2022-05"),
        _pay("S002", "实际种粮农民一次性补贴", None, verdict="held", findings="C01 C05"),
        _pay("", "", 7_700, verdict="held", findings="H07", village="", village_code="", programme_text="补贴"),
        _pay("S001", "耕地地力保护补贴", 48_000, **land | other | {"quantity_milli": 4000}),
        _pay("S047", "重度残疾人护理补贴", 8_800, **hidden, period="2022-05", pay_date="2022-05-20"),
        _pay("S001", "耕地地力保护补贴", 24_000, **land | {"quantity_milli": 2000, "name": "李伟", "id": IDS["李伟"]}),
    ]


def keep_year(home: Path, year: int, inbox: str = "/收件箱", files: Mapping[str, str] | None = None) -> None:
    """A run of a year in the ledger; `files` are other files than one with all rows: name → hash, rows in turn."""
    files = files or {"县.xlsx": f"hash of {year}"}
    names = list(files)
    rows = [
        {"year": year} | row | {"row": number, "file": names[number % len(names)]}
        for number, row in enumerate(list_payments(year), 5)
    ]
    frame = number_people(build_frame({key: [row.get(key, _BLANK.get(key, "")) for row in rows] for key in _KEYS}))
    with open_ledger(home) as ledger:
        ledger.keep(Import(year, inbox, f"{year}-12-20", files, frame, ()))


_KEYS = (*_SHARED, "row", "year", "programme_code", "programme", "programme_text", "quantity_milli", "rate_micro",
         "period", "pay_date", "findings", "organisation")  # fmt: skip
_BLANK = {"quantity_milli": None, "rate_micro": None, "organisation": 0}


def build_office(folder: Path) -> tuple[Path, Path]:
    """Office folder and database."""
    home, public = folder / "办公", folder / "公开"
    (home / "reference/guides").mkdir(parents=True)
    public.mkdir()
    (home / "office.toml").write_text(_OFFICE, encoding="utf-8")
    (home / "reference/villages.csv").write_text(_REGISTER, encoding="utf-8")
    (home / "reference/guides/S001.toml").write_text(_GUIDE, encoding="utf-8")
    for year in (2021, 2022):
        keep_year(home, year)
        people = PEOPLE if year == 2022 else [Someone("王建国", "1组", 3)]
        write_database([build_village(people, year=year)], public / "查询.db", year=year, pinyin=read_pinyin())
    prepare_desk(home)
    set_password(home, PASSWORD)
    return home, public / "查询.db"


def copy_office(office: tuple[Path, Path], folder: Path) -> tuple[Path, Path]:
    """Another office that says the same, for whoever changes it."""
    home, db = office
    return shutil.copytree(home, folder / home.name), shutil.copytree(db.parent, folder / db.parent.name) / db.name


@dataclass
class Clock:
    """A time that goes on only when told."""

    now: datetime = datetime(2023, 3, 1, 9, 0)  # noqa: DTZ001  # the office's own time

    def local(self) -> datetime:
        """The time of the log."""
        return self.now

    def seconds(self) -> float:
        """The time of sessions and limits."""
        return self.now.timestamp()

    def go_on(self, **span: float) -> None:
        """Lets time pass."""
        self.now += timedelta(**span)


def build_site(home: Path, db: Path, clock: Clock, hosts: Iterable[str] = ()) -> DeskSite:
    """The desk over an office."""
    settings, keys = read_settings(home), read_keys(home)
    assert isinstance(keys, DeskKeys)
    allowed = frozenset({HOST, *hosts})
    return DeskSite(db, home, settings, read_reference(settings), keys, allowed, clock.local, clock.seconds)


class Clerk:
    """Somebody at the desk, who fills in forms as they are on the page."""

    def __init__(self, site: DeskSite) -> None:
        self.client: FlaskClient = create_app(site).test_client()
        self.seen: list[bytes] = []

    def get(self, path: str, **more: object) -> str:
        """A page."""
        return self._read(self.client.get(path, headers={"Host": HOST}, **more))

    def post(self, path: str, **fields: object) -> str:
        """An answer to a form of the last page; `status` tells its code."""
        return self._read(self.client.post(path, data={"token": self.token} | fields, headers={"Host": HOST}))

    def _read(self, response: object) -> str:
        self.response = response
        self.seen.append(response.data)
        self.page = response.get_data(as_text=True)
        found = re.search(r'name="token" value="([^"]+)"', self.page)
        self.token = found[1] if found else getattr(self, "token", "")
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.page))

    @property
    def status(self) -> int:
        """Code of the last answer."""
        return self.response.status_code

    def log_in(self, password: str = PASSWORD, clerk: str = "周经办") -> str:
        """Through the door."""
        self.get("/login")
        self.post("/login", clerk=clerk, password=password)
        return self.get("/") if self.status == 303 else ""

    def ask(self, name: str = "王建国", village: str = "山前店镇东关村", group: str = "1组", **more: object) -> str:
        """Who calls."""
        return self.post("/ask", village=village, name=name, group=group, year="2022", **more)

    def check(self, digits: str, name: str = "王建国", group: str = "1组", way: str = "电话", **more: object) -> str:
        """The end of the ID."""
        fields = {"village": "山前店镇东关村", "name": name, "group": group, "year": "2022", "way": way}
        return self.post("/check", **fields | {"digits": digits} | more)
