"""Screens of e-invoices, and what they add to documents."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from ronda.billing.models import Document
from ronda.einvoices import services
from ronda.einvoices.door import channel_label, format_called, format_for
from ronda.einvoices.forms import PutAwayForm
from ronda.einvoices.models import Quarantined, Transmission
from ronda.einvoices.pages import AREA, STATE_COLOURS, TransmissionPage, document_tab
from ronda.einvoices.queries import MAY_BE_REPLACED
from ronda.einvoices.tasks import queue_sending
from ronda.reports.pages import as_file
from ronda.workspace.declare import (
    Action,
    Area,
    ChoiceFilter,
    Column,
    Page,
    PickFilter,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
    add_action,
    add_tab,
    register_area,
    register_page,
)

SEND = "einvoices.send_transmission"

register_area(Area(AREA, _("E-invoices"), icon="send", order=42))
register_page(
    Page(
        "einvoice-desk",
        pgettext_lazy("e-invoice", "To do"),
        "einvoice-desk",
        area=AREA,
        icon="send",
        permission="einvoices.view_transmission",
        keywords=["fattura elettronica", "SdI", "facture électronique", "XML", "scarti", "rejets"],
        order=10,
    )
)
register_page(
    Page(
        "einvoice-upload",
        _("Upload receipts of e-invoices"),
        "einvoice-upload",
        area=AREA,
        icon="upload",
        permission=SEND,
        keywords=["ricevute", "SdI", "accusés", "XML", "zip", "statuts"],
        order=40,
        in_navigation=False,
    )
)
register_page(
    Page(
        "einvoice-channel",
        _("Channel of e-invoices"),
        "einvoice-channel",
        area="settings",
        icon="send",
        permission="company.change_optionvalue",
        keywords=["PEC", "SdI", "SDICoop", "intermediario", "plateforme agréée", "AFNOR", "canale", "canal"],
        order=40,
    )
)


def send(rows: Sequence[Transmission], *, by: str) -> Any:
    """Queue what has not left yet; says how many."""
    unsent = [row for row in rows if row.is_unsent]
    queue_sending(unsent, by=by)
    count = len(unsent)
    return ngettext("%d e-invoice is being sent.", "%d e-invoices are being sent.", count) % count


def resend(row: Transmission, *, by: str) -> Transmission:
    """A new file for what was rejected, and off it goes."""
    made = services.resend(row.document, by=by)
    _send_if_there_is_a_channel([made], by=by)
    return made


def send_document(document: Document, *, by: str) -> Any:
    """Make the file if there is none, or a new one after a rejection, and send it."""
    prepared = services.prepare([document], by=by)
    for _document, refusal in prepared.failed:
        raise refusal
    row = (prepared.made or prepared.present)[0]
    if row.state in MAY_BE_REPLACED:
        row = services.resend(document, by=by)
    _send_if_there_is_a_channel([row], by=by)
    return row


def _send_if_there_is_a_channel(rows: Sequence[Transmission], *, by: str) -> None:
    unsent = [row for row in rows if row.is_unsent]
    if unsent and services.channel_code(unsent[0].company):
        queue_sending(unsent, by=by)


def download(rows: Sequence[Transmission], *, by: str) -> HttpResponse:
    """One file as it is, or an archive of several with their receipts."""
    if len(rows) == 1:
        kept = rows[0].kept
        return as_file(services.content(kept), kept.name, mime=kept.media_type)
    name = ngettext("%d e-invoice", "%d e-invoices", len(rows)) % len(rows)
    return as_file(services.zip_of(rows), f"{name}.zip", mime="application/zip")


def judge_again(rows: Sequence[Transmission], *, by: str) -> Any:
    """From the receipts that are kept; says how many stood otherwise."""
    count = services.refresh_states(rows, by=by)
    return ngettext("%d state was corrected.", "%d states were corrected.", count) % count


def may_be_resent(row: Transmission) -> bool:
    return row.state in MAY_BE_REPLACED and not hasattr(row, "replaced_by")


def may_be_sent(row: Transmission) -> bool:
    return row.is_unsent and not hasattr(row, "replaced_by")


def goes_out(document: Document) -> bool:
    return not document.is_draft and format_for(document) is not None


def format_label(row: Transmission) -> Any:
    found = format_called(row.format)
    return found.label if found else row.format


class Transmissions(Workspace):
    """Files of legal documents and what became of them."""

    model = Transmission
    code = "einvoice"
    no_import = _("An e-invoice is written from its document.")
    customer_path = "document__party"
    area = AREA
    icon = "send"
    order_in_area = 20
    columns = (
        Column("file_name", link=True),
        Column("document", sort="document__label"),
        Column("document__party", _("customer"), sort="document__party__name"),
        Column("document__date", _("document date")),
        Column("state", badges=STATE_COLOURS),
        Column("due_on"),
        Column("sent_at"),
        Column("answered_at", default=False),
        Column("exchange_id", default=False),
        Column("attempt", kind="number", default=False),
        Column("problem", default=False),
        Column("channel", value=lambda row: channel_label(row.channel), default=False),
    )
    facts = (
        Column("document"),
        Column("document__party", _("customer")),
        Column("format", value=format_label, kind="text"),
        Column("attempt", kind="number"),
        Column("replaces"),
        Column("exchange_id"),
        Column("channel", value=lambda row: channel_label(row.channel), kind="text"),
        Column("prepared_at"),
        Column("prepared_by"),
        Column("sent_at"),
        Column("answered_at"),
        Column("due_on"),
        Column("problem"),
    )
    filters = (
        ChoiceFilter("state"),
        PickFilter(
            "deadline",
            _("Deadline"),
            options={
                "late": (_("Past"), lambda today: Q(due_on__lt=today)),
                "open": (_("Still to come"), lambda today: Q(due_on__gte=today)),
            },
        ),
        PickFilter(
            "way",
            _("Channel"),
            options={
                "hand": (_("by hand"), Q(channel="", sent_at__isnull=False)),
                "channel": (_("by the channel"), ~Q(channel="")),
            },
        ),
        PickFilter(
            "attempts", _("Attempts"), options={"last": (_("Only the last ones"), Q(replaced_by=None))}
        ),
        RangeFilter("document__date"),
        RelationFilter("document__party"),
    )
    search = ("file_name", "exchange_id", "document__label", "document__party__name")
    related = ("document__party", "document__company", "company", "kept", "replaces", "replaced_by")
    order = ("-prepared_at", "-pk")
    may_add = False
    detail_view = TransmissionPage
    actions = (
        Action(
            "send",
            _("Send"),
            send,
            permission=SEND,
            enabled=may_be_sent,
            primary=True,
            together=True,
            help_text=_("In the background, by the channel of the company."),
        ),
        Action(
            "resend",
            _("Send again, corrected"),
            resend,
            permission=SEND,
            enabled=may_be_resent,
            help_text=_(
                "A new file with a new name. The document keeps its number, its date and its history."
            ),
        ),
        Action(
            "by-hand",
            _("I handed it over by hand"),
            services.sent_by_hand,
            permission=SEND,
            enabled=may_be_sent,
            help_text=_("You uploaded the file yourself. Receipts are then taken in like all others."),
        ),
        Action(
            "download",
            _("Download the file"),
            download,
            permission="view",
            together=True,
            help_text=_("Several come in one archive, with their receipts."),
        ),
        Action("judge", _("Judge again"), judge_again, permission=SEND, together=True),
    )
    empty_text = _("Issue a document, then send it: its file and every answer will be here.")
    empty_action = (_("Documents"), "document-list")


def take_again(row: Quarantined, *, by: str) -> Quarantined:
    return services.take_again(row, by=by)


class SetAside(Workspace):
    """Incoming files that nobody could place."""

    model = Quarantined
    code = "einvoice-set-aside"
    no_import = _("These files come by themselves.")
    whole_company = True
    area = AREA
    icon = "inbox"
    order_in_area = 30
    columns = (
        Column("name", link=True),
        Column("found_at"),
        Column("reason"),
        Column("sender", default=False),
        Column("channel", value=lambda row: channel_label(row.channel), default=False),
        Column("settled_at"),
        Column("settled_by", default=False),
        Column("outcome"),
    )
    filters = (
        PickFilter(
            "open",
            _("Dealt with"),
            options={
                "no": (_("Still to look at"), Q(settled_at=None)),
                "yes": (_("Dealt with"), Q(settled_at__isnull=False)),
            },
        ),
        RangeFilter("found_at"),
    )
    search = ("name", "reason", "sender")
    related = ("company", "kept")
    order = ("-found_at", "-pk")
    may_add = False
    actions = (
        Action(
            "again",
            _("Try again"),
            take_again,
            permission=SEND,
            enabled=lambda row: row.is_open,
            help_text=_("After what stood in the way was put right."),
        ),
        Action(
            "put-away",
            _("Nothing to do"),
            services.put_away,
            form=PutAwayForm,
            permission=SEND,
            enabled=lambda row: row.is_open,
            help_text=_("The file stays kept."),
        ),
        Action(
            "download",
            _("Download the file"),
            lambda row, *, by: as_file(services.content(row.kept), row.kept.name, mime=row.kept.media_type),
            permission="view",
            bulk=False,
        ),
    )
    empty_text = _("Nothing was set aside: every file that came found its place.")


WORKSPACES = [Transmissions, SetAside]

add_action(
    Document,
    Action(
        "send-einvoice",
        _("Send the e-invoice"),
        send_document,
        permission=SEND,
        enabled=goes_out,
        help_text=_("Its file is checked, written and kept; the channel of the company takes it."),
    ),
)
add_tab(
    Document,
    Tab(
        "einvoice",
        _("E-invoice"),
        template="einvoices/tab_document.html",
        context=document_tab,
        permission="einvoices.view_transmission",
    ),
)
