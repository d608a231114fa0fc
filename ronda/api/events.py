"""What this app tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeliveriesQueued:
    """Messages for webhooks are written and wait to be sent; `round` tells a replay from the first time."""

    company_id: int
    delivery_ids: tuple[int, ...]
    by: str
