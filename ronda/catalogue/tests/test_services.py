from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.catalogue.models import Item, PriceList, Unit, VatCode
from ronda.catalogue.queries import vat_rules
from ronda.catalogue.services import (
    ItemCodeInUse,
    NothingToSay,
    NoUsualVatCode,
    PriceOfAnotherCompany,
    RateAlreadyThere,
    ZeroNeedsNature,
    change_vat_rate,
    create_item,
    increase_list,
    price_for,
    seed_units,
    seed_vat_codes,
    set_list_price,
    set_price,
)
from ronda.catalogue.services.prices import to_step
from ronda.company.models import Membership, Role, User
from ronda.company.services import create_company
from ronda.parties.services import create_party

DAY = date(2026, 3, 2)


@pytest.fixture
def company(db):
    return create_company(name="Aria Srl", country="IT", by="test", language="en")


@pytest.fixture
def item(company):
    return create_item(company, name="Visit", by="anna", price=Decimal(100))


@pytest.fixture
def party(company):
    return create_party(company, name="Rossi", by="anna")


def test_a_new_company_has_vat_codes_with_history_and_units_in_its_language(company):
    usual = VatCode.objects.get(company=company, is_default=True)

    assert vat_rules(company.pk)[usual.pk].percent(DAY) == 22
    assert usual.rates.count() > 1
    assert Unit.objects.get(company=company, code="mo").legal_code == "MON"
    assert seed_units(company) == seed_vat_codes(company) == 0


def test_a_name_is_enough_for_an_item(company, item):
    assert (item.code, item.vat_code.is_default) == ("0001", True)
    assert create_item(company, name="Hour", by="anna").code == "0002"


def test_refusals_of_items(company, item):
    with pytest.raises(ItemCodeInUse):
        create_item(company, name="Other", by="anna", code="0001")
    VatCode.objects.update(is_default=False)
    with pytest.raises(NoUsualVatCode):
        create_item(company, name="Other", by="anna")


def test_p06_the_price_of_a_customer_then_of_his_list_then_of_the_item(company, item, party):
    account = party.accounts.get()
    assert price_for(item, account, on=DAY).price == 100

    listed = PriceList.objects.create(company=company, name="Gold", valid_from=date(2026, 1, 1))
    listed.accounts.add(account)
    set_list_price(listed, item, price=Decimal(90), by="anna")
    set_list_price(listed, item, price=Decimal(80), from_quantity=Decimal(10), by="anna")
    prices = [price_for(item, account, on=DAY, quantity=Decimal(q)).price for q in (1, 10)]
    assert prices == [90, 80]
    assert price_for(item, account, on=date(2025, 12, 31)).price == 100

    set_price(party, item, by="anna", price=Decimal(85))
    assert price_for(item, account, on=DAY).source == "customer"


def test_what_was_agreed_from_the_same_day_is_replaced(item, party):
    set_price(party, item, by="anna", price=Decimal(85))
    set_price(party, item, by="anna", discount=Decimal(10))

    agreed = party.prices.get()
    assert (agreed.price, agreed.discount) == (None, 10)


def test_refusals_of_prices(item, party):
    other = create_company(name="B", country="IT", by="test")
    foreign = create_item(other, name="Visit", by="anna")

    with pytest.raises(NothingToSay):
        set_price(party, item, by="anna")
    with pytest.raises(PriceOfAnotherCompany):
        set_price(party, foreign, by="anna", price=Decimal(1))
    with pytest.raises(PriceOfAnotherCompany):
        set_list_price(PriceList.objects.create(company=other, name="L"), item, price=Decimal(1), by="anna")


def test_a_list_is_raised_by_a_percentage_and_rounded(company, item):
    listed = PriceList.objects.create(company=company, name="Gold")
    set_list_price(listed, item, price=Decimal("99.90"), by="anna")

    assert increase_list(listed, percent=Decimal("3.5"), step=Decimal("0.05"), by="anna") == 1
    assert listed.prices.get().price == Decimal("103.40")


@pytest.mark.parametrize(
    ("price", "step", "found"),
    [("10.12", "0.05", "10.10"), ("10.125", "0.05", "10.15"), ("10.5", "1", "11"), ("0.994", "0.01", "0.99")],
)
def test_prices_are_rounded_to_a_step_halves_up(price, step, found):
    assert to_step(Decimal(price), Decimal(step)) == Decimal(found)


def test_a_rate_changes_from_a_day_on(company):
    code = VatCode.objects.get(company=company, is_default=True)

    change_vat_rate(code, percent=Decimal(23), valid_from=date(2027, 1, 1), by="anna")

    rule = vat_rules(company.pk)[code.pk]
    assert [rule.percent(day) for day in (date(2026, 12, 31), date(2027, 1, 1))] == [22, 23]
    with pytest.raises(RateAlreadyThere):
        change_vat_rate(code, percent=Decimal(24), valid_from=date(2027, 1, 1), by="anna")
    with pytest.raises(ZeroNeedsNature):
        change_vat_rate(code, percent=Decimal(0), valid_from=date(2028, 1, 1), by="anna")


@pytest.fixture
def anna(company, client):
    user = User.objects.create_user("anna", language="en")
    role = Role.objects.get(company=company, code="owner")
    Membership.objects.create(user=user, company=company, role=role, is_default=True)
    client.force_login(user)
    return user


def test_an_item_is_written_in_its_form(anna, client, company):
    usual = VatCode.objects.get(company=company, is_default=True)
    page = client.get(reverse("item-add"))
    assert page.context["form"].initial["vat_code"] == usual.pk

    facts = {"name": "Hour", "kind": "service", "price": "45.50", "vat_code": usual.pk, "active": "on"}
    assert client.post(reverse("item-add"), facts).status_code == 302
    assert (Item.objects.get().price, Item.objects.get().code) == (Decimal("45.5"), "0001")


def test_r31_a_vat_code_of_zero_needs_its_nature(anna, client):
    rows = {
        "vatrate-TOTAL_FORMS": 1,
        "vatrate-INITIAL_FORMS": 0,
        "vatrate-0-valid_from": "2020-01-01",
        "vatrate-0-percent": "0",
    }
    facts = {"code": "Z", "name": "Zero", "active": "on", "exigibility": "I", **rows}
    page = client.post(reverse("vatcode-add"), facts)
    assert page.context["form"].errors["nature"]

    assert client.post(reverse("vatcode-add"), {**facts, "nature": "N4"}).status_code == 302


def test_all_prices_of_a_list_are_changed_from_its_page(anna, client, company, item):
    listed = PriceList.objects.create(company=company, name="Gold")
    set_list_price(listed, item, price=Decimal(100), by="anna")
    client.post(reverse("pricelist-increase"), {"id": listed.pk, "percent": "-10", "step": "0.01"})

    assert listed.prices.get().price == 90
