"""Commands about paper made again: notices, preview, guide, verify-sheet. Imported by `cli`, which every user runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from village_notice.chinese_click import ChineseCommand

F = TypeVar("F", bound=Callable[..., Any])


def split_names(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Names given once each, or several parted by commas."""
    return tuple(name.strip() for text in texts for name in text.replace("，", ",").split(",") if name.strip())


def again_options(command: F) -> F:
    """The options of a command that makes paper again from a finished run."""
    decorators = (
        click.option("--kind", "kinds", multiple=True, help="哪几种，可写多次或用逗号隔开：汇总公开 一户一行 明细公开 明白纸 广播稿 图片 更正公告 全市汇总 缺项清单；不给就做汇总公开和一户一行。"),
        click.option("--programme", "programmes", multiple=True, help="明细公开只做哪些项目，写名称或其中几个字；可写多次。"),
        click.option("--columns", "columns", multiple=True, help="汇总公开和明细公开只印哪几列，按写的次序，如 姓名,数量,金额；写表头或列的英文名；可写多次。"),
        click.option("--paper", type=click.Choice(["A4", "A3"]), default=None, help="纸张；不给就按模板。"),
        click.option("--large", "is_large", is_flag=True, help="大字：表格不小于 16 磅。"),
        click.option("--home", type=click.Path(path_type=Path), help="办公文件夹；电话、日期和模板从这里取。"),
        click.option("--out", "target", type=click.Path(path_type=Path), help="放在哪个文件夹；不给就放在结果文件夹的 另印 里。"),
        click.option("--workers", type=click.IntRange(1, 64), help="同时用几个进程，默认与电脑核数相同。"),
        click.option("--json", "as_json", is_flag=True, help="在标准输出给出 JSON。"),
        click.option("--quiet", is_flag=True, help="不显示进度。"),
    )  # fmt: skip
    for decorator in reversed(decorators):
        command = decorator(command)
    return command


@click.command(cls=ChineseCommand)
@click.argument("out", type=click.Path(path_type=Path), metavar="结果文件夹")
@click.option("--village", "villages", multiple=True, help="哪些村：村名、“乡镇/村”或 12 位代码；可写多次。")
@click.option("--township", "townships", multiple=True, help="哪些乡镇；可写多次，或用逗号隔开。")
@click.option(
    "--before",
    type=click.Path(path_type=Path),
    help="更正公告：已张贴的那一次的结果文件夹；不给就与本文件夹上一次运行比。",
)
@click.option("--reason", default="", help="更正公告：更正的原因；不给就印一条横线手写。")
@click.option(
    "--bundle", "is_bundle", is_flag=True, help="每个乡镇合成一个打印文件：装箱单、每村分隔页、双面打印的空白页都排好。"
)
@click.option("--one-sided", "is_one_sided", is_flag=True, help="合成的文件按单面打印排。")
@again_options
def notices(as_json: bool, quiet: bool, **values: Any) -> None:  # noqa: ANN401  # click passes the options by name
    """从做好的结果再做公示：选村、选项目、选种类、选纸张，不用再读表格。

    \b
    例：
      village-notice notices 结果 --village 万柳村 --kind 明白纸
      village-notice notices 结果 --township 山前店镇 --kind 汇总公开 --paper A3 --large
      village-notice notices 结果 --kind 明细公开 --programme 耕地地力 --columns 姓名,数量,金额
      village-notice notices 结果 --township 山前店镇 --bundle
      village-notice notices 结果 --kind 全市汇总,缺项清单
      village-notice notices 结果 --kind 更正公告 --before 上次结果 --reason 两户面积登记有误
    退出码：0 完成；7 有文件没有通过公开前的检查，没有写出。
    """
    _make_again(values, as_json=as_json, quiet=quiet)


@click.command(cls=ChineseCommand)
@click.argument("village", metavar="村")
@click.option(
    "--results",
    "out",
    type=click.Path(path_type=Path),
    default=Path("结果"),
    show_default=True,
    help="run 做好的结果文件夹。",
)
@again_options
def preview(village: str, as_json: bool, quiet: bool, **values: Any) -> None:  # noqa: ANN401
    """只做一个村的公示，告诉您放在哪里：改了模板或设置，先看一张。

    \b
    例：
      village-notice preview 万柳村
      village-notice preview 山前店镇/万柳村 --results D:\\2022结果 --home 办公 --large
    """
    _make_again(values | {"villages": (village,), "townships": ()}, as_json=as_json, quiet=quiet)


