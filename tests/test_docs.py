"""What is written about the tool is true: generated pages are fresh, every path, command and option that is named exists."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from village_notice.cli import main
from village_notice.domain.rules import RULES
from village_notice.settings import _KINDS

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_generated_pages_are_fresh():
    done = subprocess.run(
        [sys.executable, ROOT / "tools/make_docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert target.startswith("http") or (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_and_options_named_exist(page):
    text = page.read_text(encoding="utf-8")
    for line in re.findall(r"village-notice (?!-)([^\s`][^`\n]*)", text):
        words = line.split()
        name = re.sub(r"[^\w-].*", "", words[0])
        if not name.isascii() or page.name == "commands.md":
            continue
        assert name in main.commands, line
        command = main.commands[name]
        if isinstance(command, click.Group) and len(words) > 1:
            command = command.commands[words[1]]
        options = {o for p in command.params for o in p.opts} | {"--help"}
        named = [w for w in re.split(r"[\s`（）,，|]+", line) if w.startswith("--")]
        assert set(named) <= options, line


def test_every_rule_and_command_stands_in_the_reference():
    findings, commands = ((ROOT / "docs" / n).read_text(encoding="utf-8") for n in ("findings.md", "commands.md"))
    assert all(f"| {code} |" in findings for code in RULES)
    assert all(f"## {name}\n" in commands for name in main.commands)


def test_every_setting_stands_in_the_office_pattern():
    text = (ROOT / "templates/office/office.toml").read_text(encoding="utf-8")
    missing = [key for key in _KINDS if key not in text]
    assert missing == []


def test_the_map_in_the_readme_names_places_that_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:village_notice|data|templates)/[\w/.*]+)`", text):
        assert list(ROOT.glob(path.rstrip("/"))), path
