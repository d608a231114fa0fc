"""From issued documents to what agents are to earn, for a whole batch at once.

A commission is written once for each line and agent and never changed: asking again writes what is missing.
When a rule is corrected, `recompute` takes away what no confirmed statement shows and computes it afresh; a
commission of which a part is in a confirmed statement keeps its terms to the end.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, groupby
from typing import NamedTuple

from django.db import transaction

from ronda.agents.domain.splits import Fee, Rule, handed_on, shares, taken_back
from ronda.agents.models import Agent, Commission, CommissionEntry, CommissionRule, Statement
from ronda.agents.queries import FROZEN, first_days, predecessors, rules_about
from ronda.agents.services.maturing import mature
from ronda.agents.services.statements import fill
from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.company import audit
from ronda.company.bulk import insert, row
from ronda.company.models import Company
from ronda.contracts.models import ChargePeriod, ContractLine
from ronda.kernel.money import ZERO
from ronda.parties.models import Party

# Documents computed in one go; every step is a constant number of statements.
CHUNK = 500
SOURCE = "contracts:"
COUNTED = (DocumentLine.Kind.SALE, DocumentLine.Kind.ADVANCE)
_LINE_FIELDS = (
    "pk",
    "document_id",
    "document__kind",
    "document__date",
    "document__party_id",
    "net",
    "item_id",
    "starts_on",
    "ends_on",
    "source",
    "corrects_id",
)


class LineRow(NamedTuple):
    """A line of an issued document."""

    pk: int
    document_id: int
    kind: str
    issued_on: date
    party_id: int
    net: Decimal
    item_id: int | None
    starts_on: date | None
    ends_on: date | None
    source: str
    corrects_id: int | None

    @property
    def signed(self) -> Decimal:
        return -self.net if self.kind == DocumentKind.CREDIT_NOTE else self.net


class Origin(NamedTuple):
    """Where the fee of a line comes from; all versions of a fee count as its first one."""

    line: int
    contract: int
    party: int
    since: date


@transaction.atomic
def compute(
    company_id: int, document_ids: Sequence[int], *, by: str, agents: Collection[int] | None = None
) -> int:
    """Write what agents earn on these issued documents, and what of it has matured; how many commissions.

    A constant number of statements for the batch, and a single one in a company without rules. What is
    there already is left alone: twice is once. Credit notes and adjustments change what those earned who
    earned on the corrected line, at the same share.
    """
    if not document_ids or not CommissionRule.objects.filter(company_id=company_id).exists():
        return 0
    lines = _lines(company_id, document_ids)
    made = _write(_earned(company_id, [line for line in lines if line.corrects_id is None], agents))
    waiting = {line.pk: line for line in lines if line.corrects_id is not None}
    while waiting:  # a correction may be corrected again: what it corrects comes first
        ready = [line for line in waiting.values() if line.corrects_id not in waiting]
        made += _write(_corrected(company_id, ready, agents))
        waiting = {pk: line for pk, line in waiting.items() if line.corrects_id in waiting}
    mature(made, by=by)
    return len(made)


def _lines(company_id: int, document_ids: Sequence[int]) -> list[LineRow]:
    rows = DocumentLine.objects.filter(
        document__in=document_ids,
        document__company_id=company_id,
        document__status=Document.Status.ISSUED,
        kind__in=COUNTED,
        gift="",
    ).exclude(net=0)
    rows = rows.order_by("document_id", "position", "pk")
    return [LineRow(*found) for found in rows.values_list(*_LINE_FIELDS)]


def _earned(company_id: int, lines: Sequence[LineRow], agents: Collection[int] | None) -> list[Commission]:
    """Commissions of the lines sold, document by document."""
    if not lines:
        return []
    origins, earlier = _origins(lines)
    rules = rules_about(
        company_id,
        contracts={*(origin.contract for origin in origins.values()), *chain(*earlier.values())},
        parties={*(line.party_id for line in lines), *(origin.party for origin in origins.values())},
        agents=agents,
    )
    if not rules:
        return []
    near = _Near(rules, earlier)
    found = []
    for _document, group in groupby(lines, key=lambda line: line.document_id):
        own = list(group)
        found += _of_document(company_id, own, near.to(own, origins), origins)
    return found


class _Near:
    """Rules by what they name, so that a document looks only at its own."""

    def __init__(self, rules: Iterable[Rule], earlier: Mapping[int, Sequence[int]]) -> None:
        self.by_contract: dict[int, list[Rule]] = {}
        self.by_party: dict[int | None, list[Rule]] = {}
        for rule in rules:
            if rule.contract is not None:
                self.by_contract.setdefault(rule.contract, []).append(rule)
            else:
                self.by_party.setdefault(rule.party, []).append(rule)
        for contract, before in earlier.items():
            chained = [self.by_contract.get(one, []) for one in before]
            self.by_contract[contract] = handed_on(contract, self.by_contract.get(contract, []), chained)

    def to(self, lines: Sequence[LineRow], origins: Mapping[int, Origin]) -> list[Rule]:
        known = [origins[line.pk] for line in lines if line.pk in origins]
        contracts = dict.fromkeys(origin.contract for origin in known)
        parties = dict.fromkeys((None, lines[0].party_id, *(origin.party for origin in known)))
        return [
            *(rule for contract in contracts for rule in self.by_contract.get(contract, ())),
            *(rule for party in parties for rule in self.by_party.get(party, ())),
        ]


def _of_document(
    company_id: int, lines: Sequence[LineRow], rules: Sequence[Rule], origins: Mapping[int, Origin]
) -> list[Commission]:
    by_pk = {line.pk: line for line in lines}
    return [
        row(
            Commission,
            company_id=company_id,
            agent_id=share.rule.agent,
            rule_id=share.rule.pk,
            document_id=by_pk[share.fee.pk].document_id,
            line_id=share.fee.pk,
            contract_id=share.fee.contract,
            party_id=by_pk[share.fee.pk].party_id,
            net=share.fee.net,
            percent=share.percent,
            total=share.total,
            collected=share.rule.collected,
        )
        for share in shares(rules, [_fee(line, origins.get(line.pk)) for line in lines])
    ]


def _fee(line: LineRow, origin: Origin | None) -> Fee:
    return Fee(
        line.pk,
        line.signed,
        line.starts_on or line.issued_on,
        line.ends_on,
        contract=origin.contract if origin else None,
        line=origin.line if origin else None,
        party=origin.party if origin else line.party_id,
        item=line.item_id,
        since=origin.since if origin else None,
    )


def _origins(lines: Iterable[LineRow]) -> tuple[dict[int, Origin], dict[int, list[int]]]:
    """The fee behind each line, named by the run or by the charged period; what contracts renew."""
    named, others = {}, []
    for line in lines:
        _source, _colon, key = line.source.partition(SOURCE)
        if key.isdecimal():
            named[line.pk] = int(key)
        else:
            others.append(line.pk)
    if others:
        charged = ChargePeriod.objects.filter(document_line__in=others)
        named |= dict(charged.values_list("document_line_id", "line_id"))
    fees = ContractLine.objects.filter(pk__in=set(named.values())).values_list(
        "pk", "lineage", "contract_id", "contract__party_id", "contract__starts_on"
    )
    earlier = predecessors({contract for _pk, _first, contract, _party, _since in fees})
    began = first_days(earlier) if earlier else {}
    by_fee = {
        pk: Origin(first or pk, contract, party, began.get(contract, since))
        for pk, first, contract, party, since in fees
    }
    return {line: by_fee[fee] for line, fee in named.items() if fee in by_fee}, earlier


def _corrected(company_id: int, lines: Sequence[LineRow], agents: Collection[int] | None) -> list[Commission]:
    """What credit notes and adjustments change for those who earned on the corrected lines."""
    earned = Commission.objects.filter(line__in={line.corrects_id for line in lines})
    if agents is not None:
        earned = earned.filter(agent__in=agents)
    by_line: dict[int, list[Commission]] = {}
    for one in earned.order_by("pk"):
        by_line.setdefault(one.line_id, []).append(one)
    before = _given_back_before(list(by_line))
    return [
        _taking_back(company_id, line, one, before[line.pk])
        for line in lines
        for one in by_line.get(line.corrects_id or 0, ())
    ]


def _given_back_before(corrected: Sequence[int]) -> dict[int, Decimal]:
    """By correcting line: the net that earlier ones gave back of the same line."""
    if not corrected:
        return {}
    rows = DocumentLine.objects.filter(
        corrects__in=corrected, document__status=Document.Status.ISSUED
    ).order_by("document_id", "position", "pk")
    given: dict[int, Decimal] = {}
    found: dict[int, Decimal] = {}
    for pk, origin, kind, net in rows.values_list("pk", "corrects_id", "document__kind", "net"):
        if origin is not None:
            found[pk] = given.get(origin, ZERO)
            given[origin] = found[pk] + (net if kind == DocumentKind.CREDIT_NOTE else -net)
    return found


def _taking_back(company_id: int, line: LineRow, earned: Commission, before: Decimal) -> Commission:
    credited = before - line.signed
    if earned.percent is None:  # a fixed amount does not grow with the price
        before, credited = max(before, ZERO), max(credited, ZERO)
    already = taken_back(earned.total, earned.net, before)
    return row(
        Commission,
        company_id=company_id,
        agent_id=earned.agent_id,
        rule_id=earned.rule_id,
        document_id=line.document_id,
        line_id=line.pk,
        contract_id=earned.contract_id,
        party_id=line.party_id,
        net=line.signed,
        percent=earned.percent,
        total=taken_back(earned.total, earned.net, credited, already),
        collected=earned.collected,
        corrects_id=earned.pk,
    )


def _write(found: Sequence[Commission]) -> list[Commission]:
    """Those that are not there yet."""
    if not found:
        return []
    lines = {one.line_id for one in found}
    known = set(Commission.objects.filter(line__in=lines).values_list("line_id", "agent_id"))
    new = [one for one in found if (one.line_id, one.agent_id) not in known]
    return list(insert(new))


@transaction.atomic
def recompute(
    company: Company, *, starts_on: date, ends_on: date, by: str, agents: Collection[Agent] | None = None
) -> int:
    """Compute again what the documents of these days (both in) give, by the rules as they are now.

    Also documents issued before there was a rule. What a confirmed statement shows stays as it is; drafts
    of statements follow. Gives the number of commissions written.
    """
    ids = _with_corrections(company, starts_on, ends_on)
    wanted = None if agents is None else [agent.pk for agent in agents]
    _lock(company, ids, wanted)
    _forget(ids, wanted)
    written = 0
    for chunk in _chunks(ids):  # a correction is younger than what it corrects
        written += compute(company.pk, chunk, by=by, agents=wanted)
    fill(_drafts(company, wanted))
    facts = {"from": starts_on.isoformat(), "to": ends_on.isoformat(), "commissions": written}
    audit.record(by, "agents.commissions.computed", company, **facts)
    return written


def _chunks(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))


def _with_corrections(company: Company, starts_on: date, ends_on: date) -> list[int]:
    """The documents of these days, and those of any day that correct them."""
    issued = Document.objects.filter(company=company, status=Document.Status.ISSUED)
    dated = issued.filter(date__gte=starts_on, date__lte=ends_on).order_by("pk")
    found: set[int] = set()
    new = set(dated.values_list("pk", flat=True))
    while new:
        found |= new
        later = (
            issued.filter(lines__corrects__document__in=chunk).values_list("pk", flat=True)
            for chunk in _chunks(sorted(new))
        )
        new = {pk for pks in later for pk in pks} - found
    return sorted(found)


def _lock(company: Company, document_ids: Sequence[int], agents: Collection[int] | None) -> None:
    """Customers first, as payments do, then agents: nothing matures while it is computed again."""
    parties: set[int] = set()
    for chunk in _chunks(document_ids):
        parties |= set(Document.objects.filter(pk__in=chunk).values_list("party_id", flat=True))
    for chunk in _chunks(sorted(parties)):
        list(Party.objects.select_for_update().filter(pk__in=chunk).order_by("pk").values_list("pk"))
    rows = Agent.objects.select_for_update().filter(company=company)
    list((rows if agents is None else rows.filter(pk__in=agents)).order_by("pk").values_list("pk"))


def _drafts(company: Company, agents: Collection[int] | None) -> list[Statement]:
    rows = Statement.objects.filter(company=company, state=Statement.State.DRAFT)
    return list(rows if agents is None else rows.filter(agent__in=agents))


def _forget(document_ids: Sequence[int], agents: Collection[int] | None) -> None:
    """Take away the commissions of which no confirmed statement shows anything, with their entries.

    What a frozen correction corrects stays as well: its sums are parts of that.
    """
    corrects: dict[int, int | None] = {}
    frozen: set[int] = set()
    for chunk in _chunks(document_ids):
        rows = Commission.objects.filter(document__in=chunk)
        rows = rows if agents is None else rows.filter(agent__in=agents)
        corrects |= dict(rows.values_list("pk", "corrects_id"))
        shown = CommissionEntry.objects.filter(FROZEN, commission__document__in=chunk)
        frozen |= {pk for pk in shown.values_list("commission_id", flat=True) if pk is not None}
    for pk in list(frozen):
        above = corrects.get(pk)
        while above is not None and above not in frozen:
            frozen.add(above)
            above = corrects.get(above)
    gone = sorted(corrects.keys() - frozen)
    for chunk in _chunks(gone):
        CommissionEntry.objects.filter(commission__in=chunk).delete()
        Commission.objects.filter(pk__in=chunk).update(corrects=None)
    for chunk in _chunks(gone):
        Commission.objects.filter(pk__in=chunk).delete()
