"""Statements: prepared as drafts, confirmed once with a number, paid.

A draft holds the entries it shows, so what is confirmed is what was seen. What matures meanwhile, also of
days before, comes with the next one: an entry is in one statement at most, and nothing is lost.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from ronda.agents.models import Agent, CommissionEntry, Statement
from ronda.agents.queries import SERIES, sum_of
from ronda.company import audit
from ronda.company.models import Company
from ronda.company.numbering import take_numbers
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO

NUMBERED_KIND = "agents.statement"
State = Statement.State


class NothingToState(Refusal):
    code = "agents.nothing_to_state"


class StatementFrozen(Refusal):
    code = "agents.statement_frozen"


class StatementNotConfirmed(Refusal):
    code = "agents.statement_not_confirmed"


class PeriodNotOver(NeedsConfirmation):
    code = "agents.period_not_over"


@transaction.atomic
def prepare(agents: Iterable[Agent], *, starts_on: date, ends_on: date, by: str) -> list[Statement]:
    """A draft for each agent with something earned up to `ends_on` that no other statement shows.

    An agent's draft is used again: twice is once. What was earned before `starts_on` and is in no statement
    yet is in it, too. A constant number of statements. NothingToState when no agent has anything.
    The law wants one at least every quarter (art. 1749 c.c.; R134-3 C. com.; directive 86/653/EEC art. 12).
    """
    wanted = [agent.pk for agent in agents]
    rows = Agent.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    locked = list(rows)
    drafts = {one.agent_id: one for one in Statement.objects.filter(agent__in=wanted, state=State.DRAFT)}
    waiting = CommissionEntry.objects.filter(agent__in=wanted, statement=None, matured_on__lte=ends_on)
    earning = set(waiting.values_list("agent_id", flat=True)) | set(drafts)
    new = [
        Statement(
            company_id=agent.company_id, agent=agent, starts_on=starts_on, ends_on=ends_on, created_by=by
        )
        for agent in locked
        if agent.pk in earning and agent.pk not in drafts
    ]
    if not new and not drafts:
        raise NothingToState(_("Nothing was earned in this time that is not in a statement already."))

    for draft in drafts.values():
        draft.starts_on, draft.ends_on = starts_on, ends_on
    Statement.objects.bulk_update(drafts.values(), ["starts_on", "ends_on"])
    found = [*drafts.values(), *Statement.objects.bulk_create(new)]
    fill(found)
    audit.record_many(by, "agents.statement.prepared", [(one, {"total": str(one.total)}) for one in found])
    return found


def refresh(statement: Statement, *, by: str) -> Statement:
    """The draft again, with what matured or was computed since."""
    if not statement.is_draft:
        raise _frozen(statement)
    return prepare([statement.agent], starts_on=statement.starts_on, ends_on=statement.ends_on, by=by)[0]


def fill(drafts: Sequence[Statement]) -> None:
    """Put what is earned and free into these drafts and add it up; the caller holds the transaction."""
    if not drafts:
        return
    own = {draft.pk: draft for draft in drafts}
    CommissionEntry.objects.filter(statement__in=own).update(statement=None)
    draft = Statement.objects.filter(
        pk__in=own, agent=OuterRef("agent"), ends_on__gte=OuterRef("matured_on")
    ).values("pk")[:1]
    free = CommissionEntry.objects.filter(agent__in={one.agent_id for one in drafts}, statement=None)
    free.update(statement=Subquery(draft))
    totals = dict.fromkeys(own, ZERO)
    for pk, amount in CommissionEntry.objects.filter(statement__in=own).values_list("statement_id", "amount"):
        totals[pk] += amount
    for pk, total in totals.items():
        own[pk].total = total
    Statement.objects.bulk_update(own.values(), ["total"])


@transaction.atomic
def confirm(statement: Statement, *, on: date, by: str, confirmed: frozenset[str] = frozenset()) -> Statement:
    """Give the draft its number: its entries and what is printed do not change any more.

    A confirmed statement is left as it is: twice is once. Asks before the period is over. Refuses an empty
    one (NothingToState) and a day before that of the last number (DateBeforeLastNumber).
    """
    statement = _locked(statement)
    if not statement.is_draft:
        return statement
    entries = CommissionEntry.objects.filter(statement=statement)
    if not entries.exists():
        raise NothingToState(_("The statement is empty: there is nothing to confirm."))
    if on <= statement.ends_on and PeriodNotOver.code not in confirmed:
        raise PeriodNotOver(
            _("The period ends on %(day)s. What is earned until then comes with the next statement. Confirm?")
            % {"day": statement.ends_on.strftime("%d/%m/%Y")}
        )

    statement.total = sum_of(entries)
    statement.heading = heading_of(statement)
    statement.state, statement.confirmed_on, statement.confirmed_by = State.CONFIRMED, on, by
    number = take_numbers(statement.company, SERIES, on=on, count=1, kind=NUMBERED_KIND)[0]
    statement.number, statement.year = number, on.year
    statement.label = f"{SERIES} {number}/{on.year}"
    statement.save()
    audit.record(
        by, "agents.statement.confirmed", statement, number=statement.label, total=str(statement.total)
    )
    return statement


@transaction.atomic
def pay(statement: Statement, *, on: date, by: str, reference: str = "") -> Statement:
    """Note that a confirmed statement was paid; noted twice is once. Nothing is posted to the books."""
    statement = _locked(statement)
    if statement.is_draft:
        raise StatementNotConfirmed(_("Confirm the statement before it is paid."))
    if statement.state == State.PAID:
        return statement
    statement.state, statement.paid_on, statement.reference = State.PAID, on, reference
    statement.save(update_fields=["state", "paid_on", "reference"])
    audit.record(by, "agents.statement.paid", statement, on=on.isoformat(), total=str(statement.total))
    return statement


@transaction.atomic
def discard(statement: Statement, *, by: str) -> None:
    """Throw a draft away; what it showed is free for another."""
    statement = _locked(statement)
    if not statement.is_draft:
        raise _frozen(statement)
    CommissionEntry.objects.filter(statement=statement).update(statement=None)
    audit.record(by, "agents.statement.discarded", statement, agent=str(statement.agent))
    statement.delete()


def heading_of(statement: Statement) -> dict[str, Any]:
    """What is printed of the firm and of the agent, as of now."""
    company: Company = statement.company
    agent: Agent = statement.agent
    place = " ".join(part for part in (company.postcode, company.city, company.province) if part)
    return {
        "firm": {
            "name": company.legal_name or company.name,
            "lines": [line for line in (company.street, place) if line],
            "tax_id": company.tax_id,
            "registration_id": company.registration_id,
        },
        "agent": {
            "name": agent.name,
            "lines": [line for line in (agent.street, agent.city_line) if line],
            "tax_id": agent.tax_id,
            "registration_id": agent.registration_id,
        },
        "currency": company.currency,
    }


def _locked(statement: Statement) -> Statement:
    rows = Statement.objects.select_for_update(of=("self",)).select_related("agent", "company")
    return rows.get(pk=statement.pk)


def _frozen(statement: Statement) -> StatementFrozen:
    return StatementFrozen(
        _("%(statement)s is confirmed. Correct it with an amount by hand in the next one.")
        % {"statement": statement}
    )
