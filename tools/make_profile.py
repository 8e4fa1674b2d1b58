"""Makes `data/fonts/sRGB.icc`, which lies in every notice, out of a larger profile of the same colours.

What a reader of the file does not need goes; the three curves, which are alike, are stored once and with 64 points
(off by at most 0.0001). Source: ICC.1:2001-04; the curve of IEC 61966-2-1.

    python tools/make_profile.py /usr/share/color/icc/sRGB.icc data/fonts/sRGB.icc
"""

import argparse
import struct
from pathlib import Path

POINTS = 64
_KEPT = (b"desc", b"cprt", b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ")
_CURVES = (b"rTRC", b"gTRC", b"bTRC")
_HEAD, _ENTRY = 128, 12


def read_tags(profile: bytes) -> dict[bytes, bytes]:
    """Signature → content of each tag."""
    count = struct.unpack_from(">I", profile, _HEAD)[0]
    entries = (struct.unpack_from(">4sII", profile, _HEAD + 4 + _ENTRY * i) for i in range(count))
    return {name: profile[offset : offset + length] for name, offset, length in entries}


def make_curve() -> bytes:
    """The curve from encoded to linear light."""
    steps = (i / (POINTS - 1) for i in range(POINTS))
    values = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in steps)
    return b"curv\0\0\0\0" + struct.pack(f">I{POINTS}H", POINTS, *(round(v * 65535) for v in values))


def shrink(profile: bytes) -> bytes:
    """The smaller profile."""
    tags = read_tags(profile)
    found = [((name,), tags[name]) for name in _KEPT] + [(_CURVES, make_curve())]
    count = len(_KEPT) + len(_CURVES)
    table, body, start = [struct.pack(">I", count)], b"", _HEAD + 4 + _ENTRY * count
    for names, content in found:
        table += [struct.pack(">4sII", name, start + len(body), len(content)) for name in names]
        body += content + b"\0" * (-len(content) % 4)
    whole = profile[:_HEAD] + b"".join(table) + body
    return struct.pack(">I", len(whole)) + whole[4:]


def main() -> None:
    """Reads one file and writes the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    options = parser.parse_args()
    options.target.write_bytes(shrink(options.source.read_bytes()))


if __name__ == "__main__":
    main()
