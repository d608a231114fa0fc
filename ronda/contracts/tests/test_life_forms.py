"""What the forms of a contract let change once it is billed."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.billing.tests.firm import log_in, make_account, make_firm
from ronda.contracts.services import LineChange, amend
from ronda.contracts.tests.agreements import agree, month

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 15)


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(TODAY)


@pytest.fixture
def firm():
    return make_firm(language="en")


@pytest.fixture
def account(firm):
    return make_account(firm)


@pytest.fixture
def page(client, firm):
    return log_in(client, firm, everything=True)


@pytest.fixture
def billed(firm, account):
    """100 a month, billed from January to April 2026."""
    contract = agree(account)
    month(firm, date(2026, 4, 1))
    return contract


def test_what_was_billed_is_read_only_in_the_forms_and_points_to_the_change(page, billed):
    line = billed.lines.get()
    form = page.get(reverse("contract-edit", args=[billed.pk]))
    own = page.get(reverse("contractline-edit", args=[line.pk]))

    row = form.context["form"].inlines["contractline"].forms[0]
    held = {name for name, field in row.fields.items() if field.disabled}
    assert held == {"site", "quantity", "price", "price_basis", "rhythm"}
    assert form.context["form"].fields["ends_on"].disabled
    assert {"price", "discount", "starts_on", "frequency"} <= {
        name for name, field in own.context["form"].fields.items() if field.disabled
    }
    for response in (form, own):
        assert reverse("contract-change", args=[billed.pk]) in response.content.decode()


def test_a_price_sent_all_the_same_is_not_written(page, billed):
    line = billed.lines.get()
    edit = reverse("contractline-edit", args=[line.pk])
    seen = page.get(edit).context["form"]

    given = {name: seen[name].value() for name in seen.fields if seen[name].value() is not None}
    page.post(edit, given | {"price": "1", "text": "H24"})

    line.refresh_from_db()
    assert (line.price, line.text) == (Decimal(100), "H24")


def test_replaced_versions_are_no_rows_of_the_form_and_are_not_edited(page, billed):
    line = billed.lines.get()
    amend(billed, effective_on=TODAY, changes=[LineChange(line.pk, price=Decimal(1))], by="anna", on=TODAY)
    new = billed.lines.get(closed_by=None)

    rows = page.get(reverse("contract-edit", args=[billed.pk])).context["form"].inlines["contractline"]

    assert [row.instance.pk for row in rows.initial_forms] == [new.pk]
    assert page.get(reverse("contractline-edit", args=[line.pk])).status_code == 404


def test_when_a_fee_is_billed_may_change_after_it_was_billed(page, billed):
    """R17 is for what days cost; the invoice day and the side of the period move no money."""
    line = billed.lines.get()
    assert line.timing == "advance"
    own = page.get(reverse("contractline-edit", args=[line.pk])).context["form"]
    given = {name: own[name].value() for name in own.fields if own[name].value() is not None}

    response = page.post(
        reverse("contractline-edit", args=[line.pk]),
        given | {"timing": "arrears", "invoice_day": "day_after"},
    )

    assert response.status_code == 302, response.context["form"].errors
    line.refresh_from_db()
    assert (line.timing, line.amendment, line.closed_by) == ("arrears", None, None)
    # January to April were billed in advance: May is not due before its end, and April is not billed twice.
    assert month(billed.company, date(2026, 5, 30)).issued == 0
    assert month(billed.company, date(2026, 6, 1)).issued == 1
    last = line.charges.latest("starts_on")
    assert (last.starts_on, last.ends_on) == (date(2026, 5, 1), date(2026, 5, 31))
