"""Loads the reference files (villages, programmes, headings, states, surnames), each line checked.

A broken line stops the run and names file, line and column: wrong reference data would make every paper wrong.
A county's own file takes the place of the packaged one; see data/reference/README.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from village_notice.domain.columns import PAID_STATUSES, STATUSES
from village_notice.domain.patterns import compile_late
from village_notice.domain.subsidy import QuantityRule, Subsidy, Tier
from village_notice.domain.text import fold_text, short_village
from village_notice.domain.village import Village
from village_notice.resources import find_data
from village_notice.settings import Settings
from village_notice.sources.reference_csv import Line, read_lines
from village_notice.sources.register import Register, VillageAlias
from village_notice.sources.subsidy_table import SubsidyTable, expand_alias

UNITS = (
    "", "亩", "台", "套", "头", "只", "羽", "匹", "人", "户", "船", "主体", "村", "月", "次", "吨", "公斤", "株", "辆", "口", "间", "件",
    "项", "平方米", "立方米", "公里",
)  # fmt: skip
"""Units a programme's quantity may have; "" where nothing is counted."""
QUANTITY_RULES: tuple[QuantityRule, ...] = ("sum", "same_base", "months", "none")
FIELDS = frozenset((
    "seq", "township", "village_code", "village", "group", "household_head", "household_id", "household_no", "name",
    "payee", "id", "payee_id", "credit_code", "account", "bank", "phone", "address", "area_contract", "area_deduct",
    "area_corrected", "area_paid", "quantity", "rate", "amount_due", "amount_paid", "amount_delta", "period",
    "period_start", "period_end", "pay_date", "programme", "status", "failure_reason", "signature", "birth_date",
    "sensitive", "remark",
))  # fmt: skip
"""Meanings a heading may have."""

_SUBSIDY_COLUMNS = (
    "code", "name", "short_name", "department", "unit", "tier", "quantity_rule", "months", "rate_yuan",
    "rate_source", "verified", "children", "organisations", "neutral_title", "aliases",
)  # fmt: skip
_AGAINST_FAILURE = compile_late(r"补|重新|成功|已")
_AGAINST_SUCCESS = compile_late(
    r"补|重新|成功|已|退(?![役休伍耕林牧捕养])|失败|[未没](?!变|成年|婚|流转)|不(?:成功|到|符|存在|入)|异常|待(?!遇)|停|扣|撤[销回]|取消|作废|"
    r"冲|返还|追|收回|[错有]误|无效|拒|挂账|冻结|[销注]户|注销|暂|疑|×|FAIL"
)
_MADE_AGAIN, _TOLD_BY = compile_late(r"[补重]发?[)）]?"), compile_late(r"已?(?:短信|电话|微信)?通知(?:本人)?")
"""已发放（补） was paid; 成功/已短信通知 too."""
_READING = re.compile(r"[a-z]+( [a-z]+)*")


