"""Screens of what is due to suppliers and of the payments that settle it."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.kernel.money import ZERO
from ronda.parties.models import Party
from ronda.purchases import services
from ronda.purchases.domain.paying import oldest_first
from ronda.purchases.forms import PayForm, SupplierPaymentForm, TakeBackForm
from ronda.purchases.models import Payable, SupplierPayment
from ronda.purchases.pages import AREA, AddSupplierPayment
from ronda.purchases.queries import open_payables
from ronda.workspace.declare import (
    Action,
    Column,
    PickFilter,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
    add_tab,
)

OPEN = ~Q(settled=F("amount"))


def today(_record: Any) -> dict[str, Any]:
    return {"on": timezone.localdate()}


class Payables(Workspace):
    """What is to pay to suppliers, instalment by instalment."""

    model = Payable
    no_import = _("What is to pay follows from the invoices that are registered.")
    whole_company = True
    area, icon, order_in_area = AREA, "banknote", 30
    columns = (
        Column("due_on", link=True),
        Column("supplier", sort="supplier__name"),
        Column("invoice__number", _("supplier's number")),
        Column("invoice__date", _("date of the invoice"), default=False),
        Column("amount", kind="money", total=True),
        Column("settled", kind="money", total=True),
        Column("remaining", _("left to pay"), kind="money", total=True),
        Column("settled_on", default=False),
        Column("means", default=False),
        Column("iban", default=False),
    )
    facts = (
        Column("due_on"),
        Column("supplier"),
        Column("invoice"),
        Column("amount", kind="money"),
        Column("settled", kind="money"),
        Column("settled_on"),
        Column("means"),
        Column("iban"),
    )
    filters = (
        PickFilter(
            "open",
            _("Payment"),
            options={
                "open": (_("Still to pay"), OPEN),
                "late": (_("Overdue"), lambda today: OPEN & Q(due_on__lt=today, amount__gt=0)),
                "paid": (_("Paid"), Q(settled=F("amount"))),
            },
        ),
        RelationFilter("supplier"),
        RangeFilter("due_on"),
    )
    search = ("invoice__number", "supplier__name")
    related = ("supplier", "invoice")
    order = ("due_on", "pk")
    may_add = False
    actions = (
        Action(
            "pay",
            _("Pay in full"),
            services.pay_in_full,
            form=PayForm,
            permission="purchases.add_supplierpayment",
            primary=True,
            together=True,
            enabled=lambda payable: bool(payable.left),
            help_text=_("One payment for each supplier; credit notes that are ticked take off."),
        ),
    )
    tabs = (
        Tab(
            "payments",
            _("Payments"),
            (
                Column("payment__date", _("date")),
                Column("payment", link=True),
                Column("amount", kind="money"),
            ),
            rows=lambda payable: payable.shares.select_related("payment__supplier").order_by("pk"),
        ),
    )
    empty_text = _("What is to pay is written when a supplier's invoice is registered.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return super().records(request).annotate(remaining=F("amount") - F("settled"))


def save_payment(form: SupplierPaymentForm, *, by: str, company: Any) -> SupplierPayment:
    """Record what the form says; the page's own key keeps a second press from doubling it."""
    facts = {name: form.cleaned_data[name] for name in form.Meta.fields}
    supplier, amount = facts.pop("supplier"), facts.pop("amount")
    shares = form.cleaned_data["shares"]
    if shares is None:
        payables = list(open_payables(supplier))
        parts = oldest_first([payable.left for payable in payables], amount or ZERO)
        shares = list(zip(payables, parts, strict=True)) if amount else []
    key = form.cleaned_data.get("once") or None
    return services.pay(supplier, shares, amount=amount, key=key, by=by, **facts)


class SupplierPayments(Workspace):
    """Money to suppliers: what it settled, taken back with its reason."""

    model = SupplierPayment
    no_import = _("A payment settles what is due and is posted in the journal: record it where it is due.")
    whole_company = True
    area, icon, order_in_area = AREA, "hand-coins", 32
    columns = (
        Column("date", link=True),
        Column("supplier", sort="supplier__name"),
        Column("account", sort="account__code"),
        Column("reference"),
        Column("amount", kind="money", total=True),
        Column("difference", kind="money", default=False),
        Column("cancelled_on"),
        Column("created_by", default=False),
    )
    facts = (
        Column("date"),
        Column("supplier"),
        Column("amount", kind="money"),
        Column("difference", kind="money"),
        Column("difference_account"),
        Column("account"),
        Column("reference"),
        Column("notes"),
        Column("cancelled_on"),
        Column("cancelled_by"),
        Column("reason"),
        Column("created_by"),
        Column("created_at"),
    )
    filters = (
        PickFilter(
            "standing",
            _("Standing"),
            options={
                "in_force": (_("In force"), Q(cancelled_on=None)),
                "withdrawn": (_("Taken back"), Q(cancelled_on__isnull=False)),
            },
        ),
        RelationFilter("supplier"),
        RangeFilter("date"),
    )
    search = ("supplier__name", "reference")
    related = ("supplier", "account", "difference_account")
    order = ("-date", "-pk")
    form_class = SupplierPaymentForm
    save = save_payment
    add_view = AddSupplierPayment
    may_edit = lambda payment: False  # noqa: E731 -- a payment is taken back, never changed
    create_label = _("Pay a supplier")
    actions = (
        Action(
            "take-back",
            _("Take the payment back"),
            services.take_back_payment,
            form=TakeBackForm,
            permission="purchases.change_supplierpayment",
            danger=True,
            enabled=lambda payment: payment.cancelled_on is None,
            initial=today,
            help_text=_("What it settled is due again, by the opposite entry. Nothing is deleted."),
        ),
    )
    tabs = (
        Tab(
            "shares",
            _("Settled"),
            (Column("invoice", link=True), Column("amount", kind="money")),
            rows=lambda payment: payment.shares.select_related("invoice").order_by("pk"),
        ),
    )
    empty_text = _("Payments of suppliers' invoices are listed here.")


add_tab(
    Party,
    Tab(
        "payables",
        _("To pay"),
        (
            Column("due_on", link=True),
            Column("invoice__number", _("supplier's number")),
            Column("amount", kind="money"),
            Column("settled", kind="money"),
            Column("left", _("left to pay"), kind="money"),
        ),
        rows=open_payables,
        count=lambda party: open_payables(party).count(),
        permission="purchases.view_payable",
        more=lambda party: f"{reverse('payable-list')}?supplier={party.pk}",
        empty_text=_("Nothing is to pay to this supplier."),
    ),
)
