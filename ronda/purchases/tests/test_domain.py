"""Facts, keys and entries of suppliers' invoices, as pure functions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.accounting.domain.postings import off_balance
from ronda.kernel.money import ZERO, to_cents
from ronda.purchases.domain.coding import from_json, to_json
from ronda.purchases.domain.facts import (
    CREDIT_NOTE,
    DueFacts,
    NoticeFacts,
    PartyFacts,
    VatFacts,
    WithholdingFacts,
)
from ronda.purchases.domain.keys import description_key, invoice_key, memory_keys, seller_key, year_key
from ronda.purchases.domain.posting import (
    Cost,
    difference,
    dues_differ,
    invoice_movements,
    payables,
    unexplained,
)
from ronda.purchases.tests.invoices import DAY, SELLER, credit_note, invoice, line

D = Decimal


def costs_of(facts, **changes):
    return [
        Cost("4101", one.net, one.vat_rate, one.nature, **changes) for one in facts.lines
    ]  # fmt: skip


def moves(facts, costs=None):
    found = invoice_movements(facts, costs or costs_of(facts), supplier=7, rest_on="4703")
    assert off_balance(found) == 0
    totals = {}
    for account, _party, amount in found:
        totals[account] = totals.get(account, ZERO) + amount
    return totals


def test_facts_come_back_from_json_as_they_were():
    facts = invoice(
        line(quantity=D("2.5"), period_from=DAY, period_to=date(2026, 3, 31), code="A-1"),
        withholdings=(WithholdingFacts(kind="RT02", rate=D(20), amount=D("20.00"), reason="A"),),
        notices=(NoticeFacts(code="odd", text="Odd."),),
        stamp=D(0),
    )

    again = from_json(to_json(facts))

    assert again == facts
    assert str(again.lines[0].net) == "100.00"
    assert again.stamp == 0, "nothing stated and zero stated are two things"


def test_a_buyer_without_a_name_comes_back_too():
    facts = invoice(buyer=PartyFacts(name=""), number="")
    assert from_json(to_json(facts)) == facts


def test_what_a_later_version_adds_to_the_facts_does_not_hinder_reading_them():
    kept = {**to_json(invoice()), "colour": "green"}
    assert from_json(kept).number == "12"


def test_an_amount_beyond_measure_does_not_fit():
    assert invoice().amounts_fit()
    assert not replace(invoice(), total=D("1e11")).amounts_fit()
    assert not replace(invoice(), total=D("NaN")).amounts_fit()
    assert not invoice(line(quantity=D("-1e30"))).amounts_fit()
    assert not replace(invoice(), dues=(DueFacts(amount=D("Infinity")),)).amounts_fit()


def test_copies_of_an_invoice_have_one_key_and_other_invoices_another():
    first = invoice(number="12/ a")
    assert invoice_key(first) == invoice_key(replace(first, number="12/A", source_name="copy.p7m"))
    assert invoice_key(first) != invoice_key(replace(first, kind=CREDIT_NOTE))
    assert invoice_key(first) != invoice_key(replace(first, date=date(2026, 3, 5)))
    assert year_key(first) == year_key(replace(first, date=date(2026, 3, 5)))
    assert year_key(first) != year_key(replace(first, date=date(2025, 3, 4)))


def test_a_seller_without_numbers_is_known_by_name_and_postcode():
    plain = PartyFacts(name="ROSSI Mario", postcode="20121")
    assert seller_key(plain) == seller_key(replace(plain, name="Mario Rossi s.n.c."))
    assert seller_key(plain) != seller_key(replace(plain, postcode="20122"))
    assert seller_key(SELLER) == "IT02182030391"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Canone marzo 2026 n. 12", "canone APRILE 2026, n. 15", True),
        ("Forfait février", "Forfait mars", True),
        ("Canone assistenza", "Canone noleggio", False),
        ("2026/12", "2026/13", False),
    ],
)
def test_lines_are_remembered_by_their_words_without_figures_and_months(one, other, same):
    assert (description_key(one) == description_key(other)) is same


def test_an_article_code_is_surer_than_words():
    assert list(memory_keys(line(text="Viti", code=" AB-1 "))) == ["code:ab 1", "text:viti"]
    assert list(memory_keys(line(text="…"))) == []


def test_an_invoice_debits_cost_and_vat_and_owes_the_supplier():
    assert moves(invoice()) == {"4101": D(100), "vat_receivable": D(22), "suppliers": D(-122)}


def test_a_credit_note_is_the_opposite():
    assert moves(credit_note()) == {"4101": D(-100), "vat_receivable": D(-22), "suppliers": D(122)}


def test_vat_that_is_not_deducted_is_a_cost():
    facts = invoice(line("100.00"), line("33.33", number=2))
    costs = [Cost("4101", D(100), D(22)), Cost("4202", D("33.33"), D(22), deductible=40)]
    # 29.33 of VAT: 22.00 and 7.33, of which 2.93 is deducted.
    expected = {
        "4101": D(100),
        "4202": D("37.73"),
        "vat_receivable": D("24.93"),
        "suppliers": D("-162.66"),
    }
    assert moves(facts, costs) == expected


def test_split_vat_is_owed_to_the_state_and_not_to_the_supplier():
    assert moves(invoice(exigibility="S")) == {
        "4101": D(100),
        "vat_receivable": D(22),
        "vat_split_payment": D(-22),
        "suppliers": D(-100),
    }


def test_r38_reverse_charge_is_on_both_sides_on_the_sum_of_the_rate():
    # 3 × 1.02 at 22 %: 0.67 on the sum, 0.66 line by line (R29).
    facts = invoice(*(line("1.02", "0", "N6.7", number=n) for n in (1, 2, 3)))
    assert moves(facts, costs_of(facts, reverse_rate=D(22))) == {
        "4101": D("3.06"),
        "vat_receivable": D("0.67"),
        "vat_payable": D("-0.67"),
        "suppliers": D("-3.06"),
    }


def test_reverse_charge_that_is_not_deducted_is_a_cost_too():
    facts = invoice(line("100", "0", "N6.7"))
    assert moves(facts, costs_of(facts, reverse_rate=D(22), deductible=0)) == {
        "4101": D(122),
        "vat_payable": D(-22),
        "suppliers": D(-100),
    }


def test_a_rounding_of_the_supplier_goes_to_roundings_and_is_no_doubt():
    facts = replace(invoice(), total=D("122.01"))
    assert moves(facts)["rounding_loss"] == D("0.01")
    assert moves(replace(facts, kind=CREDIT_NOTE))["rounding_gain"] == D("-0.01")
    assert unexplained(facts) == 0


def test_a_stated_discount_on_the_whole_lowers_the_cost_and_is_no_doubt():
    facts = replace(invoice(), total=D("112.00"), allowance=D("-10.00"))
    assert moves(facts)["4703"] == D(-10)
    assert unexplained(facts) == 0
    assert unexplained(replace(facts, allowance=ZERO)) == D(-10)


def test_vat_of_a_rate_that_no_line_has_is_deducted_as_it_is():
    facts = invoice(
        vat=(VatFacts(rate=D(22), net=D(100), vat=D(22)), VatFacts(rate=D(4), net=ZERO, vat=D(1)))
    )
    assert moves(facts)["vat_receivable"] == D(23)


def test_r36_withheld_tax_is_owed_until_paid_but_is_not_to_be_paid():
    held = WithholdingFacts(kind="RT02", rate=D(20), amount=D("20.00"))
    facts = invoice(withholdings=(held,))
    assert moves(facts)["suppliers"] == D(-122)
    assert [due.amount for due in payables(facts, after_days=30)] == [D("102.00")]


def due(amount, day=None):
    return DueFacts(amount=D(amount), on=day)


APRIL, MAY = date(2026, 4, 30), date(2026, 5, 31)


@pytest.mark.parametrize(
    ("dues", "expected", "differ"),
    [
        ((), [("122.00", date(2026, 4, 3))], False),
        ((due("61", MAY), due("61", APRIL)), [("61", APRIL), ("61", MAY)], False),
        ((due("122"),), [("122", date(2026, 4, 3))], False),
        ((due("60", APRIL), due("60", MAY)), [("60", APRIL), ("62", MAY)], True),
        ((due("500", APRIL), due("60", MAY)), [("122", APRIL)], True),
        ((due("0", APRIL),), [("122", date(2026, 4, 3))], True),
    ],
)
def test_r45_dues_add_up_to_what_is_to_pay(dues, expected, differ):
    facts = invoice(dues=dues)
    assert dues_differ(facts) is differ
    found = [(each.amount, each.on) for each in payables(facts, after_days=30)]
    assert found == [(D(amount), day) for amount, day in expected]


AMOUNT = st.decimals("-5000", "5000", places=4)
LINES = st.lists(
    st.tuples(AMOUNT, st.sampled_from(["22", "10", "0"]), st.integers(0, 100)), min_size=1, max_size=8
)


@settings(max_examples=200, deadline=None)
@given(LINES, AMOUNT, st.lists(st.tuples(AMOUNT, st.integers(0, 90)), max_size=4), st.booleans())
def test_any_invoice_has_a_balanced_entry_in_cents_and_exact_dues(rows, extra, stated, credit):
    lines = [line(str(net), rate, "N6.1" if rate == "0" else "", number=n) for n, (net, rate, _d) in
             enumerate(rows, 1)]  # fmt: skip
    facts = invoice(*lines)
    dues = tuple(due(str(amount), date.fromordinal(DAY.toordinal() + days)) for amount, days in stated)
    facts = replace(facts, total=facts.total + extra, to_pay=facts.total + extra, dues=dues)
    facts = replace(facts, kind=CREDIT_NOTE) if credit else facts
    costs = [
        Cost(f"4{at}", one.net, one.vat_rate, one.nature, deductible, D(22) if one.nature else None)
        for at, (one, (_n, _r, deductible)) in enumerate(zip(lines, rows, strict=True))
    ]

    found = invoice_movements(facts, costs, supplier=1, rest_on="4703")

    assert off_balance(found) == 0
    assert all(amount == to_cents(amount) for _account, _party, amount in found)
    owed = sum(amount for account, _party, amount in found if account == "suppliers")
    assert owed == -facts.sign * to_cents(facts.total)
    planned = payables(facts, after_days=30)
    assert sum((each.amount for each in planned), ZERO) == facts.sign * to_cents(facts.to_pay)
    assert all(each.on for each in planned)
    assert difference(facts) == to_cents(facts.total) - sum(to_cents(one.net) for one in lines) - facts.tax
