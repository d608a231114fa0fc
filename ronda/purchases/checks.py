"""What must never be in the register of purchases: found by `ronda check-data`."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from ronda.accounting.models import JournalEntry, JournalLine
from ronda.company.checking import BATCH, Check, Finding, Look, Problem, batches, register_check
from ronda.kernel.money import ZERO, to_cents
from ronda.purchases import payment_checks  # noqa: F401 -- registers its own
from ronda.purchases.models import Registration, SupplierInvoice
from ronda.purchases.services import source_of

INVOICE = "purchases.supplierinvoice"
CHUNK = 500


def _entries(look: Look) -> Iterator[Finding]:
    """Each registration has its entry, which owes the supplier the total; taken back, the opposite too."""
    rows = (
        Registration.objects.filter(company_id=look.company).select_related("invoice").defer("invoice__facts")
    )
    for chunk in batches(rows.order_by("pk").iterator(chunk_size=BATCH), CHUNK):
        look.read(len(chunk))
        sums = _owed(look.company, [source_of(row.pk) for row in chunk])
        for row in chunk:
            source = source_of(row.pk)
            facts = {"protocol": row.label, "number": row.invoice.number}
            if source not in sums:
                yield Finding("unposted", facts, INVOICE, row.invoice_id)
            elif row.withdrawn_on and sums.get(f"{source}:withdrawn") != -sums[source]:
                yield Finding("not_opposite", facts, INVOICE, row.invoice_id)
            elif _split_free(row) and -sums[source] != row.invoice.gross_total:
                yield Finding("differs", facts, INVOICE, row.invoice_id)


def _split_free(row: Registration) -> bool:
    """With split payment the supplier is owed less than the total: the entry alone says how much."""
    return abs(row.invoice.gross_total) == abs(row.invoice.payable)


def _owed(company_id: int, sources: list[str]) -> dict[str, Decimal]:
    """What each entry moves on the suppliers' account, by source; entries without such a line give zero."""
    wanted = [*sources, *(f"{source}:withdrawn" for source in sources)]
    entries = JournalEntry.objects.filter(company=company_id, source__in=wanted)
    found: dict[str, Decimal] = dict.fromkeys(entries.values_list("source", flat=True), ZERO)
    lines = JournalLine.objects.filter(entry__in=entries, account__role="suppliers").order_by()
    for source, total in lines.values_list("entry__source").annotate(Sum("amount")):
        found[source] = to_cents(total)
    return found


register_check(
    Check(
        code="purchases.entries",
        label=_("Suppliers' invoices in the journal"),
        promise=_(
            "Every registered invoice has its entry, and every one taken back the opposite entry, too."
        ),
        problems={
            "unposted": Problem(
                _("Invoice %(number)s, protocol %(protocol)s, has no entry."),
                _("Restore the entry from a backup: registering writes it in the same operation."),
            ),
            "not_opposite": Problem(
                _("Protocol %(protocol)s (invoice %(number)s) was taken back without the opposite entry."),
                _("Restore the entry from a backup: taking back writes it in the same operation."),
            ),
            "differs": Problem(
                _("The entry of invoice %(number)s, protocol %(protocol)s, owes another amount."),
                _("Compare the entry with the invoice: one of them was changed by hand."),
            ),
        },
        run=_entries,
    )
)


def _payables(look: Look) -> Iterator[Finding]:
    """What is to pay adds up to what the invoice says, and only registered invoices have any."""
    rows = SupplierInvoice.objects.filter(company_id=look.company).defer("facts")
    registered = Q(state=SupplierInvoice.State.REGISTERED)
    total = Round(Sum("payables__amount", default=ZERO), 2)
    wrong = rows.annotate(sum=total, count=Count("payables")).filter(
        (registered & ~Q(sum=F("payable"))) | (~registered & Q(count__gt=0))
    )
    look.read(rows.count())
    for invoice in wrong.order_by("pk").iterator(chunk_size=BATCH):
        facts = {
            "number": invoice.number,
            "sum": str(to_cents(invoice.sum)),
            "payable": str(invoice.payable),
        }
        yield Finding("sum", facts, INVOICE, invoice.pk)


register_check(
    Check(
        code="purchases.payables",
        label=_("Amounts to pay to suppliers"),
        promise=_("The instalments of every registered invoice add up to what is to pay of it."),
        problems={
            "sum": Problem(
                _("The instalments of invoice %(number)s are %(sum)s, to pay are %(payable)s."),
                _("Take the registration back and register the invoice again, or restore a backup."),
            )
        },
        run=_payables,
    )
)


def _registered(look: Look) -> Iterator[Finding]:
    """Every registered invoice stands in the register once, and nothing else does in force."""
    rows = SupplierInvoice.objects.filter(company_id=look.company).defer("facts")
    in_force = Count("registrations", filter=Q(registrations__withdrawn_on=None))
    counted = rows.annotate(in_force=in_force)
    registered = Q(state=SupplierInvoice.State.REGISTERED)
    look.read(rows.count())
    for invoice in counted.filter((registered & ~Q(in_force=1)) | (~registered & Q(in_force__gt=0))):
        yield Finding("register", {"number": invoice.number}, INVOICE, invoice.pk)


register_check(
    Check(
        code="purchases.register",
        label=_("Register of purchases"),
        promise=_("Every registered invoice has one number of the register in force, and no other has one."),
        problems={
            "register": Problem(
                _("Invoice %(number)s and the register do not agree on whether it is registered."),
                _("Restore a backup: both are written in the same operation."),
            )
        },
        run=_registered,
    )
)
