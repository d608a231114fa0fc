"""The state of transmissions, worked out from all their receipts."""

from collections.abc import Sequence

from django.db import transaction

from ronda.company import audit, bulk
from ronda.einvoices.door import format_called
from ronda.einvoices.events import TransmissionsChanged
from ronda.einvoices.models import Receipt, Transmission
from ronda.einvoices.queries import deadlines_of, judged, receipts_of
from ronda.kernel.bus import publish

CHANGING = (
    "state",
    "exchange_id",
    "due_on",
    "answered_at",
    "sent_at",
    "problem",
    "may_retry",
    "reference",
    "queued_at",
)


def locked(ids: Sequence[int]) -> list[Transmission]:
    """Transmissions under lock, in the order of their keys, with their documents."""
    rows = Transmission.objects.select_for_update(of=("self",)).select_related("document__company")
    return list(rows.filter(pk__in=ids).order_by("pk"))


def settle(rows: Sequence[Transmission], *, by: str) -> None:
    """Work out and write the states of locked rows, and tell what changed. Two reads, one update."""
    receipts = receipts_of([row.pk for row in rows])
    before = dict(Transmission.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "state"))
    for row in rows:
        _work_out(row, receipts.get(row.pk, []))
    if rows:
        bulk.update(rows, *CHANGING)
    changed = [row for row in rows if row.state != before[row.pk]]
    if changed:
        publish(
            TransmissionsChanged(changed[0].company_id, tuple((row.pk, row.state) for row in changed), by)
        )


def _work_out(row: Transmission, receipts: Sequence[Receipt]) -> None:
    state, _reasons, row.exchange_id = judged(row, receipts)
    row.state = state.value
    if receipts:
        row.answered_at = max(receipt.received_at for receipt in receipts)
        row.problem, row.may_retry = "", False
    legal_format = format_called(row.format)
    if legal_format is not None:
        due = deadlines_of(legal_format, row.document, row, receipts)
        row.due_on = due[0].due if due else None


@transaction.atomic
def refresh_states(transmissions: Sequence[Transmission], *, by: str) -> int:
    """Judge them again from the receipts that are kept; how many stood otherwise."""
    rows = locked([row.pk for row in transmissions])
    before = {row.pk: row.state for row in rows}
    settle(rows, by=by)
    changed = [row for row in rows if row.state != before[row.pk]]
    facts = [(row, {"from": before[row.pk], "to": row.state}) for row in changed]
    audit.record_many(by, "einvoices.transmission.refreshed", facts)
    return len(changed)
