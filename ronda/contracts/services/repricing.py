"""New prices of many lines at once, in a constant number of statements (R17, R18)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, CharField, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.base import ModelState
from django.utils import timezone

from ronda.catalogue.models import Item
from ronda.company import audit
from ronda.company.bulk import insert, row
from ronda.contracts.domain.summary import yearly
from ronda.contracts.domain.versions import Cut, cut
from ronda.contracts.events import ContractAmended
from ronda.contracts.models import Amendment, ChargePeriod, Contract, ContractLine
from ronda.contracts.queries import DAY, TAKEN
from ronda.contracts.services.amending import LineChange, amend, policies, shown_values
from ronda.contracts.services.lifecycle import fee_of
from ronda.kernel.bus import publish
from ronda.parties.models import Site

CHUNK = 500


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
    contracts = {line.contract_id: line.contract for line in lines}
    beyond = set(
        ChargePeriod.objects.filter(TAKEN, line__contract__in=contracts, ends_on__gte=effective_on)
        .order_by()
        .values_list("line__contract", flat=True)
        .distinct()
    )
    simple = [line for line in lines if line.contract_id not in beyond]
    amendments = _in_bulk(simple, prices, effective_on=effective_on, by=by, on=on, reason=reason, kind=kind)
    for pk in sorted(beyond):
        changes = [LineChange(each.pk, price=prices[each.pk]) for each in lines if each.contract_id == pk]
        made = amend(
            contracts[pk], effective_on=effective_on, changes=changes, by=by, on=on, reason=reason, kind=kind
        )
        amendments.append(made.pk)
    return amendments


def _open_lines(prices: Mapping[int, Decimal], day: date) -> list[ContractLine]:
    """The lines that can take their new price on the day, with their contracts locked."""
    keys = list(prices)
    found: list[ContractLine] = []
    for start in range(0, len(keys), CHUNK * 10):
        rows = (
            ContractLine.objects.filter(
                Q(ends_on=None) | Q(ends_on__gte=day),
                Q(starts_on=None) | Q(starts_on__lte=day),
                Q(contract__ends_on=None) | Q(contract__ends_on__gte=day),
                pk__in=keys[start : start + CHUNK * 10],
                closed_by=None,
                void=False,
                contract__starts_on__lte=day,
            )
            .exclude(contract__status__in=[Contract.Status.DRAFT, Contract.Status.VOID])
            .exclude(frequency_unit="once")
            .select_for_update(of=("self",))
            .order_by("contract_id", "position", "pk")
        )
        part = [line for line in rows if line.price != prices[line.pk]]
        _attach(part)
        found += part
    return found


def _attach(lines: Sequence[ContractLine]) -> None:
    """Each contract (locked), item and site made once, however many lines share it."""
    contracts = Contract.objects.select_for_update().in_bulk({line.contract_id for line in lines})
    items = Item.objects.in_bulk({line.item_id for line in lines})
    sites = Site.objects.in_bulk({line.site_id for line in lines if line.site_id is not None})
    for line in lines:
        line.contract, line.item = contracts[line.contract_id], items[line.item_id]
        if line.site_id is not None:
            line.site = sites[line.site_id]


def _in_bulk(
    lines: Sequence[ContractLine],
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
    cuts = {line.pk: _cut(line, effective_on) for line in lines}
    opened = {line.pk: _opened(line, prices[line.pk], cuts[line.pk], effective_on) for line in lines}
    amendments = _amendments(lines, opened, effective_on=effective_on, by=by, on=on, reason=reason, kind=kind)
    for line in lines:
        opened[line.pk].amendment_id = amendments[line.contract_id].pk
    insert(list(opened.values()))
    _close(lines, cuts, effective_on, [each.pk for each in amendments.values()])
    _sum_up(lines, prices)
    _tell(lines, amendments, by=by)
    return [each.pk for each in amendments.values()]


def _cut(line: ContractLine, day: date) -> Cut:
    first = max(line.starts_on or line.contract.starts_on, line.contract.starts_on)
    return cut(first, day, line.anchor_on or first, *policies(line))


def _opened(line: ContractLine, price: Decimal, made: Cut, day: date) -> ContractLine:
    new = copy(line)
    new.pk, new._state = None, ModelState()
    new.lineage, new.price, new.starts_on = line.root, price, day
    new.first_partial, new.anchor_on = made.new_first, made.anchor_on
    return new


def _amendments(
    lines: Sequence[ContractLine],
    opened: Mapping[int, ContractLine],
    *,
    effective_on: date,
    by: str,
    on: date,
    reason: str,
    kind: str,
) -> dict[int, Amendment]:
    """One amendment per contract, numbered on."""
    by_contract: dict[int, list[ContractLine]] = {}
    for line in lines:
        by_contract.setdefault(line.contract_id, []).append(line)
    last = dict(
        Amendment.objects.filter(contract__in=by_contract)
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
            settles_by=own[0].contract.settles_by,
            made_by=by,
            changes=[_change(line, opened[line.pk]) for line in own],
        )
        for pk, own in by_contract.items()
    }
    insert(list(made.values()))
    return made


def _change(line: ContractLine, opened: ContractLine) -> dict[str, Any]:
    before, after = shown_values(line), shown_values(opened)
    return {"line": line.pk, "text": str(line), "before": before, "after": after}


def _close(
    lines: Sequence[ContractLine], cuts: Mapping[int, Cut], day: date, amendments: Collection[int]
) -> None:
    """End the old versions the day before, in two statements a chunk."""
    own = Amendment.objects.filter(pk__in=amendments, contract=OuterRef("contract")).values("pk")[:1]
    shared = Case(
        When(Q(first_partial="by_30ths") | Q(last_partial="by_30ths"), then=Value("by_30ths")),
        default=Value("by_days"),
        output_field=CharField(),
    )
    for part in _chunks([line.pk for line in lines if cuts[line.pk].last_day is None]):
        ContractLine.objects.filter(pk__in=part).update(void=True, closed_by=Subquery(own))
    for part in _chunks([line.pk for line in lines if cuts[line.pk].last_day is not None]):
        ContractLine.objects.filter(pk__in=part).update(
            ends_on=day - DAY, last_partial=shared, closed_by=Subquery(own)
        )


def _sum_up(lines: Sequence[ContractLine], prices: Mapping[int, Decimal]) -> None:
    """The yearly amounts move by the difference; a preview prepared before is no longer issued."""
    contracts = {line.contract_id: line.contract for line in lines}
    now = timezone.now()
    for line in lines:
        contract, fee = contracts[line.contract_id], fee_of(line)
        contract.yearly_amount += yearly(fee._replace(price=prices[line.pk])) - yearly(fee)
        contract.updated_at = now
    _write_amounts(list(contracts.values()), now)


def _write_amounts(contracts: Sequence[Contract], now: datetime) -> None:
    """One prepared statement for all: `bulk_update` builds an expression per row, at ten times the cost."""
    ops, table = connection.ops, connection.ops.quote_name(Contract._meta.db_table)
    statement = f"UPDATE {table} SET yearly_amount = %s, updated_at = %s WHERE id = %s"  # noqa: S608 -- our table
    instant = ops.adapt_datetimefield_value(now)
    rows = [(ops.adapt_decimalfield_value(one.yearly_amount, 14, 2), instant, one.pk) for one in contracts]
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def _tell(lines: Sequence[ContractLine], amendments: Mapping[int, Amendment], *, by: str) -> None:
    contracts = {line.contract_id: line.contract for line in lines}
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
    for pk, made in amendments.items():
        publish(ContractAmended(pk, made.pk, made.kind, made.effective_on, by))


def _chunks(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    return (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))
