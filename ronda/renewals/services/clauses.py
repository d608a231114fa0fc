"""What contracts agree about prices and terms: given to many at once, changed one by one."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from ronda.company import audit
from ronda.contracts.models import Contract, ContractLine
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.renewals.models import IndexClause, RenewalTerms


class WrongIndex(Refusal):
    code = "renewals.wrong_index"


class NoClause(Refusal):
    code = "renewals.no_clause"


@transaction.atomic
def set_terms(contract: Contract, *, by: str, **facts: Any) -> RenewalTerms:
    """Agree what happens at the end of the contract's term; `facts` are fields of RenewalTerms.

    The term is the one the contract has now: an end set later, before this one, is not renewed by itself.
    """
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    terms, _made = RenewalTerms.objects.update_or_create(
        contract=contract, defaults={**facts, "term_ends_on": contract.ends_on}
    )
    audit.record(by, "renewals.terms.set", contract, **_plain(facts))
    return terms


@transaction.atomic
def set_clause(contract: Contract, *, by: str, **facts: Any) -> IndexClause:
    """Agree how the contract's prices are adjusted; `facts` are fields of IndexClause.

    WrongIndex: none is named, or it is another company's.
    """
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    series = facts.get("series")
    if facts.get("mode", "index") == "index" and series is None:
        raise WrongIndex(_("Choose the index the prices follow."), field="series")
    if series is not None and series.company_id != contract.company_id:
        raise WrongIndex(_("The index belongs to another company."), field="series")
    floor, cap = facts.get("floor"), facts.get("cap")
    if floor is not None and cap is not None and cap < floor:
        raise WrongIndex(_("The upper limit cannot be below the lower one."), field="cap")
    clause, _made = IndexClause.objects.update_or_create(contract=contract, defaults=facts)
    audit.record(by, "renewals.clause.set", contract, **_plain(facts))
    return clause


@transaction.atomic
def drop_clause(contract: Contract, *, by: str) -> None:
    """The prices of the contract follow nothing any more. NoClause when they never did."""
    deleted, _by_model = IndexClause.objects.filter(contract=contract).delete()
    if not deleted:
        raise NoClause(_("This contract has no index clause."))
    audit.record(by, "renewals.clause.dropped", contract)


@transaction.atomic
def never_adjust(line: ContractLine, *, by: str) -> None:
    """Leave a fee out of all adjustments, in all its versions (R17). NoClause."""
    clause = _clause_of(line)
    clause.never.add(line.root)
    audit.record(by, "renewals.line.never_adjusted", line)


@transaction.atomic
def adjust_again(line: ContractLine, *, by: str) -> None:
    """Let a fee follow the index again."""
    clause = _clause_of(line)
    clause.never.remove(*clause.never.filter(pk__in=[line.pk, line.root]))
    audit.record(by, "renewals.line.adjusted_again", line)


def _clause_of(line: ContractLine) -> IndexClause:
    clause = IndexClause.objects.filter(contract=line.contract_id).first()
    if clause is None:
        raise NoClause(_("This contract has no index clause."))
    return clause


def _plain(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in facts.items() if value not in (None, "")}
