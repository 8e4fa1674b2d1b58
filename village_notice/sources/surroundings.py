"""What stands around a table says about its payments: village, programme, period, pay date, year and unit of money."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath

from village_notice.domain.patterns import compile_late
from village_notice.domain.text import normal_group
from village_notice.sources.column_map import ColumnMap
from village_notice.sources.dates import find_period, find_year, parse_date
from village_notice.sources.layouts import LayoutBook
from village_notice.sources.places import PlaceFinder
from village_notice.sources.purposes import find_unknown_money
from village_notice.sources.subsidy_table import SubsidyTable
from village_notice.sources.tables import Table
from village_notice.sources.village_lines import cut_village_line
from village_notice.sources.wording import ODD_UNIT, OTHER_UNIT, fold_words

FEN_PER_WAN = 1_000_000
_LONGEST_TITLE = 60
"""What is longer is a note that mentions many things, no title."""
_LONGEST_LIST = 40
_TAIL_WORDS = r"(实际)?(发放|公示|花名册|明细|清册|清单|兑付|兑现|统计|汇总|情况|名册|名单|一览).*$"
_LONG_TAIL = compile_late(r"(资金|项目)?(补贴|补助)?(资金)?" + _TAIL_WORDS)
_SHORT_TAIL = compile_late(r"(资金|项目)?" + _TAIL_WORDS)
_VILLAGE_LABEL = compile_late(r"^(?:村名|村别|村庄|行政村|所在村|村居|村\(居\)|村)[:：](.+)")
_LABEL = compile_late(r"([\u4e00-\u9fff]{2,6})[:：]\s*([^\s\u3000;；，]+)")
_BARE_LABEL = compile_late(r"([\u4e00-\u9fff]{2,6})[:：]")
_PERIOD_LABELS = {"发放期间", "所属期间", "所属月份", "期间", "批次", "月份", "发放批次", "发放月份", "所属时期"}
_PAY_LABELS = {"发放日期", "发放时间", "打款日期", "打款时间", "拨付日期", "到账日期", "到账时间", "付款日期"}
_OFFICE_DATE = compile_late(r"(制表|填报|填表|打印|公示|公开|编制|登记|导出)(日期|时间|期)|截至|截止")
_BATCH = compile_late(r"第([一二三四五六七八九十\d]{1,3})批")
_GROUP = compile_late(r"第?[一二三四五六七八九十\d]{1,3}(?:村民小组|小组|组)")
_WAN = compile_late(r"单位.{0,8}?万元|^[(（]?万元[)）]?$|[(（]万元[)）]$|^金额[:：]万元$")
_ODD = compile_late(r"单位.{0,8}?(" + ODD_UNIT.pattern + ")")
_YUAN = compile_late(r"单位.{0,8}?元|^[(（]?元[)）]?$")


@dataclass(frozen=True, slots=True)
class Context:
    """What a table's surroundings say: texts "" and numbers None where they say nothing.

    Attributes:
        file, sheet: The place.
        township, village, group: Texts for payments whose own row names none.
        programme_text: The programme's words.
        programme_doubt: Why the programme that a title seems to name is not certain, "" where nothing speaks against it.
        year: The year the title, sheet or file names.
        year_source: Where the year is from when it is only inferred, "" where the sheet itself says it.
        unit_fen: Fen in one unit of money.
        unit_conflict: What contradicts the unit, "" nothing.
        is_unit_told: Whether a heading or a title says the unit.
        period, pay_date: For payments whose own row names none.
        village_conflict: Another village the title names, "" none.
    """

    file: str
    sheet: str
    township: str = ""
    village: str = ""
    group: str = ""
    programme_text: str = ""
    year: int | None = None
    year_source: str = ""
    unit_fen: int = 100
    unit_conflict: str = ""
    period: str = ""
    pay_date: str = ""
    village_conflict: str = ""
    is_unit_told: bool = False
    programme_doubt: str = ""


@dataclass(frozen=True, slots=True)
class Lookups:
    """Where words are looked up, and what the clerk has answered about layouts."""

    places: PlaceFinder
    subsidies: SubsidyTable
    statuses: Mapping[str, str]
    layouts: LayoutBook = field(default_factory=LayoutBook)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Reads the surroundings of the tables of one sheet.

    Attributes:
        file, sheet: The place.
        lookups: Register and programmes.
        run_year: The year of the run, taken where nothing else names one.
        elsewhere: The township the other sheets of the file name where they name only one, "" else.
        source: Path of the file that a corrected copy was made of, "" for any other file.
    """

    file: str
    sheet: str
    lookups: Lookups
    run_year: int
    elsewhere: str = ""
    source: str = ""

    def read(self, table: Table, columns: ColumnMap, before: Context | None) -> Context:
        """The context of a table; `before` is that of the table above it on the same sheet."""
        titles = [t for t in table.above if len(t) >= 2]
        year, source = self._find_year(titles, before)
        township, village, conflict = self._find_place(titles, before)
        unit, unit_conflict = _find_unit(titles, columns.unit, before)
        programme, doubt = self._find_programme(titles, before)
        labels = _read_labels(titles)
        return Context(
            file=self.file,
            sheet=self.sheet,
            township=township,
            village=village,
            group=find_group((*titles, self.sheet)),
            programme_text=programme,
            programme_doubt=doubt,
            year=year,
            year_source=source,
            unit_fen=unit,
            unit_conflict=unit_conflict,
            period=self._find_period(titles, labels, year),
            pay_date=next((d for k in _PAY_LABELS if (d := parse_date(labels.get(k), year))), ""),
            village_conflict=conflict,
            is_unit_told=bool(columns.unit) or bool(_list_units(titles)) or bool(before and before.is_unit_told),
        )

    def _names(self) -> tuple[str, ...]:
        """File name and folders, the nearest first; those of what a corrected copy was made of after its own."""
        return tuple(n for path in self._paths() for n in (path.stem, *reversed(path.parts[:-1])))

    def _paths(self) -> list[PurePosixPath]:
        return [PurePosixPath(path) for path in (self.file, self.source) if path]

    def _find_place(self, titles: Sequence[str], before: Context | None) -> tuple[str, str, str]:
        """(township, village, another village the title names)."""
        places, outer = self.lookups.places, self._names()
        township = next((t for n in (*titles, self.sheet, *outer) if (t := places.find_in_text(n)[0])), "")
        township = township or (before.township if before else "") or self.elsewhere
        label = next((m[1].strip() for t in titles if (m := _VILLAGE_LABEL.match(fold_words(cut_village_line(t))))), "")
        named = next((v for t in titles if (v := self._find_village(t, township))), "")
        lone = (t for t in titles if len(places.list_in_text(t, township)) <= 1)
        named = label or named or next((v for t in lone if (v := places.find_in_section(t))), "")
        of_sheet = places.find_in_sheet_name(self.sheet) or self._find_village(self.sheet, township)
        unknown, is_sure = next((u for t in titles if (u := places.find_unknown(t))[0]), ("", False))
        inherited = before.village if before and not (unknown and not named) else ""
        named = named or (unknown if is_sure else "")
        first = next((v for n in outer if (v := self._find_village(n, township))), "")
        village = label or (named if before else "") or of_sheet or named or inherited or first
        one, other = places.resolve(township, of_sheet), places.resolve(township, named)
        conflict = named if of_sheet and named and one.code and other.code and one.code != other.code else ""
        return township, village, conflict

    def _find_village(self, text: str, township: str) -> str:
        """The village a text names, "" where it names none or several: 东岚村、西岚村."""
        found = self.lookups.places.list_in_text(text, township)
        return found[0] if len(found) == 1 else ""

    def _find_programme(self, titles: Sequence[str], before: Context | None) -> tuple[str, str]:
        """(the programme's words, why they are not certain) of title, sheet, earlier table, file and folder.

        The first that names one tells: what a folder is called makes no doubtful title certain.
        """
        for text in (*titles, self.sheet):
            if any(found := self._read_programme(text)):
                return found
        inherited = (before.programme_text, before.programme_doubt) if before else ("", "")
        named = (self._read_programme(n) for n in self._names())
        found = inherited if any(inherited) else next((f for f in named if any(f)), ("", ""))
        strange = self._find_strange(titles, found[0]) if found[0] else ""
        return ("", strange) if strange else found

    def _find_strange(self, titles: Sequence[str], programme: str) -> str:
        """Why a programme that another place names is not that of a list whose own title says what money it is, else ""."""
        names = "".join(n for s in self.lookups.subsidies.match(programme).candidates for n in (s.name, *s.aliases))
        for title in titles:
            plain = fold_words(title)
            words = find_unknown_money(self.lookups.places.drop_places(plain)) if len(plain) <= _LONGEST_LIST else ""
            if words and not any(a + b in names for a, b in pairwise(words)):
                return f"“{plain}”没有写项目全称，“{words}”说的可能不是{programme}"
        return ""

    def _read_programme(self, text: str) -> tuple[str, str]:
        """(the words of a title that name its programmes, why they are not certain).

        All its programmes, without year, county and what the table is.
        """
        plain, match = fold_words(text), self.lookups.subsidies.match
        if not match(plain).candidates:
            doubt = match(plain).reason if len(plain) <= _LONGEST_TITLE else ""
            return "", f"“{plain}”{doubt}" if doubt else ""
        words = re.sub(r"^.*?\d{4}年度?", "", plain)
        words = re.sub(r"^[^，。]{2,4}[县市区]", "", words)
        for shorter in (_LONG_TAIL.sub("", words), _SHORT_TAIL.sub("", words), words):
            if match(shorter).candidates == match(plain).candidates:
                return shorter, ""
        return plain, ""

    def _find_year(self, titles: Sequence[str], before: Context | None) -> tuple[int, str]:
        """(year, where it was inferred from or "")."""
        year = next((y for t in titles if not _OFFICE_DATE.search(t) and (y := find_year(t))), None)
        year = (
            year
            or find_year(self.sheet)
            or next((y for t in (*titles, self.sheet) if (y := _find_short_year(t))), None)
        )
        if year:
            return year, ""
        if before and before.year:
            return before.year, before.year_source
        texts = (text for path in self._paths() for text in (path.name, str(path)))
        named = next((y for text in texts if (y := find_year(text))), None)
        if named:
            return named, "文件名或文件夹名"
        return self.run_year, "运行时给出的年度（--year）"

    def _find_period(self, titles: Sequence[str], labels: Mapping[str, str], year: int) -> str:
        """The month, quarter, half-year or batch all payments of the table are for, "" where none is named."""
        told = next((labels[k] for k in labels if k in _PERIOD_LABELS), "")
        for text in (told, *titles, self.sheet, *(path.stem for path in self._paths())):
            if not text or _OFFICE_DATE.search(text) or re.search(r"月\d{1,2}[日号]", text):
                continue
            period = find_period(text, year)
            if len(period) > len("2023"):
                return period
            if match := _BATCH.search(fold_words(text)):
                return f"{year}年第{match[1]}批"
        return ""


