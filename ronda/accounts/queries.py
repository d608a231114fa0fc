"""Who a person is to the rules: their companies, options and standing."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Exists, F, OuterRef, QuerySet

from ronda.accounts.models import Account, PasswordHistory
from ronda.accounts.options import EVERYBODY, OWN_ROLES, AccountOptions
from ronda.company import options
from ronda.company.domain.roles import OWNER, TEMPLATE_BY_CODE
from ronda.company.models import Company, Membership, User


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts for a person: the strictest of the companies they work in."""

    months_valid: int
    attempts: int


def companies_of_person(user: User) -> list[Company]:
    """Where a person works, the one that opens at log-in first; every active one for a superuser of none."""
    mine = user.memberships.select_related("company").order_by("-is_default", "pk")
    found = [membership.company for membership in mine]
    if not found and user.is_superuser:
        found = list(Company.objects.filter(active=True).order_by("pk")[:1])
    return found


def rules_of(user: User) -> Rules:
    """The options of a person's companies; those of the installation for people without a company."""
    read = [options.read(AccountOptions, company) for company in companies_of_person(user)]
    read = read or [options.read(AccountOptions, None)]
    months = [one.months_valid for one in read if one.months_valid]
    return Rules(months_valid=min(months, default=0), attempts=min(one.attempts for one in read))


def needs_factor(user: User) -> bool:
    """Whether one of the person's companies asks people of that role for a second factor."""
    mine = list(user.memberships.select_related("company", "role"))
    asked = [(options.read(AccountOptions, one.company).second_factor_for, one.role.code) for one in mine]
    if not mine:
        where = next(iter(companies_of_person(user)), None)
        asked = [(options.read(AccountOptions, where).second_factor_for, OWNER.code)]
    return any(EVERYBODY in roles or _named(code) in roles for roles, code in asked)


def _named(code: str) -> str:
    return code if code in TEMPLATE_BY_CODE else OWN_ROLES


def factor_due(user: User) -> bool:
    """Whether the person has to set up a second factor: one is asked for, and there is none."""
    factors = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return needs_factor(user) and not factors.exists()


def is_administrator(user: User) -> bool:
    """Superusers and owners: reported, never locked out (O61)."""
    return user.is_superuser or user.memberships.filter(role__grants_all=True).exists()


def account_of(user: User) -> Account:
    """The account of a person, or a fresh one not yet saved; no query when it was read with the user."""
    try:
        return user.account
    except Account.DoesNotExist:
        return Account(user=user)


def former_passwords(user: User, *, last: int) -> list[str]:
    """Hashes of the last passwords, the newest first, with the one in use."""
    kept = PasswordHistory.objects.filter(user=user).order_by("-pk").values_list("password", flat=True)
    found = list(kept[:last])
    if user.password and user.password not in found:
        found.insert(0, user.password)
    return found[:last]


def members_for_review(members: QuerySet[Membership]) -> QuerySet[Membership]:
    """Members with what a review of accounts looks at (O67), in the same query."""
    factors = Authenticator.objects.filter(user=OuterRef("user")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    return members.annotate(
        second_factor=Exists(factors),
        password_set_at=F("user__account__password_set_at"),
        last_day=F("user__account__last_day"),
        must_change=F("user__account__must_change"),
        locked_at=F("user__account__locked_at"),
    )
