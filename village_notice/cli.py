"""Every command of `village-notice`, at most fifteen lines each. stdout is data, stderr is talk.

Commands import what they need when they run, so that `--help` and `query` start at once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from village_notice import __version__
from village_notice.chinese_click import ChineseGroup
from village_notice.cli_archive import archive, export_usb, purge, serve
from village_notice.cli_database import ENVIRONMENT, DatabaseType, ServerType
from village_notice.cli_folders import FolderType
from village_notice.cli_ledger import ledger
from village_notice.cli_notices import guide, notices, preview, split_names, verify_sheet
from village_notice.errors import ExitCode

if TYPE_CHECKING:
    from datetime import datetime

    from village_notice.archive.dialect import Source
    from village_notice.options import RunOptions, RunResult

F = TypeVar("F", bound=Callable[..., Any])


@click.group(cls=ChineseGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "--version", message="village-notice %(version)s", help="显示版本号。")
def main() -> None:
    """惠民惠农财政补贴村务公开工具：把各部门的表格变成每个村的公示、档案和查询。

    \b
    例：
      village-notice demo
      village-notice run 收件箱 --year 2022 --out 结果
      village-notice query 王建国 --db 结果/公开/查询.db
    """


def run_options(command: F) -> F:
    """The options of a command that reads an inbox."""
    decorators = (
        click.argument("inbox", type=FolderType(), metavar="收件箱"),
        click.option("--year", type=click.IntRange(2000, 2100), required=True, help="公开哪一年的发放结果，如 2022。"),
        click.option("--out", type=FolderType(), required=True, help="结果放在哪个文件夹。"),
        click.option(
            "--mirror",
            type=click.Path(path_type=Path),
            help="收件箱或结果写成网址（如 s3://桶/收件箱）时，本机放取回的表格和做好的结果的文件夹。",
        ),
        click.option("--home", type=click.Path(path_type=Path), help="办公文件夹（init 命令建立）；不给就用默认设置。"),
        click.option(
            "--register", type=click.Path(path_type=Path), help="村名册 villages.csv；不给就用自带的莱阳名册。"
        ),
        click.option("--township", "townships", multiple=True, help="只做哪些乡镇；可写多次，或用逗号隔开。"),
        click.option("--stamp", metavar="日期", help="写进文件里的日期，如 2022-12-20；不给就用统计截止日期。"),
        click.option(
            "--password", envvar="VILLAGE_NOTICE_PASSWORD", show_envvar=True, help="打开带密码的表格用的密码。"
        ),
        click.option(
            "--copies",
            type=click.Choice(["auto", "all", "errors", "none"]),
            default="auto",
            show_default=True,
            help="哪些表格做核对副本：auto 有要改的才做，收件箱超过 200 个文件时只做有错误的；all 有提醒的都做；"
            "errors 只做有错误的；none 不做。",
        ),
        click.option("--workers", type=click.IntRange(1, 64), help="同时用几个进程，默认与电脑核数相同。"),
        click.option(
            "--database",
            type=ServerType(),
            envvar=ENVIRONMENT,
            show_envvar=True,
            help="除了 公开/查询.db，还写进这个 PostgreSQL 数据库，如 postgresql://用户@主机/库名；"
            "不给就看 office.toml 的 database_url。",
        ),
        click.option(
            "--cluster",
            default="",
            metavar="网址",
            help="在 Dask 集群上做，如 tcp://主机:8786；输入输出要放在各机都能看到的路径。",
        ),
        click.option("--fresh", "is_fresh", is_flag=True, help="全部重新读、重新做，不用以前运行留下的中间结果。"),
        click.option("--json", "as_json", is_flag=True, help="在标准输出给出 JSON。"),
        click.option("--quiet", is_flag=True, help="不显示进度。"),
        click.option("--profile", is_flag=True, help="最后列出每一步用了多少时间。"),
    )
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


@main.command()
@run_options
def run(**values: Any) -> None:  # noqa: ANN401  # click passes the options by name
    """一条命令做完：读取和核对一文件夹表格，做出各村的公示、档案包和查询库。

    \b
    例：
      village-notice run 收件箱 --year 2022 --out 结果
      village-notice run D:\\2022收件箱 --year 2022 --out D:\\2022结果 --township 山前店镇 --home 办公
    退出码：0 完成；3 完成但有待核实的款项；4 一笔也没有读到；6 写不进。
    """
    _run(values)


@main.command()
@run_options
def check(**values: Any) -> None:  # noqa: ANN401  # click passes the options by name
    """只读取和核对：与 run 相同，但不做公示、档案和查询库。

    \b
    例：
      village-notice check 收件箱 --year 2022 --out 核对结果
    """
    _run(values | {"check_only": True})


@main.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="表格文件")
@click.option("--year", type=click.IntRange(2000, 2100), help="哪一年；不给就用今年。")
@click.option("--home", type=click.Path(path_type=Path), help="办公文件夹（init 命令建立）；答复存在它的 layouts 里。")
@click.option("--register", type=click.Path(path_type=Path), help="村名册 villages.csv；不给就用自带的莱阳名册。")
@click.option("--password", envvar="VILLAGE_NOTICE_PASSWORD", show_envvar=True, help="打开带密码的表格用的密码。")
@click.option("--write", is_flag=True, help="为有疑问的表写好答复文件，用记事本填。")
@click.option("--set", "settings", multiple=True, metavar="键=值", help="直接答复，如 --set 金额=G；可写多次。")
@click.option("--sheet", default="", help="只答复哪张工作表。")
@click.option("--json", "as_json", is_flag=True, help="在标准输出给出 JSON。")
def layout(file: Path, settings: tuple[str, ...], sheet: str, *, write: bool, as_json: bool, **values: Any) -> None:  # noqa: ANN401
    """看一个表格是怎么读的：表头、各列的意思、前几笔、哪些没有计入；有疑问的告诉您怎么答复，答一次就记住。

    \b
    例：
      village-notice layout 收件箱/羊郡镇/种粮补贴.xlsx --year 2022
      village-notice layout 收件箱/羊郡镇/种粮补贴.xlsx --home 办公 --write
      village-notice layout 收件箱/羊郡镇/种粮补贴.xlsx --home 办公 --set 金额=G --set 已发=是
    """
    from datetime import date

    from village_notice.sources.layout_answers import answer_layout
    from village_notice.sources.layout_page import format_page
    from village_notice.sources.read_options import ReadOptions

    options = ReadOptions(**values | {"year": values["year"] or date.today().year})  # noqa: DTZ011  # the clerk's own day
    page = answer_layout(file, options, settings, sheet, write=write)
    click.echo(_dump(page.to_json()) if as_json else format_page(page))


def _build_options(values: dict[str, Any]) -> RunOptions:
    from village_notice.options import RunOptions

    workers, stamp = values.pop("workers") or os.cpu_count() or 1, _read_stamp(values.pop("stamp"))
    return RunOptions(**values | {"townships": split_names(values["townships"])}, workers=workers, stamp=stamp)


def _read_stamp(text: str | None) -> datetime | None:
    """The date of all outputs: the option, else SOURCE_DATE_EPOCH, else None."""
    from datetime import UTC, datetime

    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        if text:
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        return datetime.fromtimestamp(int(epoch), UTC) if epoch else None
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(f"日期“{text or epoch}”不对，请写成 2022-12-20 这样。") from error


def _run(values: dict[str, Any]) -> None:
    """Does what `run` and `check` were asked for, tells what came of it and ends with the exit code."""
    from datetime import datetime

    from village_notice.stopwatch import Stopwatch

    watch = Stopwatch()
    from village_notice import running
    from village_notice.checks.posted import remind_of_posting
    from village_notice.mirror import Folders, run_mirrored
    from village_notice.progress import show_progress

    as_json, profile = values.pop("as_json"), values.pop("profile")
    folders = Folders(values.pop("inbox"), values.pop("out"), values.pop("mirror"))
    with show_progress(quiet=values.pop("quiet")) as progress:

        def work(inbox: Path, out: Path) -> RunResult:
            return running.run(_build_options(values | {"inbox": inbox, "out": out}), progress, watch)

        result = run_mirrored(folders, work, progress, watch.lap)
    if profile:
        click.echo(watch.format_table(), err=True)
    click.echo(json.dumps(result.to_json(), ensure_ascii=False, indent=1) if as_json else result.summary.format_text())
    reminder = remind_of_posting(result.summary.unposted, result.summary.year, datetime.now().astimezone().date())
    for note in filter(None, (result.note, reminder)):
        click.echo(f"\n注意：{note}", err=True)
    for words, names in (
        ("移到旧版的文件", result.moved),
        ("您手工改过、已换成新结果的文件（您改的那份在旧版里）", result.changed),
        ("正被打开、没有换成新的文件（请关闭后再运行）", result.blocked),
    ):
        if names:
            click.echo(f"{words} {len(names)} 个：{'、'.join(names[:5])}{'……' if len(names) > 5 else ''}", err=True)
    raise click.exceptions.Exit(int(result.exit_code))


@main.command()
@click.argument("words", nargs=-1, required=True, metavar="姓名…")
@click.option(
    "--db",
    type=DatabaseType(),
    envvar=ENVIRONMENT,
    show_envvar=True,
    help="查询库 查询.db，或数据库网址 postgresql://…；不给就找当前文件夹下的。",
)
@click.option("--village", default="", help="只查哪个村。")
@click.option("--township", default="", help="只查哪个乡镇。")
@click.option("--group", default="", help="只查哪个村民小组。")
@click.option("--year", type=int, help="只查哪一年；不给就查最近一年。")
@click.option("--years", type=click.Choice(["all"]), help="写 all 就各年并排对照。")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="最多列出几个人。")
@click.option("--json", "as_json", is_flag=True, help="在标准输出给出 JSON。")
@click.option("--speak", is_flag=True, help="给出电话里可以照着念的话。")
def query(words: tuple[str, ...], db: Source | None, as_json: bool, speak: bool, **where: Any) -> None:  # noqa: ANN401
    """查一个人（姓名、姓名的一部分、全拼或首字母）这一年领了哪几笔。

    \b
    例：
      village-notice query 王建国 --db 结果/公开/查询.db
      village-notice query wangjianguo --village 万柳村
      village-notice query wjg 万柳村 --speak
      village-notice query 王建国 --village 万柳村 --years all
    """
    from village_notice.archive import query as queries

    if where.pop("years"):
        where["year"] = queries.ALL_YEARS
    answers = queries.search(queries.find_database(db), " ".join(words), **where)
    if as_json:
        click.echo(json.dumps(queries.to_json(answers), ensure_ascii=False, indent=1))
    else:
        click.echo(queries.format_speech(answers) if speak else queries.format_answers(answers))


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="档案包…")
@click.option("--json", "as_json", is_flag=True, help="在标准输出给出 JSON。")
def verify(paths: tuple[Path, ...], as_json: bool) -> None:
    """核对档案包是否完好：一个包、一个 U 盘或全市的文件夹都可以。

    \b
    例：
      village-notice verify 结果/公开/山前店镇/万柳村/档案
      village-notice verify E:\\
    """
    from village_notice.archive import verify as verifying

    verdicts = [verdict for path in paths for verdict in verifying.verify_path(path)]
    click.echo(verifying.to_json(verdicts) if as_json else verifying.format_verdicts(verdicts))
    raise click.exceptions.Exit(0 if verifying.is_all_intact(verdicts) else int(ExitCode.VERIFICATION))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="在标准输出给出 JSON。")
@click.argument("codes", nargs=-1, metavar="[编号…]")
def rules(codes: tuple[str, ...], as_json: bool) -> None:
    """列出全部核对规则：编号、轻重、意思、怎么办。

    \b
    例：
      village-notice rules
      village-notice rules C04 X01
    """
    from village_notice.checks import rule_pages

    click.echo(rule_pages.to_json(codes) if as_json else rule_pages.format_rules(codes))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="文件夹")
@click.option(
    "--townships", multiple=True, default=("山前店镇,羊郡镇",), show_default=True, help="哪些乡镇，用逗号隔开。"
)
@click.option("--seed", type=int, default=20220713, show_default=True, help="换一个数就换一批虚构的人。")
@click.option("--year", type=click.IntRange(2000, 2100), default=2022, show_default=True, help="哪一年。")
@click.option("--households", type=click.IntRange(8, 2000), default=48, show_default=True, help="每村大约几户。")
@click.option("--quiet", is_flag=True, help="不显示进度。")
def sample(folder: Path, townships: tuple[str, ...], seed: int, year: int, households: int, quiet: bool) -> None:
    """造一个虚构的收件箱，连同应有的结果 truth.json；人、证件号、账号都是编的。

    \b
    例：
      village-notice sample 样例 --townships 山前店镇,羊郡镇 --seed 1
    """
    from village_notice import demo
    from village_notice.progress import show_progress

    with show_progress(quiet=quiet) as progress:
        path = demo.write_sample(
            folder, townships=split_names(townships), seed=seed, year=year, households=households, progress=progress
        )
    click.echo(f"已在 {folder} 造好虚构的表格；应有的结果在 {path}。")


@main.command(name="demo")
@click.argument("folder", type=click.Path(path_type=Path), metavar="[文件夹]", default=Path("演示"))
@click.option("--json", "as_json", is_flag=True, help="在标准输出给出 JSON。")
@click.option("--quiet", is_flag=True, help="不显示进度。")
def run_demo(folder: Path, as_json: bool, quiet: bool) -> None:
    """用虚构数据完整做一遍，与应有的结果核对到分，告诉您打开哪些文件看。

    \b
    例：
      village-notice demo
      village-notice demo D:\\演示
    """
    from village_notice import demo
    from village_notice.progress import show_progress

    with show_progress(quiet=quiet) as progress:
        result = demo.run_demo(folder, progress)
    click.echo(json.dumps(result.to_json(), ensure_ascii=False, indent=1) if as_json else result.text)
    raise click.exceptions.Exit(int(result.exit_code))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="办公文件夹")
def init(folder: Path) -> None:
    """建立办公文件夹：电话、公示日期等设置写在里面的 office.toml，用记事本就能改。

    \b
    例：
      village-notice init 办公
    """
    from village_notice import settings

    click.echo(
        f"已建立 {settings.create_office(folder)}。请用记事本打开，填好电话和日期，然后运行时加上 --home {folder}"
    )


def _dump(rows: object) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=1)


for _command in (archive, export_usb, purge, serve, notices, preview, guide, verify_sheet, ledger):
    main.add_command(_command)
