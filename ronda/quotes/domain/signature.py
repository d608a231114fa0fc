"""A signature drawn on the screen: strokes of whole numbers come in, a small grey PNG of our own goes out.

No picture is ever taken from outside, so there is none to decode: what is kept was drawn here.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from math import ceil, floor, hypot
from typing import Any

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

WIDTH, HEIGHT = 600, 200
LONGEST_TEXT = 60_000
MOST_POINTS = 5_000
MOST_INK = 25_000  # pixels of line: some fifty times across the box
_PEN = 1.4
_STEP = 4.0

Stroke = tuple[tuple[int, int], ...]


class UnreadableSignature(Refusal):
    code = "quotes.unreadable_signature"


def read_strokes(text: str) -> tuple[Stroke, ...]:
    """The strokes in `[[x, y, x, y, …], …]`, each point inside the box; () where nothing was drawn.

    UnreadableSignature for anything else, and for more ink than a signature takes.
    """
    if not text.strip():
        return ()
    strokes = tuple(_stroke(one) for one in _listed(text) if one)
    if sum(map(len, strokes)) > MOST_POINTS or sum(map(_length, strokes)) > MOST_INK:
        raise _unreadable()
    return strokes


def _listed(text: str) -> list[Any]:
    if len(text) > LONGEST_TEXT:
        raise _unreadable()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(found, list):
        raise _unreadable()
    return found


def _stroke(given: Any) -> Stroke:
    if not isinstance(given, list) or len(given) % 2 or not all(type(one) is int for one in given):
        raise _unreadable()
    points = tuple(zip(given[::2], given[1::2], strict=True))
    if not all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points):
        raise _unreadable()
    return points


def _unreadable() -> UnreadableSignature:
    return UnreadableSignature(
        _("The signature cannot be read. Clear it and draw it again, or type your name only."),
        field="signature",
    )


def _length(stroke: Stroke) -> float:
    return sum(hypot(bx - ax, by - ay) for (ax, ay), (bx, by) in zip(stroke, stroke[1:], strict=False))


def draw(strokes: tuple[Stroke, ...]) -> bytes:
    """The signature as a PNG of 600 × 200 in shades of grey on white; the same strokes, the same bytes."""
    sheet = [bytearray(b"\xff" * WIDTH) for _row in range(HEIGHT)]
    for stroke in strokes:
        for piece in _pieces(stroke):
            _ink(sheet, *piece)
    return _png(sheet)


def _pieces(stroke: Stroke) -> Iterator[tuple[float, float, float, float]]:
    """Short straight pieces of a stroke; a dot is a piece without length."""
    if len(stroke) == 1:
        (x, y) = stroke[0]
        yield x, y, x, y
    for (ax, ay), (bx, by) in zip(stroke, stroke[1:], strict=False):
        parts = max(1, ceil(hypot(bx - ax, by - ay) / _STEP))
        for n in range(parts):
            at, to = n / parts, (n + 1) / parts
            yield ax + (bx - ax) * at, ay + (by - ay) * at, ax + (bx - ax) * to, ay + (by - ay) * to


def _ink(sheet: list[bytearray], ax: float, ay: float, bx: float, by: float) -> None:
    """Darken the pixels near a piece, softly at its edge."""
    reach = _PEN + 1
    dx, dy = bx - ax, by - ay
    whole = dx * dx + dy * dy
    for y in range(max(0, floor(min(ay, by) - reach)), min(HEIGHT, ceil(max(ay, by) + reach) + 1)):
        row = sheet[y]
        for x in range(max(0, floor(min(ax, bx) - reach)), min(WIDTH, ceil(max(ax, bx) + reach) + 1)):
            along = min(1.0, max(0.0, ((x - ax) * dx + (y - ay) * dy) / whole)) if whole else 0.0
            away = hypot(x - ax - along * dx, y - ay - along * dy)
            shade = int(255 * min(1.0, max(0.0, away - _PEN + 0.5)))
            row[x] = min(row[x], shade)


def _png(sheet: list[bytearray]) -> bytes:
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in sheet), 9)
    parts = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name, content) for name, content in parts)


def _part(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check
