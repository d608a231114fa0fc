from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartiesChanged:
    """Facts of customers or suppliers of one company were changed; `facts` are the names of those."""

    company_id: int
    party_ids: tuple[int, ...]
    facts: frozenset[str]
    by: str
