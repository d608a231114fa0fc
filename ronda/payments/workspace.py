"""Screens of dues and payments, and the tabs they add to customers and documents."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Case, DecimalField, F, Q, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document
from ronda.kernel.errors import Refusal
from ronda.kernel.money import ZERO
from ronda.kernel.periods import add_months
from ronda.parties.models import Party, PaymentMethod
from ronda.payments import queries
from ronda.payments.forms import (
    CancelForm,
    OnForm,
    PayDuesForm,
    PaymentForm,
    RefundForm,
    UseCreditForm,
    dues_given,
)
from ronda.payments.models import Allocation, DueState, Instalment, Payment, PaymentState
from ronda.payments.services import (
    allocate,
    allocate_credit,
    cancel_payment,
    record_payment,
    record_payments,
    refund,
    unallocate,
)
from ronda.workspace.acting import ActionPage
from ronda.workspace.declare import (
    Action,
    Area,
    Column,
    PickFilter,
    RangeFilter,
    Tab,
    Workspace,
    add_tab,
    register_area,
)
from ronda.workspace.saving import AddPage, tell_refusal

AMOUNT = DecimalField(max_digits=14, decimal_places=2)
DUE_COLOURS = {
    DueState.OPEN: "blue",
    DueState.OVERDUE: "red",
    DueState.PAID: "green",
    DueState.CREDIT: "violet",
}
PAYMENT_COLOURS = {PaymentState.USED: "green", PaymentState.UNUSED: "amber", PaymentState.CANCELLED: "gray"}

register_area(Area("money", _("Payments"), icon="wallet", order=40))


def state_today(due: Instalment) -> DueState:
    return due.state(timezone.localdate())


def pay_due(due: Instalment, *, by: str, date: date, method: PaymentMethod, reference: str = "") -> Any:
    """One due paid in full: what the API runs for each."""
    payments = record_payments([due], date=date, method=method, reference=reference, by=by)
    return payments[0] if payments else None


def use_credit(
    due: Instalment, *, by: str, credit: Instalment, on: date, amount: Decimal | None = None
) -> Allocation:
    return allocate_credit(credit, due, on=on, by=by, amount=amount)


def give_back(
    payment: Payment, *, by: str, date: date, amount: Decimal, method: PaymentMethod, reference: str = ""
) -> Payment:
    return refund(payment.party, date=date, amount=amount, method=method, reference=reference, by=by)


class DuesActionPage(ActionPage):
    """Ticked dues of several customers are paid together, with one payment for each customer."""

    def form_valid(self, form: Any) -> HttpResponse:
        if self.action.code != "pay":
            return super().form_valid(form)
        dues = list(self.picked())
        if not dues:
            raise Http404
        try:
            payments = record_payments(dues, by=self.request.user.get_username(), **form.cleaned_data)
        except Refusal as refusal:
            tell_refusal(form, refusal)
            return self.form_invalid(form)
        count = len(payments)
        text = ngettext("%(count)d payment recorded.", "%(count)d payments recorded.", count)
        messages.success(self.request, text % {"count": count})
        return HttpResponseRedirect(reverse(DueDates.name("list")))


class DueDates(Workspace):
    model = Instalment
    no_import = _("Instalments follow from documents and their terms.")
    customer_path = "party"
    area = "money"
    icon = "calendar-clock"
    order_in_area = 10
    title = _("due dates")
    columns = (
        Column("due_on"),
        Column("document", link=True, sort="document__label"),
        Column("party", sort="party__name"),
        Column("method", sort="method__name"),
        Column("amount", total=True),
        Column("settled", total=True),
        Column("left", _("still open"), kind="money", total=True),
        Column("state", _("state"), value=state_today, badges=DUE_COLOURS),
        Column("document__date", _("document date"), default=False),
    )
    filters = (
        PickFilter(
            "state",
            _("State"),
            options={
                "open": (_("Open"), queries.OPEN),
                "overdue": (_("Overdue"), lambda today: queries.OPEN & Q(due_on__lt=today, amount__gt=0)),
                "paid": (_("Settled"), Q(amount=F("settled"))),
            },
        ),
        RangeFilter("due_on"),
        "party",
        "method",
    )
    search = ("document__label", "party__name")
    related = ("document", "party", "method")
    order = ("-due_on", "-pk")
    may_add = False
    action_view = DuesActionPage
    actions = (
        Action(
            "pay",
            _("Record payment"),
            pay_due,
            form=PayDuesForm,
            permission="payments.add_payment",
            primary=True,
            enabled=lambda due: bool(due.residue),
        ),
        Action(
            "credit",
            _("Use a credit note"),
            use_credit,
            form=UseCreditForm,
            bulk=False,
            permission="payments.add_payment",
            enabled=lambda due: due.residue > 0,
        ),
    )
    tabs = (
        Tab(
            "links",
            _("Settled by"),
            template="payments/tab_allocations.html",
            context=lambda due: {"links": links(Q(instalment=due) | Q(credit=due))},
            count=lambda due: links(Q(instalment=due) | Q(credit=due)).count(),
        ),
    )
    empty_text = _("Due dates appear when a document is issued.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return super().records(request).annotate(left=F("amount") - F("settled"))


class AddPayment(AddPage):
    """A payment with the customer's open dues beside it, and what it would settle."""

    def get_initial(self) -> dict[str, Any]:
        """The address may give the customer; he is proposed with the way he pays."""
        known = super().get_initial()
        usual = queries.usual_method(self.customer(known.get("party")))
        return {"method": usual.pk, **known} if usual is not None else known

    def customer(self, key: Any) -> Party | None:
        if not str(key).isdecimal() or len(str(key)) > 18:
            return None
        return Party.objects.filter(company=getattr(self.request, "company", None), pk=key).first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        chosen = self.customer(form["party"].value())
        context["given"] = dues_given(form.data) if form.is_bound else None
        context["proposed"] = form.initial.get("method", "")
        context["proposal"] = queries.proposal(chosen, amount_of(form), given=context["given"])
        return context


