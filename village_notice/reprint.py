"""Notices made again from a finished run: chosen villages, programmes, kinds, paper and size of print.

Nothing is read but what `run` kept (see `kept`); every file passes the same last look as in a run. What is made lies
beside the results, in 另印, so that a package and its paper never part without anybody noticing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from village_notice.domain.finding import Finding, Place
from village_notice.domain.public import VillageYear
from village_notice.domain.rules import format_message
from village_notice.errors import ExitCode, UsageError
from village_notice.kept import EARLIER, KEPT, Kept, Where, read_kept
from village_notice.notices.bundle import Item, Order, Stack, check_bundle, draw_bundle
from village_notice.notices.correction import check_correction, draw_correction
from village_notice.notices.county import County, check_county, draw_county, draw_gaps
from village_notice.notices.gate import check_notice
from village_notice.notices.picture import draw_pictures
from village_notice.notices.speech import check_speech, write_speech
from village_notice.notices.village import Kind, draw_each, draw_kinds, make_notice
from village_notice.notices.work import Choice, Work, start_work
from village_notice.output import PRIVATE, explain_write_errors
from village_notice.progress import Progress
from village_notice.publish import name_folders, safe_name
from village_notice.selection import choose_programmes, find_codes
from village_notice.settings import Settings, read_settings

AGAIN = "另印"
_PDF_KINDS: dict[str, Kind] = {
    "汇总公开": "summary", "一户一行": "household", "明细公开": "detail", "明白纸": "card",
}  # fmt: skip
SPEECH, PICTURES, CORRECTION, TOTALS, GAPS = "广播稿", "图片", "更正公告", "全市汇总", "缺项清单"
USUAL = ("汇总公开", "一户一行")
KINDS = (*_PDF_KINDS, SPEECH, PICTURES, CORRECTION, TOTALS, GAPS)
"""Kinds as the user writes them: of a village, then of all villages chosen together."""
_NOMINAL = ("household", "detail", "card")
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for.

    Attributes:
        out: Folder of a finished run.
        kinds: Of `KINDS`.
        villages: Names, "township/village", or codes; () for all.
        townships: () for all.
        programmes: Titles or parts of titles, for 明细公开; () for all.
        paper: A4 or A3, None as in the template.
        is_large: Large print.
        home: Office folder, None for defaults.
        target: Where the files go; None for 另印 inside OUT.
        before: Folder of the results that hang on the wall, for 更正公告; None for what the run before this one made.
        reason: Why there is a 更正公告; "" prints a line to fill in.
        is_bundle: One file a township, for printing, instead of a file a notice.
        is_one_sided: The bundle is printed on one side: no padding.
    """

    out: Path
    kinds: tuple[str, ...] = USUAL
    villages: tuple[str, ...] = ()
    townships: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    paper: str | None = None
    is_large: bool = False
    home: Path | None = None
    target: Path | None = None
    before: Path | None = None
    reason: str = ""
    is_bundle: bool = False
    is_one_sided: bool = False


@dataclass(slots=True)
class Made:
    """What was made.

    Attributes:
        folder: Where the files lie.
        files: Paths below it, with the number of pages (0 for what has none).
        findings: What the last look refused.
        note: What else the user must know, "" nothing.
    """

    folder: Path
    files: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    note: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """7 where the last look refused a file."""
        return ExitCode.VERIFICATION if self.findings else ExitCode.DONE

    def to_json(self) -> dict[str, object]:
        """What was made, for `--json`."""
        refused = [{"code": f.code, "file": f.place.file, "found": f.found} for f in self.findings]
        return {"folder": str(self.folder), "files": self.files, "refused": refused, "note": self.note}

    def format_text(self) -> str:
        """What was made, and where."""
        pages = sum(self.files.values())
        lines = [f"做好 {len(self.files)} 个文件、{pages} 页，在 {self.folder} 里："] if self.files else []
        lines += [f"  {name}" for name in list(self.files)[:_SHOWN]]
        lines += [f"  ……另有 {len(self.files) - _SHOWN} 个"] if len(self.files) > _SHOWN else []
        lines += [f"没有写出 {f.place.file}：{format_message(f)}" for f in self.findings]
        return "\n".join([*lines, *([self.note] if self.note else [])])


