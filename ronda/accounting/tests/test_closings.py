"""Accruals and deferrals from documents to the books and back."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ronda.accounting import tasks
from ronda.accounting.models import Account, Closing, DeferralLine, JournalEntry
from ronda.accounting.options import AccountingOptions
from ronda.accounting.services import (
    AlreadyPosted,
    ClosingsOverlap,
    NothingToPost,
    NotPosted,
    NotReady,
    PeriodClosed,
    ReversalTooEarly,
    fill_closing,
    post_closing,
    request_closing,
    reverse_closing,
    withdraw_closing,
)
from ronda.accounting.tests.closings import FROM, TO, YEAR_END, balances, close, invoice
from ronda.billing.services import credit_document, draft_document, issue_document
from ronda.billing.tests.firm import line, make_account, make_firm
from ronda.company.models import Job
from ronda.company.services.settings import save_options
from tests.found import found

pytestmark = pytest.mark.django_db
NEW_YEAR = date(2026, 1, 1)


@pytest.fixture
def firm(db):
    return make_firm()


@pytest.fixture
def payer(firm):
    return make_account(firm)


def state(closing):
    return Closing.objects.get(pk=closing.pk).state


def closed_until(firm, day):
    save_options(firm, AccountingOptions, {"books_closed_until": day}, by="anna")


def test_r25_the_preview_explains_the_line_of_an_invoice(firm, payer):
    document = invoice(payer)

    closing = close(firm)

    found = closing.lines.get()
    assert (found.earned, found.deferred, found.balance) == (
        Decimal("302.47"),
        Decimal("897.53"),
        Decimal("897.53"),
    )
    assert (found.document, found.elapsed, found.days) == (document, 92, 365)
    assert closing.state == Closing.State.PREVIEW
    assert (closing.deferred_total, closing.accrued_total) == (Decimal("897.53"), 0)


def test_r25_by_months_the_same_invoice_defers_900(firm, payer):
    invoice(payer)

    assert close(firm, method="months").deferred_total == Decimal("900.00")


def test_r28_only_the_taxable_base_is_deferred_never_the_vat(firm, payer):
    invoice(payer)
    post_closing(close(firm), by="anna", reverse=False)

    assert balances(firm, YEAR_END) == {
        "customers": Decimal("1464.00"),
        "sales": Decimal("-302.47"),
        "deferred_income": Decimal("-897.53"),
        "vat_payable": Decimal("-264.00"),
    }


def test_the_opposite_is_posted_the_day_after_so_the_year_begins_with_its_share(firm, payer):
    invoice(payer)

    closing = post_closing(close(firm), by="anna")

    assert closing.state == Closing.State.REVERSED
    assert (closing.posted_on, closing.reversed_on) == (YEAR_END, NEW_YEAR)
    assert balances(firm, YEAR_END)["sales"] == Decimal("-302.47")
    assert balances(firm, NEW_YEAR)["sales"] == Decimal("-1200.00")
    assert "deferred_income" not in balances(firm, NEW_YEAR)
    assert found(firm, "accounting.balance", "accounting.documents") == []


def test_each_revenue_account_has_an_entry_of_its_own(firm, payer):
    Account.objects.create(company=firm, code="7000", name="Noleggi", kind="revenue")
    invoice(payer)
    invoice(payer, "365.00", revenue_account="7000")

    closing = post_closing(close(firm), by="anna", reverse=False)

    entries = JournalEntry.objects.filter(pk__in=closing.entries.values("entry")).order_by("source")
    sums = [{each.account.role or each.account.code: each.amount for each in e.lines.all()} for e in entries]
    assert sums == [
        {"7000": Decimal("273.00"), "deferred_income": Decimal("-273.00")},
        {"sales": Decimal("897.53"), "deferred_income": Decimal("-897.53")},
    ]


def test_r27_what_the_next_year_invoices_in_arrears_is_accrued_and_then_reversed(firm, payer):
    invoice(payer, "300.00", date(2025, 10, 1), YEAR_END, on=date(2026, 1, 10))

    closing = post_closing(close(firm), by="anna")

    found = closing.lines.get()
    assert (found.kind, found.counterpart, found.balance) == ("accrual", "invoices_to_issue", Decimal(300))
    assert balances(firm, YEAR_END) == {
        "invoices_to_issue": Decimal("300.00"),
        "sales": Decimal("-300.00"),
    }
    # The reversal takes it from the new year, the invoice gives it back: nothing is left of it there.
    after = balances(firm, date(2026, 1, 10))
    assert (after["sales"], "invoices_to_issue" in after) == (Decimal("-300.00"), False)
    assert after["customers"] == Decimal("366.00")


def test_r27_the_part_of_a_period_under_way_is_accrued_income(firm, payer):
    invoice(payer, "365.00", date(2025, 12, 1), date(2026, 11, 30), on=date(2026, 11, 30))

    found = close(firm).lines.get()

    assert (found.counterpart, found.balance) == ("accrued_income", Decimal("31.00"))
    assert found.derivation[-1] == ["accrued", {"on": "2025-12-31"}, "31.00"]


def test_r27_a_credit_note_reverses_what_is_not_delivered_first(firm, payer):
    document = invoice(payer)
    fee = document.lines.get()
    credit_document(document, on=date(2025, 12, 15), by="anna", amounts={fee.pk: Decimal("600.00")})

    found = close(firm).lines.get()

    assert (found.net, found.credited) == (Decimal("1200.00"), Decimal("600.00"))
    assert (found.earned, found.deferred) == (Decimal("302.47"), Decimal("297.53"))


def test_r27_a_credit_note_of_the_next_year_is_an_event_of_that_year(firm, payer):
    document = invoice(payer)
    credit_document(document, on=date(2026, 1, 15), by="anna")

    assert close(firm).deferred_total == Decimal("897.53")


def test_r27_an_invoice_credited_in_full_has_no_line(firm, payer):
    credit_document(invoice(payer), on=date(2025, 11, 2), by="anna")

    assert close(firm).lines_count == 0


def test_a_discount_on_the_whole_document_is_not_deferred(firm, payer):
    invoice(payer, "365.00", document={"discount": Decimal(10)})

    # 365 less 10 % = 328.50, of which 273 of 365 days are to come.
    assert close(firm).deferred_total == Decimal("245.70")


def test_advances_and_lines_without_a_period_are_left_alone(firm, payer):
    invoice(payer, first=None, last=None)
    invoice(payer, document={"kind": "advance"})

    assert close(firm).lines_count == 0


def test_drafts_and_other_companies_are_left_alone(firm, payer):
    invoice(make_account(make_firm("Brina Srl"), "Verdi"))

    assert close(firm).lines_count == 0


def test_the_second_posting_is_refused_and_writes_nothing(firm, payer):
    invoice(payer)
    closing = close(firm)
    post_closing(closing, by="anna")
    written = JournalEntry.objects.count()

    with pytest.raises(AlreadyPosted):
        post_closing(closing, by="berto")
    with pytest.raises(AlreadyPosted):
        request_closing(firm, on=YEAR_END, method="days", by="berto")
    assert JournalEntry.objects.count() == written


def test_asking_twice_for_a_day_is_one_closing_with_the_same_amounts(firm, payer):
    invoice(payer)
    first, second = close(firm), close(firm)

    assert first.pk == second.pk
    assert (second.lines_count, second.deferred_total) == (1, Decimal("897.53"))


def test_a_preview_older_than_the_documents_is_made_anew_instead_of_posted(firm, payer):
    invoice(payer)
    closing = close(firm)
    invoice(payer, on=date(2025, 12, 30))

    again = post_closing(closing, by="anna")

    assert again.state == Closing.State.PREPARING
    assert not JournalEntry.objects.filter(source__startswith="closing:").exists()
    again = post_closing(fill_closing(again), by="anna")
    assert (again.state, again.deferred_total) == (Closing.State.REVERSED, Decimal("1795.06"))


def test_a_document_that_does_not_matter_leaves_the_preview_as_it_is(firm, payer):
    invoice(payer)
    closing = close(firm)
    invoice(payer, first=date(2026, 2, 1), last=date(2026, 2, 28), on=date(2026, 2, 1))

    assert post_closing(closing, by="anna").state == Closing.State.REVERSED


def test_a_computation_overtaken_by_another_one_writes_nothing(firm, payer):
    invoice(payer)
    overtaken = request_closing(firm, on=YEAR_END, method="months", by="anna")
    close(firm)

    fill_closing(overtaken)

    assert DeferralLine.objects.get().deferred == Decimal("897.53")


def test_a_preview_being_computed_cannot_be_posted(firm):
    with pytest.raises(NotReady):
        post_closing(request_closing(firm, on=YEAR_END, method="days", by="anna"), by="anna")


def test_nothing_to_post_is_told(firm):
    with pytest.raises(NothingToPost):
        post_closing(close(firm), by="anna")


def test_the_preview_is_computed_in_the_background(firm, payer):
    invoice(payer)
    closing = request_closing(firm, on=YEAR_END, method="days", by="anna")

    assert Job.objects.get(key=f"accounting.closing:{closing.pk}:1").company_id == firm.pk
    tasks.prepare_closing.func(closing.pk, 1)
    assert state(closing) == Closing.State.PREVIEW


def test_r27_nothing_is_posted_in_a_closed_period_but_on_the_first_open_day(firm, payer):
    invoice(payer)
    closing = close(firm)
    closed_until(firm, date(2026, 1, 31))

    with pytest.raises(PeriodClosed):
        post_closing(closing, by="anna")
    closing = post_closing(closing, by="anna", reverse=False, confirmed=frozenset({PeriodClosed.code}))

    assert closing.posted_on == date(2026, 2, 1)
    assert set(JournalEntry.objects.filter(source__startswith="closing:").values_list("date", flat=True)) == {
        date(2026, 2, 1)
    }


def test_r27_a_document_dated_in_a_closed_period_is_posted_on_the_first_open_day(firm, payer):
    closed_until(firm, YEAR_END)

    document = invoice(payer, on=date(2025, 12, 20))

    assert document.date == date(2025, 12, 20)
    assert JournalEntry.objects.get(source=f"billing.document:{document.pk}").date == NEW_YEAR
    assert found(firm, "accounting.balance", "accounting.documents") == []


def test_the_reversal_may_come_later_but_not_before_the_day_after(firm, payer):
    invoice(payer)
    closing = post_closing(close(firm), by="anna", reverse=False)

    with pytest.raises(ReversalTooEarly):
        reverse_closing(closing, on=YEAR_END, by="anna")
    closing = reverse_closing(closing, on=date(2026, 1, 31), by="anna")

    assert closing.reversed_on == date(2026, 1, 31)
    assert balances(firm, date(2026, 1, 30))["deferred_income"] == Decimal("-897.53")
    with pytest.raises(NotPosted):
        reverse_closing(closing, by="anna")


def test_two_balances_never_stand_in_the_books_at_once(firm, payer):
    invoice(payer)
    november = post_closing(close(firm, date(2025, 11, 30)), by="anna", reverse=False)

    for reverse in (True, False):
        with pytest.raises(ClosingsOverlap):
            post_closing(close(firm), by="anna", reverse=reverse)

    reverse_closing(november, by="anna")
    assert post_closing(close(firm), by="anna").state == Closing.State.REVERSED


def test_a_late_reversal_is_refused_over_a_later_closing(firm, payer):
    invoice(payer)
    post_closing(close(firm), by="anna")
    november = post_closing(close(firm, date(2025, 11, 30)), by="anna", reverse=False)

    with pytest.raises(ClosingsOverlap):
        reverse_closing(november, on=date(2026, 1, 15), by="anna")


def test_month_by_month_the_books_show_what_is_earned_so_far(firm, payer):
    invoice(payer)
    for month, earned in ((31, "101.92"), (61, "200.55"), (92, "302.47")):
        day = date.fromordinal(FROM.toordinal() + month - 1)
        post_closing(close(firm, day), by="anna")
        assert balances(firm, day)["sales"] == -Decimal(earned)


def test_the_previous_balance_stands_beside_each_line(firm, payer):
    invoice(payer)
    post_closing(close(firm, date(2025, 11, 30)), by="anna")
    invoice(payer, "365.00", on=date(2025, 12, 1))

    closing = close(firm)

    old, new = closing.lines.order_by("pk")
    assert (old.previous_balance, old.balance) == (Decimal("999.45"), Decimal("897.53"))
    assert (new.previous_balance, new.balance) == (0, Decimal("273.00"))
    assert closing.carried_total == Decimal("897.53")


def test_a_closing_taken_back_leaves_no_trace_in_the_balances_and_frees_the_day(firm, payer):
    invoice(payer)
    closing = post_closing(close(firm), by="anna")

    withdraw_closing(closing, by="anna")

    assert balances(firm, YEAR_END)["sales"] == Decimal("-1200.00")
    assert "deferred_income" not in balances(firm, YEAR_END)
    again = post_closing(close(firm), by="anna")
    assert (again.pk != closing.pk, balances(firm, YEAR_END)["sales"]) == (True, Decimal("-302.47"))
    with pytest.raises(NotPosted):
        withdraw_closing(closing, by="anna")


def test_a_french_firm_posts_on_487_and_418(db):
    firm = make_firm("Alizé SARL", "FR")
    payer = make_account(firm, "Durand")
    invoice(payer)
    invoice(payer, "365.00", date(2025, 12, 1), date(2026, 11, 30), on=date(2026, 11, 30))
    post_closing(close(firm), by="anna", reverse=False)

    codes = dict(Account.objects.filter(company=firm).values_list("role", "code"))
    found = balances(firm, YEAR_END)
    assert (codes["deferred_income"], found["deferred_income"]) == ("487", Decimal("-897.53"))
    assert (codes["accrued_income"], found["accrued_income"]) == ("418", Decimal("31.00"))


def test_when_the_balance_becomes_revenue_adds_up_to_it(firm, payer):
    invoice(payer)
    invoice(payer, "1000.00", date(2025, 7, 1), date(2028, 6, 30))

    closing = close(firm)

    assert sum(Decimal(amount) for _month, amount in closing.release) == closing.deferred_total
    assert closing.release[0][0] == 2026 * 12
    assert closing.release[-1][0] == 2028 * 12 + 5


def test_the_preview_takes_the_same_queries_for_one_line_and_for_ten(firm, payer):
    counts = []
    for size in (1, 9):
        for _n in range(size):
            invoice(payer)
            invoice(payer, "10.00", date(2025, 12, 1), YEAR_END, on=date(2026, 1, 2))
        closing = request_closing(firm, on=YEAR_END, method="days", by="anna")
        with CaptureQueriesContext(connection) as queries:
            fill_closing(closing)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_several_lines_of_a_document_are_split_each_by_its_own_period(firm, payer):
    lines = [
        line(firm, "1200.00", starts_on=FROM, ends_on=TO),
        line(firm, "90.00", starts_on=date(2025, 12, 1), ends_on=date(2026, 2, 28)),
        line(firm, "50.00"),
    ]
    issue_document(draft_document(payer, lines, by="anna", on=FROM), on=FROM, by="anna")

    assert [each.deferred for each in close(firm).lines.order_by("pk")] == [
        Decimal("897.53"),
        Decimal("59.00"),
    ]
