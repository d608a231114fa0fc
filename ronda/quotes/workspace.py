"""Screens of quotes, of the reasons they are lost for, and of what they show of items."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.contracts.models import Contract
from ronda.parties.models import Party
from ronda.quotes.domain import states
from ronda.quotes.forms import ConvertForm, FactsForm, LossReasonForm, QuoteForm, QuoteLineForm, RefuseForm
from ronda.quotes.models import LossReason, Quote, QuoteItemFacts, QuoteLine
from ronda.quotes.pages.desk import QuotePage
from ronda.quotes.services import (
    convert,
    copy_quote,
    delete_quote,
    new_version,
    refuse_quote,
    save_item_facts,
    save_quote,
)
from ronda.workspace.declare import (
    Action,
    Area,
    BoolFilter,
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

State = Quote.State
LANGUAGES = {"it": "Italiano", "fr": "Français", "en": "English"}
STATE_COLOURS = {
    State.DRAFT: "gray",
    State.SENT: "blue",
    State.ACCEPTED: "green",
    State.REFUSED: "red",
    State.EXPIRED: "amber",
    State.SUPERSEDED: "gray",
}

register_area(Area("quotes", _("Quotes"), icon="file-pen", order=18))
register_page(
    Page(
        "quotes-lost",
        _("Lost quotes"),
        "quotes-lost",
        "quotes",
        icon="chart-column",
        permission="quotes.view_quote",
        keywords=(_("reasons of loss"), _("quotes")),
        order=56,
    )
)


def may(move: states.Move) -> Any:
    """Whether a quote's state allows a move."""
    return lambda quote: states.allows(quote.state, move)


def convert_now(quote: Quote, *, by: str, confirmed: frozenset[str] = frozenset(), **facts: Any) -> Any:
    """Convert as of today; leads to what was made."""
    done = convert(quote, on=timezone.localdate(), by=by, confirmed=confirmed, **facts)
    return done.contract or done.invoice


def refuse_now(quote: Quote, *, by: str, **facts: Any) -> Quote:
    return refuse_quote(quote, now=timezone.now(), by=by, **facts)


def version_now(quote: Quote, *, by: str) -> Any:
    """A new version, opened for changes."""
    made = new_version(quote, on=timezone.localdate(), by=by)
    return HttpResponseRedirect(reverse("quote-edit", args=[made.pk]))


def copy_now(quote: Quote, *, by: str) -> Any:
    made = copy_quote(quote, on=timezone.localdate(), by=by)
    return HttpResponseRedirect(reverse("quote-edit", args=[made.pk]))


def to_begin(quote: Quote | None) -> dict[str, Any]:
    return {"starts_on": timezone.localdate(), "contract": True, "invoice": True}