@dataclass(frozen=True, slots=True)
class Heading:
    """One wording of a heading.

    Attributes:
        field: One of `FIELDS`.
        heading: The wording, as a table shows it.
        is_seen: True where it was met in a published table.
        is_ambiguous: True where only the context tells what it means.
    """

    field: str
    heading: str
    is_seen: bool
    is_ambiguous: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything the reference files say."""

    register: Register
    subsidies: SubsidyTable
    headings: tuple[Heading, ...]
    statuses: Mapping[str, str]
    surnames: Mapping[str, tuple[str, ...]]


def read_reference(settings: Settings, register: Path | None = None) -> Reference:
    """All reference files: the office's own where it has one, else the packaged one.

    Args:
        settings: The office's settings.
        register: A register for this run alone (`--register`), before the office's own.

    Raises:
        ReferenceFileError: A line of one of them is broken.
    """

    def place(name: str) -> Path:
        return settings.reference_file(name) or find_data("reference", name)

    villages = read_villages(register or place("villages.csv"))
    aliases = settings.reference_file("aliases.csv")
    return Reference(
        register=read_aliases(aliases, villages) if aliases else villages,
        subsidies=read_subsidies(place("subsidies.csv")),
        headings=read_headings(place("columns.csv")),
        statuses=read_statuses(place("statuses.csv")),
        surnames=read_surnames(place("surnames.csv")),
    )


def read_villages(path: Path) -> Register:
    """The village register. Raises `ReferenceFileError` at the first broken line."""
    villages: dict[str, Village] = {}
    lines: dict[tuple[str, str], int] = {}
    towns: dict[str, tuple[str, str, int]] = {}
    for line in read_lines(path, ("code", "name", "township_code", "township_name"), ("manager",)):
        village = _build_village(line)
        if village.code in villages:
            line.fail("code", f"代码 {village.code} 前面已有（{villages[village.code].full_name}），代码不得重复")
        key = (village.township, village.name)
        if key in lines:
            line.fail("name", f"{village.township}的“{village.name}”在第 {lines[key]} 行已有，同一乡镇内村名不得重复")
        pair = (village.township_code, village.township)
        for known in pair:
            first = towns.setdefault(known, (*pair, line.number))
            if first[:2] != pair:
                line.fail("township_name", f"{pair[0]} {pair[1]} 与第 {first[2]} 行的 {first[0]} {first[1]} 不一致")
        villages[village.code], lines[key] = village, line.number
    if not villages:
        Line(str(path), 2, {}).fail("", "名册里一个村也没有")
    return Register(tuple(sorted(villages.values(), key=lambda v: v.code)))


def _build_village(line: Line) -> Village:
    code, town_code = line.required("code"), line.required("township_code")
    for column, text, digits in (("code", code, 12), ("township_code", town_code, 9)):
        if len(text) != digits or not (text.isascii() and text.isdecimal()):
            hint = "；像是被 Excel 改成了科学计数，请把这一列设为文本" if re.search(r"[eE.]", text) else ""
            line.fail(column, f"“{text}”不对，应为 {digits} 位数字{hint}")
    if not code.startswith(town_code):
        line.fail("code", f"“{code}”不对，应以本行的 township_code {town_code} 开头")
    name, township = fold_text(line.required("name")), fold_text(line.required("township_name"))
    is_community = name.endswith(("居委会", "居民委员会", "社区"))
    short = short_village(name)
    return Village(
        code=code,
        name=short,
        full_name=short + ("居民委员会" if is_community else "村民委员会"),
        township_code=town_code,
        township=township,
        manager=fold_text(line.cells["manager"]),
        kind="社区" if is_community else "村",
    )


def read_aliases(path: Path, register: Register) -> Register:
    """The register with the office's other names of villages (township, alias, village: a name or a code)."""
    aliases: list[VillageAlias] = []
    known = {(v.township, v.name): v.code for v in register.villages}
    for line in read_lines(path, ("township", "alias", "village")):
        township = register.find_township(line.required("township"))
        if township is None:
            line.fail("township", f"名册里没有“{line.cells['township']}”，应为 {'、'.join(register.townships)} 之一")
        text = line.required("village")
        village = register.find_code(text) or register.find(township, text)
        if village is None or village.township != township:
            line.fail("village", f"{township}的名册里没有“{text}”，应为村名或 12 位代码")
        key = (township, short_village(line.required("alias")))
        if known.setdefault(key, village.code) != village.code:
            line.fail("alias", f"“{line.cells['alias']}”已经是另一个村（{known[key]}）的名称，不能再作别名")
        aliases.append(VillageAlias(township, line.cells["alias"], village.code))
    return Register(register.villages, tuple(aliases))


def read_subsidies(path: Path) -> SubsidyTable:
    """The programmes. Raises `ReferenceFileError` at the first broken line."""
    subsidies: dict[str, Subsidy] = {}
    names: dict[str, Subsidy] = {}
    for line in read_lines(path, _SUBSIDY_COLUMNS):
        subsidy = _build_subsidy(line)
        if subsidy.code in subsidies:
            line.fail("code", f"代码 {subsidy.code} 前面已用于“{subsidies[subsidy.code].name}”，代码不得重复")
        for column, words in (
            ("name", (subsidy.name,)), ("short_name", (subsidy.short_name,)), ("aliases", subsidy.aliases),
        ):  # fmt: skip
            for word, parts in ((w, p) for w in words for p in expand_alias(w)):
                if min(map(len, parts)) < 2:
                    line.fail(column, f"“{word}”太短，至少两个字")
                owner = names.setdefault("…".join(parts), subsidy)
                if owner is not subsidy:
                    line.fail(column, f"“{word}”已是 {owner.code} {owner.name} 的名称或别名，一个叫法只能属于一个项目")
        subsidies[subsidy.code] = subsidy
    if not subsidies:
        Line(str(path), 2, {}).fail("", "项目表里一个项目也没有")
    return SubsidyTable(tuple(subsidies.values()))


