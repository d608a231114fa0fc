"""Screens of prints: layouts, and what prints add to documents."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ronda.billing.models import Document
from ronda.company.models import Company, OutgoingMail
from ronda.reports import services
from ronda.reports.forms import LayoutForm
from ronda.reports.models import PrintLayout
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


def is_issued(document: Document) -> bool:
    return not document.is_draft


def send(document: Document, *, by: str) -> Any:
    """Send one document; says to whom."""
    (mail,) = services.send_documents([document], by=by)
    return _("Sent to %(who)s.") % {"who": ", ".join(mail.to)}


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
