"""The desk's app: log in, say who calls, see the wall at once and the rest after the check, write one line to the log.

Everything about a person travels in the body of a request and comes back in one answer; nothing of it is kept. The page
works without JavaScript; the script only reads aloud, prints, enlarges and remembers that numbers are blurred.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from flask import Flask, Response, abort, g, redirect, render_template, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from village_notice.archive.answer import read_words as read_answer_words
from village_notice.archive.dialect import Source
from village_notice.archive.wording import format_day
from village_notice.errors import VillageNoticeError
from village_notice.resources import find_template
from village_notice.settings import Settings
from village_notice.sources.reference import Reference
from village_notice.web.desk.calls import Calls
from village_notice.web.desk.keys import DeskKeys, clean_clerk
from village_notice.web.desk.record import HEADINGS, Record
from village_notice.web.desk.sessions import LONGEST_SECONDS, DeskSession, Sessions
from village_notice.web.guard import guard
from village_notice.web.limits import Counter

Answer = str | Response | BaseResponse | tuple[str, int]
_MOST_BODY = 8_192
_LOGINS, _LOGINS_OF_ALL, _LOGIN_SECONDS = 5, 30, 300
_PAGES_A_MINUTE = 240
_SHOWN_ENTRIES = 200
_OPEN_TO_ALL = {"show_login", "log_in", "static"}
_PROBLEMS = {
    400: "打不开。页面可能放得太久了，请从首页重新开始。",
    404: "没有这一页。请从首页重新开始。",
    405: "打不开这一页。请从首页重新开始。",
    413: "输入的字太多了。",
    429: "点得太快了，请过几分钟再试。",
    500: "暂时答复不了，请过一会儿再试；还不行就看服务窗口里的提示。",
}
_WRONG_CLERK = "姓名或密码不对，请再输一次。每人用自己的姓名和密码；没有的请在这台电脑上设。"
_OTHER_PROBLEM = "暂时答复不了，请从首页重新开始。"


@dataclass(frozen=True, slots=True)
class DeskSite:
    """What the app stands on.

    Attributes:
        db: 查询.db: what hangs on the wall.
        home: Office folder, with the ledger and the log.
        settings: The office's.
        reference: Register and programmes.
        keys: Password and secret.
        hosts: Exact Host headers that are answered.
        now: The local time, for the log and the limits.
        clock: Seconds that never go back, for sessions.
    """

    db: Source
    home: Path
    settings: Settings
    reference: Reference
    keys: DeskKeys
    hosts: frozenset[str]
    now: Callable[[], datetime] = field(default=lambda: datetime.now().astimezone())
    clock: Callable[[], float] = time.monotonic


class _SecureWhereTls(SecureCookieSessionInterface):
    """The cookie is for TLS only wherever the page came by TLS; on this computer alone there is none."""

    def get_cookie_secure(self, app: Flask) -> bool:  # Flask's own signature
        return request.is_secure


def create_app(site: DeskSite) -> Flask:
    """The app of one office."""
    style = find_template("web", "static")
    app = Flask(
        __name__, template_folder=str(find_template("desk")), static_folder=str(style), static_url_path="/static"
    )
    app.secret_key = site.keys.secret
    app.session_interface = _SecureWhereTls()
    app.config.update(
        MAX_CONTENT_LENGTH=_MOST_BODY,
        MAX_FORM_MEMORY_SIZE=_MOST_BODY,
        MAX_FORM_PARTS=20,
        SESSION_COOKIE_NAME="desk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    counter, hosts = Counter(site.clock), frozenset(h.lower() for h in site.hosts)
    guard(app, hosts, counter, _PAGES_A_MINUTE, site.settings.trusted_proxies)
    views = _Views(site, counter)
    app.before_request(views.check_visitor)
    app.context_processor(views.list_common)
    for rule, view, method in (
        ("/login", views.show_login, "GET"),
        ("/login", views.log_in, "POST"),
        ("/logout", views.log_out, "POST"),
        ("/", views.show_home, "GET"),
        ("/ask", views.ask, "POST"),
        ("/check", views.check, "POST"),
        ("/record", views.show_record, "GET"),
        ("/record", views.add_entry, "POST"),
        ("/record.csv", views.export_record, "GET"),
    ):
        app.add_url_rule(rule, view.__name__, view, methods=[method])
    for error in (HTTPException, VillageNoticeError, Exception):
        app.register_error_handler(error, _explain)
    return app


def _explain(error: Exception) -> tuple[str, int]:
    """One sentence for the clerk; what went wrong inside is never shown."""
    code = error.code or 500 if isinstance(error, HTTPException) else 500
    return render_template("error.html", problem=_PROBLEMS.get(code, _OTHER_PROBLEM)), code


class _Views:
    """The pages; each method answers one rule of `create_app`."""

    def __init__(self, site: DeskSite, counter: Counter) -> None:
        self._site, self._counter = site, counter
        self._sessions = Sessions(site.clock)
        self._record = Record(site.home, site.keys.secret)
        self._calls = Calls(site.db, site.home, site.settings, site.reference, self._record)
        self._tokens = URLSafeTimedSerializer(site.keys.secret, salt="desk form")

    def check_visitor(self) -> BaseResponse | None:
        """Lets in who is logged in; every form must carry the token of its own visit."""
        g.visit = self._sessions.find(session.get("visit", ""))
        if request.method == "POST" and not self._is_own_form():
            abort(400)
        if g.visit is None and request.endpoint not in _OPEN_TO_ALL:
            return redirect(url_for("show_login"), 303)
        return None

    def _is_own_form(self) -> bool:
        try:
            word = self._tokens.loads(request.form.get("token", ""), max_age=LONGEST_SECONDS)
        except BadSignature:
            return False
        return bool(word) and secrets.compare_digest(str(word), str(session.get("visit", "")))

    def list_common(self) -> dict[str, object]:
        """What every page knows."""
        visit: DeskSession | None = g.get("visit")
        return {
            "county": self._site.settings.county,
            "clerk": visit.clerk if visit else "",
            "token": self._tokens.dumps(session.get("visit", "")),
            "words": read_answer_words()["answer"],
            "format_day": format_day,
            "list_years": self._calls.list_years,
        }

    def show_login(self) -> Answer:
        """The question for the password."""
        if g.visit is not None:
            return redirect(url_for("show_home"), 303)
        if not session.get("visit"):
            session["visit"] = secrets.token_urlsafe(32)
        return render_template("login.html", problem="")

    def log_in(self) -> Answer:
        """A new session, where the password is right."""
        who = request.remote_addr or ""
        if not (
            self._counter.is_allowed("login", who, _LOGINS, _LOGIN_SECONDS)
            and self._counter.is_allowed("logins", "", _LOGINS_OF_ALL, _LOGIN_SECONDS)
        ):
            abort(429)
        clerk = clean_clerk(request.form.get("clerk", ""))
        is_right = self._site.keys.is_password(request.form.get("password", "")[:200], clerk)
        if not clerk or not is_right:
            problem = _WRONG_CLERK if self._site.keys.clerks else "密码不对，请再输一次。"
            problem = problem if clerk else "请先写您的姓名，登记簿上要记是谁答复的。"
            return render_template("login.html", problem=problem, typed=clerk), 403
        session.clear()
        session["visit"] = self._sessions.start(clerk)
        return redirect(url_for("show_home"), 303)

    def log_out(self) -> Answer:
        """Ends the session."""
        self._sessions.end(session.get("visit", ""))
        session.clear()
        return redirect(url_for("show_login"), 303)

    def show_home(self) -> Answer:
        """The question who calls."""
        visit: DeskSession = g.visit
        note, visit.note = visit.note, ""
        return render_template("home.html", note=note, asked=self._calls.read_asked({}))

    def ask(self) -> Answer:
        """The wall's answer, or the villages or people to choose from."""
        asked = self._calls.read_asked(request.form)
        villages = self._calls.find_villages(asked)
        if len(villages) != 1 or not asked.name:
            problem = (
                ""
                if len(villages) > 1
                else "请写姓名。"
                if villages
                else f"名册里没有“{asked.village}”这个村。请换几个字。"
            )
            return render_template("home.html", note="", asked=asked, villages=villages, problem=problem)
        village = villages[0]
        people, is_capped = self._calls.find_people(village, asked)
        is_other = bool(people) and not asked.name.isascii() and asked.name not in people[0].name
        if len(people) > 1 or is_capped or is_other:
            return render_template("people.html", asked=asked, place=village, people=people, is_capped=is_capped)
        answer = self._calls.answer_public(village, asked, people[0] if people else None)
        return self._show_answer(answer)

    def check(self) -> Answer:
        """The full answer, where the last four characters of the ID agree."""
        visit: DeskSession = g.visit
        asked = self._calls.read_asked(request.form)
        villages = self._calls.find_villages(asked)
        if len(villages) != 1 or not asked.name:
            abort(400)
        who = (visit.clerk, session["visit"])
        return self._show_answer(
            self._calls.answer_checked(villages[0], asked, request.form.get("digits", "")[:12], who, self._site.now())
        )

    def _show_answer(self, answer: dict[str, object]) -> Answer:
        return render_template("answer.html", ticket=secrets.token_hex(8), **answer)

    def show_record(self) -> Answer:
        """The newest lines of the log."""
        entries = self._record.read(_SHOWN_ENTRIES)
        return render_template("record.html", headings=HEADINGS, entries=entries, most=_SHOWN_ENTRIES)

    def add_entry(self) -> Answer:
        """Writes one line to the log; pressing twice writes it once."""
        visit: DeskSession = g.visit
        ticket = request.form.get("ticket", "")[:40]
        entry = self._calls.build_entry(request.form, visit.clerk, self._site.now()) or abort(400)
        if ticket not in visit.tickets:
            visit.tickets.add(ticket)
            self._record.add(entry)
        visit.note = f"已记入登记簿：{entry.township}{entry.village}，{entry.kind}，{entry.outcome}。"
        return redirect(url_for("show_home"), 303)

    def export_record(self) -> Answer:
        """The whole log as .csv."""
        name = f"desk-log-{self._site.now():%Y%m%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(self._record.export(), mimetype="text/csv", headers=headers)
