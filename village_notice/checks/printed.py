"""Findings on what stands in the name and group cells beside a name or a group: the wall keeps it in, the clerk is told."""

import re
from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from village_notice.checks.keys import list_rows
from village_notice.domain.codes import factorize_texts
from village_notice.domain.finding import Finding
from village_notice.domain.no_names import is_no_name
from village_notice.domain.printed import is_person_name, print_group, print_name

_KIND_OF_TOWNSHIP = re.compile(r"(?:镇|乡|街道|街道办事处|民族乡)$")
_SURELY_A_PLACE = 3


def check_printed(payments: pd.DataFrame, surnames: Collection[str] = ()) -> Iterator[Finding]:
    """C18 for a name that is printed shorter, C19 for one that cannot be a name, R16 for a group that is not printed.

    Args:
        payments: What was read.
        surnames: Known surnames, see `is_no_name`.
    """
    organisation = (payments["organisation"] == 1).to_numpy()
    codes, names = factorize_texts(payments["name"])
    villages, townships = payments["village"].to_numpy(), _list_townships(payments)
    places = townships.union(*map(_name_village, payments["village"].unique()))
    for number, text in enumerate(names):
        if not text or not (text in places or _is_odd(str(text), surnames)):
            continue
        for row, place, name in list_rows(payments, np.flatnonzero(codes == number)):
            shown = print_name(str(text), is_organisation=bool(organisation[row]))
            is_place = text in townships or text in _name_village(villages[row])
            if not organisation[row] and (is_place or not _can_be_name(shown, surnames)):
                yield Finding("C19", place, found=str(text), person=name)
            elif shown != text:
                yield Finding("C18", place, found=str(text), expected=shown, person=name)
    codes, groups = factorize_texts(payments["group"])
    for number, text in enumerate(groups):
        if text and not print_group(str(text)):
            for _, place, name in list_rows(payments, np.flatnonzero(codes == number)):
                yield Finding("R16", place, found=str(text), person=name)


def _list_townships(payments: pd.DataFrame) -> frozenset[str]:
    """Townships of the run, in full and without 镇, 乡 or 街道 where that leaves three characters or more.

    万第镇 alone could also be a person, and so could 古柳; nobody is called 羊郡镇 or 山前店 there.
    """
    townships = [str(t) for t in payments["township"].unique() if t]
    stems = [_KIND_OF_TOWNSHIP.sub("", t) for t in townships]
    return frozenset([*townships, *(s for s in stems if len(s) >= _SURELY_A_PLACE)])


def _name_village(village: str) -> tuple[str, ...]:
    """How a village is written, where that is three characters or more: 马耳山村, 马耳山. A namesake lives elsewhere."""
    return tuple(n for n in (village, village.removesuffix("村")) if len(n) >= _SURELY_A_PLACE)


def _is_odd(text: str, surnames: Collection[str]) -> bool:
    """Whether a name needs a look: most do not, and two million must not take a second each."""
    return print_name(text) != text or not _can_be_name(text, surnames)


def _can_be_name(shown: str, surnames: Collection[str]) -> bool:
    return is_person_name(shown) and not is_no_name(shown, surnames)
