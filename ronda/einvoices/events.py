"""What this app tells those above."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransmissionsChanged:
    """The exchange or the channel has told something of these e-invoices of one company: state by key."""

    company_id: int
    states: tuple[tuple[int, str], ...]
    by: str
