"""PNG pages of a finished notice for the village's chat group, drawn from the PDF itself: what was looked at is what is sent."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_DPI, _POINTS = 150, 72
_BITS, _STEP = 4, 17  # sixteen greys, 17 apart


def draw_pictures(pdf: bytes, dpi: int = _DPI) -> list[bytes]:
    """A PNG a page, in sixteen greys: small enough for a telephone, and the same bytes for the same PDF."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_pack(page.render(scale=dpi / _POINTS, grayscale=True).to_pil()) for page in document]
    finally:
        document.close()


def _pack(page: "Image") -> bytes:
    from PIL import Image

    steps = page.convert("L").point([min((value + _STEP // 2) // _STEP, 15) for value in range(256)])
    picture = Image.frombytes("P", steps.size, steps.tobytes())
    picture.putpalette([step * _STEP for step in range(16) for _ in range(3)])
    stream = io.BytesIO()
    picture.save(stream, "PNG", bits=_BITS)
    return stream.getvalue()
