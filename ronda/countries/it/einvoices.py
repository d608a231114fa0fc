"""FatturaPA through SdI, as the core asks for it: `ronda.einvoices.door.LegalFormat`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from ronda.billing.models import Document
from ronda.company.models import Company
from ronda.countries.it.domain import sdi
from ronda.countries.it.domain.fatturapa import ReceivedInvoice, file_name, write_invoice
from ronda.countries.it.domain.preflight import RULES, preflight
from ronda.countries.it.domain.sdi.messages import ROME
from ronda.countries.it.services.deferral import deferral
from ronda.countries.it.services.enclosing import Enclosures, enclosures, too_large, with_enclosures
from ronda.countries.it.services.invoicing import PUBLIC_FORMAT, invoices_of
from ronda.einvoices.domain.exchange import (
    Deadline,
    LegalFile,
    Reason,
    ReceiptFacts,
    Standing,
    Verdict,
)
from ronda.einvoices.domain.findings import Finding
from ronda.einvoices.domain.states import State
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

LABELS = {
    sdi.Kind.DELIVERED: _("delivery receipt (RC)"),
    sdi.Kind.REJECTED: _("rejection (NS)"),
    sdi.Kind.NOT_DELIVERED: _("not delivered (MC)"),
    sdi.Kind.OUTCOME: _("answer of the public body (NE)"),
    sdi.Kind.EXPIRED: _("time to answer over (DT)"),
    sdi.Kind.ATTESTED: _("attestation of transmission (AT)"),
}


class NotAboutOurFiles(Refusal):
    """A message of SdI about an invoice that came, not about one that was sent."""

    code = "sdi.not_about_our_files"


class Fatturapa:
    """Invoices, credit notes and advances of Italian firms. One file holds one document."""

    code, label = "fatturapa", _("FatturaPA, through SdI")

    def applies(self, document: Document) -> bool:
        """Since 2024 of every firm (D.L. 36/2022, art. 18); in euro or not."""
        return True

    def preflight(self, documents: Sequence[Document], *, on: date) -> Mapping[int, list[Finding]]:
        """The controls of SdI that can be made here."""
        if not documents:
            return {}
        invoices, enclosed = invoices_of(documents, on=on), enclosures(documents)
        return {
            document.pk: [
                *preflight(invoices[document.pk], on=on),
                *deferral(document, invoices[document.pk]),
                *too_large(document, invoices[document.pk], enclosed),
            ]
            for document in documents
        }

    def transmitter(self, company: Company) -> str:
        """The fiscal code: SdI knows the firm by it, also where the VAT number is another one."""
        return f"IT{company.registration_id or company.tax_id}"

    def write(
        self, documents: Sequence[Document], *, numbers: Mapping[int, int], corrected: Collection[int] = ()
    ) -> Mapping[int, LegalFile | Refusal]:
        days = [document.date for document in documents if document.date]
        invoices = invoices_of(documents, on=max(days), numbers=numbers, corrected=corrected)
        enclosed = enclosures(documents)
        return {
            document.pk: self._file(document, invoices[document.pk], numbers[document.pk], enclosed)
            for document in documents
        }

    def _file(
        self, document: Document, invoice: ReceivedInvoice, number: int, enclosed: Enclosures
    ) -> LegalFile | Refusal:
        try:
            invoice = with_enclosures(document, invoice, enclosed)
            name = file_name("IT", self.transmitter(document.company).removeprefix("IT"), number)
            content = write_invoice(invoice)
        except Refusal as refusal:
            return refusal
        return LegalFile(name, content, facts=_facts_of(invoice, document))

    def read_receipt(self, name: str, content: bytes) -> ReceiptFacts:
        """A message about a file that was sent; those about received invoices are refused."""
        receipt = sdi.read_receipt(content, name)
        if receipt.kind not in LABELS:
            raise NotAboutOurFiles(_("This message of SdI is about a received invoice."))
        return ReceiptFacts(
            kind=receipt.kind.value,
            file_name=f"{sdi.stem_of(receipt.file_name)}.xml" if receipt.file_name else "",
            exchange_id=receipt.sdi_id,
            said_at=receipt.delivered_at or receipt.received_at,
            facts=_as_json(receipt),
        )

    def label_of(self, kind: str) -> Any:
        return LABELS[sdi.Kind(kind)] if kind in {one.value for one in LABELS} else kind

    def judge(self, receipts: Collection[ReceiptFacts], *, sent: bool, facts: Mapping[str, Any]) -> Verdict:
        """The state of one file, with what SdI's errors mean and what to do about them."""
        found = _judged(receipts, sent=sent, facts=facts)
        reasons = [Reason(one.code, one.text) for one in found.reasons]
        if found.state is State.REJECTED:
            reasons += _explained(found.errors)
        return Verdict(found.state, tuple(reasons), found.sdi_id)

    def deadlines(self, standing: Standing, receipts: Collection[ReceiptFacts]) -> Sequence[Deadline]:
        """Twelve days to send, five to send again, five for SdI, fifteen for the public body."""
        facts = standing.facts
        sent = standing.sent_on is not None
        verdict = _judged(receipts, sent=sent, facts=facts)
        found = sdi.deadlines(
            state=standing.state,
            operation_on=_operation_day(standing),
            deferred=bool(facts.get("deferred")),
            sent_on=standing.sent_on,
            rejected_on=_rejected_on(receipts) or standing.sent_on,
            delivered_on=verdict.delivered_on,
            public_body=bool(facts.get("public_body")),
        )
        return [Deadline(one.code, one.due, one.text, one.source) for one in found]


