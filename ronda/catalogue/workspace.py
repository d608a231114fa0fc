"""Screens of the catalogue: what is sold, in which units, with which VAT and at which price."""

from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ronda.catalogue.forms import (
    CustomerPriceForm,
    FamilyForm,
    IncreaseForm,
    ItemForm,
    ListPriceRow,
    PriceListForm,
    RateForm,
    RateRow,
    UnitForm,
    VatCodeForm,
)
from ronda.catalogue.models import (
    CustomerPrice,
    Item,
    ItemFamily,
    ListPrice,
    PriceList,
    Unit,
    VatCode,
    VatRate,
)
from ronda.catalogue.services import (
    change_vat_rate,
    increase_list,
    save_customer_price,
    save_item,
    save_price_list,
    save_vat_code,
)
from ronda.parties.models import Party
from ronda.workspace.declare import (
    Action,
    Area,
    BoolFilter,
    ChoiceFilter,
    Column,
    Inline,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
    add_tab,
    register_area,
)

AREA = "catalogue"
ITEM_COLOURS = {Item.Kind.SERVICE: "blue", Item.Kind.ARTICLE: "orange"}
ACTIVE = BoolFilter("active", yes=_("Active"), no=_("Not active"))

register_area(Area(AREA, _("Catalogue"), icon="package", order=15))


PRICE_COLUMNS = (
    Column("item", link=True),
    Column("price", kind="number"),
    Column("discount", kind="number"),
    Column("valid_from"),
    Column("valid_to"),
)


class Items(Workspace):
    """Services and articles."""

    model = Item
    area, icon, order_in_area = AREA, "package", 10
    columns = (
        Column("code", link=True),
        Column("name", link=True),
        Column("kind", badges=ITEM_COLOURS),
        Column("family"),
        Column("unit"),
        Column("price", kind="number"),
        Column("vat_code"),
        Column("cost", kind="number", default=False),
        Column("revenue_account", default=False),
        Column("withholding", default=False),
        Column("active"),
    )
    facts = (
        Column("code"),
        Column("kind", kind="text"),
        Column("family"),
        Column("price", kind="number"),
        Column("unit"),
        Column("vat_code"),
        Column("cost", kind="number"),
        Column("description"),
        Column("revenue_account"),
        Column("withholding"),
        Column("active"),
    )
    filters = (ChoiceFilter("kind"), RelationFilter("family"), RelationFilter("vat_code"), ACTIVE)
    search = ("name", "code", "description")
    related = ("family", "unit", "vat_code")
    order = ("code", "pk")
    form_class = ItemForm
    save = save_item
    tabs = (
        Tab(
            "lists",
            _("Price lists"),
            (
                Column("price_list", link=True),
                Column("from_quantity", kind="number"),
                Column("price", kind="number"),
            ),
            rows=lambda item: item.list_prices.select_related("price_list").order_by(
                "price_list__name", "from_quantity", "pk"
            ),
            permission="catalogue.view_pricelist",
        ),
        Tab(
            "customers",
            _("Customer prices"),
            (Column("party", link=True), *PRICE_COLUMNS[1:]),
            rows=lambda item: (
                CustomerPrice.objects.filter(item=item)
                .select_related("party", "item")
                .order_by("party__name", "pk")
            ),
            add=lambda item: f"{reverse('customerprice-add')}?item={item.pk}",
        ),
    )
    create_label = _("New service or article")
    empty_text = _("What you sell: maintenance, a visit, an hour, a filter.")


class ItemFamilies(Workspace):
    """Headings of the catalogue."""

    model = ItemFamily
    area, icon, order_in_area = AREA, "tags", 40
    columns = (Column("name", link=True), Column("members", _("services and articles"), kind="number"))
    search = ("name",)
    order = ("name", "pk")
    form_class = FamilyForm
    tabs = (
        Tab(
            "items",
            _("Services and articles"),
            (Column("code", link=True), Column("name", link=True), Column("price", kind="number")),
            rows=lambda family: family.item_set.order_by("code", "pk"),
            more=lambda family: f"{reverse('item-list')}?family={family.pk}",
        ),
    )

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return super().records(request).annotate(members=Count("item"))


class Units(Workspace):
    """Units of measure."""

    model = Unit
    area, icon, order_in_area = AREA, "scale", 60
    columns = (Column("code", link=True), Column("name"), Column("legal_code"))
    search = ("code", "name", "legal_code")
    order = ("code", "pk")
    form_class = UnitForm


# --- VAT -------------------------------------------------------------------------------------------------


def rate_today(code: VatCode) -> Any:
    """The percentage in force today, from the rates read with the list."""
    today = timezone.localdate()
    known = [rate for rate in code.rates.all() if rate.valid_from <= today]
    return known[-1].percent if known else None


