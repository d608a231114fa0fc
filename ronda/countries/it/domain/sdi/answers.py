"""Messages of SdI in the words of `einvoices`: what the format FatturaPA answers about its receipts.

    read_answer(name, content)                                 -> ReceiptFacts, to be kept
    verdict(kept, sent=True, facts={"public_body": True})      -> state and reasons
    last_days(Standing(…), kept)                               -> what is still to happen

`facts` of a file sent are those of its `LegalFile`: `consumer` (the customer has no VAT number),
`public_body` (FPA12), `deferred` (TD24, TD25). What is missing counts as no.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any

from ronda.countries.it.domain.sdi.deadlines import deadlines
from ronda.countries.it.domain.sdi.messages import ROME, Family, Kind, Receipt, ReceiptError, read_receipt
from ronda.countries.it.domain.sdi.state import judge
from ronda.einvoices.domain import exchange
from ronda.einvoices.domain.states import State
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class AboutReceived(Refusal):
    """Metadata of a received invoice, or an answer to one; `facts["receipt"]` is the message.

    Its `hash` is that of the invoice's file: equal to that of a file we sent, the invoice is our own
    self-invoice come back, not a supplier's.
    """

    code = "sdi.about_received"


LABELS = {
    Kind.DELIVERED: _("delivered (RC)"),
    Kind.REJECTED: _("rejected (NS)"),
    Kind.NOT_DELIVERED: _("not delivered (MC)"),
    Kind.OUTCOME: _("answer of the public body (NE)"),
    Kind.METADATA: _("metadata of a received invoice (MT)"),
    Kind.CUSTOMER_OUTCOME: _("answer to a received invoice (EC)"),
    Kind.OUTCOME_REJECTED: _("answer not accepted (SE)"),
    Kind.EXPIRED: _("time to answer ended (DT)"),
    Kind.ATTESTED: _("attestation of transmission (AT)"),
}
_ABOUT_RECEIVED = frozenset({Kind.METADATA, Kind.CUSTOMER_OUTCOME, Kind.OUTCOME_REJECTED})
_ITSELF = frozenset({"kind", "sdi_id", "file_name"})
_INSTANTS = ("received_at", "delivered_at")


def read_answer(name: str, content: bytes) -> exchange.ReceiptFacts:
    """What SdI says about a file that was sent.

    Raises `AboutReceived` for messages about received invoices, otherwise as `read_receipt`.
    """
    receipt = read_receipt(content, name)
    if receipt.kind in _ABOUT_RECEIVED:
        message = _("This message of SdI (%(kind)s) speaks of a received invoice, “%(name)s”.")
        facts = {"kind": receipt.kind.value, "name": receipt.file_name}
        raise AboutReceived(message % facts, receipt=receipt)
    return facts_of(receipt)


def facts_of(receipt: Receipt) -> exchange.ReceiptFacts:
    """The receipt as plain values that JSON can hold."""
    told = {name: value for name, value in asdict(receipt).items() if value and name not in _ITSELF}
    for name in (*_INSTANTS, "available_on"):
        if name in told:
            told[name] = told[name].isoformat()
    told |= {"family": receipt.family.value, "warnings": list(receipt.warnings)}
    told["errors"] = [asdict(error) for error in receipt.errors]
    return exchange.ReceiptFacts(
        kind=receipt.kind.value,
        file_name=receipt.file_name,
        exchange_id=receipt.sdi_id,
        said_at=receipt.delivered_at or receipt.received_at,
        facts=told,
    )


def receipt_of(kept: exchange.ReceiptFacts) -> Receipt:
    """The receipt again, from what `facts_of` gave, whether or not it has been JSON meanwhile."""
    known = {field.name for field in fields(Receipt)}
    told: dict[str, Any] = {name: value for name, value in kept.facts.items() if name in known}
    for name in _INSTANTS:
        if name in told:
            told[name] = datetime.fromisoformat(told[name])
    if "available_on" in told:
        told["available_on"] = date.fromisoformat(told["available_on"])
    told["family"] = Family(told.get("family", Family.B2B))
    told["errors"] = tuple(ReceiptError(**error) for error in told.get("errors", ()))
    told["warnings"] = tuple(told.get("warnings", ()))
    return Receipt(kind=Kind(kept.kind), sdi_id=kept.exchange_id, file_name=kept.file_name, **told)


def verdict(
    kept: Collection[exchange.ReceiptFacts], *, sent: bool, facts: Mapping[str, Any]
) -> exchange.Verdict:
    """The state of one file (R42): see `state`. The errors of a rejection are reasons, too."""
    found = judge(
        [receipt_of(one) for one in kept],
        sent=sent,
        consumer=bool(facts.get("consumer")),
        public_body=bool(facts.get("public_body")),
    )
    reasons = [exchange.Reason(reason.code, reason.text) for reason in found.reasons]
    for error in found.errors:
        text = " ".join(filter(None, (error.text, error.suggestion)))
        reasons.append(exchange.Reason(error.code, text))
    return exchange.Verdict(found.state, tuple(reasons), found.sdi_id)


def last_days(
    standing: exchange.Standing, kept: Collection[exchange.ReceiptFacts]
) -> list[exchange.Deadline]:
    """What is still to happen, soonest first. A rejection is counted from the day SdI took the file."""
    receipts = [receipt_of(one) for one in kept]
    public_body = bool(standing.facts.get("public_body"))
    consumer = bool(standing.facts.get("consumer"))
    found = judge(receipts, sent=standing.sent_on is not None, consumer=consumer, public_body=public_body)
    rejected = [
        receipt.received_at.astimezone(ROME).date()
        for receipt in receipts
        if receipt.kind is Kind.REJECTED and _sound(receipt.received_at) and receipt.received_at
    ]
    listed = deadlines(
        state=standing.state,
        operation_on=standing.document_on,
        deferred=bool(standing.facts.get("deferred")),
        sent_on=standing.sent_on,
        rejected_on=min(rejected, default=standing.sent_on) if standing.state is State.REJECTED else None,
        delivered_on=found.delivered_on,
        public_body=public_body,
    )
    return [exchange.Deadline(one.code, one.due, one.text, one.source) for one in listed]


def _sound(moment: datetime | None) -> bool:
    """Whether the instant has a day in Italy: the ends of the calendar have none."""
    return moment is not None and date.min < moment.date() < date.max
