"""What must never be in contracts: found by `ronda check-data`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.company.checking import BATCH, Check, Finding, Look, Problem, batches, register_check
from ronda.contracts.domain.charges import due
from ronda.contracts.models import ChargePeriod, ContractLine
from ronda.contracts.queries import TAKEN, LineRow, billable_contracts, charged_keys, line_rows
from ronda.kernel.periods import Period, repeated, subtract

DAY = timedelta(days=1)
LINE = "contracts.contractline"
#: Contracts of one batch.
CONTRACTS = 250
CREDIT = _("Credit the document that bills these days a second time; the contract's page shows every day.")


def _coverage(look: Look) -> Iterator[Finding]:
    """Every day of a fee is exactly one of billed, to bill and free (R11)."""
    today = timezone.localdate(look.now)
    contracts = billable_contracts(look.company, {}).order_by("pk").values_list("pk", "number")
    for batch in batches(contracts.iterator(chunk_size=BATCH), CONTRACTS):
        numbers = dict(batch)
        lines = ContractLine.objects.filter(contract_id__in=list(numbers)).exclude(frequency_unit="once")
        rows = {row.pk: row for row in line_rows(lines)}
        roots = {pk: lineage or pk for pk, lineage in lines.values_list("pk", "lineage")}
        charges = _charges(list(rows))
        look.read(len(rows) + sum(map(len, charges.values())))
        keys = charged_keys(rows)
        fees: dict[int, list[LineRow]] = {}
        for pk, row in rows.items():
            fees.setdefault(roots[pk], []).append(row)
        for versions in fees.values():
            yield from _of_fee(versions, numbers, charges, keys, today)


def _charges(lines: Sequence[int]) -> dict[int, list[Period]]:
    found: dict[int, list[Period]] = {}
    rows = ChargePeriod.objects.filter(TAKEN, line_id__in=lines, kind="regular")
    for line, first, last in rows.values_list("line_id", "starts_on", "ends_on"):
        found.setdefault(line, []).append(Period.closed(first, last))
    return found


def _of_fee(
    versions: Sequence[LineRow],
    numbers: Mapping[int, str],
    charges: Mapping[int, list[Period]],
    keys: Mapping[int, set[Any]],
    today: date,
) -> Iterator[Finding]:
    billed = [period for row in versions for period in charges.get(row.pk, ())]
    last = versions[-1]
    for twice in repeated(billed):
        yield _finding("twice", last, numbers, twice)
    to_bill: list[Period] = []
    for row in versions:
        terms = row.terms()
        mine = charges.get(row.pk, [])
        for beyond in subtract(mine, [Period(terms.starts_on, max(terms.starts_on, terms.stops))]):
            yield _finding("outside", row, numbers, beyond)
        taken = keys.get(row.pk, set())
        to_bill += [charge.period for charge in due(terms, today, taken) if charge.kind == "regular"]
    if to_bill and not repeated(billed):
        for twice in repeated([*billed, *to_bill]):
            yield _finding("again", last, numbers, twice)


def _finding(problem: str, row: LineRow, numbers: Mapping[int, str], days: Period) -> Finding:
    facts = {
        "contract": numbers[row.contract_id],
        "fee": row.text,
        "first": days.start.isoformat(),
        "last": days.last_day.isoformat(),
    }
    return Finding(problem, facts, LINE, row.pk)


register_check(
    Check(
        code="contracts.coverage",
        label=_("Days of the contracts"),
        promise=_("Every day of every fee is exactly one of billed, to bill and free: none is billed twice."),
        problems={
            "twice": Problem(_("%(contract)s: %(fee)s: billed twice from %(first)s to %(last)s."), CREDIT),
            "outside": Problem(
                _("%(contract)s: %(fee)s: billed from %(first)s to %(last)s, when it is not in force."),
                CREDIT,
            ),
            "again": Problem(
                _("%(contract)s: %(fee)s: the month would bill the days from %(first)s to %(last)s again."),
                _(
                    "Hold the billing of the contract and compare its days with its documents before "
                    "the month."
                ),
            ),
        },
        run=_coverage,
    )
)
