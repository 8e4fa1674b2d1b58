"""The structure tree of a document: what each marked piece of each page is, for screen readers. Source: ISO 32000-1, 14.7.

Nine of ten elements are rows and cells. All rows of a document that have the same shape are written at once, as records
of one length in which only references and marks differ; numbers therefore are given before anything is written.
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from village_notice.notices.objects import Numbers, ObjectFile
from village_notice.notices.page import Element, Page, Rows

_REF, _MARK = 12, 5  # bytes of a reference with the space behind it, and of a mark
_PACKED = 4000  # objects of a stream of rows and cells at most
_Bytes = npt.NDArray[np.void]
_joined = [b""]
_marks: list[_Bytes] = [np.zeros(0, dtype=f"V{_MARK}")]


class StructureTree:
    """Writes the tree below an element into a file."""

    def __init__(self, file: ObjectFile, pages: Sequence[Page], numbers: Sequence[int]) -> None:
        self._file, self._pages, self._numbers = file, pages, numbers
        self._places: dict[int, int] = {}

    def write(self, top: Element) -> int:
        """Number of the tree's root; every marked piece of every page leads to its element."""
        root, parents = self._file.reserve(), self._file.reserve()
        found: dict[tuple[int, int], list[tuple[Rows, int]]] = {}
        self._number(top, found)
        _extend_refs(self._file.reserve(0))
        for (columns, span), rows in found.items():
            self._add_rows(_find_shape(columns, span), rows)
        first = self._add_element(top, root)
        self._file.put(
            root,
            b"<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>"
            % (first, parents, len(self._pages)),
        )
        marked = [b"%d[%s]" % (page.index, b" ".join(self._list_parents(page))) for page in self._pages]
        self._file.put(parents, b"<</Nums[%s]>>" % b"\n".join(marked))
        return root

    def _number(self, element: Element, found: dict[tuple[int, int], list[tuple[Rows, int]]]) -> None:
        """Gives every element, row and cell its number, and gathers the rows by shape, each with the number of its table."""
        number = self._places[id(element)] = self._file.reserve()
        for kid in element.kids:
            if isinstance(kid, Element):
                self._number(kid, found)
            elif isinstance(kid, Rows):
                self._places[id(kid)] = self._file.reserve(kid.count * (kid.columns + 1))
                found.setdefault((kid.columns, kid.span), []).append((kid, number))

    def _add_rows(self, shape: "_Shape", found: list[tuple[Rows, int]]) -> None:
        """Writes all rows of a shape with their cells."""
        step, refs = shape.columns + 1, _view_refs(1)
        counts = np.array([rows.count for rows, _ in found])
        known = np.array([(self._places[id(r)], table, self._numbers[r.page], r.first) for r, table in found])
        first, table, page, mark = np.repeat(known, counts, axis=0).T
        index = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
        row, mark = first + index * step, mark + index * shape.columns
        marks = _list_marks(int(mark.max()) + shape.columns)
        made = np.repeat(shape.sample, len(row)).view(shape.record)
        made["table"], made["kids"] = refs[table], _view_refs(shape.columns)[row + 1]
        own, place = refs[row], refs[page]
        for column in range(shape.columns):
            made[f"row{column}"], made[f"page{column}"], made[f"mark{column}"] = (
                own,
                place,
                marks[mark + column],
            )
        numbers = row[:, None] + np.arange(step)
        size = max(1, _PACKED // step)
        for start in range(0, len(row), size):
            part = made[start : start + size]
            offsets = np.arange(len(part))[:, None] * shape.record.itemsize + shape.starts
            self._file.put_all(numbers[start : start + size].ravel(), offsets.ravel(), part.tobytes())

    def _list_parents(self, page: Page) -> list[bytes]:
        """References to the elements of a page's marked pieces, in order of the marks."""
        found: list[bytes] = []
        refs = np.frombuffer(_joined[0], dtype=f"V{_REF}")
        for marked in page.marked:
            place = self._places[id(marked)]
            if isinstance(marked, Element):
                found.append(b"%d 0 R" % place)
            elif marked.count == 1:
                found.append(_join_refs(place + 1, place + 1 + marked.columns))
            else:
                own = refs[place : place + marked.count * (marked.columns + 1)].reshape(marked.count, -1)
                found.append(own[:, 1:].tobytes()[:-1])
        return found

    def _add_element(self, element: Element, parent: int) -> int:
        number = self._places[id(element)]
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
                place, step = self._places[id(kid)], kid.columns + 1
                kids += [_join_refs(row, row + 1) for row in range(place, place + kid.count * step, step)]
            else:
                page, mark = kid
                first = page if first < 0 else first
                kids.append(
                    b"%d" % mark if page == first else b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (self._numbers[page], mark)
                )
        shown = b"/Pg %d 0 R" % self._numbers[first] if first >= 0 else b""
        inside = b"[%s]" % b" ".join(kids) if len(kids) != 1 else b" " + kids[0]
        self._file.put(
            number,
            b"<</S/%s/P %d 0 R%s/K%s%s>>" % (element.tag, parent, shown, inside, element.extra),
        )
        return number


class _Shape(NamedTuple):
    """Rows of so many cells as records of one length.

    Attributes:
        columns: Cells of a row.
        record: A row and its cells: the references to table, cells, row and page, and the marks.
        sample: A record with what stands between these.
        starts: Where each object begins in a record.
    """

    columns: int
    record: np.dtype[np.void]
    sample: _Bytes
    starts: Numbers


@cache
def _find_shape(columns: int, span: int) -> _Shape:
    """The shape of rows of which the first cell goes over `span` columns."""
    ref, sizes = b" " * (_REF - 1), {"table": _REF - 1, "kids": _REF * columns - 1}
    pieces = [b"<</S/TR/P ", ref, b"/K[", b" " * sizes["kids"], b"]>>\n"]
    names, heads = ["", "table", "", "kids", ""], [0]
    for column in range(columns):
        heads.append(len(pieces))
        end = b"/A<</O/Table/ColSpan %d>>>>\n" % span if span > 1 and not column else b">>\n"
        pieces += [b"<</S/TD/P ", ref, b"/Pg ", ref, b"/K ", b" " * _MARK, end]
        names += ["", f"row{column}", "", f"page{column}", "", f"mark{column}", ""]
    *starts, length = accumulate(map(len, pieces), initial=0)
    fields = {name: (len(piece), start) for name, piece, start in zip(names, pieces, starts, strict=True) if name}
    record = np.dtype(
        {
            "names": list(fields),
            "formats": [f"V{size}" for size, _ in fields.values()],
            "offsets": [start for _, start in fields.values()],
            "itemsize": length,
        }
    )
    return _Shape(
        columns,
        record,
        np.frombuffer(b"".join(pieces), dtype=f"V{length}"),
        np.array([starts[i] for i in heads]),
    )


def _extend_refs(count: int) -> None:
    """Makes the references to the objects 0 … count-1 at least, all of one length."""
    if len(_joined[0]) < count * _REF:
        _joined[0] = b"".join([b"%*d 0 R " % (_REF - len(" 0 R "), n) for n in range(2 * count)])


def _join_refs(first: int, end: int) -> bytes:
    """References to the objects first … end-1 with spaces between."""
    return _joined[0][first * _REF : end * _REF - 1]


def _view_refs(count: int) -> _Bytes:
    """References to so many objects in a row, from each object on."""
    places = len(_joined[0]) // _REF - count + 1
    return np.ndarray(places, f"V{_REF * count - 1}", _joined[0], strides=_REF)


def _list_marks(count: int) -> _Bytes:
    """The marks 0 … count-1 at least, all of one length."""
    if len(_marks[0]) < count:
        texts = b"".join([b"%*d" % (_MARK, n) for n in range(2 * count)])
        _marks[0] = np.frombuffer(texts, dtype=f"V{_MARK}")
    return _marks[0]