def _find_short_year(title: str) -> int | None:
    """The year of 24年稻谷补贴发放表; 满20年 and 20年以上 are no years."""
    match = re.search(r"(?<![\d满近第续任达约])(2\d|3[0-5])年度?(?!以|期|限|内|来|后|前|工)", title)
    return 2000 + int(match[1]) if match else None


def _read_labels(texts: Iterable[str]) -> dict[str, str]:
    """标签：值 in the lines above the headings, the value in the same cell or in the next one."""
    lines = list(texts)
    found = {label: value for text in lines for label, value in _LABEL.findall(text)}
    for text, following in pairwise(lines):
        if match := _BARE_LABEL.fullmatch(text.strip()):
            found.setdefault(match[1], following)
    return found


def _find_unit(titles: Sequence[str], heading_unit: str, before: Context | None) -> tuple[int, str]:
    """(fen in one unit, what contradicts it or ""). The heading's own word wins; a title's other word is told."""
    told = _list_units(titles)
    odd = next((m[1] for t in titles if (m := _ODD.search(fold_words(t)))), "")
    if odd or heading_unit not in ("", "元", "万元"):
        is_other = heading_unit == OTHER_UNIT and not odd
        words = (
            f"实发的那一列没有写单位，{OTHER_UNIT}"
            if is_other
            else f"写的是{odd or heading_unit}，只能按元或万元读，请先换算"
        )
        return 100, words
    if heading_unit:
        unit = FEN_PER_WAN if heading_unit == "万元" else 100
        other = next((t for fen, t in told if fen != unit), "")
        return unit, f"表头写的是{heading_unit}，表上方写的是“{other}”" if other else ""
    if told:
        return told[-1][0], ""
    return (before.unit_fen if before else 100), ""


def _list_units(titles: Sequence[str]) -> list[tuple[int, str]]:
    """(fen, title) of every title that says the unit."""
    return [
        (FEN_PER_WAN if _WAN.search(t) else 100, t)
        for t in map(fold_words, titles)
        if _WAN.search(t) or _YUAN.search(t)
    ]


def find_group(texts: Iterable[str]) -> str:
    """The numbered villagers' group that short texts name, "" where none does."""
    for text in texts:
        plain = fold_words(text)
        if len(plain) <= 40 and (match := _GROUP.search(plain)):
            return normal_group(match[0])
    return ""
