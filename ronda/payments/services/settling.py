"""How a part of a payment, or of a credit note, settles a due: shared by receipts and allocations.

Every caller first locks the customer (`lock_party`): all that concerns one customer's money waits
in one queue, and the dues and payments read afterwards cannot change under it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import F, Sum

from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO, to_cents
from ronda.parties.models import Party
from ronda.payments.domain.terms import OpenDue, allocate_oldest_first
from ronda.payments.events import DuesSettled, SettledChange
from ronda.payments.models import Allocation, Instalment, Payment

Shares = Sequence[tuple[Instalment, Decimal]]


class MoreThanOwed(Refusal):
    code = "payments.more_than_owed"


class OtherParty(Refusal):
    code = "payments.other_party"


class AlreadyCancelled(Refusal):
    code = "payments.already_cancelled"


class NotEnoughCredit(Refusal):
    code = "payments.not_enough_credit"


def lock_party(party_id: int) -> Party:
    """The customer's row, locked: the queue in which all operations on its money wait."""
    return Party.objects.select_for_update().get(pk=party_id)


def open_dues(party_id: int, *, sign: int) -> list[Instalment]:
    """The customer's open dues of one sign (+1 owed, −1 credit notes), locked in id order, oldest first."""
    rows = Instalment.objects.select_for_update(of=("self",)).filter(party_id=party_id)
    if sign > 0:
        rows = rows.filter(amount__gt=0, settled__lt=F("amount"))
    else:
        rows = rows.filter(amount__lt=0, settled__gt=F("amount"))
    return sorted(rows.select_related("document").order_by("pk"), key=lambda due: (due.due_on, due.pk))


def named_dues(party_id: int, wanted: Shares) -> list[tuple[Instalment, Decimal]]:
    """The dues the person named, read again under lock in id order, with the amount for each."""
    asked: dict[int, Decimal] = {}
    for due, amount in wanted:
        asked[due.pk] = asked.get(due.pk, ZERO) + amount
    rows = Instalment.objects.select_for_update(of=("self",)).filter(pk__in=asked).order_by("pk")
    dues = list(rows.select_related("document"))
    for due in dues:
        if due.party_id != party_id:
            raise OtherParty(
                _("%(due)s is due from another customer.") % {"due": due}, field="instalments", due=due.pk
            )
    return [(due, asked[due.pk]) for due in dues]


def oldest_first(dues: Sequence[Instalment], amount: Decimal) -> list[tuple[Instalment, Decimal]]:
    """`amount` over the dues, oldest due date first (R46); what is left over is nobody's."""
    by_id = {due.pk: due for due in dues}
    shares, _left = allocate_oldest_first(amount, [OpenDue(due.pk, due.due_on, due.residue) for due in dues])
    return [(by_id[share.due_id], share.amount) for share in shares]


def free_credit(party_id: int) -> Decimal:
    """What the customer paid and is not used yet, less what was given back."""
    rows = Payment.objects.filter(party_id=party_id, cancelled_on=None)
    sums = rows.aggregate(paid=Sum("amount"), used=Sum("allocated"))
    return to_cents((sums["paid"] or ZERO) - (sums["used"] or ZERO))


@dataclass
class Settling:
    """The links made by one operation: collected, then written in a constant number of statements."""

    on: date
    by: str
    links: list[Allocation] = field(default_factory=list)
    _dues: dict[int, Instalment] = field(default_factory=dict)
    _payments: dict[int, Payment] = field(default_factory=dict)

    def settle(self, due: Instalment, amount: Decimal, *, payment: Payment) -> None:
        """Use `amount` of the payment on the due; MoreThanOwed beyond its residue."""
        due = self._dues.setdefault(due.pk, due)
        self._refuse_too_much(due, amount)
        self._move(due, amount)
        payment = self._payments.setdefault(payment.pk, payment)
        payment.allocated += amount
        self.links.append(Allocation(instalment=due, payment=payment, **self._facts(amount)))

    def settle_all(self, shares: Iterable[tuple[Instalment, Decimal]], *, payment: Payment) -> None:
        for due, amount in shares:
            self.settle(due, amount, payment=payment)

    def offset(self, due: Instalment, credit: Instalment, amount: Decimal) -> None:
        """Use `amount` of a credit note's due (negative) on a positive due: both are settled."""
        self._refuse_too_much(due, amount)
        self._refuse_too_much(credit, -amount)
        self._move(due, amount)
        self._move(credit, -amount)
        self.links.append(Allocation(instalment=due, credit=credit, **self._facts(amount)))

    def reverse(self, link: Allocation) -> None:
        """Take a payment's link back with a counter-link: nothing is deleted."""
        if link.payment is None:
            raise ValueError("only links of payments are reversed with their payment")
        due = self._dues.setdefault(link.instalment_id, link.instalment)
        payment = self._payments.setdefault(link.payment.pk, link.payment)
        self._move(due, -link.amount)
        payment.allocated -= link.amount
        self.links.append(Allocation(instalment=due, payment=payment, **self._facts(-link.amount)))

    def write(self, company_id: int) -> None:
        """Store the links and what they changed, and tell the apps above."""
        if not self.links:
            return
        # Values computed here, not in SQL: SQLite would add in binary.
        Instalment.objects.bulk_update(self._dues.values(), ["settled"])
        Payment.objects.bulk_update(self._payments.values(), ["allocated"])
        Allocation.objects.bulk_create(self.links)
        changes = tuple(change for link in self.links for change in changes_of(link))
        publish(DuesSettled(company_id, changes, by=self.by))

    def _facts(self, amount: Decimal) -> dict[str, object]:
        return {"amount": amount, "date": self.on, "created_by": self.by}

    def _move(self, due: Instalment, amount: Decimal) -> None:
        self._dues.setdefault(due.pk, due)
        due.settled += amount

    @staticmethod
    def _refuse_too_much(due: Instalment, amount: Decimal) -> None:
        if amount * due.amount <= 0 or abs(amount) > abs(due.residue):
            raise MoreThanOwed(
                _("%(due)s has %(residue)s left, less than %(amount)s. Enter a smaller amount.")
                % {"due": due, "residue": due.residue, "amount": amount},
                field="instalments",
                due=due.pk,
                residue=due.residue,
            )


def changes_of(link: Allocation, *, undone_on: date | None = None) -> list[SettledChange]:
    """What a link, or its removal, does to the settled part of the documents at its ends."""
    sign, on, end = (1, link.date, "") if undone_on is None else (-1, undone_on, ":undone")
    source = f"payments.allocation:{link.pk}"
    changes = [SettledChange(source + end, link.instalment.document_id, sign * link.amount, on)]
    if link.credit is not None:
        changes.append(
            SettledChange(f"{source}:credit{end}", link.credit.document_id, -sign * link.amount, on)
        )
    return changes
