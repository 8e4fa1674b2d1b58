"""The desk without a browser: who gets in, what is told before and after the check, what is written down."""

import csv
import io
import json
import logging
import os
import re
import sqlite3
from datetime import timedelta

import pytest

from village_notice.errors import SettingsError, UsageError
from village_notice.web.desk.keys import read_keys, remove_clerk, set_password
from village_notice.web.desk.record import FILE_NAME, Record
from village_notice.web.desk.serve import PASSWORD_VARIABLE, find_keys

from .office import HOST, IDS, PASSWORD, PRIVATE, Clerk, Clock, build_site

RIGHT = IDS["王建国1"][-4:]
WRONG = "0000"
GUESS = "guess-guess"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def site(office, clock):
    return build_site(*office, clock)


@pytest.fixture
def clerk(site):
    """Somebody logged in; every byte that was answered is looked through in the end."""
    someone = Clerk(site)
    someone.log_in()
    yield someone
    assert not [n for n in PRIVATE for page in someone.seen if n.encode() in page]


def list_log(office):
    with sqlite3.connect(office[0] / FILE_NAME) as connection:
        return connection.execute("SELECT way, village, programme, kind, outcome FROM entries ORDER BY id").fetchall()


def test_nobody_gets_in_without_the_password(site):
    someone = Clerk(site)
    for path in ("/", "/record", "/record.csv"):
        someone.get(path)
        assert someone.status == 303 and someone.response.location == "/login"
    someone.get("/login")
    for path in ("/ask", "/check", "/record"):
        someone.post(path, village="东关村", name="王建国", digits=RIGHT)
        assert someone.status == 303 and "390" not in someone.page
    someone.post("/login", clerk="周经办", password=GUESS)
    assert someone.status == 403 and "密码不对" in someone.page
    someone.post("/login", clerk="", password=PASSWORD)
    assert someone.status == 403 and "先写您的姓名" in someone.page
    assert "谁打来的" in someone.log_in()


def test_the_password_is_kept_as_a_hash_and_the_file_is_the_owners(office):
    path = office[0] / "desk.json"
    values = json.loads(path.read_text("utf-8"))
    assert values["password"].startswith("scrypt:") and PASSWORD not in path.read_text("utf-8")
    assert len(values["secret"]) == 64 and (os.name == "nt" or path.stat().st_mode & 0o077 == 0)


def test_a_new_password_ends_what_was_open(office, clock, site):
    someone = Clerk(site)
    someone.log_in()
    cookie = someone.client.get_cookie("desk", domain="127.0.0.1")
    set_password(office[0], "another-password")
    other = Clerk(build_site(*office, clock))
    other.client.set_cookie("desk", cookie.value, domain="127.0.0.1")
    other.get("/")
    assert other.status == 303
    assert other.log_in(PASSWORD) == ""
    assert "谁打来的" in other.log_in("another-password")


def test_first_start_asks_for_a_password_or_takes_it_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    with pytest.raises(UsageError, match="--set-password"):
        find_keys(tmp_path, lambda: "never asked", is_new=False)
    monkeypatch.setenv(PASSWORD_VARIABLE, "from-the-environment")
    assert find_keys(tmp_path, lambda: "", is_new=False).is_password("from-the-environment")
    monkeypatch.setenv(PASSWORD_VARIABLE, "short")
    assert find_keys(tmp_path, lambda: "", is_new=False).is_password("from-the-environment")
    with pytest.raises(UsageError, match="至少 8 个字符"):
        find_keys(tmp_path, lambda: "", is_new=True)
    monkeypatch.delenv(PASSWORD_VARIABLE)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert find_keys(tmp_path, lambda: "typed by hand", is_new=True).is_password("typed by hand")
    (tmp_path / "desk.json").write_text("{}")
    with pytest.raises(SettingsError, match="重新设密码"):
        read_keys(tmp_path)


def test_clerks_with_passwords_of_their_own(office, clock):
    set_password(office[0], "zhou-password", "周经办")
    set_password(office[0], "wang-password", " 王经办 ")
    secret = read_keys(office[0]).secret
    someone = Clerk(build_site(*office, clock))
    assert someone.log_in(PASSWORD) == ""
    assert someone.log_in("wang-password", "周经办") == "" and "姓名或密码不对" in someone.page
    assert someone.log_in("wang-password", "李路人") == ""
    assert "答复人：周经办" in someone.log_in("zhou-password", "周经办")
    assert remove_clerk(office[0], "王经办").secret == secret
    assert Clerk(build_site(*office, clock)).log_in("wang-password", "王经办") == ""
    with pytest.raises(UsageError, match="没有“王经办”的密码"):
        remove_clerk(office[0], "王经办")
    remove_clerk(office[0], "周经办")
    assert "答复人：李路人" in Clerk(build_site(*office, clock)).log_in(PASSWORD, "李路人")


