"""Payments and settled dues into the journal."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum

from ronda.accounting.domain.postings import Posting, payment_movements, settled_movements
from ronda.accounting.models import JournalEntry
from ronda.accounting.services.posting import post_entries
from ronda.billing.models import Document, DocumentKind, VatSummary
from ronda.kernel.money import ZERO, to_cents
from ronda.payments.events import SettledChange
from ronda.payments.models import Instalment, Payment


@transaction.atomic
def post_payments(company_id: int, payment_ids: Sequence[int]) -> int:
    """Post money received and given back, each payment once; how many entries were written."""
    return post_entries(company_id, [_payment(row) for row in _payments(company_id, payment_ids)])


@transaction.atomic
def post_cancelled(company_id: int, payment_ids: Sequence[int]) -> int:
    """Post the opposite of each cancelled payment, on the day it was cancelled."""
    rows = _payments(company_id, payment_ids).exclude(cancelled_on=None)
    return post_entries(company_id, [_payment(row, cancelled=True) for row in rows])


@transaction.atomic
def post_settled(company_id: int, changes: Sequence[SettledChange]) -> int:
    """Post the withholding suffered and the VAT that became due with settled dues (R36).

    The share is a function of the document's settled part alone, so whatever order links are made
    and undone in, the books hold exactly the share of what is settled now.
    """
    documents = _documents(changes)
    if not documents:
        return 0
    settled = _settled(documents)
    for change in reversed(changes):
        if change.document_id in documents:
            settled[change.document_id] -= change.amount
    postings = []
    for change in changes:
        if (facts := documents.get(change.document_id)) is None:
            continue
        before = settled[change.document_id]
        settled[change.document_id] += change.amount
        moves = settled_movements(**facts["amounts"], before=before, change=change.amount)
        journal = JournalEntry.Journal.OTHER
        postings.append(Posting(f"{change.source}:settled", change.on, journal, facts["text"], moves))
    return post_entries(company_id, postings)


def payment_source(payment_id: int, *, cancelled: bool = False) -> str:
    """The name under which a payment, or its cancellation, is posted."""
    return f"payments.payment:{payment_id}" + (":cancelled" if cancelled else "")


def _payments(company_id: int, payment_ids: Sequence[int]) -> Any:
    rows = Payment.objects.filter(company_id=company_id, pk__in=payment_ids)
    return rows.select_related("party", "method").order_by("pk")


def _payment(row: Payment, *, cancelled: bool = False) -> Posting:
    account = row.method.account_role
    day = row.cancelled_on if cancelled and row.cancelled_on else row.date
    text = f"{row.party.name} – {row.reference or row.method.name}"
    moves = payment_movements(row.party_id, row.amount, account, rounding=row.rounding, cancelled=cancelled)
    journal = JournalEntry.Journal.CASH if account == "cash" else JournalEntry.Journal.BANK
    return Posting(payment_source(row.pk, cancelled=cancelled), day, journal, text, moves)


def _documents(changes: Sequence[SettledChange]) -> dict[int, dict[str, Any]]:
    """The documents with something that waits for the payment, as `settled_movements` wants them."""
    ids = {change.document_id for change in changes}
    deferred = VatSummary.objects.filter(document_id__in=ids, exigibility="D").values_list("document_id")
    vat = dict(deferred.annotate(Sum("vat")))
    rows = Document.objects.filter(pk__in=ids).select_related("party")
    found = {}
    for row in rows:
        waiting = to_cents(vat.get(row.pk, ZERO))
        if row.withholding_total or waiting:
            sign = -1 if row.kind == DocumentKind.CREDIT_NOTE else 1
            found[row.pk] = {
                "text": f"{row.label} – {row.party.name}",
                "amounts": {
                    "party": row.party_id,
                    "payable": sign * row.payable,
                    "withholding": sign * row.withholding_total,
                    "deferred_vat": sign * waiting,
                },
            }
    return found


def _settled(documents: dict[int, dict[str, Any]]) -> dict[int, Decimal]:
    rows = Instalment.objects.filter(document_id__in=documents).values_list("document_id", "settled")
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for document, settled in rows:
        found[document] += settled
    return found
