"""The preview of a run: everything owed as of a day, grouped into documents, with reasons for the rest."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from heapq import merge
from typing import Any

from django.db import transaction
from django.utils import timezone

from ronda.billing.domain.runs import (
    Group,
    LeftOut,
    Proposal,
    anomaly,
    by_payer,
    group,
    is_held,
    previous_net,
    sources,
    update_digest,
)
from ronda.billing.events import RunOpened
from ronda.billing.models import BillingRun, Document, DocumentLine, RunEntry, RunSkip
from ronda.billing.services.composing import Rules, amounts
from ronda.company import audit
from ronda.company.bulk import insert, row
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Company
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party

# Payers per transaction: long enough for bulk statements, short enough to let others write.
PAYERS_PER_CHUNK = 400


class PreviewDiscarded(Refusal):
    code = "billing.preview_discarded"


@transaction.atomic
def request_run(
    company: Company,
    *,
    as_of: date,
    by: str,
    document_date: date | None = None,
    filters: Mapping[str, Any] | None = None,
    mode: str = BillingRun.Mode.ISSUE,
) -> BillingRun:
    """Like `prepare_run`, in the background: the page follows the job's progress."""
    run = open_run(company, as_of=as_of, by=by, document_date=document_date, filters=filters, mode=mode)
    publish(RunOpened(run.pk, company.pk, by))
    return run


def prepare_run(
    company: Company,
    *,
    as_of: date,
    by: str,
    document_date: date | None = None,
    filters: Mapping[str, Any] | None = None,
    mode: str = BillingRun.Mode.ISSUE,
    progress: Progress = no_progress,
) -> BillingRun:
    """A preview of everything owed by `as_of`. Nothing is billed; asking twice gives the same.

    Written payer by payer in short transactions, so that other people go on working.
    """
    run = open_run(company, as_of=as_of, by=by, document_date=document_date, filters=filters, mode=mode)
    return fill_run(run, progress=progress)


@transaction.atomic
def open_run(
    company: Company,
    *,
    as_of: date,
    by: str,
    document_date: date | None = None,
    filters: Mapping[str, Any] | None = None,
    mode: str = BillingRun.Mode.ISSUE,
) -> BillingRun:
    """The empty run, to be filled at once or by a background job."""
    run = BillingRun.objects.create(
        company=company,
        as_of=as_of,
        document_date=document_date or as_of,
        filters=dict(filters or {}),
        mode=mode,
        created_by=by,
        previous=_previous_run(company, as_of),
    )
    audit.record(by, "billing.run.prepared", run, as_of=as_of.isoformat())
    return run


def _previous_run(company: Company, as_of: date) -> BillingRun | None:
    finished = BillingRun.objects.filter(
        company=company, state__in=[BillingRun.State.DONE, BillingRun.State.PARTLY], as_of__lte=as_of
    )
    return finished.order_by("-as_of", "-pk").first()


@dataclass(slots=True)
class _Tally:
    """What is summed up while the preview is written, chunk by chunk."""

    position: int = 0
    proposed: int = 0
    skipped: int = 0
    net: Decimal = Decimal(0)
    gross: Decimal = Decimal(0)
    oldest_on: date | None = None
    digest: Any = field(default_factory=hashlib.sha256)

    def saw(self, each: Group) -> None:
        """Keep the first day of the oldest period."""
        oldest = min(line.starts_on for line in each.lines)
        self.oldest_on = oldest if self.oldest_on is None else min(oldest, self.oldest_on)


def fill_run(run: BillingRun, *, progress: Progress = no_progress, fence: Fence = no_fence) -> BillingRun:
    """Write the proposals of a run in preparation; starts again from nothing after an interruption."""
    _clear(run, fence)
    rules = Rules(run.company, run.document_date)
    payers = payers_in_order(run)
    tally = _Tally()
    for start in range(0, len(payers), PAYERS_PER_CHUNK):
        chunk = payers[start : start + PAYERS_PER_CHUNK]
        _write_chunk(run, list(by_payer(proposals_of(run, chunk))), rules, tally, fence)
        progress(min(start + PAYERS_PER_CHUNK, len(payers)), len(payers))
    return _close(run, tally, fence)


@transaction.atomic
def _clear(run: BillingRun, fence: Fence) -> None:
    fence()
    state = BillingRun.objects.select_for_update().get(pk=run.pk).state
    if state != BillingRun.State.PREPARING:
        raise PreviewDiscarded(_("This preview is no longer being prepared. Start a new one."))
    RunEntry.objects.filter(run=run).delete()
    RunSkip.objects.filter(run=run).delete()


