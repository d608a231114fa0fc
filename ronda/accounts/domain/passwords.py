"""The rules of passwords and attempts (O57-O61), without a database."""

import re
import secrets
from datetime import date, datetime

SHORTEST = 8
DIFFERENT_FROM_LAST = 10
# Nobody mixes these up when a password is said on the telephone: no 0 O, 1 l I.
SPOKEN = "abcdefghijkmnpqrstuvwxyz23456789"
_NO_LETTERS = re.compile(r"[\W\d_]+")


def is_long_enough(password: str) -> bool:
    """O59: at least eight characters."""
    return len(password) >= SHORTEST


def has_digit_or_sign(password: str) -> bool:
    """O59: at least one digit or one special character; a blank is none."""
    return any(not char.isalpha() and not char.isspace() for char in password)


def is_like_name(password: str, username: str) -> bool:
    """O59: "admin/admin", also dressed up: Admin2026!, the name twice, the name turned round."""
    said, name = _letters(password), _letters(username)
    if password.casefold() == username.casefold():
        return True
    if not name:
        return False
    return said in (name, name[::-1], name * 2) or (len(name) > 4 and name in password.casefold())


def is_over_age(set_at: datetime | None, *, months: int, now: datetime) -> bool:
    """O60: whether a password set then has lived its months; 0 months never end."""
    if not months or set_at is None:
        return False
    years, month = divmod(set_at.month - 1 + months, 12)
    # The 31st of a shorter month ends on the first of the next.
    ends = (set_at.year + years, month + 1, set_at.day)
    return (now.year, now.month, now.day) >= ends


def is_expired(last_day: date | None, *, on: date) -> bool:
    """O57: the account ends after its last day."""
    return last_day is not None and on > last_day


def reaches_limit(failures: int, limit: int) -> bool:
    """O61: at the limit, and again each time as many more are wrong (an administrator is not locked)."""
    return failures > 0 and failures % limit == 0


def one_time_password() -> str:
    """A password to say to a person once: four groups of four, 80 bits by chance."""
    return "-".join("".join(secrets.choice(SPOKEN) for _ in range(4)) for _ in range(4))


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()
