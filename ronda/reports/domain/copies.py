"""The part of one site, taken out of a document with sections of several (R14, S27)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ronda.kernel.money import ZERO, spread
from ronda.reports.domain import formats, words
from ronda.reports.domain.documents import PrintedLine, PrintedVat, PrintFacts

_Key = tuple[Decimal, str]


def copy_for_site(facts: PrintFacts, site: int) -> PrintFacts:
    """The lines of that site alone, with their share of the VAT, saying that it is a copy.

    Nothing is to be paid on it: terms, instalments, withholding and stamp duty stay on the document. The
    shares of the VAT of all its sections add up to the VAT of the document, to the cent. ValueError without
    a line of that site.
    """
    lines = [line for line in facts.lines if line.site_id == site]
    if not lines:
        raise ValueError(f"no line for site {site}")
    shares = vat_shares(facts.lines, facts.vat)[site]
    vat = [replace(row, net=net, vat=tax) for row, (net, tax) in zip(facts.vat, shares, strict=True)]
    vat = [row for row in vat if row.net or row.vat]
    net = sum((row.net for row in vat), ZERO)
    tax = sum((row.vat for row in vat), ZERO)
    seller = {**facts.seller, "iban": "", "bic": "", "bank_name": ""}
    return replace(
        facts,
        seller=seller,
        lines=lines,
        by_site=True,
        vat=vat,
        net=net,
        vat_total=tax,
        gross=net + tax,
        payable=net + tax,
        stamp=ZERO,
        withholding=ZERO,
        dues=(),
        method="",
        terms="",
        notes="",
        code="",
        copy=note(facts, lines[0].site),
    )


def vat_shares(
    lines: Sequence[PrintedLine], vat: Sequence[PrintedVat]
) -> Mapping[int | None, list[tuple[Decimal, Decimal]]]:
    """By site: (net, VAT) of its share of each row of the summary; None is what belongs to no site."""
    sites = list(dict.fromkeys(line.site_id for line in lines))
    shares: dict[int | None, list[tuple[Decimal, Decimal]]] = {site: [] for site in sites}
    for row in vat:
        own = [line for line in lines if line.kind != "note" and _key(line) == (row.rate, row.nature)]
        weights = _weights(own, sites)
        for site, net, tax in zip(sites, spread(row.net, weights), spread(row.vat, weights), strict=True):
            shares[site].append((net, tax))
    return shares


def _weights(lines: Sequence[PrintedLine], sites: Sequence[int | None]) -> list[Decimal]:
    """What each site has of a rate; where that adds up to zero (gifts), how many lines it has of it."""
    nets = [sum((line.net for line in lines if line.site_id == site), ZERO) for site in sites]
    if sum(nets, ZERO):
        return nets
    counts = [Decimal(sum(line.site_id == site for line in lines)) for site in sites]
    return counts if any(counts) else [Decimal(1)] * len(sites)


def _key(line: PrintedLine) -> _Key:
    return line.vat_rate, line.nature


def note(facts: PrintFacts, site: str) -> str:
    """That the paper is a copy for the site, of which document, and who owes the amount."""
    said = words.words(facts.language)
    on = formats.day(facts.on, facts.language) if isinstance(facts.on, date) else ""
    return said["copy_note"].format(
        site=site,
        document=f"{facts.title or words.title(facts.kind, facts.language)} {facts.number}".strip(),
        date=on,
        customer=facts.buyer.get("name") or "",
    )
