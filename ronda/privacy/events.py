"""What this app tells the apps above, and its own receivers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CustomerAnonymised:
    """A customer was anonymised for good; who copied him to another program has to follow."""

    company_id: int
    party_id: int
    by: str


@dataclass(frozen=True, slots=True)
class ExportAsked:
    """The file with a person's data is to be made."""

    export_id: int
    company_id: int
    by: str
