"""Commands that look into the ledger of an office. Imported by `cli`, which every user runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from village_notice.chinese_click import ChineseGroup

F = TypeVar("F", bound=Callable[..., Any])


@click.group(cls=ChineseGroup)
def ledger() -> None:
    """台账：办公文件夹里保存的历次运行（文件、款项、问题），只供内部查看。

    \b
    例：
      village-notice ledger runs --home 办公
      village-notice ledger files --home 办公
      village-notice ledger payment 王建国 --village 万柳村 --home 办公
      village-notice ledger changes --home 办公
    """


def ledger_options(command: F) -> F:
    """The options of every command that looks into the ledger."""
    home = click.option("--home", type=click.Path(path_type=Path), required=True, help="办公文件夹。")
    return home(click.option("--json", "as_json", is_flag=True, help="在标准输出给出 JSON。")(command))


@ledger.command(name="runs")
@ledger_options
def ledger_runs(home: Path, as_json: bool) -> None:
    """列出保存的各次运行：第几次、年度、文件、笔数、金额、放行几条。

    \b
    例：
      village-notice ledger runs --home 办公
    """
    from village_notice.ledger import history

    with history.open_kept(home) as kept:
        found = history.list_runs(kept)
    click.echo(_dump(history.to_rows(found)) if as_json else history.format_runs(found))


@ledger.command(name="files")
@ledger_options
def ledger_files(home: Path, as_json: bool) -> None:
    """列出保存的文件：哈希、笔数、金额、从哪一次运行起。

    \b
    例：
      village-notice ledger files --home 办公
    """
    from village_notice.ledger import history

    with history.open_kept(home) as kept:
        found = history.list_files(kept)
    click.echo(_dump(history.to_rows(found)) if as_json else history.format_files(found))


@ledger.command(name="payment")
@ledger_options
@click.argument("name", required=False, default="", metavar="[姓名]")
@click.option("--village", default="", help="只查哪个村。")
@click.option("--file", default="", help="查哪个文件里的，写收件箱里的路径。")
@click.option("--row", type=click.IntRange(0), default=0, help="第几行，与 Excel 显示的相同。")
def ledger_payment(home: Path, as_json: bool, **where: Any) -> None:  # noqa: ANN401  # click passes the options by name
    """一笔款项（一个人，或一个位置）在历次运行里是什么样。

    \b
    例：
      village-notice ledger payment 王建国 --village 万柳村 --home 办公
      village-notice ledger payment --file 财政局/地力.xlsx --row 7 --home 办公
    """
    from village_notice.ledger import history

    with history.open_kept(home) as kept:
        found = history.find_payments(kept, **where)
    click.echo(_dump(history.to_rows(found)) if as_json else history.format_payments(found))


@ledger.command(name="changes")
@ledger_options
@click.option("--from", "before", type=int, help="从第几次运行；不给就是同一收件箱的上一次。")
@click.option("--to", "after", type=int, help="到第几次运行；不给就是最近一次。")
def ledger_changes(home: Path, as_json: bool, before: int | None, after: int | None) -> None:
    """两次运行之间变了什么：文件、合计、逐笔。

    \b
    例：
      village-notice ledger changes --home 办公
      village-notice ledger changes --from 1 --to 3 --home 办公
    """
    from village_notice.ledger import history

    with history.open_kept(home) as kept:
        found = history.compare_runs(kept, before, after)
    click.echo(_dump(history.to_rows(found)) if as_json else history.format_changes(found))


def _dump(rows: object) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=1)