def amount_of(form: Any) -> Decimal | None:
    """The amount as entered, when it can be read."""
    found = form.cleaned_data.get("amount") if hasattr(form, "cleaned_data") else None
    return found if isinstance(found, Decimal) else None


def save_payment(form: PaymentForm, *, by: str, company: Any) -> Payment:
    """Record what the form says; the page's own key keeps a second press from doubling it."""
    facts = {name: form.cleaned_data[name] for name in form.Meta.fields}
    key = form.cleaned_data.get("once") or None
    return record_payment(by=by, key=key, instalments=form.cleaned_data["instalments"], **facts)


class Payments(Workspace):
    model = Payment
    no_import = _(
        "A payment settles open instalments and is posted in the journal: record it where its "
        "instalments are."
    )
    customer_path = "party"
    area = "money"
    icon = "hand-coins"
    order_in_area = 20
    columns = (
        Column("date", link=True),
        Column("party", sort="party__name"),
        Column("method", sort="method__name"),
        Column("reference"),
        Column("amount"),
        Column("received", _("received"), kind="money", total=True, default=False),
        Column("unused", _("not allocated"), kind="money", total=True),
        Column("state", _("state"), value=lambda payment: payment.state, badges=PAYMENT_COLOURS),
        Column("created_by", default=False),
    )
    facts = (
        Column("date"),
        Column("party"),
        Column("amount"),
        Column("allocated"),
        Column("credit", _("to the customer's credit"), kind="money"),
        Column("method"),
        Column("reference"),
        Column("notes"),
        Column("cancelled_on"),
        Column("created_by"),
        Column("created_at"),
    )
    filters = (
        PickFilter(
            "state",
            _("State"),
            options={
                "live": (_("Not cancelled"), Q(cancelled_on=None)),
                "unused": (_("Not all allocated"), Q(cancelled_on=None) & ~Q(amount=F("allocated"))),
                "cancelled": (_("Cancelled"), Q(cancelled_on__isnull=False)),
            },
        ),
        RangeFilter("date"),
        "party",
        "method",
    )
    search = ("party__name", "reference", "notes")
    related = ("party", "method")
    order = ("-date", "-pk")
    form_class = PaymentForm
    save = save_payment
    add_view = AddPayment
    may_edit = lambda payment: False  # noqa: E731 -- a payment is cancelled, never changed
    create_label = _("Record payment")
    actions = (
        Action(
            "allocate",
            _("Settle dues, oldest first"),
            allocate,
            form=OnForm,
            enabled=lambda payment: payment.cancelled_on is None and bool(payment.credit),
        ),
        Action(
            "refund",
            _("Give back"),
            give_back,
            form=RefundForm,
            bulk=False,
            permission="add",
            enabled=lambda payment: payment.cancelled_on is None and payment.credit > 0,
        ),
        Action(
            "cancel",
            _("Cancel payment"),
            cancel_payment,
            form=CancelForm,
            danger=True,
            enabled=lambda payment: payment.cancelled_on is None,
            help_text=_("The dues it settled are open again and its entry is reversed. Nothing is deleted."),
        ),
    )
    tabs = (
        Tab(
            "links",
            _("Allocations"),
            template="payments/tab_allocations.html",
            context=lambda payment: {"links": links(Q(payment=payment))},
            count=lambda payment: payment.allocations.count(),
        ),
    )

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        live = Q(cancelled_on=None)
        received = Case(When(live, then=F("amount")), default=ZERO, output_field=AMOUNT)
        unused = Case(When(live, then=F("amount") - F("allocated")), default=ZERO, output_field=AMOUNT)
        return super().records(request).annotate(received=received, unused=unused)


