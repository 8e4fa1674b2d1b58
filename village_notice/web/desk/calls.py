"""One call after the other: who asks, what the wall says, what the ledger says after the check, what the log keeps."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from village_notice.archive.answer import PersonAnswer
from village_notice.archive.browse import list_years as list_database_years
from village_notice.archive.browse import read_place
from village_notice.archive.dialect import Source
from village_notice.archive.query import search_village
from village_notice.domain.spoken import speak_months
from village_notice.domain.subsidy import Subsidy, Tier
from village_notice.domain.text import fold_text, normal_group, short_village
from village_notice.domain.village import Village
from village_notice.ledger.desk import Caller, find_person, fold_caller, list_years
from village_notice.notices.guide import read_fields
from village_notice.settings import Settings
from village_notice.sources.reference import Reference
from village_notice.web.desk.record import CHECK, REFUSED, RIGHT, WRONG, Entry, Record, format_time
from village_notice.web.desk.telling import Told, read_words, tell_person, tell_public

PHONE, FACE = "电话", "当面"
WAYS = (PHONE, FACE)
KINDS = (
    "领了哪些、多少钱",
    "没到账",
    "比去年少",
    "面积或标准不对",
    "为什么没有我",
    "换卡、过世、代领",
    "政策和申请",
    "其他",
)
OUTCOMES = ("已答复", "请带身份证来", "转主管部门", "转村或乡镇核实")
ALL = "全部"
OTHERS = "名单不公开的项目"
"""What the log says in place of a programme whose very name tells something."""
_MOST_VILLAGES, _MOST_PEOPLE, _MOST_NAMESAKES = 24, 12, 60


class Asked(NamedTuple):
    """What the clerk typed or chose: `township` and `chosen` only where something was chosen from a list."""

    village: str = ""
    township: str = ""
    name: str = ""
    group: str = ""
    year: int = 0
    way: str = PHONE
    chosen: str = ""


class Policy(NamedTuple):
    """A programme as the clerk tells of it: only what the county has verified."""

    name: str
    short_name: str
    department: str
    phone: str
    fields: tuple[tuple[str, str], ...]


class Calls:
    """Answers over one database, ledger and log."""

    def __init__(self, db: Source, home: Path, settings: Settings, reference: Reference, record: Record) -> None:
        self._db, self._home, self._settings, self._record = db, home, settings, record
        self._register = reference.register
        self._subsidies = {s.code: s for s in reference.subsidies.subsidies}
        self._codes = {s.name: s.code for s in reference.subsidies.subsidies}
        self._lock = threading.Lock()

    def list_years(self) -> tuple[int, ...]:
        """Years that can be asked about, newest first."""
        return tuple(sorted({*list_years(self._home), *list_database_years(self._db)}, reverse=True))

    def read_asked(self, form: Mapping[str, str]) -> Asked:
        """What the form says, cut to a sensible length; the newest year and the telephone where it says nothing."""
        texts = {key: form.get(key, "")[:40].strip() for key in ("village", "township", "name", "group", "chosen")}
        years, year, way = self.list_years(), form.get("year", ""), form.get("way", PHONE)
        known = int(year) if year.isascii() and year.isdigit() and int(year) in years else max(years, default=0)
        return Asked(**texts, year=known, way=way if way in WAYS else PHONE)

    def find_villages(self, asked: Asked) -> list[Village]:
        """The villages a text may mean: exactly one where it is a whole name, else those it is a part of."""
        plain = fold_text(asked.village)
        township, rest = self._register.split_township(plain)
        township = asked.township or township
        if not rest:
            return []
        exact = {v.code: v for v in self._register.find_all(rest) if not township or v.township == township}
        if exact:
            return list(exact.values())
        bare = short_village(rest) if rest.endswith("委会") else rest
        found = [v for v in self._register.villages if bare in v.name and (not township or v.township == township)]
        return found[:_MOST_VILLAGES]

    def find_people(self, village: Village, asked: Asked) -> tuple[list[PersonAnswer], bool]:
        """People on the wall that the name may mean, and whether there are more; [] for nobody.

        One whose name is exactly what was typed goes before all who only sound or look like it.
        """
        if asked.chosen == "nobody":
            return [], False
        found = self._search(village, asked, asked.year, _MOST_NAMESAKES if asked.chosen else _MOST_PEOPLE)
        people, group = list(found), normal_group(asked.group) if asked.group else ""
        if asked.chosen:
            people = [p for p in people if (p.name, p.group) == (asked.name, asked.group)]
            return people[:1], False
        people = [p for p in people if not group or p.group in (group, "")] or people
        exact = [p for p in people if p.name == asked.name]
        return (exact if len(exact) == 1 and group else people)[:_MOST_PEOPLE], len(people) > _MOST_PEOPLE

    def _search(self, village: Village, asked: Asked, year: int, limit: int) -> Sequence[PersonAnswer]:
        where = {"township": village.township, "village": village.name}
        return search_village(self._db, asked.name, **where, year=year, limit=limit + 1).people

    def answer_public(self, village: Village, asked: Asked, person: PersonAnswer | None) -> dict[str, object]:
        """What anybody may hear at once, as values of the page."""
        told = None
        if person is not None:
            asked = asked._replace(name=person.name, group=person.group, chosen="person")
            earlier = self._search(village, asked, asked.year - 1, _MOST_NAMESAKES)
            same = [p for p in earlier if (p.name, p.group) == (person.name, person.group)]
            told = tell_public(person, same[0] if len(same) == 1 else None, self._codes)
        place = read_place(self._db, village.township, village.name)
        return {
            "asked": asked,
            "place": village,
            "told": told,
            "held": person.held if person else 0,
            "data_until": person.data_until if person else "",
            "is_posted": place is not None and asked.year in place.years,
            "is_checked": False,
            **self._list_choices(told),
        }

    def answer_checked(
        self, village: Village, asked: Asked, digits: str, who: tuple[str, str], now: datetime
    ) -> dict[str, object]:
        """What the person alone may hear; every try is written to the log, and too many are refused unseen.

        Args:
            village: Where.
            asked: Who is said to call.
            digits: Last four characters of the ID as typed.
            who: Clerk, and the word of the session.
            now: Local time.
        """
        caller = Caller(village.code, asked.name, asked.group)
        name, session = self._record.hide(village.code, fold_caller(asked.name)), self._record.hide(who[1])
        with self._lock:  # two tries at once are two tries
            is_allowed = self._record.is_check_allowed(name, session, now)
            person = find_person(self._home, caller, digits, asked.year, self._subsidies) if is_allowed else None
            outcome = REFUSED if not is_allowed else RIGHT if person else WRONG
            entry = Entry(
                format_time(now), who[0], asked.way, village.township, village.name, asked.year, "", CHECK, outcome
            )
            self._record.add(entry, name, session)
        if person is None:
            people, _ = self.find_people(village, asked) if asked.chosen == "person" else ([], False)
            return self.answer_public(village, asked, people[0] if people else None) | {"outcome": outcome}
        group = asked.group or "、".join(person.groups)
        place = f"{village.township}{village.name}{f'{speak_months(group)}，' if group else '，'}"
        told = tell_person(person, place, asked.year, is_face=asked.way == FACE)
        secret = tell_person(person, place, asked.year, of_tier_x=True) if asked.way == FACE else None
        return {
            "asked": asked._replace(name=person.name, group=group),
            "place": village,
            "told": told,
            "secret": secret if secret and (secret.lines or secret.others) else None,
            "held": 0,
            "data_until": "",
            "is_posted": True,
            "is_checked": True,
            **self._list_choices(told),
        }

    def _list_choices(self, told: Told | None) -> dict[str, object]:
        codes = [*(x.codes for x in told.lines), *(x.codes for x in told.others)] if told else []
        known = [self._subsidies[part] for code in codes for part in code.split("+") if part in self._subsidies]
        subsidies = list(dict.fromkeys(known))
        return {
            "policies": [self._read_policy(s) for s in subsidies],
            "programmes": [ALL, *dict.fromkeys(_name_in_log(s) for s in subsidies)],
            "kinds": KINDS,
            "outcomes": OUTCOMES,
            "ways": WAYS,
        }

    def _read_policy(self, subsidy: Subsidy) -> Policy:
        words, fields = read_words()["guide"], read_fields(subsidy.code, self._settings)
        told = [(words[k], f.text) for k, f in fields.items() if k in words and f.is_verified and f.text]
        phone = self._settings.phones.department.get(subsidy.department, "")
        return Policy(subsidy.name, subsidy.short_name, subsidy.department, phone, tuple(told))

    @cached_property
    def _log_names(self) -> frozenset[str]:
        return frozenset({ALL, *(_name_in_log(s) for s in self._subsidies.values())})

    def build_entry(self, form: Mapping[str, str], clerk: str, now: datetime) -> Entry | None:
        """The line a form asks for, None where a word in it is none of ours: no free text reaches the log."""
        asked = self.read_asked(form)
        villages = self.find_villages(asked)
        programme, kind, outcome = (form.get(key, "") for key in ("programme", "kind", "outcome"))
        if len(villages) != 1 or programme not in self._log_names or kind not in KINDS or outcome not in OUTCOMES:
            return None
        village = villages[0]
        return Entry(
            format_time(now), clerk, asked.way, village.township, village.name, asked.year, programme, kind, outcome
        )


def _name_in_log(subsidy: Subsidy) -> str:
    return subsidy.name if subsidy.tier in (Tier.A, Tier.B) else OTHERS
