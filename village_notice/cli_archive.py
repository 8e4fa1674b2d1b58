"""Commands about finished packages and answers: archive, export-usb, purge, serve. Imported by `cli`, which every user runs."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from village_notice.chinese_click import ChineseCommand, ChineseGroup
from village_notice.cli_database import ENVIRONMENT, DatabaseType
from village_notice.errors import ExitCode, VillageNoticeError

if TYPE_CHECKING:
    from village_notice.archive.dialect import Source

_PACKAGES = click.argument("packages", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="档案包…")
_HOME = click.option("--home", type=click.Path(path_type=Path), help="办公文件夹（里面有张贴和异议的登记）。")
_TODAY = click.option("--date", "today", metavar="日期", help="按哪一天算，如 2022-12-28；不给就是今天。")


@click.group(cls=ChineseGroup)
def archive() -> None:
    """档案包：加入张贴证据、封存、读入查询库、移交清单。

    \b
    例：
      village-notice archive add-evidence 结果/公开/山前店镇/万柳村/档案 照片1.jpg 盖章件.pdf
      village-notice archive seal 结果/公开/山前店镇/万柳村/档案 --home 办公
    """


@archive.command(name="add-evidence")
@click.argument("package", type=click.Path(path_type=Path), metavar="档案包")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="照片或扫描件…")
@click.option("--pages", type=click.IntRange(1, 2000), help="这一个扫描件有几页（数不出来时才用）。")
@click.option("--paper-pages", type=click.IntRange(1, 2000), help="盖章的纸质原件存在村档案柜里，共几页。")
@_TODAY
def add_evidence(package: Path, files: tuple[Path, ...], today: str | None, **pages: int | None) -> None:
    """封存前加入张贴证据：公开栏照片（.jpg .png）、盖章件的扫描件（.pdf .tif）。

    \b
    例：
      village-notice archive add-evidence 结果/公开/山前店镇/万柳村/档案 E:\\照片1.jpg E:\\盖章件.pdf
      village-notice archive add-evidence 结果/公开/山前店镇/万柳村/档案 --paper-pages 6
    """
    from village_notice.archive import seal
    from village_notice.output import hold_around, record_files

    if not files and not pages["paper_pages"]:
        raise click.UsageError("没有给出照片或扫描件。请把文件写在档案包后面，或用 --paper-pages 登记纸质原件。")
    with hold_around(package):
        added = seal.add_evidence(package, files, _read_day(today), **pages)
        record_files(package)
    click.echo("\n".join(f"已加入：{p.path or '（纸质）'}　{p.kind}　{p.pages} 页" for p in added))
    click.echo("请自己看一遍：照片和扫描件里不能有证件号、卡号、电话；程序看不见图里的字。", err=True)


@archive.command(name="seal")
@_PACKAGES
@_HOME
@click.option("--posted", metavar="日期", help="张贴的第一天；办公文件夹里有登记就不用写。")
@click.option("--no-evidence", default="", metavar="原因", help="确实没有照片和扫描件时，写明原因。")
@_TODAY
def seal_packages(
    packages: tuple[Path, ...], home: Path | None, posted: str | None, no_evidence: str, today: str | None
) -> None:
    """封存档案包（或一个文件夹里的全部草稿）：张贴期满、有证据才能封存；封存只做一次，以后再也不改。

    \b
    例：
      village-notice archive seal 结果/公开/山前店镇 --home 办公
      village-notice archive seal 结果/公开/山前店镇/万柳村/档案 --home 办公
      village-notice archive seal 结果/公开/山前店镇/万柳村/档案 --posted 2022-12-20 --no-evidence 照相机坏了
    """
    from village_notice.archive import seal
    from village_notice.output import hold_around, record_files
    from village_notice.settings import read_settings

    settings, day = read_settings(home), _read_day(today)
    first = _read_day(posted) if posted else None
    worst = ExitCode.DONE
    for package in (draft for path in packages for draft in seal.find_drafts(path)):
        try:
            with hold_around(package):
                click.echo(seal.seal_package(package, day, settings, posted=first, no_evidence=no_evidence))
                record_files(package)
        except VillageNoticeError as error:  # one village that is not ready does not hold up the others
            click.echo(f"没有封存：{error}", err=True)
            worst = max(worst, error.exit_code)
    raise click.exceptions.Exit(int(worst))


@archive.command(name="import")
@_PACKAGES
@click.option(
    "--db",
    type=DatabaseType(),
    envvar=ENVIRONMENT,
    show_envvar=True,
    required=True,
    help="读入哪个查询库 查询.db，或数据库网址 postgresql://…；没有就新建。",
)
@_HOME
def import_packages(packages: tuple[Path, ...], db: Source, home: Path | None) -> None:
    """把往年的档案包读进查询库；先核对完好，同一村同一年以新版为准。

    \b
    例：
      village-notice archive import D:\\2021结果\\公开 --db 结果/公开/查询.db
    """
    from village_notice.archive import restore
    from village_notice.output import hold_around, record_files

    if not isinstance(db, Path):
        click.echo(restore.import_packages(packages, db, home))
        return
    with hold_around(db):
        click.echo(restore.import_packages(packages, db, home))
        record_files(db)


@archive.command()
@_PACKAGES
@click.option("--out", type=click.Path(path_type=Path), required=True, help="清单写到哪个 .xlsx 文件。")
@_TODAY
def handover(packages: tuple[Path, ...], out: Path, today: str | None) -> None:
    """换届移交清单（可打印的 .xlsx）：每个档案包一行，当场核对，末尾有签字处。

    \b
    例：
      village-notice archive handover 结果/公开/山前店镇/万柳村 --out 移交清单.xlsx
    """
    from village_notice.archive import handover as lists

    data, verdicts = lists.build_handover(packages, _read_day(today))
    lists.write_list(out, data)
    click.echo(f"已写好 {out}：{len(verdicts)} 个档案包，完好 {sum(v.is_intact for v in verdicts)} 个。")
    raise click.exceptions.Exit(0 if all(v.is_intact for v in verdicts) else int(ExitCode.VERIFICATION))


@click.command(name="export-usb", cls=ChineseCommand)
@click.argument("target", type=click.Path(path_type=Path), metavar="U盘")
@click.option("--from", "source", type=click.Path(path_type=Path), required=True, help="run 的结果文件夹。")
@click.option("--village", "villages", multiple=True, help="哪个村；可写多次。")
@click.option("--township", "townships", multiple=True, help="哪个乡镇的全部村；可写多次。")
@click.option("--json", "as_json", is_flag=True, help="在标准输出给出 JSON。")
def export_usb(
    target: Path, source: Path, villages: tuple[str, ...], townships: tuple[str, ...], as_json: bool
) -> None:
    """把村的公示和档案复制到 U 盘，复制后逐个读回核对；中断了再运行一次就接着复制。

    \b
    例：
      village-notice export-usb E:\\ --from 结果 --village 万柳村
      village-notice export-usb E:\\ --from 结果 --township 山前店镇
    """
    from village_notice.archive import stick
    from village_notice.output import check_is_whole

    check_is_whole(source)
    result = stick.export(source / "公开", target, villages, townships)
    click.echo(json.dumps(result.to_json(), ensure_ascii=False, indent=1) if as_json else result.format_text())
    raise click.exceptions.Exit(0 if result.is_intact else int(ExitCode.VERIFICATION))


@click.command(cls=ChineseCommand)
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="清哪一年。")
@click.option("--home", type=click.Path(path_type=Path), required=True, help="办公文件夹。")
@click.option("--from", "out", type=click.Path(path_type=Path), help="那一年的结果文件夹：连同里面的内部资料一起清。")
@click.option("--yes", is_flag=True, help="不再询问。")
def purge(year: int, home: Path, out: Path | None, yes: bool) -> None:
    """清除已办完年度的个人信息：收件箱原件、台账里的证件号和账号、缓存；先列出来，问过才动手。

    \b
    例：
      village-notice purge --year 2020 --home 办公
      village-notice purge --year 2020 --home 办公 --from 2020结果 --yes
    """
    from village_notice import purge as purging

    plan = purging.plan_purge(home, year, out)
    click.echo(plan.format_text())
    if not yes:
        click.confirm("以上删除后不能恢复，公示、档案和查询库不受影响。确定删除吗", abort=True)
    purging.carry_out(plan)
    click.echo(plan.format_done())


@click.command(cls=ChineseCommand)
@click.option(
    "--db",
    type=DatabaseType(),
    envvar=ENVIRONMENT,
    show_envvar=True,
    help="查询库 查询.db，或数据库网址 postgresql://…；不给就找当前文件夹下的。",
)
@click.option(
    "--papers", type=click.Path(path_type=Path), help="公示放在哪个文件夹（结果/公开）；不给就是查询库所在的文件夹。"
)
@click.option(
    "--home", type=click.Path(path_type=Path), help="办公文件夹：是否允许按姓名查、查到哪天，写在 office.toml 里。"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="在哪个地址上服务；默认只有本机能打开。")
@click.option("--port", type=click.IntRange(1, 65535), help="端口；不写就是 8000，窗口答复是 8010。")
@click.option("--allow-host", "hosts", multiple=True, metavar="主机名", help="还允许用哪个主机名打开；可写多次。")
@click.option("--desk", is_flag=True, help="窗口答复：给经办人接电话用，要密码，看得到台账；必须给 --home。")
@click.option("--set-password", "is_new", is_flag=True, help="（重新）设窗口答复的密码；加 --clerk 就只设这一个人的。")
@click.option(
    "--clerk",
    default="",
    metavar="姓名",
    help="给这个经办人设自己的密码；设过以后，只有设过的人能进，登记簿记的就是本人。",
)
@click.option("--remove-clerk", default="", metavar="姓名", help="去掉这个经办人的密码（调走了）。")
def serve(db: Source | None, home: Path | None, host: str, port: int | None, **more: Any) -> None:  # noqa: ANN401  # click passes the rest by name
    """开村民查询网页：选村、看合计、打开公示；设置允许时可在本村内按姓名查。加 --desk 是经办人的窗口答复。按 Ctrl+C 停止。

    \b
    例：
      village-notice serve --db 结果/公开/查询.db
      village-notice serve --db 结果/公开/查询.db --home 办公 --host 0.0.0.0 --allow-host 10.0.0.5
      village-notice serve --desk --db 结果/公开/查询.db --home 办公
    """
    from village_notice.settings import read_settings
    from village_notice.web.server import format_address

    settings, hosts = read_settings(home), more["hosts"]
    if (more["is_new"] or more["clerk"] or more["remove_clerk"]) and not more["desk"]:
        raise click.UsageError("--set-password、--clerk、--remove-clerk 是窗口答复用的，请和 --desk 一起用。")
    if not more["desk"]:
        from village_notice.web.public import serve as serving

        click.echo(f"请用浏览器打开 {format_address(host, port or 8000)}　按 Ctrl+C 停止。", err=True)
        serving.serve(db, settings, host=host, port=port or 8000, more_hosts=hosts, papers=more["papers"])
        return
    from village_notice.web.desk import serve as desk

    if home is None:
        raise click.UsageError("窗口答复要用办公文件夹里的台账。请加上 --home 办公文件夹。")
    if more["remove_clerk"]:
        desk.remove_clerk(home, more["remove_clerk"])
    keys = desk.find_keys(home, _ask_password, is_new=more["is_new"] or bool(more["clerk"]), clerk=more["clerk"])
    click.echo(f"窗口答复：请用浏览器打开 {format_address(host, port or 8010)}　按 Ctrl+C 停止。", err=True)
    desk.serve(db, settings, keys, host=host, port=port or 8010, more_hosts=hosts)


def _ask_password() -> str:
    return str(
        click.prompt("请设一个窗口密码（至少 8 个字符，输入时不显示）", hide_input=True, confirmation_prompt="再输一遍")
    )


def _read_day(text: str | None) -> date:
    """A day the user wrote, or today: the one clock of these commands; a day to come is refused."""
    today = datetime.now().astimezone().date()
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"日期“{text}”不对，请写成 2022-12-20 这样。") from error
    if day > today:
        raise click.BadParameter(f"日期“{text}”还没有到。请写今天或以前的日期。")
    return day
