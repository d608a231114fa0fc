"""Money to suppliers: what it settles, its entry, and both taken back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from ronda.accounting.domain.postings import Posting
from ronda.accounting.models import Account, JournalEntry
from ronda.accounting.services import post_entries, seed_roles
from ronda.company import audit
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO
from ronda.parties.models import Party
from ronda.purchases.domain.paying import (
    ROUNDING,
    WITHHELD,
    Settled,
    fits,
    payment_movements,
    rounding_account,
    vat_movements,
)
from ronda.purchases.domain.posting import WAITING
from ronda.purchases.events import SupplierPaymentsRecorded, SupplierPaymentTakenBack
from ronda.purchases.models import Payable, Registration, SettledPayable, SupplierPayment

Shares = Sequence[tuple[Payable, Decimal]]


class NothingToPay(Refusal):
    code = "purchases.nothing_to_pay"


class OtherSupplier(Refusal):
    code = "purchases.other_supplier"


class MoreThanLeft(Refusal):
    """`facts`: `payable`, its key, and `left`."""

    code = "purchases.more_than_left"


class DifferenceUnexplained(Refusal):
    code = "purchases.difference_unexplained"


class PaymentKeyUsed(Refusal):
    code = "purchases.payment_key_used"


class PaymentTakenBack(Refusal):
    code = "purchases.payment_taken_back"


class TakenBackTooEarly(Refusal):
    code = "purchases.taken_back_too_early"


class ReasonForTakingBackMissing(Refusal):
    code = "purchases.payment_reason_missing"


@transaction.atomic
def pay(
    supplier: Party,
    shares: Shares,
    *,
    date: date,
    account: Account,
    by: str,
    amount: Decimal | None = None,
    difference_account: Account | None = None,
    reference: str = "",
    notes: str = "",
    key: str | None = None,
) -> SupplierPayment:
    """Settle parts of what is due to a supplier with money that leaves `account`; posts the entry.

    `shares` are (payable, amount), signed like the payable: credit notes take off. `amount` is what was paid,
    without it what is settled; a difference up to 1.00 is a rounding, more needs `difference_account`.
    `key` makes the call repeatable. Refuses NothingToPay, OtherSupplier, MoreThanLeft, DifferenceUnexplained,
    PaymentKeyUsed. The supplier's row is the queue in which payments to him wait.
    """
    supplier = Party.objects.select_for_update().get(pk=supplier.pk)
    if (known := _already(supplier, key, amount)) is not None:
        return known
    locked = _locked(supplier, shares)
    settled = sum((part for _payable, part in locked), ZERO)
    paid = settled if amount is None else amount
    _refuse_difference(settled - paid, difference_account)
    payment = SupplierPayment.objects.create(
        **{"company_id": supplier.company_id, "supplier": supplier, "date": date, "account": account},
        **{"amount": paid, "difference": settled - paid, "key": key or None, "created_by": by},
        difference_account=difference_account if settled != paid else None,
        **{"reference": reference, "notes": notes},
    )
    before = _settled_before({payable.invoice_id for payable, _part in locked})
    _settle(payment, locked)
    _post(payment, _changes(locked, before), on=payment.date)
    audit.record(by, "purchases.payment.recorded", payment, amount=str(paid), settled=str(settled))
    publish(SupplierPaymentsRecorded(supplier.company_id, (payment.pk,), by))
    return payment


@transaction.atomic
def pay_in_full(
    payables: Sequence[Payable], *, date: date, account: Account, by: str, reference: str = ""
) -> list[SupplierPayment]:
    """Pay what is left of these payables, one payment for each supplier. NothingToPay if nothing is."""
    wanted = Payable.objects.filter(pk__in=[one.pk for one in payables]).select_related("supplier")
    by_supplier: dict[int, list[Payable]] = defaultdict(list)
    for payable in wanted.order_by("supplier", "pk"):
        by_supplier[payable.supplier_id].append(payable)
    # Suppliers are locked in the order of their keys: two lists of the same suppliers wait for each other.
    suppliers = {
        row.pk: row for row in Party.objects.select_for_update().filter(pk__in=by_supplier).order_by("pk")
    }
    made = []
    for pk, rows in sorted(by_supplier.items()):
        fresh = Payable.objects.select_for_update().filter(pk__in=[row.pk for row in rows]).order_by("pk")
        shares = [(row, row.left) for row in fresh if row.left]
        if shares:
            made.append(pay(suppliers[pk], shares, date=date, account=account, by=by, reference=reference))
    if not made:
        raise NothingToPay(_("Nothing is left to pay of what you chose."))
    return made


@transaction.atomic
def take_back_payment(payment: SupplierPayment, *, on: date, reason: str, by: str) -> SupplierPayment:
    """Say that a payment did not happen: what it settled is due again, the opposite is posted on `on`.

    Nothing is deleted. Refuses PaymentTakenBack the second time, ReasonForTakingBackMissing, and days before
    the payment.
    """
    Party.objects.select_for_update().get(pk=payment.supplier_id)
    rows = SupplierPayment.objects.select_for_update(of=("self",)).select_related("account", "supplier")
    payment = rows.get(pk=payment.pk)
    _refuse_taking_back(payment, on, reason)
    shares = list(payment.shares.order_by("pk"))
    keys = [share.payable_id for share in shares if share.payable_id]
    payables = {row.pk: row for row in Payable.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    locked = [(payables[share.payable_id], -share.amount) for share in shares if share.payable_id]
    before = _settled_before({payable.invoice_id for payable, _part in locked})
    _move(locked, on=None)
    payment.cancelled_on, payment.cancelled_by, payment.reason = on, by, reason.strip()[:250]
    payment.save(update_fields=["cancelled_on", "cancelled_by", "reason"])
    # The rows stay to tell what it had settled; the payables may go when their invoice is taken back.
    payment.shares.update(payable=None)
    _post(payment, _changes(locked, before), on=on, sign=-1)
    audit.record(by, "purchases.payment.taken_back", payment, amount=str(payment.amount), reason=reason)
    publish(SupplierPaymentTakenBack(payment.company_id, payment.pk, on, by))
    return payment


def _refuse_taking_back(payment: SupplierPayment, on: date, reason: str) -> None:
    if payment.cancelled_on is not None:
        raise PaymentTakenBack(_("This payment is already taken back."))
    if not reason.strip():
        raise ReasonForTakingBackMissing(_("Say why the payment is taken back."), field="reason")
    if on < payment.date:
        text = _("The payment is of %(day)s. Take it back on that day or later.")
        raise TakenBackTooEarly(text % {"day": payment.date.strftime("%d/%m/%Y")}, field="on")


def _already(supplier: Party, key: str | None, amount: Decimal | None) -> SupplierPayment | None:
    rows = SupplierPayment.objects.filter(company_id=supplier.company_id, key=key)
    known = rows.first() if key else None
    if known is not None and (known.supplier_id != supplier.pk or amount not in (None, known.amount)):
        text = _("Another payment was already recorded with the key “%(key)s”.")
        raise PaymentKeyUsed(text % {"key": key}, field="key")
    return known


def _locked(supplier: Party, shares: Shares) -> list[tuple[Payable, Decimal]]:
    """The payables as they stand now, with what each is to get; locked in the order of their keys."""
    wanted: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for payable, part in shares:
        wanted[payable.pk] += part
    wanted = {pk: part for pk, part in wanted.items() if part}
    if not wanted:
        raise NothingToPay(_("Choose what is paid."))
    rows = Payable.objects.select_for_update(of=("self",)).filter(pk__in=wanted).select_related("invoice")
    found = list(rows.order_by("pk"))
    if len(found) < len(wanted) or any(row.supplier_id != supplier.pk for row in found):
        raise OtherSupplier(_("A payment settles invoices of one supplier only."))
    for row in found:
        if not fits(wanted[row.pk], row.left):
            text = _("Of invoice %(number)s, due on %(day)s, %(left)s is left to pay.")
            told = {"number": row.invoice.number, "day": row.due_on.strftime("%d/%m/%Y"), "left": row.left}
            raise MoreThanLeft(text % told, payable=row.pk, left=row.left)
    return [(row, wanted[row.pk]) for row in found]


def _refuse_difference(difference: Decimal, account: Account | None) -> None:
    if abs(difference) > ROUNDING and account is None:
        text = _(
            "What is settled and what was paid differ by %(difference)s. Settle only what was paid, or "
            "choose the account the difference goes to."
        )
        raise DifferenceUnexplained(text % {"difference": difference}, field="difference_account")


def _settled_before(invoices: Iterable[int]) -> Mapping[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for invoice, settled in Payable.objects.filter(invoice__in=invoices).values_list("invoice_id", "settled"):
        found[invoice] += settled
    return found


def _settle(payment: SupplierPayment, shares: Shares) -> None:
    SettledPayable.objects.bulk_create(
        SettledPayable(payment=payment, payable=payable, invoice_id=payable.invoice_id, amount=part)
        for payable, part in shares
    )
    _move(shares, on=payment.date)


def _move(shares: Shares, *, on: date | None) -> None:
    """Raise or lower what is settled; `on` is the day noted where nothing is left."""
    for payable, part in shares:
        payable.settled += part
        payable.settled_on = on if payable.is_settled else None
    Payable.objects.bulk_update([payable for payable, _part in shares], ["settled", "settled_on"])


def _changes(shares: Shares, before: Mapping[int, Decimal]) -> list[Settled]:
    """By invoice: what is settled of it, with what waits for that."""
    parts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for payable, part in shares:
        parts[payable.invoice_id] += part
    rows = Registration.objects.filter(invoice__in=parts, withdrawn_on=None).select_related("invoice")
    return [
        Settled(
            invoice=row.invoice_id,
            payable=row.invoice.payable,
            before=before[row.invoice_id],
            change=parts[row.invoice_id],
            waiting_vat=row.waiting_vat,
            withheld=row.withheld,
        )
        for row in rows.order_by("invoice")
    ]


def payment_source(payment_id: int) -> str:
    """The name under which a payment is posted; taken back, ":back" follows."""
    return f"purchases.payment:{payment_id}"


def vat_source(payment_id: int, invoice_id: int) -> str:
    """The name under which the VAT that a payment makes deductible is posted; taken back, ":back" follows."""
    return f"purchases.vat:{payment_id}:{invoice_id}"


def _post(payment: SupplierPayment, changes: Sequence[Settled], *, on: date, sign: int = 1) -> None:
    suffix = "" if sign > 0 else ":back"
    account = payment.account
    difference = payment.difference_account
    moves = payment_movements(
        payment.supplier_id,
        account.code,
        changes,
        paid=sign * payment.amount,
        difference_account=difference.code if difference else rounding_account(payment.difference),
    )
    journal = JournalEntry.Journal.CASH if account.role == "cash" else JournalEntry.Journal.BANK
    text = f"{payment.supplier.name} – {payment.reference or payment.account.name}"
    postings = [Posting(payment_source(payment.pk) + suffix, on, journal, text, moves)]
    postings += _vat_postings(payment, changes, on, suffix)
    roles = [WITHHELD] if any(one.withheld for one in changes) else []
    roles += [WAITING] if len(postings) > 1 else []
    if roles:
        seed_roles(payment.company_id, roles)
    post_entries(payment.company_id, postings)


def _vat_postings(
    payment: SupplierPayment, changes: Sequence[Settled], on: date, suffix: str
) -> list[Posting]:
    """VAT is deducted when it is paid and the invoice is registered, whichever comes later."""
    wanted = {one.invoice: one for one in changes if one.waiting_vat}
    rows = Registration.objects.filter(invoice__in=wanted, withdrawn_on=None).select_related("invoice")
    return [
        Posting(
            vat_source(payment.pk, row.invoice_id) + suffix,
            max(on, row.on),
            JournalEntry.Journal.PURCHASES,
            f"{row.label} – {row.invoice.number} {row.invoice.seller_name}",
            vat_movements(wanted[row.invoice_id]),
        )
        for row in rows.order_by("invoice")
    ]
