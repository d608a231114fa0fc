"""When commissions are earned: at the issue, or bit by bit with the customers' payments.

Both ways write the target less what is entered, so that repeating, taking payments back and hearing of them
in another order end in the same sums.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from ronda.agents.domain.splits import Movement, Payment, movements
from ronda.agents.models import Commission, CommissionEntry
from ronda.billing.models import Document, DocumentKind
from ronda.company.bulk import insert, row
from ronda.kernel.money import ZERO
from ronda.payments.events import SettledChange
from ronda.payments.models import Allocation, Instalment

ISSUED = "issued"
Entered = dict[int, tuple[Decimal, Decimal]]


def mature(commissions: Sequence[Commission], *, by: str) -> int:
    """Write what of these new commissions is earned by now; how many entries.

    Those earned when invoiced, or with nothing to pay, mature on the document's day. The others with the
    payments linked so far. Four statements at most. The caller holds the transaction.
    """
    if not commissions:
        return 0
    documents = _documents({one.document_id for one in commissions})
    waiting = {one.document_id for one in commissions if one.collected}
    history = _history(waiting) if waiting else {}
    rows = []
    for one in commissions:
        payable, day = documents[one.document_id]
        if one.collected and payable:
            found = movements(one.total, one.net, payable, history.get(one.document_id, ()))
        else:
            found = [Movement(ISSUED, day, one.net, one.total)]
        rows += [_entry(one, movement, by) for movement in found]
    insert(rows)
    return len(rows)


def _documents(document_ids: Iterable[int]) -> dict[int, tuple[Decimal, date]]:
    """What is to pay, with its sign, and the day of each document."""
    rows = Document.objects.filter(pk__in=list(document_ids)).values_list("pk", "kind", "payable", "date")
    return {
        pk: (-payable if kind == DocumentKind.CREDIT_NOTE else payable, day)
        for pk, kind, payable, day in rows
        if day is not None
    }


def _history(document_ids: Iterable[int]) -> dict[int, list[Payment]]:
    """The links that settle these documents, in the order of their days."""
    wanted = set(document_ids)
    found: dict[int, list[Payment]] = {}
    rows = Allocation.objects.order_by("date", "pk")
    ends = (("instalment__document", "", 1), ("credit__document", ":credit", -1))
    for path, end, sign in ends:
        links = rows.filter(**{f"{path}__in": wanted}).values_list("pk", path, "amount", "date")
        for pk, document, amount, day in links:
            found.setdefault(document, []).append(
                Payment(f"payments.allocation:{pk}{end}", day, sign * amount)
            )
    for payments in found.values():
        payments.sort(key=lambda one: one.day)
    return found


@transaction.atomic
def take_payments(company_id: int, changes: Sequence[SettledChange], *, by: str) -> int:
    """Mature what these changes of the settled part of dues bring; how many entries were written.

    One statement where no commission waits for payments, five otherwise. A change told twice counts once.
    """
    by_document: dict[int, list[SettledChange]] = {}
    for change in changes:
        by_document.setdefault(change.document_id, []).append(change)
    rows = Commission.objects.filter(company_id=company_id, collected=True, document__in=by_document)
    waiting = list(rows.select_for_update(of=("self",)).select_related("document").order_by("pk"))
    if not waiting:
        return 0
    entered, known = _entered([one.pk for one in waiting])
    before = _settled(by_document)
    for document, own in by_document.items():
        before[document] = before.get(document, ZERO) - sum((change.amount for change in own), ZERO)
    found = []
    for one in waiting:
        if not one.document.payable:
            continue
        payments = [Payment(c.source, c.on, c.amount) for c in by_document[one.document_id]]
        if any((one.pk, payment.source) in known for payment in payments):
            continue
        moved = movements(
            one.total,
            one.net,
            one.document.signed_payable,
            payments,
            collected=before[one.document_id],
            entered=entered.get(one.pk, (ZERO, ZERO)),
        )
        found += [_entry(one, movement, by) for movement in moved]
    insert(found)
    return len(found)


def _entered(commissions: Sequence[int]) -> tuple[Entered, set[tuple[int, str]]]:
    """Base and amount entered for each commission so far, and from which origins."""
    sums: Entered = {}
    known = set()
    rows = CommissionEntry.objects.filter(commission__in=commissions)
    for commission, source, base, amount in rows.values_list("commission_id", "source", "base", "amount"):
        had = sums.get(commission, (ZERO, ZERO))
        sums[commission] = (had[0] + base, had[1] + amount)
        known.add((commission, source))
    return sums, known


def _settled(document_ids: Iterable[int]) -> dict[int, Decimal]:
    """What is settled of each document now, with the sign of its dues."""
    found: dict[int, Decimal] = {}
    rows = Instalment.objects.filter(document__in=list(document_ids))
    for document, settled in rows.values_list("document_id", "settled"):
        found[document] = found.get(document, ZERO) + settled
    return found


def _entry(one: Commission, movement: Movement, by: str) -> CommissionEntry:
    return row(
        CommissionEntry,
        company_id=one.company_id,
        agent_id=one.agent_id,
        commission_id=one.pk,
        source=movement.source,
        base=movement.base,
        amount=movement.amount,
        matured_on=movement.day,
        created_by=by,
    )
