"""The code lists of the XSD 1.2.3 and of the simplified VFSM10 1.0.2 (Agenzia delle Entrate)."""


def _numbered(prefix: str, *numbers: int) -> frozenset[str]:
    return frozenset(f"{prefix}{number:02}" for number in numbers)


KINDS = _numbered("TD", 1, 2, 3, 4, 5, 6, *range(16, 30))
SIMPLIFIED_KINDS = _numbered("TD", 7, 8, 9)
REGIMES = _numbered("RF", 1, 2, *range(4, 21))
WITHHOLDINGS = _numbered("RT", *range(1, 7))
FUNDS = _numbered("TC", *range(1, 23))
METHODS = _numbered("MP", *range(1, 24))
TERMS = _numbered("TP", 1, 2, 3)
REASONS = frozenset({*"ABCDEGHILMNOPQRSTUVWXYZ", "L1", "M1", "M2", "O1", "V1", "ZO"})
DISCOUNTS = frozenset({"SC", "MG"})
LINE_KINDS = frozenset({"SC", "PR", "AB", "AC"})
EXIGIBILITIES = frozenset({"I", "D", "S"})
ISSUERS = frozenset({"CC", "TZ"})
MEMBERS = frozenset({"SU", "SM"})

#: In the schema still, but turned down by the exchange since 1 January 2021 (controls 00445, 00448).
GENERIC_NATURES = frozenset({"N2", "N3", "N6"})
SIMPLIFIED_NATURES = frozenset(
    {"N1", "N2", "N2.1", "N2.2", "N3", *(f"N3.{number}" for number in range(1, 7)), "N4", "N5"}
)
NATURES = SIMPLIFIED_NATURES | {"N6", *(f"N6.{number}" for number in range(1, 10)), "N7"}
