"""What accounting tells. Only its own background work listens so far."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClosingRequested:
    """A preview of accruals and deferrals is to be computed in the background."""

    closing_id: int
    company_id: int
    # How many times it was computed: each gets a job of its own, and only one.
    round: int
    by: str
