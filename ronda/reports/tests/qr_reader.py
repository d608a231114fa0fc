"""Reads the modules of a QR code as ISO/IEC 18004 says: level M, bytes, versions 1 to 13, undamaged."""

#: By version: centres of the alignment patterns, and the data codewords of each block at level M.
ALIGNED = {1: [], 2: [6, 18], 3: [6, 22], 4: [6, 26], 5: [6, 30], 6: [6, 34], 7: [6, 22, 38], 8: [6, 24, 42],
           9: [6, 26, 46], 10: [6, 28, 50], 11: [6, 30, 54], 12: [6, 32, 58], 13: [6, 34, 62]}  # fmt: skip
BLOCKS = {1: [16], 2: [28], 3: [44], 4: [32] * 2, 5: [43] * 2, 6: [27] * 4, 7: [31] * 4, 8: [38, 38, 39, 39],
          9: [36, 36, 36, 37, 37], 10: [43] * 4 + [44], 11: [50] + [51] * 4, 12: [36] * 6 + [37] * 2,
          13: [37] * 8 + [38]}  # fmt: skip
MASKS = [
    lambda y, x: (x + y) % 2 == 0,
    lambda y, x: y % 2 == 0,
    lambda y, x: x % 3 == 0,
    lambda y, x: (x + y) % 3 == 0,
    lambda y, x: (y // 2 + x // 3) % 2 == 0,
    lambda y, x: x * y % 2 + x * y % 3 == 0,
    lambda y, x: (x * y % 2 + x * y % 3) % 2 == 0,
    lambda y, x: ((x + y) % 2 + x * y % 3) % 2 == 0,
]


def read(dark):
    """The bytes of the code whose dark modules are these (column, row) pairs."""
    size = max(x for x, _y in dark) + 1
    version = (size - 17) // 4
    form = [(x, 8) in dark for x in (0, 1, 2, 3, 4)]
    told = int("".join(str(int(bit)) for bit in form), 2) ^ 0b10101
    assert told >> 3 == 0b00, "not level M"
    mask = MASKS[told & 7]
    bits = [((x, y) in dark) != mask(y, x) for x, y in _path(size, _reserved(size, version))]
    words = [int("".join(str(int(bit)) for bit in bits[at : at + 8]), 2) for at in range(0, len(bits) - 7, 8)]
    stream = "".join(f"{word:08b}" for word in _in_order(words, BLOCKS[version]))
    assert stream[:4] == "0100", "not bytes"
    wide = 8 if version < 10 else 16
    length = int(stream[4 : 4 + wide], 2)
    start = 4 + wide
    return bytes(int(stream[at : at + 8], 2) for at in range(start, start + 8 * length, 8))


def _reserved(size, version):
    """The modules that hold no data: finders with format, timing, alignment, version."""
    found = {(x, y) for x in range(size) for y in range(size) if x == 6 or y == 6}
    for left, top in ((0, 0), (size - 8, 0), (0, size - 8)):
        wide, high = (9 if left == 0 else 8), (9 if top == 0 else 8)
        found |= {(x, y) for x in range(left, left + wide) for y in range(top, top + high)}
    centres = ALIGNED[version]
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for x, y in ((x, y) for x in centres for y in centres if (x, y) not in corners):
        found |= {(x + dx, y + dy) for dx in range(-2, 3) for dy in range(-2, 3)}
    if version >= 7:
        found |= {(x, y) for x in range(6) for y in range(size - 11, size - 8)}
        found |= {(x, y) for x in range(size - 11, size - 8) for y in range(6)}
    return found


def _path(size, reserved):
    """Where the bits stand: two columns at a time from the right, up and down in turn."""
    up = True
    for right in (x for x in range(size - 1, 0, -2)):
        column = right if right > 6 else right - 1
        for y in range(size - 1, -1, -1) if up else range(size):
            yield from ((x, y) for x in (column, column - 1) if (x, y) not in reserved)
        up = not up


def _in_order(words, blocks):
    """Data codewords block by block; in the code they stand in turns."""
    given = iter(words)
    parts = [[] for _block in blocks]
    for place in range(max(blocks)):
        for part, length in zip(parts, blocks, strict=True):
            if place < length:
                part.append(next(given))
    return [word for part in parts for word in part]
