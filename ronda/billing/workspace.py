"""Screens of documents and runs."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ronda.billing.forms import DocumentForm, FundForm, IssueForm, LineForm, ReferenceForm
from ronda.billing.models import (
    BillingRun,
    Document,
    DocumentKind,
    DocumentLine,
    DocumentReference,
    SocialFund,
)
from ronda.billing.pages import DocumentPage, RunPage
from ronda.billing.services import delete_draft, delete_fund, issue_document, save_draft, save_fund
from ronda.parties.models import Party
from ronda.workspace.declare import (
    Action,
    Area,
    ChoiceFilter,
    Column,
    Inline,
    Page,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
    add_tab,
    register_area,
    register_page,
)
from ronda.workspace.extra_actions import details_action

STATUS_COLOURS = {Document.Status.DRAFT: "gray", Document.Status.ISSUED: "green"}
KIND_COLOURS = {
    DocumentKind.INVOICE: "blue",
    DocumentKind.CREDIT_NOTE: "orange",
    DocumentKind.ADVANCE: "violet",
}
RUN_COLOURS = {
    BillingRun.State.PREPARING: "gray",
    BillingRun.State.PREVIEW: "amber",
    BillingRun.State.CONFIRMED: "blue",
    BillingRun.State.RUNNING: "blue",
    BillingRun.State.DONE: "green",
    BillingRun.State.PARTLY: "red",
    BillingRun.State.DISCARDED: "gray",
}

register_area(Area("billing", _("Billing"), icon="receipt", order=30))
register_page(
    Page(
        "month",
        _("The month"),
        "month",
        area="billing",
        icon="calendar-check",
        permission="billing.run_billing",
        keywords=["run", "canoni", "fatturazione", "facturation", "mois", "mese"],
        order=1,
    )
)


def is_draft(document: Document) -> bool:
    return document.is_draft


class Documents(Workspace):
    """Invoices, credit notes and advance invoices, drafts included."""

    model = Document
    no_import = _(
        "Documents are numbered and never change once they are issued: they are made here. "
        "Past invoices come in by “Import invoices”."
    )
    customer_path = "party"
    area = "billing"
    icon = "file-text"
    order_in_area = 10
    columns = (
        Column("__str__", label=_("document"), link=True, sort="number"),
        Column("date"),
        Column("party"),
        Column("kind", badges=KIND_COLOURS),
        Column("status", badges=STATUS_COLOURS),
        Column("heading", default=False),
        Column("purchase_order", default=False),
        Column("net_total", total=True, kind="money"),
        Column("vat_total", total=True, kind="money"),
        Column("gross_total", total=True, kind="money"),
        Column("payable", total=True, kind="money", default=False),
    )
    filters = (
        ChoiceFilter("status"),
        ChoiceFilter("kind"),
        RangeFilter("date"),
        RangeFilter("gross_total"),
        RelationFilter("party"),
        RelationFilter("run"),
    )
    search = ("label", "party__name", "heading", "purchase_order")
    related = ("party",)
    order = ("-date", "-number", "-pk")
    form_class = DocumentForm
    inlines = (
        Inline(DocumentLine, LineForm, label=_("Lines"), extra=1, by_service=True),
        Inline(DocumentReference, ReferenceForm, label=_("Further references"), by_service=True),
    )
    save = save_draft
    may_edit = is_draft
    detail_view = DocumentPage
    actions = (
        Action(
            "issue",
            _("Issue"),
            issue_document,
            form=IssueForm,
            permission="billing.issue_document",
            primary=True,
            enabled=is_draft,
            help_text=_("The document gets its number and does not change any more."),
        ),
        Action(
            "delete",
            _("Delete the draft"),
            delete_draft,
            permission="billing.delete_document",
            danger=True,
            enabled=is_draft,
        ),
        details_action(Document, enabled=lambda document: not document.is_draft),
    )
    create_label = _("New document")
    empty_text = _("Documents appear here when the month is issued, or when you write one by hand.")
    empty_action = (_("Run the month"), "month")


class SocialFunds(Workspace):
    """What the firm charges on its fees for social funds."""

    model = SocialFund
    no_import = _("A firm has one or two: they are entered by hand.")
    area = "billing"
    icon = "percent"
    order_in_area = 90
    columns = (
        Column("name", link=True),
        Column("code"),
        Column("rate", kind="number"),
        Column("vat_code"),
        Column("withholding"),
        Column("starts_on"),
        Column("ends_on"),
        Column("revenue_account", default=False),
    )
    search = ("name", "code")
    related = ("vat_code",)
    order = ("code", "-starts_on", "-pk")
    form_class = FundForm
    save = save_fund
    actions = (
        Action(
            "delete",
            _("Delete"),
            delete_fund,
            permission="billing.delete_socialfund",
            danger=True,
            help_text=_("Issued documents keep what they charge."),
        ),
    )
    empty_text = _(
        "Professionals add here what their social fund lets them charge: it comes on every invoice by "
        "itself. Most firms need nothing."
    )


class Runs(Workspace):
    """The months that were run, and the previews that wait."""

    model = BillingRun
    no_import = _("A run bills what contracts owe: import the contracts.")
    whole_company = True
    area = "billing"
    icon = "history"
    order_in_area = 20
    columns = (
        Column("__str__", label=_("run"), link=True, sort="as_of"),
        Column("as_of"),
        Column("state", badges=RUN_COLOURS),
        Column("proposed", kind="number"),
        Column("issued", kind="number"),
        Column("failed", kind="number"),
        Column("skipped", kind="number", default=False),
        Column("gross_total", kind="money", total=True),
        Column("created_by", default=False),
        Column("confirmed_by", default=False),
        Column("finished_at", default=False),
    )
    filters = (ChoiceFilter("state"), RangeFilter("as_of"))
    order = ("-as_of", "-pk")
    detail_view = RunPage
    may_add = False
    empty_text = _("No month has been run yet.")
    empty_action = (_("Run the month"), "month")


def party_documents(party: Party) -> Any:
    """What was billed to a customer, newest first."""
    return Document.objects.filter(party=party).order_by("-date", "-number", "-pk")


add_tab(
    Party,
    Tab(
        "documents",
        _("Documents"),
        (
            Column("__str__", label=_("document"), link=True),
            Column("date"),
            Column("kind", badges=KIND_COLOURS),
            Column("status", badges=STATUS_COLOURS),
            Column("net_total", kind="money"),
            Column("gross_total", kind="money"),
        ),
        rows=party_documents,
        empty_text=_("Nothing was billed to this customer yet."),
    ),
)
