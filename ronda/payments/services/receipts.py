"""Money in and money back."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db import transaction

from ronda.company import audit, options
from ronda.company.bulk import insert
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO
from ronda.parties.models import Party, PaymentMethod
from ronda.payments.domain.cash import cash_rounding
from ronda.payments.events import PaymentsCancelled, PaymentsRecorded
from ronda.payments.models import Allocation, Instalment, Payment
from ronda.payments.options import PaymentOptions
from ronda.payments.services.settling import (
    AlreadyCancelled,
    MoreThanOwed,
    Settling,
    Shares,
    free_credit,
    lock_party,
    named_dues,
    oldest_first,
    open_dues,
)

RECORDED = "payments.payment.recorded"
REFUNDED = "payments.payment.refunded"


class AmountIsZero(Refusal):
    code = "payments.amount_is_zero"


class KeyUsedForAnother(Refusal):
    code = "payments.key_used_for_another"


@transaction.atomic
def record_payment(
    party: Party,
    *,
    date: date,
    amount: Decimal,
    method: PaymentMethod,
    by: str,
    reference: str = "",
    notes: str = "",
    instalments: Shares | None = None,
    key: str | None = None,
) -> Payment:
    """Record what a customer paid and settle dues with it (R46).

    `instalments` are (due, amount) as the payer stated; without them the oldest dues come first.
    What is left stays to the customer's credit. `key` makes the call repeatable: the same key of
    the same company gives the payment recorded the first time. `amount` is in the company's
    currency and positive. Refuses with AmountIsZero, OtherParty, MoreThanOwed, KeyUsedForAnother.
    """
    party = lock_party(party.pk)
    if (known := _already(party, key, amount)) is not None:
        return known
    if amount <= 0:
        raise AmountIsZero(_("Enter an amount above zero."), field="amount")
    rounding = _cash_rounding(party, amount, method)
    amount -= rounding
    if instalments is None or rounding:
        shares = oldest_first(open_dues(party.pk, sign=1), amount)
    else:
        shares = named_dues(party.pk, instalments)
    _refuse_beyond(shares, amount)
    facts = {"date": date, "amount": amount, "method": method, "reference": reference, "notes": notes}
    return _write(party, shares, by=by, key=key, rounding=rounding, **facts)


def _cash_rounding(party: Party, received: Decimal, method: PaymentMethod) -> Decimal:
    """The cents rounded away when cash settles all that the customer owes (R40)."""
    if method.account_role != "cash" or not options.read(PaymentOptions, party.company_id).cash_rounding:
        return ZERO
    dues = open_dues(party.pk, sign=1)
    owed = sum((due.residue for due in dues), ZERO)
    return cash_rounding(owed, received, paid_before=any(due.settled for due in dues))


@transaction.atomic
def record_payments(
    dues: Sequence[Instalment],
    *,
    date: date,
    method: PaymentMethod,
    by: str,
    reference: str = "",
) -> list[Payment]:
    """Record that exactly these dues were paid in full: one payment for each customer.

    A customer whose ticked credit notes outweigh the invoices gets the difference back; one whose
    ticked dues are all settled gets nothing recorded. A constant number of statements for each company.
    """
    shares = _shares_in_full(dues)
    facts = {"date": date, "method": method, "reference": reference, "created_by": by}
    payments: list[Payment] = []
    for company_id, of_company in groupby(shares, key=lambda each: each[0].company_id):
        settling, paid = Settling(on=date, by=by), []
        for party, of_party in of_company:
            total = sum((amount for _due, amount in of_party), ZERO)
            if total:
                paid.append((Payment(company_id=company_id, party=party, amount=total, **facts), of_party))
            else:
                # Invoices and credit notes that cancel out: no money moves, the dues meet each other.
                _offset(settling, of_party)
        payments += _write_paid(company_id, paid, settling, by=by)
    return payments


def _shares_in_full(dues: Sequence[Instalment]) -> list[tuple[Party, Shares]]:
    """What is open of these dues by customer; customers and dues are locked, each in id order."""
    asked = Instalment.objects.filter(pk__in=[due.pk for due in dues])
    parties = list(Party.objects.select_for_update().filter(pk__in=asked.values("party")).order_by("pk"))
    open_by_party: dict[int, list[tuple[Instalment, Decimal]]] = {}
    for due in asked.select_for_update(of=("self",)).select_related("document").order_by("pk"):
        if due.residue:
            open_by_party.setdefault(due.party_id, []).append((due, due.residue))
    found = [(party, open_by_party[party.pk]) for party in parties if party.pk in open_by_party]
    return sorted(found, key=lambda each: (each[0].company_id, each[0].pk))


def _write_paid(
    company_id: int, paid: Sequence[tuple[Payment, Shares]], settling: Settling, *, by: str
) -> list[Payment]:
    """Write many payments of a company with their links, and tell the apps above once."""
    payments = [payment for payment, _shares in paid]
    insert(payments)
    for payment, shares in paid:
        settling.settle_all(shares, payment=payment)
    for action in (RECORDED, REFUNDED):
        subjects = [payment for payment in payments if _action(payment) == action]
        audit.record_many(
            by, action, [(one, {"amount": str(one.amount), "method": one.method.code}) for one in subjects]
        )
    if payments:
        publish(PaymentsRecorded(company_id, tuple(payment.pk for payment in payments), by=by))
    settling.write(company_id)
    return payments


@transaction.atomic
def refund(
    party: Party,
    *,
    date: date,
    amount: Decimal,
    method: PaymentMethod,
    by: str,
    reference: str = "",
    notes: str = "",
    instalments: Shares | None = None,
    key: str | None = None,
) -> Payment:
    """Give money back: a payment with a negative amount (`amount` itself is positive).

    It settles the credit notes named in `instalments` (amounts positive), else the oldest first;
    the rest comes out of what the customer paid too much. Refuses with MoreThanOwed when we owe
    the customer less, AmountIsZero, OtherParty, KeyUsedForAnother.
    """
    party = lock_party(party.pk)
    if (known := _already(party, key, -amount)) is not None:
        return known
    if amount <= 0:
        raise AmountIsZero(_("Enter an amount above zero."), field="amount")
    if instalments is None:
        shares = oldest_first(open_dues(party.pk, sign=-1), -amount)
    else:
        shares = named_dues(party.pk, [(due, -part) for due, part in instalments])
    _refuse_beyond(shares, -amount)
    from_credit = amount + sum((part for _due, part in shares), ZERO)
    if from_credit > max(credit := free_credit(party.pk), ZERO):
        owed = amount - from_credit + max(credit, ZERO)
        raise MoreThanOwed(
            _("The customer's credit is %(owed)s. Give back that much at most.") % {"owed": owed},
            field="amount",
            owed=owed,
        )
    facts = {"date": date, "amount": -amount, "method": method, "reference": reference, "notes": notes}
    return _write(party, shares, by=by, key=key, **facts)


@transaction.atomic
def cancel_payment(payment: Payment, *, on: date, by: str, reason: str = "") -> Payment:
    """Say that a payment did not happen: its links and its entry are reversed, nothing is deleted.

    AlreadyCancelled the second time.
    """
    party = lock_party(payment.party_id)
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.cancelled_on is not None:
        raise AlreadyCancelled(_("The payment is already cancelled."))
    links = Allocation.objects.filter(payment=payment).select_related("instalment__document").order_by("pk")

    payment.cancelled_on = on
    payment.notes = " – ".join(part for part in (payment.notes, reason) if part)[:500]
    payment.save(update_fields=["cancelled_on", "notes"])
    settling = Settling(on=on, by=by)
    for link in links:
        link.payment = payment
        settling.reverse(link)
    settling.write(party.company_id)
    audit.record(by, "payments.payment.cancelled", payment, amount=str(payment.amount), reason=reason)
    publish(PaymentsCancelled(party.company_id, (payment.pk,), by=by))
    return payment


def _already(party: Party, key: str | None, amount: Decimal) -> Payment | None:
    known = Payment.objects.filter(company_id=party.company_id, key=key).first() if key else None
    if known is not None and (known.party_id, known.amount + known.rounding) != (party.pk, amount):
        raise KeyUsedForAnother(
            _("Another payment was already recorded with the key “%(key)s”.") % {"key": key}, field="key"
        )
    return known


def _refuse_beyond(shares: Shares, amount: Decimal) -> None:
    used = sum((part for _due, part in shares), ZERO)
    if abs(used) > abs(amount):
        raise MoreThanOwed(
            _("The parts add up to %(used)s, more than the amount of %(amount)s.")
            % {"used": used, "amount": amount},
            field="instalments",
        )


def _write(party: Party, shares: Shares, *, by: str, key: str | None, **facts: object) -> Payment:
    payment = Payment.objects.create(
        company_id=party.company_id, party=party, created_by=by, key=key or None, **facts
    )
    settling = Settling(on=payment.date, by=by)
    settling.settle_all(shares, payment=payment)
    audit.record(by, _action(payment), payment, amount=str(payment.amount), method=payment.method.code)
    publish(PaymentsRecorded(party.company_id, (payment.pk,), by=by))
    settling.write(party.company_id)
    return payment


def _action(payment: Payment) -> str:
    return RECORDED if payment.amount > 0 else REFUNDED


def _offset(settling: Settling, shares: Shares) -> None:
    """Settle dues that add up to zero with each other, in the order given."""
    credits_left = [due for due, amount in shares if amount < 0]
    for due in [due for due, amount in shares if amount > 0]:
        while due.residue and credits_left:
            settling.offset(due, credits_left[0], min(due.residue, -credits_left[0].residue))
            if not credits_left[0].residue:
                credits_left.pop(0)
