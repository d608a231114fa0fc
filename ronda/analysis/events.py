"""What analysis tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CalculationRequested:
    """Figures are to be computed in the background, by the job of this key."""

    calculation_id: int
    company_id: int
    key: str
    by: str
