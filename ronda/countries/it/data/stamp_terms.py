"""When the stamp duty on electronic invoices is paid, quarter by quarter, and by which codes of the F24."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class QuarterTerm:
    """A quarter of the year (1 to 4) is due on the last day of the first such `month` after it."""

    quarter: int
    month: int
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class Deferral:
    """Up to `limit` the first quarter, or the first two together, may be paid with the one that follows."""

    valid_from: date
    limit: Decimal
    source: str


_DM = "D.M. 4 dicembre 2020, art. 1, c. 1 lett. a (art. 6 c. 2 D.M. 17 giugno 2014)"
#: The last day of the second month after the quarter; of the third for the second quarter.
TERMS = (
    QuarterTerm(1, 5, date(2021, 1, 1), _DM),
    QuarterTerm(2, 9, date(2021, 1, 1), _DM),
    QuarterTerm(3, 11, date(2021, 1, 1), _DM),
    QuarterTerm(4, 2, date(2021, 1, 1), _DM),
)
DEFERRALS = (
    Deferral(date(2021, 1, 1), Decimal(250), _DM),
    Deferral(date(2023, 1, 1), Decimal(5000), "D.L. 73/2022, art. 3, c. 4"),
)
#: Codes of the F24, section Erario: risoluzione AdE 42/E del 9 aprile 2019. The year is that of the invoices.
PAYMENT_CODES = {1: "2521", 2: "2522", 3: "2523", 4: "2524"}
