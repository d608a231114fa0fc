"""What customers owe: balances, statements, ages. A constant number of queries each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, Max, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from ronda.billing.models import Document, DocumentKind
from ronda.company.models import Company
from ronda.kernel.money import ZERO, to_cents
from ronda.parties.models import Party, PaymentMethod
from ronda.payments.domain.terms import OpenDue, allocate_oldest_first
from ronda.payments.models import Allocation, Instalment, Payment

AMOUNT = DecimalField(max_digits=14, decimal_places=2)
OPEN = Q(amount__gt=0, settled__lt=F("amount")) | Q(amount__lt=0, settled__gt=F("amount"))
SIGNED_PAYABLE = Case(
    When(kind=DocumentKind.CREDIT_NOTE, then=-F("payable")), default=F("payable"), output_field=AMOUNT
)
AGES = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a customer owes (`dues`), what is to their credit, and the difference."""

    dues: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def owed(self) -> Decimal:
        """Positive: the customer owes; negative: we do."""
        return self.dues - self.credit


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A document, a payment or a cancelled payment, with the balance after it."""

    date: date
    record: Document | Payment
    cancelled: bool
    amount: Decimal
    balance: Decimal

    @property
    def debit(self) -> Decimal | None:
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        return -self.amount if self.amount < 0 else None

    @property
    def is_document(self) -> bool:
        return isinstance(self.record, Document)


@dataclass(frozen=True, slots=True)
class Statement:
    """The customer's history from `start` to `end`, both included; None is open-ended."""

    opening: Decimal
    rows: tuple[StatementRow, ...]
    closing: Decimal

    @property
    def debits(self) -> Decimal:
        return sum((row.amount for row in self.rows if row.amount > 0), ZERO)

    @property
    def credits(self) -> Decimal:
        return -sum((row.amount for row in self.rows if row.amount < 0), ZERO)


@dataclass(frozen=True, slots=True)
class Aged:
    """One customer's open dues by how late they are: not yet due, then 1-30, 31-60, 61-90, over 90 days."""

    party_id: int
    name: str
    not_due: Decimal
    late: tuple[Decimal, Decimal, Decimal, Decimal]
    credit: Decimal

    @property
    def overdue(self) -> Decimal:
        return sum(self.late, ZERO)

    @property
    def owed(self) -> Decimal:
        return self.not_due + self.overdue - self.credit


def open_instalments(company: Company) -> QuerySet[Instalment]:
    """Dues with something left, credit notes' too, oldest first."""
    rows = Instalment.objects.filter(OPEN, company=company)
    return rows.select_related("party", "document", "method").order_by("due_on", "pk")


def open_dues_of(party: Party) -> QuerySet[Instalment]:
    """The customer's dues with something left, oldest first; credit notes' come with them."""
    rows = Instalment.objects.filter(OPEN, party=party)
    return rows.select_related("document", "method").order_by("due_on", "pk")


def balance(party: Party) -> Balance:
    """What the customer owes today: open dues less unused payments (S18). Two queries."""
    return balances([party.pk]).get(party.pk, Balance())


def balances(party_ids: Iterable[int]) -> dict[int, Balance]:
    """The balance of each of the customers, in two queries; customers without any are left out."""
    ids = list(party_ids)
    dues = Instalment.objects.filter(OPEN, party_id__in=ids).values_list("party_id")
    owed = dict(dues.annotate(left=Sum("amount") - Sum("settled")).values_list("party_id", "left"))
    payments = Payment.objects.filter(party_id__in=ids, cancelled_on=None).values_list("party_id")
    credit = dict(payments.annotate(left=Sum("amount") - Sum("allocated")).values_list("party_id", "left"))
    return {
        key: Balance(to_cents(owed.get(key, ZERO)), to_cents(credit.get(key, ZERO)))
        for key in sorted({*owed, *credit})
    }


def balance_on(party: Party, day: date) -> Decimal:
    """What the customer owed at the end of `day`: documents issued less money received by then."""
    documents = issued_documents(party).filter(date__lte=day)
    billed = documents.aggregate(sum=Coalesce(Sum(SIGNED_PAYABLE), ZERO, output_field=AMOUNT))["sum"]
    payments = Payment.objects.filter(party=party, date__lte=day)
    still = payments.filter(Q(cancelled_on=None) | Q(cancelled_on__gt=day))
    paid = still.aggregate(sum=Coalesce(Sum("amount"), ZERO, output_field=AMOUNT))["sum"]
    return to_cents(billed - paid)


def issued_documents(party: Party) -> QuerySet[Document]:
    return Document.objects.filter(party=party, status=Document.Status.ISSUED)


