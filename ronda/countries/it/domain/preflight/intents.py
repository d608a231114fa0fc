"""Declarations of intent (N3.5): the exchange asks its own register, here only the form can be looked at."""

import re
from collections.abc import Iterator

from ronda.countries.it.domain.fatturapa.model import OtherData
from ronda.countries.it.domain.preflight.case import Case, Check, found
from ronda.einvoices.domain.findings import Finding, Weight

INTENT, NATURE = "INTENTO", "N3.5"
#: Protocol of receipt and progressive number, e.g. 08060120341234567-000001.
REFERENCE = re.compile(r"[0-9]{17}[-/][0-9]{6}", re.ASCII)


def _good(data: OtherData) -> bool:
    return REFERENCE.fullmatch(data.text) is not None and data.day is not None


def intent_stated(case: Case) -> Iterator[Finding]:
    """00477: lines of nature N3.5 quote a declaration, each in its right form."""
    lines = case.invoice.lines
    quoted = [(line, data) for line in lines for data in line.other_data if data.kind == INTENT]
    for line, data in quoted:
        if not _good(data) or line.nature != NATURE:
            where = f"DettaglioLinee {line.number}/AltriDatiGestionali"
            yield found("00477", where, "line.data", line=line.number, weight=Weight.WARNS)
    bare = [line.number for line in lines if line.nature == NATURE]
    if bare and not quoted and not case.simplified:
        where = f"DettaglioLinee {bare[0]}/AltriDatiGestionali"
        yield found("00477", where, "line.data", line=bare[0], weight=Weight.WARNS)


CHECKS: dict[str, Check] = {"00477": intent_stated}
