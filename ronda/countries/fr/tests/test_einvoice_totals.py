"""R29, R30 and the sums of EN 16931."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.countries.fr.domain.einvoice import legal
from ronda.countries.fr.domain.einvoice.brfr import preflight
from ronda.countries.fr.domain.einvoice.model import Allowance, Kind, Note, Prepayment, Totals
from ronda.countries.fr.domain.einvoice.totals import complete, discounted, fitted, line_net, places
from ronda.countries.fr.tests.einvoice_samples import MIDDLE, ON, OUTSIDE, STANDARD, full, invoice, line


def test_r29_vat_is_worked_out_once_per_rate_on_the_sum_of_the_lines():
    found = invoice(*(line(number, "1", "1.02") for number in (1, 2, 3)))

    assert [(row.base, row.tax) for row in found.vat_rows] == [(Decimal("3.06"), Decimal("0.61"))]
    assert found.totals.vat == Decimal("0.61")


def test_r29_each_rate_has_its_row_and_the_totals_follow():
    off = Allowance(Decimal(10), "Remise", vat=STANDARD)
    extra = Allowance(Decimal(5), "Frais", charge=True, vat=MIDDLE)
    found = invoice(
        line(1, "2", "50"), line(2, "1", "100", MIDDLE), allowances=(off, extra), paid=Decimal(20)
    )

    assert [(row.base, row.tax) for row in found.vat_rows] == [
        (Decimal(90), Decimal(18)),
        (Decimal(105), Decimal("10.50")),
    ]
    assert found.totals == Totals(
        *map(Decimal, ("200", "10", "5", "195", "28.5", "223.5", "20", "0", "203.5"))
    )


@pytest.mark.parametrize(("price", "tax"), [("0.25", "0.03"), ("-0.25", "-0.03"), ("0.24", "0.02")])
def test_r29_half_a_cent_goes_away_from_zero(price, tax):
    assert invoice(line(price=price, vat=MIDDLE)).totals.vat == Decimal(tax)


def test_r30_a_line_is_quantity_by_price_less_discounts():
    off = Allowance(Decimal("5.00"), "Remise")

    assert line_net(Decimal("2.5"), Decimal(20), allowances=[off]) == Decimal("45.00")
    assert line_net(Decimal(1250), Decimal("99.5"), base_quantity=Decimal(1000)) == Decimal("124.38")


@pytest.mark.parametrize(
    ("quantity", "price", "net", "said"),
    [
        ("3", "1.02", "3.06", ("3", "1.02", None)),
        ("3", "-1.02", "-3.06", ("-3", "1.02", None)),
        ("1000", "0.00012345", "0.12", ("1000", "0.012345", "100")),
        ("15", "0.12345678", "1.85", ("15", "12.345678", "100")),
        ("0.48387", "100", "48.39", ("1", "48.39", None)),
        ("0.5", "100", "-50", ("-1", "50", None)),
    ],
)
def test_r30_a_line_is_said_in_figures_the_formats_can_carry(quantity, price, net, said):
    found = fitted(replace(line(1, quantity, price), net=Decimal(net)))

    expected = tuple(Decimal(figure) if figure else None for figure in said)
    assert (found.quantity, found.price, found.base_quantity) == expected
    assert found.net == Decimal(net)


@given(
    st.decimals(Decimal(-1000), Decimal(1000), places=6),
    st.decimals(Decimal(-1000), Decimal(1000), places=8),
    st.decimals(Decimal(-9999), Decimal(9999), places=2),
)
def test_r30_any_fitted_line_adds_up(quantity, price, net):
    found = fitted(replace(line(1, quantity, price), net=net))

    assert line_net(found.quantity, found.price, base_quantity=found.base_quantity) == net
    assert found.price >= 0
    assert places(found.price) <= 6
    assert places(found.quantity) <= 4


@pytest.mark.parametrize(
    ("quantity", "price", "net", "percent", "said"),
    [
        ("2", "50", "90", "10", ("10.00", "100.00", "10", False)),
        ("2", "50", "91", "10", ("9.00", None, None, False)),
        ("2", "50", "105", None, ("5.00", None, None, True)),
        ("-2", "50", "-90", "10", ("10.00", None, None, True)),
    ],
)
def test_r30_a_discount_is_an_amount_and_a_percentage_only_where_it_gives_it(
    quantity, price, net, percent, said
):
    found = discounted(
        replace(line(1, quantity, price), net=Decimal(net)), "Remise", percent=percent and Decimal(percent)
    )

    (row,) = found.allowances
    amount, base, rate, charge = said
    assert (row.amount, row.charge) == (Decimal(amount), charge)
    assert (row.base, row.percent) == (base and Decimal(base), rate and Decimal(rate))
    assert preflight(invoice(found), on=ON) == []


def test_r30_a_line_without_a_discount_gets_none():
    assert discounted(line(1, "2", "50"), "Remise") == line(1, "2", "50")


def test_the_number_in_the_file_has_no_blanks():
    assert legal.plain_number("FA 12/2026") == "FA-12/2026"


def test_r41_a_final_invoice_takes_its_deposits_off_and_names_them():
    deposit = Prepayment("AC-1", date(2026, 9, 1), Decimal("240.00"))
    found = invoice(line(price="1000"), framework="S4", prepaid=(deposit,))

    assert (found.totals.gross, found.totals.paid, found.totals.due) == tuple(
        map(Decimal, ("1200", "240", "960"))
    )
    assert [row.number for row in found.references] == ["AC-1"]


def test_an_invoice_paid_before_has_nothing_due_and_the_day_of_payment():
    found = complete(invoice(framework="S2"), paid_on=date(2026, 9, 30))

    assert (found.totals.paid, found.totals.due, found.due_on) == (Decimal(120), 0, date(2026, 9, 30))


def test_adding_up_twice_changes_nothing():
    found = full()

    assert complete(found) == found


@pytest.mark.parametrize(
    ("supply", "stage", "code"),
    [
        ("services", "invoice", "S1"),
        ("goods", "paid", "B2"),
        ("mixed", "final", "M4"),
        ("goods", "vat_reported", "B7"),
    ],
)
def test_the_cadre_follows_from_the_supply_and_the_stage(supply, stage, code):
    assert legal.framework(supply, stage) == code


def test_france_has_no_cadre_for_a_subcontractor_of_goods():
    with pytest.raises(KeyError):
        legal.framework("goods", "subcontractor")


def test_the_addressee_is_business_or_consumer_here_or_abroad():
    cases = [(True, "FR"), (True, "IT"), (False, "FR"), (False, "US"), (True, "")]

    assert [legal.addressee(business=firm, country=country) for firm, country in cases] == [
        "B2B", "B2BINT", "B2C", "B2CINT", "B2B",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("services", "on_debits", "due"),
    [
        (True, False, "payment"),
        (True, True, "invoice"),
        (False, False, "delivery"),
        (False, True, "delivery"),
    ],
)
def test_vat_is_due_on_payment_on_invoice_or_on_delivery(services, on_debits, due):
    assert legal.vat_due(services=services, on_debits=on_debits) == due


def test_an_invoice_out_of_scope_goes_without_vat_numbers_and_others_keep_them():
    outside = legal.out_of_scope(invoice(line(vat=OUTSIDE)))

    assert (outside.seller.vat_number, outside.buyer.vat_number) == ("", "")
    assert preflight(outside, on=ON) == []
    assert legal.out_of_scope(full()) == full()


def test_the_three_sentences_are_those_of_the_law_or_the_firms_own():
    by_code = {
        note.code: note.text for note in legal.sentences(ON, late_rate=Decimal("12.50"), own={"AAB": "2 %"})
    }

    assert by_code == {
        "PMT": "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40,00 €",
        "PMD": "En cas de retard de paiement, pénalités exigibles sans rappel au taux annuel de 12,5 %",
        "AAB": "2 %",
    }


def test_a_note_takes_the_place_of_the_one_before():
    found = invoice(kind=Kind.INVOICE).with_note("BAR", "B2C")

    assert found.addressee == "B2C"
    assert found.notes_of("BAR") == (Note("B2C", "BAR"),)
