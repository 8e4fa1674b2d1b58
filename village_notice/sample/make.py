"""Makes the sample: an inbox of invented people in real villages, and truth.json that tells what is in it."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from village_notice.domain.village import Village
from village_notice.errors import UsageError
from village_notice.sample.books import draw_books
from village_notice.sample.cell_mistakes import plant_in_payments
from village_notice.sample.file_mistakes import plant_in_books
from village_notice.sample.plan import Book, Planted
from village_notice.sample.scenario import build_lists, build_world
from village_notice.sample.truth import FILE_NAME, MADE_BY, Truth, build_truth
from village_notice.sample.writers import build_bytes, build_zip

YEAR, SEED, HOUSEHOLDS = 2022, 20220713, 48
"""What is made where the user says nothing; the seed is the day the county ordered the notices."""
TOWNSHIPS = ("山前店镇", "羊郡镇")
"""Townships of the demo: 60 villages."""
_FEWEST_HOUSEHOLDS, _MOST_HOUSEHOLDS = 8, 2000
Progress = Callable[[str, int, int], None]


def make_sample(  # noqa: PLR0913  # every one by name, and the command line has an option for each
    folder: Path,
    *,
    townships: Sequence[str],
    villages: Sequence[Village],
    seed: int = SEED,
    year: int = YEAR,
    households: int = HOUSEHOLDS,
    progress: Progress | None = None,
) -> Path:
    """Writes the inbox; returns the path of its truth.json. The same arguments give the same bytes.

    Args:
        folder: The inbox; made where it is missing. One that this function made, and nobody changed, is made anew.
        townships: Townships to take villages from, as the register names them; () for all.
        villages: The register.
        seed: Decides everything invented.
        year: Year of the payments.
        households: Households of a village on average.
        progress: Told (stage, done, total).

    Raises:
        UsageError: An unknown township, a number out of range, or a folder with other or changed files in it.
    """
    chosen = _choose_villages(villages, townships)
    if not _FEWEST_HOUSEHOLDS <= households <= _MOST_HOUSEHOLDS:
        raise UsageError(f"每村户数应在 {_FEWEST_HOUSEHOLDS} 到 {_MOST_HOUSEHOLDS} 之间，现在是 {households}。")
    old = _check_folder(folder)
    books, planted = plan_sample(chosen, seed=seed, year=year, households=households)
    truth = build_truth(books, planted, year=year, seed=seed)
    files = _join_zips(books)
    contents: dict[str, bytes] = {}
    for done, book in enumerate(files, 1):
        contents[book.path] = build_bytes(book)
        if progress:
            progress("制作虚构数据", done, len(files))
    truth["sha256"] = {path: hashlib.sha256(data).hexdigest() for path, data in contents.items()}
    for relative in old:
        (folder / relative).unlink()
    truth_file = _write_truth(folder, truth)  # first, so that what is half written can be made anew
    for relative, data in contents.items():
        path = folder.joinpath(*relative.split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return truth_file


def plan_sample(
    villages: Sequence[Village], *, seed: int, year: int, households: int
) -> tuple[list[Book], list[Planted]]:
    """Everything the inbox will hold and every mistake planted in it, before a byte is written."""
    world = build_world(villages, year, households, seed)
    lists = build_lists(world)
    planted = plant_in_payments(lists, world)
    books = draw_books(lists, year)
    planted += plant_in_books(books, lists, world)
    planted.append(Planted("same_name", ("X04",), "同村两个人同名"))
    return books, planted


def read_truth(path: Path) -> Truth:
    """The truth of a sample.

    Raises:
        UsageError: The file is none that `make_sample` wrote.
    """
    try:
        truth: Truth = json.loads(path.read_text(encoding="utf-8"))
        if truth["made_by"] == MADE_BY:
            return truth
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} 不是本工具写的虚构数据说明。请用 village-notice sample 重新制作。") from error
    raise UsageError(f"{path} 不是本工具写的虚构数据说明。请用 village-notice sample 重新制作。")


def _choose_villages(villages: Sequence[Village], townships: Sequence[str]) -> list[Village]:
    known = dict.fromkeys(v.township for v in villages)
    for name in townships:
        if name not in known:
            raise UsageError(f"名册里没有“{name}”。可以选：{'、'.join(known)}。")
    wanted = set(townships or known)
    return sorted((v for v in villages if v.township in wanted), key=lambda v: (v.township_code, v.code))


def _check_folder(folder: Path) -> list[str]:
    """The files of the sample that lies there already, [] for a new or empty folder."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} 是一个文件，不是文件夹。请另选一个文件夹。")
    there = (
        sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()) if folder.exists() else []
    )
    if not there:
        return []
    if FILE_NAME not in there:
        raise UsageError(f"文件夹 {folder} 里已有别的文件，为免覆盖没有写入。请换一个空文件夹。")
    made = read_truth(folder / FILE_NAME)["sha256"]
    for relative in there:
        if relative != FILE_NAME and made.get(relative) != _hash(folder / relative):
            raise UsageError(
                f"文件夹 {folder} 里的“{relative}”不是本工具原来写的样子，为免覆盖没有写入。请换一个文件夹，或先把它移走。"
            )
    return there


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _join_zips(books: Sequence[Book]) -> list[Book]:
    """The files on disk: books inside a zip become one zip."""
    files, members = [], dict[str, list[Book]]()
    for book in books:
        outer, mark, _ = book.path.partition(".zip/")
        if mark:
            members.setdefault(f"{outer}.zip", []).append(book)
        else:
            files.append(book)
    files += [Book(path, raw=build_zip(path, inside)) for path, inside in members.items()]
    return sorted(files, key=lambda b: b.path)


def _write_truth(folder: Path, truth: Truth) -> Path:
    path = folder / FILE_NAME
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path
