"""The app: choose a village, see its year, and, where the office allows it, find one's own line by name.

Nothing is written. Names travel in the body of a request and never in an address; there is no number of a person
anywhere. Everything works without JavaScript; the script only reads aloud, prints and enlarges.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from flask import Flask, Response, abort, redirect, render_template, request, send_file, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from village_notice.archive import browse, picking
from village_notice.archive.answer import Answers, PersonAnswer, VillageAnswer, format_speech, read_words
from village_notice.archive.browse import VillagePlace
from village_notice.archive.dialect import Source
from village_notice.archive.query import ALL_YEARS, search, search_village
from village_notice.archive.sound import search_key
from village_notice.archive.wording import format_day
from village_notice.domain.guide_text import read_guide_texts
from village_notice.domain.money import format_fen
from village_notice.errors import VillageNoticeError
from village_notice.resources import find_template
from village_notice.settings import Settings
from village_notice.web.guard import guard
from village_notice.web.limits import Counter, Limits
from village_notice.web.public.papers import GUIDES, list_guides, list_papers
from village_notice.web.public.shown import show_lines, show_years

Answer = str | Response | BaseResponse
_MOST_PEOPLE = 12
_WHOLE_VILLAGE = "全村"
_MOST_NAMESAKES = 60
_MOST_BODY = 4_096
_RULED_BLANK = re.compile(r"(，电话)?\s*_{3,}")
"""Where the paper leaves room for a telephone nobody has registered; a screen can't be written on."""
_CHECK_CODE = re.compile("[A-Z2-7]{5}-[A-Z2-7]{5}")
_PROBLEMS = {
    400: "打不开这个网址。请从乡镇给出的网址进入。",
    404: "没有这一页。可能是村名或年度不对，请从首页重新选择。",
    405: "打不开这一页。请从首页重新选择。",
    413: "输入的字太多了。请只输入姓名。",
    429: "查得太快了，请过一分钟再查。着急的话，请到村委会或乡镇询问。",
    500: "暂时查不了，请过一会儿再试，或到村委会询问。",
}
_OTHER_PROBLEM = "暂时查不了，请从首页重新选择。"


def _today() -> date:
    return datetime.now().astimezone().date()


@dataclass(frozen=True, slots=True)
class PublicSite:
    """What the app stands on.

    Attributes:
        db: 查询.db, or the server that has its tables.
        settings: The office's: whether people may be searched, until when, and telephones.
        hosts: Exact Host headers that are answered.
        limits: How often somebody may ask.
        today: The day, against which exposure_until is held.
        clock: Seconds that never go back, for the limits.
        papers: Folder 公开; None is where the database lies, for a server the folder of this name here.
    """

    db: Source
    settings: Settings
    hosts: frozenset[str]
    limits: Limits = field(default_factory=Limits)
    today: Callable[[], date] = _today
    clock: Callable[[], float] = time.monotonic
    papers: Path | None = None

    @property
    def folder(self) -> Path:
        """Folder 公开 with the notices."""
        return self.papers or (self.db.parent if isinstance(self.db, Path) else Path("公开"))

    @property
    def is_search_open(self) -> bool:
        """Whether people of any year may be searched today."""
        days = [self.settings.exposure_until or date.max, *self.settings.exposure.values()]
        return self.settings.public_person_search and self.today() <= max(days)

    def is_open(self, year: int) -> bool:
        """Whether names of a year may be shown today: the year's own last day decides, else that of all years."""
        until = self.settings.exposure.get(year, self.settings.exposure_until)
        return self.settings.public_person_search and (until is None or self.today() <= until)


def create_app(site: PublicSite) -> Flask:
    """The app over one database."""
    folder = find_template("web")
    app = Flask(__name__, template_folder=str(folder), static_folder=str(folder / "static"), static_url_path="/static")
    app.config.update(MAX_CONTENT_LENGTH=_MOST_BODY, MAX_FORM_MEMORY_SIZE=_MOST_BODY, MAX_FORM_PARTS=8)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    counter = Counter(site.clock)
    guard(
        app,
        frozenset(h.lower() for h in site.hosts),
        counter,
        site.limits.pages_a_minute,
        site.settings.trusted_proxies,
    )
    app.context_processor(lambda: _list_common(site))
    views = _Views(site, counter)
    for rule, view, methods in (
        ("/", views.show_home, ("GET",)),
        ("/help", views.show_help, ("GET",)),
        ("/guides", views.show_guides, ("GET",)),
        ("/guides/<name>", views.send_guide, ("GET",)),
        ("/guides/<name>/read", views.show_guide, ("GET",)),
        ("/t/<township>", views.show_township, ("GET",)),
        ("/v/<township>/<village>", views.show_newest, ("GET",)),
        ("/v/<township>/<village>/compare", views.show_comparison, ("GET",)),
        ("/v/<township>/<village>/<int:year>", views.show_village, ("GET",)),
        ("/v/<township>/<village>/<int:year>/person", views.show_people, ("POST",)),
        ("/v/<township>/<village>/<int:year>/pick", views.pick_person, ("POST",)),
        ("/v/<township>/<village>/<int:year>/notice/<name>", views.send_notice, ("GET",)),
    ):
        app.add_url_rule(rule, view.__name__, view, methods=list(methods))
    app.register_error_handler(HTTPException, _explain)
    app.register_error_handler(VillageNoticeError, _explain)
    app.register_error_handler(Exception, _explain)
    return app


