"""What administrators do with accounts, on the pages of people, and the review of all accounts (O67)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.accounts.forms import LastDayForm
from ronda.accounts.queries import account_of, members_for_review
from ronda.accounts.services import activate, give_one_time_password, remove_factors, set_last_day
from ronda.company.models import Membership
from ronda.workspace.declare import (
    Action,
    Column,
    Page,
    PickFilter,
    Tab,
    Workspace,
    add_action,
    add_tab,
    register_page,
)

UNUSED_DAYS = (30, 90, 180, 365)

register_page(
    Page(
        "security",
        _("Sign-in and security"),
        "mfa_index",
        "settings",
        "shield-check",
        keywords=(_("passkey"), _("authenticator app"), _("recovery codes")),
        in_navigation=False,
    )
)


def show_one_time_password(member: Membership, *, by: str) -> HttpResponse:
    """The page that says the new password; it is nowhere else and not kept by the browser."""
    password = give_one_time_password(member, by=by)
    page = render_to_string("accounts/one_time.html", {"member": member, "password": password})
    return HttpResponse(page, headers={"Cache-Control": "no-store"})


def activate_now(member: Membership, *, by: str) -> None:
    activate(member, on=timezone.localdate(), by=by)


def end_on(member: Membership, *, by: str, last_day: date | None) -> None:
    set_last_day(member, last_day=last_day, on=timezone.localdate(), by=by)


def last_day_of(member: Membership | None) -> dict[str, Any]:
    return {"last_day": account_of(member.user).last_day} if member else {}


def account_context(member: Membership) -> dict[str, Any]:
    """What the page of a person says about the account."""
    return {"account": members_for_review(Membership.objects.filter(pk=member.pk)).get()}


add_action(
    Membership,
    Action(
        "reset",
        _("Reset the password"),
        show_one_time_password,
        bulk=False,
        help_text=_("A one-time password is shown once. It must be changed at the first access."),
    ),
)
add_action(Membership, Action("activate", _("Unlock and activate"), activate_now))
add_action(
    Membership,
    Action("last-day", _("Last day of the account"), end_on, form=LastDayForm, initial=last_day_of),
)
add_action(
    Membership,
    Action(
        "forget-factors",
        _("Remove the second factor"),
        remove_factors,
        bulk=False,
        danger=True,
        help_text=_(
            "For people who lost their phone or key: until they set up a new one the password is enough."
        ),
    ),
)
add_tab(
    Membership, Tab("account", _("Sign-in"), template="accounts/tab_account.html", context=account_context)
)


def password_age(member: Any) -> int | None:
    """Days since the password was set; None when that is not known."""
    set_at = member.password_set_at
    return (timezone.localdate() - timezone.localdate(set_at)).days if set_at else None


def unused_since(days: int) -> Any:
    def condition(day: date) -> Q:
        before = day - timedelta(days=days)
        return Q(user__last_login__date__lt=before) | Q(user__last_login=None)

    return condition


class AccountReview(Workspace):
    """Every account of the company with what a periodic review asks (O67)."""

    model = Membership
    no_import = _("Accounts are reviewed here, not made.")
    code, title = "account-review", _("Review of accounts")
    area, icon, order_in_area = "settings", "file-check", 35
    columns = (
        Column("user__username", _("User name"), link=True),
        Column("user__last_name", _("Last name")),
        Column("user__first_name", _("First name"), default=False),
        Column("role", sort="role__name"),
        Column("user__is_active", _("May sign in"), kind="bool"),
        Column("user__last_login", _("Last signed in"), kind="datetime"),
        Column("second_factor", _("Second factor"), kind="bool"),
        Column(
            "password_age", _("Password, days old"), kind="number", value=password_age, sort="password_set_at"
        ),
        Column("must_change", _("Must change it"), kind="bool", default=False),
        Column("last_day", _("Last day"), kind="date"),
        Column("locked_at", _("Deactivated after wrong attempts"), kind="datetime", default=False),
    )
    filters = (
        PickFilter(
            "unused",
            _("Not used"),
            options={
                str(days): (_("For %(days)d days") % {"days": days}, unused_since(days))
                for days in UNUSED_DAYS
            },
        ),
        "role",
        PickFilter(
            "factor",
            _("Second factor"),
            options={
                "yes": (_("Yes"), Q(second_factor=True)),
                "no": (_("No"), Q(second_factor=False)),
            },
        ),
        PickFilter(
            "state",
            _("State"),
            options={
                "open": (
                    _("May sign in"),
                    lambda day: Q(user__is_active=True) & (Q(last_day=None) | Q(last_day__gte=day)),
                ),
                "closed": (_("Not active"), lambda day: Q(user__is_active=False) | Q(last_day__lt=day)),
                "locked": (_("After wrong attempts"), Q(locked_at__isnull=False)),
            },
        ),
    )
    search = ("user__username", "user__first_name", "user__last_name", "user__email")
    related = ("user", "role", "branch")
    order = ("user__last_login", "user__username", "pk")
    may_add = False
    api = False

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return members_for_review(super().records(request))


WORKSPACES: Sequence[type[Workspace]] = (AccountReview,)
