"""New prices of many lines at once, in a constant number of statements (R17, R18)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from ronda.catalogue.models import Item
from ronda.company import audit
from ronda.company.bulk import insert, read, row, update
from ronda.contracts.domain.summary import yearly
from ronda.contracts.domain.versions import Cut, cut
from ronda.contracts.events import ContractsAmended
from ronda.contracts.models import Amendment, ChargePeriod, Contract, ContractLine
from ronda.contracts.queries import TAKEN
from ronda.contracts.services.amending import LineChange, amend, policies, shown_values
from ronda.contracts.services.lifecycle import fee_of
from ronda.kernel.bus import publish
from ronda.parties.models import Site

CHUNK = 5000
# What is needed of each contract here.
OF_CONTRACT = ("company_id", "number", "starts_on", "settles_by", "yearly_amount")


@transaction.atomic
def reprice(
    prices: Mapping[int, Decimal],
    *,
    effective_on: date,
    by: str,
    on: date,
    reason: str = "",
    kind: str = Amendment.Kind.INDEX,
) -> list[int]:
    """Give each line (by id) its new price from a day on; one amendment per contract, their ids.

    Lines that are not agreed on that day, closed by an earlier change, or at that price already are left
    alone. Contracts billed beyond the day are settled one by one, by `amend`; all others in bulk.
    """
    lines = _open_lines(prices, effective_on)
    contracts = _locked({line.contract_id for line in lines})
    beyond = set(
        ChargePeriod.objects.filter(TAKEN, line__contract__in=contracts, ends_on__gte=effective_on)
        .order_by()
        .values_list("line__contract", flat=True)
        .distinct()
    )
    simple = [line for line in lines if line.contract_id not in beyond]
    amendments = _in_bulk(
        simple, contracts, prices, effective_on=effective_on, by=by, on=on, reason=reason, kind=kind
    )
    for pk in sorted(beyond):
        changes = [LineChange(each.pk, price=prices[each.pk]) for each in lines if each.contract_id == pk]
        made = amend(
            contracts[pk], effective_on=effective_on, changes=changes, by=by, on=on, reason=reason, kind=kind
        )
        amendments.append(made.pk)
    return amendments


def _open_lines(prices: Mapping[int, Decimal], day: date) -> list[ContractLine]:
    """The lines that can take their new price on the day, locked together with their contracts."""
    keys = list(prices)
    found: list[ContractLine] = []
    for start in range(0, len(keys), CHUNK):
        rows = (
            ContractLine.objects.filter(
                Q(ends_on=None) | Q(ends_on__gte=day),
                Q(starts_on=None) | Q(starts_on__lte=day),
                Q(contract__ends_on=None) | Q(contract__ends_on__gte=day),
                pk__in=keys[start : start + CHUNK],
                closed_by=None,
                void=False,
                contract__starts_on__lte=day,
            )
            .exclude(contract__status__in=[Contract.Status.DRAFT, Contract.Status.VOID])
            .exclude(frequency_unit="once")
            .select_for_update()
            .order_by("contract_id", "position", "pk")
        )
        found += [line for line in read(rows) if line.price != prices[line.pk]]
    _name(found)
    return found


def _name(lines: Sequence[ContractLine]) -> None:
    """What amendments name, made once however many share it: sites, and items where there is no text."""
    unnamed = [line for line in lines if not line.text]
    items = Item.objects.in_bulk({line.item_id for line in unnamed})
    sites = Site.objects.in_bulk({line.site_id for line in lines if line.site_id is not None})
    for line in unnamed:
        line.item = items[line.item_id]
    for line in lines:
        if line.site_id is not None:
            line.site = sites[line.site_id]


def _locked(keys: Collection[int]) -> dict[int, Contract]:
    """The contracts by id, with the columns that are needed here."""
    rows = Contract.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    return {each.pk: each for each in read(rows, *OF_CONTRACT)}


def _in_bulk(
    lines: Sequence[ContractLine],
    contracts: Mapping[int, Contract],
    prices: Mapping[int, Decimal],
    *,
    effective_on: date,
    by: str,
    on: date,
    reason: str,
    kind: str,
) -> list[int]:
    if not lines:
        return []
    amendments = _amendments(
        lines, contracts, prices, effective_on=effective_on, by=by, on=on, reason=reason, kind=kind
    )
    opened = []
    for line in lines:
        made = _cut(line, contracts[line.contract_id], effective_on)
        opened.append(_opened(line, prices[line.pk], made, amendments[line.contract_id]))
        _close(line, made, amendments[line.contract_id])
    update(lines, "closed_by_id", "void", "ends_on", "last_partial")
    insert(opened)
    _sum_up(lines, contracts, prices)
    _tell(contracts, amendments, by=by)
    return [each.pk for each in amendments.values()]


def _cut(line: ContractLine, contract: Contract, day: date) -> Cut:
    first = max(line.starts_on or contract.starts_on, contract.starts_on)
    return cut(first, day, line.anchor_on or first, *policies(line))


def _opened(line: ContractLine, price: Decimal, made: Cut, amendment: Amendment) -> ContractLine:
    """The next version: the same columns, but for what the change says."""
    changed = {
        "id": None,
        "lineage": line.root,
        "price": price,
        "starts_on": amendment.effective_on,
        "first_partial": made.new_first,
        "anchor_on": made.anchor_on,
        "amendment_id": amendment.pk,
    }
    return row(ContractLine, **{**vars(line), **changed})


def _close(line: ContractLine, made: Cut, amendment: Amendment) -> None:
    """End the old version the day before; nothing is owed under it when the new one takes all of its days."""
    line.closed_by_id, line.last_partial = amendment.pk, made.old_last
    line.void = made.last_day is None
    line.ends_on = made.last_day or line.ends_on


def _amendments(
    lines: Sequence[ContractLine],
    contracts: Mapping[int, Contract],
    prices: Mapping[int, Decimal],
    *,
    effective_on: date,
    by: str,
    on: date,
    reason: str,
    kind: str,
) -> dict[int, Amendment]:
    """One amendment per contract, numbered on."""
    changes: dict[int, list[dict[str, Any]]] = {}
    for line in lines:
        changes.setdefault(line.contract_id, []).append(_change(line, prices[line.pk]))
    last = dict(
        Amendment.objects.filter(contract__in=changes)
        .order_by()
        .values_list("contract")
        .annotate(Max("number"))
    )
    made = {
        pk: row(
            Amendment,
            contract_id=pk,
            number=last.get(pk, 0) + 1,
            kind=kind,
            effective_on=effective_on,
            decided_on=on,
            reason=reason,
            settles_by=contracts[pk].settles_by,
            made_by=by,
            changes=own,
        )
        for pk, own in changes.items()
    }
    insert(list(made.values()))
    return made


def _change(line: ContractLine, price: Decimal) -> dict[str, Any]:
    before = shown_values(line)
    return {"line": line.pk, "text": str(line), "before": before, "after": {**before, "price": str(price)}}


def _sum_up(
    lines: Sequence[ContractLine], contracts: Mapping[int, Contract], prices: Mapping[int, Decimal]
) -> None:
    """The yearly amounts move by the difference; a preview prepared before is no longer issued."""
    now = timezone.now()
    moved: dict[int, Contract] = {}
    for line in lines:
        contract, fee = contracts[line.contract_id], fee_of(line)
        contract.yearly_amount += yearly(fee._replace(price=prices[line.pk])) - yearly(fee)
        contract.updated_at = now
        moved[contract.pk] = contract
    update(list(moved.values()), "yearly_amount", "updated_at")


def _tell(contracts: Mapping[int, Contract], amendments: Mapping[int, Amendment], *, by: str) -> None:
    audit.record_many(
        by,
        "contracts.contract.index",
        [
            (
                contracts[pk],
                {"from": made.effective_on.isoformat(), "amendment": f"{contracts[pk].number}/{made.number}"},
            )
            for pk, made in amendments.items()
        ],
    )
    by_company: dict[int, list[int]] = {}
    for pk in amendments:
        by_company.setdefault(contracts[pk].company_id, []).append(pk)
    for company, own in by_company.items():
        made = [amendments[pk] for pk in own]
        keys = tuple(each.pk for each in made)
        publish(ContractsAmended(company, tuple(own), keys, made[0].kind, made[0].effective_on, by))