def _list_common(site: PublicSite) -> dict[str, object]:
    return {
        "county": site.settings.county,
        "is_search_open": site.is_search_open,
        "is_open": site.is_open,
        "has_guides": bool(list_guides(site.folder)),
        "hotline": site.settings.phones.hotline,
        "supervision": site.settings.phones.supervision,
        "words": read_words()["answer"],
        "format_day": format_day,
        "list_phones": lambda place, code: _list_phones(site.settings, place, code),
        "format_fen": lambda fen: format_fen(fen, grouped=True),
    }


def _list_phones(settings: Settings, place: VillagePlace, code: str) -> list[tuple[str, str]]:
    """Whom to ring about a village, as (who, telephone); only numbers of office.toml."""
    phones, keys = settings.phones, (code, f"{place.office}/{place.village}", f"{place.township}/{place.village}")
    village = next((phones.village[key] for key in keys if phones.village.get(key)), "")
    found = [(place.village, village), (place.office, phones.township.get(place.office, ""))]
    return [(who, phone) for who, phone in found if phone]


def _explain(error: Exception) -> tuple[str, int]:
    """One sentence for the visitor; what went wrong inside is never shown."""
    code = error.code or 500 if isinstance(error, HTTPException) else 500
    return render_template("error.html", problem=_PROBLEMS.get(code, _OTHER_PROBLEM)), code


def _read_check() -> str:
    """The 校验码 that the QR code on a paper brings along, "" where there is none."""
    text = request.args.get("check", "")
    return text if _CHECK_CODE.fullmatch(text) else ""