def test_the_last_clerk_is_not_locked_out(tmp_path):
    keys = set_password(tmp_path, "zhou-password", "周经办")
    assert keys.is_password("zhou-password", "周经办")
    assert not keys.is_password("", "") and not keys.is_password("zhou-password", "")
    with pytest.raises(UsageError, match="谁也进不去"):
        remove_clerk(tmp_path, "周经办")


def test_guessing_the_password_is_slowed_down(site, clock):
    someone = Clerk(site)
    someone.get("/login")
    codes = []
    for _ in range(7):
        someone.post("/login", clerk="周", password=GUESS)
        codes.append(someone.status)
    assert codes == [403] * 5 + [429] * 2
    assert someone.log_in() == ""
    clock.go_on(minutes=5)
    assert "谁打来的" in someone.log_in()


def test_a_session_ends_by_itself_and_by_hand(clerk, clock):
    clock.go_on(minutes=29)
    clerk.get("/")
    assert clerk.status == 200
    clock.go_on(minutes=31)
    clerk.get("/")
    assert clerk.status == 303
    clerk.log_in()
    for _ in range(21):
        clock.go_on(minutes=29)
        clerk.get("/")
    assert clerk.status == 303  # ten hours are the most
    clerk.log_in()
    clerk.post("/logout")
    clerk.get("/")
    assert clerk.status == 303


def test_a_form_from_elsewhere_is_not_answered(clerk, site):
    other = Clerk(site)
    other.log_in()
    for token in ("", "x", other.token):
        clerk.post("/ask", token=token, village="东关村", name="王建国")
        assert clerk.status == 400


def test_cookie_is_strict_and_holds_a_random_word_only(site):
    response = Clerk(site).client.get("/login", headers={"Host": HOST})
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Secure" not in cookie


def test_the_wall_is_told_at_once(clerk):
    text = clerk.ask()
    assert "这样说" in text and "山前店镇东关村一组，王建国，二零二二年按姓名公开的补贴共二项" in text
    assert "3.25 亩 × 120 元" in text and "390.00" in text
    assert "比去年多 30.00 元" in text and "数量 3 → 3.25 亩" in text and "360.00" in text
    assert "农业农村局 0535-7212345" in text and "每亩 120 元" in text and "没有核实的程序" not in text
    assert "补贴名单不公开" not in text and "重度残疾" not in text and "失败" not in text and "120.00元" not in text


def test_what_is_not_on_the_wall_is_told_after_the_check(clerk, office):
    text = clerk.check(RIGHT)
    assert "身份证后四位已核对" in text
    assert "共三项，合计五百九十元" in text
    assert "重度残疾人护理补贴 不上公开栏" in text
    assert "没有发成，已补发" in text and "原因：户名不符" in text and "补发日期 2022-08-15" in text
    assert "没有发成，还没有补发" in text and "已扣除追回的 20.00 元" in text and "其中 1 笔是补发的" in text
    assert "正在核实" in text and "要核实的问题：金额不是数" in text and "要核实的问题：补贴项目不明" in text
    assert "2023年到账，算在2023年" in text
    assert "比去年多 36.00 元" in text and "标准 118 → 120 元" in text
    assert list_log(office)[-1] == ("电话", "东关村", "", "核对身份证后四位", "相符")


def test_who_hangs_nowhere_is_found_after_the_check(clerk):
    text = clerk.ask("赵隐")
    assert "公开栏上没有这个名字" in text and "88.00" not in text
    text = clerk.check(IDS["赵隐"][-4:], "赵隐")
    assert "重度残疾人护理补贴" in text and "88.00" in text


def test_the_strictest_programmes_are_told_face_to_face_only(clerk, office):
    assert "艾滋" not in clerk.check(RIGHT)
    assert "666.00" not in clerk.page
    text = clerk.check(RIGHT, way="当面")
    assert "艾滋病病毒感染儿童基本生活费" in text and "666.00" in text
    speech = re.search(r'<p id="speech".*?</p>', clerk.page)[0]
    slip = clerk.page[clerk.page.index('id="slip"') : clerk.page.index("只能当面小声说")]
    assert "艾滋" not in speech and "艾滋" not in slip
    assert "艾滋" not in re.search(r'<select id="programme".*?</select>', clerk.page, re.DOTALL)[0]
    clerk.post("/record", village="东关村", township="山前店镇", programme="艾滋病病毒感染儿童基本生活费", kind="其他",
               outcome="已答复")  # fmt: skip
    assert clerk.status == 400
    assert "艾滋" not in str(list_log(office))


