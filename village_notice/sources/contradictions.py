"""Headings that what stands below them gives the lie: 身份证号 over sums of money, 补贴金额 over 1, 2, 3.

A heading moved by a column, or typed wrongly, makes money of serial numbers and passes the money over. It is not believed
then, and whether another column is the money is asked.
"""

import re
from collections.abc import Sequence
from itertools import islice, pairwise

from village_notice.sources.grid import Cell
from village_notice.sources.wording import fold_words

_KEYS = frozenset(("id", "payee_id", "household_id", "account", "phone", "credit_code", "village_code"))
"""Long numbers: none of them is a round sum, has a fraction or three digits."""
_WORDS = frozenset(("name", "household_head", "payee", "remark"))
"""What stands below is words."""
_HEADS = re.compile(r"^(?:家庭|核定|保障|享受|补[贴助]|供养|移民|扶助|发放|户籍)?(?:人[数口]|户数)")
_MOST_HEADS = 30
"""People that one line of a list may be for."""
_SAMPLE = 50
_FEWEST = 2
_TENS, _HUNDRED = 10, 100


def contradicts(field: str, text: str, cells: Sequence[Cell]) -> bool:
    """Whether the cells below a heading cannot be what the heading says: numbers where a number of another kind belongs.

    Args:
        field: What the heading says, a field of columns.csv.
        text: The heading.
        cells: What stands below it.
    """
    is_count = field == "quantity" and bool(_HEADS.search(fold_words(text)))
    if not is_count and field not in _WORDS and field not in _KEYS:
        return False
    filled = list(islice((c for c in cells if c not in (None, "")), _SAMPLE))
    numbers = [c for c in filled if isinstance(c, int | float) and not isinstance(c, bool)]
    if len(numbers) * 4 < len(filled) * 3 or (len(numbers) < _FEWEST and len(numbers) * 2 < max(len(cells), 1)):
        return False
    if field in _WORDS:
        return True
    if is_count:
        return sum(n > _MOST_HEADS for n in numbers) * 4 >= len(numbers) * 3
    short = [n for n in numbers if abs(n) < _HUNDRED * _TENS or (n % _TENS == 0 and abs(n) < 10**9) or n % 1]
    return len(short) * 4 >= len(numbers) * 3


def is_serial(cells: Sequence[Cell]) -> bool:
    """Whether a column only counts its rows, totals left out: each one more than the one above, or a single 1."""
    numbers = [c for c in cells if isinstance(c, int | float) and not isinstance(c, bool)]
    if len(numbers) > _FEWEST and numbers[-1] == sum(numbers[:-1]):
        numbers.pop()
    if len(numbers) < _FEWEST:
        return numbers == [1]
    return all(b - a == 1 for a, b in pairwise(numbers))
