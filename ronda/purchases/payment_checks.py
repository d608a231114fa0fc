"""What must never be in payments to suppliers: found by `ronda check-data`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.db.models import F, Q, Sum
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from ronda.accounting.models import JournalLine
from ronda.company.checking import BATCH, Check, Finding, Look, Problem, batches, register_check
from ronda.kernel.money import ZERO, to_cents
from ronda.purchases.domain.paying import Settled
from ronda.purchases.domain.posting import WAITING
from ronda.purchases.models import Payable, Registration, SettledPayable, SupplierPayment
from ronda.purchases.services import payment_source, source_of, vat_source

INVOICE, PAYMENT = "purchases.supplierinvoice", "purchases.supplierpayment"
CHUNK = 500


def _payments(look: Look) -> Iterator[Finding]:
    """Each payment settles what was paid and the difference, and its entry takes that from its account."""
    rows = SupplierPayment.objects.filter(company_id=look.company).select_related("supplier")
    shares = Round(Sum("shares__amount", default=ZERO), 2)
    for chunk in batches(rows.annotate(settled=shares).order_by("pk").iterator(chunk_size=BATCH), CHUNK):
        look.read(len(chunk))
        booked = _booked(look.company, chunk)
        for row in chunk:
            facts = {"payment": str(row), "amount": str(row.amount)}
            if to_cents(row.settled) != row.amount + row.difference:
                yield Finding("sum", facts, PAYMENT, row.pk)
            back = row.cancelled_on is not None
            if booked[row.pk] != (-row.amount, row.amount if back else ZERO):
                yield Finding("entry", facts, PAYMENT, row.pk)


def _booked(company: int | None, rows: Iterable[SupplierPayment]) -> dict[int, tuple[Decimal, Decimal]]:
    """By payment: what its entry moves on its account, and what the opposite entry does."""
    names = {payment_source(row.pk): row for row in rows}
    wanted = [*names, *(f"{name}:back" for name in names)]
    lines = JournalLine.objects.filter(entry__company=company, entry__source__in=wanted).order_by()
    sums: dict[tuple[str, int], Decimal] = {
        (source, account): to_cents(total)
        for source, account, total in lines.values_list("entry__source", "account").annotate(Sum("amount"))
    }
    return {
        row.pk: (
            sums.get((name, row.account_id), ZERO),
            sums.get((f"{name}:back", row.account_id), ZERO),
        )
        for name, row in names.items()
    }


register_check(
    Check(
        code="purchases.payments",
        label=_("Payments to suppliers"),
        promise=_(
            "Every payment to a supplier settles what was paid, and its entry takes that from its account."
        ),
        problems={
            "sum": Problem(
                _("The payment %(payment)s does not settle what was paid."),
                _("Take the payment back and record it again, or restore a backup."),
            ),
            "entry": Problem(
                _("The entry of the payment %(payment)s is missing or moves another amount."),
                _("Compare the entry with the payment: one of them was changed by hand."),
            ),
        },
        run=_payments,
    )
)


def _settled(look: Look) -> Iterator[Finding]:
    """What is noted as paid of a payable is what payments in force settle of it."""
    in_force = Q(shares__payment__cancelled_on=None)
    total = Round(Sum("shares__amount", filter=in_force, default=ZERO), 2)
    rows = Payable.objects.filter(company_id=look.company).select_related("invoice").defer("invoice__facts")
    look.read(rows.count())
    for payable in rows.annotate(sum=total).exclude(sum=F("settled")).order_by("pk").iterator(BATCH):
        facts = {
            "number": payable.invoice.number,
            "settled": str(payable.settled),
            "sum": str(to_cents(payable.sum)),
        }
        yield Finding("settled", facts, INVOICE, payable.invoice_id)


register_check(
    Check(
        code="purchases.settled",
        label=_("Paid to suppliers"),
        promise=_("What is noted as paid of every amount to pay is what the payments in force settle of it."),
        problems={
            "settled": Problem(
                _("Of invoice %(number)s %(settled)s is noted as paid, its payments settle %(sum)s."),
                _("Compare with a backup: one of them was changed by hand."),
            )
        },
        run=_settled,
    )
)


def _waiting(look: Look) -> Iterator[Finding]:
    """VAT that waits for the payment is what is left of it in proportion to what is not paid."""
    rows = Registration.objects.filter(company_id=look.company, withdrawn_on=None).exclude(waiting_vat=0)
    rows = rows.select_related("invoice").defer("invoice__facts")
    for chunk in batches(rows.order_by("pk").iterator(chunk_size=BATCH), CHUNK):
        look.read(len(chunk))
        invoices = [row.invoice_id for row in chunk]
        settled = _sums_by_invoice(invoices)
        waits = _on_the_account(look.company, chunk)
        for row in chunk:
            one = Settled(
                invoice=row.invoice_id,
                payable=row.invoice.payable,
                before=ZERO,
                change=settled[row.invoice_id],
            )
            expected = row.waiting_vat - one.share_of(row.waiting_vat)
            if waits[row.invoice_id] != expected:
                facts = {
                    "number": row.invoice.number,
                    "waits": str(waits[row.invoice_id]),
                    "expected": str(expected),
                }
                yield Finding("waiting", facts, INVOICE, row.invoice_id)


def _sums_by_invoice(invoices: list[int]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for invoice, settled in Payable.objects.filter(invoice__in=invoices).values_list("invoice_id", "settled"):
        found[invoice] += settled
    return found


def _on_the_account(company: int | None, rows: Iterable[Registration]) -> dict[int, Decimal]:
    """By invoice: what its registration and its payments left on the account where VAT waits."""
    of_source = {source_of(row.pk): row.invoice_id for row in rows}
    shares = SettledPayable.objects.filter(invoice__in=list(of_source.values()))
    for payment, invoice in shares.values_list("payment_id", "invoice_id"):
        of_source[vat_source(payment, invoice)] = invoice
        of_source[f"{vat_source(payment, invoice)}:back"] = invoice
    found: dict[int, Decimal] = defaultdict(lambda: to_cents(ZERO))
    lines = JournalLine.objects.filter(
        entry__company=company, entry__source__in=list(of_source), account__role=WAITING
    ).order_by()
    for source, total in lines.values_list("entry__source").annotate(Sum("amount")):
        found[of_source[source]] += to_cents(total)
    return found


register_check(
    Check(
        code="purchases.waiting_vat",
        label=_("VAT deducted on payment"),
        promise=_(
            "Of every invoice whose VAT is deducted on payment, the part not paid waits, and no other."
        ),
        problems={
            "waiting": Problem(
                _("Of the VAT of invoice %(number)s %(waits)s waits, not %(expected)s."),
                _("Compare the entries of its payments with a backup: one of them was changed by hand."),
            )
        },
        run=_waiting,
    )
)
