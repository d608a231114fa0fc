"""What a token may be used for: "billing:read", "billing:write", "*:read". Writing includes reading."""

from collections.abc import Collection

EVERYWHERE = "*"
READ, WRITE = "read", "write"


def allows(scopes: Collection[str], area: str, *, write: bool) -> bool:
    """Whether reading, or writing, in `area` is within the scopes."""
    enough = (WRITE,) if write else (READ, WRITE)
    return any(f"{where}:{verb}" in scopes for where in (area, EVERYWHERE) for verb in enough)
