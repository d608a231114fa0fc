"""R35: stamp duty on documents without VAT."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.countries.it.domain.stamp import due_on, rate_on, stamped_total

TODAY = date(2026, 11, 21)


def due(nets, *, kind="invoice", on=TODAY):
    rate = due_on({nature: Decimal(net) for nature, net in nets.items()}, kind=kind, on=on)
    return rate and rate.amount


@pytest.mark.parametrize(("net", "amount"), [("77.46", None), ("77.47", None), ("77.48", Decimal("2.00"))])
def test_r35_duty_is_due_strictly_above_the_threshold(net, amount):
    assert due({"N4": net}) == amount


@pytest.mark.parametrize("nature", ["N2.1", "N2.2", "N3.5", "N3.6", "N4"])
def test_r35_these_natures_owe_the_duty(nature):
    assert due({nature: "100.00"}) == Decimal("2.00")


@pytest.mark.parametrize("nature", ["", "N1", "N3.1", "N3.2", "N3.3", "N3.4", "N5", "N6.3", "N6.9", "N7"])
def test_r35_other_natures_owe_nothing(nature):
    assert due({nature: "1000.00"}) is None


def test_r35_natures_add_up_and_taxed_amounts_do_not_count():
    assert due({"N4": "50.00", "N2.2": "27.47", "": "500.00", "N6.7": "500.00"}) is None
    assert due({"N4": "50.00", "N2.2": "27.48", "": "500.00"}) == Decimal("2.00")


def test_r35_lines_that_give_back_reduce_the_amount():
    assert due({"N4": "100.00", "N2.2": "-22.53"}) is None


def test_r35_a_credit_note_owes_it_on_what_it_gives_back():
    assert due({"N4": "77.48"}, kind="credit_note") == Decimal("2.00")
    assert due({"N4": "-77.48"}, kind="credit_note") == Decimal("2.00")
    assert due({"N4": "77.47"}, kind="credit_note") is None


@pytest.mark.parametrize("kind", ["quote", "order", "delivery_note", "proforma"])
def test_r35_documents_that_are_no_invoice_owe_nothing(kind):
    assert due({"N4": "1000.00"}, kind=kind) is None


@pytest.mark.parametrize(
    ("on", "amount"),
    [
        (date(2001, 12, 31), None),
        (date(2002, 1, 1), Decimal("1.29")),
        (date(2005, 5, 31), Decimal("1.29")),
        (date(2005, 6, 1), Decimal("1.81")),
        (date(2013, 6, 25), Decimal("1.81")),
        (date(2013, 6, 26), Decimal("2.00")),
    ],
)
def test_r35_the_amount_is_that_of_the_day(on, amount):
    assert due({"N4": "100.00"}, on=on) == amount


@given(st.dictionaries(st.sampled_from(["N4", "N2.2", "N1", ""]), st.decimals("-500", "500", places=2)))
def test_r35_duty_and_threshold_agree_for_any_document(nets):
    threshold = rate_on(TODAY).threshold

    assert (due_on(nets, kind="invoice", on=TODAY) is not None) == (stamped_total(nets) > threshold)
