"""Further data on the lines of files: rows kept by people, and what they and declarations of intent add."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ronda.billing.models import Document, DocumentLine
from ronda.company import audit
from ronda.contracts.models import ContractLine
from ronda.countries.it.domain.extra_data import (
    NO_CONTRACT,
    BadTemplate,
    Contract,
    Template,
    filled,
    try_out,
    values_of,
)
from ronda.countries.it.domain.fatturapa import Line, OtherData, ReceivedInvoice
from ronda.countries.it.domain.fatturapa.latin import latin_text
from ronda.countries.it.domain.intents import NATURE
from ronda.countries.it.domain.preflight.intents import INTENT
from ronda.countries.it.models import ExtraData, LetterOfIntent
from ronda.countries.it.services.intents import require_italy, resting_of
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

#: What documents name of the lines of contracts in `DocumentLine.source`.
CONTRACTS = "contracts"


class NothingToWrite(Refusal):
    """Neither text nor number nor date."""

    code = "it.nothing_to_write"


class ReservedKind(Refusal):
    """A type that Ronda writes by itself, or one that does not fit."""

    code = "it.reserved_kind"


def save_extra_data(form: Any, *, by: str, company: Any) -> ExtraData:
    """Save a row once its templates have been tried out; the caller (`save_record`) holds the transaction.

    Raises NotInItaly, NothingToWrite, ReservedKind, and BadTemplate, which names the place of the mistake.
    """
    require_italy(company)
    row: ExtraData = form.instance
    row.kind = row.kind.strip()
    if row.kind.upper() == INTENT or latin_text(row.kind) != row.kind or not row.kind:
        raise ReservedKind(
            _("“%(kind)s” cannot be the type: use plain letters; INTENTO is for declarations of intent.")
            % {"kind": row.kind},
            field="kind",
        )
    if not (row.text or row.number or row.day):
        raise NothingToWrite(_("Say what is to be written: a text, a number or a date."), field="text")
    try_out(row.template)
    form.save()
    audit.record(by, "it.extra_data.saved", row, kind=row.kind)
    return row


def with_other_data(
    documents: Sequence[Document], invoices: Mapping[int, ReceivedInvoice], *, on: date
) -> dict[int, ReceivedInvoice]:
    """The invoices of documents of one company with what stands beside their lines; constant queries.

    Lines of nature N3.5 quote the declaration of intent (control 00477); then come the company's own rows.
    A template that fails on a document adds nothing to it: see `mistakes_of`.
    """
    if not documents or documents[0].company.country != "IT":
        return dict(invoices)
    letters = {key: one.letter for key, one in resting_of(documents, on=on).items() if one.letter is not None}
    rows = _rows(documents)
    wanted = [one.pk for one in documents if one.pk in letters or _for(rows, one)]
    contracts = _contracts(wanted) if rows else {}
    made = dict(invoices)
    for document in documents:
        if document.pk in wanted:
            templates = [row.template for row in _for(rows, document)]
            made[document.pk] = _with(
                invoices[document.pk], templates, letters.get(document.pk), contracts.get(document.pk, {})
            )
    return made


def mistakes_of(document: Document, invoice: ReceivedInvoice) -> list[BadTemplate]:
    """What is wrong with the rows of a document's customer, once each."""
    found: dict[str, BadTemplate] = {}
    contracts = _contracts([document.pk]).get(document.pk, {})
    for row in _for(_rows([document]), document):
        for line in invoice.lines:
            try:
                filled(row.template, values_of(invoice, line, contracts.get(line.number, NO_CONTRACT)))
            except BadTemplate as mistake:
                found[str(mistake.message)] = mistake
    return list(found.values())


def _rows(documents: Sequence[Document]) -> list[ExtraData]:
    rows = ExtraData.objects.filter(company=documents[0].company_id, active=True)
    return list(rows.order_by("position", "pk"))


def _for(rows: Sequence[ExtraData], document: Document) -> list[ExtraData]:
    return [row for row in rows if row.party_id in (None, document.party_id)]


def _contracts(document_ids: Sequence[int]) -> dict[int, dict[int, Contract]]:
    """By document and number of the line in the file: the contract the line bills."""
    rows = DocumentLine.objects.filter(document__in=document_ids).order_by("document_id", "position", "pk")
    places: dict[int, list[tuple[int, int, int]]] = {}
    numbers: dict[int, int] = {}
    for document, source in rows.values_list("document_id", "source"):
        numbers[document] = numbers.get(document, 0) + 1
        name, _colon, ref = source.partition(":")
        if name == CONTRACTS and ref.isdecimal():
            places.setdefault(int(ref), []).append((document, numbers[document], int(ref)))
    found: dict[int, dict[int, Contract]] = {}
    facts = ("pk", "contract__number", "contract__title", "contract__starts_on", "contract__ends_on")
    for pk, number, title, starts_on, ends_on in ContractLine.objects.filter(pk__in=places).values_list(
        *facts
    ):
        for document, at, _pk in places[pk]:
            found.setdefault(document, {})[at] = Contract(number, title, starts_on, ends_on)
    return found


def _with(
    invoice: ReceivedInvoice,
    templates: Sequence[Template],
    letter: LetterOfIntent | None,
    contracts: Mapping[int, Contract],
) -> ReceivedInvoice:
    lines: list[Line] = []
    for at, line in enumerate(invoice.lines):
        data = list(line.other_data)
        if letter is not None and line.nature == NATURE and not any(one.kind == INTENT for one in data):
            data.append(OtherData(INTENT, letter.protocol, day=letter.received_on))
        for template in templates:
            if at == 0 or not template.first_line_only:
                data += _made(template, values_of(invoice, line, contracts.get(line.number, NO_CONTRACT)))
        lines.append(replace(line, other_data=tuple(data)))
    return replace(invoice, lines=tuple(lines))


def _made(template: Template, values: Mapping[str, Any]) -> list[OtherData]:
    try:
        found = filled(template, values)
    except BadTemplate:
        return []
    return [found] if found is not None else []