@click.command(cls=ChineseCommand)
@click.argument("programmes", nargs=-1, metavar="[项目…]")
@click.option(
    "--out",
    "target",
    type=click.Path(path_type=Path),
    default=Path("申报指南"),
    show_default=True,
    help="放在哪个文件夹。",
)
@click.option("--home", type=click.Path(path_type=Path), help="办公文件夹；电话和本县核实过的内容从这里取。")
@click.option("--paper", type=click.Choice(["A4", "A3"]), default=None, help="纸张；不给就按模板。")
@click.option("--large", "is_large", is_flag=True, help="大字。")
@click.option("--picture", "has_pictures", is_flag=True, help="同时做 PNG 图片，可发村微信群。")
@click.option("--json", "as_json", is_flag=True, help="在标准输出给出 JSON。")
@click.option("--quiet", is_flag=True, help="不显示进度。")
def guide(programmes: tuple[str, ...], as_json: bool, quiet: bool, **values: Any) -> None:  # noqa: ANN401
    """做申报指南，一个项目一张；不用收件箱。没有核实的内容不印，没有内容的印“请咨询”和电话。

    \b
    例：
      village-notice guide 耕地地力保护补贴 --home 办公
      village-notice guide --home 办公 --out 指南 --picture
    """
    from village_notice import guides
    from village_notice.progress import show_progress

    with show_progress(quiet=quiet) as progress:
        made = guides.make_guides(guides.GuideWish(programmes, **values), progress)
    click.echo(json.dumps(made.to_json(), ensure_ascii=False, indent=1) if as_json else made.format_text())
    raise click.exceptions.Exit(int(made.exit_code))


def _make_again(values: dict[str, Any], *, as_json: bool, quiet: bool) -> None:
    from village_notice import reprint, wish
    from village_notice.progress import show_progress

    lists = {
        name: split_names(values.pop(name)) for name in ("kinds", "villages", "townships", "programmes", "columns")
    }
    unknown = [kind for kind in lists["kinds"] if kind not in wish.KINDS]
    if unknown:
        guide = "申报指南用 village-notice guide 做。" if "申报指南" in unknown else ""
        raise click.UsageError(f"没有“{'、'.join(unknown)}”这种公示，可用的有：{'、'.join(wish.KINDS)}。{guide}")
    lists["kinds"] = lists["kinds"] or wish.USUAL
    values["workers"] = values["workers"] or os.cpu_count() or 1
    with show_progress(quiet=quiet) as progress:
        made = reprint.make_notices(wish.Wish(**values | lists), progress)
    click.echo(json.dumps(made.to_json(), ensure_ascii=False, indent=1) if as_json else made.format_text())
    raise click.exceptions.Exit(int(made.exit_code))


@click.command(name="verify-sheet", cls=ChineseCommand)
@click.argument("place", type=click.Path(path_type=Path), metavar="档案包或结果文件夹")
@click.argument("line", nargs=-1, metavar="[校验那一行…]")
@click.option("--picture", type=click.Path(path_type=Path, exists=True), help="公示的照片：读里面的二维码，不用输入。")
@click.option("--village", "villages", multiple=True, help="结果文件夹里只对照哪个村；不给就全部对照。")
def verify_sheet(place: Path, line: tuple[str, ...], picture: Path | None, villages: tuple[str, ...]) -> None:
    """核对墙上的纸与档案是否一致：输入“校验”那一行（扫码枪也可以），或给出照片。

    \b
    例：
      village-notice verify-sheet 结果/公开/山前店镇/万柳村/档案 311人 2,896笔 514,087.79元 校验码 3E4OH-NVLSE
      village-notice verify-sheet 结果 3E4OH-NVLSE --village 万柳村
      village-notice verify-sheet 结果 --picture 照片.jpg
    退出码：0 一致；7 不一致。
    """
    from village_notice import sheet_check

    if not line and picture is None:
        raise click.UsageError("请输入纸上“校验”那一行，或用 --picture 给出照片。")
    text = sheet_check.read_picture(picture) if picture else " ".join(line)
    verdict = sheet_check.verify_sheet(place, text, villages)
    click.echo(verdict.text)
    raise click.exceptions.Exit(int(verdict.exit_code))
