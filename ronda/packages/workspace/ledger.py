"""The ledger of units and money, and the customers' wallets."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ronda.packages.forms import PaidForm, ReasonForm, SpendForm
from ronda.packages.models import Wallet, WalletEntry
from ronda.packages.queries import with_balance
from ronda.packages.workspace.colours import AREA, KIND_COLOURS
from ronda.packages.workspace.running import may_be_taken_back, pay_out, spend, take_back
from ronda.workspace.declare import (
    Action,
    ChoiceFilter,
    Column,
    PickFilter,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
)

ENTRY_COLUMNS = (
    Column("on", link=True),
    Column("kind", badges=KIND_COLOURS),
    Column("line", _("service"), sort=False),
    Column("quantity", kind="number"),
    Column("value", kind="money"),
    Column("reference"),
    Column("reason"),
    Column("document", sort=False),
    Column("created_by"),
)


def entries(rows: Any) -> Any:
    return rows.select_related("line__item", "lot", "document", "wallet__party", "package").order_by(
        "-on", "-pk"
    )


class Ledger(Workspace):
    """Every unit and every euro, in and out."""

    model = WalletEntry
    no_import = _("The ledger is only ever written by what happens to a package or wallet.")
    customer_path = ("package__party", "wallet__party")
    area, icon, order_in_area = AREA, "history", 50
    columns = (
        ENTRY_COLUMNS[0],
        Column("subject", _("package or wallet"), value=lambda entry: entry.package or entry.wallet),
        *ENTRY_COLUMNS[1:],
    )
    filters = (
        ChoiceFilter("kind"),
        RangeFilter("on"),
        RelationFilter("package"),
        RelationFilter("item", label=_("Service")),
    )
    search = ("reference", "reason", "package__number", "package__party__name", "wallet__party__name")
    related = ("line__item", "document", "wallet__party", "package", "reversed_by")
    order = ("-on", "-pk")
    may_add = False
    title = _("Ledger")
    actions = (
        Action(
            "take-back",
            _("Take back"),
            take_back,
            form=ReasonForm,
            permission="packages.use_package",
            danger=True,
            enabled=may_be_taken_back,
            help_text=_("Every unit returns to the lot it came from."),
        ),
    )
    empty_text = _("What packages gave and customers used appears here.")


class Wallets(Workspace):
    """Customers' money in the firm's hands."""

    model = Wallet
    no_import = _("Wallets are the sum of their ledger.")
    customer_path = "party"
    area, icon, order_in_area = AREA, "wallet", 40
    columns = (
        Column("party", link=True, sort="party__name"),
        Column("currency"),
        Column("balance", _("balance"), kind="money", total=True),
    )
    filters = (
        RelationFilter("party"),
        PickFilter("balance", _("Balance"), options={"some": (_("Not empty"), Q(balance__gt=0))}),
    )
    search = ("party__name",)
    related = ("party", "company")
    order = ("party__name", "pk")
    may_add = False
    actions = (
        Action(
            "spend",
            _("Pay a document"),
            spend,
            form=SpendForm,
            bulk=False,
            permission="payments.add_payment",
            primary=True,
        ),
        Action(
            "pay-out",
            _("Pay out"),
            pay_out,
            form=PaidForm,
            bulk=False,
            permission="payments.add_payment",
            danger=True,
        ),
    )
    tabs = (
        Tab(
            "ledger",
            _("Ledger"),
            tuple(column for column in ENTRY_COLUMNS if column.name not in ("line", "value")),
            rows=lambda wallet: entries(wallet.entries.all()),
            count=lambda wallet: wallet.entries.count(),
        ),
    )
    empty_text = _("Credits of ended contracts and money paid in advance, to be spent on documents.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return with_balance(super().records(request))
