"""A prepared batch: contracts left out or taken in again, and the prices changed, once."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from ronda.company import audit
from ronda.company.bulk import read
from ronda.contracts import services as contracts
from ronda.contracts.models import Contract
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.renewals import queries
from ronda.renewals.models import IndexBatch, IndexClause, IndexProposal
from ronda.renewals.services.preparing import count

State = IndexProposal.State


class BatchClosed(Refusal):
    code = "renewals.batch_closed"


class NotProposed(Refusal):
    code = "renewals.not_proposed"


@transaction.atomic
def exclude(proposals: Sequence[IndexProposal], *, by: str, note: str = "") -> int:
    """Leave contracts out of their batch: their adjustment stays due. How many were taken out."""
    return _mark(proposals, State.PROPOSED, State.EXCLUDED, note=note, by=by)


@transaction.atomic
def include(proposals: Sequence[IndexProposal], *, by: str) -> int:
    """Take contracts back that were left out. How many were taken in."""
    return _mark(proposals, State.EXCLUDED, State.PROPOSED, note="", by=by)


def _mark(proposals: Sequence[IndexProposal], old: str, new: str, *, note: str, by: str) -> int:
    ids = sorted({one.batch_id for one in proposals})
    batches = list(IndexBatch.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    _require_open(batches)
    found = 0
    for part in queries.chunks([one.pk for one in proposals]):
        found += IndexProposal.objects.filter(pk__in=part, state=old).update(state=new, note=note[:200])
    if not found:
        raise NotProposed(_("None of these can be changed: they are pending or were decided already."))
    for batch in batches:
        count(batch)
        audit.record(by, f"renewals.batch.{new}", batch, contracts=found)
    return found


def _require_open(batches: Sequence[IndexBatch]) -> None:
    for batch in batches:
        if batch.state != IndexBatch.State.PREVIEW:
            raise BatchClosed(_("%(batch)s was confirmed or discarded already.") % {"batch": batch})


@transaction.atomic
def discard_batch(batch: IndexBatch, *, by: str) -> IndexBatch:
    """Throw a preview away; everything in it is still due."""
    batch = IndexBatch.objects.select_for_update().get(pk=batch.pk)
    _require_open([batch])
    batch.state = IndexBatch.State.DISCARDED
    batch.save(update_fields=["state"])
    audit.record(by, "renewals.batch.discarded", batch)
    return batch


@transaction.atomic
def confirm_batch(batch: IndexBatch, *, by: str, on: date) -> IndexBatch:
    """Give the proposed prices to the contracts, by amendments; a second call changes nothing.

    What was left out or is pending stays due. A contract whose prices moved since the preview, that ended, or
    that another batch adjusted meanwhile, becomes pending here with the reason.
    """
    batch = IndexBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state == IndexBatch.State.CONFIRMED:
        return batch
    _require_open([batch])
    proposed = IndexProposal.objects.filter(batch=batch, state=State.PROPOSED)
    ready = _still_true(proposed)
    _reprice(ready, batch, by=by, on=on)
    _keep(ready, proposed)
    proposed.update(state=State.APPLIED)
    batch.state, batch.confirmed_by, batch.confirmed_on = IndexBatch.State.CONFIRMED, by, on
    batch.save(update_fields=["state", "confirmed_by", "confirmed_on"])
    count(batch)
    audit.record(by, "renewals.batch.confirmed", batch, applied=batch.applied, pending=batch.pending)
    return batch


def _still_true(proposed: QuerySet[IndexProposal]) -> list[IndexProposal]:
    """The proposals made of what the contracts still say; the others become pending."""
    proposals = read(
        proposed.order_by("contract_id"), "contract_id", "due_on", "effective_on", "month", "lines"
    )
    fees = queries.fees(proposed.values("contract_id"))
    ends, done = _facts(proposed.values("contract_id"))
    ready, moved, ended = [], [], []
    for one in proposals:
        end, last = ends.get(one.contract_id, date.min), done.get(one.contract_id)
        rows = fees.get(one.contract_id, ())
        now = {
            row.line_id: row.fee.price for row in rows if row.in_force(one.effective_on) and not row.closed
        }
        if end is not None and end < one.effective_on:
            ended.append(one)
        elif _moved(one, last, now):
            moved.append(one)
        else:
            ready.append(one)
    _make_pending(moved, "pending.moved")
    _make_pending(ended, "pending.ended")
    return ready


def _moved(one: IndexProposal, last: date | None, now: Mapping[int, Decimal]) -> bool:
    """Whether the contract was adjusted or its prices changed since the preview."""
    if last is not None and last >= one.due_on:
        return True
    return any(now.get(pk) != Decimal(old) for pk, _text, old, _new in one.lines)


def _facts(contracts: QuerySet[Any]) -> tuple[dict[int, date | None], dict[int, date | None]]:
    """The last days of the contracts that are still active, locked, and the due days done last."""
    living = Contract.objects.select_for_update().filter(pk__in=contracts, status=Contract.Status.ACTIVE)
    done = IndexClause.objects.filter(contract__in=contracts)
    return dict(living.values_list("pk", "ends_on")), dict(done.values_list("contract_id", "last_on"))


def _make_pending(proposals: Sequence[IndexProposal], code: str) -> None:
    for part in queries.chunks([one.pk for one in proposals]):
        IndexProposal.objects.filter(pk__in=part).update(state=State.PENDING, reason=[code, {}])


def _reprice(proposals: Sequence[IndexProposal], batch: IndexBatch, *, by: str, on: date) -> None:
    """New prices through the contracts, day by day; lines that do not move get no amendment."""
    by_day: dict[date, dict[int, Decimal]] = {}
    for one in proposals:
        for pk, _text, old, new in one.lines:
            if Decimal(new) != Decimal(old):
                by_day.setdefault(one.effective_on, {})[pk] = Decimal(new)
    for day in sorted(by_day):
        contracts.reprice(by_day[day], effective_on=day, reason=str(batch), kind="index", by=by, on=on)


def _keep(ready: Sequence[IndexProposal], proposed: QuerySet[IndexProposal]) -> None:
    """What was done last, in each clause: the next adjustment starts from there, so none counts twice."""
    for due, month in {(one.due_on, one.month) for one in ready}:
        facts = {"last_on": due} if month is None else {"last_on": due, "last_month": month}
        same = proposed.filter(due_on=due, month=month)
        IndexClause.objects.filter(contract__in=same.values("contract_id")).update(**facts)
