from datetime import date

import pytest
from django.db import transaction
from django.db.models import F, IntegerField, Value
from django.db.models.functions import Cast, TruncDate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ronda.company import numbering
from ronda.company.models import AuditEntry, CounterChange, NumberSeries
from ronda.company.number_report import gaps, numbering_findings, series_states
from ronda.company.numbering import (
    CounterBelowIssued,
    CounterChanged,
    DateBeforeLastNumber,
    ReasonMissing,
    register_numbered,
    set_counter,
    take_number,
    take_numbers,
)

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

TODAY = date(2026, 3, 2)


CONFIRMED = frozenset({CounterChanged.code})


def carried(company_id):
    """Entries of the log stand for documents here: the apps that have some are above this one."""
    rows = AuditEntry.objects.filter(company_id=company_id, action="tests.issued")
    return rows.annotate(
        series=F("subject_label"),
        year=Cast(Value(2026), IntegerField()),
        number=F("subject_pk"),
        date=TruncDate("at"),
        label=F("actor"),
    )


@pytest.fixture
def issue(company, monkeypatch):
    """`issue(1, 2)`: documents with these numbers, of the series FT and year 2026."""
    monkeypatch.setattr(numbering, "_kinds", {})
    register_numbered("invoice", label="Invoices", rows=carried)

    def issue(*numbers, company=company, series="FT"):
        for number in numbers:
            AuditEntry.objects.create(
                company=company, action="tests.issued", subject_label=series, subject_pk=number,
                actor=f"{series} {number}",
            )  # fmt: skip

    return issue


def counter_at(last_number, company, **facts):
    given = {"kind": "invoice", "code": "FT", "year": 2026, **facts}
    return NumberSeries.objects.create(company=company, last_number=last_number, **given)


def told(findings):
    return [(one.what, one.first, one.last, one.change and one.change.reason) for one in findings]


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


def test_o5_a_counter_changes_by_hand_only_after_a_warning_with_a_reason_that_is_kept(company, issue):
    take_number(company, "FT", on=TODAY, kind="invoice")
    issue(1)
    counter = NumberSeries.objects.get()

    with pytest.raises(ReasonMissing) as refused:
        set_counter(counter, last_number=40, reason=" ", by="anna", confirmed=CONFIRMED)
    assert refused.value.field == "reason"
    with pytest.raises(CounterChanged) as asked:
        set_counter(counter, last_number=40, reason="Book 2", by="anna")
    assert "Numbers 2 to 40 of series FT 2026 will be missing" in str(asked.value.message)
    assert "will be number 41" in str(asked.value.message)
    set_counter(counter, last_number=40, reason="Book 2", by="anna", confirmed=CONFIRMED)

    assert take_number(company, "FT", on=TODAY, kind="invoice") == 41
    entry = AuditEntry.objects.get(action="company.counter.changed")
    facts = {"last_number": [1, 40], "reason": "Book 2"}
    assert (entry.actor, entry.company, entry.facts) == ("anna", company, facts)
    change = CounterChange.objects.get()
    assert (change.before, change.after, change.reason, change.by) == (1, 40, "Book 2", "anna")


def test_o5_going_back_says_which_numbers_are_given_again(company, issue):
    counter = counter_at(9, company)
    issue(1, 2, 3)

    with pytest.raises(CounterChanged) as asked:
        set_counter(counter, last_number=3, reason="Test documents deleted", by="anna")
    assert "Numbers 4 to 9 of series FT 2026 are on no document and will be given again" in str(
        asked.value.message
    )
    set_counter(counter, last_number=3, reason="Test documents deleted", by="anna", confirmed=CONFIRMED)
    assert gaps(company) == []


def test_o5_a_number_in_use_is_never_given_twice_whatever_is_confirmed(company, issue):
    counter = counter_at(9, company)
    issue(7, 8)

    with pytest.raises(CounterBelowIssued) as refused:
        set_counter(counter, last_number=7, reason="x", by="anna", confirmed=CONFIRMED)
    assert (refused.value.field, refused.value.facts["highest"]) == ("last_number", 8)


def test_o5_the_same_number_again_changes_nothing_and_asks_nothing(company, issue):
    set_counter(counter_at(9, company), last_number=9, by="anna")

    assert not CounterChange.objects.exists()


def test_o6_the_gap_report_names_the_numbers_no_document_carries(company, other_company, issue):
    issue(1, 2, 5)
    issue(3, 4, company=other_company)
    for firm in (company, other_company):
        counter_at(7, firm)

    assert [(gap.series.company, gap.first, gap.last) for gap in gaps(company)] == [
        (company, 3, 4),
        (company, 6, 7),
    ]


def test_o6_the_report_tells_gaps_at_both_ends_duplicates_and_a_counter_left_behind(company, issue):
    issue(3, 4, 4, 6)
    counter_at(5, company)
    issue(1, series="B")

    assert [(one.series, *row) for one, row in zip(numbering_findings(company.pk),
            told(numbering_findings(company.pk)), strict=True)] == [
        ("B", "behind", 1, 1, None),
        ("FT", "missing", 1, 2, None),
        ("FT", "twice", 4, 4, None),
        ("FT", "missing", 5, 5, None),
        ("FT", "behind", 6, 6, None),
    ]  # fmt: skip


def test_o5_a_gap_made_by_hand_shows_its_reason_and_only_that_part(company, issue):
    issue(1, 2)
    counter = counter_at(2, company)
    set_counter(counter, last_number=10, reason="Book lost", by="anna", confirmed=CONFIRMED)
    set_counter(counter, last_number=12, reason="Again", by="bea", confirmed=CONFIRMED)
    issue(13, 16)
    NumberSeries.objects.update(last_number=17)

    assert told(numbering_findings(company.pk)) == [
        ("missing", 3, 10, "Book lost"),
        ("missing", 11, 12, "Again"),
        ("missing", 14, 15, None),
        ("missing", 17, 17, None),
    ]


def test_o7_each_series_has_its_last_number_with_its_document(company, issue):
    issue(1, 2)
    counter_at(2, company, last_date=TODAY)
    counter_at(0, company, code="B")

    [state] = series_states(company.pk)
    assert (state.series, state.year, state.used, state.highest) == ("FT", 2026, 2, 2)
    assert (state.document, state.next_number, state.counter.last_date) == ("FT 2", 3, TODAY)


def missing_ranges(numbers, up_to):
    """The runs of 1..up_to that are not among the numbers, told one by one."""
    missing = [number for number in range(1, up_to + 1) if number not in numbers]
    starts = [number for number in missing if number - 1 not in missing]
    ends = [number for number in missing if number + 1 not in missing]
    return list(zip(starts, ends, strict=True))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=st.sets(st.integers(1, 25), max_size=25), more=st.integers(0, 5))
def test_o6_the_database_finds_the_same_gaps_as_counting_one_by_one(company, issue, numbers, more):
    AuditEntry.objects.filter(action="tests.issued").delete()
    NumberSeries.objects.all().delete()
    last = max(numbers, default=0) + more
    counter_at(last, company)
    issue(*numbers)

    assert [(gap.first, gap.last) for gap in gaps(company)] == missing_ranges(numbers, last)


def test_the_report_takes_the_same_queries_whatever_the_number_of_series(
    company, issue, django_assert_num_queries
):
    for n in range(12):
        counter_at(3, company, code=f"S{n}")
        issue(1, 3, series=f"S{n}")

    with django_assert_num_queries(4):
        assert len(numbering_findings(company.pk)) == 12
