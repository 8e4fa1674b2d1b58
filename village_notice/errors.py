"""Errors that stop a run, and the exit codes the command line promises.

A problem in somebody's spreadsheet is a `Finding` and never an exception; see `domain/finding.py`.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of `village-notice`; scripts may rely on them."""

    DONE = 0
    BUG = 1
    USAGE = 2
    HELD = 3
    NOTHING_READABLE = 4
    SETTINGS = 5
    CANNOT_WRITE = 6
    VERIFICATION = 7
    INTERRUPTED = 130


class VillageNoticeError(Exception):
    """Root of the errors that stop a run; the message is Chinese and ends with what to do."""

    exit_code: ExitCode = ExitCode.BUG


class UsageError(VillageNoticeError):
    """A wrong option or a folder that cannot be meant."""

    exit_code = ExitCode.USAGE


class NothingReadableError(VillageNoticeError):
    """No payment could be read from anything in the inbox."""

    exit_code = ExitCode.NOTHING_READABLE


class SettingsError(VillageNoticeError):
    """office.toml, a template or a waiver file has a mistake."""

    exit_code = ExitCode.SETTINGS


class ReferenceFileError(SettingsError):
    """A reference file (villages, subsidies, headings …) has a broken line.

    Args:
        file: The file as the user knows it.
        line: Line number, from 1, as a text editor shows it.
        column: Name of the column, or "" where the whole line is wrong.
        problem: What was found and what is allowed, in Chinese.
    """

    def __init__(self, file: str, line: int, column: str, problem: str) -> None:
        where = f"第 {line} 行" + (f"“{column}”列" if column else "")
        super().__init__(f"参考数据 {file} {where}有错：{problem}。请改正后重新运行。")
        self.file, self.line, self.column, self.problem = file, line, column, problem


class CannotWriteError(VillageNoticeError):
    """The output folder cannot be written: no rights, disk full, open in Excel."""

    exit_code = ExitCode.CANNOT_WRITE


class BusyError(CannotWriteError):
    """Another command is writing into the output folder."""


class HalfwayError(VillageNoticeError):
    """The run was stopped while it put its results in place: the next one goes on with that."""

    exit_code = ExitCode.INTERRUPTED


class VerificationError(VillageNoticeError):
    """A package, a total or the demo does not agree with what it must agree with."""

    exit_code = ExitCode.VERIFICATION


class ConservationError(VillageNoticeError):
    """A payment or a fen was lost or invented inside the run: the run must not go on."""

    exit_code = ExitCode.BUG
