"""Screens of purchases: invoices of suppliers, their register, what is to pay, files received."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.purchases import services
from ronda.purchases.forms import (
    InvoiceForm,
    LineForm,
    RefuseForm,
    RegisterForm,
    UnregisterForm,
)
from ronda.purchases.models import (
    Delivery,
    IncomingFile,
    Registration,
    SupplierInvoice,
    SupplierInvoiceLine,
)
from ronda.purchases.pages import AREA, ChoicesPage, DeliveryPage, InvoicePage
from ronda.purchases.payment_screens import Payables, SupplierPayments, today
from ronda.workspace.declare import (
    Action,
    Area,
    ChoiceFilter,
    Column,
    Inline,
    PickFilter,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
    register_area,
)

State = SupplierInvoice.State
STATES = {
    State.TO_COMPLETE: "orange",
    State.RECEIVED: "blue",
    State.REGISTERED: "green",
    State.REFUSED: "red",
}
OUTCOMES = {
    IncomingFile.Outcome.TAKEN: "green",
    IncomingFile.Outcome.KNOWN: "gray",
    IncomingFile.Outcome.OWN: "violet",
    IncomingFile.Outcome.UNREADABLE: "red",
}
DELIVERIES = {
    Delivery.State.WAITING: "amber",
    Delivery.State.DONE: "green",
    Delivery.State.FAILED: "red",
}
NO_IMPORT = _("Suppliers' invoices come in as electronic files: upload them.")

register_area(Area(AREA, _("Purchases"), icon="inbox", order=45))


def is_registered(invoice: SupplierInvoice) -> bool:
    return invoice.state == State.REGISTERED


def is_refused(invoice: SupplierInvoice) -> bool:
    return invoice.state == State.REFUSED


def has_no_supplier(invoice: SupplierInvoice) -> bool:
    return invoice.is_open and invoice.supplier_id is None


def may_be_registered(invoice: SupplierInvoice) -> bool:
    return invoice.state == State.RECEIVED


REFERENCES = {
    "order": _("Order"),
    "contract": _("Contract"),
    "receipt": _("Receipt"),
    "invoice": _("Invoice"),
    "delivery_note": _("Delivery note"),
}


def document_context(invoice: SupplierInvoice) -> dict[str, Any]:
    """What the readable view is made of."""
    facts = invoice.read
    references = [(REFERENCES.get(row.kind, _("Reference")), row) for row in facts.references]
    return {"facts": facts, "references": references}


LINE_COLUMNS = (
    Column("position", kind="number"),
    Column("text"),
    Column("quantity", kind="number"),
    Column("price", kind="number"),
    Column("net", kind="money"),
    Column("rate", kind="number"),
    Column("nature"),
    Column("account"),
    Column("vat_code"),
    Column("deductible", kind="number"),
    Column("item"),
    Column("why", kind="text"),
)


class SupplierInvoices(Workspace):
    """Invoices and credit notes of suppliers, from their arrival to the register."""

    model = SupplierInvoice
    no_import = NO_IMPORT
    whole_company = True
    area, icon, order_in_area = AREA, "inbox", 10
    columns = (
        Column("date"),
        Column("number", link=True),
        Column("kind", kind="text", default=False),
        Column("seller_name"),
        Column("supplier", sort="supplier__name", default=False),
        Column("state", badges=STATES),
        Column("net_total", kind="money", total=True),
        Column("vat_total", kind="money", total=True),
        Column("gross_total", kind="money", total=True),
        Column("payable", kind="money", total=True, default=False),
        Column("protocol"),
        Column("registered_on", default=False),
        Column("received_at", default=False),
        Column("file_name", default=False),
    )
    facts = (
        Column("kind", kind="text"),
        Column("number"),
        Column("date"),
        Column("supplier"),
        Column("seller_name"),
        Column("currency"),
        Column("net_total", kind="money"),
        Column("vat_total", kind="money"),
        Column("gross_total", kind="money"),
        Column("payable", kind="money"),
        Column("protocol"),
        Column("registered_on"),
        Column("reason"),
        Column("file_name"),
        Column("sha256"),
        Column("delivery"),
        Column("received_at"),
    )
    filters = (
        ChoiceFilter("state"),
        ChoiceFilter("kind"),
        RelationFilter("supplier"),
        RangeFilter("date"),
        RangeFilter("registered_on"),
        RelationFilter("delivery"),
    )
    search = ("number", "seller_name", "protocol")
    related = ("supplier", "company", "delivery")
    order = ("-date", "-pk")
    form_class = InvoiceForm
    inlines = (Inline(SupplierInvoiceLine, LineForm, label=_("Lines"), max_num=10_000, by_service=True),)
    save = services.save_choices
    may_add = False
    may_edit = lambda invoice: invoice.is_open  # noqa: E731 -- what is registered or refused stays as it is
    detail_view = InvoicePage
    edit_view = ChoicesPage
    api_fields = (
        *("id", "supplier", "state", "kind", "number", "date", "seller_name", "currency", "net_total"),
        *("vat_total", "gross_total", "payable", "protocol", "registered_on", "reason", "file_name"),
        *("sha256", "received_at", "updated_at", "facts"),
    )
    actions = (
        Action(
            "register",
            _("Register"),
            services.register,
            form=RegisterForm,
            permission="purchases.register_supplierinvoice",
            primary=True,
            enabled=may_be_registered,
            initial=today,
            help_text=_("It gets the next number of the register, its entry and its amounts to pay."),
        ),
        Action(
            "create-supplier",
            _("Add the seller as a supplier"),
            services.create_supplier,
            bulk=False,
            enabled=has_no_supplier,
            help_text=_("With the name, the address and the numbers that the invoice states."),
        ),
        Action(
            "refuse",
            _("Refuse"),
            services.refuse,
            form=RefuseForm,
            danger=True,
            enabled=lambda invoice: invoice.is_open,
            help_text=_("It stays here with the reason, and is known if it comes again."),
        ),
        Action("take-up-again", _("Take up again"), services.take_up_again, enabled=is_refused),
        Action(
            "unregister",
            _("Take the registration back"),
            services.unregister,
            form=UnregisterForm,
            permission="purchases.register_supplierinvoice",
            danger=True,
            enabled=is_registered,
            initial=today,
            help_text=_("By the opposite entry. Its number stays used; what was to pay goes."),
        ),
    )
    tabs = (
        Tab("document", _("Document"), template="purchases/document.html", context=document_context),
        Tab(
            "lines",
            _("Lines"),
            LINE_COLUMNS,
            rows=lambda invoice: invoice.lines.select_related("account", "vat_code", "item").order_by(
                "position"
            ),
        ),
        Tab(
            "payables",
            _("To pay"),
            (
                Column("due_on", link=True),
                Column("amount", kind="money"),
                Column("settled", kind="money"),
                Column("means"),
                Column("iban"),
            ),
            rows=lambda invoice: invoice.payables.select_related("invoice").order_by("position"),
        ),
        Tab(
            "register",
            _("Register of purchases"),
            (
                Column("label", link=True),
                Column("on"),
                Column("by"),
                Column("withdrawn_on"),
                Column("reason"),
            ),
            rows=lambda invoice: invoice.registrations.order_by("pk"),
        ),
    )
    empty_text = _("Drop the files of your suppliers here: XML, signed files, or a zip of them.")
    empty_action = (_("Upload suppliers' invoices"), "purchases-upload")


class Register(Workspace):
    """The register of purchases: one row for each number, also for those taken back."""

    model = Registration
    no_import = _("Numbers are given when an invoice is registered.")
    whole_company = True
    area, icon, order_in_area = AREA, "list-checks", 20
    columns = (
        Column("label", link=True, sort="number"),
        Column("on"),
        Column("invoice__number", _("supplier's number")),
        Column("invoice__date", _("date of the invoice")),
        Column("invoice__seller_name", _("seller")),
        Column("net", _("net"), kind="money", value=lambda row: in_force(row, "net_total"), sort=False),
        Column("vat", _("VAT"), kind="money", value=lambda row: in_force(row, "vat_total"), sort=False),
        Column("gross", _("total"), kind="money", value=lambda row: in_force(row, "gross_total"), sort=False),
        Column("withdrawn_on"),
        Column("by", default=False),
    )
    facts = (
        Column("label"),
        Column("on"),
        Column("invoice"),
        Column("by"),
        Column("withdrawn_on"),
        Column("withdrawn_by"),
        Column("reason"),
    )
    filters = (
        RangeFilter("on"),
        PickFilter(
            "standing",
            _("Standing"),
            options={
                "in_force": (_("In force"), Q(withdrawn_on=None)),
                "withdrawn": (_("Taken back"), Q(withdrawn_on__isnull=False)),
            },
        ),
    )
    search = ("label", "invoice__number", "invoice__seller_name")
    related = ("invoice",)
    order = ("-year", "-number", "-pk")
    may_add = False
    empty_text = _("Invoices get their number here when they are registered.")


def in_force(row: Registration, name: str) -> Any:
    """The amount of the invoice; none where the number was taken back."""
    return None if row.withdrawn_on else getattr(row.invoice, name)


class ReceivedFiles(Workspace):
    """Every file that came, with what became of it: the odd ones stop nobody and are not lost."""

    model = IncomingFile
    no_import = NO_IMPORT
    whole_company = True
    area, icon, order_in_area = AREA, "file-input", 40
    columns = (
        Column("name", link=True),
        Column("outcome", badges=OUTCOMES),
        Column("reason"),
        Column("invoice", sort=False),
        Column("at"),
        Column("by", default=False),
        Column("delivery", default=False, sort=False),
    )
    facts = (*columns, Column("sha256"))
    filters = (ChoiceFilter("outcome"), RangeFilter("at"), RelationFilter("delivery"))
    search = ("name",)
    related = ("invoice", "delivery")
    order = ("-pk",)
    may_add = False
    empty_text = _("Each file of an upload is listed here with what became of it.")


class InvoiceDeliveries(Workspace):
    """Uploads, with what came out of each."""

    model = Delivery
    no_import = NO_IMPORT
    whole_company = True
    area, icon, order_in_area = AREA, "upload", 50
    in_navigation = False
    columns = (
        Column("created_at"),
        Column("name", link=True),
        Column("state", badges=DELIVERIES),
        Column("taken", kind="number"),
        Column("left_out", kind="number"),
        Column("by"),
    )
    facts = (*columns, Column("finished_at"))
    filters = (ChoiceFilter("state"), RangeFilter("created_at"))
    search = ("name",)
    order = ("-pk",)
    may_add = False
    api = False
    detail_view = DeliveryPage
    empty_action = (_("Upload suppliers' invoices"), "purchases-upload")


WORKSPACES = [SupplierInvoices, Register, Payables, SupplierPayments, ReceivedFiles, InvoiceDeliveries]
