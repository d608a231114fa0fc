"""Amounts written into the ledger by hand."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from ronda.agents.models import Agent, CommissionEntry
from ronda.company import audit
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class EmptyAmount(Refusal):
    code = "agents.empty_amount"


@transaction.atomic
def add_entry(agent: Agent, *, on: date, amount: Decimal, text: str, by: str) -> CommissionEntry:
    """A bonus, or with a minus a deduction or the correction of a confirmed statement: one more entry."""
    if not amount:
        raise EmptyAmount(_("Enter an amount other than zero."), field="amount")
    entry = CommissionEntry.objects.create(
        company_id=agent.company_id,
        agent=agent,
        source="manual",
        amount=amount,
        matured_on=on,
        text=text,
        created_by=by,
    )
    audit.record(by, "agents.entry.added", agent, amount=str(amount), text=text)
    return entry
