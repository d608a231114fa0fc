"""What several callers ask of transmissions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from ronda.billing.models import Document
from ronda.company.models import Company
from ronda.einvoices.domain.exchange import Deadline, Reason, ReceiptFacts, Standing
from ronda.einvoices.domain.states import SETTLED, State
from ronda.einvoices.door import LegalFormat, format_called, format_for
from ronda.einvoices.models import Receipt, Transmission

#: Documents older than this without a file are not asked about: they were sent elsewhere.
ASKED_DAYS = 120
#: With anything else before it, a file is under way or has arrived, and no other one is made.
MAY_BE_REPLACED = frozenset({State.REJECTED, State.REFUSED})


def last_of(document_ids: Collection[int]) -> dict[int, Transmission]:
    """The last attempt of each document that has one; one query."""
    rows = Transmission.objects.filter(document__in=document_ids).order_by("document_id", "attempt")
    return {row.document_id: row for row in rows}


def receipts_of(transmission_ids: Collection[int]) -> dict[int, list[Receipt]]:
    """The receipts of transmissions, oldest first; one query."""
    found: dict[int, list[Receipt]] = {}
    rows = Receipt.objects.filter(transmission__in=transmission_ids).select_related("kept")
    for row in rows.order_by("received_at", "pk"):
        found.setdefault(row.transmission_id, []).append(row)
    return found


def as_facts(receipts: Iterable[Receipt]) -> list[ReceiptFacts]:
    """Stored receipts as the format judges them."""
    return [
        ReceiptFacts(row.kind, exchange_id=row.exchange_id, said_at=row.said_at, facts=row.facts)
        for row in receipts
    ]


def judged(row: Transmission, receipts: Sequence[Receipt]) -> tuple[State, tuple[Reason, ...], str]:
    """State, reasons and identifier: a function of the set of receipts (R42).

    Before anything was sent or heard, the stored state stands: nobody else knows it.
    """
    legal_format, stored = format_called(row.format), State(row.state)
    if legal_format is None or (row.sent_at is None and not receipts):
        return stored, (), row.exchange_id
    verdict = legal_format.judge(as_facts(receipts), sent=row.sent_at is not None, facts=row.facts)
    if verdict.state is State.READY:
        return stored, (), row.exchange_id
    return verdict.state, verdict.reasons, verdict.exchange_id or row.exchange_id


def deadlines_of(
    legal_format: LegalFormat, document: Document, row: Transmission | None, receipts: Sequence[Receipt]
) -> Sequence[Deadline]:
    """What is still to happen to a document, soonest first; without a file: that it is sent."""
    if document.date is None:
        return ()
    state = State(row.state) if row else State.READY
    sent_on = timezone.localdate(row.sent_at) if row and row.sent_at else None
    facts: Mapping[str, Any] = row.facts if row else {}
    return legal_format.deadlines(Standing(state, document.date, sent_on, facts), as_facts(receipts))


def without_file(company: Company, *, on: date, since: date | None = None) -> "QuerySet[Document]":
    """Issued documents of the last months, and not before `since`, that no file was made of, oldest first."""
    sent = Transmission.objects.filter(document=OuterRef("pk"))
    first = max(on - timedelta(days=ASKED_DAYS - 1), since or date.min)
    rows = Document.objects.filter(company=company, status=Document.Status.ISSUED, date__gte=first)
    return rows.filter(~Exists(sent)).select_related("company", "party").order_by("date", "pk")


def to_send(documents: Iterable[Document]) -> list[tuple[Document, Deadline | None]]:
    """Those that go out in a legal format, each with its first deadline."""
    found: list[tuple[Document, Deadline | None]] = []
    for document in documents:
        legal_format = format_for(document)
        if legal_format is not None:
            due = deadlines_of(legal_format, document, None, ())
            found.append((document, due[0] if due else None))
    return found


def last_attempts(rows: "QuerySet[Transmission]") -> "QuerySet[Transmission]":
    """Without those that a later file has replaced."""
    return rows.filter(replaced_by=None)


def waiting(company: Company, *, on: date, days: int) -> "QuerySet[Transmission]":
    """Last attempts that a person or the exchange must see to within so many days."""
    rows = last_attempts(Transmission.objects.filter(company=company, due_on__lte=on + timedelta(days=days)))
    return rows.exclude(state__in=SETTLED).order_by(F("due_on"), "pk")
