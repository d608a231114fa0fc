"""PNG pictures of screens with a palette of 256 colours: a third of the size, and nobody sees it."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}
Pixel = tuple[int, ...]


def shrink(path: Path) -> None:
    """Rewrite an 8-bit RGB or RGBA picture, not interlaced, with the 256 colours it uses most."""
    parts = list(_parts(path.read_bytes()))
    width, height, _depth, kind = struct.unpack(">IIBB", parts[0][1][:10])
    data = zlib.decompress(b"".join(body for name, body in parts if name == b"IDAT"))
    size = CHANNELS[kind]
    rows = [[pixel[:3] for pixel in _pixels(row, size)] for row in _rows(data, width * size, size)]
    used = Counter(pixel for row in rows for pixel in row)
    palette = [pixel for pixel, _count in used.most_common(256)]
    place = {pixel: _nearest(pixel, palette) for pixel in used}
    packed = b"".join(b"\0" + bytes(map(place.__getitem__, row)) for row in rows)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colours = bytes(value for pixel in palette for value in pixel)
    body = [(b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(packed, 9)), (b"IEND", b"")]
    path.write_bytes(SIGNATURE + b"".join(_part(name, content) for name, content in body))


def _parts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        yield name, data[at + 8 : at + 8 + length]
        at += 12 + length


def _part(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _pixels(row: bytearray, size: int) -> Iterator[Pixel]:
    return zip(*(row[channel::size] for channel in range(size)), strict=True)


def _rows(data: bytes, length: int, size: int) -> Iterator[bytearray]:
    """Rows without the filters that PNG puts on them."""
    above = bytearray(length)
    for at in range(0, len(data), length + 1):
        row = bytearray(data[at + 1 : at + 1 + length])
        _unfilter(data[at], row, above, size)
        yield row
        above = row


def _unfilter(kind: int, row: bytearray, above: bytearray, size: int) -> None:
    if kind == 0:
        return
    for n, value in enumerate(row):
        left = row[n - size] if n >= size else 0
        corner = above[n - size] if n >= size else 0
        guess = (
            (0, left, above[n], (left + above[n]) // 2)[kind] if kind < 4 else _paeth(left, above[n], corner)
        )
        row[n] = (value + guess) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    far = left + up - corner
    return min((left, up, corner), key=lambda one: abs(far - one))


def _nearest(pixel: Pixel, palette: list[Pixel]) -> int:
    return min(
        range(len(palette)),
        key=lambda n: sum((one - other) ** 2 for one, other in zip(pixel, palette[n], strict=True)),
    )
