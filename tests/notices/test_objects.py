import io
import re

import numpy as np
import pypdf

from village_notice.notices.book import count_pages
from village_notice.notices.household import _candidates, gather_households
from village_notice.notices.lists import split_lines
from village_notice.notices.objects import _PACKED, ObjectFile, _write_numbers
from village_notice.notices.work import start_work


def test_small_objects_lie_in_object_streams(draw):
    """In the open they were four fifths of the file."""
    data = draw(households=300)[1][2].data
    assert b"/Type/XRef" in data and b"\nxref\n" not in data
    assert not re.search(rb"\d+ 0 obj\n<</S/T[DR]", data)


def test_a_tagged_page_takes_few_bytes(draw):
    """At most 90 kB was asked for; the fonts of a document included."""
    notice = draw(households=300)[1][2]
    assert len(notice.data) / notice.pages < 20_000


def test_every_cell_leads_to_its_row_and_page(draw):
    """The marks of a page lead to elements that lead back to the same page and mark."""
    reader = pypdf.PdfReader(io.BytesIO(draw(households=120)[1][2].data), strict=True)
    numbers = reader.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    for index, page in enumerate(reader.pages):
        for mark, element in enumerate(numbers[2 * index + 1]):
            cell = element.get_object()
            if cell["/S"] == "/TD" and "/A" not in cell:
                assert cell["/K"] == mark
                assert cell["/Pg"].get_object() == page.get_object()
                assert cell["/P"]["/S"] == "/TR" and element in list(cell["/P"]["/K"])


def test_pages_are_counted_as_they_are_drawn(make_village, make_settings, stamp):
    """The paper is chosen by the count, without drawing the list on each."""
    for changes in ({"households": 1}, {"households": 60, "programmes": 20}, {"households": 310}):
        work = start_work(make_village(masked=0, **changes), make_settings(), stamp)
        found = gather_households(work.village, split_lines(work.village))
        for part in _candidates(work, work.read("household"), found):
            book = work.new_book(part.title)
            book.add(part)
            assert count_pages(part) == len(book.parts)


def test_any_number_of_objects_is_written():
    """Also where the last object just fills its stream: one document in 250 ends so."""
    for count in range(_PACKED - 12, _PACKED + 2):
        file = ObjectFile()
        numbers = [file.add(b"(%d)" % place) for place in range(count)]
        root = file.add(b"<</Type/Catalog>>")
        reader = pypdf.PdfReader(io.BytesIO(file.assemble(root, root, b"0" * 32)), strict=True)
        assert [reader.get_object(number) for number in numbers] == [str(place) for place in range(count)]


def test_numbers_are_written_as_they_are_said():
    """They are taken out of a table, which grows with the largest number."""
    for numbers in ([0], [7, 10, 99, 0], [123456, 5], [1000, 999]):
        assert _write_numbers(np.array(numbers)) == "".join(f"{n} " for n in numbers).encode()