def payers_in_order(run: BillingRun) -> list[int]:
    """Payers by name, the order in which documents get their numbers (R33)."""
    wanted: set[int] = set()
    for source in sources():
        wanted.update(source.payers(run.company_id, run.filters))
    ordered = Party.objects.filter(company_id=run.company_id).order_by("name", "pk")
    return [pk for pk in ordered.values_list("pk", flat=True) if pk in wanted]


def proposals_of(run: BillingRun, payers: Sequence[int]) -> Iterator[Proposal | LeftOut]:
    """All sources' proposals for these payers, in the payers' order."""
    place = {pk: position for position, pk in enumerate(payers)}

    def order(item: Proposal | LeftOut) -> int:
        return place[item.party_id]

    streams: list[Iterable[Proposal | LeftOut]] = [
        sorted(source.propose(run.company_id, payers, as_of=run.as_of, filters=run.filters), key=order)
        for source in sources()
    ]
    return iter(merge(*streams, key=order))


@transaction.atomic
def _write_chunk(
    run: BillingRun,
    found: Sequence[tuple[int, list[Proposal], list[LeftOut]]],
    rules: Rules,
    tally: _Tally,
    fence: Fence,
) -> None:
    fence()
    entries: list[RunEntry] = []
    skips: list[RunSkip] = []
    for _party, proposals, left in found:
        for each in group(proposals, split_by_period=rules.settings.split_by_period):
            entries.append(_entry(run, each, rules, tally))
        skips.extend(_skip(run, item) for item in left)
    insert(entries)
    insert(skips)
    tally.skipped += len(skips)


def _entry(run: BillingRun, each: Group, rules: Rules, tally: _Tally) -> RunEntry:
    sums = amounts(each.key, each.lines, rules, discount=Decimal(each.key.discount)).sums
    held = is_held(sums.net, rules.settings.minimum_document, as_of=run.as_of)
    tally.position += 1
    update_digest(tally.digest, each)
    tally.saw(each)
    if not held:
        tally.proposed += 1
        tally.net += sums.net
        tally.gross += sums.gross
    return row(
        RunEntry,
        run_id=run.pk,
        position=tally.position,
        party_id=each.party_id,
        account_id=each.key.account_id,
        group_id=each.key.group_id or None,
        kind=each.key.kind,
        key=each.key.digest(),
        net=sums.net,
        gross=sums.gross,
        charges=[list(each.key), [line.to_json() for line in each.lines]],
        state=RunEntry.State.HELD if held else RunEntry.State.PROPOSED,
        previous_net=previous_net(each.lines),
        anomaly=anomaly(each.lines, percent=rules.settings.anomaly_percent),
    )


def draft_of(each: Group, company: Company) -> Document:
    """The unsaved document of a group."""
    key = each.key
    return row(
        Document,
        company_id=company.pk,
        branch_id=key.branch_id or None,
        kind=key.kind,
        party_id=each.party_id,
        account_id=key.account_id,
        group_id=key.group_id or None,
        language=key.language,
        currency=key.currency,
        terms_id=key.terms_id or None,
        method_id=key.method_id or None,
        tax_regime=key.tax_regime,
        withholding_code=key.withholding_code,
        stamp_duty_exemption=key.stamp_duty_exemption,
        discount=Decimal(key.discount),
        purchase_order=key.purchase_order,
        cig=key.cig,
        cup=key.cup,
    )


def lines_of(each: Group) -> list[DocumentLine]:
    """The unsaved lines of a group; the net is computed again from quantity and price (R30)."""
    return [
        row(
            DocumentLine,
            item_id=line.item_id,
            site_id=line.site_id or None,
            text=line.text,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            discount=line.discount,
            vat_code_id=line.vat_code_id,
            withholding=line.withholding,
            revenue_account=line.revenue_account,
            starts_on=line.starts_on,
            ends_on=line.ends_on,
            derivation=line.derivation,
            source=f"{line.source}:{line.ref}",
        )
        for line in each.lines
    ]


def _skip(run: BillingRun, item: LeftOut) -> RunSkip:
    return row(
        RunSkip,
        run_id=run.pk,
        party_id=item.party_id,
        source=item.source,
        source_pk=item.source_pk,
        label=item.label[:200],
        code=item.code,
        facts=item.facts,
    )


@transaction.atomic
def _close(run: BillingRun, tally: _Tally, fence: Fence) -> BillingRun:
    fence()
    run = BillingRun.objects.select_for_update().get(pk=run.pk)
    if run.state != BillingRun.State.PREPARING:
        raise PreviewDiscarded(_("This preview is no longer being prepared. Start a new one."))
    run.state = BillingRun.State.PREVIEW
    run.proposed, run.skipped = tally.proposed, tally.skipped
    run.net_total, run.gross_total = tally.net, tally.gross
    run.digest, run.oldest_on = tally.digest.hexdigest(), tally.oldest_on
    if not tally.position:
        run.finished_at = timezone.now()
    run.save()
    return run
