"""Runs the app in a production server; it answers this computer only, unless the office says otherwise."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from village_notice.archive.browse import list_townships
from village_notice.archive.query import find_database
from village_notice.errors import CannotWriteError
from village_notice.settings import Settings
from village_notice.web.public.app import PublicSite, create_app

_THREADS = 8
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  # an office may ask for it; visitors never write it


def format_address(host: str, port: int) -> str:
    """What a person on this computer writes into the browser."""
    return f"http://{'127.0.0.1' if host in _EVERYWHERE else host}:{port}/"


def list_hosts(host: str, port: int, settings: Settings, more: Sequence[str] = ()) -> frozenset[str]:
    """The Host headers that are answered: this computer, the address bound, base_url, and those the office names."""
    names = {"127.0.0.1", "localhost", *({host} - _EVERYWHERE), *more}
    hosts = {name if ":" in name else f"{name}:{port}" for name in names}
    hosts |= {name for name in names if port == 80}
    base = urlsplit(settings.base_url).netloc
    return frozenset(h.lower() for h in (hosts | {base} if base else hosts))


def serve(source: Path | None, settings: Settings, *, host: str, port: int, more_hosts: Sequence[str] = ()) -> None:
    """Serves until it is stopped.

    Args:
        source: Database, or the folder of a run; None looks in the present folder.
        settings: The office's.
        host: Address to bind.
        port: Port to bind.
        more_hosts: Further names under which visitors reach it.

    Raises:
        UsageError: There is no database.
        CannotWriteError: The port is taken.
    """
    from waitress import create_server

    db = find_database(source)
    list_townships(db)  # a broken database is told here and not to every visitor
    app = create_app(PublicSite(db, settings, list_hosts(host, port, settings, more_hosts)))
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("waitress").setLevel(logging.ERROR)
    try:
        server = create_server(app, host=host, port=port, threads=_THREADS, ident=None, max_request_body_size=4096)
    except OSError as error:
        raise CannotWriteError(f"{host}:{port} 用不了（{error.strerror}）。请换一个 --port。") from error
    server.run()
