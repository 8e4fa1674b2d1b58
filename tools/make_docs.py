"""Writes the generated pages under docs/: findings.md and commands.md. With --check only compares.

Run from the checkout: `python tools/make_docs.py`.
"""

import sys
from pathlib import Path

import click

from village_notice.checks.rule_pages import build_rule_pages
from village_notice.cli import main

DOCS = Path(__file__).resolve().parent.parent / "docs"


def build_command_pages() -> str:
    """The reference of the command line, from `--help` of every command."""
    parts = ["# 命令参考\n\n<!-- 由 tools/make_docs.py 生成，不要手改 -->\n"]
    context = click.Context(main, info_name="village-notice", max_content_width=100)
    parts.append(f"```text\n{main.get_help(context)}\n```\n")
    for name in sorted(main.commands):
        command = main.commands[name]
        sub = click.Context(command, info_name=f"village-notice {name}", max_content_width=100)
        parts.append(f"\n## {name}\n\n```text\n{command.get_help(sub)}\n```\n")
        for part in sorted(command.commands) if isinstance(command, click.Group) else ():
            inner = click.Context(
                command.commands[part], info_name=f"village-notice {name} {part}", max_content_width=100
            )
            parts.append(f"\n### {name} {part}\n\n```text\n{inner.command.get_help(inner)}\n```\n")
    return "".join(parts)


def write_pages(*, check: bool) -> int:
    """Write the pages, or say which are stale; the number of stale pages."""
    stale = 0
    for name, text in (("findings.md", build_rule_pages()), ("commands.md", build_command_pages())):
        path = DOCS / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if check:
            print(f"{path.name} is stale: run python tools/make_docs.py")
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {path.name}")
    return stale


if __name__ == "__main__":
    CHECK = "--check" in sys.argv
    FOUND = write_pages(check=CHECK)
    sys.exit(1 if CHECK and FOUND else 0)
