from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.billing.domain.totals import (
    Discount,
    DocumentTerms,
    Fund,
    Line,
    StampRule,
    VatGroup,
    Withholding,
    discounted,
    line_net,
    spread_discount,
    totals,
)

R22, R10, R0 = Decimal(22), Decimal(10), Decimal(0)
amounts = st.decimals("-9999.99", "9999.99", places=2)
lines = st.lists(
    st.builds(
        Line,
        st.decimals("-50", "50", places=3),
        st.decimals("0", "500", places=5),
        st.sampled_from([R22, R10, R0]),
        st.lists(st.builds(Discount, st.decimals("0", "50", places=2)), max_size=2).map(tuple),
        exigibility=st.sampled_from(["I", "S"]),
        withholding=st.booleans(),
        in_stamp_base=st.booleans(),
        gift=st.sampled_from(["", "", "", "discount", "total_allowance", "net_allowance"]),
    ),
    max_size=8,
)
terms = st.builds(
    DocumentTerms,
    discount_percent=st.sampled_from([Decimal(0), Decimal("7.5")]),
    funds=st.lists(
        st.builds(Fund, st.just(Decimal(4)), st.just(R22), withholding=st.booleans()), max_size=1
    ).map(tuple),
    withholdings=st.lists(st.builds(Withholding, st.just(Decimal(20))), max_size=1).map(tuple),
)


def net(amount, rate=R22, **options):
    return Line(Decimal(1), Decimal(amount), rate, **options)


def negative(line):
    return Line(
        -line.quantity,
        line.unit_price,
        line.vat_rate,
        line.discounts,
        exigibility=line.exigibility,
        withholding=line.withholding,
        in_stamp_base=line.in_stamp_base,
        gift=line.gift,
    )


# Properties


@settings(max_examples=60)
@given(lines.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))), terms)
def test_the_order_of_the_lines_does_not_matter(both, conditions):
    one, other = (totals(each, conditions) for each in both)

    assert (one.groups, one.payable, one.stamp, one.withholding) == (
        other.groups,
        other.payable,
        other.stamp,
        other.withholding,
    )


@settings(max_examples=60)
@given(lines, terms)
def test_an_invoice_and_its_credit_note_make_zero(sold, conditions):
    invoice, credit = totals(sold, conditions), totals(map(negative, sold), conditions)

    for name in ("net", "vat", "gross", "payable", "withholding", "allowance", "split_vat"):
        assert getattr(invoice, name) + getattr(credit, name) == 0


@settings(max_examples=60)
@given(lines)
def test_r29_line_nets_add_up_to_the_base_and_gross_is_net_and_vat(sold):
    found = totals(sold)

    assert sum(line.net for line in sold) == sum(group.net for group in found.groups) == found.net
    assert found.gross == found.net + found.vat


@settings(max_examples=60)
@given(st.lists(amounts, min_size=1, max_size=10).filter(sum), amounts)
def test_o13_the_shares_of_a_header_discount_add_up_to_it(nets, discount):
    assert sum(spread_discount(nets, discount)) == discount


@settings(max_examples=60)
@given(lines, st.decimals("0", "100", places=2))
def test_o13_a_header_discount_leaves_base_and_lines_equal(sold, percent):
    sold = [line for line in sold if line.quantity > 0]
    found = totals(sold, DocumentTerms(discount_percent=percent))

    assert sum(found.line_nets) == found.net
    assert sum(line.net for line in sold) - found.header_discount == found.net


@given(st.decimals("0", "999", places=3), st.decimals("0", "999", places=5))
def test_a_line_without_discounts_is_quantity_times_price(quantity, price):
    assert abs(line_net(quantity, price) - quantity * price) <= Decimal("0.005")


# Worked examples


def test_r29_vat_is_computed_on_the_sum_of_the_lines():
    found = totals([net("1.02")] * 3)

    assert found.groups == (VatGroup(R22, Decimal("3.06"), Decimal("0.67")),)


