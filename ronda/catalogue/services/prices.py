"""Prices: choosing the one that applies, price lists, what was agreed with a customer (P6)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction

from ronda.catalogue.domain.pricing import Chosen, CustomerOffer, ListOffer, choose_price
from ronda.catalogue.models import CustomerPrice, Item, ListPrice, PriceList
from ronda.company import audit
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import BillingAccount, Party

ONE = Decimal(1)
HUNDRED = Decimal(100)


class PriceOfAnotherCompany(Refusal):
    code = "catalogue.price_of_another_company"


class NothingToSay(Refusal):
    code = "catalogue.customer_price_says_nothing"


def price_for(item: Item, account: BillingAccount, *, on: date, quantity: Decimal = ONE) -> Chosen:
    """The unit price of an item for a payer on a day, its discount in per cent, and why."""
    return prices_for([(item, quantity)], account, on=on)[0]


def prices_for(wanted: Sequence[tuple[Item, Decimal]], account: BillingAccount, *, on: date) -> list[Chosen]:
    """The price of each item and quantity, in order, with two queries for all of them."""
    ids = {item.pk for item, _quantity in wanted}
    own = customer_offers(account.party_id, ids)
    listed = list_offers(account.pk, ids)
    return [
        choose_price(item.price, on=on, quantity=quantity, customer=own[item.pk], lists=listed[item.pk])
        for item, quantity in wanted
    ]


def customer_offers(party_id: int, item_ids: Iterable[int]) -> Mapping[int, list[CustomerOffer]]:
    """What was agreed with a customer, by item."""
    found: dict[int, list[CustomerOffer]] = defaultdict(list)
    rows = CustomerPrice.objects.filter(party_id=party_id, item_id__in=list(item_ids))
    for one in rows:
        offer = CustomerOffer(one.price, one.discount, one.valid_from, one.valid_to)
        found[one.item_id].append(offer)
    return found


def list_offers(account_id: int, item_ids: Iterable[int]) -> Mapping[int, list[ListOffer]]:
    """Prices of the lists a billing account has, by item."""
    found: dict[int, list[ListOffer]] = defaultdict(list)
    rows = ListPrice.objects.filter(price_list__accounts=account_id, item_id__in=list(item_ids))
    fields = (
        "price_list__name",
        "price",
        "from_quantity",
        "price_list__valid_from",
        "price_list__valid_to",
        "price_list_id",
    )
    for item_id, *facts in rows.values_list("item_id", *fields):
        found[item_id].append(ListOffer(*facts))
    return found


@transaction.atomic
def set_price(
    party: Party,
    item: Item,
    *,
    by: str,
    price: Decimal | None = None,
    discount: Decimal | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> CustomerPrice:
    """Agree a price or a discount with a customer; what was agreed from the same day is replaced.

    Raises NothingToSay without price and discount, PriceOfAnotherCompany for an item of another company.
    """
    Party.objects.select_for_update().get(pk=party.pk)
    if item.company_id != party.company_id:
        raise PriceOfAnotherCompany(_("The item belongs to another company."), field="item")
    if price is None and discount is None:
        raise NothingToSay(_("Enter a price or a discount."), field="price")
    facts = {"price": price, "discount": discount, "valid_to": valid_to}
    agreed, _made = CustomerPrice.objects.update_or_create(
        party=party, item=item, valid_from=valid_from, defaults=facts
    )
    audit.record(
        by,
        "catalogue.customer_price.set",
        party,
        item=item.name,
        price=str(price or ""),
        discount=str(discount or ""),
    )
    return agreed


@transaction.atomic
def save_customer_price(form: Any, *, by: str, company: Company) -> CustomerPrice:
    """The save of the customer price's form."""
    agreed: CustomerPrice = form.save(commit=False)
    if agreed.price is None and agreed.discount is None:
        raise NothingToSay(_("Enter a price or a discount."), field="price")
    agreed.save()
    return agreed


@transaction.atomic
def set_list_price(
    price_list: PriceList, item: Item, *, price: Decimal, by: str, from_quantity: Decimal = Decimal(0)
) -> ListPrice:
    """The price of an item in a list from a quantity on; a known one is replaced."""
    if item.company_id != price_list.company_id:
        raise PriceOfAnotherCompany(_("The item belongs to another company."), field="item")
    kept, _made = ListPrice.objects.update_or_create(
        price_list=price_list, item=item, from_quantity=from_quantity, defaults={"price": price}
    )
    audit.record(by, "catalogue.list_price.set", price_list, item=item.name, price=str(price))
    return kept


@transaction.atomic
def save_price_list(form: Any, *, by: str, company: Company) -> PriceList:
    """The save of the price list's form, with the accounts that have it."""
    price_list: PriceList = form.save(commit=False)
    price_list.save()
    form.save_m2m()
    return price_list


@transaction.atomic
def increase_list(
    price_list: PriceList, *, percent: Decimal, by: str, step: Decimal = Decimal("0.01")
) -> int:
    """Change every price of a list by a percentage, negative to lower it; how many changed.

    Prices are rounded, halves up, to a multiple of `step`; a price never becomes negative.
    """
    price_list = PriceList.objects.select_for_update().get(pk=price_list.pk)
    prices = list(price_list.prices.select_for_update())
    for one in prices:
        raised = one.price * (HUNDRED + percent) / HUNDRED
        one.price = max(Decimal(0), to_step(raised, step))
    ListPrice.objects.bulk_update(prices, ["price"], batch_size=400)
    audit.record(
        by,
        "catalogue.price_list.increased",
        price_list,
        percent=str(percent),
        step=str(step),
        prices=len(prices),
    )
    return len(prices)


def to_step(price: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of a step, halves up: 10.12 to 0.05 is 10.10."""
    return (price / step).quantize(ONE, ROUND_HALF_UP) * step
