"""What must never be in dues and payments: found by `ronda check-data`."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document, DocumentKind
from ronda.company.checking import BATCH, Check, Finding, Look, Problem, batches, register_check
from ronda.kernel.money import ZERO, to_cents
from ronda.payments.models import Allocation, Instalment, Payment

BACKUP = _("Compare with a backup and put back there what was changed or removed by hand.")


def _sums(rows: "QuerySet[Any]", key: str) -> dict[int, Decimal]:
    """Amounts added up by a key, in cents."""
    grouped = rows.order_by().values_list(key).annotate(Sum("amount"))
    return {pk: to_cents(total) for pk, total in grouped}


# --- dues of documents -----------------------------------------------------------------------------------


def _dues(look: Look) -> Iterator[Finding]:
    """The dues of each issued document add up to what is to be paid (R45)."""
    issued = Document.objects.filter(company_id=look.company, status=Document.Status.ISSUED).order_by("pk")
    rows = issued.values_list("pk", "label", "kind", "payable").iterator(chunk_size=BATCH)
    for batch in batches(rows):
        look.read(len(batch))
        due = _sums(Instalment.objects.filter(document_id__in=[row[0] for row in batch]), "document_id")
        for pk, label, kind, payable in batch:
            wanted = -payable if kind == DocumentKind.CREDIT_NOTE else payable
            found = due.get(pk, to_cents(ZERO))
            look.add("due", found)
            if found != wanted:
                facts = {"document": label, "sum": str(found), "payable": str(wanted)}
                yield Finding("sum", facts, "billing.document", pk)


register_check(
    Check(
        code="payments.dues",
        label=_("Dues of documents"),
        promise=_("The dues of every issued document add up to what is to be paid."),
        problems={
            "sum": Problem(
                _("The dues of %(document)s add up to %(sum)s instead of %(payable)s."),
                _("Open the document and correct its dues; if it was changed by hand, put it back first."),
            )
        },
        run=_dues,
        figures={"due": _("Due")},
    )
)


# --- what settles what -----------------------------------------------------------------------------------


def _allocations(look: Look) -> Iterator[Finding]:
    yield from _settled(look)
    yield from _used(look)


def _settled(look: Look) -> Iterator[Finding]:
    rows = Instalment.objects.filter(company_id=look.company).order_by("pk")
    fields = ("pk", "document__label", "amount", "settled")
    for batch in batches(rows.values_list(*fields).iterator(chunk_size=BATCH)):
        look.read(len(batch))
        ids = [row[0] for row in batch]
        as_due = _sums(Allocation.objects.filter(instalment_id__in=ids), "instalment_id")
        as_credit = _sums(Allocation.objects.filter(credit_id__in=ids), "credit_id")
        for pk, label, amount, settled in batch:
            linked = as_due.get(pk, ZERO) - as_credit.get(pk, ZERO)
            look.add("settled", linked)
            facts = {"document": label, "said": str(settled), "linked": str(linked), "amount": str(amount)}
            if settled != linked:
                yield Finding("settled", facts, "payments.instalment", pk)
            if not _within(linked, amount):
                yield Finding("oversettled", facts, "payments.instalment", pk)


def _used(look: Look) -> Iterator[Finding]:
    rows = Payment.objects.filter(company_id=look.company).order_by("pk")
    fields = ("pk", "amount", "allocated", "cancelled_on")
    for batch in batches(rows.values_list(*fields).iterator(chunk_size=BATCH)):
        look.read(len(batch))
        used = _sums(Allocation.objects.filter(payment_id__in=[row[0] for row in batch]), "payment_id")
        for pk, amount, allocated, cancelled_on in batch:
            linked = used.get(pk, to_cents(ZERO))
            look.add("received", ZERO if cancelled_on else amount)
            facts = {"pk": str(pk), "said": str(allocated), "linked": str(linked), "amount": str(amount)}
            if allocated != linked:
                yield Finding("used", facts, "payments.payment", pk)
            if not _within(linked, amount):
                yield Finding("overused", facts, "payments.payment", pk)


def _within(part: Decimal, whole: Decimal) -> bool:
    """The part has the sign of the whole and is not larger."""
    return min(whole, ZERO) <= part <= max(whole, ZERO)


register_check(
    Check(
        code="payments.allocations",
        label=_("Payments and what they settle"),
        promise=_(
            "What a due says is settled is what settles it, and nothing is settled or used beyond its amount."
        ),
        problems={
            "settled": Problem(
                _("A due of %(document)s says %(said)s is settled; what settles it adds up to %(linked)s."),
                BACKUP,
            ),
            "oversettled": Problem(
                _("A due of %(document)s over %(amount)s is settled with %(linked)s."),
                _("Open the due and undo an allocation that is too much."),
            ),
            "used": Problem(
                _("Payment %(pk)s says %(said)s is used; what it settles adds up to %(linked)s."), BACKUP
            ),
            "overused": Problem(
                _("Payment %(pk)s over %(amount)s is used for %(linked)s."),
                _("Open the payment and undo an allocation that is too much."),
            ),
        },
        run=_allocations,
        figures={"received": _("Received"), "settled": _("Settled")},
    )
)