def test_r29_there_is_one_group_per_rate_nature_and_exigibility():
    found = totals(
        [
            net(100),
            net(50, R10),
            net(30, R0, nature="N2.2"),
            net(20, R0, nature="N4"),
            net(10, exigibility="S"),
        ]
    )

    assert [(g.rate, g.nature, g.exigibility, g.net, g.vat) for g in found.groups] == [
        (R22, "", "I", 100, 22),
        (R22, "", "S", 10, Decimal("2.20")),
        (R10, "", "I", 50, 5),
        (R0, "N2.2", "I", 30, 0),
        (R0, "N4", "I", 20, 0),
    ]


def test_r30_discounts_in_cascade_and_as_an_amount():
    cascade = (Discount(Decimal(10)), Discount(Decimal(5)))

    assert discounted(Decimal(200), cascade) == Decimal("171.00")
    assert discounted(Decimal(200), (Discount(amount=Decimal("12.50")),)) == Decimal("187.50")
    assert line_net(Decimal(3), Decimal("0.33333333")) == Decimal("1.00")
    assert line_net(Decimal(2), Decimal(200), cascade) == Decimal("342.00")


@pytest.mark.parametrize(("base", "expected"), [("77.47", "0"), ("77.48", "2.00")])
def test_r35_v06_stamp_duty_is_due_strictly_above_the_threshold(base, expected):
    rule = StampRule(Decimal("77.47"), Decimal("2.00"))
    found = totals([net(base, R0, nature="N2.2", in_stamp_base=True), net(500)], DocumentTerms(stamp=rule))

    assert found.stamp == Decimal(expected)
    assert found.net == Decimal(base) + 500


def test_r35_stamp_duty_charged_is_out_of_scope_and_free_of_discount_and_withholding():
    found = totals(
        [net(100, R0, nature="N2.2", in_stamp_base=True, withholding=True)],
        DocumentTerms(
            discount_percent=R10,
            withholdings=(Withholding(Decimal(20)),),
            stamp=StampRule(Decimal("77.47"), Decimal("2.00"), charged=True, nature="N1"),
        ),
    )

    assert [(g.nature, g.net) for g in found.groups] == [("N1", 2), ("N2.2", 90)]
    assert (found.gross, found.withholding, found.payable) == (92, 18, 74)


def test_r36_withholding_is_taken_from_what_the_customer_pays():
    found = totals([net(1000, withholding=True)], DocumentTerms(withholdings=(Withholding(Decimal(20)),)))

    assert (found.gross, found.withholding, found.payable) == (1220, 200, 1020)


def test_r36_withholding_on_half_the_base_of_chosen_lines():
    rule = Withholding(Decimal(23), Decimal(50))
    found = totals([net(1000, withholding=True), net(300)], DocumentTerms(withholdings=(rule,)))

    assert found.withholding == Decimal("115.00")


def test_r36_a_social_fund_enters_vat_and_if_so_the_withholding_base():
    with_fund = DocumentTerms(funds=(Fund(Decimal(4), R22),), withholdings=(Withholding(Decimal(20)),))
    both = DocumentTerms(
        funds=(Fund(Decimal(4), R22, withholding=True),), withholdings=(Withholding(Decimal(20)),)
    )
    line = net(1000, withholding=True)

    assert [totals([line], t).payable for t in (with_fund, both)] == [
        Decimal("1068.80"),
        Decimal("1060.80"),
    ]


def test_r37_under_split_payment_the_customer_pays_the_net():
    found = totals([net(1000, exigibility="S"), net(-100, R10, exigibility="S")])

    assert (found.gross, found.split_vat, found.payable) == (1110, 210, 900)


@pytest.mark.parametrize(
    ("gift", "base", "vat", "payable"),
    [("discount", 100, 22, 122), ("total_allowance", 150, 33, 122), ("net_allowance", 150, 33, 133)],
)
def test_r39_o11_the_three_ways_of_giving_something_away(gift, base, vat, payable):
    found = totals([net(100), net(50, gift=gift)])

    assert (found.net, found.vat, found.payable) == (base, vat, payable)


def test_o13_the_header_discount_spares_what_cannot_be_discounted():
    found = totals([net(100), net(50), net(2, R0, discountable=False)], DocumentTerms(discount_amount=R10))

    assert found.line_nets == (
        Decimal("93.33"),
        Decimal("46.67"),
        Decimal("2.00"),
    )


def test_an_empty_document_is_worth_nothing():
    assert totals([]).payable == 0
