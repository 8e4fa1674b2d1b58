"""The structure tree of a document: what each marked piece of each page is, for screen readers. Source: ISO 32000-1, 14.7."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from village_notice.notices.objects import ObjectFile, list_refs
from village_notice.notices.page import Element, Page, Rows


class StructureTree:
    """Writes the tree below an element into a file."""

    def __init__(self, file: ObjectFile, pages: Sequence[Page], numbers: Sequence[int]) -> None:
        self._file, self._pages, self._numbers = file, pages, numbers
        self._places: dict[int, int] = {}

    def write(self, top: Element) -> int:
        """Number of the tree's root; every marked piece of every page leads to its element."""
        root, parents = self._file.reserve(), self._file.reserve()
        first = self._add_element(top, root)
        self._file.put(
            root,
            b"<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>"
            % (first, parents, len(self._pages)),
        )
        rows = [b"%d[%s]" % (page.index, b" ".join(self._list_parents(page))) for page in self._pages]
        self._file.put(parents, b"<</Nums[%s]>>" % b"\n".join(rows))
        return root

    def _list_parents(self, page: Page) -> list[bytes]:
        """References to the elements of a page's marked pieces, in order of the marks."""
        found: list[bytes] = []
        for marked in page.marked:
            place = self._places[id(marked)]
            if isinstance(marked, Element):
                found.append(b"%d 0 R" % place)
                continue
            step = marked.columns + 1
            refs = list_refs(place + marked.count * step)
            for row in range(place, place + marked.count * step, step):
                found += refs[row + 1 : row + step]
        return found

    def _add_element(self, element: Element, parent: int) -> int:
        number = self._places[id(element)] = self._file.reserve()
        if len(element.kids) == 1 and isinstance(element.kids[0], tuple):
            page, mark = element.kids[0]
            self._file.put(
                number,
                b"<</S/%s/P %d 0 R/Pg %d 0 R/K %d%s>>"
                % (element.tag, parent, self._numbers[page], mark, element.extra),
            )
            return number
        kids, first = [], -1
        for kid in element.kids:
            if isinstance(kid, Element):
                kids.append(b"%d 0 R" % self._add_element(kid, number))
            elif isinstance(kid, Rows):
                kids += self._add_rows(kid, number)
            else:
                page, mark = kid
                first = page if first < 0 else first
                kids.append(
                    b"%d" % mark if page == first else b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (self._numbers[page], mark)
                )
        place = b"/Pg %d 0 R" % self._numbers[first] if first >= 0 else b""
        inside = b"[%s]" % b" ".join(kids) if len(kids) != 1 else b" " + kids[0]
        self._file.put(number, b"<</S/%s/P %d 0 R%s/K%s%s>>" % (element.tag, parent, place, inside, element.extra))
        return number

    def _add_rows(self, rows: Rows, table: int) -> list[bytes]:
        """Writes rows and their cells; gives the references to the rows."""
        if rows.count == rows.columns == 1:
            return [self._add_single(rows, table)]
        columns, step = rows.columns, rows.columns + 1
        count = rows.count * step
        first = self._places[id(rows)] = self._file.reserve(count)
        page, mark = self._numbers[rows.page], rows.first
        refs, marks = list_refs(max(first + count, table + 1, page + 1)), _list_marks(mark + rows.count * columns)
        around, values = refs[table], list[bytes]()
        for row in range(first, first + count, step):
            cells = [refs[row], refs[page], b""] * columns
            cells[2::3] = marks[mark : mark + columns]
            mark += columns
            values += (around, *refs[row + 1 : row + step], *cells)
        bodies, offsets = _rows_pattern(rows.count, columns, rows.span)
        self._file.put_all(range(first, first + count), bodies % tuple(values), offsets)
        return refs[first : first + count : step]

    def _add_single(self, rows: Rows, table: int) -> bytes:
        """A row of one cell: a band or a note."""
        row = self._places[id(rows)] = self._file.reserve(2)
        span = b"/A<</O/Table/ColSpan %d>>" % rows.span if rows.span > 1 else b""
        self._file.put(row, b"<</S/TR/P %d 0 R/K %d 0 R>>" % (table, row + 1))
        place = (row, self._numbers[rows.page], rows.first, span)
        self._file.put(row + 1, b"<</S/TD/P %d 0 R/Pg %d 0 R/K %d%s>>" % place)
        return b"%d 0 R" % row


_marks: list[bytes] = []


def _list_marks(count: int) -> list[bytes]:
    """The marks 0 … count-1 at least, all of one length."""
    if len(_marks) < count:
        _marks.extend([b"%5d" % n for n in range(len(_marks), max(count, 2 * len(_marks)))])
    return _marks


@lru_cache(maxsize=256)
def _rows_pattern(count: int, columns: int, span: int) -> tuple[bytes, tuple[int, ...]]:
    """The objects of some rows with gaps for references and marks, and where each begins once these are filled in."""
    ref, mark = list_refs(1)[0], _list_marks(1)[0]
    row = b"<</S/TR/P %b/K[" + b" ".join([b"%b"] * columns) + b"]>>\n"
    cell = b"<</S/TD/P %b/Pg %b/K %b>>\n"
    first = b"<</S/TD/P %%b/Pg %%b/K %%b/A<</O/Table/ColSpan %d>>>>\n" % span if span > 1 else cell
    cells = [first, *[cell] * (columns - 1)]
    lengths = (len(row % ((ref,) * (columns + 1))), *(len(c % (ref, ref, mark)) for c in cells))
    offsets = accumulate(lengths * count, initial=0)
    return b"".join([row, *cells]) * count, tuple(offsets)[:-1]
