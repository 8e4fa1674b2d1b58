from village_notice.notices.qr import build_qr, place_qr


def test_square_with_three_finder_patterns():
    rows = build_qr("校验　311人 · 2,995笔")
    finder = (True, True, True, True, True, True, True, False)
    size = len(rows)
    assert {len(row) for row in rows} == {size}
    assert rows[0][:8] == finder and rows[0][::-1][:8] == finder and rows[-1][:8] == finder


def test_boxes_cover_the_dark_modules_and_stay_inside():
    text = "https://example.invalid/gk?check=ABCDE-FGHIJ"
    rows, boxes = build_qr(text), place_qr(text, 10, 20, 70)
    unit = 70 / len(rows)
    assert round(sum(w * h for _, _, w, h in boxes) / unit**2) == sum(map(sum, rows))
    assert min(b[0] for b in boxes) >= 10 and max(b[0] + b[2] for b in boxes) <= 80.001
    assert min(b[1] for b in boxes) >= 19.999 and max(b[1] + b[3] for b in boxes) <= 90.001
