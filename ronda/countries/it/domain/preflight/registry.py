"""All checks by code, and the codes no check can be made for here."""

from ronda.countries.it.domain.preflight import (
    amounts,
    dates,
    files,
    intents,
    natures,
    parties,
    recipients,
    self_invoices,
    simplified,
    withholding,
)
from ronda.countries.it.domain.preflight.case import Check

#: Code of the exchange → check, in the order of the codes.
CHECKS: dict[str, Check] = dict(
    sorted(
        {
            **files.CHECKS,
            **parties.CHECKS,
            **recipients.CHECKS,
            **dates.CHECKS,
            **amounts.CHECKS,
            **natures.CHECKS,
            **withholding.CHECKS,
            **self_invoices.CHECKS,
            **intents.CHECKS,
            **simplified.CHECKS,
        }.items()
    )
)

_SIGNATURE, _INDEX = "our files go out unsigned", "only the exchange has the register of codes"
#: Codes that can only come back from the exchange, and why.
NOT_CHECKABLE: dict[str, str] = {
    **dict.fromkeys(("00100", "00101", "00102", "00103", "00104", "00105", "00107"), _SIGNATURE),
    "00106": "a file that arrives empty or damaged was so on its way",
    "00311": _INDEX,
    "00312": _INDEX,
    "00398": _INDEX,
}

#: Checks of sums and sets of the ordinary invoice: a simplified one states no totals.
ORDINARY_ONLY = frozenset({"00419", "00421", "00422", "00423", "00429", "00430", "00443", "00444"})
#: Checks that compute with the figures: left out when a figure does not fit the format (00200).
ARITHMETIC = frozenset({*amounts.CHECKS, *natures.CHECKS, "00460", "00474"})
