"""How often a public link may be used, so that nobody wears it out or guesses at others.

Counted in the memory of the process, for ten minutes; nothing about anybody is written down.
"""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 600  # seconds
LIMITS = {"look": 300, "answer": 20, "print": 30, "guess": 40}


def may(what: str, whom: str) -> bool:
    """Count one more use; False beyond the limit of the window."""
    key = f"quotes:{what}:{hashlib.sha256(whom.encode()).hexdigest()[:32]}"
    cache.add(key, 0, WINDOW)
    try:
        return cache.incr(key) <= LIMITS[what]
    except ValueError:  # it ended between the two lines above
        return True


def stranger(request: HttpRequest) -> str:
    """Where a request with an unknown link comes from."""
    return str(request.META.get("REMOTE_ADDR", ""))
