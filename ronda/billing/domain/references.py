"""What a document refers to: the numbers of lines as a person writes them."""

import re

_DASH, _RANGE = re.compile(r"\s*[-–]\s*"), re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")


def line_numbers(text: str) -> tuple[int, ...]:
    """ "1, 3-5" as (1, 3, 4, 5), in order and once each; nothing is every line.

    ValueError for other texts.
    """
    found: set[int] = set()
    for part in re.split(r"[,;\s]+", _DASH.sub("-", text.strip())) if text.strip() else ():
        match = _RANGE.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last:
            raise ValueError(part)
        found.update(range(first, last + 1))
    return tuple(sorted(found))


def said_numbers(numbers: tuple[int, ...]) -> str:
    """The numbers as they are kept and shown: "1, 3, 4"."""
    return ", ".join(str(number) for number in numbers)
