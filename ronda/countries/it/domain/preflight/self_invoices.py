"""Documents the buyer makes out, and those about one's own sales."""

from collections.abc import Iterator

from ronda.countries.it.domain.preflight.case import Case, Check, found
from ronda.einvoices.domain.findings import Finding

FROM_ABROAD = frozenset({"TD17", "TD18", "TD19", "TD28"})
BUYER_WITH_VAT = frozenset({"TD16", "TD17", "TD18", "TD19", "TD20", "TD22", "TD23"})


def supplier_at_home(case: Case) -> Iterator[Finding]:
    """00473."""
    if case.invoice.kind in FROM_ABROAD and case.invoice.seller.vat_country == "IT":
        yield found("00473", "CedentePrestatore/IdFiscaleIVA/IdPaese", "party.tax_id")


def ceiling_without_vat(case: Case) -> Iterator[Finding]:
    """00474."""
    if case.invoice.kind == "TD21":
        for line in case.invoice.lines:
            if not line.vat_rate:
                where = f"DettaglioLinee {line.number}/AliquotaIVA"
                yield found("00474", where, "line.vat_code", line=line.number)


def buyer_without_vat(case: Case) -> Iterator[Finding]:
    """00475; without any number at all it is 00417."""
    buyer = case.invoice.buyer
    if case.invoice.kind in BUYER_WITH_VAT and buyer.fiscal_code and not buyer.vat_id:
        yield found("00475", "CessionarioCommittente/IdFiscaleIVA", "company.tax_id")


CHECKS: dict[str, Check] = {
    "00473": supplier_at_home,
    "00474": ceiling_without_vat,
    "00475": buyer_without_vat,
}
