"""Contracts made in lists, for imports and takeovers: a fixed number of statements per list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.company import audit
from ronda.company.bulk import insert, row
from ronda.company.models import Company
from ronda.contracts.domain.charges import owed
from ronda.contracts.domain.summary import Fee, rhythm, yearly
from ronda.contracts.models import ChargePeriod, Contract, ContractLine
from ronda.contracts.queries import line_rows
from ronda.contracts.services.lifecycle import NewLine, new_line
from ronda.parties.models import BillingAccount, BillingGroup

State = ChargePeriod.State


@dataclass(slots=True)
class NewContract:
    """A contract with its lines; without a number it gets the next one of its year."""

    account: BillingAccount
    title: str
    starts_on: date
    lines: Sequence[NewLine]
    number: str = ""
    ends_on: date | None = None
    group: BillingGroup | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def create_contracts(company: Company, rows: Sequence[NewContract], *, by: str) -> list[Contract]:
    """All the contracts of a list, active, with what lists show of them. What `create_contract` refuses
    has to be looked after by the caller: payers, groups and sites of the same customer.
    """
    Company.objects.select_for_update().get(pk=company.pk)
    _give_numbers(company, rows)
    contracts = [
        Contract(
            company=company,
            number=each.number,
            title=each.title[:200],
            party=each.account.party,
            account=each.account,
            group=each.group,
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            status=Contract.Status.ACTIVE,
            **_summary(each.lines),
            **each.facts,
        )
        for each in rows
    ]
    insert(contracts)
    insert(
        [
            new_line(contract, line, position)
            for contract, each in zip(contracts, rows, strict=True)
            for position, line in enumerate(each.lines, start=1)
        ]
    )
    audit.record_many(by, "contracts.contract.created", [(one, {"number": one.number}) for one in contracts])
    return contracts


def _give_numbers(company: Company, rows: Sequence[NewContract]) -> None:
    """Numbers "2026/0042" to those without; the company's row is locked."""
    without = [each for each in rows if not each.number]
    if not without:
        return
    taken = {each.number for each in rows}
    last: dict[int, int] = {}
    for each in without:
        year = each.starts_on.year
        if year not in last:
            used = Contract.objects.filter(company=company, number__startswith=f"{year}/")
            tails = [number.partition("/")[2] for number in used.values_list("number", flat=True)]
            last[year] = max((int(tail) for tail in tails if tail.isdecimal()), default=0)
        last[year] += 1
        while f"{year}/{last[year]:04d}" in taken:
            last[year] += 1
        each.number = f"{year}/{last[year]:04d}"


def _summary(lines: Sequence[NewLine]) -> dict[str, Any]:
    fees = [_fee(line) for line in lines]
    return {
        "yearly_amount": sum((yearly(fee) for fee in fees), Decimal(0)),
        "rhythm": rhythm(fees),
        "service": ", ".join(dict.fromkeys(line.item.name for line in lines))[:200],
    }


def _fee(line: NewLine) -> Fee:
    bare = ContractLine(quantity=line.quantity, price=line.price, **(line.schedule or {}))
    return Fee(
        bare.quantity, bare.price, bare.discount, bare.price_basis, bare.frequency_unit, bare.frequency
    )


@transaction.atomic
def take_over_each(before: Mapping[int, date], *, reason: str, by: str) -> list[ChargePeriod]:
    """For new lines (by id): everything that starts before a day was billed by the previous system (R11)."""
    lines = ContractLine.objects.filter(pk__in=list(before))
    periods = [
        row(
            ChargePeriod,
            line_id=one.pk,
            starts_on=charge.period.start,
            ends_on=charge.period.last_day,
            kind=charge.kind,
            amount=charge.net,
            state=State.EARLIER.value,
            reason=reason[:200],
        )
        for one in line_rows(lines)
        for charge in owed(one.terms(), before[one.pk])
        if charge.period.start < before[one.pk]
    ]
    insert(periods)
    contracts = {line.pk: line.contract for line in lines.select_related("contract")}
    audit.record_many(
        by,
        "contracts.line.taken_over",
        [(contracts[pk], {"before": day.isoformat()}) for pk, day in before.items()],
    )
    return periods
