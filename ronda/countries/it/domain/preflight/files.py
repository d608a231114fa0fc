"""The file as such: name, size, format."""

from collections.abc import Iterator

from ronda.countries.it.domain.fatturapa.limits import oversized, unknown_format
from ronda.countries.it.domain.preflight.case import Case, Check, found
from ronda.countries.it.domain.sdi.names import read_invoice_name
from ronda.einvoices.domain.findings import Finding

#: More errors of format than this and the exchange stops counting (00201).
MOST_ERRORS = 50


def odd_name(case: Case) -> Iterator[Finding]:
    """00001, once the file has a name."""
    name = case.invoice.source_name.rpartition("/")[2]
    if name and read_invoice_name(name) is None:
        yield found("00001", name, "document.file_name")


def used_name(case: Case) -> Iterator[Finding]:
    """00002, against the names that are known."""
    name = case.invoice.source_name.rpartition("/")[2]
    if name and name in case.history.file_names:
        yield found("00002", name, "document.file_name")


def too_large(case: Case) -> Iterator[Finding]:
    """00003: attachments make a file large."""
    yield from oversized(case.invoice)


def misfits(case: Case) -> Iterator[Finding]:
    """00200: every field that does not fit; those that warn are texts that will be shortened."""
    yield from case.misfits


def too_many_misfits(case: Case) -> Iterator[Finding]:
    """00201: more than fifty of them."""
    if sum(item.blocks for item in case.misfits) > MOST_ERRORS:
        yield found("00201", "FatturaElettronica", "document.format")


def odd_format(case: Case) -> Iterator[Finding]:
    """00428."""
    yield from unknown_format(case.invoice)


CHECKS: dict[str, Check] = {
    "00001": odd_name,
    "00002": used_name,
    "00003": too_large,
    "00200": misfits,
    "00201": too_many_misfits,
    "00428": odd_format,
}
