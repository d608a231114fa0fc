"""Until when an offer binds the firm: the end of its last day, on the firm's own clock."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def local_day(now: datetime, zone: str) -> date:
    """The day it is in a time zone at an instant."""
    return now.astimezone(ZoneInfo(zone)).date()


def is_open(valid_until: date, now: datetime, zone: str) -> bool:
    """Whether the offer still stands: its last day counts until midnight."""
    return local_day(now, zone) <= valid_until


def last_day(issued_on: date, days: int) -> date:
    """The last day of an offer that stands for `days` days, the day of issue not counted."""
    return issued_on + timedelta(days=days)
