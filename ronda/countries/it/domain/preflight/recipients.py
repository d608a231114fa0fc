"""Where the invoice goes: codes of public offices, of firms, of customers abroad."""

from collections.abc import Iterator

from ronda.countries.it.domain.fatturapa.parts import FOREIGN_ADDRESS_CODE, recipient_code
from ronda.countries.it.domain.preflight.case import Case, Check, found
from ronda.einvoices.domain.findings import Finding, Weight

WHERE = "DatiTrasmissione/CodiceDestinatario"
UNLISTED_OFFICE = "999999"
LENGTHS = {"FPA12": 6, "FPR12": 7, "FSM10": 7}


def abroad_but_italian(case: Case) -> Iterator[Finding]:
    """00313: XXXXXXX with an Italian number, or with an Italian customer who has none."""
    buyer = case.invoice.buyer
    italian = buyer.vat_country == "IT" if buyer.vat_id else buyer.country in {"", "IT"}
    if italian and recipient_code(buyer) == FOREIGN_ADDRESS_CODE:
        yield found("00313", WHERE, f"{case.roles.buyer}.recipient_code")


def unlisted_office(case: Case) -> Iterator[Finding]:
    """00399: the index is not at hand here, so it warns."""
    if case.invoice.format == "FPA12" and case.invoice.buyer.recipient_code == UNLISTED_OFFICE:
        yield found("00399", WHERE, f"{case.roles.buyer}.recipient_code", weight=Weight.WARNS)


def wrong_length(case: Case) -> Iterator[Finding]:
    """00427; a code of no possible length is a misfit (00200)."""
    code, expected = recipient_code(case.invoice.buyer), LENGTHS.get(case.invoice.format, 0)
    if expected and len(code) in {6, 7} and len(code) != expected and not case.simplified:
        yield found("00427", WHERE, f"{case.roles.buyer}.recipient_code")


CHECKS: dict[str, Check] = {
    "00313": abroad_but_italian,
    "00399": unlisted_office,
    "00427": wrong_length,
}