def _build_subsidy(line: Line) -> Subsidy:
    code = line.required("code")
    if not re.fullmatch(r"[A-Z][0-9A-Z]{2,11}", code):
        line.fail("code", f"“{code}”不对，应为大写字母开头的 3 至 12 位字母数字，如 S001")
    tier = Tier(line.choice("tier", [t.value for t in Tier]))
    title = line.cells["neutral_title"]
    if (tier is Tier.C) != bool(title):
        line.fail(
            "neutral_title", "C 级项目必须填写中性标题" if tier is Tier.C else f"“{title}”应留空，只有 C 级项目填写"
        )
    rate = line.cells["rate_yuan"]
    if rate and (not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", rate) or Decimal(rate) == 0):
        line.fail("rate_yuan", f"“{rate}”不对，应为大于 0 的数字（元），不知道就留空")
    if rate and not line.cells["rate_source"]:
        line.fail("rate_source", "填了标准就要写明出处（地方、年份、文件）")
    return Subsidy(
        code=code,
        name=line.required("name"),
        short_name=line.required("short_name"),
        department=line.required("department"),
        unit=line.choice("unit", UNITS),
        tier=tier,
        quantity_rule=next(q for q in QUANTITY_RULES if q == line.choice("quantity_rule", QUANTITY_RULES)),
        months=_read_months(line),
        rate_yuan=rate,
        rate_source=line.cells["rate_source"],
        is_verified=line.yes("verified"),
        is_for_children=line.yes("children"),
        allows_organisations=line.yes("organisations"),
        neutral_title=title,
        aliases=line.several("aliases"),
    )


def _read_months(line: Line) -> tuple[int, ...]:
    for text in line.several("months"):
        if not re.fullmatch(r"[1-9]|1[0-2]", text):
            line.fail("months", f"“{text}”不对，应为 1 到 12 的月份，几个月用分号隔开")
    return tuple(int(text) for text in line.several("months"))


def fold_heading(text: str) -> str:
    """A heading in the form it is compared: no spaces, bracketed units or marks, capital letters."""
    plain = fold_text(text)
    if plain.isalnum():  # most are characters alone
        return plain.upper()
    plain = re.sub(r"[(\[〔【][^()\[\]〔〕【】]*[)\]〕】]", "", plain)
    return re.sub(r"[*:“”\"'、/,.，。]", "", plain).upper()


def read_headings(path: Path) -> tuple[Heading, ...]:
    """The wordings of headings, in the order of the file.

    A wording stands under several fields only where every one of its lines is marked ambiguous.
    """
    known: dict[str, list[Heading]] = {}
    headings: list[Heading] = []
    fields = sorted(FIELDS)
    for line in read_lines(path, ("field", "heading", "seen", "ambiguous")):
        heading = Heading(
            field=line.choice("field", fields),
            heading=line.required("heading"),
            is_seen=line.yes("seen"),
            is_ambiguous=line.yes("ambiguous"),
        )
        key = fold_heading(heading.heading)
        if not key:
            line.fail("heading", f"“{heading.heading}”去掉括号和标点后是空的，请写出列名本身")
        for other in known.setdefault(key, []):
            if other.field == heading.field:
                line.fail("heading", f"“{heading.heading}”已列在 {other.field} 下，不要重复")
            if not (other.is_ambiguous and heading.is_ambiguous):
                line.fail("ambiguous", f"“{heading.heading}”也列在 {other.field} 下，两行的 ambiguous 都应为 yes")
        known[key].append(heading)
        headings.append(heading)
    return tuple(headings)


def fold_status(text: str) -> str:
    """A payment state's wording in the form it is compared."""
    return fold_text(text).upper()


def find_status(statuses: Mapping[str, str], text: str) -> str:
    """The state a wording means, "" unknown; 失败-账户不存在 is what stands before the mark.

    Not where the rest contradicts it: a failure made good, or a success that came back (成功-退汇, 已发/未到账).
    """
    plain = fold_status(text)
    if (found := statuses.get(plain, "")) or not plain:
        return found
    first, mark, rest = re.match(r"([^-—–_:：(（/,，;；|]*)([-—–_:：(（/,，;；|]*)(.*)", plain).groups()  # type: ignore[union-attr]  # matches anything
    state = statuses.get(first, "") if mark else ""
    if state in PAID_STATUSES and _MADE_AGAIN.fullmatch(rest):
        return "补发"
    rest = _TOLD_BY.sub("", rest)
    against = _AGAINST_SUCCESS if state in PAID_STATUSES else _AGAINST_FAILURE
    return "" if against.search(rest) else state


def read_statuses(path: Path) -> dict[str, str]:
    """Folded wording of a payment state → one of `STATUSES`."""
    statuses: dict[str, str] = {}
    for line in read_lines(path, ("word", "status")):
        word, status = fold_status(line.required("word")), line.choice("status", STATUSES)
        if word in statuses:
            line.fail("word", f"“{line.cells['word']}”前面已有（{statuses[word]}），不要重复")
        statuses[word] = status
    return statuses


def read_surnames(path: Path) -> dict[str, tuple[str, ...]]:
    """Surname → its readings without tones, the usual one first; syllables separated by a space, ü written v."""
    surnames: dict[str, tuple[str, ...]] = {}
    for line in read_lines(path, ("surname", "readings"), ("source",)):
        surname = line.required("surname")
        if surname in surnames:
            line.fail("surname", f"“{surname}”前面已有，不要重复")
        line.required("readings")
        for reading in line.several("readings"):
            if not _READING.fullmatch(reading) or reading.count(" ") + 1 != len(surname):
                line.fail("readings", f"“{reading}”不对，应为小写拼音，不带声调，一个字一个音节，音节之间空一格")
        surnames[surname] = line.several("readings")
    return surnames
