"""Shares of fees among agents (E30), on plain values."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ronda.agents.domain.splits import (
    Fee,
    Payment,
    Rule,
    handed_on,
    matured,
    movements,
    nearest,
    shares,
    taken_back,
)
from ronda.kernel.money import ZERO, to_cents

START = date(2026, 1, 1)
ROSSI, VERDI = 1, 2

cents = st.integers(1, 5_000_000).map(lambda n: Decimal(n) / 100)
percents = st.integers(0, 10_000).map(lambda n: Decimal(n) / 100)
signed_nets = st.integers(-500_000, 500_000).filter(bool).map(lambda n: Decimal(n) / 100)


def rule(pk=1, agent=ROSSI, percent="10", starts_on=START, **facts):
    facts.setdefault("beyond_contracts", False)
    for name in ("following", "fixed"):
        if name in facts:
            facts[name] = Decimal(facts[name])
    return Rule(pk, agent, starts_on, percent=Decimal(percent), **facts)


def fee(net="100.00", day=date(2026, 3, 1), pk=1, contract=7, **facts):
    return Fee(pk, Decimal(net), day, contract=contract, **facts)


def amounts(found):
    return [(share.rule.agent, str(share.total)) for share in found]


# --- which rule --------------------------------------------------------------------------------------------


def test_e30_the_nearest_rule_wins_for_each_agent():
    everything = rule(1)
    levels = [
        everything,
        rule(2, item=4),
        rule(3, party=5),
        rule(4, party=5, item=4),
        rule(5, contract=7),
        rule(6, contract=7, item=4),
        rule(7, contract=7, line=9),
    ]
    one = fee(party=5, item=4, line=9)

    winners = [nearest(levels[: n + 1], one)[0].pk for n in range(len(levels))]

    assert winners == [1, 2, 3, 4, 5, 6, 7]
    assert nearest(reversed(levels), one) == [levels[-1]]


def test_e30_agents_do_not_exclude_each_other_and_shares_need_not_add_up_to_100():
    rules = [rule(1, ROSSI, "8", contract=7), rule(2, VERDI, "3.5", party=5), rule(3, ROSSI, "1")]

    assert amounts(shares(rules, [fee(party=5)])) == [(ROSSI, "8.00"), (VERDI, "3.50")]


def test_e30_both_days_of_a_rule_are_in():
    one = rule(starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 28))
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1)]

    assert [one.covers(fee(day=day)) for day in days] == [False, True, True, False]


def test_e30_invoices_without_a_contract_count_only_where_the_rule_says_so():
    one = fee(contract=None)

    assert nearest([rule()], one) == []
    assert [found.pk for found in nearest([rule(2, beyond_contracts=True)], one)] == [2]


def test_e30_first_year_ten_percent_then_five():
    one = rule(percent="10", following="5")
    days = [date(2026, 2, 1), date(2027, 1, 31), date(2027, 2, 1), date(2028, 2, 1)]

    fees = [fee("1200.00", day, pk, since=date(2026, 2, 1)) for pk, day in enumerate(days)]

    assert [str(share.total) for share in shares([one], fees)] == ["120.00", "120.00", "60.00", "60.00"]


def test_e30_the_first_year_may_be_counted_from_another_day():
    one = rule(percent="10", following="5", counted_from=date(2025, 1, 1))

    assert amounts(shares([one], [fee("200.00", date(2026, 1, 1), since=date(2026, 1, 1))])) == [
        (ROSSI, "10.00")
    ]


def test_e30_a_fixed_amount_is_earned_once_for_each_period_and_divided_over_its_lines():
    one = rule(fixed="10")
    january = {"day": date(2026, 1, 1), "last_day": date(2026, 1, 31)}
    february = {"day": date(2026, 2, 1), "last_day": date(2026, 2, 28)}
    fees = [fee("100.00", pk=1, **january), fee("200.00", pk=2, **january), fee("50.00", pk=3, **february)]

    assert [str(share.total) for share in shares([one], fees)] == ["3.33", "6.67", "10.00"]
    assert {share.percent for share in shares([one], fees)} == {None}


def test_e30_a_renewed_contract_goes_on_with_the_shares_of_the_one_before():
    """Contract 9 renews 8, which renewed 7; Verdi has a share of 9 itself, a fee is known by its service."""
    own = [rule(1, VERDI, "1", contract=9)]
    eight = [rule(2, ROSSI, "2", contract=8), rule(3, VERDI, "3", contract=8)]
    seven = [rule(4, ROSSI, "4", contract=7), rule(5, 3, "5", contract=7, line=70, line_item=4)]

    found = handed_on(9, own, [eight, seven])

    assert [(one.pk, one.agent, one.contract, one.line, one.item) for one in found] == [
        (1, VERDI, 9, None, None),
        (2, ROSSI, 9, None, None),
        (5, 3, 9, None, 4),
    ]


@given(st.lists(signed_nets, min_size=1, max_size=8), percents)
def test_lines_add_up_to_the_percentage_of_the_document(nets, percent):
    fees = [Fee(pk, net, START, contract=7) for pk, net in enumerate(nets)]

    found = shares([Rule(1, ROSSI, START, percent=percent)], fees)

    assert sum((share.total for share in found), ZERO) == to_cents(sum(nets, ZERO) * percent / 100)


@given(st.lists(cents, min_size=1, max_size=6), percents, st.integers(-3, 6))
def test_a_rule_that_does_not_apply_changes_nothing(nets, percent, rank):
    fees = [Fee(pk, net, START, contract=7, party=5, item=4, line=9) for pk, net in enumerate(nets)]
    rules = [Rule(1, ROSSI, START, percent=percent)]
    other = Rule(2, ROSSI, START, contract=8 if rank > 0 else None, party=6, percent=Decimal(50))

    assert shares([*rules, other], fees) == shares(rules, fees)


# --- maturing ----------------------------------------------------------------------------------------------


def test_e30_partial_payments_mature_in_proportion_to_the_cent():
    """122.00 to pay, commission 10.00: 40.67 + 40.67 + 40.66 → 3.33 + 3.34 + 3.33."""
    paid = [
        Payment(str(n), START + timedelta(n), Decimal(part))
        for n, part in enumerate(("40.67", "40.67", "40.66"))
    ]

    found = movements(Decimal(10), Decimal(100), Decimal(122), paid)

    assert [str(move.amount) for move in found] == ["3.33", "3.34", "3.33"]
    assert [str(move.base) for move in found] == ["33.34", "33.33", "33.33"]


def test_e30_nothing_to_pay_means_earned_at_once():
    assert matured(Decimal(10), ZERO, ZERO) == Decimal(10)


@st.composite
def paid_documents(draw):
    """A document to pay, and payments in any order, some of them taken back later."""
    payable = draw(cents)
    left, payments = payable, []
    for n in range(draw(st.integers(0, 6))):
        part = min(left, draw(cents))
        if not part:
            break
        payments.append(Payment(f"a{n}", START + timedelta(draw(st.integers(0, 400))), part))
        left -= part
    undone = [payment for payment in payments if draw(st.booleans())]
    payments += [Payment(f"{one.source}:undone", one.day + timedelta(30), -one.amount) for one in undone]
    return payable, sorted(payments, key=lambda one: (one.day, len(one.source)))


days = st.lists(st.integers(0, 500).map(lambda n: START + timedelta(n)), max_size=5)


@given(cents, percents, paid_documents(), days)
def test_statements_over_any_partition_of_time_add_up_to_the_commission(net, percent, document, cuts):
    payable, payments = document
    total = to_cents(net * percent / 100)

    found = movements(total, net, payable, payments)

    bounds = [date.min, *sorted(set(cuts)), date.max]
    statements = [
        sum((move.amount for move in found if first <= move.day < last), ZERO)
        for first, last in zip(bounds, bounds[1:], strict=False)
    ]
    collected = sum((payment.amount for payment in payments), ZERO)
    assert sum(statements, ZERO) == to_cents(total * collected / payable)
    assert sum((move.base for move in found), ZERO) == to_cents(net * collected / payable)
    if collected == payable:
        assert sum(statements, ZERO) == total


@given(cents, percents, paid_documents(), st.integers(0, 12))
def test_payments_heard_of_one_by_one_give_what_they_give_together(net, percent, document, at):
    payable, payments = document
    total = to_cents(net * percent / 100)
    first, rest = payments[:at], payments[at:]

    together = movements(total, net, payable, payments)
    early = movements(total, net, payable, first)
    written = (sum((m.base for m in early), ZERO), sum((m.amount for m in early), ZERO))
    late = movements(
        total, net, payable, rest, collected=sum((p.amount for p in first), ZERO), entered=written
    )

    assert early + late == together


# --- credit notes ------------------------------------------------------------------------------------------


def test_e30_a_credit_note_takes_back_its_part():
    """10.01 earned on 100.00; 33.33 and then 66.67 are credited: -3.34, -6.67."""
    total, net = Decimal("10.01"), Decimal(100)

    first = taken_back(total, net, Decimal("33.33"))
    second = taken_back(total, net, Decimal(100), first)

    assert (str(first), str(second)) == ("-3.34", "-6.67")


@given(cents, percents, st.lists(cents, max_size=5))
def test_a_credit_note_restores_however_many_parts_it_comes_in(net, percent, parts):
    total = to_cents(net * percent / 100)
    credited, already = ZERO, ZERO
    for part in [*parts, net]:
        credited = min(net, credited + part)
        already += taken_back(total, net, credited, already)

    assert total + already == 0
