"""Starts the villagers' page."""

from collections.abc import Sequence
from pathlib import Path

from village_notice.archive.browse import list_townships
from village_notice.archive.dialect import Source
from village_notice.archive.query import find_database
from village_notice.settings import Settings
from village_notice.web.public.app import PublicSite, create_app
from village_notice.web.server import list_hosts, run_app


def serve(
    source: Source | None,
    settings: Settings,
    *,
    host: str,
    port: int,
    more_hosts: Sequence[str] = (),
    papers: Path | None = None,
) -> None:
    """Serves until it is stopped.

    Args:
        source: Database, or the folder of a run; None looks in the present folder.
        settings: The office's.
        host: Address to bind.
        port: Port to bind.
        more_hosts: Further names under which visitors reach it.
        papers: Folder 公开 with the notices; None is where the database lies.

    Raises:
        UsageError: There is no database, or the server does not answer.
        CannotWriteError: The port is taken.
    """
    db = find_database(source)
    list_townships(db)  # a broken database is told here and not to every visitor
    app = create_app(PublicSite(db, settings, list_hosts(host, port, settings.base_url, more_hosts), papers=papers))
    run_app(app, host, port, settings.trusted_proxies)
