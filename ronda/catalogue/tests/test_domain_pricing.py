from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.catalogue.domain.pricing import CustomerOffer, ListOffer, choose_price

TODAY = date(2026, 3, 2)
BASE = Decimal("100.00")
prices = st.decimals("0.01", "999.99", places=2)
first_days = st.none() | st.dates(date(2025, 1, 1), TODAY)
last_days = st.none() | st.dates(TODAY, date(2027, 1, 1))
quantities = st.sampled_from([Decimal(0), Decimal(10)])
list_offers = st.lists(
    st.builds(ListOffer, st.just("Gold"), prices, quantities, first_days, last_days, st.integers(1, 9)),
    max_size=5,
)
customer_offers = st.lists(
    st.builds(CustomerOffer, prices, st.none() | prices, first_days, last_days), max_size=4
)


def chosen(**options):
    found = choose_price(BASE, on=TODAY, **options)
    return found.source, found.price, found.discount, [reason.code for reason in found.reasons]


def test_the_catalogue_price_is_the_last_resort():
    assert chosen() == ("base", BASE, 0, ["base"])


def test_p06_the_customers_price_comes_before_his_lists_and_these_before_the_catalogue():
    lists = [ListOffer("Gold", Decimal(90))]

    assert chosen(lists=lists) == ("list", 90, 0, ["list"])
    assert chosen(lists=lists, customer=[CustomerOffer(Decimal(95))]) == ("customer", 95, 0, ["customer"])


def test_p06_a_discount_alone_is_taken_off_the_price_found_otherwise():
    customer = [CustomerOffer(discount=Decimal("12.50"))]

    assert chosen(customer=customer) == ("base", BASE, Decimal("12.50"), ["base", "discount"])
    assert chosen(customer=customer, lists=[ListOffer("Gold", Decimal(90))]) == (
        "list",
        90,
        Decimal("12.50"),
        ["list", "discount"],
    )


def test_the_highest_quantity_reached_gives_the_price_of_the_list():
    lists = [
        ListOffer("Gold", Decimal(price), Decimal(start)) for start, price in ((0, 90), (10, 80), (50, 70))
    ]

    assert [chosen(lists=lists, quantity=Decimal(q))[1] for q in (1, 10, 49, 50)] == [90, 80, 80, 70]


def test_both_days_of_the_validity_are_in():
    offer = CustomerOffer(Decimal(80), valid_from=TODAY, valid_to=TODAY)

    assert chosen(customer=[offer])[1] == 80
    for on in (TODAY - timedelta(1), TODAY + timedelta(1)):
        assert choose_price(BASE, on=on, customer=[offer]).source == "base"


def test_the_offer_that_began_last_wins():
    customer = [
        CustomerOffer(Decimal(80), valid_from=date(2025, 1, 1)),
        CustomerOffer(Decimal(85), valid_from=date(2026, 1, 1)),
    ]

    assert chosen(customer=customer)[1] == 85


@settings(max_examples=60)
@given(customer_offers, list_offers, prices)
def test_an_offer_that_does_not_apply_changes_nothing(customer, lists, price):
    over = TODAY - timedelta(1)
    more = [ListOffer("Old", price, valid_to=over), ListOffer("Many", price, from_quantity=Decimal(11))]
    gone = [CustomerOffer(price, valid_to=over), CustomerOffer(price, valid_from=TODAY + timedelta(1))]
    quantity = Decimal(10)

    assert choose_price(
        BASE, on=TODAY, quantity=quantity, customer=[*customer, *gone], lists=[*lists, *more]
    ) == choose_price(BASE, on=TODAY, quantity=quantity, customer=customer, lists=lists)


@settings(max_examples=60)
@given(customer_offers, list_offers)
def test_the_order_of_the_offers_does_not_matter(customer, lists):
    one = choose_price(BASE, on=TODAY, quantity=Decimal(10), customer=customer, lists=lists)
    other = choose_price(BASE, on=TODAY, quantity=Decimal(10), customer=customer[::-1], lists=lists[::-1])

    assert (one.price, one.discount, one.source) == (other.price, other.discount, other.source)


def test_reasons_are_said_in_words():
    found = choose_price(
        BASE,
        on=TODAY,
        quantity=Decimal(10),
        lists=[ListOffer("Gold", Decimal(80), Decimal("10.000"))],
        customer=[CustomerOffer(discount=Decimal("5.00"))],
    )

    assert [str(reason) for reason in found.reasons] == [
        "price list Gold, from 10",
        "5 % discount agreed with the customer",
    ]
