"""QR codes as rectangles: no drawing library, no font."""

from functools import lru_cache


@lru_cache(maxsize=8)
def build_qr(text: str) -> tuple[tuple[bool, ...], ...]:
    """The dark modules of a QR code, row by row, error correction level M, without the quiet zone."""
    from reportlab.graphics.barcode import qrencoder  # brings half of reportlab along: not before a code is drawn

    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    return tuple(tuple(bool(module) for module in row) for row in code.modules)


def place_qr(text: str, x: float, y: float, size: float) -> list[tuple[float, float, float, float]]:
    """Rectangles (x, y, width, height) of the code in a square with its lower left corner at (x, y)."""
    rows = build_qr(text)
    unit = size / len(rows)
    boxes = []
    for number, row in enumerate(rows):
        column = 0
        while column < len(row):
            end = column
            while end < len(row) and row[end]:
                end += 1
            if end > column:
                boxes.append((x + column * unit, y + size - (number + 1) * unit, (end - column) * unit, unit))
            column = max(end, column + 1)
    return boxes