class Allocations(Workspace):
    model = Allocation
    no_import = _("Allocations follow from payments.")
    customer_path = "instalment__party"
    in_navigation = False
    company_path = "instalment__company"
    columns = (
        Column("date", link=True),
        Column("instalment", _("settles"), sort="instalment__document__label"),
        Column("origin", _("with"), value=lambda link: link.payment or link.credit),
        Column("amount", total=True),
        Column("created_by", _("made by")),
    )
    filters = (RangeFilter("date"),)
    search = ("instalment__document__label", "instalment__party__name")
    related = (
        "instalment__document",
        "instalment__party",
        "payment__party",
        "payment__method",
        "credit__document",
    )
    may_add = False
    actions = (
        Action(
            "unallocate",
            _("Remove this link"),
            unallocate,
            form=OnForm,
            danger=True,
            permission="payments.change_payment",
            enabled=lambda link: link.payment is None or link.payment.cancelled_on is None,
            help_text=_("Only this link is removed: the due is open again, the amount can be used again."),
        ),
    )


def links(where: Q) -> QuerySet[Allocation]:
    return Allocation.objects.filter(where).select_related(*Allocations.related).order_by("date", "pk")


def party_history(party: Party) -> dict[str, Any]:
    """The last year of a customer, with the balance; the whole is on the statement page."""
    start = add_months(timezone.localdate(), -12)
    return {
        "statement": queries.statement(party, start=start),
        "balance": queries.balance(party),
        "start": start,
        "statement_url": f"{reverse('customer-statement')}?party={party.pk}",
        "payment_url": f"{reverse(Payments.name('add'))}?party={party.pk}",
    }


def document_history(document: Document) -> dict[str, Any]:
    """A document's dues with how they stand, and what settled them."""
    today = timezone.localdate()
    dues = document.instalments.select_related("method", "document").order_by("position")  # type: ignore[attr-defined]
    return {
        "dues": [(due, due.state(today), DUE_COLOURS[due.state(today)]) for due in dues],
        "links": queries.allocations_of(document),
        "nothing_yet": gettext("Due dates appear when the document is issued.") if document.is_draft else "",
    }


add_tab(
    Party,
    Tab(
        "money",
        _("Invoices and payments"),
        template="payments/tab_party.html",
        context=party_history,
        permission="payments.view_payment",
    ),
)
add_tab(
    Document,
    Tab(
        "money",
        _("Due dates and payments"),
        template="payments/tab_document.html",
        context=document_history,
        permission="payments.view_payment",
    ),
)
