"""The arguments that say where a run reads and writes: folders, or addresses of storage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from village_notice.storage import FolderUrl


class FolderType(click.ParamType):  # type: ignore[type-arg]  # generic only in the newest click
    """A path, or an address with ://."""

    name = "文件夹或网址"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path | FolderUrl:  # noqa: ANN401
        """The folder.

        Raises:
            UsageError: It is an address with a password in it.
        """
        from village_notice.storage import FolderUrl, is_url

        return FolderUrl.parse(value) if is_url(str(value)) else Path(value)
