"""Reads on agents that services and pages share."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Value

from ronda.agents.domain.splits import Rule
from ronda.agents.models import Agent, Base, Commission, CommissionEntry, CommissionRule, Statement
from ronda.billing.models import Document
from ronda.contracts.models import Contract
from ronda.kernel.money import ZERO
from ronda.parties.models import Party

# The series of statements: there is one.
SERIES = "PROV"
FROZEN = Q(statement__state__in=[Statement.State.CONFIRMED, Statement.State.PAID])
# What the names of rules and of entries are made of.
RULE_NAMES = ("agent", "contract", "line__item", "party", "item")
ENTRY_NAMES = (
    "agent",
    "commission__party",
    "commission__document",
    "commission__contract",
    "statement__agent",
)
_RULE_FIELDS = (
    "pk",
    "agent_id",
    "starts_on",
    "ends_on",
    "contract_id",
    "line_id",
    "party_id",
    "item_id",
    "percent",
    "following",
    "fixed",
    "base",
    "counted_from",
    "beyond_contracts",
    "agent__percent",
    "agent__following",
    "agent__base",
    "line__lineage",
    "line__item_id",
)


class RuleRow(NamedTuple):
    """A rule with what is usual for its agent."""

    pk: int
    agent_id: int
    starts_on: date
    ends_on: date | None
    contract_id: int | None
    line_id: int | None
    party_id: int | None
    item_id: int | None
    percent: Decimal | None
    following: Decimal | None
    fixed: Decimal | None
    base: str
    counted_from: date | None
    beyond_contracts: bool
    usual: Decimal | None
    usual_following: Decimal | None
    usual_base: str
    first_version: int | None
    line_item: int | None

    def rule(self) -> Rule:
        """The rule with nothing left to look up."""
        own = self.percent is not None
        return Rule(
            self.pk,
            self.agent_id,
            self.starts_on,
            self.ends_on,
            self.contract_id,
            self.first_version or self.line_id,
            self.party_id,
            self.item_id,
            percent=(self.percent if own else self.usual) or ZERO,
            following=self.following if own or self.following is not None else self.usual_following,
            fixed=self.fixed,
            collected=(self.base or self.usual_base) == Base.COLLECTED,
            counted_from=self.counted_from,
            beyond_contracts=self.beyond_contracts,
            line_item=self.line_item,
        )


def rules_about(
    company_id: int,
    *,
    contracts: Collection[int] = (),
    parties: Collection[int] = (),
    agents: Collection[int] | None = None,
) -> list[Rule]:
    """The rules of active agents that may speak of these contracts and customers."""
    rows = CommissionRule.objects.filter(company_id=company_id, agent__active=True)
    rows = rows.filter(
        Q(contract__in=contracts) | Q(party__in=parties) | Q(contract=None, party=None),
    )
    if agents is not None:
        rows = rows.filter(agent__in=agents)
    return [RuleRow(*row).rule() for row in rows.order_by("pk").values_list(*_RULE_FIELDS)]


def predecessors(contract_ids: Collection[int]) -> dict[int, list[int]]:
    """The contracts that each of these goes on from, renewed or taken over, from the latest back."""
    before: dict[int, int] = {}
    wanted = set(contract_ids)
    while wanted:
        rows = Contract.objects.filter(pk__in=wanted, follows__isnull=False).values_list("pk", "follows_id")
        found = dict(rows)
        wanted = set(found.values()) - before.keys() - set(contract_ids)
        before |= found
    chains: dict[int, list[int]] = {}
    for contract in contract_ids:
        one, chain = before.get(contract), []
        while one is not None and one not in chain:
            chain.append(one)
            one = before.get(one)
        if chain:
            chains[contract] = chain
    return chains


def first_days(chains: Mapping[int, Sequence[int]]) -> dict[int, date]:
    """When the first of the contracts that each renews began."""
    oldest = {contract: chain[-1] for contract, chain in chains.items()}
    days = dict(Contract.objects.filter(pk__in=set(oldest.values())).values_list("pk", "starts_on"))
    return {contract: days[first] for contract, first in oldest.items()}


def sum_of(entries: "QuerySet[CommissionEntry]") -> Decimal:
    """The exact sum of the entries' amounts: SQLite would add in binary."""
    return sum(entries.values_list("amount", flat=True), ZERO)


def numbered_statements(company_id: int) -> QuerySet[Statement]:
    """The statements that carry a number, for the gap report (O6)."""
    rows = Statement.objects.filter(company_id=company_id, number__isnull=False)
    return rows.annotate(series=Value(SERIES), date=F("confirmed_on"))


@dataclass(frozen=True, slots=True)
class Situation:
    """How an agent stands: each amount is in one place only."""

    to_collect: Decimal
    open: Decimal
    drafted: Decimal
    to_pay: Decimal
    paid: Decimal