def statement(party: Party, *, start: date | None = None, end: date | None = None) -> Statement:
    """Documents and payments with the running balance (S17), oldest first; four queries at most.

    The closing balance of today's statement is `balance(party).owed`: what documents leave to pay
    (net of withholding and of split VAT) less what came in.
    """
    opening = balance_on(party, start - timedelta(days=1)) if start else to_cents(ZERO)
    documents = issued_documents(party).filter(_between("date", start, end)).exclude(payable=0)
    payments = Payment.objects.filter(party=party).select_related("method")
    moves: list[tuple[date, int, int, Document | Payment, Decimal]] = [
        (document.date, 0, document.pk, document, document.signed_payable)
        for document in documents
        if document.date is not None
    ]
    for payment in payments.filter(_between("date", start, end) | _between("cancelled_on", start, end)):
        if _within(payment.date, start, end):
            moves.append((payment.date, 1, payment.pk, payment, -payment.amount))
        if payment.cancelled_on is not None and _within(payment.cancelled_on, start, end):
            moves.append((payment.cancelled_on, 2, payment.pk, payment, payment.amount))
    rows, running = [], opening
    for day, kind, _pk, record, amount in sorted(moves, key=lambda move: move[:3]):
        running += amount
        rows.append(StatementRow(day, record, kind == 2, amount, running))
    return Statement(opening, tuple(rows), running)


def aged(company: Company, *, on: date) -> list[Aged]:
    """Customers with open dues by how late they are on `on`, largest overdue first. Two queries."""
    residue = F("amount") - F("settled")
    edges = [on - timedelta(days=days) for days in AGES]
    late = [
        Q(due_on__lt=on, due_on__gte=edges[0]),
        Q(due_on__lt=edges[0], due_on__gte=edges[1]),
        Q(due_on__lt=edges[1], due_on__gte=edges[2]),
        Q(due_on__lt=edges[2]),
    ]
    sums: dict[str, Any] = {f"late{n}": Sum(residue, filter=q, default=ZERO) for n, q in enumerate(late)}
    sums["not_due"] = Sum(residue, filter=Q(due_on__gte=on), default=ZERO)
    dues: Any = (
        Instalment.objects.filter(OPEN, company=company)
        .values("party_id")
        .annotate(name=Max("party__name"), **sums)
    )
    unused = (
        Payment.objects.filter(company=company, cancelled_on=None)
        .exclude(amount=F("allocated"))
        .values_list("party_id")
        .annotate(left=Sum("amount") - Sum("allocated"))
    )
    credit = dict(unused.values_list("party_id", "left"))
    rows = [
        Aged(
            row["party_id"],
            row["name"],
            to_cents(row["not_due"]),
            (to_cents(row["late0"]), to_cents(row["late1"]), to_cents(row["late2"]), to_cents(row["late3"])),
            to_cents(credit.get(row["party_id"], ZERO)),
        )
        for row in dues
    ]
    return sorted(rows, key=lambda row: (-row.overdue, -row.owed, row.party_id))


def allocations_of(document: Document) -> QuerySet[Allocation]:
    """Everything that settled a due of the document, or that its credit settled."""
    rows = Allocation.objects.filter(Q(instalment__document=document) | Q(credit__document=document))
    return rows.select_related(
        "instalment__document", "payment__method", "payment__party", "credit__document"
    ).order_by("date", "pk")


def _between(field: str, start: date | None, end: date | None) -> Q:
    """The rows whose day is in the period; rows without a day are out."""
    found = Q(**{f"{field}__isnull": False})
    if start is not None:
        found &= Q(**{f"{field}__gte": start})
    if end is not None:
        found &= Q(**{f"{field}__lte": end})
    return found


def _within(day: date, start: date | None, end: date | None) -> bool:
    return (start is None or start <= day) and (end is None or day <= end)


def shares_of(dues: Iterable[Instalment], amount: Decimal) -> dict[int, Decimal]:
    """What an automatic allocation of `amount` would give each due: shown before it is done (R46)."""
    shares, _left = allocate_oldest_first(amount, [OpenDue(due.pk, due.due_on, due.residue) for due in dues])
    return {share.due_id: share.amount for share in shares}


def usual_method(party: Party | None) -> PaymentMethod | None:
    """How the customer pays by his own billing account, when that way is still in use."""
    if party is None:
        return None
    account = party.accounts.filter(is_default=True).select_related("method").first()
    method = account.method if account else None
    return method if method is not None and method.active else None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A customer's open dues with the text beside each: what the amount would settle, or what was typed."""

    party: Party
    rows: tuple[tuple[Instalment, Decimal | str], ...]
    unused: Decimal
    owed: Decimal


def proposal(
    party: Party | None, amount: Decimal | None, *, given: dict[int, str] | None = None
) -> Proposal | None:
    """What a payment of `amount` would settle, oldest due first (R46); None without a customer."""
    if party is None:
        return None
    dues = [due for due in open_dues_of(party) if due.amount > 0]
    shares = shares_of(dues, amount) if amount and amount > 0 else {}
    rows: list[tuple[Instalment, Decimal | str]] = [
        (due, given.get(due.pk, "") if given is not None else shares.get(due.pk, "")) for due in dues
    ]
    owed = sum((due.residue for due in dues), ZERO)
    return Proposal(party, tuple(rows), max((amount or ZERO) - owed, ZERO), owed)
