"""Starts the desk: asks for the password the first time, prepares the ledger, binds this computer only."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from village_notice.archive.browse import list_townships
from village_notice.archive.dialect import Source
from village_notice.archive.query import find_database
from village_notice.errors import UsageError
from village_notice.ledger.desk import prepare_desk
from village_notice.settings import Settings
from village_notice.sources.reference import read_reference
from village_notice.web.desk.app import DeskSite, create_app
from village_notice.web.desk.keys import DeskKeys, read_keys, remove_clerk, set_password
from village_notice.web.server import list_hosts, run_app

__all__ = ["PASSWORD_VARIABLE", "find_keys", "remove_clerk", "serve"]

PASSWORD_VARIABLE = "VILLAGE_NOTICE_DESK_PASSWORD"  # noqa: S105  # the name of a variable


def find_keys(home: Path, ask: Callable[[], str], *, is_new: bool, clerk: str = "") -> DeskKeys:
    """The keys of an office; a password is asked for where there is none yet, or where a new one is wanted.

    Args:
        home: Office folder.
        ask: Asks a person for a new password.
        is_new: True sets a new one.
        clerk: Whose it is, "" everybody's.

    Raises:
        UsageError: A password is needed and nobody can be asked, or it is too short.
    """
    keys = read_keys(home)
    if keys is not None and not is_new:
        return keys
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        if not sys.stdin.isatty():
            raise UsageError(
                f"还没有设窗口密码。请在命令行窗口里运行 village-notice serve --desk --home {home} --set-password，"
                f"或把密码放在环境变量 {PASSWORD_VARIABLE} 里再启动。"
            )
        password = ask()
    return set_password(home, password, clerk)


def serve(
    source: Source | None, settings: Settings, keys: DeskKeys, *, host: str, port: int, more_hosts: Sequence[str] = ()
) -> None:
    """Serves until it is stopped.

    Args:
        source: Database, or the folder of a run; None looks in the present folder.
        settings: The office's, with its folder.
        keys: The office's password and secret.
        host: Address to bind.
        port: Port to bind.
        more_hosts: Further names under which the office reaches it.

    Raises:
        UsageError: There is no database or no ledger.
        CannotWriteError: The port is taken, or a run holds the ledger.
    """
    if settings.folder is None:
        raise UsageError("窗口答复要用办公文件夹里的台账。请加上 --home 办公文件夹。")
    db = find_database(source)
    list_townships(db)  # a broken database is told here and not at the first call
    prepare_desk(settings.folder)
    site = DeskSite(
        db, settings.folder, settings, read_reference(settings), keys, list_hosts(host, port, more=more_hosts)
    )
    run_app(create_app(site), host, port, settings.trusted_proxies)
