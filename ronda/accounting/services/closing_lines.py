"""The lines of a closing: what is deferred of documents, what is accrued without one.

Everything is read and written in chunks, with a constant number of queries each. Every chunk is a
transaction that begins by proving that the job still owns the closing.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, F, Max, Q, QuerySet, Sum

from ronda.accounting.domain.accruals import Accrued, account_role, accrual_sources
from ronda.accounting.domain.deferrals import Credit, Method, Pieces, Split, release, split
from ronda.accounting.models import Closing, DeferralLine
from ronda.billing.domain.derivation import Step, plain, to_json
from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.company import audit
from ronda.company.bulk import insert, row
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.kernel.money import ZERO, to_cents
from ronda.kernel.periods import Period

CHUNK = 2000
Kind = DeferralLine.Kind

_FIELDS = (
    "pk",
    "document__kind",
    "document__party_id",
    "text",
    "net",
    "revenue_account",
    "starts_on",
    "ends_on",
)


class Superseded(Exception):
    """The closing was asked for again or thrown away: another job computes it, or none."""


class _Line(NamedTuple):
    """A line of a document as plain values; the order is that of _FIELDS."""

    pk: int
    kind: str
    party_id: int
    text: str
    net: Decimal
    account: str
    starts_on: date
    ends_on: date


@dataclass(slots=True)
class _Work:
    """A computation under way.

    `months`: when what is deferred becomes revenue. `alike`: what is deferred of ordinary lines, by
    period: lines of one period become revenue together, and are spread over the months once.
    """

    closing: Closing
    fence: Fence
    progress: Progress
    total: int = 0
    done: int = 0
    months: dict[int, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    alike: dict[Period, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    suspended: dict[int, tuple[Period, ...]] = field(default_factory=dict)

    @property
    def on(self) -> date:
        return self.closing.on

    @property
    def method(self) -> Method:
        return "months" if self.closing.method == Closing.Method.MONTHS else "days"

    def later(self, period: Period, found: Split, suspended: Pieces) -> None:
        """Remember when the deferred part of a line becomes revenue."""
        if suspended or found.credited:
            self._spread(found.deferred, period, suspended, found.credited)
        else:
            self.alike[period] += found.deferred

    def release(self) -> list[list[Any]]:
        """The months with their amounts, in order, as they are kept."""
        for period, deferred in self.alike.items():
            self._spread(deferred, period, (), ZERO)
        self.alike.clear()
        return [[month, str(amount)] for month, amount in sorted(self.months.items()) if amount]

    def _spread(self, deferred: Decimal, period: Period, suspended: Pieces, credited: Decimal) -> None:
        for month, amount in release(
            deferred, period, self.on, method=self.method, suspended=suspended, credited=credited
        ):
            self.months[month] += amount

    def write(self, rows: Sequence[DeferralLine], passed: int) -> None:
        """One chunk; nothing when the closing is another job's by now."""
        with transaction.atomic():
            self.fence()
            locked(self.closing)
            insert(rows)
        self.done += passed
        self.progress(self.done, max(self.total, self.done))


def locked(closing: Closing) -> Closing:
    """The closing's row for this transaction, if it still waits for this very computation."""
    waiting = Closing.objects.select_for_update().filter(
        pk=closing.pk, rounds=closing.rounds, state=Closing.State.PREPARING
    )
    found = waiting.first()
    if found is None:
        raise Superseded
    return found


def fill_closing(closing: Closing, *, fence: Fence = no_fence, progress: Progress = no_progress) -> Closing:
    """Compute the preview; after an interruption it is made anew.

    Constant queries per 2,000 lines. Nothing happens to a closing that is posted, thrown away or
    asked for again meanwhile.
    """
    work = _Work(closing, fence, progress)
    try:
        _begin(work)
        deferred, late = _ids(_deferrable(closing)), _ids(_late(closing))
        work.total = len(deferred) + len(late)
        for source in accrual_sources():
            work.suspended.update(source.suspended(closing.company_id))
        credits = _credits(closing, Q(corrects__ends_on__gt=closing.on), document__date__lte=closing.on)
        for ids in _chunks(deferred):
            work.write(_deferrals(work, ids, credits), len(ids))
        credits = _credits(closing, Q(corrects__document__date__gt=closing.on))
        for ids in _chunks(late):
            work.write(_late_documents(work, ids, credits), len(ids))
        for code, accrued in _from_sources(closing):
            work.write([line for each in accrued if (line := _accrual(work, code, each))], len(accrued))
        return _end(work)
    except Superseded:
        return closing


