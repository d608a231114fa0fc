from datetime import date

import pytest
from django.db import transaction

from ronda.company import numbering
from ronda.company.models import AuditEntry, NumberSeries
from ronda.company.numbering import (
    CounterBelowIssued,
    CounterChanged,
    DateBeforeLastNumber,
    gaps,
    register_numbered,
    set_counter,
    take_number,
    take_numbers,
)

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

TODAY = date(2026, 3, 2)


@pytest.fixture
def issued(monkeypatch):
    """Numbers in use on invoices; add to it to issue."""
    monkeypatch.setattr(numbering, "_kinds", {})
    numbers: set[int] = set()
    register_numbered("invoice", label="Invoices", issued=lambda _series: numbers)
    return numbers


def test_r33_numbers_start_at_one_for_each_company_kind_series_and_year(company, other_company):
    taken = [
        take_number(company, "FT", on=TODAY, kind="invoice"),
        take_number(company, "FT", on=TODAY, kind="invoice"),
        take_number(company, "FT", on=TODAY, kind="credit_note"),
        take_number(company, "B", on=TODAY, kind="invoice"),
        take_number(company, "FT", on=date(2027, 1, 1), kind="invoice"),
        take_number(other_company, "FT", on=TODAY, kind="invoice"),
    ]

    assert taken == [1, 2, 1, 1, 1, 1]


def test_r32_a_date_before_the_last_number_is_refused_and_takes_nothing(company):
    take_number(company, "FT", on=TODAY)

    with pytest.raises(DateBeforeLastNumber) as refused:
        take_number(company, "FT", on=date(2026, 3, 1))
    assert refused.value.field == "on"
    assert take_number(company, "FT", on=TODAY) == 2


def test_r32_the_old_year_stays_open_after_the_new_one_began(company):
    take_number(company, "FT", on=date(2027, 1, 4))

    assert take_number(company, "FT", on=date(2026, 12, 31)) == 1


def test_a_run_takes_its_numbers_in_one_go(company, django_assert_max_num_queries):
    take_number(company, "FT", on=TODAY)

    with django_assert_max_num_queries(2):
        assert take_numbers(company, "FT", on=TODAY, count=300) == range(2, 302)


def test_a_rollback_gives_the_number_back(company):
    with transaction.atomic():
        take_number(company, "FT", on=TODAY)
        transaction.set_rollback(True)

    assert take_number(company, "FT", on=TODAY) == 1


@pytest.mark.django_db(transaction=True)
def test_a_number_outside_a_transaction_is_a_programming_error(company):
    with pytest.raises(RuntimeError):
        take_number(company, "FT", on=TODAY)


def test_a_counter_changes_by_hand_only_after_a_warning_and_is_in_the_history(company, issued):
    take_number(company, "FT", on=TODAY, kind="invoice")
    counter = NumberSeries.objects.get()

    with pytest.raises(CounterChanged):
        set_counter(counter, last_number=40, by="anna")
    set_counter(counter, last_number=40, by="anna", confirmed=frozenset({CounterChanged.code}))

    assert take_number(company, "FT", on=TODAY, kind="invoice") == 41
    entry = AuditEntry.objects.get(action="company.counter.changed")
    assert (entry.actor, entry.company, entry.facts) == ("anna", company, {"last_number": [1, 40]})


def test_a_counter_never_goes_below_a_number_in_use(company, issued):
    counter = NumberSeries.objects.create(
        company=company, kind="invoice", code="FT", year=2026, last_number=9
    )
    issued.update({7, 8})

    with pytest.raises(CounterBelowIssued) as refused:
        set_counter(counter, last_number=7, by="anna", confirmed=frozenset({CounterChanged.code}))
    assert refused.value.field == "last_number"


def test_the_gap_report_names_the_numbers_no_document_carries(company, other_company, issued):
    issued.update({1, 2, 5})
    for firm in (company, other_company):
        NumberSeries.objects.create(company=firm, kind="invoice", code="FT", year=2026, last_number=7)

    assert [(gap.series.company, gap.first, gap.last) for gap in gaps(company)] == [
        (company, 3, 4),
        (company, 6, 7),
    ]