class Quotes(Workspace):
    """Offers with their state, what they come to, and until when they stand."""

    model = Quote
    no_import = _("Quotes are numbered and frozen when they are sent: they are written here.")
    customer_path = "party"
    owner_path = "owner"
    area = "quotes"
    icon = "file-text"
    order_in_area = 55
    columns = (
        Column("__str__", label=_("quote"), link=True, sort="label"),
        Column("issued_on"),
        Column("addressee"),
        Column("title"),
        Column("valid_until"),
        Column("state", badges=STATE_COLOURS),
        Column("once_net", kind="money", total=True),
        Column("yearly_net", kind="money", total=True),
        Column("net_total", kind="money", total=True),
        Column("gross_total", kind="money", total=True, default=False),
        Column("revision", kind="number", default=False),
        Column("owner", default=False),
        Column("loss_reason", default=False),
        Column("accepted_on", default=False),
    )
    facts = (
        Column("addressee"),
        Column("party"),
        Column("contact"),
        Column("site"),
        Column("account"),
        Column("issued_on"),
        Column("valid_until"),
        Column("language", kind="text", value=lambda quote: LANGUAGES.get(quote.language, "")),
        Column("owner"),
        Column("branch"),
        Column("accepted_on"),
        Column("signer"),
        Column("decided_by"),
        Column("loss_reason"),
        Column("loss_note"),
        Column("contract"),
        Column("invoice"),
        Column("seal"),
    )
    filters = (
        ChoiceFilter("state"),
        RelationFilter("party"),
        RangeFilter("issued_on"),
        RangeFilter("valid_until"),
        RangeFilter("net_total"),
        RelationFilter("loss_reason"),
        RelationFilter("lines__item", label=_("Service")),
    )
    search = ("label", "addressee", "title")
    related = ("party", "owner", "loss_reason")
    order = ("-issued_on", "-pk")
    form_class = QuoteForm
    inlines = (Inline(QuoteLine, QuoteLineForm, label=_("Lines"), extra=1, by_service=True),)
    save = save_quote
    may_edit = may("save")
    detail_view = QuotePage
    actions = (
        Action(
            "convert",
            _("Make contract and invoice"),
            convert_now,
            form=ConvertForm,
            permission="quotes.decide_quote",
            primary=True,
            bulk=False,
            enabled=may("convert"),
            initial=to_begin,
            help_text=_("Fees become a contract, the rest a draft invoice. What was made before stays one."),
        ),
        Action("version", _("New version"), version_now, bulk=False, enabled=may("version")),
        Action("copy", _("Copy"), copy_now, permission="add", bulk=False),
        Action(
            "refuse",
            _("Record the refusal"),
            refuse_now,
            form=RefuseForm,
            permission="quotes.decide_quote",
            enabled=may("refuse"),
        ),
        Action(
            "delete",
            _("Delete the draft"),
            delete_quote,
            permission="quotes.delete_quote",
            danger=True,
            enabled=may("save"),
        ),
    )
    create_label = _("New quote")
    empty_text = _(
        "A quote offers services with prices, pictures and options; accepted, it becomes a contract."
    )


class LossReasons(Workspace):
    """Why customers refuse."""

    model = LossReason
    area = "settings"
    icon = "list"
    order_in_area = 70
    columns = (Column("name", link=True), Column("active", kind="bool"))
    filters = (BoolFilter("active"),)
    search = ("name",)
    order = ("name", "pk")
    form_class = LossReasonForm
    create_label = _("New reason")
    empty_text = _("Price, time, another supplier: with reasons you see what costs you orders.")


class ItemPresentations(Workspace):
    """The pictures and long descriptions quotes show of items (S20)."""

    model = QuoteItemFacts
    import_key = ("item",)
    area = "catalogue"
    icon = "image"
    order_in_area = 60
    company_path = "item__company"
    columns = (
        Column("item", link=True),
        Column("details", value=lambda facts: facts.details[:120], sort=False),
        Column(
            "has_picture", label=_("picture"), kind="bool", value=lambda facts: facts.picture_id is not None
        ),
    )
    search = ("item__name", "item__code", "details")
    related = ("item",)
    order = ("item__name", "pk")
    form_class = FactsForm
    save = save_item_facts
    create_label = _("New presentation")
    empty_text = _("Give services a picture and a description; every new quote line takes them.")


QUOTE_COLUMNS = (
    Column("__str__", label=_("quote"), link=True),
    Column("issued_on"),
    Column("title"),
    Column("valid_until"),
    Column("state", badges=STATE_COLOURS),
    Column("net_total", kind="money"),
)
OPEN = (State.DRAFT, State.SENT)


def party_quotes(party: Party) -> Any:
    """What was offered to a customer, newest first."""
    return Quote.objects.filter(party=party).order_by("-pk")


def contract_quotes(contract: Contract) -> Any:
    """The quote a contract comes from."""
    return Quote.objects.filter(contract=contract).order_by("-pk")


add_tab(
    Party,
    Tab(
        "quotes",
        _("Quotes"),
        QUOTE_COLUMNS,
        rows=party_quotes,
        count=lambda party: Quote.objects.filter(party=party, state__in=OPEN).count(),
        add=lambda party: f"{reverse('quote-add')}?party={party.pk}",
        empty_text=_("Nothing was offered to this customer yet."),
    ),
)
add_tab(
    Contract,
    Tab(
        "quotes",
        _("Quotes"),
        QUOTE_COLUMNS,
        rows=contract_quotes,
        empty_text=_("This contract does not come from a quote."),
    ),
)

WORKSPACES: list[type[Workspace]] = [Quotes, LossReasons, ItemPresentations]
