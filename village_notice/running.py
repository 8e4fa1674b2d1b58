"""A run as a command asks for it: nothing is done where nothing has changed, else everything (see `pipeline`).

Whether anything has changed is known before pandas and the drawing libraries are imported, which takes longer.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

from village_notice.early import Early
from village_notice.errors import UsageError
from village_notice.options import RunOptions, RunResult
from village_notice.output import explain_write_errors
from village_notice.progress import Progress
from village_notice.settings import read_settings
from village_notice.sources.discover import find_inputs
from village_notice.spare_memory import search_garbage_seldom
from village_notice.stopwatch import Stopwatch
from village_notice.unchanged import has_other_files, recall_result


def run(options: RunOptions, progress: Progress, watch: Stopwatch | None = None) -> RunResult:
    """The result of a run; what is raised, and when, is said at `pipeline.run`.

    Args:
        options: What the user asked for.
        progress: Told how far each stage is.
        watch: Told when each stage ends.
    """
    watch = watch or Stopwatch()
    check_folders(options)
    discover = cache(partial(find_inputs, options.inbox))  # once for both
    if not _asks_for_server(options):
        with explain_write_errors(options.out):
            done = recall_result(options, discover)
        if done:
            progress("与上次完全相同，结果没有变动", 1, 1)
            watch.lap("与上次相同")
            return done
    with search_garbage_seldom(), Early(options, discover) as early:
        early.start_readers(has_other_files=has_other_files(options, discover))
        with ThreadPoolExecutor(1) as thread:  # looking at all results takes as long as a part of the imports
            hashing = thread.submit(early.start_hashing)
            from village_notice import pipeline

            hashing.result()
        return pipeline.run(options, progress, watch, early)


def _asks_for_server(options: RunOptions) -> bool:
    """Whether the run also writes a database elsewhere, of which nobody knows here what it holds."""
    return not options.check_only and bool(options.database or read_settings(options.home).database_url)


def check_folders(options: RunOptions) -> None:
    """Nothing, where the folders can be meant so.

    Raises:
        UsageError: The inbox is no folder, or one folder lies in another.
    """
    inbox, out = options.inbox.resolve(), options.out.resolve()
    if not inbox.exists():
        raise UsageError(f"找不到收件箱 {options.inbox}。请检查路径有没有写错。")
    if not inbox.is_dir():
        raise UsageError(f"收件箱 {options.inbox} 是一个文件，不是文件夹。请给出放表格的文件夹。")
    if out == inbox or out.is_relative_to(inbox) or inbox.is_relative_to(out):
        raise UsageError("输出文件夹和收件箱不能互相包含。请给 --out 另选一个文件夹。")
    home = options.home.resolve() if options.home else None
    if home and (home.is_relative_to(inbox) or home.is_relative_to(out)):
        raise UsageError("办公文件夹不能放在收件箱或输出文件夹里面。请换个位置。")