def test_wrong_digits_tell_nothing_not_even_whether_there_is_anybody(clerk):
    pages = []
    for name, digits in (("赵隐", WRONG), ("无此人", WRONG), ("赵隐", RIGHT)):
        text = clerk.check(digits, name)
        assert "对不上" in text and "88.00" not in text and digits not in re.sub(r'value="[^"]*"', "", clerk.page)
        pages.append(re.sub(r'value="[^"]*"|赵隐|无此人', "", clerk.page))
    assert pages[0] == pages[1] == pages[2]


def test_misses_of_one_person_are_limited_over_all_sessions_and_restarts(office, clock):
    for n in range(3):
        someone = Clerk(build_site(*office, clock))
        someone.log_in()
        assert "对不上" in someone.check(f"000{n}")
    someone = Clerk(build_site(*office, clock))
    someone.log_in()
    assert "错的次数太多了" in someone.check(RIGHT, group="") and "120.00" not in someone.page
    assert "共一项，合计八十八元" in someone.check(IDS["赵隐"][-4:], "赵隐")  # another person is not shut out
    clock.go_on(hours=25)
    someone.log_in()
    assert "已核对" in someone.check(RIGHT)
    outcomes = [entry[-1] for entry in list_log(office)]
    assert outcomes == ["不符", "不符", "不符", "次数用完，没有核对", "相符", "相符"]


def test_misses_of_one_session_are_limited(clerk, clock):
    for n in range(10):
        assert "对不上" in clerk.check(WRONG, f"李{chr(0x4E00 + n)}")
    assert "错的次数太多了" in clerk.check(RIGHT)
    clock.go_on(minutes=20)
    clerk.get("/")
    clock.go_on(minutes=20)
    clerk.get("/")
    clock.go_on(minutes=21)
    assert "已核对" in clerk.check(RIGHT)


def test_places_and_people_are_chosen_from_lists(clerk):
    assert "有几个这样的村" in clerk.ask(village="东关村") and clerk.page.count('name="township" value="山前店镇"') == 1
    assert "合计" in clerk.ask(village="东关村", township="山前店镇")
    assert "有几个这样的村" in clerk.ask(village="关")
    assert "名册里没有" in clerk.ask(village="西关村")
    assert "请写姓名" in clerk.ask("")
    text = clerk.ask(group="")
    assert "是哪一位" in text and "2组" in text
    assert "合计" in clerk.ask("王建国", group="2组", chosen="person")
    assert "公开栏上没有这个名字" in clerk.ask(group="", chosen="nobody")
    assert "是哪一位" in clerk.ask("汪健国", group="")  # sounds alike: the clerk looks before answering
    assert "吕秀英" in clerk.ask("lxy", group="")
    assert "还没有公开的名单" in clerk.ask(village="南关村")


def test_one_click_writes_one_line_without_name_or_sum(clerk, office):
    clerk.ask()
    ticket = re.search(r'name="ticket" value="(\w+)"', clerk.page)[1]
    fields = {
        "village": "东关村",
        "township": "山前店镇",
        "year": "2022",
        "programme": "耕地地力保护补贴",
        "kind": "没到账",
    }
    for _ in range(2):
        clerk.post("/record", **fields, outcome="转主管部门", ticket=ticket)
        assert clerk.status == 303
    assert "已记入登记簿：山前店镇东关村，没到账，转主管部门" in clerk.get("/")
    assert "已记入" not in clerk.get("/")
    assert list_log(office) == [("电话", "东关村", "耕地地力保护补贴", "没到账", "转主管部门")]
    for wrong in ({"kind": "王建国 0123"}, {"outcome": "别的"}, {"programme": "随便写"}, {"village": "没有的村"}):
        clerk.post("/record", **fields | {"outcome": "已答复"} | wrong)
        assert clerk.status == 400
    assert len(list_log(office)) == 1


def test_programmes_whose_names_tell_something_are_not_named_in_the_log(clerk):
    clerk.check(RIGHT)
    options = re.findall("<option>(.*?)</option>", clerk.page)
    assert "名单不公开的项目" in options and "重度残疾人护理补贴" not in options


