"""Screens of customers, sites, people, billing accounts and payment conditions."""

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ronda.parties.forms import (
    AddFamilyForm,
    ContactForm,
    FamilyForm,
    PartyForm,
    SiteForm,
)
from ronda.parties.models import (
    BillingGroup,
    Contact,
    DocumentRecipient,
    Family,
    Party,
    Site,
)
from ronda.parties.services import (
    save_contact,
    save_party,
    save_site,
    update_party,
)
from ronda.workspace.declare import (
    Action,
    Area,
    BoolFilter,
    ChoiceFilter,
    Column,
    Page,
    PickFilter,
    RelationFilter,
    Tab,
    Workspace,
    register_area,
    register_page,
)
from ronda.workspace.filters import FilterContext
from ronda.workspace.pages import DetailPage

AREA = "customers"
KIND_COLOURS = {
    Party.Kind.FIRM: "blue",
    Party.Kind.PERSON: "teal",
    Party.Kind.PUBLIC: "violet",
    Party.Kind.BUILDING: "orange",
}
ROLE_COLOURS = {
    Contact.Role.MANAGEMENT: "violet",
    Contact.Role.ACCOUNTING: "green",
    Contact.Role.TECHNICAL: "blue",
    Contact.Role.FAMILY: "teal",
    Contact.Role.OTHER: "gray",
}

register_area(Area(AREA, _("Customers"), icon="users", order=10))
register_page(
    Page(
        "party-take-over",
        _("Take customers over"),
        "party-take-over",
        AREA,
        "users",
        "parties.add_party",
        keywords=(_("group of companies"),),
        in_navigation=False,
    )
)


class PeopleFilter(RelationFilter):
    """People who work in the company."""

    def candidates(self, context: FilterContext) -> QuerySet[Any]:
        return super().candidates(context).filter(memberships__company=context.company).order_by("username")


# --- customers -------------------------------------------------------------------------------------------


def families_of(party: Party) -> str:
    return ", ".join(family.name for family in party.families.all())


def tax_numbers(party: Party) -> str:
    """VAT number and tax code, once where they are the same."""
    return " · ".join(dict.fromkeys(filter(None, (party.tax_id, party.registration_id))))


def switch_on(party: Party, *, by: str, confirmed: frozenset[str] = frozenset()) -> Party:
    return update_party(party, by=by, confirmed=confirmed, active=True)


def switch_off(party: Party, *, by: str) -> Party:
    return update_party(party, by=by, active=False)


def add_family(party: Party, *, family: Family, by: str) -> Party:
    return update_party(party, by=by, families=[*party.families.all(), family])


def add_link(name: str) -> Any:
    """The address of a new row that belongs to the record."""
    return lambda record: f"{reverse(name)}?party={record.pk}"


def billing_context(party: Party) -> dict[str, Any]:
    """Accounts of a customer with their letters, and for each letter its sites and recipients."""
    groups = BillingGroup.objects.order_by("code", "pk").prefetch_related(
        Prefetch("sites", Site.objects.order_by("name", "pk")),
        Prefetch("recipients", DocumentRecipient.objects.select_related("site").order_by("pk")),
    )
    accounts = (
        party.accounts.select_related("terms", "method", "bank_account")
        .prefetch_related(Prefetch("groups", groups))
        .order_by("-is_default", "name", "pk")
    )
    loose = party.sites.filter(billing_group=None, active=True).order_by("name", "pk")
    return {"accounts": accounts, "loose_sites": loose}


