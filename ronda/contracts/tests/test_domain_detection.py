from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.contracts.domain.descriptions import comparable, read_description
from ronda.contracts.domain.detection import FREQUENCIES, HistoryLine, detect
from ronda.kernel.periods import Period, add_months

YEAR = date(2025, 1, 1)
MONTHS = ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"]


def invoices(frequency, net="120.00", *, start=YEAR, months=12, **options):
    """A year's invoices as an old system writes them: dated in the period's first days."""
    sold = []
    for k in range(0, months, frequency):
        first, last = add_months(start, k), add_months(start, k + frequency) - timedelta(1)
        text = f"Canone manutenzione dal {first:%d/%m/%Y} al {last:%d/%m/%Y}"
        reference = f"FT {k + 1}/2025"
        sold.append(HistoryLine("Bianchi", text, Decimal(net), first, reference=reference, **options))
    return sold


def undated(dates, net="100.00", text="Canone assistenza"):
    return [HistoryLine("Rossi", text, Decimal(net), day) for day in dates]


def summary(found):
    return [(c.customer, c.description, c.frequency, c.net) for c in found]


# Round trip


@settings(max_examples=60)
@given(
    st.sampled_from([f for f in FREQUENCIES if f <= 12]),
    st.decimals("1", "9999", places=2),
    st.dates(date(2024, 1, 1), date(2025, 12, 31)),
    st.integers(12, 30),
)
def test_a_year_of_invoices_gives_back_the_contract_for_every_frequency(frequency, net, start, months):
    sold = invoices(frequency, net, start=start, months=months)
    (found,) = detect(sold)

    assert (found.frequency, found.net, found.description) == (frequency, net, "Canone manutenzione")
    assert (found.first_on, found.last_on) == (sold[0].issued_on, sold[-1].issued_on)
    assert found.next_on == add_months(start, frequency * len(sold))
    assert [proof.reference for proof in found.evidence] == [line.reference for line in sold]
    assert found.active


@settings(max_examples=60)
@given(
    st.sampled_from([1, 2, 3, 4]),
    st.lists(st.integers(-4, 4), min_size=16, max_size=16),
    st.integers(1, 28),
)
def test_invoices_that_slip_by_some_days_are_still_a_contract(frequency, slips, day):
    dates = [add_months(date(2024, 3, day), k * frequency) + timedelta(slip) for k, slip in enumerate(slips)]
    (found,) = detect(undated(dates))

    assert (found.frequency, found.net) == (frequency, Decimal("100.00"))


@settings(max_examples=60)
@given(st.integers(1, 10))
def test_a_month_that_was_forgotten_costs_confidence_only(missing):
    complete = undated([add_months(YEAR, k) for k in range(12)])
    (sure,), (found,) = detect(complete), detect(complete[:missing] + complete[missing + 1 :])

    assert found.frequency == 1
    assert found.confidence < sure.confidence


def test_a_contract_with_an_index_keeps_its_last_amount():
    sold = invoices(1) + invoices(1, "123.60", start=date(2026, 1, 1))

    assert summary(detect(sold)) == [("Bianchi", "Canone manutenzione", 1, Decimal("123.60"))]


def test_a_cut_first_month_and_a_sale_with_the_same_text_do_not_disturb():
    sold = invoices(1, start=date(2025, 2, 1))
    partial = HistoryLine(
        "Bianchi", "Canone manutenzione dal 20/01/2025 al 31/01/2025", Decimal("46.45"), YEAR
    )
    sale = HistoryLine("Bianchi", "Canone manutenzione", Decimal("900.00"), date(2025, 6, 15))

    assert summary(detect([partial, *sold, sale])) == [
        ("Bianchi", "Canone manutenzione", 1, Decimal("120.00"))
    ]


def test_two_fees_with_the_same_text_are_two_contracts():
    sold = invoices(1) + invoices(1) + invoices(1, "200.00")

    assert sorted(c.net for c in detect(sold)) == [Decimal(120), Decimal(120), Decimal(200)]
    assert len({c.key for c in detect(sold)}) == 3