class _Views:
    """The pages; each method answers one rule of `create_app`."""

    def __init__(self, site: PublicSite, counter: Counter) -> None:
        self._site, self._counter = site, counter

    def show_home(self) -> Answer:
        """Township, village by name, or the village that the QR code on the paper names."""
        db, text = self._site.db, request.args.get("village", "")[:40].strip()
        if text.isascii() and text.isdigit():
            place = browse.find_by_code(db, text)
            return (
                self._go_to(place, request.args.get("year", ""), request.args.get("check", "")) if place else abort(404)
            )
        found = browse.find_villages(db, text)
        if len(found) == 1:
            return redirect(url_for("show_newest", township=found[0][0], village=found[0][1]), 303)
        return render_template("home.html", text=text, found=found, townships=browse.list_townships(db))

    def _go_to(self, place: VillagePlace, year: str, check: str) -> Answer:
        chosen = int(year) if year.isascii() and year.isdigit() and int(year) in place.years else place.years[0]
        url = url_for(
            "show_village", township=place.township, village=place.village, year=chosen, check=check[:20] or None
        )
        return redirect(url, 303)

    def show_help(self) -> Answer:
        """Help in three pictures."""
        return render_template("help.html")

    def show_guides(self) -> Answer:
        """The programmes: who can apply, how, where to call."""
        guides = list_guides(self._site.folder) or abort(404)
        texts = read_guide_texts(self._site.folder / GUIDES)
        by_department: dict[str, list[str]] = {}
        for name in guides:
            by_department.setdefault(texts[name].department if name in texts else "", []).append(name)
        return render_template("guides.html", guides=sorted(by_department.items()), texts=texts)

    def show_guide(self, name: str) -> Answer:
        """A 申报指南 to read and to hear."""
        paper = f"{name}.pdf"
        if paper not in list_guides(self._site.folder):
            abort(404)
        text = read_guide_texts(self._site.folder / GUIDES).get(paper) or abort(404)
        rows = [(label, _RULED_BLANK.sub("", words)) for label, words in text.rows]
        speech = "".join(f"{label}：{words.rstrip('。')}。" for label, words in rows)
        return render_template("guide.html", text=text, rows=rows, paper=paper, speech=f"{text.title}。{speech}")

    def send_guide(self, name: str) -> Answer:
        """A 申报指南 as PDF."""
        path = list_guides(self._site.folder).get(name) or abort(404)
        return send_file(path, mimetype="application/pdf", download_name=name, max_age=0)

    def show_township(self, township: str) -> Answer:
        """The villages of a township."""
        villages = browse.list_villages(self._site.db, township) or abort(404)
        return render_template("township.html", township=township, villages=villages)

    def show_newest(self, township: str, village: str) -> Answer:
        """The newest year of a village."""
        place = self._read_place(township, village)
        return redirect(url_for("show_village", township=township, village=village, year=place.years[0]), 303)

    def show_village(self, township: str, village: str, year: int) -> Answer:
        """A village's year: totals, bars, notices, and the question for a name."""
        place = self._read_place(township, village, year)
        answer = self._read_village(place, year)
        papers = list_papers(self._site.folder, place, year, with_names=self._site.is_open(year))
        return render_template(
            "village.html",
            place=place,
            year=year,
            answer=answer,
            lines=show_lines(answer.lines),
            papers=list(papers),
            paper_check=_read_check(),
            speech=format_speech(Answers("", villages=(answer,))),
            groups=picking.list_groups(self._site.db, township, village, year) if self._site.is_open(year) else [],
        )

    def show_comparison(self, township: str, village: str) -> Answer:
        """The years of a village side by side."""
        place = self._read_place(township, village)
        answers = search(self._site.db, "", township=township, village=village, year=ALL_YEARS, limit=50).villages
        return render_template("compare.html", place=place, table=show_years(answers), year=place.years[0])

    def show_people(self, township: str, village: str, year: int) -> Answer:
        """The people a word means, or one person's lines; only inside one village, and only while it is allowed."""
        if not self._site.is_open(year):
            abort(404)
        place = self._read_place(township, village, year)
        if not self._counter.is_search_allowed(request.remote_addr or "", self._site.limits):
            abort(429)
        words, name, group = (request.form.get(key, "")[:60].strip() for key in ("words", "name", "group"))
        if chosen_by_touch := request.form.get("chosen", "")[:120]:
            group, _, name = chosen_by_touch.partition("|")
        found = self._search(place, name or words, year, _MOST_NAMESAKES if name else _MOST_PEOPLE)
        chosen = [p for p in found.people if not name or (p.name, p.group) == (name, group)]
        common = {"place": place, "year": year, "text": words or name}
        if len(chosen) == 1 and (name or not found.is_capped):
            return render_template("person.html", **common, **self._describe_person(place, chosen[0]))
        return render_template("people.html", **common, people=chosen, note=found.note, is_capped=found.is_capped)

    def pick_person(self, township: str, village: str, year: int) -> Answer:
        """A person found by touch: the characters of the name one by one; surnames alone name nobody and are not counted."""
        if not self._site.is_open(year):
            abort(404)
        place = self._read_place(township, village, year)
        group, start = (request.form.get(key, "")[:60].strip() for key in ("group", "start"))
        if start and not self._counter.is_search_allowed(request.remote_addr or "", self._site.limits):
            abort(429)
        where, start = (place.township, place.village, year), search_key(start)
        chosen = None if group == _WHOLE_VILLAGE else group
        found = picking.pick(self._site.db, where, chosen, start, _MOST_PEOPLE)
        return render_template("pick.html", place=place, year=year, group=group, start=start, found=found)

    def _search(self, place: VillagePlace, words: str, year: int, limit: int) -> Answers:
        where = {"township": place.township, "village": place.village}
        return search_village(self._site.db, words, **where, year=year, limit=limit)

    def _describe_person(self, place: VillagePlace, person: PersonAnswer) -> dict[str, object]:
        others = self._search(place, person.name, ALL_YEARS, _MOST_NAMESAKES).people
        who = (person.name, person.group)
        same = [p for p in others if (p.name, p.group) == who and self._site.is_open(p.year)]
        return {
            "person": person,
            "lines": show_lines(person.lines),
            "table": show_years(same),
            "speech": format_speech(Answers("", people=(person,))),
        }

    def send_notice(self, township: str, village: str, year: int, name: str) -> Answer:
        """A notice as PDF; only a name from the village's own list is ever opened."""
        place = self._read_place(township, village, year)
        papers = list_papers(self._site.folder, place, year, with_names=self._site.is_open(year))
        path = papers.get(name) or abort(404)
        return send_file(path, mimetype="application/pdf", download_name=name, max_age=0)

    def _read_place(self, township: str, village: str, year: int | None = None) -> VillagePlace:
        place = browse.read_place(self._site.db, township, village)
        if place is None or (year is not None and year not in place.years):
            abort(404)
        return place

    def _read_village(self, place: VillagePlace, year: int) -> VillageAnswer:
        found = search(self._site.db, "", township=place.township, village=place.village, year=year).villages
        return found[0] if found else abort(404)
