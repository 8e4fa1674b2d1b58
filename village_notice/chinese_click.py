"""click in Chinese: help pages, errors of use, and exit codes as promised in `errors.ExitCode`."""

import sys
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

import click

from village_notice.errors import ExitCode, VillageNoticeError

_HELP_WORDS = {
    "[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 …", "Show this message and exit.": "显示这页说明。",
    "INTEGER RANGE": "整数", "INTEGER": "整数", "PATH": "路径", "TEXT": "文字", "; required]": "；必填]", "[required]": "[必填]",
    "[default: ": "[不写就是：", "; default: ": "；不写就是：", "[env var: ": "[环境变量：",
}  # fmt: skip


_HANGING = frozenset("。，、；：！？）")
"""Marks that never begin a line."""


def _translate(text: str) -> str:
    for english, chinese in _HELP_WORDS.items():
        text = text.replace(english, chinese)
    return text


def _width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _wrap(text: str, room: int) -> Iterator[str]:
    """Lines no wider than the room; broken anywhere between Chinese characters, Latin words stay whole."""
    line = ""
    for word in _split_words(text):
        if line and word not in _HANGING and _width(line + word) > room:
            yield line.rstrip()
            line = word.lstrip()
        else:
            line += word
    yield line.rstrip()


def _split_words(text: str) -> Iterator[str]:
    word = ""
    for char in text:
        if char.isascii() and not char.isspace():
            word += char
            continue
        if word:
            yield word
        yield char
        word = ""
    if word:
        yield word


class _Formatter(click.HelpFormatter):
    """Help pages with Chinese headings and columns that line up."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _translate(args), "用法：")

    def write_heading(self, heading: str) -> None:
        super().write_heading({"Options": "选项", "Commands": "命令"}.get(heading, heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        told = [(_translate(term), _translate(text)) for term, text in rows]
        first = min(max((_width(term) for term, _ in told), default=0), col_max) + col_spacing
        edge = " " * (self.current_indent + first)
        for term, text in told:
            lines = list(_wrap(text, self.width - len(edge)))
            gap = " " * (first - _width(term)) if _width(term) <= first - col_spacing else "\n" + edge
            self.write(f"{'':>{self.current_indent}}{term}{gap}{lines[0]}\n")
            self.write("".join(f"{edge}{line}\n" for line in lines[1:]))


class _ChineseHelp(click.Command):
    """A command whose help page is Chinese."""

    def get_help(self, ctx: click.Context) -> str:
        """The help page, without the blank line at its end."""
        formatter = _Formatter(width=ctx.terminal_width, max_width=ctx.max_content_width)
        self.format_help(ctx, formatter)
        return formatter.getvalue().rstrip("\n")


class ChineseCommand(_ChineseHelp):
    """A command of the group."""


class ChineseGroup(_ChineseHelp, click.Group):
    """The command group: errors as one Chinese sentence, exit codes as promised in `errors.ExitCode`."""

    command_class = ChineseCommand

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # click's own signature
        """Run a command; every error ends as one sentence on stderr and the promised exit code."""
        kwargs["standalone_mode"] = False
        _use_utf8()
        try:
            code = super().main(*args, **kwargs)
        except click.exceptions.Exit as error:
            code = error.exit_code
        except (click.exceptions.Abort, KeyboardInterrupt):
            click.echo("\n已中断。已有的结果没有改动；再运行一次同样的命令，就从中断的地方接着做。", err=True)
            code = ExitCode.INTERRUPTED
        except click.ClickException as error:
            click.echo(f"用法不对：{_explain_usage(error)}", err=True)
            code = ExitCode.USAGE
        except VillageNoticeError as error:
            click.echo(str(error), err=True)
            code = error.exit_code
        sys.exit(int(code or 0))


_OPTION_WORDS = {
    "No such option": "没有这个选项",
    "Missing option": "缺少选项",
    "Missing argument": "缺少参数",
    "No such command": "没有这个命令",
    "Invalid value for": "选项的值不对",
    "Got unexpected extra argument": "多出了参数",
    "requires an argument": "后面要跟一个值",
    "Did you mean": "是不是想写",
    "is not a valid integer": "不是整数",
    "Missing command": "缺少命令",
    "is not in the range": "不在允许的范围内",
}


def _explain_usage(error: click.ClickException) -> str:
    """Click's English words of a wrong call in Chinese, with the way to the help page."""
    text = error.format_message()
    for english, chinese in _OPTION_WORDS.items():
        text = text.replace(english, chinese)
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "village-notice"
    return f"{text}\n查看用法：{command} --help"


def _use_utf8() -> None:
    """Chinese must survive a Windows console or pipe that is set to another encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
