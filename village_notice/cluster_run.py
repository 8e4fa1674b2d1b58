"""What a run on a cluster needs before it begins."""

from dataclasses import replace
from pathlib import Path

from village_notice.executor import check_cluster
from village_notice.options import RunOptions


def use_cluster(options: RunOptions) -> RunOptions:
    """The options with paths that mean the same on every computer; unchanged where no cluster was asked for.

    Raises:
        UsageError: The cluster is not there, has another version of the program, or does not see the folders.
    """
    if not options.cluster:
        return options
    found = replace(
        options,
        inbox=options.inbox.resolve(),
        out=options.out.resolve(),
        home=_resolve(options.home),
        register=_resolve(options.register),
    )
    check_cluster(found.cluster, found.inbox, found.out)
    return found


def _resolve(path: Path | None) -> Path | None:
    return path and path.resolve()
