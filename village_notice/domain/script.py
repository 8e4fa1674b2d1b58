"""Traditional characters in simplified form, to compare headings, places and surnames; what people are called is kept."""

from functools import cache

from village_notice.resources import find_data


def simplify_script(text: str) -> str:
    """Text with traditional characters in simplified form."""
    return text if text.isascii() else text.translate(_read_table())


@cache
def _read_table() -> dict[int, str]:
    """Traditional character → simplified; see data/reference/README.md."""
    lines = find_data("reference", "traditional.tsv").read_text(encoding="utf-8").splitlines()
    return {ord(a): b for a, b in (line.split("\t") for line in lines if not line.startswith("#"))}
