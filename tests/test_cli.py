"""The command line as a user meets it: one Chinese sentence and the promised exit code, never a traceback."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from village_notice.cli import main


def call(*words):
    result = CliRunner().invoke(main, [str(w) for w in words])
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result


def test_help_has_examples_in_chinese_for_every_command():
    assert "例" in call("--help").output
    for name in main.commands:
        text = call(name, "--help").output
        assert "例" in text and "village-notice" in text, name
        assert not [w for w in ("Usage", "Options:", "Show this", "required", "default:") if w in text], name


def test_version():
    assert "0." in call("--version").output or "1." in call("--version").output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run"], "缺少参数"),
        (["run", "x", "--out", "y"], "--year"),
        (["run", "x", "--year", "abc", "--out", "y"], "不是整数"),
        (["nonsense"], "没有这个命令"),
        (["run", "没有这个文件夹", "--year", "2022", "--out", "y"], "找不到收件箱"),
        (["rules", "Z99"], "没有编号"),
        (["query", "王", "--db", "没有.db"], "找不到查询库"),
    ],
)
def test_wrong_usage_is_one_chinese_sentence_and_exit_2(words, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = call(*words)
    assert result.exit_code == 2
    assert expected in result.output
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_verify_fails_when_it_verified_nothing(tmp_path):
    result = call("verify", tmp_path)
    assert result.exit_code == 7 and "什么也没有核对" in result.output


def test_init_makes_the_office_once_and_never_overwrites(tmp_path):
    assert call("init", tmp_path / "办公").exit_code == 0
    (tmp_path / "办公/office.toml").write_text("notice_days = 9", encoding="utf-8")
    again = call("init", tmp_path / "办公")
    assert again.exit_code == 5 and "已经有了" in again.output
    assert (tmp_path / "办公/office.toml").read_text(encoding="utf-8") == "notice_days = 9"


def test_rules_one_and_all():
    assert "身份证号已损坏" in call("rules", "c04").output
    assert len(call("rules").output.splitlines()) > 60


def test_help_starts_without_the_heavy_libraries():
    code = (
        "import sys; from village_notice.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('pandas', 'openpyxl', 'reportlab', 'pypinyin', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "[]"
