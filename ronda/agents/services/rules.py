"""Who earns on what: agents and their rules."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from ronda.agents.models import Agent, CommissionRule
from ronda.catalogue.models import Item
from ronda.company import audit
from ronda.contracts.models import Contract, ContractLine
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party

DAY = timedelta(days=1)
NAMED = ("contract_id", "line_id", "party_id", "item_id")


class OverlappingRule(Refusal):
    code = "agents.overlapping_rule"


class RuleOfAnother(Refusal):
    code = "agents.rule_of_another"


class RuleWithoutShare(Refusal):
    code = "agents.rule_without_share"


def save_agent(form: Any, *, by: str, company: Any) -> Agent:
    """Save an agent with the rules beside him; the caller (`save_record`) holds the transaction."""
    agent: Agent = form.save()
    rows = form.inlines.get("rules")
    if rows is None:  # a program that leaves the rules out changes none
        audit.record(by, "agents.agent.saved", agent, rules=agent.rules.count())
        return agent
    rows.instance = agent
    kept = [
        row.instance
        for row in rows.forms
        if row not in rows.deleted_forms and (row.instance.pk is not None or row.has_changed())
    ]
    for rule in kept:
        rule.agent, rule.company = agent, agent.company
    _check_all(kept, fields={id(row.instance): row.add_prefix("starts_on") for row in rows.forms})
    rows.save()
    audit.record(by, "agents.agent.saved", agent, rules=len(kept))
    return agent


def save_rule(form: Any, *, by: str, company: Any) -> CommissionRule:
    """Save one rule; the caller (`save_record`) holds the transaction."""
    rule: CommissionRule = form.instance
    Agent.objects.select_for_update().get(pk=rule.agent_id)
    others = CommissionRule.objects.filter(agent=rule.agent_id).exclude(pk=rule.pk)
    _check(rule)
    _refuse_overlaps(rule, others)
    form.save()
    audit.record(by, "agents.rule.saved", rule.agent, rule=str(rule), **_told(rule))
    return rule


@transaction.atomic
def assign(
    contracts: Sequence[Contract],
    *,
    agent: Agent,
    starts_on: date,
    by: str,
    percent: Decimal | None = None,
    following: Decimal | None = None,
    ends_on: date | None = None,
) -> list[CommissionRule]:
    """Give an agent a share of these contracts from a day on, in a constant number of statements.

    A rule he has on one of them ends the day before. Refuses with OverlappingRule when one begins that day
    or later, and with RuleWithoutShare when neither the call nor the agent says how much.
    """
    agent = Agent.objects.select_for_update().get(pk=agent.pk)
    ids = [contract.pk for contract in contracts]
    had = CommissionRule.objects.filter(agent=agent, contract__in=ids, line=None, item=None)
    had = had.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on)).select_related("contract")
    share = {"starts_on": starts_on, "ends_on": ends_on, "percent": percent, "following": following}
    rules = [
        CommissionRule(company_id=agent.company_id, agent=agent, contract=contract, **share)
        for contract in contracts
    ]
    for rule in rules:
        _check(rule)
    for old in had:
        if old.starts_on >= starts_on:
            raise _overlap(old)

    had.update(ends_on=starts_on - DAY)
    CommissionRule.objects.bulk_create(rules)
    audit.record_many(
        by,
        "agents.rule.assigned",
        [(rule.contract, {"agent": str(agent)}) for rule in rules if rule.contract],
    )
    return rules


@transaction.atomic
def end_rules(rules: Iterable[CommissionRule], *, ends_on: date, by: str) -> int:
    """Give rules a last day: what was earned stays; how many."""
    found = CommissionRule.objects.select_for_update(of=("self",)).filter(pk__in=[rule.pk for rule in rules])
    rows = list(found.select_related("agent", "contract", "line__item", "party", "item").order_by("pk"))
    for rule in rows:
        if rule.starts_on > ends_on:
            raise OverlappingRule(
                _("“%(rule)s” begins later. Choose a later last day, or delete the rule.") % {"rule": rule},
                field="ends_on",
            )
    found.update(ends_on=ends_on)
    told = {"ends_on": ends_on.isoformat()}
    audit.record_many(by, "agents.rule.ended", [(rule.agent, {"rule": str(rule), **told}) for rule in rows])
    return len(rows)


def _check(rule: CommissionRule) -> None:
    """The rule names things of its own company that belong together, and says how much."""
    line: ContractLine | None = rule.line
    if line is not None and rule.contract_id is None:
        rule.contract = line.contract
    if line is not None and line.contract_id != rule.contract_id:
        raise RuleOfAnother(_("The fee belongs to another contract."), field="line")
    things: tuple[Contract | Party | Item | None, ...] = (rule.contract, rule.party, rule.item)
    for name, thing in zip(("contract", "party", "item"), things, strict=True):
        if thing is not None and thing.company_id != rule.company_id:
            raise RuleOfAnother(_("This belongs to another company."), field=name)
    if rule.fixed is None and rule.percent is None and rule.agent.percent is None:
        raise RuleWithoutShare(
            _("Neither the rule nor the agent says how much. Enter a percentage or an amount."),
            field="percent",
        )


def _check_all(rules: Sequence[CommissionRule], *, fields: dict[int, str]) -> None:
    """Rules of one agent, as they will be: each sound, no two for the same thing on the same day."""
    for at, rule in enumerate(rules):
        _check(rule)
        _refuse_overlaps(rule, rules[:at], field=fields.get(id(rule), "starts_on"))


def _refuse_overlaps(
    rule: CommissionRule, others: Iterable[CommissionRule], *, field: str = "starts_on"
) -> None:
    for other in others:
        same = all(getattr(rule, name) == getattr(other, name) for name in NAMED)
        if same and _overlap_in_time(rule, other):
            raise _overlap(other, field)


def _overlap_in_time(one: CommissionRule, other: CommissionRule) -> bool:
    return (one.ends_on is None or other.starts_on <= one.ends_on) and (
        other.ends_on is None or one.starts_on <= other.ends_on
    )


def _overlap(rule: CommissionRule, field: str = "starts_on") -> OverlappingRule:
    return OverlappingRule(
        _("The agent already has a rule for %(subject)s from %(day)s. End that one first.")
        % {"subject": rule.subject, "day": rule.starts_on.strftime("%d/%m/%Y")},
        field=field,
    )


def _told(rule: CommissionRule) -> dict[str, str]:
    facts = {"starts_on": rule.starts_on, "percent": rule.percent, "fixed": rule.fixed}
    return {name: str(value) for name, value in facts.items() if value is not None}
