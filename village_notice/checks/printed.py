"""Findings on what stands in the name and group cells beside a name or a group: the wall keeps it in, the clerk is told."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from village_notice.checks.keys import list_rows
from village_notice.domain.codes import Ints, code_column
from village_notice.domain.finding import Finding
from village_notice.domain.no_names import find_doubtful, is_no_name
from village_notice.domain.printed import is_person_name, print_group, print_name

_KIND_OF_TOWNSHIP = re.compile(r"(?:镇|乡|街道|街道办事处|民族乡)$")
_SURELY_A_PLACE = 3


def check_printed(payments: pd.DataFrame, surnames: Collection[str] = ()) -> Iterator[Finding]:
    """C18 for a name that is printed shorter, C19 for one that cannot be a name, R16 for a group that is not printed.

    Args:
        payments: What was read.
        surnames: Known surnames, see `is_no_name`.
    """
    codes, names = code_column(payments["name"])
    townships = _list_townships(payments)
    places = townships.union(*map(_name_village, code_column(payments["village"]).texts))
    texts = names.to_numpy(dtype=object).tolist()
    odd = [number for number, text in enumerate(texts) if text in places]
    odd += [number for number in find_doubtful(texts, surnames) if _is_odd(texts[number], surnames)]
    rows = _list_named(codes, odd)
    told = zip(
        list_rows(payments, rows), payments["village"].iloc[rows], payments["organisation"].iloc[rows], strict=True
    )
    for (_, place, text), village, organisation in told:
        shown = print_name(text, is_organisation=organisation == 1)
        is_place = text in townships or text in _name_village(village)
        if organisation != 1 and (is_place or not _can_be_name(shown, surnames)):
            yield Finding("C19", place, found=text, person=text)
        elif shown != text:
            yield Finding("C18", place, found=text, expected=shown, person=text)
    codes, groups = code_column(payments["group"])
    texts = groups.to_numpy(dtype=object).tolist()
    rows = _list_named(codes, [number for number, text in enumerate(texts) if text and not print_group(text)])
    for (_, place, name), group in zip(list_rows(payments, rows), payments["group"].iloc[rows], strict=True):
        yield Finding("R16", place, found=str(group), person=name)


def _list_named(codes: npt.NDArray[np.signedinteger[Any]], numbers: Sequence[int]) -> Ints:
    """The positions of the payments with some texts, text by text."""
    wanted = np.zeros(int(codes.max(initial=-1)) + 2, dtype=np.bool_)
    wanted[list(numbers)] = True
    rows = np.flatnonzero(wanted[codes])
    return rows[np.argsort(codes[rows], kind="stable")]


def _list_townships(payments: pd.DataFrame) -> frozenset[str]:
    """Townships of the run, in full and without 镇, 乡 or 街道 where that leaves three characters or more.

    万第镇 alone could also be a person, and so could 古柳; nobody is called 羊郡镇 or 山前店 there.
    """
    townships = [str(t) for t in code_column(payments["township"]).texts if t]
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
