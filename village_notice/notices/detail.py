"""明细公开: one document a village, a list a programme, then the programmes of which only totals are public."""

from village_notice.notices.lists import build_programme_part, build_totals_part, split_lines
from village_notice.notices.work import Drawn, Work


def draw_detail(work: Work) -> Drawn | None:
    """The village's lists, or None where nothing was paid."""
    village, template = work.village, work.read("detail")
    programmes = [p for p in village.programmes if work.choice.wants(p)]
    if not programmes:
        return None
    rows = split_lines(village)
    name = template.fill("file_name", work.variables)
    if work.choice.programmes:
        name += "（" + "、".join(p.title for p in programmes) + "）"
    book = work.new_book(name)
    for programme in programmes:
        if programme.lists_names and programme.key in rows:
            book.add(build_programme_part(work, programme, rows[programme.key], work.paper()))
    totals = [p for p in programmes if not (p.lists_names and p.key in rows)]
    if totals:
        book.add(build_totals_part(work, totals, work.paper()))
    return work.finish(book, name)
