"""The last step in making 查询.db: what a scratch file holds is written to a file without gaps.

The same content gives the same bytes, however the scratch file came to hold it, and what was deleted in it is gone.
"""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

_CHANGES = 1
"""Changes of the schema that the file tells of: how often it really changed depends on how the file was made."""


@contextmanager
def connect_scratch(target: Path, earlier: Path | None = None) -> Iterator[sqlite3.Connection]:
    """A scratch file beside the file to make, empty or a copy of an earlier database; left, it is gone.

    Raises:
        OSError: The disk is full.
    """
    scratch = target.with_name(target.name + ".0")
    scratch.unlink(missing_ok=True)
    try:
        if earlier:
            shutil.copyfile(earlier, scratch)
        uri = f"{scratch.absolute().as_uri()}?mode=rwc"
        with closing(sqlite3.connect(uri, isolation_level=None, uri=True)) as database:
            # no journal: the file is thrown away when anything goes wrong, and copied whole when nothing does
            database.executescript(
                "PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA encoding='UTF-8';"
                "PRAGMA temp_store=MEMORY;"
            )
            yield database
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_FULL:  # the module's own errors have none
            raise
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from error
    finally:
        scratch.unlink(missing_ok=True)


def write_compact(database: sqlite3.Connection, target: Path) -> None:
    """Writes the content of a scratch file to its target."""
    target.unlink(missing_ok=True)
    database.execute(f"PRAGMA schema_version = {_CHANGES}")
    database.execute("VACUUM INTO ?", (str(target.absolute()),))
