"""Contracts followed by others at the end of their term (R19): one, many, and every night."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from ronda.billing.domain.derivation import Step, to_json
from ronda.company import audit
from ronda.company.bulk import insert
from ronda.company.models import Company
from ronda.contracts.domain.summary import Fee, yearly
from ronda.contracts.models import Contract, ContractLine
from ronda.contracts.services import NewLine, create_contract, follower_of
from ronda.contracts.services.importing import NewContract, create_contracts
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO
from ronda.renewals import queries
from ronda.renewals.domain.indexation import Change, Pending, Series, change, due_on, new_price
from ronda.renewals.domain.notice import Term, new_term, renewal_date
from ronda.renewals.models import IndexClause, Notice, Renewal, RenewalTerms
from ronda.renewals.services.copying import copied_clause, copied_terms, copy_never
from ronda.workspace import extras

PART = 500
YEAR = 12
STILL = Change(Decimal(1), None, None)
_COPIED = (
    "branch", "kind", "group", "purchase_order", "cig", "cup", "billing_hold", "hold_reason", "owner",
    "document_text", "notes", "suspension_bills", "suspension_extends", "settles_by",
)  # fmt: skip
_SCHEDULE = (
    "discount", "price_basis", "frequency_unit", "frequency", "timing", "alignment", "month_end",
    "invoice_day", "invoice_day_number", "offset_days", "lead_days", "first_partial", "last_partial",
)  # fmt: skip


class NothingToRenew(Refusal):
    code = "renewals.nothing_to_renew"


class NoTerm(Refusal):
    code = "renewals.no_term"


class GoesOnAlready(Refusal):
    code = "renewals.goes_on_already"


@dataclass(slots=True)
class _Plan:
    """A contract with everything its successor is made of."""

    old: Contract
    terms: RenewalTerms | None
    term: Term
    months: int
    lines: list[ContractLine]
    clause: queries.ClauseRow | None
    moved: Change = STILL
    pending: Pending | None = None
    due: date | None = None
    new: Contract | None = None
    prices: dict[int, Decimal] | None = None


@transaction.atomic
def renew(
    contract: Contract, *, by: str, months: int | None = None, percent: Decimal | None = None
) -> Renewal:
    """The contract's successor from the day after its end; a second call answers with the first's (R19).

    Lines in force at the end are copied with their anchors, and the index of the term is applied once.
    `months` replaces the term agreed, `percent` the index (a change of the prices agreed by hand).
    NoTerm: it has no end. GoesOnAlready: another contract follows it. NothingToRenew: no recurring line is in
    force on its last day.
    """
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    known = Renewal.objects.filter(contract=contract).first()
    if known is not None:
        return known
    following = follower_of(contract)
    if following is not None:
        raise GoesOnAlready(
            _("%(contract)s goes on as contract %(number)s already.")
            % {"contract": contract, "number": following.number}
        )
    if contract.ends_on is None or contract.status not in queries.IN_FORCE:
        raise NoTerm(_("%(contract)s has no end to be renewed at.") % {"contract": contract})
    made = _renew([contract], by=by, months=months, percent=percent)
    if not made:
        raise NothingToRenew(
            _("%(contract)s has no recurring line in force on its last day.") % {"contract": contract}
        )
    return made[0]


@transaction.atomic
def renew_due(company: Company, *, on: date, by: str) -> list[Renewal]:
    """Tacit renewals whose day has come, however long nobody looked; those by consent wait.

    Contracts without renewal terms are not touched, nor those given up or cut short before the term's end.
    """
    made: list[Renewal] = []
    while found := _due(company, on):
        renewed = _renew(found, by=by)
        if not renewed:
            break
        made += renewed
    return made


def _due(company: Company, on: date) -> list[Contract]:
    given_up = Notice.objects.filter(contract=OuterRef("pk"), state=Notice.State.IN_TIME).exclude(
        kind=Notice.Kind.RENEGOTIATION
    )
    following = Contract.objects.filter(follows=OuterRef("pk")).exclude(status=Contract.Status.VOID)
    live = ContractLine.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=OuterRef("ends_on")), contract=OuterRef("pk"), void=False
    ).exclude(frequency_unit=ContractLine.Frequency.ONCE)
    found = list(
        Contract.objects.select_for_update(of=("self",))
        .filter(
            ~Exists(given_up),
            ~Exists(following),
            Exists(live),
            company=company,
            status__in=queries.IN_FORCE,
            ends_on__lt=on,
            renewal=None,
            renewal_terms__mode=RenewalTerms.Mode.TACIT,
            renewal_terms__term_ends_on__lte=F("ends_on"),
        )
        .order_by("pk")
    )
    ended = queries.terminated([contract.pk for contract in found])
    return [contract for contract in found if contract.pk not in ended]


def _renew(
    contracts: Sequence[Contract], *, by: str, months: int | None = None, percent: Decimal | None = None
) -> list[Renewal]:
    made: list[Renewal] = []
    company = contracts[0].company
    registers = queries.registers(company.pk)
    never = queries.never_adjusted(company.pk)
    for start in range(0, len(contracts), PART):
        plans = _plans(contracts[start : start + PART], months)
        for plan in plans:
            _adjust(plan, registers, never, percent)
        _create(company, plans, by=by)
        _copy_agreements(plans, never)
        made += _write(plans, by=by)
    return made


def _plans(contracts: Sequence[Contract], months: int | None) -> list[_Plan]:
    terms = {one.contract_id: one for one in RenewalTerms.objects.filter(contract__in=contracts)}
    clauses = {
        row.contract_id: row
        for row in queries.clause_rows(IndexClause.objects.filter(contract__in=contracts))
    }
    lines = _lines_at_the_end(contracts)
    return [
        _plan(one, terms.get(one.pk), clauses.get(one.pk), lines[one.pk], months)
        for one in contracts
        if lines.get(one.pk)
    ]


def _plan(
    contract: Contract,
    terms: RenewalTerms | None,
    clause: queries.ClauseRow | None,
    lines: list[ContractLine],
    months: int | None,
) -> _Plan:
    assert contract.ends_on is not None
    length = months or (terms.term_months if terms else YEAR)
    anchor = (terms.anchor_on if terms else None) or contract.starts_on
    return _Plan(contract, terms, new_term(contract.ends_on, length, anchor=anchor), length, lines, clause)


def _lines_at_the_end(contracts: Sequence[Contract]) -> dict[int, list[ContractLine]]:
    """The recurring lines in force on the last day of each contract."""
    ends = {contract.pk: contract.ends_on for contract in contracts}
    found: dict[int, list[ContractLine]] = {}
    lines = (
        ContractLine.objects.filter(contract__in=contracts, void=False)
        .exclude(frequency_unit=ContractLine.Frequency.ONCE)
        .select_related("item", "site__party", "vat_code")
    )
    for line in lines.order_by("contract_id", "position", "pk"):
        last = ends[line.contract_id]
        assert last is not None
        if (line.starts_on is None or line.starts_on <= last) and (
            line.ends_on is None or line.ends_on >= last
        ):
            found.setdefault(line.contract_id, []).append(line)
    return found


def _adjust(
    plan: _Plan, registers: Mapping[int, Series], never: frozenset[int], percent: Decimal | None
) -> None:
    """The prices of the new term. An index that is not published yet leaves them as they are: it is
    still due afterwards, and the batch of that day finds it (R18: pending, never zero).
    """
    if percent is not None:
        plan.moved = Change(1 + percent / 100, None, None, (Step("fixed", {}, str(percent)),))
        plan.due = renewal_date(plan.old.ends_on) if plan.clause and plan.old.ends_on else None
    elif plan.clause is not None:
        due = due_on(plan.clause.clause, plan.term.starts_on)
        if due is not None:
            found = change(plan.clause.clause, registers.get(plan.clause.series_id or 0), due)
            if isinstance(found, Pending):
                plan.pending = found
            else:
                plan.moved, plan.due = found, due
    rounding = plan.clause.clause.rounding if plan.clause else "cent"
    plan.prices = {
        line.pk: line.price if line.root in never else new_price(line.price, plan.moved, rounding)
        for line in plan.lines
    }


def _create(company: Company, plans: Sequence[_Plan], *, by: str) -> None:
    """The successors. Those of a customer whose bills somebody else pays are made one by one."""
    accounts = {plan.old.account_id: plan.old.account for plan in plans}
    own = [plan for plan in plans if plan.old.party_id == accounts[plan.old.account_id].party_id]
    made = create_contracts(company, [_new_contract(plan) for plan in own], by=by)
    for plan, contract in zip(own, made, strict=True):
        plan.new = contract
    for plan in plans:
        if plan.new is None:
            wanted = _new_contract(plan)
            plan.new = create_contract(
                wanted.account,
                title=wanted.title,
                starts_on=wanted.starts_on,
                ends_on=wanted.ends_on,
                lines=wanted.lines,
                group=wanted.group,
                by=by,
                party=plan.old.party,
                **wanted.facts,
            )
    followers = {plan.old.pk: plan.new.pk for plan in plans if plan.new is not None}
    extras.pass_on(Contract, company.pk, followers, by=by)


def _new_contract(plan: _Plan) -> NewContract:
    old = plan.old
    facts = {name: getattr(old, name) for name in _COPIED if name != "group"} | {"follows": old}
    return NewContract(
        old.account,
        old.title,
        plan.term.starts_on,
        [_new_line(plan, line) for line in plan.lines],
        ends_on=plan.term.ends_on,
        group=old.group,
        facts=facts,
    )


def _new_line(plan: _Plan, line: ContractLine) -> NewLine:
    """A copy whose periods are counted from where they always were."""
    assert plan.prices is not None
    schedule: dict[str, Any] = {name: getattr(line, name) for name in _SCHEDULE}
    first = max(line.starts_on or plan.old.starts_on, plan.old.starts_on)
    schedule["anchor_on"] = line.anchor_on or first
    later = line.ends_on is not None and line.ends_on > plan.term.starts_on
    schedule["ends_on"] = line.ends_on if later else None
    free = line.free_until is not None and line.free_until > plan.term.starts_on
    schedule["free_until"] = line.free_until if free else None
    return NewLine(
        line.item,
        plan.prices[line.pk],
        text=line.text,
        quantity=line.quantity,
        site=line.site,
        vat_code=line.vat_code,
        schedule=schedule,
    )


def _copy_agreements(plans: Sequence[_Plan], never: frozenset[int]) -> None:
    """Terms and clauses go on with the successor, anchors kept."""
    late = dict(
        Notice.objects.filter(contract__in=[plan.old for plan in plans], state=Notice.State.LATE)
        .order_by("pk")
        .values_list("contract_id", "kind")
    )
    RenewalTerms.objects.bulk_create(
        [_terms_copy(plan, late.get(plan.old.pk, "")) for plan in plans if plan.terms is not None]
    )
    old = {one.contract_id: one for one in IndexClause.objects.filter(contract__in=[p.old for p in plans])}
    with_clause = [plan for plan in plans if plan.old.pk in old]
    copies = {_successor(plan).pk: _clause_copy(plan, old[plan.old.pk]) for plan in with_clause}
    insert(list(copies.values()))
    places = [(plan, place) for plan in with_clause for place in enumerate(plan.lines, start=1)]
    wanted = {(_successor(plan).pk, position) for plan, (position, line) in places if line.root in never}
    copy_never(copies, wanted)


def _terms_copy(plan: _Plan, late: str) -> RenewalTerms:
    """Terms for the successor; after a notice that came too late it is the last term (R20)."""
    assert plan.terms is not None
    plan.terms.contract = plan.old
    changes: dict[str, Any] = {"term_ends_on": plan.term.ends_on}
    if late:
        asked = late == Notice.Kind.RENEGOTIATION
        changes["mode"] = RenewalTerms.Mode.CONSENT if asked else RenewalTerms.Mode.NONE
    return copied_terms(plan.terms, _successor(plan), **changes)


def _clause_copy(plan: _Plan, clause: IndexClause) -> IndexClause:
    clause.contract = plan.old
    changes: dict[str, Any] = {}
    if plan.due is not None:
        changes = {"last_on": plan.due, "last_month": plan.moved.month or clause.last_month}
    return copied_clause(clause, _successor(plan), **changes)


def _write(plans: Sequence[_Plan], *, by: str) -> list[Renewal]:
    rows = [_row(plan, by) for plan in plans]
    insert(rows)
    facts = [(plan.old, {"successor": _successor(plan).number}) for plan in plans]
    audit.record_many(by, "renewals.contract.renewed", facts)
    return rows


def _row(plan: _Plan, by: str) -> Renewal:
    new = _successor(plan)
    old_yearly = sum((_yearly(line) for line in plan.lines), ZERO)
    return Renewal(
        contract=plan.old,
        successor=new,
        starts_on=plan.term.starts_on,
        ends_on=plan.term.ends_on,
        months=plan.months,
        old_yearly=old_yearly,
        new_yearly=new.yearly_amount,
        percent=plan.moved.percent,
        derivation=to_json(_why(plan)),
        by=by,
    )


def _why(plan: _Plan) -> Sequence[Step]:
    """How the prices came about; what is missing, where they wait for an index."""
    return plan.moved.steps if plan.pending is None else (Step(plan.pending.code, plan.pending.args, ""),)


def _yearly(line: ContractLine) -> Decimal:
    return yearly(
        Fee(line.quantity, line.price, line.discount, line.price_basis, line.frequency_unit, line.frequency)
    )


def _successor(plan: _Plan) -> Contract:
    assert plan.new is not None
    return plan.new
