"""What packages tell the apps above."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RemainingLow:
    """A use brought what remains of a line down to a warning level, or below it (R54)."""

    company_id: int
    package_id: int
    line_id: int
    # The lowest level reached, in units.
    level: Decimal
    remaining: Decimal
    by: str


@dataclass(frozen=True, slots=True)
class PackageUsed:
    """Units were taken out of a package, or given back (negative)."""

    company_id: int
    package_id: int
    operation: str
    quantity: Decimal
    by: str