def make_notices(wish: Wish, progress: Progress) -> Made:
    """Makes the notices wished for.

    Raises:
        UsageError: OUT holds no finished run, or a village, township or programme is unknown.
        SettingsError: The office's settings or templates have a mistake.
        CannotWriteError: The target cannot be written.
    """
    settings = read_settings(wish.home)
    kept = read_kept(wish.out, lambda known: find_codes(known, wish.villages, wish.townships))
    made = Made(wish.target or wish.out / AGAIN)
    keys = choose_programmes(kept.villages, wish.programmes)
    choices = {code: Choice(wish.paper or "", wish.is_large, own) for code, own in keys.items()}
    earlier = _read_earlier(wish, kept)
    folders = _name_places(wish.out, kept.villages)
    with explain_write_errors(made.folder):
        if wish.is_bundle:
            _bundle(
                made,
                wish,
                [start_work(v, settings, kept.stamp, choices[v.village_code]) for v in kept.villages],
                progress,
            )
            return made
        for number, village in enumerate(kept.villages, 1):
            code = village.village_code
            work = start_work(village, settings, kept.stamp, choices[code])
            _write(made, "/".join(folders[code]), _make_village(work, wish))
            if code in earlier:
                _write(made, "/".join(folders[code]), _correct(work, earlier[code], wish.reason))
            progress("做公示", number, len(kept.villages))
        _write(made, "", _make_county(kept, settings, wish))
    if not made.files and not made.findings:
        made.note = (
            "选中的村没有这种公示可做。" if wish.kinds != (CORRECTION,) else "与上次公开的相比没有不同，不用更正。"
        )
    return made


def _name_places(out: Path, villages: Sequence[VillageYear]) -> dict[str, tuple[str, str]]:
    """Folders named as in the run: two villages of one name carry the township, also where only one was chosen."""
    if len(villages) == 1:
        everything = read_kept(out, lambda known: _same_names(known, villages[0]))
        return name_folders(everything.villages)
    return name_folders(villages)


def _same_names(known: Sequence[Where], village: VillageYear) -> list[str]:
    return [w.village_code for w in known if (w.office, w.village) == (village.office, village.village)]


class _File(NamedTuple):
    """A finished file; pages are 0 for what has none."""

    name: str
    data: bytes
    pages: int


def _read_earlier(wish: Wish, kept: Kept) -> dict[str, VillageYear]:
    """Code → the village as it was published before; nothing where no 更正公告 is wanted.

    Raises:
        UsageError: There is nothing to compare with, or it is of another year.
    """
    if CORRECTION not in wish.kinds:
        return {}
    codes = [v.village_code for v in kept.villages]
    if wish.before is None and not (wish.out / PRIVATE / EARLIER).is_file():
        raise UsageError(f"{wish.out} 里没有上一次的数据可比。请用 --before 给出已张贴的那一次的结果文件夹。")
    name = KEPT if wish.before else EARLIER
    found = read_kept(wish.before or wish.out, lambda known: {w.village_code for w in known} & {*codes}, name=name)
    years = {v.year for v in found.villages} - {v.year for v in kept.villages}
    if years:
        raise UsageError(
            f"要比较的是 {'、'.join(map(str, sorted(years)))} 年度的结果，年度不同，没法更正。请换对文件夹。"
        )
    return {v.village_code: v for v in found.villages}


def _correct(work: Work, before: VillageYear, reason: str) -> Iterator[_File | Finding]:
    notice = draw_correction(work, before, reason)
    if notice is None:
        return
    faults = check_correction(notice, work, before, reason)
    yield from faults
    if not faults:
        yield _File(notice.file_name, notice.data, notice.pages)


