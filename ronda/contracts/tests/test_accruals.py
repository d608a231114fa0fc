"""R27: what contracts have earned at a closing and no document asks for."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.accounting.services import fill_closing, post_closing, request_closing, withdraw_closing
from ronda.accounting.tests.closings import YEAR_END, balances
from ronda.billing.tests.firm import make_account, make_firm, make_item
from ronda.contracts.models import ChargePeriod
from ronda.contracts.services import suspend, terminate
from ronda.contracts.tests.agreements import agree, month

pytestmark = pytest.mark.django_db

JANUARY = date(2025, 1, 1)


@pytest.fixture
def firm(db):
    return make_firm()


@pytest.fixture
def payer(firm):
    return make_account(firm)


def close(firm, on=YEAR_END):
    return fill_closing(request_closing(firm, on=on, method="days", by="anna"))


def arrears(price="300.00", **facts):
    return {"price": price, "frequency": 3, "timing": "arrears", "invoice_day": "day_after", **facts}


def test_r27_a_quarter_in_arrears_not_invoiced_is_accrued(firm, payer):
    agree(payer, arrears(), starts_on=date(2025, 10, 1))

    found = close(firm).lines.get()

    assert (found.source, found.counterpart, found.balance) == (
        "contracts",
        "invoices_to_issue",
        Decimal("300.00"),
    )
    assert (found.starts_on, found.ends_on) == (date(2025, 10, 1), YEAR_END)


def test_r27_of_a_year_in_arrears_under_way_the_days_passed_are_accrued(firm, payer):
    agree(payer, arrears("365.00", frequency=12), starts_on=date(2025, 12, 1))

    found = close(firm).lines.get()

    assert (found.counterpart, found.net, found.balance) == (
        "accrued_income",
        Decimal("365.00"),
        Decimal("31.00"),
    )


def test_r27_the_invoice_of_the_next_year_takes_the_place_of_the_accrual(firm, payer):
    agree(payer, arrears(), starts_on=date(2025, 10, 1))
    before = post_closing(close(firm), by="anna")
    month(firm, date(2026, 1, 1))

    assert before.accrued_total == Decimal("300.00")
    assert balances(firm, YEAR_END) == {"invoices_to_issue": Decimal(300), "sales": Decimal(-300)}
    # On 1 January the reversal takes 300 and the invoice brings 300.
    assert balances(firm, date(2026, 1, 1))["sales"] == Decimal("-300.00")
    # Closed again after the invoice, the accrual is the same, now with its document.
    withdraw_closing(before, by="anna")
    found = close(firm).lines.get()
    assert (found.document is not None, found.balance) == (True, Decimal("300.00"))


def test_r27_what_was_invoiced_by_then_is_not_accrued_and_what_follows_is(firm, payer):
    agree(payer, arrears("100.00", frequency=1), starts_on=JANUARY)
    month(firm, date(2025, 12, 1))

    assert [line.starts_on for line in close(firm).lines.all()] == [date(2025, 12, 1)]


def test_r27_a_fee_in_advance_forgotten_until_the_closing_is_accrued_too(firm, payer):
    agree(payer, {"price": "100.00"}, starts_on=date(2025, 11, 1))

    assert close(firm).accrued_total == Decimal("200.00")


def test_waived_periods_and_drafts_of_contracts_earn_nothing(firm, payer):
    agree(payer, starts_on=date(2025, 12, 1), active=False)
    contract = agree(payer, starts_on=date(2025, 12, 1))
    ChargePeriod.objects.create(
        line=contract.lines.get(),
        starts_on=date(2025, 12, 1),
        ends_on=YEAR_END,
        kind="regular",
        amount=Decimal(100),
        state=ChargePeriod.State.WAIVED,
    )

    assert close(firm).lines_count == 0


def test_r27_a_charge_on_a_draft_is_not_invoiced_yet(firm, payer):
    agree(payer, arrears(), starts_on=date(2025, 10, 1))
    month(firm, date(2026, 1, 1), mode="draft")

    assert close(firm).accrued_total == Decimal("300.00")


def test_the_discount_of_the_payer_and_the_account_of_the_service_count(firm):
    payer = make_account(firm, discount=Decimal(10))
    item = make_item(firm, "Noleggio", revenue_account="3104")
    agree(payer, arrears(item=item), starts_on=date(2025, 10, 1))

    found = close(firm).lines.get()

    assert (found.account, found.balance) == ("3104", Decimal("270.00"))
    assert [step[0] for step in found.derivation][:2] == ["line", "header"]


def test_r28_suspended_days_of_an_invoiced_contract_take_no_share(firm, payer):
    contract = agree(payer, {"price": "1200.00", "frequency": 12}, starts_on=date(2025, 10, 1))
    month(firm, date(2025, 10, 1))
    assert close(firm).deferred_total == Decimal("897.53")

    suspend(contract, starts_on=date(2025, 12, 1), ends_on=YEAR_END, by="anna", on=date(2025, 12, 1))
    found = close(firm).lines.get()

    # December is given back, 1200 × 31 / 365 = 101.92; the rest is shared by 334 days, 61 of them over.
    assert (found.elapsed, found.days, found.credited) == (61, 334, Decimal("101.92"))
    assert (found.earned, found.deferred) == (Decimal("200.55"), Decimal("897.53"))
    assert [step[0] for step in found.derivation] == [
        "net", "suspended", "unserved", "share.days", "earned", "deferred",
    ]  # fmt: skip


def test_r24_what_an_early_end_gives_back_is_not_deferred(firm, payer):
    contract = agree(payer, {"price": "1200.00", "frequency": 12}, starts_on=date(2025, 10, 1))
    month(firm, date(2025, 10, 1))
    terminate(contract, ends_on=date(2026, 3, 31), by="anna", on=date(2025, 12, 20))

    found = close(firm).lines.get()

    # 92 days earned, 90 to come, 183 given back.
    assert (found.earned, found.deferred, found.credited) == (
        Decimal("302.47"),
        Decimal("295.89"),
        Decimal("601.64"),
    )


def test_r25_what_a_run_invoices_in_advance_is_deferred_under_its_document(firm, payer):
    agree(payer, {"price": "1200.00", "frequency": 12}, starts_on=date(2025, 10, 1))
    month(firm, date(2025, 10, 1))

    closing = close(firm)

    assert (closing.deferred_total, closing.accrued_total) == (Decimal("897.53"), 0)


def test_a_changed_contract_makes_the_preview_anew(firm, payer):
    agree(payer, arrears(), starts_on=date(2025, 10, 1))
    closing = close(firm)
    agree(payer, arrears(), starts_on=date(2025, 10, 1))

    assert post_closing(closing, by="anna").state == "preparing"