def fingerprint(closing: Closing) -> str:
    """Changes when documents or agreements that matter at the closing day have changed."""
    facts: list[Any] = [closing.on, closing.method]
    for lines in (_deferrable(closing, credits=True), _late(closing, credits=True)):
        found = lines.aggregate(lines=Count("pk"), last=Max("pk"), net=Sum("net"))
        facts += [found["lines"], found["last"], to_cents(found["net"] or ZERO)]
    facts += [source.fingerprint(closing.company_id, on=closing.on) for source in accrual_sources()]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


@transaction.atomic
def _begin(work: _Work) -> None:
    work.fence()
    closing = locked(work.closing)
    closing.lines.all().delete()
    earlier = Closing.objects.filter(
        company_id=closing.company_id,
        on__lt=closing.on,
        state__in=(Closing.State.POSTED, Closing.State.REVERSED),
    )
    closing.previous = earlier.order_by("-on").first()
    closing.fingerprint = fingerprint(closing)
    closing.save(update_fields=["previous", "fingerprint"])
    work.closing = closing


@transaction.atomic
def _end(work: _Work) -> Closing:
    work.fence()
    closing = locked(work.closing)
    groups = closing.lines.order_by("kind", "account", "counterpart")
    found = [
        (kind, account, counterpart, count, to_cents(total))
        for kind, account, counterpart, count, total in groups.values_list(
            "kind", "account", "counterpart"
        ).annotate(Count("pk"), Sum("balance"))
    ]
    kept = closing.lines.filter(kind=Kind.DEFERRAL).exclude(previous_balance=0)
    closing.lines_count = sum(count for *_names, count, _total in found)
    closing.deferred_total = sum((row[4] for row in found if row[0] == Kind.DEFERRAL), ZERO)
    closing.accrued_total = sum((row[4] for row in found if row[0] == Kind.ACCRUAL), ZERO)
    closing.carried_total = to_cents(kept.aggregate(sum=Sum("balance"))["sum"] or ZERO)
    closing.totals = [[*names, str(total)] for *names, total in found]
    closing.release = work.release()
    closing.state = Closing.State.PREVIEW
    closing.save()
    audit.record(
        closing.created_by,
        "accounting.closing.prepared",
        closing,
        deferred_total=str(closing.deferred_total),
        accrued_total=str(closing.accrued_total),
    )
    return closing


def _spread_lines(closing: Closing, *, credits: bool) -> QuerySet[DocumentLine]:
    """Sales for a period on issued documents. Advances are no revenue yet; gifts earn nothing.

    A credit note's line that corrects another is part of that other one, unless `credits`.
    """
    rows = DocumentLine.objects.filter(
        document__company_id=closing.company_id,
        document__status=Document.Status.ISSUED,
        kind=DocumentLine.Kind.SALE,
        ends_on__gte=F("starts_on"),
    ).exclude(document__kind=DocumentKind.ADVANCE)
    rows = rows.exclude(gift__in=(DocumentLine.Gift.TOTAL, DocumentLine.Gift.NET)).exclude(net=0)
    if credits:
        return rows.order_by()
    return rows.filter(Q(corrects=None) | ~Q(document__kind=DocumentKind.CREDIT_NOTE)).order_by()


def _deferrable(closing: Closing, *, credits: bool = False) -> QuerySet[DocumentLine]:
    """Lines of documents up to the closing day whose period goes beyond it."""
    rows = _spread_lines(closing, credits=credits)
    return rows.filter(document__date__lte=closing.on, ends_on__gt=closing.on)


def _late(closing: Closing, *, credits: bool = False) -> QuerySet[DocumentLine]:
    """Lines of later documents whose period had begun by the closing day."""
    rows = _spread_lines(closing, credits=credits)
    return rows.filter(document__date__gt=closing.on, starts_on__lte=closing.on)


def _ids(lines: QuerySet[DocumentLine]) -> list[int]:
    return list(lines.order_by("document_id", "pk").values_list("pk", flat=True))


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _read(ids: Sequence[int]) -> list[_Line]:
    rows = DocumentLine.objects.filter(pk__in=ids).order_by("document_id", "pk")
    return [_Line(*values) for values in rows.values_list(*_FIELDS)]


def _credits(closing: Closing, corrected: Q, **limits: Any) -> Mapping[int, list[Credit]]:
    """What credit notes give back, by the line they correct; credit notes are few, and read at once."""
    found: dict[int, list[Credit]] = defaultdict(list)
    rows = DocumentLine.objects.filter(
        corrected,
        document__company_id=closing.company_id,
        document__kind=DocumentKind.CREDIT_NOTE,
        document__status=Document.Status.ISSUED,
        **limits,
    )
    facts = rows.order_by("pk").values_list("corrects_id", "net", "starts_on", "ends_on")
    for line, net, starts_on, ends_on in facts:
        period = Period.closed(starts_on, ends_on) if starts_on and ends_on else None
        found[line or 0].append(Credit(net, period))
    return found