def situation(agent: Agent) -> Situation:
    """What waits for customers, for a statement, for its confirmation, for payment; what is paid."""
    sums = {"": ZERO, **dict.fromkeys(Statement.State.values, ZERO)}
    rows = CommissionEntry.objects.filter(agent=agent)
    for state, amount in rows.values_list("statement__state", "amount"):
        sums[state or ""] += amount
    entered = sum_of(rows.filter(commission__isnull=False))
    expected = sum(Commission.objects.filter(agent=agent).values_list("total", flat=True), ZERO)
    return Situation(
        to_collect=expected - entered,
        open=sums[""],
        drafted=sums[Statement.State.DRAFT],
        to_pay=sums[Statement.State.CONFIRMED],
        paid=sums[Statement.State.PAID],
    )


@dataclass(slots=True)
class CustomerPart:
    """The lines of a statement about one customer."""

    name: str
    rows: list[CommissionEntry]
    base: Decimal = ZERO
    amount: Decimal = ZERO


@dataclass(slots=True)
class StatementRows:
    """A statement by customer and document, with its sums."""

    parts: list[CustomerPart] = field(default_factory=list)
    base: Decimal = ZERO
    amount: Decimal = ZERO


def statement_rows(statement: Statement) -> StatementRows:
    """The entries of a statement: customers by name, their documents by date; amounts by hand come last."""
    entries = (
        CommissionEntry.objects.filter(statement=statement)
        .select_related("commission__document", "commission__party", "commission__line")
        .select_related("commission__contract")
    )
    ordered = sorted(entries, key=_place)
    found = StatementRows()
    for (_last, name, _pk), group in groupby(ordered, key=_customer):
        part = CustomerPart(name, list(group))
        part.base = sum((row.base for row in part.rows), ZERO)
        part.amount = sum((row.amount for row in part.rows), ZERO)
        found.parts.append(part)
    found.base = sum((part.base for part in found.parts), ZERO)
    found.amount = sum((part.amount for part in found.parts), ZERO)
    return found


def _customer(entry: CommissionEntry) -> tuple[bool, str, int]:
    if entry.commission is None:
        return True, "", 0
    return False, entry.commission.party.name, entry.commission.party_id


def _place(entry: CommissionEntry) -> tuple[Any, ...]:
    if entry.commission is None:
        return (*_customer(entry), entry.matured_on, 0, 0, entry.pk)
    document = entry.commission.document
    return (*_customer(entry), document.date, document.pk, entry.commission.line.position, entry.pk)


@dataclass(slots=True)
class AgentOnContract:
    """What an agent earned on a contract so far."""

    agent: Agent
    net: Decimal = ZERO
    total: Decimal = ZERO
    matured: Decimal = ZERO
    stated: Decimal = ZERO


def agents_of(contract: Contract) -> list[AgentOnContract]:
    """Each agent with what the contract's documents gave him: to earn, earned, in confirmed statements."""
    found: dict[int, AgentOnContract] = {}
    for commission in Commission.objects.filter(contract=contract).select_related("agent"):
        row = found.setdefault(commission.agent_id, AgentOnContract(commission.agent))
        row.net += commission.net
        row.total += commission.total
    entries = CommissionEntry.objects.filter(commission__contract=contract)
    for agent, state, amount in entries.values_list("agent_id", "statement__state", "amount"):
        found[agent].matured += amount
        if state in (Statement.State.CONFIRMED, Statement.State.PAID):
            found[agent].stated += amount
    return sorted(found.values(), key=lambda row: row.agent.name)


def rules_of_contract(contract: Contract) -> list[CommissionRule]:
    """The rules that may give a share of the contract's fees, the nearest first."""
    rows = CommissionRule.objects.filter(company_id=contract.company_id).filter(
        Q(contract__in=[contract.pk, *predecessors([contract.pk]).get(contract.pk, ())])
        | Q(party=contract.party_id, contract=None)
        | Q(contract=None, party=None)
    )
    rows = rows.select_related(*RULE_NAMES)
    return sorted(
        rows, key=lambda row: (row.contract_id is None, row.party_id is None, row.agent.name, row.pk)
    )


def rules_of(agent: Agent) -> "QuerySet[CommissionRule]":
    rows = CommissionRule.objects.filter(agent=agent)
    return rows.select_related(*RULE_NAMES).order_by("-starts_on", "-pk")


def entries_of(agent: Agent) -> "QuerySet[CommissionEntry]":
    rows = CommissionEntry.objects.filter(agent=agent).select_related(*ENTRY_NAMES)
    return rows.order_by("-matured_on", "-pk")


def statements_of(agent: Agent) -> "QuerySet[Statement]":
    rows = Statement.objects.filter(agent=agent).select_related("agent")
    return rows.order_by("-ends_on", "-pk")


def commissions_of(document: Document) -> "QuerySet[Commission]":
    rows = Commission.objects.filter(document=document).select_related("agent", "line", "rule__agent")
    return rows.order_by("line__position", "agent__name", "pk")


def customer_rules(party: Party) -> "QuerySet[CommissionRule]":
    rows = CommissionRule.objects.filter(Q(party=party) | Q(contract__party=party))
    return rows.select_related(*RULE_NAMES).order_by("agent__name", "-starts_on", "-pk")
