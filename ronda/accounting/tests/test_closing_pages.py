"""The screens of accruals and deferrals."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from ronda.accounting.models import Closing, JournalEntry
from ronda.accounting.options import AccountingOptions
from ronda.accounting.services import post_closing, request_closing
from ronda.accounting.tests.closings import YEAR_END, close, invoice
from ronda.billing.tests.firm import log_in, make_account, make_firm, queries_of
from ronda.company.services.settings import save_options

pytestmark = pytest.mark.django_db
ALL = ("accounting.view_closing", "accounting.add_closing", "accounting.post_closing")


@pytest.fixture
def firm(db):
    return make_firm(language="en")


@pytest.fixture
def page(client, firm):
    return log_in(client, firm, everything=True)


@pytest.fixture
def payer(firm):
    return make_account(firm)


def do(page, closing, verb, **given):
    return page.post(reverse("closing-do", args=[closing.pk, verb]), given)


def state(closing):
    return Closing.objects.get(pk=closing.pk).state


def test_a_closing_is_asked_for_and_shown_while_it_is_computed(page, firm):
    response = page.post(reverse("deferrals"), {"on": "31/12/2025", "method": "months"})

    closing = Closing.objects.get()
    assert (closing.on, closing.method, closing.company) == (YEAR_END, "months", firm)
    assert response.url == reverse("closing", args=[closing.pk])
    assert reverse("closing-progress", args=[closing.pk]) in page.get(response.url).content.decode()
    assert page.get(reverse("closing-progress", args=[closing.pk])).json()["state"] == "running"


def test_the_day_of_a_posted_closing_is_refused_in_the_form(page, firm, payer):
    invoice(payer)
    post_closing(close(firm), by="anna")

    response = page.post(reverse("deferrals"), {"on": "31/12/2025", "method": "days"})

    assert response.status_code == 422
    assert "was posted by anna already" in response.content.decode()


def test_the_method_of_the_firm_is_proposed(page, firm):
    save_options(firm, AccountingOptions, {"spread_by": "months"}, by="anna")

    assert page.get(reverse("deferrals")).context["form"]["method"].value() == "months"


def test_r25_the_page_shows_the_balance_line_by_line_with_its_derivation(page, firm, payer):
    document = invoice(payer)
    closing = close(firm)

    html = page.get(reverse("closing", args=[closing.pk])).content.decode()

    for words in (
        "Bianchi",
        document.label,
        "92/365",
        "302.47",
        "897.53",
        "days from 01/10/2025 to 31/12/2025",
    ):
        assert words in html, words


def test_lines_are_found_by_kind_account_customer_and_document(page, firm, payer):
    document = invoice(payer, text="Canone")
    invoice(make_account(firm, "Verdi"), "300.00", date(2025, 12, 1), YEAR_END, on=date(2026, 1, 5))
    address = reverse("closing", args=[close(firm).pk])

    def found(**given):
        return [line.party.name for line in page.get(address, given).context["lines"]]

    assert found() == ["Bianchi", "Verdi"]
    assert found(kind="accrual") == found(q="verd") == ["Verdi"]
    assert found(q=document.label) == found(order="amount", kind="deferral") == ["Bianchi"]
    assert found(order="amount") == ["Bianchi", "Verdi"]
    assert found(account="4711") == []


def test_totals_by_account_and_what_changed_since_the_closing_before(page, firm, payer):
    invoice(payer)
    post_closing(close(firm, date(2025, 11, 30)), by="anna")
    invoice(payer, "365.00", on=date(2025, 12, 1))

    context = page.get(reverse("closing", args=[close(firm).pk])).context

    (total,) = context["totals"]
    assert (total.account.role, total.lines, total.deferred) == ("sales", 2, Decimal("1170.53"))
    assert (context["before"], context["released"], context["added"]) == (
        Decimal("999.45"),
        Decimal("101.92"),
        Decimal("273.00"),
    )


def test_what_becomes_revenue_after_more_than_a_year_is_told(page, firm, payer):
    invoice(payer, "730.00", date(2026, 1, 1), date(2027, 12, 31), on=YEAR_END)

    context = page.get(reverse("closing", args=[close(firm).pk])).context

    assert [(year, total) for year, total, _months in context["release"]] == [
        (2026, Decimal("365.00")),
        (2027, Decimal("365.00")),
    ]
    assert context["beyond"] == Decimal("365.00")


def test_posting_reversing_and_taking_back_by_the_buttons(page, firm, payer):
    invoice(payer)
    closing = close(firm)

    do(page, closing, "post-only")
    assert state(closing) == Closing.State.POSTED
    do(page, closing, "reverse", **{"reversal-on": "15/01/2026"})
    assert Closing.objects.get().reversed_on == date(2026, 1, 15)
    html = page.get(reverse("closing", args=[closing.pk])).content.decode()
    assert html.count("Deferred income at 31/12/2025") == 2
    do(page, closing, "withdraw")
    assert state(closing) == Closing.State.WITHDRAWN


def test_one_button_posts_and_reverses(page, firm, payer):
    invoice(payer)
    closing = close(firm)

    do(page, closing, "post")
    do(page, closing, "post")

    assert state(closing) == Closing.State.REVERSED
    assert JournalEntry.objects.filter(source__startswith="closing:").count() == 2


def test_r27_the_page_says_that_entries_go_to_the_first_open_day(page, firm, payer):
    invoice(payer)
    closing = close(firm)
    save_options(firm, AccountingOptions, {"books_closed_until": date(2026, 1, 31)}, by="anna")

    assert "the entries go to 01/02/2026" in page.get(reverse("closing", args=[closing.pk])).content.decode()
    do(page, closing, "post")
    assert state(closing) == Closing.State.PREVIEW
    do(page, closing, "post", confirmed="accounting.period_closed")
    assert Closing.objects.get().posted_on == date(2026, 2, 1)


def test_a_preview_is_thrown_away(page, firm, payer):
    invoice(payer)
    closing = close(firm)

    do(page, closing, "discard")

    assert (state(closing), closing.lines.count()) == (Closing.State.WITHDRAWN, 0)


def test_a_posted_closing_is_not_thrown_away(page, firm, payer):
    invoice(payer)
    closing = post_closing(close(firm), by="anna")

    assert do(page, closing, "discard").status_code == 404
    assert do(page, closing, "explode").status_code == 404


def test_the_export_holds_every_line_with_numbers_and_derivation(page, firm, payer):
    document = invoice(payer)
    closing = close(firm)

    response = page.get(reverse("closing-export", args=[closing.pk]))

    book = CalamineWorkbook.from_filelike(BytesIO(response.content))
    lines, accounts = (book.get_sheet_by_index(at).to_python() for at in (0, 1))
    assert lines[1][1:3] == ["Bianchi", document.label]
    assert lines[1][7:14] == [365.0, 92.0, 1200.0, 0.0, 302.47, 897.53, 897.53]
    assert lines[1][16] == "1200.00 × 92/365 = 302.47; 897.53"
    assert accounts[1][2:] == [1.0, 897.53, 0.0]


def test_whoever_may_only_look_neither_computes_nor_posts(client, firm, payer):
    invoice(payer)
    closing = close(firm)
    looking = log_in(client, firm, ALL[0])

    assert looking.get(reverse("closing", args=[closing.pk])).status_code == 200
    assert looking.post(reverse("deferrals"), {"on": "31/12/2024", "method": "days"}).status_code == 403
    assert do(looking, closing, "post").status_code == 403
    assert do(looking, closing, "discard").status_code == 403


def test_strangers_and_other_companies_see_nothing(client, page, firm):
    theirs = request_closing(make_firm("Brina Srl"), on=YEAR_END, method="days", by="anna")

    for name in ("closing", "closing-export", "closing-progress"):
        assert page.get(reverse(name, args=[theirs.pk])).status_code == 404
    assert do(page, theirs, "post").status_code == 404
    client.logout()
    assert client.get(reverse("deferrals")).status_code == 302


def test_the_pages_take_the_same_queries_however_many_lines(page, firm, payer):
    counts = []
    for size in (1, 9):
        for at in range(size):
            invoice(payer)
            close(firm, date(2025, 1, 1 + at + size))
        closing = close(firm)
        addresses = [
            reverse("deferrals"),
            reverse("closing", args=[closing.pk]),
            reverse("closing-export", args=[closing.pk]),
        ]
        counts.append([queries_of(page, address) for address in addresses])
    assert counts[0] == counts[1]
