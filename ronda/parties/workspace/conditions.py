"""Screens of who pays how: billing accounts and groups, bank accounts, terms and methods."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ronda.parties.forms import (
    AccountForm,
    BankAccountForm,
    GroupForm,
    GroupRow,
    MethodForm,
    RecipientRow,
    TermsForm,
)
from ronda.parties.models import (
    BankAccount,
    BillingAccount,
    BillingGroup,
    DocumentRecipient,
    PaymentMethod,
    PaymentTerms,
)
from ronda.parties.services import (
    save_account,
    save_bank_account,
)
from ronda.parties.workspace.customers import AREA, BANK_COLUMNS, Contacts, Customers, Families, Sites
from ronda.workspace.declare import (
    BoolFilter,
    ChoiceFilter,
    Column,
    Inline,
    RelationFilter,
    Tab,
    Workspace,
)


class BillingAccounts(Workspace):
    """Billing accounts: payers and their conditions."""

    model = BillingAccount
    import_key = ("party", "name")
    customer_path = "party"
    area, icon, order_in_area = AREA, "wallet", 40
    company_path = "party__company"
    columns = (
        Column("__str__", _("billing account"), link=True, sort="party__name"),
        Column("party", default=False),
        Column("is_default"),
        Column("terms"),
        Column("method"),
        Column("bank_account", default=False),
        Column("tax_regime"),
        Column("discount", kind="number"),
        Column("cig"),
        Column("cup"),
        Column("purchase_order", default=False),
        Column("currency", default=False),
        Column("withholding_code", default=False),
        Column("stamp_duty_exemption", default=False),
    )
    filters = (
        RelationFilter("party"),
        RelationFilter("terms"),
        RelationFilter("method"),
        ChoiceFilter("tax_regime"),
    )
    search = ("party__name", "name", "cig", "cup", "purchase_order")
    related = ("party", "terms", "method", "bank_account")
    order = ("party__name", "-is_default", "pk")
    form_class = AccountForm
    inlines = (Inline(BillingGroup, GroupRow, label=_("Billing groups")),)
    save = save_account
    tabs = (
        Tab(
            "groups",
            _("Billing groups"),
            (Column("__str__", _("group"), link=True), Column("code"), Column("name"), Column("layout")),
            rows=lambda account: account.groups.select_related("account__party").order_by("code", "pk"),
            add=lambda account: f"{reverse('billinggroup-add')}?account={account.pk}",
        ),
    )
    create_label = _("New billing account")


class BillingGroups(Workspace):
    """Letters of the billing accounts, with who receives their documents (S15, S26)."""

    model = BillingGroup
    customer_path = "account__party"
    area, icon = AREA, "split"
    in_navigation = False
    company_path = "account__party__company"
    columns = (
        Column("__str__", _("billing group"), link=True, sort="account__party__name"),
        Column("account"),
        Column("code"),
        Column("name"),
        Column("layout", kind="text"),
    )
    filters = (RelationFilter("account"), ChoiceFilter("layout"))
    search = ("code", "name", "account__party__name", "account__name")
    related = ("account__party",)
    order = ("account__party__name", "account", "code", "pk")
    form_class = GroupForm
    inlines = (Inline(DocumentRecipient, RecipientRow, label=_("Who receives the documents"), extra=1),)
    tabs = (
        Tab(
            "sites",
            _("Sites"),
            (Column("name", link=True), Column("party"), Column("street"), Column("city")),
            rows=lambda group: group.sites.select_related("party").order_by("name", "pk"),
        ),
        Tab(
            "recipients",
            _("Recipients"),
            (Column("email"), Column("name"), Column("site"), Column("part_only", kind="bool")),
            rows=lambda group: group.recipients.select_related("site").order_by("pk"),
        ),
    )


class BankAccounts(Workspace):
    """Bank accounts of customers and suppliers."""

    model = BankAccount
    customer_path = "party"
    area, icon, order_in_area = AREA, "landmark", 50
    in_navigation = False
    company_path = "party__company"
    columns = (BANK_COLUMNS[0], Column("party"), *BANK_COLUMNS[1:])
    filters = (RelationFilter("party"), BoolFilter("active", yes=_("Active"), no=_("Not active")))
    search = ("iban", "party__name", "bank_name", "holder")
    related = ("party",)
    order = ("party__name", "pk")
    form_class = BankAccountForm
    save = save_bank_account


# --- conditions ------------------------------------------------------------------------------------------


def delays_in_words(terms: PaymentTerms) -> str:
    """ "30, 60 days, end of month"."""
    unit = _("months") if terms.in_months else _("days")
    parts = [", ".join(map(str, terms.days)) + f" {unit}"]
    if terms.percents:
        parts.append(" + ".join(f"{percent} %" for percent in terms.percents))
    if terms.end_of_month:
        parts.append(str(_("end of month")))
    if terms.pay_day:
        parts.append(str(_("on day %(day)d") % {"day": terms.pay_day}))
    return ", ".join(parts)


class Terms(Workspace):
    """Payment terms."""

    model = PaymentTerms
    area, icon, order_in_area = "settings", "calendar-clock", 84
    title = _("Payment terms")
    columns = (
        Column("name", link=True),
        Column("code"),
        Column("rule", _("rule"), value=delays_in_words, sort=False),
        Column("active"),
    )
    filters = (BoolFilter("active", yes=_("Active"), no=_("Not active")),)
    search = ("name", "code")
    order = ("code", "pk")
    form_class = TermsForm


class Methods(Workspace):
    """Payment methods."""

    model = PaymentMethod
    area, icon, order_in_area = "settings", "credit-card", 86
    columns = (
        Column("name", link=True),
        Column("code"),
        Column("legal_code"),
        Column("account_role", kind="text"),
        Column("active"),
    )
    filters = (BoolFilter("active", yes=_("Active"), no=_("Not active")),)
    search = ("name", "code")
    order = ("code", "pk")
    form_class = MethodForm


WORKSPACES: tuple[type[Workspace], ...] = (
    Customers,
    Sites,
    Contacts,
    BillingAccounts,
    BillingGroups,
    BankAccounts,
    Families,
    Terms,
    Methods,
)
