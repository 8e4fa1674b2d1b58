"""Regular expressions that cost nothing until they are used.

Some hundred of them know what clerks write. A process meets few of these words, and compiling all of them would take it
longer than reading a small file.
"""

import re
from typing import cast

_MEMBERS = (
    "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn", "flags", "groups", "groupindex",
)  # fmt: skip


class _Late:
    """Stands for a pattern: the first time it is used it is compiled, and from then on it has the pattern's members."""

    def __init__(self, words: str, flags: int) -> None:
        self.pattern = words
        self._flags = flags

    def __getattr__(self, name: str) -> object:  # only asked for what is not there yet
        if name not in _MEMBERS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        self.__dict__.update({member: getattr(compiled, member) for member in _MEMBERS})
        return self.__dict__[name]


def compile_late(words: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, compiled when it is first used; its methods are as quick, but `re.sub` does not take it.

    A mistake in the words is told by the first use.
    """
    return cast("re.Pattern[str]", _Late(words, flags))
