"""Every setting of the office, its default and its meaning, once. `office.toml` is read here.

A missing key is no error: the paper shows a ruled blank to fill by hand and a finding (N01) says so. A key that is not
known is an error, with the allowed ones named: a typing mistake must not switch a setting off in silence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from village_notice.errors import SettingsError

T = TypeVar("T")

_LEGAL_BASIS = MappingProxyType(
    {
        "村": "《中华人民共和国村民委员会组织法》第三十条、《中华人民共和国政府信息公开条例》",
        "社区": "《中华人民共和国政府信息公开条例》",
    }
)
"""A community is not under the villagers' committee law. Source: 村民委员会组织法 §2, §30; 政府信息公开条例 §20, §21."""

RETENTIONS: Mapping[str, str] = MappingProxyType({"永久": "Y", "30年": "D30", "10年": "D10"})
"""保管期限 → its letter in a 档号. Source: DA/T 22-2015; 村级档案管理办法 (国家档案局 民政部 农业部令第12号)."""
RETENTION_KINDS = ("公示", "数据", "证据")
"""Kinds of archived material: sheets, electronic files, evidence of posting."""


@dataclass(frozen=True, slots=True)
class Phones:
    """Telephones printed on notices; only these long numbers may appear on paper.

    Attributes:
        village: Village code or "township/village" → telephone.
        township: Township name → telephone.
        department: Department name → telephone.
        hotline: Public service hotline.
        supervision: Telephone for complaints (监督举报).
    """

    village: Mapping[str, str] = field(default_factory=dict)
    township: Mapping[str, str] = field(default_factory=dict)
    department: Mapping[str, str] = field(default_factory=dict)
    hotline: str = "12345"
    supervision: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The office's settings.

    Attributes:
        county: 县（市、区）, heads the titles.
        townships: Townships this office works for; empty means all that the inbox names.
        legal_basis: Kind (村, 社区) → words of the lead paragraph.
        notice_days: Days a notice stays up, both end days counted.
        post_from: First day of posting; None prints ruled blanks.
        data_until: Last day the figures cover; None takes the latest pay date with a finding.
        phones: Telephones.
        objection_to: Who receives objections, printed as is; "" prints the village committee and the township.
        board_place: Where the board stands, "" leaves it out.
        board_sheets: Sheets the board can take; more gives a finding.
        signatory: Words of the signature block; "" is the committee's full name.
        base_url: Address of the villagers' page for the QR code; "" prints figures only.
        allow_nominal_images: PNG pages with names may be made for chat groups.
        public_person_search: People may be searched over the network.
        exposure_until: Last day search is open; None for no limit.
        exposure: Year → last day its names are shown, in place of `exposure_until`: old years close by themselves.
        trusted_proxies: Reverse proxies of the office in front of the pages; 0 believes no X-Forwarded-For.
        archive_fonds: 全宗号, "" prints a ruled blank.
        archive_retention: Kind of material (see `RETENTION_KINDS`) → 保管期限; what is missing is printed as 待定.
        rules: Code of a rule → "提醒" (an error becomes a warning) or "关闭".
        database_url: PostgreSQL database that `run` also writes the query tables to, "" none; never shown.
        folder: The office folder these came from; None when there is none.
    """

    county: str = ""
    townships: tuple[str, ...] = ()
    legal_basis: Mapping[str, str] = field(
        default_factory=lambda: dict(_LEGAL_BASIS)
    )  # a worker process must be able to take it
    notice_days: int = 7
    post_from: date | None = None
    data_until: date | None = None
    phones: Phones = Phones()
    objection_to: str = ""
    board_place: str = ""
    board_sheets: int = 15
    signatory: str = ""
    base_url: str = ""
    allow_nominal_images: bool = False
    public_person_search: bool = False
    exposure_until: date | None = None
    exposure: Mapping[int, date] = field(default_factory=dict)
    trusted_proxies: int = 0
    archive_fonds: str = ""
    archive_retention: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    database_url: str = field(default="", repr=False, compare=False)
    folder: Path | None = None

    def reference_file(self, name: str) -> Path | None:
        """The office's own file in place of a packaged reference file, or None."""
        if self.folder is None:
            return None
        for place in (self.folder / "reference" / name, self.folder / name):
            if place.is_file():
                return place
        return None


def read_settings(folder: Path | None) -> Settings:
    """The settings of an office folder, or the defaults where there is none.

    Raises:
        SettingsError: office.toml is missing in a given folder, is no TOML, or holds an unknown key or a wrong value.
    """
    if folder is None:
        return Settings()
    import tomllib  # those who read without an office never need it

    path = folder / "office.toml"
    if not path.is_file():
        raise SettingsError(f"办公文件夹 {folder} 里没有 office.toml。请先运行 village-notice init {folder}。")
    try:
        values = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        where = f"第 {place[1]} 行" if place else "最后一行"
        raise SettingsError(
            f"{path} {where}写法有错（文字要加英文引号，日期和数字不加，每行一个设置）。请用记事本对照说明改正。"
        ) from error
    return Settings(**_check_values(path, values), folder=folder)  # type: ignore[arg-type]  # each value was checked


