"""Screens of packages and wallets: lists, the page of a package, the customer's tabs, the statement."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.billing.models import Document, DocumentKind
from ronda.billing.tests.firm import log_in, make_account, make_firm, make_item, queries_of, vat_code
from ronda.packages.models import Package, PackageTemplate, TemplateLine, Wallet, WalletEntry
from ronda.packages.services import PlannedDeposit, close, offer_of, sell, set_aside, use

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
def template(firm):
    made = PackageTemplate.objects.create(
        company=firm, code="T10", name="Ten hours", price=Decimal("450.00"), vat_code=vat_code(firm)
    )
    item = make_item(firm, "Hour of work", "50.00")
    TemplateLine.objects.create(template=made, item=item, quantity=Decimal(10))
    return made


@pytest.fixture
def sold(account, template):
    return sell(account, offer_of(template), on=date(2026, 3, 2), by="anna")


def use_up(package, quantity, on=TODAY, **facts):
    return use(package, None, Decimal(quantity), on=on, by="anna", **facts)


def party_tab(account, tab):
    return f"{reverse('party-detail', args=[account.party_id])}?tab={tab}"


def test_p17_a_package_for_sale_is_written_with_its_services(page, firm):
    item = make_item(firm, "Visit")
    answer = page.post(
        reverse("packagetemplate-add"),
        {
            "name": "Five visits", "code": "V5", "kind": "count", "price": "400",
            "vat_code": vat_code(firm).pk,
            "valid_months": "12", "valid_days": "0", "period_months": "0", "carry_limit": "0",
            "carry_months": "0", "over_use": "bill", "active": "on",
            "templateline-TOTAL_FORMS": "1", "templateline-INITIAL_FORMS": "0",
            "templateline-0-item": item.pk, "templateline-0-quantity": "5",
            "templateline-0-extra_price": "90",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["form"].errors
    made = PackageTemplate.objects.get()
    assert (made.over_use, made.lines.get().quantity, made.lines.get().extra_price) == ("bill", 5, 90)


def sale(account, template, **facts):
    rows = {"deposit-TOTAL_FORMS": "0", "deposit-INITIAL_FORMS": "0"}
    return {
        "template": template.pk, "party": account.party_id, "sold_on": "15/04/2026", "bill": "issue",
        **rows, **facts,
    }  # fmt: skip


def test_p17_selling_from_the_form_makes_the_package_and_its_invoice(page, account, template):
    answer = page.post(reverse("package-add"), sale(account, template))

    assert answer.status_code == 302, answer.context["form"].errors
    package = Package.objects.get()
    assert (package.number, package.expires_on, package.price) == ("P2026/0001", date(2027, 4, 14), 450)
    assert Document.objects.get().package_link.package == package


def test_p19_selling_with_deposits_bills_the_first_and_plans_the_others(page, account, template):
    rows = {
        "deposit-TOTAL_FORMS": "2", "deposit-INITIAL_FORMS": "0",
        "deposit-0-due_on": "15/04/2026", "deposit-0-amount": "100",
        "deposit-1-due_on": "15/05/2026", "deposit-1-amount": "50",
    }  # fmt: skip
    page.post(reverse("package-add"), sale(account, template, price="400", **rows))

    package = Package.objects.get()
    document = Document.objects.get()
    assert (document.kind, document.net_total) == (DocumentKind.ADVANCE, 100)
    html = page.get(reverse("package-detail", args=[package.pk])).content.decode()
    assert "Deposit planned" in html
    assert "€488.00" in html  # 400.00 net with VAT: nothing is paid yet


def test_deposits_above_the_price_are_refused_in_the_form(page, account, template):
    rows = {
        "deposit-TOTAL_FORMS": "1", "deposit-INITIAL_FORMS": "0",
        "deposit-0-due_on": "15/04/2026", "deposit-0-amount": "450.01",
    }  # fmt: skip
    answer = page.post(reverse("package-add"), sale(account, template, **rows))
    assert answer.status_code == 422
    assert "add up to more than the price" in answer.content.decode()
    assert not Package.objects.exists()


def test_p19_the_page_shows_done_left_deposits_and_balance(page, sold):
    use_up(sold, 4, reference="Report 12")

    answer = page.get(reverse("package-detail", args=[sold.pk]))

    assert (answer.context["standing"].done, answer.context["standing"].left) == (4, 6)
    assert answer.context["due"].balance == Decimal("549.00")
    html = answer.content.decode()
    assert '<progress class="progress" max="100" value="40"' in html
    assert "€270.00" in html  # value left: 450.00 × 6 / 10


def test_r54_the_operator_is_told_what_is_left(page, sold):
    url = f"{reverse('package-use')}?id={sold.pk}"
    assert page.get(url).status_code == 200
    facts = {"id": sold.pk, "quantity": "7", "on": "15/04/2026"}

    html = page.post(reverse("package-use"), facts, follow=True).content.decode()

    assert "Left: 3." in html
    assert "running out" in html
    assert "Running out: 3 left." in html


def test_r54_the_question_beyond_the_package_is_asked_once(page, account, template):
    template.over_use = "warn"
    package = sell(account, offer_of(template), on=TODAY, by="anna")
    facts = {"id": package.pk, "quantity": "11", "on": "15/04/2026"}

    asked = page.post(reverse("package-use"), facts)
    assert "more than the package holds" in asked.content.decode()
    assert not WalletEntry.objects.filter(kind="use").exists()

    page.post(reverse("package-use"), {**facts, "confirmed": f"{package.pk}:packages.beyond"})
    assert WalletEntry.objects.filter(kind="use").count() == 2


def test_r52_a_use_is_taken_back_from_the_ledger(page, sold):
    entry = use_up(sold, 4).entries[0]
    page.post(reverse("walletentry-take-back"), {"id": entry.pk, "on": "15/04/2026", "reason": "Mistake"})
    assert WalletEntry.objects.get(kind="reversal").reverses == entry


def test_p18_the_list_filters_running_and_concluded_and_sums_the_value_left(page, account, template, sold):
    done = sell(account, offer_of(template), on=TODAY, by="anna")
    use_up(done, 10)
    use_up(sold, 1)

    def numbers(**given):
        listing = page.get(reverse("package-list"), given).context["listing"]
        return {package.number for package in listing.page}, listing.totals["value_left"]

    assert numbers() == ({sold.number, done.number}, Decimal("405.00"))
    assert numbers(state="running") == ({sold.number}, Decimal("405.00"))
    assert numbers(state="concluded") == ({done.number}, 0)
    assert numbers(state="expired")[0] == set()
    assert numbers(q="Bianchi")[0] == {sold.number, done.number}


def test_p18_p20_the_customer_page_lists_running_and_concluded_and_the_spend(page, account, template, sold):
    closed = sell(account, offer_of(template), on=TODAY, by="anna", bill=False)
    close(closed, on=TODAY, by="anna")
    use_up(sold, 4)

    answer = page.get(party_tab(account, "packages"))

    running, others = (rows for _label, rows in answer.context["groups"])
    assert [one["package"] for one in running] == [sold]
    assert [one["package"] for one in others] == [closed]
    spend = answer.context["spend"]
    assert (spend.bought, spend.used, spend.left, spend.lost) == (900, 180, 270, 450)
    (row,) = answer.context["by_service"]
    assert (row["name"], row["bought"], row["done"], row["value"]) == ("Hour of work", 20, 4, 180)
    assert str(closed) in answer.content.decode()


def test_the_tab_of_a_customer_takes_the_same_queries_for_one_package_and_for_eight(
    page, account, template, sold
):
    url = party_tab(account, "packages")
    few = queries_of(page, url)
    for _n in range(7):
        use_up(sell(account, offer_of(template), on=TODAY, by="anna"), 2)
    assert queries_of(page, url) == few


def test_the_wallet_of_a_customer_is_filled_and_spent_from_its_pages(page, account, sold):
    page.post(
        reverse("party-set-aside"),
        {"id": account.party_id, "amount": "100", "on": "15/04/2026", "reason": "Ended"},
    )
    wallet = Wallet.objects.get()
    document = Document.objects.get()
    page.post(reverse("wallet-spend"), {"id": wallet.pk, "document": document.pk, "on": "15/04/2026"})

    assert document.instalments.get().residue == Decimal("449.00")
    html = page.get(party_tab(account, "wallet")).content.decode()
    assert "+100.00" in html
    assert "-100.00" in html


def test_the_statement_of_a_month_begins_and_ends_with_what_is_left(page, account, sold):
    use_up(sold, 2, on=date(2026, 3, 10))
    use_up(sold, 3, on=date(2026, 4, 2), reference="Report 3")
    set_aside(account, Decimal(20), currency="EUR", reason="Ended", by="anna", on=date(2026, 4, 3))

    given = {"party": account.party_id, "start": "01/04/2026", "end": "30/04/2026"}
    answer = page.get(reverse("package-statement"), given)

    hours, wallet = answer.context["statements"]
    assert (hours.opening, [row.balance for row in hours.rows], hours.closing) == (8, [5], 5)
    assert (wallet.wallet, wallet.opening, wallet.closing) == (True, 0, 20)
    assert "Report 3" in answer.content.decode()


def test_the_statement_of_another_companys_customer_is_not_shown(page, account):
    other = make_account(make_firm("Altra Srl"), "Neri")
    answer = page.get(reverse("package-statement"), {"party": other.party_id})
    assert "statements" not in answer.context


def test_only_who_may_use_packages_records_uses(client, firm, sold):
    viewer = log_in(client, firm, "packages.view_package")
    assert viewer.get(reverse("package-detail", args=[sold.pk])).status_code == 200
    answer = viewer.post(reverse("package-use"), {"id": sold.pk, "quantity": "1", "on": "15/04/2026"})
    assert answer.status_code == 403


def test_the_list_finds_deposits_and_extras_to_bill(page, account, template, sold):
    template.over_use = "bill"
    planned = sell(
        account, offer_of(template), on=TODAY, by="anna", bill=False,
        deposits=[PlannedDeposit(TODAY, Decimal(100))],
    )  # fmt: skip
    use_up(planned, 11)

    def numbers(value):
        return [
            one.pk for one in page.get(reverse("package-list"), {"billing": value}).context["listing"].page
        ]

    assert (numbers("deposit"), numbers("extra")) == ([planned.pk], [planned.pk])
    bill = {"id": planned.pk, "on": "15/04/2026", "issue": "on"}
    page.post(reverse("package-deposits"), bill)
    page.post(reverse("package-extras"), bill)
    assert (numbers("deposit"), numbers("extra")) == ([], [])
    assert sorted(
        Document.objects.exclude(package_link__package=sold).values_list("net_total", flat=True)
    ) == [
        Decimal("50.00"),
        Decimal("100.00"),
    ]
