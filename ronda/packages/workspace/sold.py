"""Packages sold, with what is done and left."""

from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ronda.company.models import Company
from ronda.packages import services
from ronda.packages.domain.packages import State
from ronda.packages.forms import BillForm, DepositRow, ExtendForm, ReasonForm, SellForm, TransferForm, UseForm
from ronda.packages.models import Deposit, Lot, Package, PackageState
from ronda.packages.pages import PackagePage
from ronda.packages.queries import deposits_due, extras_open, in_state, with_standing
from ronda.packages.workspace.colours import AREA, STATE_COLOURS
from ronda.packages.workspace.ledger import ENTRY_COLUMNS, entries
from ronda.packages.workspace.running import (
    bill_deposits,
    bill_extras,
    bill_price,
    bills_extras,
    has_deposits_to_bill,
    is_open,
    may_be_billed,
    may_pass,
    state_today,
    today_and_issue,
    transfer,
    use_initial,
    use_package,
)
from ronda.workspace.declare import (
    Action,
    Column,
    Inline,
    PickFilter,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
)


def save_sale(form: SellForm, *, by: str, company: Company) -> Package:
    """Sell what the form says; the rows are the plan of deposits."""
    facts = dict(form.cleaned_data)
    offer = services.offer_of(facts["template"])
    if facts["price"] is not None:
        offer = replace(offer, price=facts["price"])
    rows: Any = form.inlines.get("deposit")
    deposits = [
        services.PlannedDeposit(row.cleaned_data["due_on"], row.cleaned_data["amount"])
        for row in (rows.forms if rows is not None else ())
        if row.has_changed() and row not in rows.deleted_forms
    ]
    given: dict[str, Any] = {
        name: facts.get(name) for name in ("starts_on", "expires_on", "anchor_on", "party", "site")
    }
    texts: dict[str, Any] = {name: facts.get(name) or "" for name in ("number", "notes")}
    bill = facts.get("bill", "issue")
    return services.sell(
        facts["account"],
        offer,
        on=facts["sold_on"],
        by=by,
        deposits=deposits,
        bill=bill != "later",
        issue=bill == "issue",
        **given,
        **texts,
    )


def standing(state: State) -> Any:
    """The condition of a state on the day it is asked for."""
    return lambda today: in_state(state, today)


class Packages(Workspace):
    """Packages sold, with what is done and left (P17-P19)."""

    model = Package
    no_import = _("Selling a package bills it and opens its ledger: sell it on its page.")
    customer_path = "party"
    area, icon, order_in_area = AREA, "package", 10
    columns = (
        Column("number", link=True),
        Column("name"),
        Column("party", sort="party__name"),
        Column("starts_on", default=False),
        Column("expires_on"),
        Column("bought", kind="number", default=False),
        Column("performed", _("performed"), kind="number"),
        Column("lost", _("expired or written off"), kind="number", default=False),
        Column("left", _("remaining"), kind="number"),
        Column("price", kind="money", total=True),
        Column("value_left", _("value remaining"), kind="money", total=True),
        Column("state", _("state"), value=state_today, badges=STATE_COLOURS),
        Column("over_use", kind="text", default=False),
        Column("site", default=False),
        Column("sold_on", default=False),
    )
    facts = (
        Column("party"),
        Column("account"),
        Column("site"),
        Column("template"),
        Column("kind", kind="text"),
        Column("sold_on"),
        Column("starts_on"),
        Column("expires_on"),
        Column("price", kind="money"),
        Column("gross_price", kind="money"),
        Column("over_use", kind="text"),
        Column("period_months", kind="number"),
        Column("transferable"),
        Column("closed_on"),
        Column("notes"),
    )
    filters = (
        PickFilter(
            "state",
            _("State"),
            options={state.value: (PackageState(state.value).label, standing(state)) for state in State},
        ),
        PickFilter(
            "few",
            _("Remaining"),
            options={
                "few": (_("Running out"), Q(kind="count", left__lte=3, left__gt=0)),
                "beyond": (_("Used beyond"), Q(left__lt=0)),
            },
        ),
        PickFilter(
            "billing",
            _("Billing"),
            options={
                "deposit": (_("Deposit to bill"), lambda today: Q(pk__in=deposits_due(today))),
                "extra": (_("Extra to bill"), Q(pk__in=extras_open())),
            },
        ),
        RelationFilter("party"),
        RelationFilter("template"),
        RangeFilter("expires_on"),
        RangeFilter("starts_on"),
    )
    search = ("number", "name", "party__name")
    related = ("party", "account__party", "site", "template", "company")
    order = ("-starts_on", "-pk")
    form_class = SellForm
    inlines = (Inline(Deposit, DepositRow, label=_("Deposits, net"), extra=1, by_service=True),)
    save = save_sale
    may_edit = lambda package: False  # noqa: E731 -- what was sold changes by its own actions
    detail_view = PackagePage
    actions = (
        Action(
            "use",
            _("Record a use"),
            use_package,
            form=UseForm,
            bulk=False,
            permission="packages.use_package",
            primary=True,
            enabled=is_open,
            initial=use_initial,
        ),
        Action(
            "bill",
            _("Bill the price or the balance"),
            bill_price,
            form=BillForm,
            enabled=may_be_billed,
            initial=today_and_issue,
            help_text=_("Deposits already billed are taken off."),
        ),
        Action(
            "deposits",
            _("Bill the deposits due"),
            bill_deposits,
            form=BillForm,
            enabled=has_deposits_to_bill,
            initial=today_and_issue,
        ),
        Action("extras", _("Bill what went beyond"), bill_extras, form=BillForm, enabled=bills_extras),
        Action(
            "extend",
            _("Extend"),
            services.extend,
            form=ExtendForm,
            enabled=lambda package: is_open(package) and package.expires_on is not None,
            help_text=_("What had expired on the last day comes back."),
        ),
        Action(
            "transfer",
            _("Pass to another customer"),
            transfer,
            form=TransferForm,
            bulk=False,
            enabled=may_pass,
        ),
        Action(
            "close",
            _("Close"),
            services.close,
            form=ReasonForm,
            danger=True,
            enabled=is_open,
            help_text=_("What is left is written off. Money is given back by a credit note, if agreed."),
        ),
    )
    tabs = (
        Tab(
            "ledger",
            _("Ledger"),
            ENTRY_COLUMNS,
            rows=lambda package: entries(package.entries.all()),
            count=lambda package: package.entries.count(),
            more=lambda package: f"{reverse('walletentry-list')}?package={package.pk}",
        ),
        Tab(
            "lots",
            _("Lots"),
            (
                Column("line", _("service")),
                Column("granted_on"),
                Column("expires_on"),
                Column("quantity", kind="number"),
                Column("value", kind="money"),
                Column(
                    "carried_from",
                    _("carried over"),
                    kind="bool",
                    value=lambda lot: lot.carried_from_id is not None,
                ),
            ),
            rows=lambda package: lots(package),
        ),
    )
    create_label = _("Sell a package")
    empty_text = _("What customers paid for in advance and use up visit by visit.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return with_standing(super().records(request))


def lots(package: Package) -> Any:
    rows = Lot.objects.filter(line__package=package).select_related("line__item")
    return rows.order_by("line__position", "granted_on", "pk")