def test_log_page_and_export(clerk):
    clerk.check(WRONG)
    clerk.post(
        "/record", village="东关村", township="山前店镇", programme="全部", kind="其他", outcome="已答复", way="当面"
    )
    text = clerk.get("/record")
    assert "周经办" in text and "不符" in text and "已答复" in text and "王建国" not in text
    data = clerk.client.get("/record.csv", headers={"Host": HOST})
    assert data.mimetype == "text/csv" and "attachment" in data.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(data.data.decode("utf-8-sig"))))
    assert rows[0][:3] == ["时间", "答复人", "方式"]
    assert rows[1] == [
        "2023-03-01 09:00:00",
        "周经办",
        "电话",
        "山前店镇",
        "东关村",
        "2022",
        "",
        "核对身份证后四位",
        "不符",
    ]
    assert len(rows) == 3


def test_log_is_only_ever_added_to(clerk, office):
    clerk.check(WRONG)
    with sqlite3.connect(office[0] / FILE_NAME) as connection:
        for query in ("UPDATE entries SET outcome = '相符'", "DELETE FROM entries"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(query)
        person = connection.execute("SELECT person FROM entries").fetchone()[0]
    assert re.fullmatch("[0-9a-f]{32}", person)


def test_log_guards_what_excel_would_run(office):
    record = Record(office[0], "secret")
    from village_notice.web.desk.record import Entry

    record.add(Entry("2023-03-01 09:00:00", "=1+1", "电话", "镇", "村", 2022, "全部", "其他", "已答复"))
    assert "'=1+1" in record.export().decode("utf-8-sig")


def test_a_run_may_go_on_while_the_desk_is_open(clerk, office):
    from village_notice.ledger.store import open_ledger

    with open_ledger(office[0]) as ledger:
        ledger.connection.execute("BEGIN IMMEDIATE")
        assert "已核对" in clerk.check(RIGHT)
        ledger.connection.execute("ROLLBACK")


HEADERS = {
    "Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
}  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/record", "/record.csv", "/nothing"])
def test_headers_and_nothing_inline(clerk, path):
    clerk.get(path)
    for name, value in HEADERS.items():
        assert value in clerk.response.headers[name], name
    assert "unsafe" not in clerk.response.headers["Content-Security-Policy"]
    assert not re.search(r"<style|<script(?! src)|\sstyle=|\son\w+=|javascript:", clerk.page)
    assert not re.search(r"""(?:src|href|action)=["'](?!/|#)""", clerk.page)


def test_answers_hold_nothing_inline(clerk):
    for page in (clerk.ask, lambda: clerk.check(RIGHT, way="当面"), lambda: clerk.check(WRONG)):
        page()
        assert not re.search(r"<style|<script(?! src)|\sstyle=|\son\w+=|javascript:", clerk.page)
        assert clerk.response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:8000", f"{HOST}.evil.example", ""])
def test_another_host_is_not_answered(clerk, host):
    response = clerk.client.get("/record", headers={"Host": host})
    assert response.status_code == 400 and "登记簿</h1>" not in response.get_data(as_text=True)


def test_no_trace_and_no_name_in_the_server_log(clerk, office, monkeypatch, caplog):
    with caplog.at_level(logging.INFO):
        clerk.ask()
        clerk.check(RIGHT)
        monkeypatch.setattr("village_notice.web.desk.calls.find_person", lambda *_: 1 / 0)
        text = clerk.check(RIGHT)
        (office[0] / "ledger.db").unlink()
        broken = clerk.ask()
    assert clerk.status == 500 and "Traceback" not in text and "ZeroDivision" not in text and "暂时答复不了" in broken
    assert "POST /check 200" in caplog.text
    assert not re.search(f"王建国|东关村|{RIGHT}|周经办", caplog.text)


def test_markup_stays_text(clerk):
    clerk.ask("<script>alert(1)</script>")
    assert "<script>alert" not in clerk.page
    clerk.ask("王", village="<b>x</b>")
    assert "<b>x" not in clerk.page


def test_too_much_is_refused(clerk):
    clerk.ask("王" * 9000)
    assert clerk.status == 413


def test_a_limit_counts_the_time_and_not_the_calendar_day(clerk, clock):
    clock.now = clock.now.replace(hour=23, minute=55)
    clerk.log_in()
    for n in range(3):
        clerk.check(f"000{n}")
    clock.go_on(minutes=10)
    assert "错的次数太多了" in clerk.check(RIGHT)
    clock.now += timedelta(hours=24)
    clerk.log_in()
    assert "已核对" in clerk.check(RIGHT)
