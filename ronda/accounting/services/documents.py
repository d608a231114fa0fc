"""Issued documents into the journal, a batch at a time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum

from ronda.accounting.domain.postings import DocumentFacts, Posting, document_movements
from ronda.accounting.models import JournalEntry
from ronda.accounting.services.posting import post_entries
from ronda.billing.models import Document, DocumentKind, DocumentLine, VatSummary
from ronda.kernel.money import ZERO, to_cents

ByDocument = dict[int, dict[str, Decimal]]
FIELDS = (
    "pk",
    "kind",
    "date",
    "label",
    "party_id",
    "party__name",
    "net_total",
    "gross_total",
    "payable",
    "withholding_total",
    "stamp_duty",
)


def _issued(company_id: int, document_ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """The issued ones of the company, picked here: asked for it, SQLite walks through all its documents."""
    wanted = (company_id, Document.Status.ISSUED)
    rows = Document.objects.filter(pk__in=document_ids).values_list("company_id", "status", *FIELDS)
    return (row[2:] for row in rows if row[:2] == wanted)


@transaction.atomic
def post_documents(company_id: int, document_ids: Sequence[int]) -> int:
    """Post each issued document once; how many entries were written.

    A constant number of queries, however many documents. Refuses with UnknownAccount when a
    line names an account the chart does not have.
    """
    documents = _issued(company_id, document_ids)
    sales, funds, vat = _sales(document_ids), _funds(document_ids), _vat(document_ids)
    postings = []
    for pk, kind, day, label, party, name, net, gross, payable, withheld, stamp in documents:
        facts = DocumentFacts(
            sign=-1 if kind == DocumentKind.CREDIT_NOTE else 1,
            party=party,
            net=net,
            gross=gross,
            payable=payable,
            withholding=withheld,
            stamp=stamp,
            sales=_added(_accounts_of(kind, sales[pk]), funds[pk]),
            vat=vat[pk],
        )
        moves = document_movements(facts)
        postings.append(
            Posting(document_source(pk), day, JournalEntry.Journal.SALES, f"{label} – {name}", moves)
        )
    return post_entries(company_id, postings)


def document_source(document_id: int) -> str:
    """The name under which a document is posted."""
    return f"billing.document:{document_id}"


def _accounts_of(kind: str, sales: dict[str, Decimal]) -> dict[str, Decimal]:
    """An advance is not revenue until the work is invoiced (R41): all of it is owed back until then."""
    if kind != DocumentKind.ADVANCE or not sales:
        return sales
    stamp = {account: net for account, net in sales.items() if account == "stamp_duty"}
    return {**stamp, "advances_received": sum(sales.values(), ZERO) - sum(stamp.values(), ZERO)}


def _sales(document_ids: Sequence[int]) -> ByDocument:
    """Net by account of each document: the line's own account, or the role its kind goes to."""
    found: ByDocument = defaultdict(dict)
    roles = {
        DocumentLine.Kind.STAMP.value: "stamp_duty",
        DocumentLine.Kind.ADVANCE.value: "advances_received",
    }
    rows = DocumentLine.objects.filter(document_id__in=document_ids).exclude(kind=DocumentLine.Kind.FUND)
    rows = rows.order_by()
    grouped = rows.values_list("document_id", "kind", "revenue_account").annotate(Sum("net"))
    for document, kind, own, net in grouped:
        if net:
            account = roles.get(kind) or own or "sales"
            mine = found[document]
            mine[account] = mine.get(account, ZERO) + to_cents(net)
    return found


def _funds(document_ids: Sequence[int]) -> ByDocument:
    """What is charged for social funds, by account; of an advance as well: it is not charged again."""
    found: ByDocument = defaultdict(dict)
    rows = DocumentLine.objects.filter(document_id__in=document_ids, kind=DocumentLine.Kind.FUND).order_by()
    for document, own, net in rows.values_list("document_id", "revenue_account").annotate(Sum("net")):
        if net:
            found[document][own or "sales"] = to_cents(net)
    return found


def _added(sales: dict[str, Decimal], funds: dict[str, Decimal]) -> dict[str, Decimal]:
    if not funds:
        return sales
    return {account: sales.get(account, ZERO) + funds.get(account, ZERO) for account in {**sales, **funds}}


def _vat(document_ids: Sequence[int]) -> ByDocument:
    """Tax by exigibility of each document."""
    found: ByDocument = defaultdict(dict)
    rows = VatSummary.objects.filter(document_id__in=document_ids).exclude(vat=0)
    for document, exigibility, vat in rows.values_list("document_id", "exigibility", "vat"):
        mine = found[document]
        mine[exigibility] = mine.get(exigibility, ZERO) + vat
    return found
