"""Where one version of a fee ends and the next begins."""

from dataclasses import dataclass
from datetime import date, timedelta

from ronda.contracts.domain.charges import Policy

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cut:
    """The ends of the two versions.

    last_day: of the old version; None when the new one takes all of its days.
    old_last, new_first: how the period that the cut falls into is shared between them.
    anchor_on: periods go on being counted from where they were, so that a cut moves no boundary (R24).
    """

    last_day: date | None
    old_last: Policy
    new_first: Policy
    anchor_on: date


def cut(first: date, day: date, anchor_on: date, first_policy: Policy, last_policy: Policy) -> Cut:
    """Cut a fee that begins on `first` so that its next version begins on `day`.

    The days of the period in between are shared by days, or by months and days where the fee counts
    so: any other policy would charge some of them twice or not at all.
    """
    if day <= first:
        return Cut(None, last_policy, first_policy, anchor_on)
    shared: Policy = "by_30ths" if "by_30ths" in (first_policy, last_policy) else "by_days"
    return Cut(day - _DAY, shared, shared, anchor_on)
