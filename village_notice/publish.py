"""Everything public of one village, made in a worker: its paper, the last look at it, its package.

Where the last look finds what may not leave in one file, nothing of the village is written, and it is left out of the
query database and the public workbook too; the finding says so.
"""

import hashlib
import html
import io
import os
import re
import time
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path

from village_notice.archive.bag import decode_path
from village_notice.archive.package import PackageFile, build_package
from village_notice.archive.versions import Plan, plan_package
from village_notice.domain.finding import Finding, Place
from village_notice.domain.money import format_fen
from village_notice.domain.pinyin import Pinyin
from village_notice.domain.proof import VillageProof
from village_notice.domain.public import VillageYear, check_code, list_columns
from village_notice.executor import Workers
from village_notice.made_before import MadeBefore, Published, hash_village
from village_notice.notices.attachment import build_archive_copy, check_archive_copy
from village_notice.notices.gate import check_notice
from village_notice.notices.gate_numbers import check_file
from village_notice.notices.second_look import check_sample, choose_sample
from village_notice.notices.speech import check_speech, write_speech
from village_notice.notices.village import draw_village
from village_notice.notices.wording import list_phones
from village_notice.notices.work import start_work
from village_notice.settings import Settings

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_FEW = 12
"""Fewer villages than this are done in the process itself: a worker takes a second to start."""
_LONG_FEN = 10**8
STAGES = ("公示", "档案")
"""What the work for a village consists of, for `--profile`."""
_Task = tuple[VillageYear, tuple[str, str]]
"""A village and its folders, see `name_folders`."""
_TEXT_FILES = (".csv", ".txt", ".json", ".html")


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs besides the village; small, sent once.

    Attributes:
        settings: The office's settings.
        stamp: The one date of all outputs.
        surnames: Surname → readings.
        checks: Village code → how its figures were checked, for 核对说明.
        staging: Folder 公开 of the output being made.
        public: Folder 公开 as earlier runs left it, with sealed packages and the evidence in drafts; None for none.
        before: What was made before and may be taken as it is.
        key: Hash of all that is the same for every village, see `hash_village`; "" looks at nothing made before.
        sample: Codes of the villages whose files another reader reads too.
    """

    settings: Settings
    stamp: datetime
    surnames: Mapping[str, tuple[str, ...]]
    checks: Mapping[str, VillageProof]
    staging: Path
    public: Path | None = None
    before: tuple[MadeBefore, ...] = ()
    key: str = ""
    sample: frozenset[str] = frozenset()


def name_folders(villages: Sequence[VillageYear]) -> dict[str, tuple[str, str]]:
    """Village code → folder of its office and of itself; two of one name under an office also carry the township."""
    counts: dict[tuple[str, str], int] = {}
    for village in villages:
        key = (village.office, village.village)
        counts[key] = counts.get(key, 0) + 1
    return {
        v.village_code: (
            safe_name(v.office),
            safe_name(v.village if counts[v.office, v.village] == 1 else f"{v.village}（{v.township}）"),
        )
        for v in villages
    }


def publish_villages(villages: Sequence[VillageYear], job: Job, workers: Workers) -> Iterator[Published]:
    """What was made for each village, in the order they are finished.

    Raises:
        OSError: A file cannot be written.
    """
    folders, job = name_folders(villages), replace(job, sample=choose_sample(villages))
    tasks = [(v, folders[v.village_code]) for v in villages]
    before = [made for made in job.before if made.records]
    looked_at = ((task, _find_made_before(*task, job)) for task in tasks)
    if before and workers.has_one_ready and all(made.is_out for made in before):
        taken = list[Published]()
        others = _set_aside(looked_at, taken)
        yield from workers.run(_work, job, islice(others, _FEW))  # it draws while the next ones are looked for
        tasks, workers = [*others], replace(workers, standby=None)
        yield from taken
    elif before:  # most may be as they were: no worker starts for these
        tasks = []
        for task, made in looked_at:
            if made:
                yield made
            else:
                tasks.append(task)
    tasks.sort(key=lambda task: -len(task[0].lines))  # so that no worker ends long after the others
    chosen = workers.choose(len(tasks), _FEW)
    if chosen is None:
        yield from (_work(job, *task) for task in tasks)
    else:
        yield from chosen.run(_work, job, tasks)


def _set_aside(looked_at: Iterable[tuple[_Task, Published | None]], taken: list[Published]) -> Iterator[_Task]:
    """The villages that must be made; what was made of the others before goes to `taken`."""
    for task, made in looked_at:
        if made:
            taken.append(made)
        else:
            yield task


def _work(job: Job, village: VillageYear, folders: tuple[str, str]) -> Published:
    return publish_village(village, folders, job)


def publish_village(village: VillageYear, folders: tuple[str, str], job: Job) -> Published:
    """The paper and the package of one village, looked at and written; nothing at all where the look finds a fault."""
    start = time.perf_counter()
    plan, key = _find_key(village, folders, job)
    taken = _take_made_before(village.village_code, key, folders, job)
    if taken:
        return taken
    notices, findings = draw_village(village, job.settings, job.stamp)
    faults = [
        _place(fault, folders, notice.file_name)
        for notice in notices
        for fault in check_notice(notice, village, job.settings)
    ]
    speech, words = write_speech(start_work(village, job.settings, job.stamp))
    faults += [_place(fault, folders, f"{speech}.txt") for fault in check_speech(speech, words, village)]
    drawn = time.perf_counter()
    files = {n.file_name: n.data for n in notices} | {f"{speech}.txt": words}
    copies = [replace(n, data=build_archive_copy(n, village, job.settings, job.stamp)) for n in notices]
    parts = [PackageFile(n.file_name, n.title, n.data, n.pages) for n in copies]
    package = {} if plan.is_unchanged else _build_package(village, parts, job, plan)
    numbers = frozenset([village.village_code, *list_phones(village, job.settings), *_list_large_numbers(village)])
    looks = [
        check_archive_copy(n, c.data, village, job.settings, numbers) for n, c in zip(notices, copies, strict=True)
    ]
    looks += [check_sample(copies, village)] if village.village_code in job.sample else []
    faults += [_place(fault, folders, fault.place.file) for found in looks for fault in found]
    faults += [
        Finding("P01", Place("/".join((*folders, plan.folder, name))), found="、".join(found))
        for name, data in package.items()
        if (found := check_file(_read_text(name, data), numbers))
    ]
    if faults:
        return Published(village.village_code, 0, (*findings, *faults), is_refused=True)
    files |= {f"{plan.folder}/{name}": data for name, data in package.items()}
    _write_files(job.staging.joinpath(*folders), files)
    sheets = sum(n.pages for n in notices if n.on_wall)
    correction = f"{village.village}（{plan.folder}）" if plan.previous else ""
    seconds = dict(zip(STAGES, (drawn - start, time.perf_counter() - drawn), strict=True))
    known = {f"{plan.folder}/{name}": digest for name, digest in _list_digests(package)}
    digests = {name: known.get(name) or hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return Published(
        village.village_code, sheets, tuple(findings), correction=correction, seconds=seconds, key=key, folders=folders,
        files=digests,
    )  # fmt: skip


def _find_key(village: VillageYear, folders: tuple[str, str], job: Job) -> tuple[Plan, str]:
    """Which package the village gets, and the key of all that its files depend on, "" where none is asked for."""
    plan = (
        plan_package(job.public.joinpath(*folders), village.year, partial(check_code, village))
        if job.public
        else Plan()
    )
    return plan, hash_village(
        village, plan, job.checks.get(village.village_code, VillageProof()), job.key
    ) if job.key else ""


def _find_made_before(village: VillageYear, folders: tuple[str, str], job: Job) -> Published | None:
    """What may be taken of what was made of a village before."""
    return _take_made_before(village.village_code, _find_key(village, folders, job)[1], folders, job)


def _take_made_before(code: str, key: str, folders: tuple[str, str], job: Job) -> Published | None:
    """What was made of the village before for the same key: left in OUT, or moved there from a run that was stopped."""
    for before in job.before if key else ():
        made = before.find(code, key)
        if made is None or made.folders != folders:
            continue
        if not before.is_out:
            target = job.staging.joinpath(*folders)
            target.parent.mkdir(parents=True, exist_ok=True)
            before.public.joinpath(*folders).rename(target)
        return replace(made, is_kept=before.is_out)
    return None


def _build_package(village: VillageYear, parts: Sequence[PackageFile], job: Job, plan: Plan) -> dict[str, bytes]:
    pinyin = _read_pinyin(tuple(job.surnames.items())).read
    return build_package(
        village,
        parts,
        job.settings,
        job.stamp,
        checks=job.checks.get(village.village_code, VillageProof()),
        pinyin=pinyin,
        plan=plan,
    )


def _list_digests(package: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Path in the package and SHA-256 of the files that its own manifest names: most of what is written of a village."""
    for line in package.get("manifest-sha256.txt", b"").decode("utf-8").split("\n"):
        digest, _, path = line.partition("  ")
        yield decode_path(path), digest