def _facts_of(invoice: ReceivedInvoice, document: Document) -> dict[str, Any]:
    """What judging its receipts and counting its days needs to know of a file."""
    return {
        "public_body": invoice.format == PUBLIC_FORMAT,
        "consumer": not invoice.buyer.vat_id,
        "deferred": invoice.kind in ("TD24", "TD25"),
        "operation_on": document.operation_on.isoformat() if document.operation_on else "",
    }


def _operation_day(standing: Standing) -> date:
    """The day the terms are counted from: that of the operation where the document states one."""
    stated = standing.facts.get("operation_on")
    return date.fromisoformat(stated) if stated else standing.document_on


def _judged(receipts: Collection[ReceiptFacts], *, sent: bool, facts: Mapping[str, Any]) -> sdi.Verdict:
    return sdi.judge(
        [_from_json(receipt.facts) for receipt in receipts],
        sent=sent,
        consumer=bool(facts.get("consumer")),
        public_body=bool(facts.get("public_body")),
    )


def _explained(errors: Sequence[sdi.ReceiptError]) -> Iterator[Reason]:
    """The errors of a rejection in plain words, with the remedy; as SdI says them where nothing is known."""
    for error in errors:
        rule = RULES.get(error.code)
        text = " ".join(filter(None, (error.text, error.suggestion)))
        yield Reason(
            error.code, f"{error.code}: {rule.text} {rule.remedy}" if rule else f"{error.code}: {text}"
        )


def _rejected_on(receipts: Collection[ReceiptFacts]) -> date | None:
    days = [
        receipt.said_at.astimezone(ROME).date()
        for receipt in receipts
        if receipt.said_at and receipt.kind == sdi.Kind.REJECTED.value
    ]
    return min(days, default=None)


# --- receipts as they are stored ---------------------------------------------------------------------------

_INSTANTS = ("received_at", "delivered_at")


def _as_json(receipt: sdi.Receipt) -> dict[str, Any]:
    """Every field that says something, in plain values."""
    told = {name: value for name, value in asdict(receipt).items() if value}
    for name in (*_INSTANTS, "available_on"):
        if name in told:
            told[name] = told[name].isoformat()
    return told


def _from_json(facts: Mapping[str, Any]) -> sdi.Receipt:
    told: dict[str, Any] = dict(facts)
    told["kind"], told["family"] = sdi.Kind(told["kind"]), sdi.Family(told["family"])
    for name in _INSTANTS:
        if name in told:
            told[name] = datetime.fromisoformat(told[name])
    if "available_on" in told:
        told["available_on"] = date.fromisoformat(told["available_on"])
    told["errors"] = tuple(sdi.ReceiptError(**error) for error in told.get("errors", ()))
    told["warnings"] = tuple(told.get("warnings", ()))
    return sdi.Receipt(**told)
