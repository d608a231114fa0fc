"""What an administrator does with the account of a person, and what the night does with all."""

from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from ronda.accounts.domain.passwords import is_expired, is_over_age, one_time_password
from ronda.accounts.models import Account
from ronda.accounts.queries import companies_of_person, rules_of
from ronda.accounts.services.rows import locked_account, record
from ronda.company.models import Membership, User
from ronda.company.services import member_to_change, reset_password
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class AlreadyOver(Refusal):
    code = "accounts.already_over"


class NothingToRemove(Refusal):
    code = "accounts.nothing_to_remove"


@transaction.atomic
def give_one_time_password(member: Membership, *, by: str) -> str:
    """A new password to say to the person; kept nowhere, to be changed at the first access (O58)."""
    password = one_time_password()
    reset_password(member, password=password, by=by)
    return password


@transaction.atomic
def activate(member: Membership, *, on: date, by: str) -> Account:
    """Open a deactivated, locked or ended account again; a last day that is over is taken away."""
    member = member_to_change(member, by=by)
    account = locked_account(member.user)
    if is_expired(account.last_day, on=on):
        account.last_day = None
    account.failures, account.locked_at = 0, None
    account.save(update_fields=["failures", "locked_at", "last_day"])
    User.objects.filter(pk=member.user_id).update(is_active=True)
    record(by, "accounts.account.activated", member.user)
    return account


@transaction.atomic
def set_last_day(member: Membership, *, last_day: date | None, on: date, by: str) -> Account:
    """From the day after nobody signs in with the account (O57); None: it does not end.

    AlreadyOver (field "last_day") for a day before today; LastOwner for who must stay.
    """
    if is_expired(last_day, on=on):
        raise AlreadyOver(_("That day is over. Choose today or later."), field="last_day")
    member = member_to_change(member, by=by, ends=last_day is not None)
    account = locked_account(member.user)
    before, account.last_day = account.last_day, last_day
    account.save(update_fields=["last_day"])
    record(by, "accounts.account.last_day", member.user, last_day=[before, last_day])
    return account


@transaction.atomic
def remove_factors(member: Membership, *, by: str) -> int:
    """Take away codes and passkeys of a person who lost them; the password alone opens again."""
    member = member_to_change(member, by=by)
    removed: int = Authenticator.objects.filter(user=member.user).delete()[0]
    if not removed:
        raise NothingToRemove(_("%(name)s signs in by password alone.") % {"name": member.user})
    record(by, "accounts.factor.removed", member.user, removed=removed)
    return removed


@transaction.atomic
def deactivate_ended(*, on: date) -> int:
    """Every night: accounts whose last day is over lose the active flag, too (O57)."""
    ended = User.objects.filter(is_active=True, account__last_day__lt=on).order_by("pk")
    for user in ended:
        record("", "accounts.account.ended", user)
    return User.objects.filter(pk__in=[user.pk for user in ended]).update(is_active=False)


@transaction.atomic
def demand_new_passwords(*, now: datetime) -> int:
    """Every night: passwords over their months must be changed at the next page (O58, O60)."""
    found = []
    people = User.objects.filter(is_active=True).select_related("account").order_by("pk")
    for user in people.exclude(account__must_change=True):
        known = getattr(user, "account", None)
        set_at = (known.password_set_at if known else None) or user.date_joined
        if companies_of_person(user) and is_over_age(set_at, months=rules_of(user).months_valid, now=now):
            found.append(user)
    for user in found:
        account = locked_account(user)
        account.must_change = True
        account.save(update_fields=["must_change"])
    return len(found)
