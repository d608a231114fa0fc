"""Contracts at a closing: what has been agreed for days that are over, and no invoice asks for yet (R27)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, F, Max

from ronda.accounting.domain.accruals import Accrued, register_accrual_source
from ronda.accounting.domain.deferrals import less_discount
from ronda.billing.models import Document
from ronda.contracts.domain.charges import Charge, due, settled_until
from ronda.contracts.models import Amendment, ChargePeriod, Contract, ContractLine, Suspension
from ronda.contracts.queries import (
    TAKEN,
    LineRow,
    billable_contracts,
    charged_keys,
    charged_summaries,
    line_rows,
    suspended_days,
)
from ronda.kernel.periods import Period, add_months

CODE = "contracts"
CONTRACTS_AT_ONCE = 500


class _Payer(NamedTuple):
    """What a charge takes from its contract and the payer's conditions."""

    number: str
    party_id: int
    discount: Decimal


class ContractAccruals:
    """Registered with accounting; see `accounting.domain.accruals.AccrualSource` for what each promises."""

    code = CODE

    def accrued(self, company_id: int, *, on: date) -> Iterator[Accrued]:
        contracts = billable_contracts(company_id, {}).filter(starts_on__lte=on).order_by("pk")
        ids = list(contracts.values_list("pk", flat=True))
        for start in range(0, len(ids), CONTRACTS_AT_ONCE):
            yield from _not_charged(ids[start : start + CONTRACTS_AT_ONCE], on)
        yield from _on_drafts(company_id, on)

    def suspended(self, company_id: int) -> Mapping[int, tuple[Period, ...]]:
        charges = ChargePeriod.objects.filter(
            document_line__isnull=False,
            line__contract__company_id=company_id,
            line__contract__suspensions__bills=False,
            line__contract__suspensions__lifted=False,
            line__contract__suspensions__starts_on__lte=F("ends_on"),
            line__contract__suspensions__ends_on__gte=F("starts_on"),
        )
        contracts = dict(charges.values_list("document_line_id", "line__contract_id").distinct())
        days = suspended_days(set(contracts.values())) if contracts else {}
        return {line: days[contract] for line, contract in contracts.items() if line and contract in days}

    def fingerprint(self, company_id: int, *, on: date) -> str:
        contracts = Contract.objects.filter(company_id=company_id)
        charges = ChargePeriod.objects.filter(line__contract__company_id=company_id, starts_on__lte=on)
        facts = [
            contracts.aggregate(Count("pk"), Max("updated_at")),
            charges.aggregate(Count("pk"), Max("pk")),
            charges.filter(TAKEN).count(),
            Amendment.objects.filter(contract__company_id=company_id).aggregate(Count("pk"), Max("pk")),
            Suspension.objects.filter(contract__company_id=company_id, lifted=False).count(),
        ]
        return repr(facts)


def _not_charged(contract_ids: Sequence[int], on: date) -> Iterator[Accrued]:
    """Charges whose period has begun by the day and that are neither billed nor waived."""
    rows = line_rows(ContractLine.objects.filter(contract__in=contract_ids))
    payers = _payers(contract_ids)
    items = _items(rows)
    for row, charges in _owed(rows, on):
        payer, (name, account) = payers[row.contract_id], items[row.item_id]
        for charge in charges:
            net, steps = less_discount(charge.net, payer.discount)
            yield Accrued(
                row.pk,
                f"{payer.number} {row.text or name}",
                payer.party_id,
                charge.period,
                net,
                account,
                row.suspended,
                steps,
            )


def _owed(rows: Sequence[LineRow], on: date) -> Iterator[tuple[LineRow, list[Charge]]]:
    charged = charged_summaries([row.pk for row in rows])
    terms = {row.pk: row.terms() for row in rows}
    settled = {
        pk: settled_until(terms[pk], known.first, known.last, known.count) for pk, known in charged.items()
    }
    keys = charged_keys(
        row.pk for row in rows if row.frequency_unit == "once" or settled.get(row.pk, on) is None
    )
    for row in rows:
        found = due(
            terms[row.pk],
            _horizon(row, on),
            keys.get(row.pk, frozenset()),
            settled_before=settled.get(row.pk),
        )
        yield row, [charge for charge in found if charge.period.start <= on]


def _horizon(row: LineRow, on: date) -> date:
    """By when every period that has begun on the day may be billed, whatever its invoice day."""
    late = timedelta(days=31 + max(0, row.offset_days))
    if row.frequency_unit == "once":
        return max(on, row.last_day or on) + late
    if row.frequency_unit == "week":
        return on + timedelta(weeks=2 * row.frequency) + late
    return add_months(on, 2 * row.frequency) + late


def _payers(contract_ids: Sequence[int]) -> Mapping[int, _Payer]:
    rows = Contract.objects.filter(pk__in=contract_ids)
    facts = rows.values_list("pk", "number", "account__party_id", "account__discount")
    return {pk: _Payer(number, party, discount) for pk, number, party, discount in facts}


def _items(rows: Sequence[LineRow]) -> Mapping[int, tuple[str, str]]:
    """Name and revenue account of the services."""
    lines = ContractLine.objects.filter(pk__in=[row.pk for row in rows]).order_by()
    found = lines.values_list("item_id", "item__name", "item__revenue_account").distinct()
    return {pk: (name, account) for pk, name, account in found}


def _on_drafts(company_id: int, on: date) -> Iterator[Accrued]:
    """Charges on documents that nobody has issued yet."""
    rows = ChargePeriod.objects.filter(
        line__contract__company_id=company_id,
        state=ChargePeriod.State.BILLED,
        document__status=Document.Status.DRAFT,
        starts_on__lte=on,
    ).select_related("line__contract__account", "line__item")
    for charge in rows.order_by("pk").iterator(chunk_size=1000):
        line, contract = charge.line, charge.line.contract
        net, steps = less_discount(charge.amount, contract.account.discount)
        yield Accrued(
            line.pk,
            f"{contract.number} {line}",
            contract.account.party_id,
            Period.closed(charge.starts_on, charge.ends_on),
            net,
            line.item.revenue_account,
            steps=steps,
        )


def register() -> None:
    """Called when the app is ready."""
    register_accrual_source(ContractAccruals())
