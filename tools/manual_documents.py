"""Worked tables of documents, payments and numbers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ronda.accounting.domain.postings import settled_movements
from ronda.billing.domain.totals import DocumentTerms, Gift, Line, StampRule, Totals, Withholding, totals
from ronda.countries.it.pack import Italy
from ronda.kernel.money import ZERO
from ronda.payments.domain.cash import cash_rounding
from ronda.payments.domain.terms import OpenDue, Terms, allocate_oldest_first, instalments
from tools.manual_tables import Rows, d, euro, table

RATE = Decimal(22)


def _totals_row(name: str, found: Totals) -> Sequence[object]:
    groups = ", ".join(
        f"{group.rate} {group.nature}".strip() + f": {group.net} → {group.vat}" for group in found.groups
    )
    return name, groups, found.net, found.vat, found.gross, found.payable


TOTALS_HEAD = ("document", "VAT groups (rate: net → VAT)", "net", "VAT", "gross", "to pay")


@table
def vat_totals() -> Rows:
    line = Line.of_net(euro("1.02"), RATE)
    mixed = [Line.of_net(euro("100.10"), RATE), Line.of_net(euro("50.05"), Decimal(10))]
    discounted = DocumentTerms(discount_percent=Decimal(10))
    return [
        TOTALS_HEAD,
        _totals_row("3 lines of 1.02 at 22 %", totals([line] * 3)),
        _totals_row("100.10 at 22 %, 50.05 at 10 %", totals(mixed)),
        _totals_row("the same, 10 % off the document", totals(mixed, discounted)),
        _totals_row("100.00 at 22 %, less 30.00 of an advance", totals([_at("100"), _at("-30")])),
    ]


def _at(net: str, **facts: object) -> Line:
    return replace(Line.of_net(euro(net), RATE), **facts)  # type: ignore[arg-type]


@table
def gifts() -> Rows:
    rows: Rows = [(*TOTALS_HEAD, "not owed")]
    kinds: tuple[Gift, ...] = ("discount", "total_allowance", "net_allowance")
    for gift in kinds:
        found = totals([_at("100"), _at("20", gift=gift)])
        rows.append((*_totals_row(f"100.00 and a gift of 20.00, `{gift}`", found), found.allowance))
    return rows


@table
def cash() -> Rows:
    rows: Rows = [("owed", "cash received", "paid in part before", "rounded away")]
    for owed_text, received, before in (
        ("1.01", "1.00", False),
        ("0.99", "1.00", False),
        ("12.33", "12.35", False),
        ("12.33", "12.35", True),
        ("12.33", "10.00", False),
    ):
        rounding = cash_rounding(euro(owed_text), euro(received), paid_before=before)
        rows.append((owed_text, received, "yes" if before else "no", rounding or "none"))
    return rows


@table
def stamp_duty() -> Rows:
    rows: Rows = [("net by nature", "kind", "duty")]
    on = date(2026, 3, 31)
    cases = (
        ({"N2.2": "77.47"}, "invoice"),
        ({"N2.2": "77.48"}, "invoice"),
        ({"N4": "50.00", "N2.2": "40.00"}, "invoice"),
        ({"N4": "50.00", "N3.1": "40.00"}, "invoice"),
        ({"N4": "100.00"}, "credit_note"),
        ({"N4": "100.00"}, "quote"),
    )
    for nets, kind in cases:
        amounts = {nature: euro(net) for nature, net in nets.items()}
        duty = Italy().stamp_duty(amounts, kind=kind, on=on, total=sum(amounts.values(), ZERO))
        shown = ", ".join(f"{nature} {net}" for nature, net in nets.items())
        rows.append((shown, f"`{kind}`", duty.amount if duty else "none"))
    return rows


@table
def stamp_charged() -> Rows:
    exempt = Line.of_net(euro("100"), ZERO, "N4")
    line = replace(exempt, in_stamp_base=True)
    rows: Rows = [(*TOTALS_HEAD, "duty")]
    for charged in (True, False):
        rule = StampRule(euro("77.47"), euro("2.00"), charged=charged, nature="N1")
        found = totals([line], DocumentTerms(stamp=rule))
        name = "100.00 of nature N4, duty charged" if charged else "the same, duty paid by the firm"
        rows.append((*_totals_row(name, found), found.stamp))
    return rows


@table
def withholding() -> Rows:
    terms = DocumentTerms(withholdings=(Withholding(Decimal(20)),))
    half = DocumentTerms(withholdings=(Withholding(Decimal(23), base_percent=Decimal(50)),))
    rows: Rows = [(*TOTALS_HEAD, "withheld")]
    for name, lines, rule in (
        ("1,000.00 at 22 %, 20 % withheld", [_at("1000", withholding=True)], terms),
        ("the same beside 50.00 that is not subject", [_at("1000", withholding=True), _at("50")], terms),
        ("1,000.00, 23 % of half the base", [_at("1000", withholding=True)], half),
    ):
        found = totals(lines, rule)
        rows.append((*_totals_row(name, found), found.withholding))
    return rows


@table
def withheld_with_payments() -> Rows:
    rows: Rows = [("payment", "settled before", "withheld with it", "all withheld so far")]
    before, so_far = ZERO, ZERO
    for amount in (euro("333.33"), euro("333.33"), euro("353.34")):
        moves = settled_movements(
            1, payable=euro("1020"), withholding=euro("200"), deferred_vat=ZERO, before=before, change=amount
        )
        withheld = moves[0][2]
        so_far += withheld
        rows.append((amount, before, withheld, so_far))
        before += amount
    return rows


@table
def split_payment() -> Rows:
    lines = [_at("1000"), _at("-100"), Line.of_net(euro("200"), Decimal(10))]
    split = [replace(line, exigibility="S") for line in lines]
    return [
        (*TOTALS_HEAD, "VAT paid to the State by the customer"),
        (*_totals_row("ordinary", totals(lines)), totals(lines).split_vat),
        (*_totals_row("split payment", totals(split)), totals(split).split_vat),
    ]


@table
def due_dates() -> Rows:
    rows: Rows = [("terms", "document of", "dues of 1,000.00")]
    issued = date(2026, 1, 31)
    cases = (
        ("30 days", Terms((30,)), issued),
        ("1 month", Terms((1,), in_months=True), issued),
        ("30, 60 and 90 days, end of month", Terms((30, 60, 90), end_of_month=True), issued),
        (
            "the same, remainder on the first",
            Terms((30, 60, 90), end_of_month=True, remainder_on_first=True),
            issued,
        ),
        ("30 % at once, 70 % after 60 days", Terms((0, 60), (Decimal(30), Decimal(70))), issued),
        ("30 days, always on the 10th", Terms((30,), pay_day=10), issued),
        (
            "30 days, August and December move to the 10th",
            Terms((30,), shift_months=(8, 12), shift_to_day=10),
            date(2026, 7, 15),
        ),
    )
    for name, terms, day in cases:
        dues = instalments(euro("1000.00"), terms, day)
        rows.append((name, d(day), "; ".join(f"{due.amount} on {d(due.due_on)}" for due in dues)))
    return rows


@table
def allocation() -> Rows:
    dues = [
        OpenDue(1, date(2026, 1, 31), euro("100.00")),
        OpenDue(2, date(2026, 2, 28), euro("100.00")),
        OpenDue(3, date(2026, 3, 31), euro("100.00")),
        OpenDue(4, date(2026, 3, 31), euro("-40.00")),
    ]
    rows: Rows = [
        (
            "paid",
            "settles due 1, 31/01",
            "due 2, 28/02",
            "due 3, 31/03",
            "credit note 4",
            "left to the customer",
        )
    ]
    for name, amount, first in (
        ("150.00", euro("150.00"), ()),
        ("150.00 for due 3", euro("150.00"), (3,)),
        ("350.00", euro("350.00"), ()),
        ("50.00 given back", euro("-50.00"), ()),
    ):
        settled, left = allocate_oldest_first(amount, dues, first=first)
        by_due = {one.due_id: one.amount for one in settled}
        rows.append((name, *(by_due.get(number, "") for number in (1, 2, 3, 4)), left))
    return rows


@table
def number_gaps() -> Rows:
    rows: Rows = [("counter stands at", "numbers on documents", "reported as missing")]
    for last, used in ((5, (1, 2, 3, 4, 5)), (6, (1, 2, 5)), (3, ())):
        # The product asks the database, which compares each number with the one before it.
        before = [0, *used, last + 1]
        ends = [(one + 1, two - 1) for one, two in zip(before, before[1:], strict=False) if two > one + 1]
        gaps = ", ".join(f"{first}–{to}" if first != to else f"{first}" for first, to in ends)
        rows.append((last, ", ".join(map(str, used)) or "none", gaps or "none"))
    return rows
