"""The variables of the templates for one village, and what the settings leave blank on paper."""

from collections.abc import Iterator
from datetime import date, timedelta

from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_capital, format_fen
from village_notice.domain.public import VillageYear, check_code
from village_notice.settings import Settings

BLANK = "________"
_OFFICE_FILE = "office.toml"
_FEWEST_DAYS, _USUAL_DAYS = 5, 7


def build_variables(village: VillageYear, settings: Settings) -> dict[str, object]:
    """Every variable of the whole village; those of one programme are empty."""
    fixed = {
        "county": village.county, "office": village.office, "township": village.township, "village": village.village,
        "full_name": village.full_name, "kind": village.kind, "year": village.year,
        "data_until": format_day(village.data_until), "legal_basis": settings.legal_basis.get(village.kind, BLANK),
        "posting": format_posting(settings), "board": f"公开地点：{settings.board_place}。" if settings.board_place else "",
        "phones": format_phones(village, settings),
        "objection_to": settings.objection_to or f"{village.full_name}或{village.office}",
        "signatory": settings.signatory or village.full_name,
        "sign_date": format_day(settings.post_from.isoformat()) if settings.post_from else "____年__月__日",
        "check_code": check_code(village), "programme": "", "department": "", "rate": "", "unit": "", "months": "",
        "group": "", "label": "", "list": "", "page": "", "pages": "", "name": "", "quantity": "",
        "ask": format_ask(village, settings), "supervision": settings.phones.supervision,
        "year_words": "", "post_from": "", "post_until": "", "days": "",
        "reason": "", "replaced_code": "", "before_total": "", "change": "", "hotline": settings.phones.hotline, "villages": "",
    }  # fmt: skip
    figures = count_variables(village.people, village.payments, village.public_fen)
    return (
        fixed
        | figures
        | {"items": len(village.programmes), "held": village.held, "households": f"{len(village.households):,}"}
    )


def count_variables(people: int, payments: int, fen: int) -> dict[str, object]:
    """The variables of a control line."""
    total = {"total": format_fen(fen, grouped=True), "capital": format_capital(fen)}
    return {"people": f"{people:,}", "payments": f"{payments:,}", **total}


def format_day(text: str) -> str:
    """YYYY-MM-DD as 2022年12月20日, YYYY-MM as 2022年12月, anything else as a ruled blank."""
    parts = text.split("-")
    if not all(part.isdecimal() for part in parts):
        return "____年__月__日"
    return "".join(f"{int(part)}{unit}" for part, unit in zip(parts, "年月日", strict=False))


def format_posting(settings: Settings) -> str:
    """The days of posting, both ends counted, or ruled blanks; never today's date."""
    days = settings.notice_days if settings.notice_days >= _FEWEST_DAYS else _USUAL_DAYS
    if settings.post_from is None or settings.notice_days < _FEWEST_DAYS:
        return f"____年__月__日至____年__月__日，共{days}天"
    last = settings.post_from + timedelta(days=days - 1)
    first_text, last_text = (format_day(d.isoformat()) for d in (settings.post_from, last))
    return f"{first_text}至{last_text}，共{count_days(settings.post_from, last)}天"


def count_days(first: date, last: date) -> int:
    """Days of a posting, first and last both counted."""
    return (last - first).days + 1


def format_phones(village: VillageYear, settings: Settings) -> str:
    """Telephones of village, township, hotline, supervision and departments; a missing one is a ruled blank."""
    phones = settings.phones
    parts = [
        f"本{village.kind} {_village_phone(village, settings) or BLANK}",
        f"{village.office} {phones.township.get(village.office) or phones.township.get(village.township) or BLANK}",
        f"政务服务热线 {phones.hotline or BLANK}",
        f"监督举报 {phones.supervision or BLANK}",
    ]
    known = [f"{name} {phones.department[name]}" for name in _departments(village) if phones.department.get(name)]
    return "；".join(parts + (known or [f"主管部门 {BLANK}"]))


def format_ask(village: VillageYear, settings: Settings) -> str:
    """Who is asked first, in few words: village and township with their telephones, a missing one as a ruled blank."""
    phones = settings.phones.township
    township = phones.get(village.office) or phones.get(village.township) or BLANK
    return f"本{village.kind} {_village_phone(village, settings) or BLANK}、{village.office} {township}"


def list_phones(village: VillageYear, settings: Settings) -> list[str]:
    """Every telephone that may stand on the village's paper."""
    phones = settings.phones
    chosen = [phones.hotline, phones.supervision, _village_phone(village, settings)]
    chosen += [phones.township.get(name, "") for name in (village.office, village.township)]
    chosen += [phones.department.get(name, "") for name in _departments(village)]
    return [phone for phone in chosen if phone]


def _village_phone(village: VillageYear, settings: Settings) -> str:
    keys = (village.village_code, f"{village.office}/{village.village}", f"{village.township}/{village.village}")
    return next((settings.phones.village[key] for key in keys if settings.phones.village.get(key)), "")


def _departments(village: VillageYear) -> list[str]:
    return list(dict.fromkeys(p.department for p in village.programmes if p.department))


def check_settings(village: VillageYear, settings: Settings) -> Iterator[Finding]:
    """Findings about what the settings lack; the same for every village where the same thing is missing."""
    place, phones = Place(_OFFICE_FILE), settings.phones
    blanks = {
        "公示日期（post_from）": settings.post_from is not None,
        "县（市、区）名称（county）": bool(village.county),
        "监督举报电话（phones.supervision）": bool(phones.supervision),
        "政务服务热线（phones.hotline）": bool(phones.hotline),
        f"{village.office}经办电话（phones.township）": bool(
            phones.township.get(village.office) or phones.township.get(village.township)
        ),
        "各村电话（phones.village）": bool(_village_phone(village, settings)),
        "主管部门电话（phones.department）": any(phones.department.get(d) for d in _departments(village)),
    }
    yield from (Finding("N01", place, found=name) for name, is_set in blanks.items() if not is_set)
    if settings.data_until is None:
        yield Finding("N02", place, found=village.data_until)
    if settings.notice_days < _FEWEST_DAYS:
        yield Finding("N03", place, found=str(settings.notice_days))
    elif settings.notice_days < _USUAL_DAYS:
        yield Finding("N04", place, found=str(settings.notice_days))