class VatCodes(Workspace):
    """VAT codes with the history of their rates."""

    model = VatCode
    area, icon, order_in_area = AREA, "percent", 50
    columns = (
        Column("code", link=True),
        Column("name"),
        Column("rate", _("VAT % today"), value=rate_today, kind="number", sort=False),
        Column("nature"),
        Column("exigibility", kind="text"),
        Column("stamp_relevant"),
        Column("reverse_charge", default=False),
        Column("category", default=False),
        Column("exempt_text", default=False),
        Column("is_default"),
        Column("active"),
    )
    filters = (ChoiceFilter("exigibility"), BoolFilter("stamp_relevant"), ACTIVE)
    search = ("code", "name", "nature", "exempt_text")
    prefetch = (Prefetch("rates", VatRate.objects.order_by("valid_from")),)
    order = ("code", "pk")
    form_class = VatCodeForm
    inlines = (Inline(VatRate, RateRow, label=_("Rates"), min_num=1),)
    save = save_vat_code
    actions = (
        Action(
            "rate",
            _("New rate from a day"),
            change_vat_rate,
            form=RateForm,
            bulk=False,
            help_text=_("Lines of earlier days keep their rate."),
        ),
    )
    tabs = (
        Tab(
            "rates",
            _("Rates"),
            (Column("valid_from"), Column("percent", kind="number")),
            rows=lambda code: code.rates.order_by("-valid_from"),
        ),
    )


# --- prices ----------------------------------------------------------------------------------------------


def raise_prices(price_list: PriceList, *, percent: Any, step: Any, by: str) -> str:
    count = increase_list(price_list, percent=percent, step=step, by=by)
    return ngettext("%(count)d price changed.", "%(count)d prices changed.", count) % {"count": count}


class PriceLists(Workspace):
    """Prices for kinds of customers."""

    model = PriceList
    area, icon, order_in_area = AREA, "list", 20
    columns = (
        Column("name", link=True),
        Column("valid_from"),
        Column("valid_to"),
        Column("size", _("prices"), kind="number"),
    )
    filters = (RangeFilter("valid_from"), RangeFilter("valid_to"))
    search = ("name",)
    prefetch = ("accounts",)
    order = ("name", "pk")
    form_class = PriceListForm
    inlines = (Inline(ListPrice, ListPriceRow, label=_("Prices"), extra=1, max_num=2000),)
    save = save_price_list
    actions = (Action("increase", _("Change all prices by a percentage"), raise_prices, form=IncreaseForm),)
    tabs = (
        Tab(
            "prices",
            _("Prices"),
            (
                Column("item", link=True),
                Column("from_quantity", kind="number"),
                Column("price", kind="number"),
                Column("item__price", _("catalogue price"), kind="number"),
            ),
            rows=lambda one: one.prices.select_related("item").order_by("item__code", "from_quantity", "pk"),
            count=lambda one: one.prices.count(),
        ),
        Tab(
            "accounts",
            _("Who has this list"),
            (Column("__str__", _("billing account"), link=True),),
            rows=lambda one: one.accounts.select_related("party").order_by("party__name", "pk"),
        ),
    )
    empty_text = _("A price list for a kind of customers: condominiums, partners, public bodies.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return super().records(request).annotate(size=Count("prices"))


class CustomerPrices(Workspace):
    """What was agreed with single customers (P6)."""

    model = CustomerPrice
    import_key = ("party", "item", "valid_from")
    customer_path = "party"
    area, icon, order_in_area = AREA, "tag", 30
    company_path = "party__company"
    columns = (
        Column("party", link=True),
        Column("item"),
        *PRICE_COLUMNS[1:],
    )
    filters = (RelationFilter("party"), RelationFilter("item"), RangeFilter("valid_to"))
    search = ("party__name", "item__name", "item__code")
    related = ("party", "item")
    order = ("party__name", "item__name", "pk")
    form_class = CustomerPriceForm
    save = save_customer_price
    create_label = _("New customer price")
    empty_text = _("A price or a discount agreed with one customer comes before every list.")


add_tab(
    Party,
    Tab(
        "prices",
        _("Prices"),
        PRICE_COLUMNS,
        rows=lambda party: party.prices.select_related("item", "party").order_by("item__name", "pk"),
        add=lambda party: f"{reverse('customerprice-add')}?party={party.pk}",
        empty_text=_("Catalogue and price lists apply. Add what was agreed with this customer."),
    ),
)

WORKSPACES: tuple[type[Workspace], ...] = (
    Items,
    PriceLists,
    CustomerPrices,
    ItemFamilies,
    VatCodes,
    Units,
)
