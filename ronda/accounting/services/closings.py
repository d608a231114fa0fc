"""Accruals and deferrals from the preview to the books, and back (R27).

A closing posts its whole balance on the closing day and the opposite on the day after. So the books
never carry a difference between two closings: what is deferred on 31 December is a function of the
documents alone, whatever was posted before, and each closing explains itself line by line.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from ronda.accounting.domain.postings import Movement, Posting
from ronda.accounting.events import ClosingRequested
from ronda.accounting.models import Closing, ClosingEntry, DeferralLine, JournalEntry, JournalLine
from ronda.accounting.queries import open_day
from ronda.accounting.services.closing_lines import fingerprint
from ronda.accounting.services.posting import post_entries
from ronda.company import audit
from ronda.company.models import Company
from ronda.kernel.bus import publish
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO

DAY = timedelta(days=1)
State = Closing.State
Role = ClosingEntry.Role


class AlreadyPosted(Refusal):
    code = "accounting.closing_posted"


class NotPosted(Refusal):
    code = "accounting.closing_not_posted"


class NotReady(Refusal):
    code = "accounting.closing_not_ready"


class NothingToPost(Refusal):
    code = "accounting.nothing_to_post"


class ClosingsOverlap(Refusal):
    code = "accounting.closings_overlap"


class ReversalTooEarly(Refusal):
    code = "accounting.reversal_too_early"


class PeriodClosed(NeedsConfirmation):
    code = "accounting.period_closed"


@transaction.atomic
def request_closing(company: Company, *, on: date, method: str, by: str) -> Closing:
    """Have the preview of a day computed in the background; one closing a day.

    A preview of the day that is there already is made anew. Refused when the day is posted.
    """
    Company.objects.select_for_update().get(pk=company.pk)
    closing = Closing.objects.filter(company=company, on=on).exclude(state=State.WITHDRAWN).first()
    if closing is None:
        closing = Closing.objects.create(company=company, on=on, method=method, created_by=by)
    elif closing.is_posted:
        raise _already_posted(closing)
    else:
        closing.method, closing.created_by = method, by
        closing.rounds += 1
        closing.state = State.PREPARING
        closing.save(update_fields=["method", "created_by", "rounds", "state"])
    publish(ClosingRequested(closing.pk, company.pk, closing.rounds, by))
    return closing


@transaction.atomic
def post_closing(
    closing: Closing, *, by: str, reverse: bool = True, confirmed: frozenset[str] = frozenset()
) -> Closing:
    """Post a preview, one entry per revenue account; with `reverse` the opposite the day after as well.

    Once only. Where documents changed since the preview nothing is posted: the preview is made anew
    and comes back as `preparing`. In a closed period it asks, then posts on the first open day.
    """
    closing = _locked(closing)
    if closing.is_posted:
        raise _already_posted(closing)
    if closing.state != State.PREVIEW:
        raise NotReady(_("The preview is not ready yet."), closing=closing.pk)
    if closing.fingerprint != fingerprint(closing):
        return request_closing(closing.company, on=closing.on, method=closing.method, by=by)
    day = open_day(closing.company_id, closing.on)
    if day != closing.on and PeriodClosed.code not in confirmed:
        raise PeriodClosed(
            _("The books are closed on %(on)s. Post on %(day)s, the first open day?")
            % {"on": f"{closing.on:%d/%m/%Y}", "day": f"{day:%d/%m/%Y}"}
        )
    _refuse_overlap(closing, day, None)
    _write(closing, _postings(closing, day), Role.POSTING)
    closing.state, closing.posted_on, closing.posted_by = State.POSTED, day, by
    closing.save(update_fields=["state", "posted_on", "posted_by"])
    audit.record(
        by,
        "accounting.closing.posted",
        closing,
        deferred_total=str(closing.deferred_total),
        accrued_total=str(closing.accrued_total),
    )
    return reverse_closing(closing, by=by) if reverse else closing


@transaction.atomic
def reverse_closing(closing: Closing, *, by: str, on: date | None = None) -> Closing:
    """Post the opposite of a closing at the opening: the day after it, or a later day."""
    closing = _locked(closing)
    if closing.state != State.POSTED or closing.posted_on is None:
        raise NotPosted(_("Only a closing that is posted and not reversed yet can be reversed."))
    wanted = on or closing.on + DAY
    if wanted <= closing.on:
        raise ReversalTooEarly(_("The reversal comes after the closing day."), field="on")
    day = max(open_day(closing.company_id, wanted), closing.posted_on)
    _refuse_overlap(closing, closing.posted_on, day)
    _write(closing, _opposites(closing, (Role.POSTING,), "back", day), Role.REVERSAL)
    closing.state, closing.reversed_on = State.REVERSED, day
    closing.save(update_fields=["state", "reversed_on"])
    audit.record(by, "accounting.closing.reversed", closing, reversed_on=day.isoformat())
    return closing


@transaction.atomic
def withdraw_closing(closing: Closing, *, by: str) -> Closing:
    """Take a closing back: a preview is thrown away, what is posted is undone on the same days.

    Then the day can be closed anew, with documents that came late.
    """
    closing = _locked(closing)
    if closing.state == State.WITHDRAWN:
        raise NotPosted(_("This closing was taken back already."))
    if closing.is_posted:
        roles = (Role.POSTING, Role.REVERSAL)
        _write(closing, _opposites(closing, roles, "undone", None), Role.WITHDRAWAL)
    else:
        closing.lines.all().delete()
        closing.lines_count, closing.totals, closing.release = 0, [], []
        closing.deferred_total = closing.accrued_total = closing.carried_total = ZERO
    closing.state = State.WITHDRAWN
    closing.save()
    audit.record(by, "accounting.closing.withdrawn", closing)
    return closing


def _already_posted(closing: Closing) -> AlreadyPosted:
    return AlreadyPosted(
        _("%(on)s was posted by %(by)s already. Take it back to close that day anew.")
        % {"on": f"{closing.on:%d/%m/%Y}", "by": closing.posted_by},
        closing=closing.pk,
        field="on",
    )


def _refuse_overlap(closing: Closing, start: date, end: date | None) -> None:
    """Two balances must not stand in the books at once: the same amounts would be deferred twice."""
    others = Closing.objects.filter(company_id=closing.company_id, state__in=(State.POSTED, State.REVERSED))
    others = others.exclude(pk=closing.pk).filter(Q(reversed_on=None) | Q(reversed_on__gt=start))
    # What is not reversed yet may stay until the day after its own closing.
    last = end or start + DAY
    other = others.filter(posted_on__lt=last).order_by("on").first()
    if other is not None:
        raise ClosingsOverlap(
            _("The closing of %(on)s still stands in the books then. Reverse it first.")
            % {"on": f"{other.on:%d/%m/%Y}"},
            closing=other.pk,
        )


def _postings(closing: Closing, day: date) -> list[Posting]:
    """One balanced entry per kind and revenue account."""
    moves: dict[tuple[str, str], list[Movement]] = defaultdict(list)
    for kind, account, counterpart, _count, total in closing.totals:
        amount = Decimal(total) if kind == DeferralLine.Kind.DEFERRAL else -Decimal(total)
        moves[kind, account] += [(account, None, amount), (counterpart, None, -amount)]
    if not moves:
        raise NothingToPost(_("Nothing is to be accrued or deferred on this day."))
    with translation.override(closing.company.language):
        texts = _texts(closing)
        return [
            Posting(
                f"closing:{closing.pk}:{kind}:{account}",
                day,
                JournalEntry.Journal.OTHER,
                texts[kind],
                _merged(found),
            )
            for (kind, account), found in moves.items()
        ]


def _texts(closing: Closing) -> dict[str, str]:
    day = {"day": f"{closing.on:%d/%m/%Y}"}
    return {
        DeferralLine.Kind.DEFERRAL.value: str(_("Deferred income at %(day)s")) % day,
        DeferralLine.Kind.ACCRUAL.value: str(_("Accrued income at %(day)s")) % day,
    }


def _merged(moves: Iterable[Movement]) -> tuple[Movement, ...]:
    """One movement per account."""
    sums: dict[str, Decimal] = {}
    for account, _party, amount in moves:
        sums[account] = sums.get(account, ZERO) + amount
    return tuple((account, None, amount) for account, amount in sums.items() if amount)


def _opposites(closing: Closing, roles: Sequence[str], suffix: str, day: date | None) -> list[Posting]:
    """The opposite of the closing's entries, account by account; on their own days unless `day` is given."""
    entries = JournalEntry.objects.filter(pk__in=closing.entries.filter(role__in=roles).values("entry"))
    moves: dict[int, list[Movement]] = defaultdict(list)
    lines = JournalLine.objects.filter(entry__in=entries).order_by("pk")
    for entry, account, amount in lines.values_list("entry_id", "account__code", "amount"):
        moves[entry].append((account, None, -amount))
    with translation.override(closing.company.language):
        words = str(_("%(text)s – reversal") if suffix == "back" else _("%(text)s – taken back"))
    return [
        Posting(
            f"{entry.source}:{suffix}",
            day or entry.date,
            entry.journal,
            words % {"text": entry.text},
            tuple(moves[entry.pk]),
        )
        for entry in entries.order_by("pk")
    ]


def _write(closing: Closing, postings: Sequence[Posting], role: str) -> None:
    post_entries(closing.company_id, postings)
    sources = [posting.source for posting in postings]
    entries = JournalEntry.objects.filter(company_id=closing.company_id, source__in=sources)
    ClosingEntry.objects.bulk_create(
        [ClosingEntry(closing=closing, entry=entry, role=role) for entry in entries.order_by("pk")]
    )


def _locked(closing: Closing) -> Closing:
    return Closing.objects.select_for_update().select_related(None).get(pk=closing.pk)