def _make_village(work: Work, wish: Wish) -> Iterator[_File | Finding]:
    """The village's files that passed the last look, and findings for those that did not."""
    kinds = [_PDF_KINDS[kind] for kind in wish.kinds if kind in _PDF_KINDS]
    yield from _look(work, kinds)
    if PICTURES in wish.kinds:
        nominal = [k for k in kinds if k in _NOMINAL and work.settings.allow_nominal_images]
        for file in _look(work, ["summary", *nominal]):
            yield from [file] if isinstance(file, Finding) else _picture(file)
    if SPEECH in wish.kinds:
        name, data = write_speech(work)
        faults = check_speech(f"{name}.txt", data, work.village)
        yield from faults
        if not faults:
            yield _File(f"{name}.txt", data, 0)


def _make_county(kept: Kept, settings: Settings, wish: Wish) -> Iterator[_File | Finding]:
    """The sheets of all villages chosen together."""
    choice = Choice(wish.paper or "", wish.is_large)
    county = County(kept.villages, kept.merged, _empty_places(kept, wish), settings, kept.stamp, choice)
    drawn = [draw_county(county) if TOTALS in wish.kinds else None, draw_gaps(county) if GAPS in wish.kinds else None]
    for notice in filter(None, drawn):
        faults = check_county(notice, county)
        yield from faults
        if not faults:
            yield _File(notice.file_name, notice.data, notice.pages)


def _empty_places(kept: Kept, wish: Wish) -> list[tuple[str, str]]:
    """The villages with nothing, of the townships asked for."""
    return [place for place in kept.empty if not wish.townships or place[0] in wish.townships]


def _bundle(made: Made, wish: Wish, works: Sequence[Work], progress: Progress) -> None:
    """A file a township, of notices that passed the last look one by one."""
    kinds = [_PDF_KINDS[kind] for kind in wish.kinds if kind in _PDF_KINDS]
    done = 0
    for office in dict.fromkeys(work.village.office for work in works):
        part = [work for work in works if work.village.office == office]
        stacks = []
        for work in part:
            items = [Item(kind, drawn) for kind, drawn in draw_each(work, kinds)]
            notices = [(item, check_notice(make_notice(*item), work.village, work.settings)) for item in items]
            made.findings += [fault for _, faults in notices for fault in faults]
            stacks.append(Stack(work.village.village, tuple(item for item, faults in notices if not faults)))
            done += 1
            progress("整套打印", done, len(works))
        first = part[0]
        template = first.read("bundle")
        order = Order(office, first.village.year, first.stamp, first.paper(), template, not wish.is_one_sided)
        bundle = draw_bundle(order, [stack for stack in stacks if stack.items])
        found: list[_File | Finding] = list(check_bundle(bundle, order, stacks))
        _write(made, safe_name(office), iter(found or [_File(bundle.file_name, bundle.data, bundle.pages)]))


def _look(work: Work, kinds: Sequence[Kind]) -> Iterator[_File | Finding]:
    for notice in draw_kinds(work.village, work.settings, work.stamp, kinds, work.choice):
        faults = check_notice(notice, work.village, work.settings)
        yield from faults
        if not faults:
            yield _File(notice.file_name, notice.data, notice.pages)


def _picture(file: _File) -> Iterator[_File]:
    pages = draw_pictures(file.data)
    for number, page in enumerate(pages, 1):
        behind = f"_第{number}页" if len(pages) > 1 else ""
        yield _File(f"{file.name.removesuffix('.pdf')}{behind}.png", page, 0)


def _write(made: Made, folder: str, files: Iterator[_File | Finding]) -> None:
    for file in files:
        if isinstance(file, Finding):
            place = Place(f"{folder}/{file.place.file}", file.place.sheet)
            made.findings.append(Finding(file.code, place, file.found, file.expected))
            continue
        name = safe_name(file.name)
        name = f"{folder}/{name}" if folder else name
        path = made.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        made.files[name] = file.pages