class PartyPage(DetailPage):
    """The customer at a glance; what other apps know is in their tabs."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if context["open_tab"] is None:
            accounts = self.object.accounts.filter(is_default=True)
            context["facts_template"] = "parties/party_facts.html"
            context["account"] = accounts.select_related("terms", "method", "bank_account").first()
            context["families"] = self.object.families.all()
            context["main_contacts"] = self.object.contacts.order_by("role", "pk")[:6]
        return context


SITE_COLUMNS = (
    Column("name", link=True),
    Column("code", default=False),
    Column("street"),
    Column("city"),
    Column("province", default=False),
    Column("billing_group", _("billing group"), value=lambda site: site.letter, sort="billing_group__code"),
    Column("phone"),
    Column("access_notes", default=False),
)
CONTACT_COLUMNS = (
    Column("name", link=True),
    Column("role", badges=ROLE_COLOURS),
    Column("position"),
    Column("email"),
    Column("phone"),
    Column("mobile"),
    Column("site"),
)
BANK_COLUMNS = (
    Column("iban", link=True),
    Column("bank_name"),
    Column("bic"),
    Column("holder"),
    Column("active"),
)


class Customers(Workspace):
    """Customers and suppliers."""

    model = Party
    customer_path = "pk"
    area, icon, order_in_area = AREA, "users", 10
    columns = (
        Column("code", link=True),
        Column("name", link=True),
        Column("kind", badges=KIND_COLOURS, default=False),
        Column("city"),
        Column("province", default=False),
        Column("tax_id", value=tax_numbers),
        Column("phone"),
        Column("email"),
        Column("families", value=families_of, sort=False, default=False),
        Column("owner", default=False),
        Column("active"),
        Column("is_customer", default=False),
        Column("is_supplier", default=False),
        Column("mobile", default=False),
        Column("street", default=False),
        Column("postcode", default=False),
        Column("pec", default=False),
        Column("recipient_code", default=False),
        Column("accounting_code", default=False),
        Column("created_at", default=False),
    )
    filters = (
        PickFilter(
            "role",
            _("Role"),
            options={
                "customer": (_("Customers"), Q(is_customer=True)),
                "supplier": (_("Suppliers"), Q(is_supplier=True)),
            },
        ),
        ChoiceFilter("kind"),
        RelationFilter("families"),
        PeopleFilter("owner"),
        PickFilter(
            "located",
            _("On the map"),
            options={
                "yes": (_("Located"), Q(latitude__isnull=False)),
                "no": (_("Not located"), Q(latitude=None)),
            },
        ),
        BoolFilter("active", yes=_("Active"), no=_("Not active")),
    )
    search = ("name", "code", "tax_id", "registration_id", "email", "phone", "mobile", "city")
    related = ("owner",)
    prefetch = ("families",)
    order = ("name", "pk")
    form_class = PartyForm
    save = save_party
    detail_view = PartyPage
    actions = (
        Action("family", _("Put in a family"), add_family, form=AddFamilyForm),
        Action("activate", _("Make active"), switch_on, enabled=lambda party: not party.active),
        Action("deactivate", _("Make inactive"), switch_off, danger=True, enabled=lambda party: party.active),
    )
    tabs = (
        Tab(
            "sites",
            _("Sites"),
            tuple(column for column in SITE_COLUMNS if column.default),
            rows=lambda party: with_letters(party.sites.order_by("name", "pk")),
            count=lambda party: party.sites.count(),
            add=add_link("site-add"),
            empty_text=_(
                "The places where you work for this customer. Without one it is the billing address."
            ),
        ),
        Tab(
            "contacts",
            _("Contacts"),
            CONTACT_COLUMNS,
            rows=lambda party: party.contacts.select_related("site").order_by("name", "pk"),
            count=lambda party: party.contacts.count(),
            add=add_link("contact-add"),
            empty_text=_("Who decides, who pays, who opens the door."),
        ),
        Tab(
            "billing",
            _("Billing"),
            template="parties/party_billing.html",
            context=billing_context,
            permission="parties.view_billingaccount",
        ),
        Tab(
            "bank",
            _("Bank accounts"),
            BANK_COLUMNS,
            rows=lambda party: party.bank_accounts.order_by("-active", "pk"),
            add=add_link("bankaccount-add"),
            empty_text=_("An IBAN is needed for direct debits."),
        ),
    )
    api_fields = (
        "id",
        "code",
        "name",
        "kind",
        "street",
        "postcode",
        "city",
        "province",
        "country",
        "latitude",
        "longitude",
        "tax_id",
        "registration_id",
        "recipient_code",
        "pec",
        "first_name",
        "last_name",
        "email",
        "phone",
        "mobile",
        "website",
        "language",
        "is_customer",
        "is_supplier",
        "active",
        "families",
        "owner",
        "accounting_code",
        "notes",
        "created_at",
        "updated_at",
    )
    create_label = _("New customer")
    empty_text = _("A name and an address are enough for the first one; or import a list.")


class Families(Workspace):
    model = Family
    area, icon, order_in_area = AREA, "tags", 60
    columns = (
        Column("name", link=True),
        Column("members", _("customers"), kind="number"),
    )
    search = ("name",)
    order = ("name", "pk")
    form_class = FamilyForm
    title = _("Families")
    empty_text = _("Private, professional, property managers: the kinds of customers you tell apart.")
    tabs = (
        Tab(
            "members",
            _("Customers"),
            (Column("code", link=True), Column("name", link=True), Column("city"), Column("phone")),
            rows=lambda family: family.party_set.order_by("name", "pk"),
            more=lambda family: f"{reverse('party-list')}?families={family.pk}",
        ),
    )

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return super().records(request).annotate(members=Count("party"))


# --- sites and people ------------------------------------------------------------------------------------


def with_letters(sites: QuerySet[Site]) -> QuerySet[Site]:
    return sites.select_related("billing_group")


class Sites(Workspace):
    """Places of work of all customers (S13)."""

    model = Site
    customer_path = "party"
    area, icon, order_in_area = AREA, "map-pin", 20
    company_path = "party__company"
    narrowed_by = {"party": "party", "account": "party__accounts"}
    columns = (
        SITE_COLUMNS[0],
        Column("party"),
        *SITE_COLUMNS[1:],
        Column(
            "located",
            _("on the map"),
            value=lambda site: site.get_precision_display(),
            sort="precision",
            default=False,
        ),
        Column("distance_km", kind="number", default=False),
        Column("active"),
    )
    facts = (
        Column("party"),
        Column("code"),
        Column("address", _("address"), value=lambda site: ", ".join(site.address_lines)),
        Column("billing_group", _("billing group"), value=lambda site: site.letter),
        Column("phone"),
        Column("latitude", _("coordinates"), value=lambda site: site.coordinates),
        Column("precision", _("located by"), value=lambda site: site.get_precision_display()),
        Column("distance_km"),
        Column("access_notes"),
        Column("active"),
    )
    filters = (
        RelationFilter("party"),
        RelationFilter("party__families", label=_("Family")),
        PickFilter(
            "located",
            _("On the map"),
            options={
                "pin": (_("Placed by hand"), Q(precision="pin")),
                "place": (_("Municipality only"), Q(precision="place")),
                "no": (_("Not located"), Q(latitude=None)),
            },
        ),
        BoolFilter("active", yes=_("Active"), no=_("Not active")),
    )
    search = ("name", "code", "party__name", "street", "city", "phone")
    related = ("party", "billing_group")
    order = ("party__name", "name", "pk")
    form_class = SiteForm
    save = save_site
    tabs = (
        Tab(
            "contacts",
            _("Contacts"),
            CONTACT_COLUMNS[:-1],
            rows=lambda site: site.contacts.order_by("name", "pk"),
            add=lambda site: f"{reverse('contact-add')}?party={site.party_id}&site={site.pk}",
        ),
    )
    create_label = _("New site")
    empty_text = _("Add a site when work is done somewhere else than at the billing address.")


class Contacts(Workspace):
    """People at the customers' (S24)."""

    model = Contact
    import_key = ("party", "name")
    customer_path = "party"
    area, icon, order_in_area = AREA, "phone", 30
    company_path = "party__company"
    columns = (CONTACT_COLUMNS[0], Column("party"), *CONTACT_COLUMNS[1:])
    facts = (*columns, Column("notes"))
    filters = (ChoiceFilter("role"), RelationFilter("party"))
    search = ("name", "party__name", "email", "phone", "mobile")
    related = ("party", "site")
    order = ("name", "pk")
    form_class = ContactForm
    save = save_contact
    create_label = _("New contact")


# --- who pays --------------------------------------------------------------------------------------------
