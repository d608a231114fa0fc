"""Screens of the API: tokens, webhooks and what was delivered to them."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.api.forms import TokenForm, WebhookForm
from ronda.api.models import Token, Webhook, WebhookDelivery
from ronda.api.pages import TokenAddPage
from ronda.api.queries import events_in_words, scopes_in_words
from ronda.api.services import make_token, replay, revoke_token, save_webhook, send_test
from ronda.parties.workspace.customers import PeopleFilter
from ronda.workspace.declare import Action, Column, PickFilter, RangeFilter, Tab, Workspace

STATE_BADGES = {"queued": "gray", "delivered": "green", "failed": "red"}


def save_token(form: TokenForm, *, by: str, company: Any) -> Token:
    given = form.cleaned_data
    facts = {name: given[name] for name in ("user", "name", "scopes", "expires_on")}
    token, key = make_token(company, by=by, **facts)
    token.key_shown_once = key  # type: ignore[attr-defined]
    return token


def is_open(token: Token) -> bool:
    return token.revoked_at is None


def never(_token: Token) -> bool:
    return False


class Tokens(Workspace):
    model = Token
    no_import = _("A token is shown once, to whoever makes it.")
    code = "api-token"
    area, icon, order_in_area = "settings", "key-round", 90
    columns = (
        Column("name", link=True),
        Column("user"),
        Column("prefix"),
        Column("scopes", value=lambda token: scopes_in_words(token.scopes), sort=False),
        Column("expires_on"),
        Column("last_used_at"),
        Column("last_used_from", default=False),
        Column("revoked_at"),
    )
    facts = (*columns, Column("created_at"))
    filters = (
        PeopleFilter("user"),
        PickFilter(
            "state",
            _("State"),
            options={
                "open": (_("not revoked"), Q(revoked_at=None)),
                "revoked": (_("revoked"), Q(revoked_at__isnull=False)),
            },
        ),
    )
    search = ("name", "prefix", "user__username")
    related = ("user",)
    form_class = TokenForm
    save = staticmethod(save_token)
    may_edit = staticmethod(never)  # type: ignore[assignment]
    add_view = TokenAddPage
    actions = (
        Action(
            "revoke",
            _("Revoke"),
            revoke_token,
            danger=True,
            enabled=is_open,
            help_text=_("The program that uses it is refused from now on. This cannot be taken back."),
        ),
    )
    # A token never makes tokens.
    api = False
    create_label = _("New token")
    empty_text = _("A token lets another program read and write in this company, as one of its people.")


def save_address(form: WebhookForm, *, by: str, company: Any) -> Webhook:
    return save_webhook(form.save(commit=False), by=by)


class Webhooks(Workspace):
    model = Webhook
    no_import = _("A webhook has a secret of its own, which its receiver has to be told.")
    area, icon, order_in_area = "settings", "send", 91
    columns = (
        Column("name", link=True),
        Column("url"),
        Column("events", value=lambda webhook: events_in_words(webhook.events), sort=False),
        Column("active"),
        Column("failures", kind="number"),
        Column("switched_off_at", default=False),
    )
    facts = (*columns, Column("created_by"))
    filters = ("active",)
    search = ("name", "url")
    form_class = WebhookForm
    save = staticmethod(save_address)
    tabs = (
        Tab("secret", _("Secret"), template="api/tab_secret.html", permission="api.change_webhook"),
        Tab(
            "deliveries",
            _("Deliveries"),
            (
                Column("created_at", link=True),
                Column("event", value=lambda delivery: events_in_words([delivery.event])),
                Column("state", badges=STATE_BADGES),
                Column("status", kind="text"),
                Column("milliseconds", kind="number"),
            ),
            rows=lambda webhook: webhook.deliveries.defer("body").order_by("-pk"),
        ),
    )
    actions = (Action("test", _("Send a test"), send_test, bulk=False, enabled=lambda one: one.active),)
    # A token with a scope of writing must not lead the firm's data elsewhere.
    api = False
    empty_text = _("A webhook tells another program, at once and signed, when something happens here.")


class Deliveries(Workspace):
    model = WebhookDelivery
    no_import = _("Deliveries are messages that were sent.")
    code = "webhook-delivery"
    area, icon, order_in_area = "settings", "list-checks", 92
    company_path = "webhook__company"
    columns = (
        Column("created_at", link=True),
        Column("webhook"),
        Column("event", value=lambda delivery: events_in_words([delivery.event])),
        Column("state", badges=STATE_BADGES),
        Column("attempts", kind="number"),
        Column("status", kind="text"),
        Column("milliseconds", kind="number"),
        Column("error", default=False),
        Column("tried_at", default=False),
    )
    facts = (*columns, Column("message"), Column("body"))
    filters = ("webhook", "state", RangeFilter("created_at"))
    search = ("event", "message")
    related = ("webhook",)
    may_add = False
    api = False
    tabs = (
        Tab(
            "tries",
            _("Attempts"),
            tuple(Column(name) for name in ("at", "status", "milliseconds", "error", "answer")),
            rows=lambda delivery: delivery.tries.order_by("-pk"),
        ),
    )
    actions = (Action("replay", _("Send again"), replay, primary=True),)
    empty_text = _("Every message to another program is listed here with its answer.")


WORKSPACES = [Tokens, Webhooks, Deliveries]