def test_month_names_in_the_text_do_not_split_a_contract():
    sold = [
        HistoryLine("Verdi", f"Pulizia uffici {name} 2025", Decimal(300), date(2025, number, 28))
        for number, name in enumerate(MONTHS, 1)
    ]
    (found,) = detect(sold)

    assert (found.description, found.frequency, found.timing) == ("Pulizia uffici", 1, "arrears")
    assert found.next_on == date(2025, 7, 1)


def test_quantity_and_unit_price_are_kept():
    (found,) = detect(invoices(3, "60.00", quantity=Decimal(3), unit_price=Decimal(20), vat="22"))

    assert (found.quantity, found.unit_price, found.vat) == (3, 20, "22")


def test_a_contract_that_stopped_is_told_from_one_that_goes_on():
    (found,) = detect(invoices(1, months=6), as_of=date(2026, 1, 1))

    assert not found.active


# What is not a contract


def test_what_was_sold_once_is_not_proposed():
    sales = [
        HistoryLine("Neri", f"Sostituzione {part}", Decimal(80), date(2025, month, 10))
        for month, part in enumerate(["pompa", "valvola", "filtro", "motore"], 1)
    ]

    assert detect(sales) == []


@pytest.mark.parametrize(
    "dates",
    [
        [date(2025, 1, 10), date(2025, 2, 10)],
        [date(2025, 1, 10), date(2025, 1, 25), date(2025, 5, 3), date(2025, 5, 30), date(2025, 11, 2)],
    ],
)
def test_sales_without_a_rhythm_are_not_proposed(dates):
    assert detect(undated(dates, text="Toner nero")) == []


def test_a_different_amount_each_time_is_not_a_fee():
    hours = [
        HistoryLine("Neri", "Ore di assistenza", Decimal(100 + 7 * k), add_months(YEAR, k)) for k in range(8)
    ]

    assert detect(hours) == []


def test_credits_do_not_count():
    assert detect([HistoryLine("Neri", "Canone", Decimal(-10), add_months(YEAR, k)) for k in range(6)]) == []


# Reading


@pytest.mark.parametrize(
    ("description", "text", "first", "last"),
    [
        ("Canone assistenza marzo 2025", "Canone assistenza", (2025, 3, 1), (2025, 3, 31)),
        ("Redevance du 01/04/2025 au 30/06/2025", "Redevance", (2025, 4, 1), (2025, 6, 30)),
        ("Consulenza I trimestre 2025", "Consulenza", (2025, 1, 1), (2025, 3, 31)),
        ("Honoraires 2ème trimestre 2025", "Honoraires", (2025, 4, 1), (2025, 6, 30)),
        ("Servizio 2° semestre 2025", "Servizio", (2025, 7, 1), (2025, 12, 31)),
        ("Noleggio stampante gen-mar 2025", "Noleggio stampante", (2025, 1, 1), (2025, 3, 31)),
        ("Canone dicembre 2025 - gennaio 2026", "Canone", (2025, 12, 1), (2026, 1, 31)),
        ("Abonnement décembre 2025 - site Lyon", "Abonnement - site Lyon", (2025, 12, 1), (2025, 12, 31)),
        ("Canone hosting (anno 2025)", "Canone hosting", (2025, 1, 1), (2025, 12, 31)),
        ("Canone T1 2025", "Canone", (2025, 1, 1), (2025, 3, 31)),
        ("Canone 03/2025", "Canone", (2025, 3, 1), (2025, 3, 31)),
    ],
)
def test_the_period_is_read_and_taken_out(description, text, first, last):
    assert read_description(description) == (text, Period.closed(date(*first), date(*last)))


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("Pulizia uffici mese di Febbraio", "Pulizia uffici"),
        ("Rata 3/12 canone pulizie", "canone pulizie"),
        ("Contratto n. 2031 manutenzione", "Contratto n. 2031 manutenzione"),
        ("Ascensore n. 12", "Ascensore n. 12"),
        ("Canone dal 31/02/2025 al 30/03/2025", "Canone"),
    ],
)
def test_what_is_no_period_stays_or_is_only_taken_out(description, text):
    assert read_description(description) == (text, None)


def test_case_accents_and_punctuation_do_not_matter():
    assert comparable("Città  –  PULIZIA, scale") == comparable("citta pulizia Scale")