def _splits(
    work: _Work, ids: Sequence[int], credits: Mapping[int, list[Credit]]
) -> Iterator[tuple[_Line, Split, tuple[Period, ...]]]:
    for line in _read(ids):
        away = work.suspended.get(line.pk, ())
        found = split(
            -line.net if line.kind == DocumentKind.CREDIT_NOTE else line.net,
            Period.closed(line.starts_on, line.ends_on),
            work.on,
            method=work.method,
            suspended=away,
            credits=credits.get(line.pk, ()),
        )
        yield line, found, away


def _deferrals(work: _Work, ids: Sequence[int], credits: Mapping[int, list[Credit]]) -> list[DeferralLine]:
    previous = _previous(work.closing, ids)
    rows = []
    for line, found, away in _splits(work, ids, credits):
        if not found.deferred:
            continue
        work.later(Period.closed(line.starts_on, line.ends_on), found, away)
        rows.append(
            _row(
                work,
                line,
                found,
                kind=Kind.DEFERRAL,
                counterpart="deferred_income",
                deferred=found.deferred,
                balance=found.deferred,
                previous_balance=previous.get(line.pk, ZERO),
                derivation=to_json(found.steps),
            )
        )
    return rows


def _late_documents(
    work: _Work, ids: Sequence[int], credits: Mapping[int, list[Credit]]
) -> list[DeferralLine]:
    """The next year's documents: what of them belongs to the time before (R27)."""
    return [
        _row(
            work,
            line,
            found,
            kind=Kind.ACCRUAL,
            counterpart=account_role(Period.closed(line.starts_on, line.ends_on), found.earned, work.on),
            deferred=ZERO,
            balance=found.earned,
            derivation=_accrued_steps(found, work.on),
        )
        for line, found, _away in _splits(work, ids, credits)
        if found.earned
    ]


def _row(work: _Work, line: _Line, found: Split, **facts: Any) -> DeferralLine:
    return row(
        DeferralLine,
        closing_id=work.closing.pk,
        document_line_id=line.pk,
        label=line.text[:200],
        party_id=line.party_id,
        account=line.account or "sales",
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        net=found.earned + found.deferred + found.credited,
        credited=found.credited,
        earned=found.earned,
        days=found.days,
        elapsed=found.elapsed,
        **facts,
    )


def _accrual(work: _Work, code: str, charge: Accrued) -> DeferralLine | None:
    """What no document carries yet."""
    found = split(
        charge.net,
        charge.period,
        work.on,
        method=work.method,
        suspended=charge.suspended,
        before=charge.steps,
    )
    if not found.earned:
        return None
    return row(
        DeferralLine,
        closing_id=work.closing.pk,
        kind=Kind.ACCRUAL,
        source=code,
        source_pk=charge.ref,
        label=charge.label[:200],
        party_id=charge.party_id,
        account=charge.revenue_account or "sales",
        counterpart=account_role(charge.period, found.earned, work.on),
        starts_on=charge.period.start,
        ends_on=charge.period.last_day,
        net=charge.net,
        earned=found.earned,
        deferred=ZERO,
        balance=found.earned,
        days=found.days,
        elapsed=found.elapsed,
        derivation=_accrued_steps(found, work.on),
    )


def _accrued_steps(found: Split, on: date) -> list[list[Any]]:
    """The last two steps are one here: what is earned later will be on a document of then."""
    return to_json([*found.steps[:-2], Step("accrued", {"on": on.isoformat()}, plain(found.earned))])


def _previous(closing: Closing, ids: Sequence[int]) -> Mapping[int, Decimal]:
    """What was deferred of these lines at the closing before."""
    if closing.previous_id is None:
        return {}
    rows = DeferralLine.objects.filter(
        closing_id=closing.previous_id, kind=Kind.DEFERRAL, document_line__in=ids
    )
    return {pk: balance for pk, balance in rows.values_list("document_line_id", "balance") if pk is not None}


def _from_sources(closing: Closing) -> Iterable[tuple[str, list[Accrued]]]:
    for source in accrual_sources():
        charges = iter(source.accrued(closing.company_id, on=closing.on))
        while chunk := list(islice(charges, CHUNK)):
            yield source.code, chunk
