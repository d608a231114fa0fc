from collections.abc import Iterable


def missing_ranges(numbers: Iterable[int], *, up_to: int) -> list[tuple[int, int]]:
    """The runs of 1..`up_to` that are not among `numbers`, as (first, last)."""
    missing, expected = [], 1
    for number in sorted(set(numbers)):
        if number > up_to:
            break
        if number > expected:
            missing.append((expected, number - 1))
        expected = max(expected, number + 1)
    if expected <= up_to:
        missing.append((expected, up_to))
    return missing
