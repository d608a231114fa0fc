"""Confirming a run once, issuing its documents, retrying what failed.

Every chunk of documents is one transaction that begins by proving that the job still owns
the run (`fence`). A crash leaves a prefix of the documents, complete and numbered without
a gap; whoever resumes goes on with the entries still proposed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import DataError, IntegrityError, transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from ronda.billing.domain.runs import Group, GroupKey, ProposedLine, source, sources
from ronda.billing.events import RunConfirmed
from ronda.billing.models import BillingRun, Document, DocumentLine, RunEntry
from ronda.billing.options import BillingOptions
from ronda.billing.services.composing import Composed, Rules, compose
from ronda.billing.services.drafts import recompute
from ronda.billing.services.issuing import finish
from ronda.billing.services.preparing import draft_of, lines_of
from ronda.company import audit, options
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.kernel.bus import publish
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _

ENTRIES_PER_CHUNK = 200
# What may be wrong with one document's data. A lost lease or a lost database is not here:
# those stop the run, which is resumed where it was.
ENTRY_FAILURES = (Refusal, IntegrityError, DataError, ArithmeticError, LookupError, ValueError, TypeError)

State = RunEntry.State


class AlreadyConfirmed(Refusal):
    code = "billing.run_already_confirmed"


class OldPeriods(NeedsConfirmation):
    code = "billing.old_periods"


class NothingToRetry(Refusal):
    code = "billing.nothing_to_retry"


@transaction.atomic
def confirm_run(
    run: BillingRun,
    *,
    by: str,
    now: datetime | None = None,
    in_background: bool = True,
    confirmed: frozenset[str] = frozenset(),
) -> BillingRun:
    """Say yes to a preview, once: the second of two clerks is told that the first already did.

    Periods older than the firm's limit are asked about first (R9). A job then issues the
    documents, unless the caller says that it does so itself.
    """
    run = _locked(run)
    if run.state != BillingRun.State.PREVIEW:
        raise AlreadyConfirmed(
            _("This preview was already confirmed by %(by)s or is no longer valid. Open the run to see it.")
            % {"by": run.confirmed_by or run.created_by},
            run=run.pk,
        )
    if has_old_periods(run) and OldPeriods.code not in confirmed:
        raise OldPeriods(
            _("The oldest period begins on %(day)s. Bill everything since then?")
            % {"day": run.oldest_on.strftime("%d/%m/%Y") if run.oldest_on else ""}
        )
    run.state, run.confirmed_by = BillingRun.State.CONFIRMED, by
    run.confirmed_at = now or timezone.now()
    run.rounds += 1
    run.save(update_fields=["state", "confirmed_by", "confirmed_at", "rounds"])
    audit.record(by, "billing.run.confirmed", run, documents=run.proposed, total=str(run.gross_total))
    if in_background:
        publish(RunConfirmed(run.pk, run.company_id, run.rounds, by))
    return run


def has_old_periods(run: BillingRun) -> bool:
    """Whether the run would bill periods older than the firm wants without being asked."""
    limit = options.read(BillingOptions, run.company_id).oldest_period_days
    return run.oldest_on is not None and (run.as_of - run.oldest_on).days > limit


@transaction.atomic
def discard_run(run: BillingRun, *, by: str) -> BillingRun:
    """Throw a preview away. A run that has begun is not undone: its documents exist."""
    run = _locked(run)
    if run.state not in (BillingRun.State.PREVIEW, BillingRun.State.PREPARING):
        raise AlreadyConfirmed(_("This run was confirmed and can no longer be discarded."), run=run.pk)
    run.state = BillingRun.State.DISCARDED
    run.save(update_fields=["state"])
    audit.record(by, "billing.run.discarded", run)
    return run


@transaction.atomic
def exclude_entries(run: BillingRun, entry_ids: Sequence[int], *, by: str) -> int:
    """Leave some documents out of the run; they stay owed and come back next time."""
    return _switch(run, entry_ids, State.PROPOSED, State.EXCLUDED, by=by)


@transaction.atomic
def include_entries(run: BillingRun, entry_ids: Sequence[int], *, by: str) -> int:
    """Take back in what was left out, or issue a small amount that was held."""
    moved = _switch(run, entry_ids, State.HELD, State.PROPOSED, by=by)
    return moved + _switch(run, entry_ids, State.EXCLUDED, State.PROPOSED, by=by)


def _switch(run: BillingRun, entry_ids: Sequence[int], old: str, new: str, *, by: str) -> int:
    run = _locked(run)
    if run.state != BillingRun.State.PREVIEW:
        raise AlreadyConfirmed(_("This run was confirmed: its documents are no longer chosen."), run=run.pk)
    moved = RunEntry.objects.filter(run=run, pk__in=entry_ids, state=old).update(state=new)
    if moved:
        _recount(run)
        audit.record(by, f"billing.run.{new}", run, documents=moved)
    return moved


def _recount(run: BillingRun) -> None:
    sums = RunEntry.objects.filter(run=run, state=State.PROPOSED).aggregate(
        n=Count("pk"), net=Sum("net"), gross=Sum("gross")
    )
    run.proposed = sums["n"]
    run.net_total, run.gross_total = sums["net"] or Decimal(0), sums["gross"] or Decimal(0)
    run.save(update_fields=["proposed", "net_total", "gross_total"])


@transaction.atomic
def retry_failed(run: BillingRun, *, by: str) -> BillingRun:
    """Put the failed documents of a finished run back in the queue, and only those (R12)."""
    run = _locked(run)
    again = RunEntry.objects.filter(run=run, state=State.FAILED).update(
        state=State.PROPOSED, reason="", reason_code=""
    )
    if not again:
        raise NothingToRetry(_("No document of this run has failed."), run=run.pk)
    run.state, run.failed = BillingRun.State.CONFIRMED, 0
    run.rounds += 1
    run.save(update_fields=["state", "failed", "rounds"])
    audit.record(by, "billing.run.retried", run, documents=again)
    publish(RunConfirmed(run.pk, run.company_id, run.rounds, by))
    return run


def issue_entries(
    run: BillingRun,
    *,
    by: str,
    fence: Fence = no_fence,
    progress: Progress = no_progress,
    stopping: Callable[[], bool] = lambda: False,
) -> BillingRun:
    """Issue every proposed document of a confirmed run, from the first that is not done yet.

    One payer that fails does not stop the others; his entry keeps the reason (R12).
    """
    _begin(run, fence=fence)
    done = RunEntry.objects.filter(run=run).exclude(state=State.PROPOSED).count()
    total = RunEntry.objects.filter(run=run).count()
    with options.kept():
        rules = Rules(run.company, run.document_date)
        while chunk := _next_chunk(run):
            _issue_chunk(run, chunk, rules, by=by, fence=fence)
            done += len(chunk)
            progress(done, total)
            if stopping():
                return run
    return _end(run, by=by, fence=fence)


def _next_chunk(run: BillingRun) -> list[RunEntry]:
    waiting = RunEntry.objects.filter(run=run, state=State.PROPOSED).order_by("position")
    return list(waiting[:ENTRIES_PER_CHUNK])


@transaction.atomic
def _begin(run: BillingRun, *, fence: Fence) -> None:
    fence()
    locked = _locked(run)
    if locked.state not in (BillingRun.State.CONFIRMED, BillingRun.State.RUNNING):
        raise AlreadyConfirmed(_("This run is not waiting to be issued."), run=run.pk)
    locked.state = BillingRun.State.RUNNING
    locked.save(update_fields=["state"])


def _issue_chunk(run: BillingRun, chunk: list[RunEntry], rules: Rules, *, by: str, fence: Fence) -> None:
    """All at once; when one of them fails, each by itself."""
    try:
        with transaction.atomic():
            fence()
            _issue(run, chunk, rules, by=by)
    except ENTRY_FAILURES:
        for entry in chunk:
            _issue_alone(run, entry, rules, by=by, fence=fence)


def _issue_alone(run: BillingRun, entry: RunEntry, rules: Rules, *, by: str, fence: Fence) -> None:
    try:
        with transaction.atomic():
            fence()
            _issue(run, [entry], rules, by=by)
    except ENTRY_FAILURES as error:
        code = error.code if isinstance(error, Refusal) else type(error).__name__
        with transaction.atomic():
            fence()
            RunEntry.objects.filter(pk=entry.pk).update(
                state=State.FAILED, reason=str(error)[:500], reason_code=code
            )


def _issue(run: BillingRun, chunk: Sequence[RunEntry], rules: Rules, *, by: str) -> None:
    """Write the documents of these entries, inside the caller's transaction."""
    groups = [_group(entry) for entry in chunk]
    refused = _refused([line for each in groups for line in each.lines])
    ready = [
        (
            entry,
            each._replace(lines=[line for line in each.lines if id(line) not in refused])
            if refused
            else each,
        )
        for entry, each in zip(chunk, groups, strict=True)
    ]
    billed = [(entry, each) for entry, each in ready if each.lines]
    nothing = [entry.pk for entry, each in ready if not each.lines]
    if run.mode == BillingRun.Mode.DRAFT:
        written = [_write_draft(run, entry, each, rules) for entry, each in billed]
    else:
        written = _write_issued(run, billed, rules, by=by)
    _settle(run, written, [each for _entry, each in billed], by=by)
    RunEntry.objects.filter(pk__in=[entry.pk for entry, _each in billed]).update(state=State.DONE)
    if nothing:
        RunEntry.objects.filter(pk__in=nothing).update(state=State.NOTHING)


