"""Companies, their people and roles."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation

from ronda.company import audit
from ronda.company.country import pack_for
from ronda.company.events import CompanyCreated
from ronda.company.models import Branch, Company, Membership, Role, User
from ronda.company.services.roles import seed_roles
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class LastOwner(Refusal):
    code = "company.last_owner"


class WeakPassword(Refusal):
    code = "company.weak_password"


class NotOfThisCompany(Refusal):
    code = "company.not_of_this_company"


class AlreadySetUp(Refusal):
    code = "company.already_set_up"


@transaction.atomic
def create_company(*, name: str, country: str, by: str, **facts: Any) -> Company:
    """A new company with its standard roles; the apps above add VAT codes, accounts and terms.

    Language, currency and time zone follow the country unless given. Whoever creates it owns it.
    """
    pack = pack_for(country)
    defaults = {"language": pack.languages[0], "currency": pack.currency, "timezone": pack.timezone}
    company = Company.objects.create(name=name, country=country.upper(), **{**defaults, **facts})
    with translation.override(company.language):
        roles = seed_roles(company)
    if user := User.objects.filter(username=by).first():
        _join(user, company, roles["owner"])
    audit.record(by, "company.company.created", company, name=name, country=company.country)
    publish(CompanyCreated(company.pk, by=by))
    return company


@transaction.atomic
def create_owner(
    *, username: str, password: str, company_name: str, country: str, email: str = "", **facts: Any
) -> tuple[User, Company]:
    """First run: the person who owns the installation and their company.

    AlreadySetUp once there is a user; WeakPassword (field "password") with the reasons.
    """
    if User.objects.exists():
        raise AlreadySetUp(_("Ronda is already set up. Ask the owner for an account."))
    user = User(username=username, email=email, is_superuser=True, is_staff=True)
    user.set_password(_checked_password(password, user))
    user.save()
    company = create_company(name=company_name, country=country, by=username, **facts)
    return user, company


@transaction.atomic
def add_member(
    company: Company, *, user: User, role: Role, by: str, branch: Branch | None = None
) -> Membership:
    """Let a person work in the company; the first company opens at log-in."""
    _refuse_foreign(company, role, branch)
    member = _join(user, company, role, branch)
    audit.record(by, "company.member.added", member, user=user.username, role=role.name)
    return member


@transaction.atomic
def change_member(member: Membership, *, role: Role, by: str, branch: Branch | None = None) -> Membership:
    """Give a person another role or branch; the last owner keeps theirs (LastOwner)."""
    member = _locked(member)
    _refuse_foreign(member.company, role, branch)
    if not role.grants_all:
        _refuse_last_owner(member)
    before = member.role.name
    member.role, member.branch = role, branch
    member.save(update_fields=["role", "branch"])
    audit.record(by, "company.member.changed", member, role=[before, role.name])
    return member


@transaction.atomic
def remove_member(member: Membership, *, by: str) -> None:
    """The person no longer works in this company; their user and history stay."""
    member = _locked(member)
    _refuse_last_owner(member)
    audit.record(by, "company.member.removed", member, user=member.user.username, role=member.role.name)
    member.delete()


@transaction.atomic
def create_user(
    company: Company,
    *,
    username: str,
    password: str,
    role: Role,
    by: str,
    branch: Branch | None = None,
    **facts: Any,
) -> User:
    """A new person with a role in the company; WeakPassword (field "password") with the reasons."""
    _refuse_foreign(company, role, branch)
    user = User(username=username, **facts)
    user.set_password(_checked_password(password, user))
    user.save()
    add_member(company, user=user, role=role, branch=branch, by=by)
    return user


@transaction.atomic
def set_password(user: User, *, password: str, by: str) -> None:
    """Give a person a new password; the password itself is written nowhere."""
    user.set_password(_checked_password(password, user))
    user.save(update_fields=["password"])
    audit.record(by, "company.user.password_changed", user)


def _join(user: User, company: Company, role: Role, branch: Branch | None = None) -> Membership:
    first = not Membership.objects.filter(user=user, is_default=True).exists()
    return Membership.objects.create(user=user, company=company, role=role, branch=branch, is_default=first)


def _locked(member: Membership) -> Membership:
    # The company row is the lock: two owners leaving at once wait for each other.
    Company.objects.select_for_update().get(pk=member.company_id)
    return Membership.objects.select_related("company", "role", "user").get(pk=member.pk)


def _refuse_last_owner(member: Membership) -> None:
    owners = Membership.objects.filter(company=member.company_id, role__grants_all=True, user__is_active=True)
    if member.role.grants_all and not owners.exclude(pk=member.pk).exists():
        raise LastOwner(
            _("%(user)s is the last owner. Make somebody else an owner first.") % {"user": member}
        )


def _refuse_foreign(company: Company, role: Role, branch: Branch | None) -> None:
    if role.company_id != company.pk or (branch and branch.company_id != company.pk):
        raise NotOfThisCompany(_("That role or branch belongs to another company."), field="role")


def _checked_password(password: str, user: User) -> str:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages), field="password") from error
    return password
