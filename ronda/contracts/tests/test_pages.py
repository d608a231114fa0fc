"""Pages of contracts and their lines, and the form that writes a contract with its lines."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.billing.tests.firm import log_in, make_account, make_firm, make_item, queries_of
from ronda.contracts.models import Contract, ContractLine
from ronda.contracts.services import hold_billing, waive_period
from ronda.contracts.tests.agreements import agree, month
from ronda.parties.models import Site

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


def contract_url(contract):
    return reverse("contract-detail", args=[contract.pk])


def line_url(line):
    return reverse("contractline-detail", args=[line.pk])


# The page of a contract and of a line


def test_e38_the_strip_says_of_every_day_whether_it_is_billed(page, firm, account):
    contract = agree(account)
    month(firm, date(2026, 2, 28))

    response = page.get(contract_url(contract))

    situation = response.context["situations"][0]
    assert [(part["css"], part["first"], part["last"]) for part in situation["strip"]] == [
        ("cov-billed", date(2026, 1, 1), date(2026, 2, 28)),
        ("cov-tobill", date(2026, 3, 1), TODAY),
    ]
    assert [(str(name), days) for _css, name, days in situation["legend"]] == [
        ("billed", 59),
        ("to bill", 46),
    ]
    assert response.context["billed_net"] == Decimal("200.00")
    assert "<svg" in response.content.decode()


def test_a_gap_between_billed_periods_is_red_and_said_in_words(page, firm, account):
    contract = agree(account)
    line = contract.lines.get()
    month(firm, date(2026, 3, 31))
    line.charges.filter(starts_on=date(2026, 2, 1)).delete()

    for url in (contract_url(contract), line_url(line)):
        html = page.get(url).content.decode()
        assert 'class="cov-gap"' in html
        assert "gap: nobody bills these days" in html
    assert (
        '<span class="badge badge-red">check the days</span>'
        in page.get(contract_url(contract)).content.decode()
    )


def test_the_page_says_what_comes_next_how_often_and_why_nothing_comes(page, account):
    contract = agree(account, {"price": "90", "frequency": 3}, {"price": "1", "frequency": 5})
    html = page.get(contract_url(contract)).content.decode()

    assert page.get(contract_url(contract)).context["rhythms"] == ["every 3 months", "every 5 months"]
    assert "Next: 90.00 on 01/07/2026 for 01/07/2026 – 30/09/2026." in html

    held = hold_billing(agree(account, ends_on=date(2026, 1, 31)), reason="Contenzioso", by="anna")
    html = page.get(contract_url(held)).content.decode()
    assert "The month leaves this contract out: Contenzioso" in html
    assert "Nothing more to bill." in html


def test_a_contract_without_lines_offers_to_add_one(page, account):
    contract = agree(account, active=False)
    contract.lines.all().delete()

    assert reverse("contract-edit", args=[contract.pk]) in page.get(contract_url(contract)).content.decode()


def test_the_page_of_a_line_lists_its_periods_with_document_or_reason(page, firm, account):
    line = agree(account).lines.get()
    month(firm, date(2026, 1, 31))
    waive_period(line, starts_on=date(2026, 2, 1), reason="Fermo impianto", by="anna")

    response = page.get(line_url(line))

    listed = [
        (one.starts_on, one.state, one.reason, one.document_id is None) for one in response.context["charges"]
    ]
    assert listed == [
        (date(2026, 2, 1), "waived", "Fermo impianto", True),
        (date(2026, 1, 1), "billed", "", False),
    ]
    html = response.content.decode()
    assert "FT 1/2026" in html
    assert "Fermo impianto" in html


@pytest.mark.parametrize("workspace", ["contract", "contractline"])
def test_contracts_need_their_permission_and_their_company(client, firm, account, workspace):
    def address(contract):
        record = contract if workspace == "contract" else contract.lines.get()
        return reverse(f"{workspace}-detail", args=[record.pk])

    mine = agree(account)
    theirs = agree(make_account(make_firm("Altra Srl"), "Verdi"))

    assert log_in(client, firm, "billing.view_document").get(address(mine)).status_code == 403
    owner = log_in(client, firm, everything=True)
    assert [owner.get(address(one)).status_code for one in (mine, theirs)] == [200, 404]


def test_the_page_of_a_contract_takes_the_same_queries_for_one_and_for_ten_lines(page, firm, account):
    def sites(count):
        return [
            {"site": Site.objects.create(party=account.party, code=f"{count}-{n}", name=f"Casa {n}")}
            for n in range(count)
        ]

    one, ten = agree(account, *sites(1)), agree(account, *sites(10))
    month(firm, date(2026, 2, 28))

    assert queries_of(page, contract_url(one)) == queries_of(page, contract_url(ten))


def test_the_page_of_a_line_takes_the_same_queries_for_one_and_for_ten_periods(page, firm, account):
    one = agree(account, starts_on=date(2026, 3, 1)).lines.get()
    ten = agree(account, starts_on=date(2025, 6, 1)).lines.get()
    month(firm, date(2026, 3, 31))
    assert (one.charges.count(), ten.charges.count()) == (1, 10)

    assert queries_of(page, line_url(one)) == queries_of(page, line_url(ten))


def test_the_form_of_a_contract_takes_the_same_queries_for_one_and_for_ten_lines(page, account):
    one, ten = agree(account, {}), agree(account, *[{} for _n in range(10)])
    urls = [reverse("contract-edit", args=[each.pk]) for each in (one, ten)]

    assert queries_of(page, urls[0]) == queries_of(page, urls[1])


# The form


def rows(*lines, initial=0):
    """The inline lines as the browser sends them."""
    given = {
        "contractline-TOTAL_FORMS": len(lines),
        "contractline-INITIAL_FORMS": initial,
        "contractline-MIN_NUM_FORMS": 0,
        "contractline-MAX_NUM_FORMS": 200,
    }
    for n, one in enumerate(lines):
        facts = {"quantity": "1", "price_basis": "period", "rhythm": "month-1", "timing": "advance"} | one
        given |= {f"contractline-{n}-{name}": value for name, value in facts.items()}
    return given


def head(account, **facts):
    return {
        "party": account.party_id,
        "title": "Ascensori",
        "kind": "flat",
        "status": "active",
        "starts_on": "01/01/2026",
    } | facts


def send(page, contract, given):
    """The edit form as it was opened, with what the person changed."""
    url = reverse("contract-edit", args=[contract.pk])
    seen = page.get(url).context["form"]["seen"].value()
    return page.post(url, given | {"number": contract.number, "account": contract.account_id, "seen": seen})


def test_a_contract_is_written_with_its_lines_number_and_payer(page, firm, account):
    item = make_item(firm, "Ascensore", "80.00")
    agree(account, number="2026/0004")

    response = page.post(
        reverse("contract-add"),
        head(account)
        | rows(
            {"item": item.pk, "rhythm": "month-3"}, {"item": item.pk, "price": "12,50", "text": "H24"}, {}
        ),
    )

    contract = Contract.objects.latest("pk")
    assert (response.status_code, response.url) == (302, contract_url(contract))
    assert (contract.number, contract.account, contract.company) == ("2026/0005", account, firm)
    assert list(contract.lines.values_list("position", "price", "text", "frequency", "frequency_unit")) == [
        (1, Decimal(80), "", 3, "month"),
        (2, Decimal("12.50"), "H24", 1, "month"),
    ]
    assert (contract.yearly_amount, contract.rhythm, contract.service) == (
        Decimal("470.00"),
        "Q+M",
        "Ascensore",
    )


def test_lines_are_added_changed_and_removed_in_one_save(page, firm, account):
    contract = agree(account, {"text": "A"}, {"text": "B", "lead_days": 5})
    first, second = contract.lines.all()
    given = rows(
        {"id": first.pk, "item": first.item_id, "text": "A", "price": "100", "DELETE": "on"},
        {"id": second.pk, "item": second.item_id, "text": "B2", "price": "50", "rhythm": "month-6"},
        {"item": second.item_id, "text": "C", "price": "7"},
        initial=2,
    )

    response = send(page, contract, head(account) | given)

    assert response.status_code == 302
    kept = contract.lines.values_list("text", "price", "frequency", "lead_days")
    assert list(kept) == [("B2", Decimal(50), 6, 5), ("C", Decimal(7), 1, 0)]
    contract.refresh_from_db()
    assert contract.yearly_amount == Decimal("184.00")


def test_a_billed_line_cannot_be_removed_and_nothing_else_is_written(page, firm, account):
    contract = agree(account)
    line = contract.lines.get()
    month(firm, date(2026, 1, 31))
    given = rows(
        {"id": line.pk, "item": line.item_id, "text": "Canone", "price": "100", "DELETE": "on"},
        {"item": line.item_id, "price": "7"},
        initial=1,
    )

    response = send(page, contract, head(account, title="Altro") | given)

    assert response.status_code == 422
    assert "has billed periods and cannot be removed" in response.content.decode()
    contract.refresh_from_db()
    assert (contract.title, list(contract.lines.all())) == ("Manutenzione", [line])


def test_errors_stand_beside_their_fields_and_in_the_summary(page, account):
    response = page.post(
        reverse("contract-add"), head(account, starts_on="31/02/2026", title="") | rows({"price": "x"})
    )

    form = response.context["form"]
    assert response.status_code == 422
    assert sorted(form.errors) == ["starts_on", "title"]
    assert sorted(form.inlines["contractline"].errors[0]) == ["item", "price"]
    assert len(response.context["errors"]) == 4
    html = response.content.decode()
    assert 'id="id_starts_on_error"' in html
    assert 'href="#id_contractline-0-price"' in html
    assert not Contract.objects.exists()


def test_a_contract_in_force_without_lines_is_refused_and_a_draft_is_not(page, account):
    refused = page.post(reverse("contract-add"), head(account) | rows({}))
    assert refused.status_code == 422
    assert "A contract needs at least one line before it is active." in refused.content.decode()
    assert not Contract.objects.exists()

    page.post(reverse("contract-add"), head(account, status="draft") | rows({}))
    assert Contract.objects.get().status == "draft"


def test_a_site_of_another_customer_is_refused_beside_the_line(page, firm, account):
    stranger = make_account(firm, "Verdi").party
    theirs = Site.objects.create(party=stranger, code="S1", name="Casa Verdi")
    item = make_item(firm)

    response = page.post(
        reverse("contract-add"), head(account) | rows({"item": item.pk}, {"item": item.pk, "site": theirs.pk})
    )

    assert response.status_code == 422
    assert [list(errors) for errors in response.context["form"].inlines["contractline"].errors] == [
        [],
        ["site"],
    ]
    assert not ContractLine.objects.exists()


def offered(response, name):
    """The records that a select of the page offers, without the empty choice."""
    select = re.search(rf'<select name="{name}".*?</select>', response.content.decode(), re.S)
    return re.findall(r'<option value="\d+"[^>]*>([^<]+)<', select[0])


@pytest.fixture
def sites(firm, account):
    """A site of the customer, of another payer and of a stranger."""
    payer, stranger = make_account(firm, "Amministratore"), make_account(firm, "Verdi")
    owners = {"Casa Rossi": account, "Ufficio": payer, "Casa Verdi": stranger}
    for name, owner in owners.items():
        Site.objects.create(party=owner.party, code="S1", name=name)
    return payer


def test_a_line_offers_the_sites_of_the_customer_and_of_the_payer_only(page, account, sites):
    contract = agree(account)
    line = contract.lines.get()
    assert offered(page.get(reverse("contract-edit", args=[contract.pk])), "contractline-0-site") == [
        "Casa Rossi"
    ]
    Contract.objects.update(account=sites)

    form = page.get(reverse("contract-edit", args=[contract.pk]))
    assert offered(form, "contractline-0-site") == ["Casa Rossi", "Ufficio"]
    own_form = page.get(reverse("contractline-edit", args=[line.pk]))
    assert offered(own_form, "site") == ["Casa Rossi", "Ufficio"]


def test_a_new_contract_offers_no_site_before_its_customer_is_known(page, account, sites):
    assert offered(page.get(reverse("contract-add")), "contractline-0-site") == []
    given = page.get(reverse("contract-add"), {"party": account.party_id})
    assert offered(given, "contractline-0-site") == ["Casa Rossi"]


def test_the_look_up_of_sites_follows_the_customer_chosen_in_the_form(page, account, sites):
    def found(**given):
        return [
            one["text"] for one in page.get(reverse("lookup", args=["parties.site"]), given).json()["results"]
        ]

    assert found(**{"with": "party,account", "party": account.party_id}) == ["Casa Rossi"]
    assert found(**{"with": "party,account", "party": account.party_id, "account": sites.pk, "q": "uff"}) == [
        "Ufficio"
    ]
    assert found(**{"with": "party,account"}) == []
    assert len(found()) == 3


def test_the_lines_come_before_what_is_rarely_filled_in(page, account):
    html = page.get(reverse("contract-edit", args=[agree(account).pk])).content.decode()

    names = ("title", "starts_on", "contractline-0-item", "purchase_order", "notes")
    places = [html.index(f'name="{name}"') for name in names]
    assert places == sorted(places)


def test_a_customer_without_a_billing_account_is_told_beside_the_payer(page, account):
    account.party.accounts.all().delete()

    response = page.post(reverse("contract-add"), head(account) | rows({}))

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["account"])


def test_the_choices_of_the_form_are_those_of_the_company(page, firm, account):
    other = make_firm("Altra Srl")
    theirs = make_account(other, "Verdi")
    item, stranger = make_item(firm), make_item(other)

    response = page.post(reverse("contract-add"), head(theirs) | rows({"item": stranger.pk, "price": "1"}))

    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (422, ["party"])
    assert list(form.inlines["contractline"].errors[0]) == ["item"]
    assert list(form.inlines["contractline"].forms[0].fields["item"].queryset) == [item]


def test_a_frequency_that_the_quick_form_does_not_offer_is_kept(page, account):
    contract = agree(account, {"frequency": 5})
    line = contract.lines.get()
    given = rows(
        {"id": line.pk, "item": line.item_id, "text": "Canone", "price": "100", "rhythm": "month-5"},
        initial=1,
    )

    assert send(page, contract, head(account) | given).status_code == 302
    assert contract.lines.get().frequency == 5
