"""Renewal terms and index clauses go on with the contract that follows: renewed, or for another payer."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from django.db import transaction

from ronda.contracts.models import Contract, ContractLine
from ronda.renewals.models import IndexClause, RenewalTerms

M = TypeVar("M", RenewalTerms, IndexClause)


def copied_terms(terms: RenewalTerms, to: Contract, **changes: Any) -> RenewalTerms:
    """The terms for the contract that follows, unsaved; terms are still counted from the first activation."""
    return _copy(terms, to, anchor_on=terms.anchor_on or terms.contract.starts_on, **changes)


def copied_clause(clause: IndexClause, to: Contract, **changes: Any) -> IndexClause:
    """The clause for the contract that follows, unsaved; what was adjusted last still counts."""
    return _copy(clause, to, anchor_on=clause.anchor_on or clause.contract.starts_on, **changes)


def copy_never(clauses: Mapping[int, IndexClause], wanted: set[tuple[int, int]]) -> None:
    """Lines never adjusted, by contract and place in it, into the saved clauses of those contracts."""
    if not wanted:
        return
    lines = ContractLine.objects.filter(contract__in={contract_id for contract_id, _position in wanted})
    through = IndexClause.never.through
    through.objects.bulk_create(
        [
            through(indexclause_id=clauses[contract_id].pk, contractline_id=pk)
            for pk, contract_id, position in lines.values_list("pk", "contract_id", "position")
            if (contract_id, position) in wanted
        ]
    )


@transaction.atomic
def take_over_agreements(old: Contract, new: Contract) -> None:
    """The same fees for another payer follow the same index and renew at the same end."""
    terms = RenewalTerms.objects.filter(contract=old).first()
    if terms is not None:
        copied_terms(terms, new).save()
    clause = IndexClause.objects.filter(contract=old).first()
    if clause is None:
        return
    copy = copied_clause(clause, new)
    copy.save()
    roots = set(clause.never.values_list("pk", flat=True))
    lines = ContractLine.objects.filter(contract=old)
    copy_never({new.pk: copy}, {(new.pk, line.position) for line in lines if line.root in roots})


def _copy(source: M, to: Contract, *, anchor_on: date, **changes: Any) -> M:
    names = [f.attname for f in source._meta.concrete_fields if not f.primary_key]
    facts = {name: getattr(source, name) for name in names}
    return type(source)(**facts | {"contract_id": to.pk, "anchor_on": anchor_on} | changes)
