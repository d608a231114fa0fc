"""The adjustments due by a day, as a preview: nothing is changed yet (R18)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.billing.domain.derivation import to_json
from ronda.company import audit
from ronda.company.bulk import insert, row
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO
from ronda.renewals import queries
from ronda.renewals.domain.indexation import Change, Clause, Pending, Series, change, due_on
from ronda.renewals.models import IndexBatch, IndexProposal, IndexSeries

State = IndexProposal.State
# The steps of one change are the same for all contracts with the same terms.
Known = dict[Any, "Change | Pending"]


class NothingDue(Refusal):
    code = "renewals.nothing_due"


@transaction.atomic
def prepare_batch(
    company: Company,
    *,
    as_of: date,
    by: str,
    not_before: date | None = None,
    series: IndexSeries | None = None,
) -> IndexBatch:
    """Every contract whose adjustment is due by a day: old and new prices, why, and what is missing.

    New prices hold from the day each is due, or from `not_before` where that is later. An index that is
    not in the register makes its contracts pending, with the reason. NothingDue when there is none at all.
    """
    clauses = queries.adjustable(company.pk, as_of)
    if series is not None:
        clauses = clauses.filter(series=series)
    batch = IndexBatch.objects.create(
        company=company, as_of=as_of, not_before=not_before, series=series, created_by=by
    )
    proposals = _proposals(batch, queries.clause_rows(clauses))
    if not proposals:
        raise NothingDue(_("No adjustment is due by this day."), field="as_of")
    insert(proposals)
    count(batch)
    audit.record(by, "renewals.batch.prepared", batch, proposed=batch.proposed, pending=batch.pending)
    return batch


def _proposals(batch: IndexBatch, clauses: Sequence[queries.ClauseRow]) -> list[IndexProposal]:
    due = []
    for one in clauses:
        day = due_on(one.clause, batch.as_of)
        if day is None:
            continue
        effective = max(day, batch.not_before or day)
        if effective >= one.starts_on and (one.ends_on is None or effective <= one.ends_on):
            due.append((one, day, effective))
    registers = queries.registers(batch.company_id)
    never = queries.never_adjusted(batch.company_id)
    fees = queries.fees([one.contract_id for one, _day, _effective in due])
    known: Known = {}
    found = [
        _proposal(batch, one, day, effective, _moved(one, day, registers, known), fees, never)
        for one, day, effective in due
    ]
    return [proposal for proposal in found if proposal is not None]


def _moved(
    one: queries.ClauseRow, day: date, registers: Mapping[int, Series], known: Known
) -> "Change | Pending":
    clause = one.clause
    key = (one.series_id, day, _terms(clause))
    if key not in known:
        known[key] = change(clause, registers.get(one.series_id or 0), day)
    return known[key]


def _terms(clause: Clause) -> tuple[Any, ...]:
    return (
        clause.mode,
        clause.share,
        clause.fixed,
        clause.reference_month,
        clause.lag_months,
        clause.floor,
        clause.cap,
        clause.every_months,
        clause.last_month,
    )


def _proposal(
    batch: IndexBatch,
    one: queries.ClauseRow,
    day: date,
    effective: date,
    moved: "Change | Pending",
    fees: Mapping[int, list[queries.FeeRow]],
    never: frozenset[int],
) -> IndexProposal | None:
    """None for a contract of which no line is in force on the day, or none may be adjusted."""
    still = Change(Decimal(1), None, None)
    rows = fees.get(one.contract_id, ())
    seen = moved if isinstance(moved, Change) else still
    found = queries.adjusted(rows, effective, seen, one.clause.rounding, never)
    if not found.lines:
        return None
    if found.closed:
        moved = Pending("pending.later", {})
    return row(
        IndexProposal,
        batch_id=batch.pk,
        contract_id=one.contract_id,
        due_on=day,
        effective_on=effective,
        month=seen.month,
        base_month=seen.base_month,
        lines=[[pk, text, str(old), str(new)] for pk, text, old, new in found.lines],
        old_yearly=found.old_yearly,
        new_yearly=found.new_yearly,
        percent=seen.percent,
        derivation=to_json(seen.steps),
        state=(State.PENDING if isinstance(moved, Pending) else State.PROPOSED).value,
        reason=[moved.code, moved.args] if isinstance(moved, Pending) else [],
    )


def count(batch: IndexBatch) -> None:
    """Keep in the batch what its proposals come to; those left out and pending change nothing."""
    rows = IndexProposal.objects.filter(batch=batch).values_list("state", "old_yearly", "new_yearly")
    counts = dict.fromkeys(State.values, 0)
    old = new = ZERO
    for state, before, after in rows:
        counts[state] += 1
        if state in (State.PROPOSED, State.APPLIED):
            old, new = old + before, new + after
    batch.proposed, batch.pending = counts[State.PROPOSED], counts[State.PENDING]
    batch.applied, batch.old_total, batch.new_total = counts[State.APPLIED], old, new
    batch.save(update_fields=["proposed", "pending", "applied", "old_total", "new_total"])
