"""Screens of prints: layouts, and what prints add to documents."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ronda.billing.models import Document
from ronda.company.models import Attachment, Company, OutgoingMail
from ronda.contracts.models import Amendment, Contract
from ronda.reports import services
from ronda.reports.forms import ConditionsForm, LayoutForm, SendForm
from ronda.reports.models import ContractConditions, PrintLayout
from ronda.reports.pages import LayoutEditor, as_file
from ronda.reports.queries import mails_about
from ronda.workspace.declare import (
    Action,
    ChoiceFilter,
    Column,
    Tab,
    Workspace,
    add_action,
    add_tab,
)

MAIL_COLOURS = {
    OutgoingMail.State.QUEUED: "amber",
    OutgoingMail.State.SENT: "green",
    OutgoingMail.State.FAILED: "red",
}


def save_layout(form: LayoutForm, *, by: str, company: Company) -> PrintLayout:
    """A copy of the default, or what was written in the editor and tried by the form."""
    facts, layout = form.cleaned_data, form.instance
    if layout.pk is None:
        return services.copy_default(company, kind=facts["kind"], name=facts["name"], by=by)
    return services.save_layout(
        layout, name=facts["name"], html=facts["html"], css=facts["css"], by=by, tried=True
    )


class Layouts(Workspace):
    """How documents look: the company's own layouts; a kind without one prints with the default."""

    model = PrintLayout
    no_import = _("A layout is a document of its own: copy one and edit it.")
    area = "settings"
    icon = "file-text"
    order_in_area = 60
    columns = (
        Column("name", link=True),
        Column("kind"),
        Column("is_default", kind="bool"),
        Column("updated_at"),
    )
    filters = (ChoiceFilter("kind"),)
    search = ("name",)
    order = ("kind", "name")
    form_class = LayoutForm
    save = save_layout
    edit_view = LayoutEditor
    actions = (
        Action(
            "use",
            _("Print with it"),
            services.set_in_use,
            bulk=False,
            enabled=lambda layout: not layout.is_default,
            help_text=_("From now on. Documents printed before stay as they are."),
        ),
        Action(
            "unuse",
            _("Go back to the default layout"),
            services.set_out_of_use,
            bulk=False,
            enabled=lambda layout: layout.is_default,
        ),
        Action(
            "restore",
            _("Start again from the default"),
            services.restore_default,
            bulk=False,
            danger=True,
            help_text=_("What was written in this layout is lost."),
        ),
        Action(
            "delete",
            _("Delete the layout"),
            services.delete_layout,
            permission="reports.delete_printlayout",
            danger=True,
        ),
    )
    api_fields = ("id", "kind", "name", "html", "css", "is_default", "updated_at")
    create_label = _("New layout")
    empty_text = _("Documents print with the default layout. Make a copy of it to change how they look.")


def save_conditions(form: ConditionsForm, *, by: str, company: Company) -> ContractConditions:
    """A new wording is the next version."""
    facts = form.cleaned_data
    return services.write_conditions(
        company,
        language=facts.get("language") or form.instance.language,
        title=facts["title"],
        text=facts["text"],
        special=facts["special"],
        by=by,
    )


class Conditions(Workspace):
    """General conditions printed behind contracts, one text per language."""

    model = ContractConditions
    area = "settings"
    icon = "scroll-text"
    order_in_area = 62
    columns = (
        Column("title", link=True),
        Column("language"),
        Column("version", kind="number"),
        Column("updated_at"),
    )
    facts = (
        Column("language"),
        Column("version"),
        Column("special"),
        Column("updated_at"),
        Column("text"),
    )
    filters = (ChoiceFilter("language"),)
    search = ("title", "text")
    order = ("language", "pk")
    form_class = ConditionsForm
    save = save_conditions
    actions = (
        Action(
            "delete",
            _("Delete the conditions"),
            services.delete_conditions,
            permission="reports.delete_contractconditions",
            danger=True,
            help_text=_("Contracts of this language print with the placeholder again."),
        ),
    )
    api_fields = ("id", "language", "title", "text", "special", "version", "updated_at")
    create_label = _("New conditions")
    empty_text = _("Contracts print with a placeholder that asks to be replaced. Write your conditions here.")


def print_contract(contract: Contract, *, by: str) -> HttpResponse:
    """The PDF, kept among the files of the contract."""
    kept = services.keep_contract(contract, by=by)
    return as_file(_bytes(kept), kept.name)


def _bytes(kept: Attachment) -> bytes:
    with kept.file.open("rb") as opened:
        content: bytes = opened.read()
    return content


def print_amendment(amendment: Amendment, *, by: str) -> HttpResponse:
    """The PDF, kept among the files of the contract."""
    kept = services.keep_amendment(amendment, by=by)
    return as_file(_bytes(kept), kept.name)


def send_contract(contract: Contract, *, by: str, to: str = "", message: str = "") -> Any:
    """Send it; says to whom."""
    mail = services.send_contract(contract, to=to, message=message, by=by)
    return _("Sent to %(who)s.") % {"who": ", ".join(mail.to)}


def send_amendment(amendment: Amendment, *, by: str, to: str = "", message: str = "") -> Any:
    """Send it; says to whom."""
    mail = services.send_amendment(amendment, to=to, message=message, by=by)
    return _("Sent to %(who)s.") % {"who": ", ".join(mail.to)}


def is_issued(document: Document) -> bool:
    return not document.is_draft


def send(document: Document, *, by: str) -> Any:
    """Send one document; says to whom."""
    mails = services.send_documents([document], by=by)
    return _("Sent to %(who)s.") % {"who": ", ".join(email for mail in mails for email in mail.to)}


def download(documents: Sequence[Document], *, by: str) -> HttpResponse:
    """The PDF of one document, or an archive of several."""
    if len(documents) == 1:
        kept = services.printed(documents[0], by=by)
        return as_file(services.content(kept), services.file_name(documents[0]))
    name = ngettext("%d document", "%d documents", len(documents)) % len(documents)
    return as_file(services.zip_of(documents, by=by), f"{name}.zip", mime="application/zip")


add_action(
    Document,
    Action(
        "send",
        _("Send by mail"),
        send,
        permission="reports.send_document",
        enabled=is_issued,
        help_text=_("With the PDF, to the recipients of the billing group; without any, to the customer."),
    ),
)
add_action(
    Document,
    Action(
        "download",
        _("Download the PDF"),
        download,
        permission="billing.view_document",
        enabled=is_issued,
        together=True,
        help_text=_("Several documents come in one archive."),
    ),
)
add_tab(
    Document,
    Tab(
        "mails",
        _("Mails"),
        (
            Column("subject", link=True),
            Column("to", value=lambda mail: ", ".join(mail.to), label=_("to")),
            Column("state", badges=MAIL_COLOURS),
            Column("created_at"),
            Column("sent_at"),
            Column("error"),
            Column("by"),
        ),
        rows=mails_about,
        permission="billing.view_document",
        empty_text=_("This document was not sent by mail yet."),
    ),
)
add_action(
    Contract,
    Action(
        "print",
        _("Print"),
        print_contract,
        bulk=False,
        permission="view",
        help_text=_("The contract with its conditions; each wording is kept once among its files."),
    ),
)
add_action(Contract, Action("send", _("Send by mail"), send_contract, form=SendForm, bulk=False))
add_action(
    Amendment,
    Action("print", _("Print"), print_amendment, bulk=False, permission="contracts.view_contract"),
)
add_action(
    Amendment,
    Action(
        "send",
        _("Send by mail"),
        send_amendment,
        form=SendForm,
        bulk=False,
        permission="contracts.change_contract",
    ),
)
