"""Letters that end contracts: when they count, and what they do (R20)."""

from collections.abc import Container
from datetime import date

from django.db import transaction

from ronda.company import audit
from ronda.company.calendar import holidays_of
from ronda.contracts import services as contracts
from ronda.contracts.models import Contract
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.renewals.domain.notice import (
    NoticeRule,
    ends_after_notice,
    last_useful_day,
    open_end,
)
from ronda.renewals.models import Notice, Renewal, RenewalTerms

NO_NOTICE = NoticeRule()


class AlreadyRenewed(Refusal):
    code = "renewals.already_renewed"


class NoticeDone(Refusal):
    code = "renewals.notice_done"


class NotYet(Refusal):
    code = "renewals.notice_in_the_future"


def rule_of(terms: RenewalTerms | None) -> NoticeRule:
    """The notice agreed; none without terms."""
    if terms is None:
        return NO_NOTICE
    return NoticeRule(terms.notice_number, terms.notice_unit, terms.working_day)  # type: ignore[arg-type]


@transaction.atomic
def record_notice(
    contract: Contract,
    *,
    kind: str,
    channel: str,
    by: str,
    on: date,
    sent_on: date | None = None,
    received_on: date | None = None,
    note: str = "",
) -> Notice:
    """Write a notice down and do what it says. The day of receipt counts, not that of sending (R20).

    In time, the contract ends with its term; later, it renews once more and ends with the next one.
    Without a day of receipt it waits for `receive_notice`. A request of other terms ends nothing: a tacit
    renewal then waits for consent. AlreadyRenewed: it belongs to the contract that followed. NotYet:
    `received_on` is after `on`.
    """
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    if Renewal.objects.filter(contract=contract).exists():
        raise AlreadyRenewed(
            _("%(contract)s was renewed already: record the notice on the contract that followed it.")
            % {"contract": contract}
        )
    notice = Notice(
        contract=contract,
        kind=kind,
        channel=channel,
        sent_on=sent_on,
        received_on=received_on,
        note=note,
        by=by,
    )
    notice.last_useful_on = last_day_for(contract)
    if received_on is not None:
        _settle(notice, on=on, by=by)
    notice.save()
    facts = {"kind": kind, "received_on": str(received_on or ""), "state": notice.state}
    audit.record(by, "renewals.notice.recorded", contract, **facts)
    return notice


@transaction.atomic
def receive_notice(notice: Notice, *, received_on: date, by: str, on: date) -> Notice:
    """The day a notice sent before was received: from now on it counts. NoticeDone when it did already."""
    notice = Notice.objects.select_for_update(of=("self",)).select_related("contract").get(pk=notice.pk)
    if notice.state != Notice.State.SENT:
        raise NoticeDone(_("This notice has been received or withdrawn already."))
    if notice.sent_on is not None and received_on < notice.sent_on:
        raise NotYet(_("It cannot be received before it is sent."), field="received_on")
    notice.received_on = received_on
    _settle(notice, on=on, by=by)
    notice.save()
    audit.record(by, "renewals.notice.received", notice.contract, received_on=received_on.isoformat())
    return notice


@transaction.atomic
def withdraw_notice(notice: Notice, *, by: str) -> Notice:
    """Take back a notice that ended nothing yet: one on its way, too late, or a request of other terms."""
    notice = Notice.objects.select_for_update(of=("self",)).select_related("contract").get(pk=notice.pk)
    ended = notice.state == Notice.State.IN_TIME and notice.kind != Notice.Kind.RENEGOTIATION
    if ended or notice.state == Notice.State.WITHDRAWN:
        raise NoticeDone(_("The contract was ended by this notice. Take the contract up again instead."))
    notice.state = Notice.State.WITHDRAWN
    notice.save(update_fields=["state"])
    audit.record(by, "renewals.notice.withdrawn", notice.contract)
    return notice


def last_day_for(contract: Contract, terms: RenewalTerms | None = None) -> date | None:
    """The last day on which notice for the present term is in time; None without an end or a term."""
    terms = terms or RenewalTerms.objects.filter(contract=contract).first()
    if terms is None or contract.ends_on is None:
        return None
    rule = rule_of(terms)
    return last_useful_day(contract.ends_on, rule, _holidays(contract, rule))


def _holidays(contract: Contract, rule: NoticeRule) -> Container[date]:
    """The holidays at the seat of the firm, which receives the notice; not read where they do not count."""
    return holidays_of(contract.company) if rule.working_day else frozenset()


def _settle(notice: Notice, *, on: date, by: str) -> None:
    """When the contract ends by a notice that was received, and what that does to it."""
    contract, received_on = notice.contract, notice.received_on
    assert received_on is not None
    if received_on > on:
        raise NotYet(_("It cannot be received in the future."), field="received_on")
    terms = RenewalTerms.objects.filter(contract=contract).first()
    end = _end(contract, terms, received_on)
    in_time = contract.ends_on is None or end == contract.ends_on
    ends = notice.kind != Notice.Kind.RENEGOTIATION
    notice.state = Notice.State.IN_TIME if in_time else Notice.State.LATE
    notice.effective_on = end if ends else None
    if not in_time:
        return
    if terms is not None:
        terms.mode = RenewalTerms.Mode.NONE if ends else RenewalTerms.Mode.CONSENT
        terms.save(update_fields=["mode"])
    if not ends:
        return
    reason = str(notice.get_kind_display())
    if contract.ends_on is None:
        contracts.terminate(contract, ends_on=end, by=by, on=on, reason=reason)
    else:
        # At the end of a term nothing was billed beyond it: there is nothing to settle.
        contracts.terminate(contract, ends_on=end, by=by, on=on, settles_by="nothing", reason=reason)


def _end(contract: Contract, terms: RenewalTerms | None, received_on: date) -> date:
    rule = rule_of(terms)
    if contract.ends_on is None:
        return open_end(received_on, rule)
    if terms is None or terms.mode != RenewalTerms.Mode.TACIT:
        return contract.ends_on
    return ends_after_notice(
        contract.ends_on,
        received_on,
        rule,
        months=terms.term_months,
        anchor=terms.anchor_on or contract.starts_on,
        holidays=_holidays(contract, rule),
    )