def read_text(path: Path) -> str:
    """The text of a file that Notepad saved, in UTF-8 or in the old Chinese encoding of Windows."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def _check_values(path: Path, values: dict[str, object]) -> dict[str, object]:
    allowed = _KINDS
    checked: dict[str, object] = {}
    for key, value in values.items():
        if key not in allowed:
            raise SettingsError(f"{path} 里的“{key}”不是可用的设置。可用的有：{'、'.join(sorted(allowed))}。")
        checked[key] = _check_value(path, key, value)
    return checked


def _check_value(path: Path, key: str, value: object) -> object:
    kind, words = _KINDS[key]
    checked: object = _expect(path, key, value, kind, words)
    if key == "phones":
        return _check_phones(path, value)  # type: ignore[arg-type]  # _expect saw a dict
    if key == "legal_basis":
        return dict(_LEGAL_BASIS) | value  # type: ignore[operator]
    if key == "archive_retention":
        return _check_retention(path, value)  # type: ignore[arg-type]  # _expect saw a dict
    if key == "exposure":
        return _check_exposure(path, value)  # type: ignore[arg-type]  # _expect saw a dict
    if key == "rules":
        return _check_rules(path, value)  # type: ignore[arg-type]  # _expect saw a dict
    if key == "townships":
        return tuple(str(name) for name in value)  # type: ignore[attr-defined]
    if kind is int and value < 1:  # type: ignore[operator]
        raise SettingsError(f"{path} 里“{key}”的值 {value} 不对，应为{words}。请改正。")
    return checked


_TEXT: tuple[type, str] = (str, "带引号的文字")
_DAY: tuple[type, str] = (date, "日期，如 2022-12-20（不加引号）")
_NUMBER: tuple[type, str] = (int, "正整数")
_SWITCH: tuple[type, str] = (bool, "true 或 false")
_KINDS: dict[str, tuple[type, str]] = {
    "county": _TEXT,
    "townships": (list, '列表，如 ["山前店镇"]'),
    "legal_basis": (dict, "一节 [legal_basis]，键为 村、社区"),
    "notice_days": _NUMBER,
    "post_from": _DAY,
    "data_until": _DAY,
    "phones": (dict, "一节 [phones]"),
    "objection_to": _TEXT,
    "board_place": _TEXT,
    "board_sheets": _NUMBER,
    "signatory": _TEXT,
    "base_url": _TEXT,
    "allow_nominal_images": _SWITCH,
    "public_person_search": _SWITCH,
    "exposure_until": _DAY,
    "exposure": (dict, "一节 [exposure]，如 2023 = 2025-12-31"),
    "trusted_proxies": _NUMBER,
    "archive_fonds": _TEXT,
    "database_url": _TEXT,
    "archive_retention": (dict, "一节 [archive_retention]，键为 公示、数据、证据"),
    "rules": (dict, "一节 [rules]，左边是编号，右边是 提醒 或 关闭"),
}
"""What each key of office.toml must be, in the words of the error message."""


def _check_phones(path: Path, values: dict[str, object]) -> Phones:
    allowed = {f.name for f in fields(Phones)}
    for key, value in values.items():
        if key not in allowed:
            raise SettingsError(f"{path} 的 [phones] 里“{key}”不是可用的键。可用的有：{'、'.join(sorted(allowed))}。")
        expected = str if key in ("hotline", "supervision") else dict
        _expect(path, f"phones.{key}", value, expected, "带引号的文字" if expected is str else f"一节 [phones.{key}]")
    return Phones(**values)  # type: ignore[arg-type]


def _check_retention(path: Path, values: dict[str, object]) -> dict[str, str]:
    for kind, text in values.items():
        if kind not in RETENTION_KINDS or text not in RETENTIONS:
            allowed = f"左边只能写 {'、'.join(RETENTION_KINDS)}，右边只能写 {'、'.join(RETENTIONS)}"
            raise SettingsError(f"{path} 的 [archive_retention] 里“{kind} = {text}”不对：{allowed}。请改正。")
    return {kind: str(text) for kind, text in values.items()}


def _check_exposure(path: Path, values: dict[str, object]) -> dict[int, date]:
    for year, day in values.items():
        if not re.fullmatch(r"20\d\d", year) or type(day) is not date:
            raise SettingsError(
                f"{path} 的 [exposure] 里“{year} = {day}”不对：左边写年度，右边写日期，如 2023 = 2025-12-31。请改正。"
            )
    return {int(year): day for year, day in values.items() if isinstance(day, date)}


def _check_rules(path: Path, values: dict[str, object]) -> dict[str, str]:
    from village_notice.domain.rules import RULE_SWITCHES, RULES

    for code, word in values.items():
        rule = RULES.get(code)
        if rule is None or not rule.can_switch:
            raise SettingsError(
                f"{path} 的 [rules] 里“{code}”不是可以调低的规则。请改正；全部规则见 village-notice rules。"
            )
        if word not in RULE_SWITCHES:
            raise SettingsError(
                f"{path} 的 [rules] 里“{code}”应为 {' 或 '.join(RULE_SWITCHES)}，现在是 {word!r}。请改正。"
            )
    return {code: str(word) for code, word in values.items()}


def _expect(path: Path, key: str, value: object, kind: type[T], words: str) -> T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise SettingsError(f"{path} 里“{key}”的值 {value!r} 不对，应为{words}。请改正。")
    return value


def create_office(folder: Path) -> Path:
    """A new office folder with a commented office.toml; returns the path of that file.

    Raises:
        SettingsError: There is one already: nothing is overwritten.
    """
    from village_notice.resources import find_template

    path = folder / "office.toml"
    if path.exists():
        raise SettingsError(f"{path} 已经有了，没有改动。要重新开始请先把它改名。")
    (folder / "layouts").mkdir(parents=True, exist_ok=True)
    for name in (
        "office.toml",
        "waivers.csv",
        "aliases.csv",
        "control.csv",
        "deceased.csv",
        "postings.csv",
        "objections.csv",
    ):
        if not (folder / name).exists():
            (folder / name).write_bytes(find_template("office", name).read_bytes())
    return path
