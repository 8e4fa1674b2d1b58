"""Where a run looks for what earlier runs worked out: readings of files, and what was made for villages."""

from collections.abc import Mapping
from datetime import datetime

from village_notice.fingerprint import hash_office, hash_parts, hash_program
from village_notice.made_before import RECORDS, MadeBefore, read_records
from village_notice.options import RunOptions
from village_notice.output import JOURNAL, PUBLIC, OutputFolder
from village_notice.read_cache import FOLDER, ReadCache, hash_reader
from village_notice.settings import Settings

_OFFICE_CACHE = "cache"


def find_cache(options: RunOptions, townships: tuple[str, ...], out: OutputFolder) -> ReadCache:
    """Readings of this inbox: in the office folder where there is one, else in the private folder of OUT."""
    inbox = hash_parts(str(options.inbox.resolve()))[:16]
    folder = options.home / _OFFICE_CACHE / FOLDER / inbox if options.home else out.cache / FOLDER
    return ReadCache(folder, hash_reader(options, townships), options.is_fresh)


def find_made_before(out: OutputFolder, options: RunOptions) -> tuple[MadeBefore, ...]:
    """What a run that was stopped had finished, then what stands in OUT."""
    if options.is_fresh:
        return ()
    places = ((out.unfinished, out.unfinished / JOURNAL, False), (out.folder, out.cache / RECORDS, True))
    return tuple(MadeBefore(root / PUBLIC, read_records(path), is_out) for root, path, is_out in places)


def hash_job(settings: Settings, stamp: datetime, surnames: Mapping[str, tuple[str, ...]]) -> str:
    """Everything the paper and the package of any village depend on besides its figures."""
    office = hash_office(settings.folder, reading=False)
    return hash_parts(hash_program(), office, repr(settings), stamp.isoformat(), repr(sorted(surnames.items())))
