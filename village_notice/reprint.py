"""Notices made again from a finished run: chosen villages, programmes, kinds, paper and size of print.

Nothing is read but what `run` kept (see `kept`); every file passes the same last look as in a run. What is made lies
beside the results, in 另印, so that a package and its paper never part without anybody noticing.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from village_notice.domain.finding import Finding, Place
from village_notice.domain.public import VillageYear
from village_notice.errors import UsageError
from village_notice.kept import EARLIER, KEPT, Kept, Where, read_kept
from village_notice.notices.bundle import Item, Order, Stack, check_bundle, draw_bundle
from village_notice.notices.correction import check_correction, draw_correction
from village_notice.notices.county import County, check_county, draw_county, draw_gaps
from village_notice.notices.gate import check_notice
from village_notice.notices.picture import draw_pictures
from village_notice.notices.speech import check_speech, write_speech
from village_notice.notices.template import choose_columns
from village_notice.notices.village import Kind, draw_each, draw_kinds, make_notice
from village_notice.notices.work import Choice, Work, start_work
from village_notice.output import PRIVATE, check_is_whole, explain_write_errors
from village_notice.progress import Progress
from village_notice.publish import name_folders, safe_name
from village_notice.selection import choose_programmes, find_codes
from village_notice.settings import Settings, read_settings
from village_notice.wish import CORRECTION, GAPS, PDF_KINDS, PICTURES, SPEECH, TOTALS, Made, Wish

AGAIN = "另印"
_NOMINAL = ("household", "detail", "card")
_FEW = 12
"""Fewer villages than this are done in the process itself: a worker takes a second to start."""


def make_notices(wish: Wish, progress: Progress) -> Made:
    """Makes the notices wished for.

    Raises:
        UsageError: OUT holds no finished run, or a village, township or programme is unknown.
        SettingsError: The office's settings or templates have a mistake.
        CannotWriteError: The target cannot be written.
    """
    settings = read_settings(wish.home)
    check_is_whole(wish.out)
    kept = read_kept(wish.out, lambda known: find_codes(known, wish.villages, wish.townships))
    made = Made(wish.target or wish.out / AGAIN)
    keys = choose_programmes(kept.villages, wish.programmes)
    columns = choose_columns(settings.folder, [PDF_KINDS[k] for k in wish.kinds if k in PDF_KINDS], wish.columns)
    choices = {code: Choice(wish.paper or "", wish.is_large, own, columns) for code, own in keys.items()}
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
        tasks = [
            _Task(start_work(v, settings, kept.stamp, choices[v.village_code]), wish, earlier.get(v.village_code))
            for v in kept.villages
        ]
        for number, (village, found) in enumerate(zip(kept.villages, _do_all(tasks), strict=True), 1):
            _write(made, "/".join(folders[village.village_code]), iter(found))
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


class _Task(NamedTuple):
    """What a worker is given for one village."""

    work: Work
    wish: Wish
    before: VillageYear | None


def _do_all(tasks: Sequence[_Task]) -> Iterator[list[_File | Finding]]:
    """The files of each village, in order; several processes for many villages, with the same result."""
    if len(tasks) < _FEW or tasks[0].wish.workers < 2:
        yield from map(_do, tasks)
        return
    with ProcessPoolExecutor(tasks[0].wish.workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_do, tasks)


def _do(task: _Task) -> list[_File | Finding]:
    found = list(_make_village(task.work, task.wish))
    if task.before is not None:
        found += _correct(task.work, task.before, task.wish.reason)
    return found


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
    kinds = [PDF_KINDS[kind] for kind in wish.kinds if kind in PDF_KINDS]
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
    kinds = [PDF_KINDS[kind] for kind in wish.kinds if kind in PDF_KINDS]
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
