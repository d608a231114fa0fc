"""Stamp duty on documents without VAT (art. 13 of the tariff annexed to D.P.R. 642/1972)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class StampRate:
    valid_from: date
    amount: Decimal
    threshold: Decimal  # due above it, not at it: V6


#: 1.29 in euro coins; 1.81 since 1 June 2005 (D.M. 24 May 2005); 2.00 since 26 June 2013
#: (D.L. 43/2013 as converted by L. 71/2013). The threshold was 150,000 lire.
RATES = (
    StampRate(date(2002, 1, 1), Decimal("1.29"), Decimal("77.47")),
    StampRate(date(2005, 6, 1), Decimal("1.81"), Decimal("77.47")),
    StampRate(date(2013, 6, 26), Decimal("2.00"), Decimal("77.47")),
)

LEGAL_TEXT = (
    "Imposta di bollo assolta in modo virtuale ai sensi del D.P.R. 642/1972 e dell'art. 6 del D.M. 17/06/2014"
)
#: The line that charges the duty to the customer is an advance under art. 15 D.P.R. 633/1972.
CHARGED_NATURE = "N1"
