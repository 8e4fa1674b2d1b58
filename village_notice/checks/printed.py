"""Findings on what stands in the name and group cells beside a name or a group: the wall keeps it in, the clerk is told."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from village_notice.checks.keys import list_rows
from village_notice.domain.finding import Finding
from village_notice.domain.printed import is_person_name, print_group, print_name


def check_printed(payments: pd.DataFrame) -> Iterator[Finding]:
    """C18 for a name that is printed shorter, C19 for one that cannot be a name, R16 for a group that is not printed."""
    organisation = (payments["organisation"] == 1).to_numpy()
    codes, names = pd.factorize(payments["name"])
    townships = {*payments["township"].unique()}  # 万第镇 alone could also be a person
    for number, text in enumerate(names):
        if not text or not (text in townships or _is_odd(str(text))):
            continue
        for row, place, name in list_rows(payments, np.flatnonzero(codes == number)):
            shown = print_name(str(text), is_organisation=bool(organisation[row]))
            if not organisation[row] and (text in townships or not is_person_name(shown)):
                yield Finding("C19", place, found=str(text), person=name)
            elif shown != text:
                yield Finding("C18", place, found=str(text), expected=shown, person=name)
    codes, groups = pd.factorize(payments["group"])
    for number, text in enumerate(groups):
        if text and not print_group(str(text)):
            for _, place, name in list_rows(payments, np.flatnonzero(codes == number)):
                yield Finding("R16", place, found=str(text), person=name)


def _is_odd(text: str) -> bool:
    """Whether a name needs a look: most do not, and two million must not take a second each."""
    return print_name(text) != text or not is_person_name(text)
