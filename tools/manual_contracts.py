"""Worked tables of contracts and the month."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ronda.billing.domain.derivation import formula
from ronda.billing.domain.runs import GroupKey, Proposal, ProposedLine, anomaly, group, is_held
from ronda.contracts.domain.charges import Charge, LineTerms, Policy, due, owed, settled_until
from ronda.contracts.domain.coverage import coverage
from ronda.contracts.domain.descriptions import read_description
from ronda.contracts.domain.detection import HistoryLine, detect
from ronda.contracts.domain.schedule import ALIGNMENTS, INVOICE_DAYS, TIMINGS, Schedule, periods
from ronda.contracts.domain.settlement import Taken, Version, settle
from ronda.kernel.money import ZERO
from ronda.kernel.periods import Period, add_months, nth
from tools.manual_tables import Rows, d, euro, span, table

POLICIES: tuple[Policy, ...] = ("full", "by_days", "by_30ths", "free", "merge")


@table
def boundaries() -> Rows:
    rows: Rows = [("k", "from 31/01/2025", "from 28/01/2025", "last day agreed", "yearly from 29/02/2024")]
    for k in range(6):
        rows.append(
            (
                k,
                d(nth(date(2025, 1, 31), "month", 1, k)),
                d(nth(date(2025, 1, 28), "month", 1, k)),
                d(nth(date(2025, 2, 28), "month", 1, k, month_end=True)),
                d(nth(date(2024, 2, 29), "month", 12, k)),
            )
        )
    return rows


@table
def alignments() -> Rows:
    rows: Rows = [("alignment", "1st period", "2nd period", "3rd period")]
    start = date(2025, 9, 6)
    for alignment in ALIGNMENTS:
        found = periods(Schedule(start, every=3, alignment=alignment), start, None, until=date(2026, 6, 1))
        rows.append((f"`{alignment}`", *[span(period) for period in list(found)[:3]]))
    return rows


@table
def invoice_days() -> Rows:
    rows: Rows = [("rule", *TIMINGS)]
    used = Period.closed(date(2026, 1, 6), date(2026, 2, 5))
    for rule in INVOICE_DAYS:
        schedules = [
            Schedule(used.start, timing=timing, invoice_day=rule, invoice_day_number=31) for timing in TIMINGS
        ]
        rows.append((f"`{rule}`", *[d(schedule.invoice_on(used)) for schedule in schedules]))
    return rows


def _quarter(policy: Policy, start: date, end: date | None = None) -> LineTerms:
    schedule = Schedule(date(2024, 4, 1), every=3)
    return LineTerms(schedule, start, end, price=euro("300"), first_policy=policy, last_policy=policy)


def _charge_row(name: str, charge: Charge | None) -> Sequence[object]:
    if charge is None:
        return name, "none", "", "0.00", ""
    share = "/".join(map(str, charge.factor))
    return name, span(charge.period), share, charge.net, f"`{formula(charge.derivation)}`"


@table
def first_period() -> Rows:
    rows: Rows = [("policy", "first charge", "share", "net", "derivation")]
    month = LineTerms(Schedule(date(2024, 5, 1)), date(2024, 5, 20), price=euro("100"))
    rows.append(_charge_row("100.00 a month, `by_days`", next(owed(month, date(2024, 6, 1)))))
    for policy in POLICIES:
        found = list(owed(_quarter(policy, date(2024, 5, 20)), date(2024, 10, 1)))
        first = found[0] if found[0].period.start < date(2024, 7, 1) else None
        rows.append(_charge_row(f"300.00 a quarter, `{policy}`", first))
    return rows


@table
def last_period() -> Rows:
    rows: Rows = [("policy", "last charge", "share", "net", "derivation")]
    for policy in POLICIES:
        terms = _quarter(policy, date(2024, 4, 1), date(2024, 8, 10))
        found = [c for c in owed(terms, date(2024, 10, 1)) if c.period.start == date(2024, 7, 1)]
        rows.append(_charge_row(f"300.00 a quarter, `{policy}`", found[0] if found else None))
    one_day = _quarter("by_days", date(2024, 4, 1), date(2024, 7, 1))
    rows.append(_charge_row("one day, `by_days`", list(owed(one_day, date(2024, 10, 1)))[-1]))
    return rows


@table
def year_in_months() -> Rows:
    terms = LineTerms(
        Schedule(date(2026, 1, 1)),
        date(2026, 1, 1),
        date(2026, 12, 31),
        price=euro("1000"),
        price_basis="year",
    )
    nets = [charge.net for charge in owed(terms, date(2027, 1, 1))]
    return [
        [*(f"{month}" for month in range(1, 13)), "sum"],
        [*nets, sum(nets, ZERO)],
    ]


@table
def printed_price() -> Rows:
    rows: Rows = [("agreed", "quantity × unit price on the document", "net")]
    for quantity in ("1", "3", "7"):
        terms = replace(_quarter("by_days", date(2024, 5, 20)), quantity=Decimal(quantity))
        charge = next(owed(terms, date(2024, 6, 1)))
        rows.append((f"{quantity} × 300.00, 42 of 91 days", f"{quantity} × {charge.unit_price}", charge.net))
    return rows


@table
def catch_up() -> Rows:
    terms = LineTerms(Schedule(date(2026, 1, 1)), date(2026, 1, 1), price=euro("100"))
    billed: set[tuple[date, str]] = set()
    rows: Rows = [("run", "billed before", "charges found", "net")]
    for day in (date(2026, 1, 31), date(2026, 4, 30), date(2026, 4, 30), date(2026, 5, 31)):
        found = due(terms, day, billed)
        shown = ", ".join(span(charge.period) for charge in found) or "none"
        rows.append((d(day), len(billed), shown, sum((charge.net for charge in found), euro("0.00"))))
        billed |= {charge.key for charge in found}
    return rows


@table
def settled() -> Rows:
    terms = LineTerms(Schedule(date(2026, 1, 1)), date(2026, 1, 1), price=euro("100"))
    rows: Rows = [("charged so far", "first", "last", "count", "settled before")]
    for name, months in (("January to April", (1, 2, 3, 4)), ("February is missing", (1, 3, 4))):
        days = [date(2026, month, 1) for month in months]
        answer = settled_until(terms, days[0], days[-1], len(days))
        rows.append(
            (name, d(days[0]), d(days[-1]), len(days), d(answer) if answer else "not known: keys are read")
        )
    return rows


@table
def covered() -> Rows:
    terms = LineTerms(
        Schedule(date(2026, 1, 1)), date(2026, 1, 1), price=euro("100"), free_until=date(2026, 1, 15)
    )
    billed = [
        Period.closed(date(2026, 1, 16), date(2026, 1, 31)),
        Period.closed(date(2026, 3, 1), date(2026, 3, 31)),
        Period.closed(date(2026, 3, 25), date(2026, 4, 30)),
    ]
    found = coverage(terms, billed, until=date(2026, 6, 1))
    rows: Rows = [("days", "state", "how many")]
    rows += [(span(one.period), f"`{one.state}`", one.period.days) for one in found.segments]
    return rows


def _proposed(net: str, *, ref: int = 1, site: int = 0, previous: str | None = None) -> ProposedLine:
    amount = euro(net)
    return ProposedLine(
        source="contracts",
        ref=ref,
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 31),
        kind="regular",
        item_id=1,
        site_id=site,
        text="Fee",
        quantity=Decimal(1),
        unit="",
        unit_price=amount,
        discount=ZERO,
        net=amount,
        vat_code_id=1,
        withholding=False,
        revenue_account="",
        derivation=[],
        previous=euro(previous) if previous else None,
        version="",
    )


@table
def documents_of_a_payer() -> Rows:
    """Five fees of one payer: letters are billing groups 1 (A) and 2 (B); 0 is no letter."""
    letters = {0: "none", 1: "A", 2: "B"}
    plain = GroupKey(account_id=1, group_id=0)
    fees = [
        Proposal(1, plain, [_proposed("100.00", ref=1)]),
        Proposal(1, plain._replace(group_id=1), [_proposed("40.00", ref=2, site=7)]),
        Proposal(1, plain._replace(group_id=2), [_proposed("60.00", ref=3, site=8)]),
        Proposal(1, plain._replace(group_id=1), [_proposed("25.00", ref=4, site=9)]),
        Proposal(1, plain._replace(group_id=1, purchase_order="PO-7"), [_proposed("10.00", ref=5)]),
    ]
    rows: Rows = [("document", "letter", "order", "fees", "net")]
    for number, each in enumerate(group(fees), start=1):
        refs = ", ".join(str(line.ref) for line in each.lines)
        rows.append((number, letters[each.key.group_id], each.key.purchase_order or "none", refs, each.net))
    return rows


@table
def held() -> Rows:
    rows: Rows = [("month", "net", "minimum", "outcome")]
    minimum = euro("30.00")
    for month, net in ((3, "12.00"), (3, "30.00"), (3, "-5.00"), (12, "12.00")):
        kept = is_held(euro(net), minimum, as_of=date(2026, month, 28))
        rows.append((f"{month}/2026", net, minimum, "held" if kept else "proposed"))
    return rows


@table
def anomalies() -> Rows:
    rows: Rows = [("fees now (last time)", "mark at 30 %")]
    for fees in (
        [("100.00", None)],
        [("100.00", "100.00"), ("900.00", None)],
        [("131.00", "100.00")],
        [("130.00", "100.00")],
        [("60.00", "100.00")],
    ):
        lines = [_proposed(now, previous=then) for now, then in fees]
        shown = ", ".join(f"{now} ({then or 'never'})" for now, then in fees)
        rows.append((shown, anomaly(lines, percent=30) or "none"))
    return rows


@table
def readings() -> Rows:
    rows: Rows = [("text on the invoice", "text that stays", "period")]
    for text in (
        "Canone manutenzione marzo 2025",
        "Canone dal 01/01/2025 al 31/03/2025",
        "Maintenance 1er trimestre 2025",
        "Canone assistenza",
    ):
        found = read_description(text)
        rows.append((text, found.text, span(found.period) if found.period else "none"))
    return rows


MONTHS = ("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno")


@table
def detected() -> Rows:
    monthly = [
        HistoryLine("1", f"Canone manutenzione {name} 2025", euro("120.00"), date(2025, number, 5))
        for number, name in enumerate(MONTHS, start=1)
    ]
    quarterly = [
        HistoryLine("2", "Assistenza", euro("300.00"), add_months(date(2024, 10, 31), 3 * k))
        for k in range(4)
    ]
    sales = [
        HistoryLine("3", "Riparazione", euro(net), date(2025, n, 9)) for n, net in ((1, "80"), (4, "95"))
    ]
    rows: Rows = [("invoices", "found", "every", "net", "next period from", "confidence")]
    cases = (
        ("six months, each named in the text", monthly),
        ("the same, March missing", [*monthly[:2], *monthly[3:]]),
        ("four quarters, no period in the text", quarterly),
        ("two repairs", sales),
    )
    for name, history in cases:
        found = detect(history)
        rows += [
            (name, one.description, f"{one.frequency} months", one.net, d(one.next_on), one.confidence)
            for one in found
        ] or [(name, "nothing", "", "", "", "")]
    return rows


@table
def adjusted() -> Rows:
    """A year of 1,200.00 billed in advance, then changed in four ways."""
    year = LineTerms(Schedule(date(2026, 1, 1), every=12), date(2026, 1, 1), price=Decimal(1200))
    july = replace(year, starts_on=date(2026, 7, 1), price=Decimal(1800))
    ended = replace(year, ends_on=date(2026, 6, 30))
    rest = (Period.closed(date(2026, 8, 1), date(2026, 8, 31)),)
    cases = (
        ("1,800.00 from 01/07", year, [Version(1, ended), Version(2, july)]),
        ("rests in August", year, [Version(1, replace(year, suspended=rest))]),
        ("ends on 30/06", year, [Version(1, ended)]),
        ("ended on 30/06, taken up again", ended, [Version(1, year)]),
    )
    rows: Rows = [("what happens", "billed", "owed now", "difference", "days it is about")]
    for name, before, versions in cases:
        taken = [Taken(n, 1, c.period, c.net) for n, c in enumerate(owed(before, date(2027, 1, 1)))]
        for change in settle(versions, taken, on=date(2026, 7, 1)):
            nets = " + ".join(str(each.amount) for each in change.now)
            rows.append((name, change.billed, nets, change.difference, span(change.changed)))
    return rows