def _group(entry: RunEntry) -> Group:
    key, lines = entry.charges
    return Group(entry.party_id, GroupKey(*key), [ProposedLine.from_json(row) for row in lines])


class ChangedSincePreview(Refusal):
    code = "billing.changed_since_preview"


def _refused(lines: Sequence[ProposedLine]) -> set[int]:
    """Lines billed meanwhile are dropped; an agreement changed since the preview stops its document."""
    dropped: set[int] = set()
    for each in sources():
        own = [line for line in lines if line.source == each.code]
        for line, code in each.refused(own) if own else ():
            if code != "billed":
                raise ChangedSincePreview(
                    _("“%(line)s” was changed after the preview. Prepare the month again for this customer.")
                    % {"line": line.text},
                    line=line.ref,
                )
            dropped.add(id(line))
    return dropped


def _write_issued(
    run: BillingRun, billed: Sequence[tuple[RunEntry, Group]], rules: Rules, *, by: str
) -> list[Composed]:
    composed = []
    for entry, each in billed:
        document = draft_of(each, run.company)
        document.run_id, document.run_position, document.run_key = run.pk, entry.position, entry.key
        composed.append(compose(document, lines_of(each), rules))
    if composed:
        finish(composed, rules=rules, by=by, at=timezone.now())
    return composed


