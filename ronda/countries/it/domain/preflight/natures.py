"""Rates and natures: a zero rate says why, and lines and totals speak of the same ones (R31)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ronda.countries.it.domain.fatturapa.codes import GENERIC_NATURES
from ronda.countries.it.domain.preflight.case import Case, Check, found
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.i18n import _

FIELD = "line.vat_code"
#: The integration of a domestic reverse-charge invoice has rate and nature together.
BOTH_ALLOWED = "TD16"
GENERIC_UNTIL = date(2021, 1, 1)


def line_without_reason(case: Case) -> Iterator[Finding]:
    """00400."""
    for line in case.invoice.lines:
        if not line.vat_rate and not line.nature:
            where = f"DettaglioLinee {line.number}/Natura"
            yield found("00400", where, FIELD, line=line.number)


def line_with_both(case: Case) -> Iterator[Finding]:
    """00401."""
    if case.invoice.kind == BOTH_ALLOWED:
        return
    for line in case.invoice.lines:
        if line.vat_rate and line.nature:
            where = f"DettaglioLinee {line.number}/Natura"
            yield found("00401", where, FIELD, line=line.number)


def fund_without_reason(case: Case) -> Iterator[Finding]:
    """00413."""
    for fund in case.invoice.welfare_funds:
        if not fund.vat_rate and not fund.nature:
            yield found("00413", "DatiCassaPrevidenziale/Natura", "document.fund")


def fund_with_both(case: Case) -> Iterator[Finding]:
    """00414."""
    for fund in case.invoice.welfare_funds:
        if fund.vat_rate and fund.nature:
            yield found("00414", "DatiCassaPrevidenziale/Natura", "document.fund")


def _rates_sold(case: Case) -> set[Decimal]:
    rates = {line.vat_rate for line in case.invoice.lines}
    return rates | {fund.vat_rate for fund in case.invoice.welfare_funds}


def rate_without_summary(case: Case) -> Iterator[Finding]:
    """00419: a rate of the lines that no total has."""
    for rate in sorted(_rates_sold(case) - {item.rate for item in case.invoice.summaries}):
        text = _("The rate %(rate)s %% of the lines is missing in the totals.")
        yield found("00419", "DatiRiepilogo", "document.vat", text % {"rate": rate})


def split_reverse_charge(case: Case) -> Iterator[Finding]:
    """00420."""
    for item in case.invoice.summaries:
        if item.nature.startswith("N6") and item.exigibility == "S":
            yield found("00420", "DatiRiepilogo/EsigibilitaIVA", FIELD)


def summary_without_reason(case: Case) -> Iterator[Finding]:
    """00429."""
    for item in case.invoice.summaries:
        if not item.rate and not item.nature:
            yield found("00429", "DatiRiepilogo/Natura", FIELD)


def summary_with_both(case: Case) -> Iterator[Finding]:
    """00430."""
    for item in case.invoice.summaries:
        if item.rate and item.nature and case.invoice.kind != BOTH_ALLOWED:
            yield found("00430", "DatiRiepilogo/Natura", FIELD)


def summary_without_lines(case: Case) -> Iterator[Finding]:
    """00443: a rate of the totals that no line has; the other way round is 00419."""
    for rate in sorted({item.rate for item in case.invoice.summaries} - _rates_sold(case)):
        text = _("The rate %(rate)s %% of the totals is on no line.")
        yield found("00443", "DatiRiepilogo/AliquotaIVA", "document.vat", text % {"rate": rate})


def natures_differ(case: Case) -> Iterator[Finding]:
    """00444, both ways; where a nature is missing altogether it is 00400 or 00429."""
    invoice = case.invoice
    sold = {line.nature for line in invoice.lines} | {fund.nature for fund in invoice.welfare_funds}
    odd = (sold ^ {item.nature for item in invoice.summaries}) - {""}
    if odd:
        text = _("The natures of lines and totals differ: %(natures)s.")
        facts = {"natures": ", ".join(sorted(odd))[:60]}
        yield found("00444", "DatiRiepilogo/Natura", FIELD, text % facts)


def _generic(case: Case, code: str) -> Iterator[Finding]:
    if case.invoice.date < GENERIC_UNTIL:
        return
    for line in case.invoice.lines:
        if line.nature in GENERIC_NATURES:
            where = f"DettaglioLinee {line.number}/Natura"
            yield found(code, where, FIELD, line=line.number)
    for nature in {fund.nature for fund in case.invoice.welfare_funds} & GENERIC_NATURES:
        yield found(code, f"DatiCassaPrevidenziale/Natura {nature}", "document.fund")


def _domestic(case: Case) -> bool:
    return {case.invoice.seller.vat_country, case.invoice.buyer.vat_country} <= {"IT", ""}


def generic_nature(case: Case) -> Iterator[Finding]:
    """00445: N2, N3 or N6 between Italian parties."""
    if _domestic(case):
        yield from _generic(case, "00445")


def generic_nature_abroad(case: Case) -> Iterator[Finding]:
    """00448: the same with a party from abroad."""
    if not _domestic(case):
        yield from _generic(case, "00448")


CHECKS: dict[str, Check] = {
    "00400": line_without_reason,
    "00401": line_with_both,
    "00413": fund_without_reason,
    "00414": fund_with_both,
    "00419": rate_without_summary,
    "00420": split_reverse_charge,
    "00429": summary_without_reason,
    "00430": summary_with_both,
    "00443": summary_without_lines,
    "00444": natures_differ,
    "00445": generic_nature,
    "00448": generic_nature_abroad,
}
