"""Linking what came in with what is due, and taking single links apart (R46)."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from ronda.company import audit
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO
from ronda.payments.events import DuesSettled
from ronda.payments.models import Allocation, Instalment, Payment
from ronda.payments.services.settling import (
    AlreadyCancelled,
    MoreThanOwed,
    NotEnoughCredit,
    OtherParty,
    Settling,
    Shares,
    changes_of,
    free_credit,
    lock_party,
    named_dues,
    oldest_first,
    open_dues,
)


class NothingToAllocate(Refusal):
    code = "payments.nothing_to_allocate"


@transaction.atomic
def allocate(payment: Payment, *, on: date, by: str, instalments: Shares | None = None) -> list[Allocation]:
    """Use the unused part of a payment: on the dues named, else on the oldest ones first (R46).

    Refuses with AlreadyCancelled, OtherParty, MoreThanOwed (a due has less left), NotEnoughCredit
    (the payment, or the customer after refunds, has less left) and NothingToAllocate.
    """
    party = lock_party(payment.party_id)
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.cancelled_on is not None:
        raise AlreadyCancelled(_("The payment is cancelled. Record it again if it did come in."))
    usable = _usable(payment)
    if instalments is None:
        shares = oldest_first(open_dues(party.pk, sign=1 if usable > 0 else -1), usable) if usable else []
    else:
        shares = named_dues(party.pk, instalments)
    if not shares:
        raise NothingToAllocate(_("There is nothing to link: no unused amount, or no open due date."))
    wanted = sum((amount for _due, amount in shares), ZERO)
    if abs(wanted) > abs(usable):
        raise NotEnoughCredit(
            _("Only %(usable)s of the payment can still be used.") % {"usable": usable},
            field="instalments",
            usable=usable,
        )

    settling = Settling(on=on, by=by)
    settling.settle_all(shares, payment=payment)
    settling.write(party.company_id)
    audit.record(by, "payments.payment.allocated", payment, amount=str(wanted))
    return settling.links


@transaction.atomic
def unallocate(allocation: Allocation, *, on: date, by: str) -> None:
    """Remove this link and no other: the due is open again, the amount is unused again (R46).

    AlreadyCancelled when somebody else removed it meanwhile, or the payment is cancelled.
    """
    lock_party(allocation.instalment.party_id)
    rows = Allocation.objects.select_related("instalment", "credit", "payment")
    link = rows.filter(pk=allocation.pk).first()
    if link is None:
        raise AlreadyCancelled(_("The link is already removed."))
    if link.payment is not None and link.payment.cancelled_on is not None:
        raise AlreadyCancelled(_("The payment is cancelled: its links are already reversed."))

    changes = tuple(changes_of(link, undone_on=on))
    link.instalment.settled -= link.amount
    link.instalment.save(update_fields=["settled"])
    if link.payment is not None:
        link.payment.allocated -= link.amount
        link.payment.save(update_fields=["allocated"])
    if link.credit is not None:
        link.credit.settled += link.amount
        link.credit.save(update_fields=["settled"])
    audit.record(
        by, "payments.due.unallocated", link.instalment, amount=str(link.amount), payment=link.payment_id
    )
    link.delete()
    publish(DuesSettled(link.instalment.company_id, changes, by=by))


@transaction.atomic
def allocate_credit(
    credit: Instalment, due: Instalment, *, on: date, by: str, amount: Decimal | None = None
) -> Allocation:
    """Use a credit note's due (negative) on an open due of the same customer; both are settled.

    Without `amount` as much as both allow. Refuses with OtherParty and MoreThanOwed.
    """
    party = lock_party(due.party_id)
    if credit.party_id != due.party_id:
        raise OtherParty(_("The credit note belongs to another customer."), field="credit")
    rows = Instalment.objects.select_for_update(of=("self",)).select_related("document").order_by("pk")
    locked = {row.pk: row for row in rows.filter(pk__in=[credit.pk, due.pk])}
    credit, due = locked[credit.pk], locked[due.pk]
    if credit.amount >= 0 or due.amount <= 0:
        raise MoreThanOwed(_("Choose the due date of a credit note and one of an invoice."))
    if amount is None:
        amount = min(-credit.residue, due.residue)

    settling = Settling(on=on, by=by)
    settling.offset(due, credit, amount)
    settling.write(party.company_id)
    audit.record(by, "payments.due.offset", due, amount=str(amount), credit=str(credit))
    return settling.links[0]


def _usable(payment: Payment) -> Decimal:
    """What of the payment may be used: no more than the customer has left after refunds."""
    if payment.amount < 0:
        return payment.credit
    return max(min(payment.credit, free_credit(payment.party_id)), ZERO)
