"""Screens of what only firms in Italy have, and what it adds to documents, customers and suppliers."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from ronda.billing.models import Document
from ronda.countries.it.domain.extra_data import BadTemplate, try_out
from ronda.countries.it.forms import (
    ExtraDataForm,
    LetterForm,
    RevokeForm,
    StampChoiceForm,
    StampPaymentForm,
    TakeBackForm,
)
from ronda.countries.it.models import ExtraData, LetterOfIntent, SdiMetadata, StampPayment
from ronda.countries.it.queries import metadata_of, with_use
from ronda.countries.it.services.extra_data import mistakes_of, save_extra_data
from ronda.countries.it.services.intents import (
    refusal_of,
    resting_of,
    revoke,
    save_letter,
    take_up_again,
)
from ronda.countries.it.services.invoicing import invoices_of
from ronda.countries.it.services.stamp_report import choose_place, save_payment, take_back
from ronda.countries.it.stamp_pages import PERMISSION
from ronda.parties.models import Party
from ronda.purchases.models import SupplierInvoice
from ronda.workspace.declare import (
    Action,
    BoolFilter,
    Column,
    Page,
    PickFilter,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
    add_action,
    add_tab,
    register_page,
)

ITALY = frozenset({"IT"})

register_page(
    Page(
        "it-stamp",
        _("Stamp duty by quarter"),
        "it-stamp",
        area="einvoices",
        icon="coins",
        permission=PERMISSION,
        keywords=["bollo", "bolli", "elenco A", "elenco B", "F24", "2521", "timbre fiscal"],
        order=50,
        countries=ITALY,
    )
)


def in_italy(record: Any) -> bool:
    """Whether the record is of a firm in Italy."""
    return bool(record.company.country == "IT")


def today(_record: Any) -> dict[str, Any]:
    return {"on": timezone.localdate()}


class LettersOfIntent(Workspace):
    """Declarations of intent, and what is left of their ceilings (R38)."""

    model = LetterOfIntent
    code = "letter-of-intent"
    countries = ITALY
    customer_path = "party"
    area, icon, order_in_area = "customers", "file-check", 70
    columns = (
        Column("protocol", link=True),
        Column("party", sort="party__name"),
        Column("received_on"),
        Column("year", kind="text"),
        Column("ceiling", kind="money", total=True),
        Column("used", pgettext_lazy("declaration of intent", "used"), kind="money", sort=False),
        Column("left", pgettext_lazy("declaration of intent", "left"), kind="money", sort=False),
        Column("ends_on"),
        Column("revoked_on"),
        Column("notes", default=False),
    )
    facts = (
        Column("party"),
        Column("protocol"),
        Column("received_on"),
        Column("year", kind="text"),
        Column("ceiling", kind="money"),
        Column("used", pgettext_lazy("declaration of intent", "used"), kind="money"),
        Column("left", pgettext_lazy("declaration of intent", "left"), kind="money"),
        Column("starts_on"),
        Column("ends_on"),
        Column("revoked_on"),
        Column("notes"),
    )
    filters = (
        RelationFilter("party"),
        RangeFilter("received_on"),
        PickFilter(
            "time",
            _("Time"),
            options={
                "now": (
                    _("In force"),
                    lambda day: (
                        Q(starts_on__lte=day, received_on__lte=day, ends_on__gte=day)
                        & (Q(revoked_on=None) | Q(revoked_on__gt=day))
                    ),
                ),
                "over": (_("Over or revoked"), lambda day: Q(ends_on__lt=day) | Q(revoked_on__lte=day)),
            },
        ),
    )
    search = ("protocol", "party__name")
    related = ("party", "company")
    order = ("-year", "-received_on", "-pk")
    form_class = LetterForm
    save = save_letter
    actions = (
        Action(
            "revoke",
            _("Revoke"),
            revoke,
            form=RevokeForm,
            initial=today,
            danger=True,
            bulk=False,
            enabled=lambda row: row.revoked_on is None,
            help_text=_("Documents of that day and later cannot rest on it any more."),
        ),
        Action(
            "unrevoke",
            _("It was not revoked"),
            take_up_again,
            bulk=False,
            enabled=lambda row: row.revoked_on is not None,
        ),
    )
    tabs = (
        Tab(
            "documents",
            _("Documents"),
            columns=(
                Column("document", link=True),
                Column("document__date", _("date")),
                Column("amount", kind="money"),
            ),
            rows=lambda letter: letter.uses.select_related("document").order_by("-document__date", "-pk"),
            permission="billing.view_document",
            empty_text=_("No issued document rests on it yet."),
        ),
    )
    create_label = _("New declaration of intent")
    empty_text = _("Usual exporters declare that they buy without VAT: enter what the tax office received.")

    @classmethod
    def records(cls, request: HttpRequest) -> "QuerySet[Any]":
        return with_use(super().records(request))


class StampPayments(Workspace):
    """What was paid of the stamp duty on e-invoices, by quarter."""

    model = StampPayment
    code = "stamp-payment"
    countries = ITALY
    whole_company = True
    area, icon, order_in_area, in_navigation = "einvoices", "coins", 51, False
    columns = (
        Column("__str__", _("payment"), link=True, sort="paid_on"),
        Column("year", kind="text"),
        Column("quarter", kind="number"),
        Column("paid_on"),
        Column("amount", kind="money", total=True),
        Column("notes"),
        Column("created_by", default=False),
    )
    filters = (RangeFilter("paid_on"),)
    search = ("notes",)
    related = ("company",)
    order = ("-year", "-quarter", "-paid_on", "-pk")
    form_class = StampPaymentForm
    save = save_payment
    actions = (
        Action(
            "take-back",
            _("It was not paid"),
            take_back,
            form=TakeBackForm,
            danger=True,
            bulk=False,
            help_text=_("The payment goes; the history of the company keeps it with your reason."),
        ),
    )
    create_label = _("Mark a quarter as paid")
    empty_text = _("Mark a quarter as paid on the page of the stamp duty.")
    empty_action = (_("Stamp duty on e-invoices"), "it-stamp")


def preview_of(row: ExtraData) -> dict[str, Any]:
    """What comes out of a row for an example."""
    try:
        return {"row": row, "data": try_out(row.template)}
    except BadTemplate as mistake:
        return {"row": row, "mistake": mistake.message}


class ExtraDataRows(Workspace):
    """Further data that customers ask for on the lines of e-invoices (AltriDatiGestionali)."""

    model = ExtraData
    code = "einvoice-data"
    title = _("Further data")
    countries = ITALY
    whole_company = True
    no_import = _("Templates are entered one by one: each is tried out as it is saved.")
    area, icon, order_in_area, in_navigation = "einvoices", "list", 60, True
    columns = (
        Column("kind", link=True),
        Column("party", sort="party__name"),
        Column("text"),
        Column("number"),
        Column("day"),
        Column("first_line_only"),
        Column("active"),
        Column("position", kind="number", default=False),
    )
    filters = (RelationFilter("party"), BoolFilter("active"))
    search = ("kind", "text", "party__name")
    related = ("party", "company")
    order = ("position", "pk")
    form_class = ExtraDataForm
    save = save_extra_data
    tabs = (Tab("preview", _("Preview"), template="country_it/tab_extra_data.html", context=preview_of),)
    create_label = _("New row")
    empty_text = _("A customer asks for his order, a period or another code on each line: add a row for it.")


class Metadata(Workspace):
    """What SdI said of the invoices it delivered to us."""

    model = SdiMetadata
    code = "sdi-metadata"
    countries = ITALY
    no_import = _("These files come by themselves.")
    whole_company = True
    area, icon, order_in_area, in_navigation = "purchases", "inbox", 60, False
    columns = (
        Column("name", link=True),
        Column("sdi_id"),
        Column("file_name"),
        Column("arrived_at"),
        Column("recipient"),
        Column("format", default=False),
        Column("attempts", default=False),
    )
    filters = (
        PickFilter(
            "invoice",
            _("Invoice"),
            options={
                "there": (_("has arrived"), Q(has_invoice=True)),
                "missing": (_("has not arrived"), Q(has_invoice=False)),
            },
        ),
        RangeFilter("arrived_at"),
    )
    search = ("file_name", "sdi_id")
    related = ("company",)
    order = ("-arrived_at", "-pk")
    may_add = False
    empty_text = _("SdI sends one with every invoice it delivers.")

    @classmethod
    def records(cls, request: HttpRequest) -> "QuerySet[Any]":
        invoices = SupplierInvoice.objects.filter(company=OuterRef("company"))
        same = Q(sha256=OuterRef("invoice_sha256")) | Q(file_name__startswith=OuterRef("stem"))
        return super().records(request).annotate(has_invoice=Exists(invoices.filter(same)))


WORKSPACES = [LettersOfIntent, StampPayments, ExtraDataRows, Metadata]


# --- on pages of other apps --------------------------------------------------------------------------------


def choose(documents: Sequence[Document], *, by: str, decision: str, reason: str) -> Any:
    """Say how many documents changed their place in the stamp report."""
    count = choose_place(documents, decision=decision, reason=reason, by=by)
    return ngettext("%d document changed its place.", "%d documents changed their places.", count) % count


def may_be_chosen(document: Document) -> bool:
    return not document.is_draft and not document.stamp_duty and document.company.country == "IT"


def file_data(document: Document) -> dict[str, Any]:
    """What stands beside the lines in the file, and the declaration of intent the document rests on."""
    on = document.date or timezone.localdate()
    invoice = invoices_of([document], on=on)[document.pk]
    resting = resting_of([document], on=on).get(document.pk)
    problem = resting and resting.problem
    return {
        "document": document,
        "lines": [line for line in invoice.lines if line.other_data],
        "resting": resting,
        "after": resting and resting.letter and resting.left - resting.amount,
        "why": refusal_of(document, resting).message if resting and problem else "",
        "mistakes": mistakes_of(document, invoice),
        "rows_url": reverse(ExtraDataRows.name("list")),
    }


add_action(
    Document,
    Action(
        "stamp-report",
        _("Place in the stamp report"),
        choose,
        form=StampChoiceForm,
        permission="country_it.add_stampchoice",
        enabled=may_be_chosen,
        together=True,
        help_text=_("Leave documents out of list B of the stamp duty, or add them, with the reason."),
    ),
)
add_tab(
    Document,
    Tab(
        "file-data",
        _("Data of the file"),
        template="country_it/tab_file_data.html",
        context=file_data,
        shown=in_italy,
    ),
)
add_tab(
    Party,
    Tab(
        "intents",
        _("Declarations of intent"),
        columns=tuple(column for column in LettersOfIntent.columns if column.name != "party"),
        rows=lambda party: with_use(LetterOfIntent.objects.filter(party=party)).order_by(
            "-received_on", "-pk"
        ),
        count=lambda party: LetterOfIntent.objects.filter(party=party).count(),
        permission="country_it.view_letterofintent",
        add=lambda party: f"{reverse(LettersOfIntent.name('add'))}?party={party.pk}",
        empty_text=_("This customer is invoiced with VAT: no declaration of intent was entered."),
        shown=in_italy,
    ),
)
add_tab(
    SupplierInvoice,
    Tab(
        "sdi",
        "SdI",
        template="country_it/tab_metadata.html",
        context=lambda invoice: {"rows": metadata_of(invoice)},
        shown=in_italy,
    ),
)
