from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.countries.fr.data.personal_services import ACTIVITIES, MEANS, Counts, counts_as
from ronda.countries.fr.domain.tax_certificate import (
    ActivityAmount,
    Allocation,
    Intervention,
    ServiceInvoice,
    ServiceLine,
    ServicePayment,
    certificates_of,
    due_on,
    next_version,
)


def invoice(number, *lines, household="Martin"):
    return ServiceInvoice(number, household, tuple(ServiceLine(code, Decimal(text)) for code, text in lines))


def paid(number, on, means, *parts, others="0"):
    allocations = tuple(Allocation(name, Decimal(amount)) for name, amount in parts)
    return ServicePayment(number, date(*on), means, allocations, Decimal(others))


def only(year, invoices, payments, interventions=()):
    [found] = certificates_of(year, invoices=invoices, payments=payments, interventions=interventions)
    return found


def amounts(certificate):
    return [(one.activity, one.own, one.others, one.not_counted) for one in certificate.amounts]


CLEANING = invoice("F1", ("cleaning", "300.00"))


def test_r44_the_day_of_the_payment_decides_and_not_that_of_the_invoice():
    payments = [
        paid("P1", (2025, 12, 31), "transfer", ("F1", "100.00")),
        paid("P2", (2026, 1, 1), "cheque", ("F1", "200.00")),
    ]

    assert amounts(only(2025, [CLEANING], payments)) == [("cleaning", 100, 0, 0)]
    assert amounts(only(2026, [CLEANING], payments)) == [("cleaning", 200, 0, 0)]
    assert certificates_of(2027, invoices=[CLEANING], payments=payments) == ()


def test_r44_cash_is_shown_but_not_counted():
    found = only(
        2026,
        [CLEANING],
        [
            paid("P1", (2026, 2, 1), "cash", ("F1", "120.00")),
            paid("P2", (2026, 3, 1), "card", ("F1", "180.00")),
        ],
    )

    assert amounts(found) == [("cleaning", 180, 0, 120)]
    assert found.own == 180
    assert [one.code for one in found.warnings] == ["SAP-CASH"]
    assert found.amounts[0].received == 300


def test_r44_what_others_bore_is_deducted():
    found = only(
        2026,
        [CLEANING],
        [
            paid("P1", (2026, 2, 1), "cesu_prefunded", ("F1", "50.00")),
            paid("P2", (2026, 2, 2), "apa", ("F1", "30.00")),
            paid("P3", (2026, 2, 3), "transfer", ("F1", "100.00"), others="50.00"),  # immediate advance
            paid("P4", (2026, 2, 4), "cesu", ("F1", "120.00"), others="20.00"),
        ],
    )

    assert amounts(found) == [("cleaning", 150, 150, 0)]
    assert found.warnings == ()


def test_r44_a_partial_payment_is_split_over_lines_that_count_and_lines_that_do_not():
    mixed = invoice("F1", ("cleaning", "100.00"), ("gardening", "50.00"), ("", "50.00"))
    first = paid("P1", (2026, 5, 1), "transfer", ("F1", "33.33"))
    rest = paid("P2", (2027, 5, 1), "transfer", ("F1", "166.67"))

    now, later = only(2026, [mixed], [first, rest]), only(2027, [mixed], [first, rest])

    assert amounts(now) == [("cleaning", Decimal("16.67"), 0, 0), ("gardening", Decimal("8.33"), 0, 0)]
    assert amounts(later) == [("cleaning", Decimal("83.33"), 0, 0), ("gardening", Decimal("41.67"), 0, 0)]
    assert (now.not_eligible, later.not_eligible) == (Decimal("8.33"), Decimal("41.67"))


def test_r44_a_refund_is_negative_in_the_year_it_was_paid():
    found = only(
        2026,
        [CLEANING],
        [
            paid("P1", (2025, 6, 1), "transfer", ("F1", "300.00")),
            paid("P2", (2026, 1, 10), "transfer", ("F1", "-40.00")),
        ],
    )

    assert amounts(found) == [("cleaning", -40, 0, 0)]
    assert [one.code for one in found.warnings] == ["SAP-NEGATIVE"]


def test_r44_each_household_has_a_certificate_of_its_own():
    invoices = [
        invoice("F1", ("cleaning", "10.00")),
        invoice("F2", ("tutoring", "20.00")),
        invoice("F3", ("cleaning", "30.00"), household="Petit"),
        invoice("F4", ("", "99.00"), household="Bureau"),
    ]
    payment = paid("P1", (2026, 4, 1), "transfer", ("F1", "10"), ("F2", "20"), ("F3", "30"), ("F4", "99"))

    found = certificates_of(2026, invoices=invoices, payments=[payment])

    assert [(one.household, amounts(one)) for one in found] == [
        ("Martin", [("cleaning", 10, 0, 0), ("tutoring", 20, 0, 0)]),
        ("Petit", [("cleaning", 30, 0, 0)]),
    ]


def test_r44_work_is_told_by_month_and_worker():
    work = [
        Intervention("F1", date(2026, 1, day), "cleaning", "Anna", "T-01", 120, Decimal("25.00"))
        for day in (5, 12, 19)
    ] + [
        Intervention("F1", date(2026, 2, 2), "cleaning", "Luc", "", 90),
        Intervention("F9", date(2026, 2, 2), "cleaning", "Zoé", "T-09", 60),
    ]

    found = only(2026, [CLEANING], [paid("P1", (2026, 3, 1), "card", ("F1", "300"))], work)

    assert [(one.month.month, one.worker, one.visits, one.minutes, one.prices) for one in found.work] == [
        (1, "Anna", 3, 360, (Decimal(25),)),
        (2, "Luc", 1, 90, ()),
    ]
    assert [one.code for one in found.warnings] == ["SAP-WORKER"]


