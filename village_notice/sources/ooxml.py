"""An Office Open XML package: parts by name, relations resolved, sheets in order."""

import posixpath
from dataclasses import dataclass, field
from typing import NamedTuple
from zipfile import ZipInfo

from village_notice.sources.limits import ReadLimits, Unreadable
from village_notice.sources.xml_events import find_attribute, is_true, parse_xml
from village_notice.sources.zip_members import ZipReader

_MOST_RELATIONS = 100_000


class Relation(NamedTuple):
    """Where a relation leads: its kind (last word of the type), the part's name, and whether it is outside."""

    kind: str
    target: str
    is_external: bool


class SheetEntry(NamedTuple):
    """One sheet as the workbook lists it."""

    name: str
    part: str
    kind: str
    is_hidden: bool


@dataclass(slots=True)
class WorkbookEntry:
    """What the workbook part says."""

    part: str
    sheets: list[SheetEntry] = field(default_factory=list)
    relations: dict[str, Relation] = field(default_factory=dict)
    since_1904: bool = False
    recalculates: bool = False


class Package:
    """Parts of a package by lower-case name; a name given twice is damage, as readers disagree on which one counts."""

    def __init__(self, data: bytes, limits: ReadLimits) -> None:
        self._zip = ZipReader(data, limits)
        self._parts: dict[str, ZipInfo] = {}
        for member in self._zip.members:
            name = member.filename.replace("\\", "/").lstrip("/").lower()
            if name in self._parts and not name.endswith("/"):
                raise Unreadable("F01", f"文件里有两个 {name}")
            self._parts[name] = member

    def has_part(self, name: str) -> bool:
        """Whether there is such a part."""
        return name.lower() in self._parts

    def has_folder(self, folder: str) -> bool:
        """Whether there is any part in such a folder."""
        return any(n.startswith(folder) for n in self._parts)

    def has_named(self, words: tuple[str, ...]) -> bool:
        """Whether the name of any part holds one of these words."""
        return any(word in name for name in self._parts for word in words)

    def size(self, name: str) -> int:
        """The size of a part as the package states it, 0 where there is none."""
        member = self._parts.get(name.lower())
        return member.file_size if member else 0

    def read(self, name: str) -> bytes:
        """The bytes of a part; F01 where it is missing."""
        member = self._parts.get(name.lower())
        if member is None:
            raise Unreadable("F01", f"文件里缺少 {name}")
        return self._zip.read(member)

    def read_relations(self, part: str) -> dict[str, Relation]:
        """Relations of a part ("" for the package) by id; empty where it has none."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has_part(path):
            return {}
        handler = parse_xml(self.read(path), path, _Relations)
        return {
            i: r._replace(target=_resolve(folder, r.target)) if not r.is_external else r
            for i, r in handler.found.items()
        }

    def find_workbook(self) -> str:
        """The name of the workbook part."""
        for relation in self.read_relations("").values():
            if relation.kind == "officedocument" and self.has_part(relation.target):
                return relation.target
        for name in ("xl/workbook.xml", "xl/workbook.bin"):
            if self.has_part(name):
                return name
        raise Unreadable("F01", "文件里缺少 xl/workbook.xml")


def _resolve(folder: str, target: str) -> str:
    target = target.replace("\\", "/")
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))


class _Relations:
    def __init__(self) -> None:
        self.found: dict[str, Relation] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2].lower()
            external = attributes.get("TargetMode", "").lower() == "external"
            if len(self.found) >= _MOST_RELATIONS:
                raise Unreadable("F10", f"内部链接多于 {_MOST_RELATIONS} 个")
            self.found[attributes.get("Id", "")] = Relation(kind, attributes.get("Target", ""), external)

    def text(self, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        pass


def read_workbook_entry(package: Package, limits: ReadLimits) -> WorkbookEntry:
    """The sheets in order, with the part each one is in."""
    part = package.find_workbook()
    entry = WorkbookEntry(part, relations=package.read_relations(part))
    handler = parse_xml(package.read(part), part, _Workbook)
    entry.since_1904, entry.recalculates = handler.since_1904, handler.recalculates
    entry.sheets = [make_sheet_entry(entry, name, key, is_hidden=hidden) for name, key, hidden in handler.sheets]
    if not entry.sheets:
        raise Unreadable("F01", "工作簿里没有工作表")
    if len(entry.sheets) > limits.sheets:
        raise Unreadable("F10", f"工作表多于 {limits.sheets} 张")
    return entry


def make_sheet_entry(entry: WorkbookEntry, name: str, relation_id: str, *, is_hidden: bool) -> SheetEntry:
    """A sheet with its part looked up; F01 where the workbook names a sheet that leads nowhere."""
    relation = entry.relations.get(relation_id)
    if relation is None or relation.is_external:
        raise Unreadable("F01", f"找不到工作表“{name}”的内容")
    return SheetEntry(name, relation.target, relation.kind, is_hidden)


class _Workbook:
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.since_1904 = self.recalculates = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            state = attributes.get("state", "visible").lower()
            self.sheets.append((attributes.get("name", ""), find_attribute(attributes, "id"), state != "visible"))
        elif name == "workbookPr":
            self.since_1904 = is_true(attributes.get("date1904"))
        elif name == "calcPr":
            self.recalculates = is_true(attributes.get("fullCalcOnLoad"))

    def text(self, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        pass