def _list_large_numbers(village: VillageYear) -> Iterator[str]:
    """Large sums and quantities, which look like numbers: whole fen and thousandths (offline page), and yuan (tables).

    In a table two sums stand side by side with nothing but a comma between them.
    """
    lines, sums = list_columns(village), [village.public_fen]
    for programme in village.programmes:
        sums += [programme.amount_fen, programme.quantity_milli or 0]
    sums += (*lines["amount_fen"], *filter(None, lines["quantity_milli"]), *village.households.values("amount_fen"))
    if any(abs(number) >= _LONG_FEN for number in sums):  # then a household's sum of one programme may be large too
        cells: dict[tuple[int, str], int] = {}
        for key in zip(lines["household_no"], lines["key"], lines["amount_fen"], strict=True):
            cells[key[:2]] = cells.get(key[:2], 0) + key[2]
        sums += cells.values()
    for number in sums:
        if abs(number) >= _LONG_FEN:
            yield from (str(abs(number)), format_fen(abs(number)))


def _place(finding: Finding, folders: tuple[str, str], name: str) -> Finding:
    return Finding(
        finding.code,
        Place("/".join((*folders, name))),
        finding.found,
        finding.expected,
        finding.difference,
        finding.person,
    )


@lru_cache(maxsize=1)
def _read_pinyin(surnames: tuple[tuple[str, tuple[str, ...]], ...]) -> "Pinyin":
    return Pinyin(dict(surnames))


def _read_text(name: str, data: bytes) -> bytes:
    """What people read of a package file, as UTF-8, in a workbook with the marks around it.

    b"" for PDFs (looked at before) and BagIt's own checksum lists.
    """
    if not name.startswith("data/") or name.endswith("核对说明.txt"):
        return b""
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            text = b"\n".join([archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/")])
        # only a reference by number can stand for a digit
        return html.unescape(text.decode("utf-8")).encode("utf-8") if b"&#" in text else text
    return data if name.endswith(_TEXT_FILES) else b""


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    made = set[str]()
    for name, data in files.items():
        path = os.path.join(folder, *name.split("/"))  # noqa: PTH118  # twice as quick as a Path for each of so many
        above = os.path.dirname(path)  # noqa: PTH120
        if above not in made:
            os.makedirs(above, exist_ok=True)  # noqa: PTH103
            made.add(above)
        with open(path, "wb") as stream:  # noqa: PTH123
            stream.write(data)


def safe_name(name: str) -> str:
    """The name as a file or folder of Windows may bear it."""
    return _FORBIDDEN.sub("_", name).strip(" .") or "_"