def _write_draft(run: BillingRun, entry: RunEntry, each: Group, rules: Rules) -> Composed:
    """A draft, or more lines on the draft that an earlier run made with the same key (R16)."""
    document = Document.objects.filter(
        company=run.company, status=Document.Status.DRAFT, run_key=entry.key, run__isnull=False
    ).first()
    if document is None:
        document = draft_of(each, run.company)
        document.run_id, document.run_position, document.run_key = run.pk, entry.position, entry.key
        document.save()
    last = document.lines.count()
    lines = lines_of(each)
    for place, line in enumerate(lines, start=1):
        line.document_id, line.position = document.pk, last + place + 1
    DocumentLine.objects.bulk_create(lines)
    recompute(document, on=rules.on)
    return Composed(document, lines, [])


def _settle(run: BillingRun, written: Sequence[Composed], groups: Sequence[Group], *, by: str) -> None:
    settled: dict[str, list[tuple[ProposedLine, int, int]]] = {}
    for composed, each in zip(written, groups, strict=True):
        for proposed, line in zip(each.lines, composed.lines, strict=False):
            settled.setdefault(proposed.source, []).append((proposed, composed.document.pk, line.pk))
    for code, rows in settled.items():
        source(code).settle(rows, run_id=run.pk, by=by)


@transaction.atomic
def _end(run: BillingRun, *, by: str, fence: Fence) -> BillingRun:
    fence()
    run = _locked(run)
    counts = RunEntry.objects.filter(run=run).aggregate(
        issued=Count("pk", filter=Q(state=State.DONE)), failed=Count("pk", filter=Q(state=State.FAILED))
    )
    run.issued, run.failed = counts["issued"], counts["failed"]
    run.state = BillingRun.State.PARTLY if run.failed else BillingRun.State.DONE
    run.finished_at = timezone.now()
    run.save(update_fields=["issued", "failed", "state", "finished_at"])
    audit.record(by, "billing.run.finished", run, issued=run.issued, failed=run.failed)
    return run


def _locked(run: BillingRun) -> BillingRun:
    return BillingRun.objects.select_for_update().get(pk=run.pk)
