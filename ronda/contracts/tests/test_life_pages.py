"""Changing a contract from a day, letting it rest and ending it, on the screens people use."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.billing.models import Document, DocumentKind
from ronda.billing.tests.firm import log_in, make_account, make_firm, make_item, queries_of
from ronda.company.models import AuditEntry
from ronda.contracts.models import Amendment, ChargePeriod, Contract, ContractLine, Suspension
from ronda.contracts.services import LineChange, amend, suspend, terminate
from ronda.contracts.tests.agreements import agree, month
from ronda.parties.models import Site
from ronda.workspace.parsing import show_amount

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


def url(contract):
    return reverse("contract-change", args=[contract.pk])


def shown(field):
    """The value of a field as the browser holds it."""
    value = field.value()
    return "" if value is None else show_amount(value) if isinstance(value, Decimal) else value


def entered(page, contract, lines=None, **head):
    """The change form as it opens, with what the person wrote over: {line: {field: value}}."""
    context = page.get(url(contract)).context
    form = context["form"]
    given = {name: form[name].value() or "" for name in form.fields}
    given |= {"effective_on": "01/02/2026"} | head
    for row in context["lines"].forms:
        given |= {row.add_prefix(name): shown(row[name]) for name in row.fields if name != "ends"}
        changed = (lines or {}).get(row.line.pk, {})
        given |= {row.add_prefix(name): value for name, value in changed.items()}
    return given | {"added-TOTAL_FORMS": "0", "added-INITIAL_FORMS": "0"}


def written():
    """Everything an operation on a contract may write."""
    models = (Document, Amendment, ChargePeriod, ContractLine, Suspension, AuditEntry)
    return [list(model.objects.order_by("pk").values()) for model in models]


def do(page, action, contract, **given):
    """An action as the page sends it; codes in `confirmed` answer the questions."""
    given["confirmed"] = [f"{contract.pk}:{code}" for code in given.pop("confirmed", ())]
    return page.post(reverse(f"contract-{action}"), {"id": contract.pk, **given})


# Change from a day


def test_r17_the_preview_shows_the_document_with_its_days_and_writes_nothing(page, billed):
    line = billed.lines.get()
    before = written()

    response = page.post(
        url(billed), entered(page, billed, {line.pk: {"price": "120,00"}}) | {"then": "preview"}
    )

    found = response.context["preview"]
    # 20 more for each of February, March and April, with 22 % of VAT.
    assert (found.net, found.vat, found.gross) == (Decimal("60.00"), Decimal("13.20"), Decimal("73.20"))
    assert [(one.first, one.last, one.net) for one in found.lines] == [
        (date(2026, 2, 1), date(2026, 2, 28), Decimal("20.00")),
        (date(2026, 3, 1), date(2026, 3, 31), Decimal("20.00")),
        (date(2026, 4, 1), date(2026, 4, 30), Decimal("20.00")),
    ]
    assert [(row.label, row.before, row.after) for row in found.changes] == [("Price", "100.00", "120.00")]
    html = response.content.decode()
    assert "How this amount came about" in html
    assert "73.20" in html
    assert written() == before


def confirm(page, contract, given):
    shown = page.post(url(contract), given | {"then": "preview"})
    digest = shown.context["preview"].digest
    return page.post(url(contract), given | {"then": "confirm", "digest": digest})


def test_r17_what_was_confirmed_is_what_was_shown(page, billed):
    line = billed.lines.get()

    response = confirm(page, billed, entered(page, billed, {line.pk: {"price": "70"}}, reason="Sconto"))

    amendment = billed.amendments.get()
    assert response.status_code == 302
    assert response.url == reverse("amendment-detail", args=[amendment.pk])
    assert amendment.adjustment.kind == DocumentKind.CREDIT_NOTE
    assert amendment.adjustment.net_total == Decimal("90.00")
    assert (amendment.reason, amendment.effective_on) == ("Sconto", date(2026, 2, 1))
    old, new = billed.lines.order_by("pk")
    assert (old.ends_on, old.price, new.starts_on, new.price) == (
        date(2026, 1, 31),
        Decimal(100),
        date(2026, 2, 1),
        Decimal(70),
    )


def test_figures_that_changed_since_the_preview_are_shown_again_and_nothing_is_written(page, firm, account):
    billed = agree(account)
    month(firm, date(2026, 3, 1))
    line = billed.lines.get()
    given = entered(page, billed, {line.pk: {"price": "120"}})
    digest = page.post(url(billed), given | {"then": "preview"}).context["preview"].digest
    month(firm, date(2026, 4, 1))
    before = written()

    response = page.post(url(billed), given | {"then": "confirm", "digest": digest})

    assert "The figures changed since you looked at them" in response.content.decode()
    assert response.context["preview"].net == Decimal("60.00")
    assert written() == before


def test_the_second_of_two_people_is_told_and_nothing_of_his_is_written(page, billed):
    line = billed.lines.get()
    given = entered(page, billed, {line.pk: {"price": "120"}})
    amend(billed, effective_on=TODAY, changes=[LineChange(line.pk, text="H24")], by="bruno", on=TODAY)
    before = written()

    for then in ("preview", "confirm"):
        response = page.post(url(billed), given | {"then": then})
        assert response.status_code == 422
        assert "Someone changed this record" in response.content.decode()
    assert written() == before


def test_mistakes_stand_beside_their_fields(page, billed):
    line = billed.lines.get()
    given = entered(page, billed, {line.pk: {"price": "x"}}, effective_on="31/02/2026")
    given |= {"added-TOTAL_FORMS": "1", "added-0-text": "Extra", "added-0-quantity": "1"}

    response = page.post(url(billed), given | {"then": "preview"})

    html = response.content.decode()
    assert response.status_code == 422
    assert {where for where, _label, _reason in response.context["errors"]} >= {
        "id_effective_on",
        f"id_line-{line.pk}-price",
        "id_added-0-item",
    }
    assert f'id="id_line-{line.pk}-price_error"' in html


def test_a_day_outside_the_fee_is_refused_beside_the_day(page, billed):
    line = billed.lines.get()
    given = entered(page, billed, {line.pk: {"price": "1"}}, effective_on="31/12/2025")

    response = page.post(url(billed), given | {"then": "preview"})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["effective_on"])


def test_a_change_that_changes_nothing_is_refused(page, billed):
    response = page.post(url(billed), entered(page, billed) | {"then": "preview"})

    assert response.status_code == 422
    assert "Nothing would change" in response.content.decode()


def test_quantity_site_text_rhythm_and_end_change_and_a_fee_is_added(page, firm, account):
    site = Site.objects.create(party=account.party, code="S1", name="Casa Rossi")
    contract = agree(account, {"text": "A"}, {"text": "B"})
    first, second = contract.lines.all()
    changes = {
        first.pk: {"quantity": "2", "site": site.pk, "text": "A2", "rhythm": "month-3"},
        second.pk: {"ends": "on"},
    }
    item = make_item(firm, "Reperibilità", "30.00")
    added = {"added-TOTAL_FORMS": "1", "added-0-item": item.pk, "added-0-quantity": "1"}
    added |= {"added-0-price_basis": "month", "added-0-rhythm": "month-1", "added-0-timing": "advance"}

    response = confirm(page, contract, entered(page, contract, changes, effective_on="01/05/2026") | added)

    assert response.status_code == 302
    now = contract.lines.filter(closed_by=None).order_by("pk")
    assert list(now.values_list("text", "quantity", "site", "frequency", "price", "starts_on")) == [
        ("A2", Decimal(2), site.pk, 3, Decimal(100), date(2026, 5, 1)),
        ("", Decimal(1), None, 1, Decimal(30), date(2026, 5, 1)),
    ]
    second.refresh_from_db()
    assert second.ends_on == date(2026, 4, 30)


def test_what_was_entered_comes_back_to_be_corrected(page, billed):
    line = billed.lines.get()
    given = entered(page, billed, {line.pk: {"price": "120"}}, reason="Accordo")

    response = page.post(url(billed), given | {"then": "correct", "digest": "x"})

    assert (response.status_code, response.context.get("preview")) == (200, None)
    row = response.context["lines"].forms[0]
    assert (row["price"].value(), response.context["form"]["reason"].value()) == ("120", "Accordo")


def test_drafts_are_edited_and_strangers_find_nothing(client, page, firm, account):
    draft = agree(account, active=False)
    theirs = agree(make_account(make_firm("Altra Srl"), "Verdi"))
    assert page.get(url(draft)).url == reverse("contract-edit", args=[draft.pk])
    assert page.get(url(theirs)).status_code == 404
    reader = log_in(client, firm, "contracts.view_contract")
    assert reader.get(url(agree(account))).status_code == 403


def test_the_change_page_takes_the_same_queries_for_one_and_for_ten_fees(page, account):
    one, ten = agree(account, {}), agree(account, *[{} for _n in range(10)])

    assert queries_of(page, url(one)) == queries_of(page, url(ten))


# Suspend, terminate, take up, transfer


def test_r22_terminating_shows_what_is_given_back_and_asks_before_it_does(page, billed):
    before = written()
    asked = do(page, "terminate", billed, ends_on="31/03/2026", settles_by="credit")

    question = asked.context["questions"][0][3]
    assert question.code == "contracts.money_moves"
    assert (question.preview.net, question.preview.gross) == (Decimal("100.00"), Decimal("122.00"))
    assert "Credit note of €122.00 (€100.00 without VAT) will be issued." in asked.content.decode()
    assert written() == before

    done = do(
        page,
        "terminate",
        billed,
        ends_on="31/03/2026",
        settles_by="credit",
        confirmed=["contracts.money_moves"],
    )
    amendment = billed.amendments.get()
    assert done.url == reverse("amendment-detail", args=[amendment.pk])
    assert amendment.adjustment.gross_total == Decimal("122.00")
    billed.refresh_from_db()
    assert billed.ends_on == date(2026, 3, 31)


def test_r22_nothing_given_back_is_said_before_it_is_kept(page, billed):
    asked = do(page, "terminate", billed, ends_on="31/03/2026", settles_by="nothing")

    assert "Billed and kept: nothing is given back: €100.00." in asked.content.decode()
    do(
        page,
        "terminate",
        billed,
        ends_on="31/03/2026",
        settles_by="nothing",
        confirmed=["contracts.money_moves"],
    )
    assert billed.amendments.get().adjustment is None
    assert page.get(reverse("contract-detail", args=[billed.pk])).context["kept_net"] == Decimal("100.00")


def test_a_last_day_beyond_what_is_billed_asks_nothing(page, billed):
    done = do(page, "terminate", billed, ends_on="31/12/2026")

    assert done.url == reverse("contract-detail", args=[billed.pk])
    billed.refresh_from_db()
    assert billed.ends_on == date(2026, 12, 31)


def test_r21_the_form_of_a_suspension_begins_with_the_policies_of_the_contract(page, billed):
    Contract.objects.update(suspension_extends=True, settles_by="offset")

    form = page.get(reverse("contract-suspend"), {"id": billed.pk}).context["form"]

    assert (form["bills"].value(), form["extends"].value(), form["settles_by"].value()) == (
        False,
        True,
        "offset",
    )
    assert '<option value="True" selected>' in str(form["extends"])


def test_r21_suspended_days_are_given_back_and_a_withdrawn_suspension_asks_for_them_again(page, billed):
    days = {"starts_on": "01/04/2026", "ends_on": "15/04/2026", "bills": "False", "extends": "False"}
    asked = do(page, "suspend", billed, **days)
    assert asked.context["questions"][0][3].preview.net == Decimal("50.00")
    do(page, "suspend", billed, **days, confirmed=["contracts.money_moves"])

    suspension = billed.suspensions.get()
    detail = page.get(reverse("contract-detail", args=[billed.pk]))
    lift_url = reverse("suspension-lift")
    assert detail.context["resting_now"] == suspension
    assert f"{lift_url}?id={suspension.pk}" in detail.content.decode()
    assert detail.context["credited_net"] == Decimal("50.00")

    asked = page.post(lift_url, {"id": suspension.pk})
    assert asked.context["questions"][0][3].preview.net == Decimal("50.00")
    page.post(lift_url, {"id": suspension.pk, "confirmed": f"{suspension.pk}:contracts.money_moves"})
    suspension.refresh_from_db()
    assert suspension.lifted
    assert Amendment.objects.latest("number").adjustment.kind == DocumentKind.INVOICE


def test_an_empty_policy_is_that_of_the_contract(page, account):
    contract = agree(account, ends_on=date(2026, 12, 31))
    Contract.objects.update(suspension_extends=True)

    do(page, "suspend", contract, starts_on="01/06/2026", ends_on="10/06/2026")

    contract.refresh_from_db()
    assert (contract.ends_on, contract.suspensions.get().extends) == (date(2027, 1, 10), True)


def test_refusals_of_the_buttons_stand_beside_their_fields(page, billed):
    wrong = do(page, "suspend", billed, starts_on="10/06/2026", ends_on="01/06/2026")
    early = do(page, "terminate", billed, ends_on="31/12/2025")

    assert list(wrong.context["form"].errors) == ["ends_on"]
    assert list(early.context["form"].errors) == ["ends_on"]


def test_a_button_opened_before_another_change_is_refused(page, billed):
    opened = page.get(reverse("contract-terminate"), {"id": billed.pk}).context["form"]["seen"].value()
    suspend(billed, starts_on=date(2026, 7, 1), ends_on=date(2026, 7, 9), by="bruno", on=TODAY)

    response = do(page, "terminate", billed, ends_on="31/12/2026", seen=opened)

    assert "Someone changed this contract meanwhile" in response.content.decode()
    billed.refresh_from_db()
    assert billed.ends_on is None


def test_r23_an_ended_contract_is_taken_up_again(page, firm, account):
    contract = agree(account, ends_on=date(2026, 1, 31))

    do(page, "take-up", contract, from_day="01/04/2026")

    contract.refresh_from_db()
    assert (contract.ends_on, contract.status) == (None, "active")
    assert contract.suspensions.get().starts_on == date(2026, 2, 1)


def test_a_contract_goes_on_with_another_payer_after_the_old_one_is_settled(page, firm, billed):
    other = make_account(firm, "Verdi")
    given = {"account": other.pk, "effective_on": "01/04/2026"}

    asked = do(page, "transfer", billed, **given)
    assert asked.context["questions"][0][3].preview.net == Decimal("100.00")
    assert Contract.objects.count() == 1

    do(page, "transfer", billed, **given, confirmed=["contracts.money_moves"])
    new = Contract.objects.latest("pk")
    assert (new.account, new.starts_on) == (other, date(2026, 4, 1))


# Amendments


def test_an_amendment_shows_before_and_after_its_document_and_prints_in_the_customers_language(page, billed):
    billed.account.party.language = "it"
    billed.account.party.save()
    line = billed.lines.get()
    amendment = amend(
        billed,
        effective_on=date(2026, 2, 1),
        changes=[LineChange(line.pk, price=Decimal(70), schedule={"frequency": 3})],
        by="anna",
        on=TODAY,
        reason="Accordo del 3 marzo",
    )

    html = page.get(reverse("amendment-detail", args=[amendment.pk])).content.decode()
    assert amendment.adjustment.label in html
    assert "every month" in html
    assert "every 3 months" in html
    assert "100.00" in html
    assert reverse("amendment-print", args=[amendment.pk]) in html

    sheet = page.get(reverse("amendment-print", args=[amendment.pk])).context["sheet"]
    assert "Accordo del 3 marzo" in sheet
    assert "100,00" in sheet
    assert sheet.count("____") >= 3


def test_the_day_an_amendment_was_signed_is_written_and_nothing_else(page, billed):
    amendment = terminate(billed, ends_on=date(2026, 12, 31), by="anna", on=TODAY)
    edit = reverse("amendment-edit", args=[amendment.pk])
    assert list(page.get(edit).context["form"].fields) == ["signed_on"]

    page.post(edit, {"signed_on": "20/04/2026", "reason": "Altro"})

    amendment.refresh_from_db()
    assert (amendment.signed_on, amendment.reason) == (date(2026, 4, 20), "")


def test_an_amendment_of_another_company_is_not_printed(client, page, firm):
    theirs = agree(make_account(make_firm("Altra Srl"), "Verdi"))
    amendment = terminate(theirs, ends_on=date(2026, 12, 31), by="anna", on=TODAY)

    assert page.get(reverse("amendment-print", args=[amendment.pk])).status_code == 404
    reader = log_in(client, firm, "contracts.view_contract")
    assert reader.get(reverse("amendment-print", args=[amendment.pk])).status_code == 403


# The situation


def test_e38_all_versions_of_a_fee_are_one_strip_and_a_list(page, billed):
    for day, price in ((date(2026, 2, 1), 110), (date(2026, 3, 10), 120)):
        line = billed.lines.get(closed_by=None)
        amend(
            billed, effective_on=day, changes=[LineChange(line.pk, price=Decimal(price))], by="anna", on=TODAY
        )

    found = page.get(reverse("contract-detail", args=[billed.pk])).context["situations"]

    assert len(found) == 1
    assert [(one["first"], one["last"], one["css"]) for one in found[0]["strip"]] == [
        (date(2026, 1, 1), date(2026, 4, 30), "cov-billed")
    ]
    assert [(v["first_day"], v["last_day"], v["line"].price) for v in found[0]["versions"]] == [
        (date(2026, 3, 10), None, 120),
        (date(2026, 2, 1), date(2026, 3, 9), 110),
        (date(2026, 1, 1), date(2026, 1, 31), 100),
    ]


def test_e38_the_page_says_what_is_billed_to_bill_and_what_comes_next(page, billed):
    Contract.objects.update(ends_on=date(2026, 8, 31))
    suspend(billed, starts_on=date(2026, 7, 1), ends_on=date(2026, 7, 31), by="anna", on=TODAY)

    context = page.get(reverse("contract-detail", args=[billed.pk])).context

    assert (context["billed_net"], context["to_bill"]) == (Decimal("400.00"), Decimal("300.00"))
    assert [(day, str(what), amount) for day, what, amount in context["coming"]] == [
        (date(2026, 5, 1), "Next invoice", Decimal("100.00")),
        (date(2026, 7, 1), "Suspended from this day", None),
        (date(2026, 8, 1), "Taken up again after a suspension", None),
        (date(2026, 8, 31), "Last day of the contract", None),
    ]


def test_the_page_of_a_contract_takes_the_same_queries_however_long_its_life(page, firm, account):
    short, long = agree(account), agree(account)
    month(firm, date(2026, 4, 1))
    for n, day in enumerate((date(2026, 2, 1), date(2026, 3, 10), date(2026, 4, 5)), start=1):
        for contract in (short, long)[n > 1 :]:
            line = contract.lines.get(closed_by=None)
            change = LineChange(line.pk, price=Decimal(100 + n))
            amend(contract, effective_on=day, changes=[change], by="anna", on=TODAY)
            last = date(2026, 9, n)
            suspend(contract, starts_on=last, ends_on=last, by="anna", on=TODAY)

    urls = [reverse("contract-detail", args=[one.pk]) for one in (short, long)]
    assert queries_of(page, urls[0]) == queries_of(page, urls[1])