def test_caps_of_the_year_are_warned_of():
    invoices = [invoice("F1", ("odd_jobs", "501.00"), ("cleaning", "11500.00"))]

    found = only(2026, invoices, [paid("P1", (2026, 3, 1), "card", ("F1", "12001"))])
    below = only(2026, invoices, [paid("P1", (2026, 3, 1), "card", ("F1", "11000"))])

    assert [one.code for one in found.warnings] == ["SAP-CAP", "SAP-CEILING"]
    assert below.warnings == ()
    assert not any(one.blocks for one in found.warnings)


def test_unknown_means_and_activities_do_not_count_and_are_named():
    found = only(
        2026, [invoice("F1", ("chess", "10.00"))], [paid("P1", (2026, 3, 1), "shells", ("F1", "10"))]
    )

    assert amounts(found) == [("chess", 0, 0, 10)]
    assert [one.code for one in found.warnings] == ["SAP-ACTIVITY", "SAP-MEANS"]


def test_s29_a_changed_certificate_is_a_new_version():
    payments = [paid("P1", (2026, 3, 1), "card", ("F1", "100"))]
    first = only(2026, [CLEANING], payments)
    same = only(2026, [CLEANING], [paid("P1", (2026, 3, 1), "card", ("F1", "100.00"))])
    changed = only(2026, [CLEANING], [*payments, paid("P2", (2026, 12, 30), "cheque", ("F1", "1"))])

    assert next_version(first, None) == 1
    assert next_version(same, (1, first.digest)) is None
    assert next_version(changed, (1, first.digest)) == 2
    assert due_on(2026) == date(2027, 3, 31)


def test_others_cannot_bear_more_than_was_paid():
    with pytest.raises(ValueError, match="others bear"):
        only(2026, [CLEANING], [paid("P1", (2026, 3, 1), "card", ("F1", "10"), others="10.01")])


def test_an_invoice_of_zero_with_a_payment_stops_nobody():
    zero = invoice("F0", ("cleaning", "10.00"), ("gardening", "-10.00"))

    found = certificates_of(2026, invoices=[zero], payments=[paid("P1", (2026, 3, 1), "card", ("F0", "5"))])

    assert found == ()


def test_every_means_has_a_rule_and_every_activity_a_name_in_three_languages():
    assert {row.means for row in MEANS if counts_as(row.means, date(2026, 1, 1)) is Counts.NOT} == {
        "cash",
        "offset",
    }
    assert len(ACTIVITIES) == 24
    assert all(set(row.names) == {"fr", "it", "en"} for row in ACTIVITIES.values())


CENTS = st.integers(1, 300_000).map(lambda cents: Decimal(cents) / 100)
LINES = st.lists(
    st.tuples(st.sampled_from(["", "cleaning", "gardening", "it_help"]), CENTS), min_size=1, max_size=4
)
MOVES = st.lists(
    st.tuples(
        st.integers(-20_000, 120_000).map(lambda cents: Decimal(cents) / 100),
        st.sampled_from([row.means for row in MEANS]),
        st.dates(date(2024, 1, 1), date(2027, 12, 31)),
        st.integers(0, 100),
    ),
    max_size=10,
)


@settings(max_examples=80, deadline=None)
@given(LINES, MOVES)
def test_r44_over_all_years_the_parts_are_the_lines_of_the_invoice_to_the_cent(lines, moves):
    bill = invoice("F1", *lines)
    total = sum(amount for _code, amount in lines)
    payments = [
        ServicePayment(
            f"P{position}",
            on,
            means,
            (Allocation("F1", amount),),
            (amount * share / 100).quantize(Decimal("0.01")),
        )
        for position, (amount, means, on, share) in enumerate(moves)
    ]
    rest = total - sum(one.amount for one in payments)
    payments.append(ServicePayment("P99", date(2028, 1, 5), "cheque", (Allocation("F1", rest),)))

    received = {}
    for year in range(2024, 2029):
        for found in certificates_of(year, invoices=[bill], payments=payments):
            for one in found.amounts:
                received[one.activity] = received.get(one.activity, 0) + one.received
    expected = {}
    for code, amount in lines:
        expected[code] = expected.get(code, 0) + amount
    assert received == {code: amount for code, amount in expected.items() if code}


@settings(max_examples=50, deadline=None)
@given(LINES, MOVES, st.randoms(use_true_random=False))
def test_r44_the_order_in_which_payments_are_given_changes_nothing(lines, moves, random):
    bill = invoice("F1", *lines)
    payments = [
        ServicePayment(f"P{position:02}", on, means, (Allocation("F1", amount),))
        for position, (amount, means, on, _share) in enumerate(moves)
    ]
    mixed = random.sample(payments, len(payments))

    for year in (2024, 2027):
        assert certificates_of(year, invoices=[bill], payments=mixed) == certificates_of(
            year, invoices=[bill], payments=payments
        )


def test_the_amounts_of_an_activity_are_what_was_received():
    assert ActivityAmount("cleaning", Decimal(1), Decimal(2), Decimal(3)).received == 6
