"""The option that says where the query database is: a file, or the address of a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from village_notice.archive.dialect import ServerUrl, Source

ENVIRONMENT = "VILLAGE_NOTICE_DATABASE"
"""Keeps an address with its password out of the command line, which every user of the computer can list."""


class DatabaseType(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """A path, or an address with ://."""

    name = "路径或网址"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Source:  # noqa: ANN401
        """The place of the database.

        Raises:
            UsageError: It is an address, but not of a PostgreSQL database.
        """
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]  # a default
        from village_notice.archive.dialect import ServerUrl

        return ServerUrl.parse(value) if "://" in value else Path(value)


class ServerType(DatabaseType):
    """An address alone."""

    name = "网址"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ServerUrl:  # noqa: ANN401
        """The address.

        Raises:
            UsageError: It is none of a PostgreSQL database.
        """
        from village_notice.archive.dialect import ServerUrl

        return ServerUrl.parse(value) if isinstance(value, str) else value
