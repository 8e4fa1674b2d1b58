"""The query tables of a run on a PostgreSQL server, beside 公开/查询.db."""

from collections.abc import Iterable

from village_notice.archive.database import write_database
from village_notice.archive.dialect import ServerUrl
from village_notice.domain.pinyin import Pinyin
from village_notice.domain.public import VillageYear
from village_notice.errors import CannotWriteError
from village_notice.options import RunOptions
from village_notice.settings import Settings
from village_notice.sources.reference import Reference


def find_server(options: RunOptions, settings: Settings) -> ServerUrl | None:
    """The server that the run writes to, known to answer; None where there is none, and for `check`.

    Raises:
        UsageError: The address is wrong, or the libraries for it are not installed.
        CannotWriteError: The server does not answer, or may not be written.
    """
    server = options.database or (ServerUrl.parse(settings.database_url) if settings.database_url else None)
    if server is None or options.check_only:
        return None
    from village_notice.archive.server import check_server

    check_server(server)
    return server


def write_server(
    server: ServerUrl, villages: Iterable[VillageYear], year: int, townships: Iterable[str], reference: Reference
) -> str:
    """Writes the villages' year, in place of all that the server holds of the register's villages in that year.

    Args:
        server: Where to.
        villages: What may leave.
        year: Calendar year.
        townships: Townships the run is for, none for all of the register: those of another county are never touched.
        reference: The register, and how surnames are read.

    Returns:
        "", or the sentence that says why nothing was written; the results in OUT are in place all the same.
    """
    wanted = {*townships}
    codes = [v.code for v in reference.register.villages if not wanted or v.township in wanted]
    try:
        write_database(villages, server, year=year, pinyin=Pinyin(reference.surnames).read, scope=codes)
    except CannotWriteError as error:
        return f"结果文件夹已经做好，但是没有写进数据库：{error}解决以后再运行一次同样的命令就会补上。"
    return ""
