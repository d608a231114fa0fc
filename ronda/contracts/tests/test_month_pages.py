"""The screens of the month: asked for, watched, confirmed once, explained."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.billing.models import BillingRun, Document, RunEntry
from ronda.billing.services import fill_run, issue_entries, prepare_run
from ronda.billing.tests.firm import log_in, make_account, make_firm, queries_of
from ronda.company.models import Job
from ronda.contracts.services import hold_billing
from ronda.contracts.tests.agreements import agree, month

pytestmark = pytest.mark.django_db
JANUARY, MARCH = date(2026, 1, 31), date(2026, 3, 31)
State = BillingRun.State


@pytest.fixture
def firm():
    return make_firm(language="en")


@pytest.fixture
def account(firm):
    return make_account(firm)


@pytest.fixture
def page(client, firm):
    return log_in(client, firm, everything=True)


def run_url(run):
    return reverse("billingrun-detail", args=[run.pk])


def do(page, run, verb, *entries):
    """Press a button of the run; its messages."""
    ids = {"id": [entry.pk for entry in entries]}
    response = page.post(reverse("run-do", args=[run.pk, verb]), ids, follow=True)
    return [str(message) for message in response.context["messages"]]


def progress(page, run):
    return page.get(reverse("run-progress", args=[run.pk])).json()


def test_a_month_is_asked_for_watched_confirmed_and_issued(page, firm, account):
    agree(account)

    response = page.post(reverse("month"), {"as_of": "31/01/2026", "mode": "issue"})

    run = BillingRun.objects.get()
    assert (response.status_code, response.url) == (302, run_url(run))
    assert (run.state, run.as_of, run.document_date, run.created_by[:4]) == (
        "preparing",
        JANUARY,
        JANUARY,
        "anna",
    )
    assert progress(page, run) | {"total": 0} == {
        "done": 0,
        "total": 0,
        "state": "running",
        "text": "waiting for the worker",
    }
    assert "<ui-progress" in page.get(run_url(run)).content.decode()

    fill_run(run)
    assert progress(page, run) == {"done": 1, "total": 1, "state": "done", "text": "to be confirmed"}
    assert "Confirm and issue 1 document" in page.get(run_url(run)).content.decode()

    do(page, run, "confirm")
    run.refresh_from_db()
    assert (run.state, run.confirmed_by[:4], Document.objects.count()) == (State.CONFIRMED, "anna", 0)
    issue_entries(run, by="anna")
    html = page.get(run_url(run)).content.decode()
    assert "FT 1/2026" in html
    assert "Confirm and issue" not in html


def test_the_form_of_the_month_keeps_what_was_typed_when_a_day_makes_no_sense(page):
    response = page.post(reverse("month"), {"as_of": "31/02/2026", "mode": "issue"})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["as_of"])
    assert 'value="31/02/2026"' in response.content.decode()
    assert not BillingRun.objects.exists()


def test_the_month_of_one_payer_leaves_the_others_alone(page, firm, account):
    agree(account)
    agree(make_account(firm, "Verdi"))

    page.post(reverse("month"), {"as_of": "31/01/2026", "mode": "draft", "party": account.party_id})

    run = fill_run(BillingRun.objects.get())
    assert (run.mode, [entry.party for entry in run.entries.all()]) == ("draft", [account.party])


def test_a_preview_waits_on_the_page_of_the_month(page, firm, account):
    agree(account)
    run = prepare_run(firm, as_of=JANUARY, by="laura")
    discarded = prepare_run(firm, as_of=MARCH, by="laura")
    do(page, discarded, "discard")

    response = page.get(reverse("month"))

    assert list(response.context["waiting"]) == [run]
    assert list(response.context["runs"]) == [run]


def test_the_second_of_two_clerks_is_told_that_the_first_already_confirmed(page, client, firm, account):
    agree(account)
    run = prepare_run(firm, as_of=JANUARY, by="laura")
    do(page, run, "confirm")
    first = BillingRun.objects.get().confirmed_by

    told = do(log_in(client, firm, everything=True), run, "confirm")

    assert told == [
        f"This preview was already confirmed by {first} or is no longer valid. Open the run to see it."
    ]
    assert Job.objects.filter(key__startswith="billing.issue:").count() == 1


def test_what_failed_is_tried_again_and_nothing_else(page, firm, account):
    agree(account)
    agree(make_account(firm, "Verdi"))
    run = prepare_run(firm, as_of=JANUARY, by="laura")
    broken = run.entries.get(party=account.party)
    RunEntry.objects.filter(pk=broken.pk).update(charges=[broken.charges[0], [["contracts"]]])
    do(page, run, "confirm")
    issue_entries(BillingRun.objects.get(), by="anna")

    html = page.get(run_url(run), {"show": "failed"}).content.decode()
    assert "Try the failed ones again" in html
    assert reverse("run-entry", args=[broken.pk]) in html

    RunEntry.objects.filter(pk=broken.pk).update(charges=broken.charges)
    do(page, run, "retry")
    issue_entries(BillingRun.objects.get(), by="anna")

    assert list(Document.objects.order_by("number").values_list("party__name", flat=True)) == [
        "Verdi",
        "Bianchi",
    ]
    assert do(page, run, "retry") == ["No document of this run has failed."]


def test_a_document_left_out_by_hand_is_taken_back_in(page, firm, account):
    agree(account)
    run = prepare_run(firm, as_of=JANUARY, by="laura")
    entry = run.entries.get()

    assert do(page, run, "exclude", entry) == ["1 document moved."]
    assert page.get(run_url(run), {"show": "excluded"}).context["page"].object_list[0] == entry
    run.refresh_from_db()
    assert (run.proposed, run.net_total) == (0, 0)

    do(page, run, "include", entry)
    run.refresh_from_db()
    assert (run.proposed, run.net_total) == (1, Decimal("100.00"))


def test_the_run_shows_what_is_new_or_much_changed_and_finds_a_payer(page, firm, account):
    grown = agree(account)
    month(firm, JANUARY)
    grown.lines.update(price=200)
    agree(make_account(firm, "Verdi"), starts_on=date(2026, 2, 1))
    run = prepare_run(firm, as_of=date(2026, 2, 28), by="laura")

    def payers(**given):
        return [entry.party.name for entry, _document in page.get(run_url(run), given).context["rows"]]

    assert payers() == ["Bianchi", "Verdi"]
    assert (payers(show="new"), payers(show="up"), payers(q="ver")) == (["Verdi"], ["Bianchi"], ["Verdi"])
    assert (payers(show="down"), payers(show="nonsense"), payers(q="zz")) == ([], [], [])


def test_every_contract_left_out_has_its_reason_and_the_reasons_filter(page, firm, account):
    hold_billing(agree(account, title="A"), reason="Contenzioso", by="anna")
    agree(account, title="B", starts_on=date(2027, 1, 1))
    run = prepare_run(firm, as_of=JANUARY, by="laura")

    def skips(**given):
        context = page.get(run_url(run), {"show": "skipped"} | given).context
        return [reason for _skip, reason in context["skips"]], [code[0] for code in context["codes"]]

    assert skips() == (
        ["Billing is on hold: Contenzioso", "It starts on 01/01/2027."],
        ["hold", "not_started"],
    )
    assert skips(code="not_started") == (["It starts on 01/01/2027."], ["hold", "not_started"])


def test_an_entry_shows_its_lines_and_how_each_amount_came_about(page, firm, account):
    agree(account, {"price": "310.00"}, starts_on=date(2026, 1, 17))
    run = prepare_run(firm, as_of=JANUARY, by="laura")
    entry = run.entries.get()

    response = page.get(reverse("run-entry", args=[entry.pk]))

    assert [(one.text, one.net) for one in response.context["lines"]] == [
        ("Canone from 17/01/2026 to 16/02/2026", Decimal("310.00"))
    ]
    html = response.content.decode()
    assert "How this amount came about" in html
    assert "<table class='derivation'>" in html
    assert "Billed for the first time." in html


def test_a_document_of_the_month_shows_how_its_amounts_came_about(page, firm, account):
    agree(account)
    month(firm, JANUARY)

    html = page.get(reverse("document-detail", args=[Document.objects.get().pk])).content.decode()

    assert html.count("How this amount came about") == 1
    assert "<table class='derivation'>" in html


# Who may, and what it costs


def addresses(run):
    entry = run.entries.first()
    return [
        run_url(run),
        reverse("run-progress", args=[run.pk]),
        reverse("run-entry", args=[entry.pk]),
    ]


def test_the_screens_of_the_month_need_their_permission(client, firm, account):
    agree(account)
    run = prepare_run(firm, as_of=JANUARY, by="laura")
    nobody = log_in(client, firm, "billing.view_document")

    assert [nobody.get(url).status_code for url in (reverse("month"), *addresses(run))] == [403] * 4
    assert nobody.post(reverse("run-do", args=[run.pk, "confirm"])).status_code == 403
    run.refresh_from_db()
    assert run.state == State.PREVIEW


def test_who_may_only_look_sees_a_run_without_its_buttons(client, firm, account):
    agree(account)
    run = prepare_run(firm, as_of=JANUARY, by="laura")
    reader = log_in(client, firm, "billing.view_billingrun")

    html = reader.get(run_url(run)).content.decode()

    assert reverse("run-do", args=[run.pk, "confirm"]) not in html
    assert f'href="{reverse("month")}"' not in html
    assert [reader.get(url).status_code for url in addresses(run)] == [200] * 3


def test_a_run_of_another_company_is_not_found(page):
    other = make_firm("Altra Srl")
    agree(make_account(other, "Verdi"))
    run = prepare_run(other, as_of=JANUARY, by="zoe")

    assert [page.get(url).status_code for url in addresses(run)] == [404] * 3
    for verb in ("confirm", "discard", "exclude"):
        assert page.post(reverse("run-do", args=[run.pk, verb])).status_code == 404
    run.refresh_from_db()
    assert run.state == State.PREVIEW


@pytest.mark.parametrize("show", ["", "skipped"])
def test_the_page_of_a_run_takes_the_same_queries_for_one_and_for_ten_rows(page, firm, show):
    def run_of(count, as_of):
        for n in range(count):
            account = make_account(firm, f"Customer {as_of.month} {n}")
            agree(account)
            agree(account, starts_on=date(2027, 1, 1))
        return month(firm, as_of)

    few = queries_of(page, f"{run_url(run_of(1, JANUARY))}?show={show}")
    many = queries_of(page, f"{run_url(run_of(10, date(2026, 2, 28)))}?show={show}")

    # The second run is compared with the first: that one is read too.
    assert many <= few + 1


def test_the_page_of_an_entry_takes_the_same_queries_for_one_and_for_ten_lines(page, firm, account):
    agree(account)
    agree(make_account(firm, "Verdi"), *[{} for _n in range(10)])
    run = prepare_run(firm, as_of=JANUARY, by="laura")
    one, ten = (reverse("run-entry", args=[entry.pk]) for entry in run.entries.order_by("position"))

    assert queries_of(page, one) == queries_of(page, ten)
