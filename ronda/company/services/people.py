"""Who works in a company and what their role allows."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from ronda.company import audit
from ronda.company.events import PasswordSet
from ronda.company.models import Branch, Company, Membership, Role, User
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class LastOwner(Refusal):
    code = "company.last_owner"


class OwnersOnly(Refusal):
    code = "company.owners_only"


class WeakPassword(Refusal):
    code = "company.weak_password"


class NotOfThisCompany(Refusal):
    code = "company.not_of_this_company"


class UsernameTaken(Refusal):
    code = "company.username_taken"


class WorksElsewhere(Refusal):
    code = "company.works_elsewhere"


class RoleInUse(Refusal):
    code = "company.role_in_use"


class NameTaken(Refusal):
    code = "company.role_name_taken"


class StandardRole(Refusal):
    code = "company.standard_role"


@transaction.atomic
def add_member(
    company: Company, *, user: User, role: Role, by: str, branch: Branch | None = None
) -> Membership:
    """Let a person work in the company; the first company opens at log-in."""
    _refuse_foreign(company, role, branch)
    if role.grants_all:
        _refuse_other_than_owners(company, by)
    member = join(user, company, role, branch)
    audit.record(by, "company.member.added", member, user=user.username, role=role.name)
    return member


@transaction.atomic
def change_member(member: Membership, *, role: Role, by: str, branch: Branch | None = None) -> Membership:
    """Give a person another role or branch; the last owner keeps theirs (LastOwner)."""
    member = _locked(member)
    _refuse_foreign(member.company, role, branch)
    if role.grants_all != member.role.grants_all:
        _refuse_other_than_owners(member.company, by)
    if not role.grants_all:
        _refuse_last_owner(member)
    before = member.role.name
    member.role, member.branch = role, branch
    member.save(update_fields=["role", "branch"])
    if before != role.name:
        audit.record(by, "company.member.role_changed", member, role=[before, role.name])
    return member


@transaction.atomic
def remove_member(member: Membership, *, by: str) -> None:
    """The person no longer works in this company; their user and history stay."""
    member = _locked(member)
    _refuse_last_owner(member)
    if member.role.grants_all:
        _refuse_other_than_owners(member.company, by)
    audit.record(by, "company.member.removed", member, user=member.user.username, role=member.role.name)
    was_default, user = member.is_default, member.user
    member.delete()
    if was_default and (other := user.memberships.order_by("pk").first()):
        Membership.objects.filter(pk=other.pk).update(is_default=True)


@transaction.atomic
def create_user(
    company: Company,
    *,
    username: str,
    password: str,
    role: Role,
    by: str,
    branch: Branch | None = None,
    temporary: bool = False,
    **facts: Any,
) -> User:
    """A new person with a role in the company; a `temporary` password is for the first access only.

    UsernameTaken (field "username"); WeakPassword (field "password") with the reasons.
    """
    _refuse_foreign(company, role, branch)
    if User.objects.filter(username__iexact=username).exists():
        raise UsernameTaken(_("The user name “%(name)s” is taken.") % {"name": username}, field="username")
    user = User(username=username, **facts)
    user.set_password(checked_password(password, user))
    user.save()
    publish(PasswordSet(user.pk, by=by, temporary=temporary))
    add_member(company, user=user, role=role, branch=branch, by=by)
    return user


@transaction.atomic
def change_person(member: Membership, *, by: str, **facts: Any) -> User:
    """Correct name, address, language or access of a person who works in this company only."""
    member = _locked(member)
    _refuse_elsewhere(member, by)
    if facts.get("is_active") is False:
        _refuse_last_owner(member)
    user = member.user
    for name, value in facts.items():
        setattr(user, name, value)
    user.save(update_fields=list(facts))
    return user


@transaction.atomic
def reset_password(member: Membership, *, password: str, by: str) -> None:
    """Give a person of this company only a new password, to tell them; they replace it at once."""
    member = member_to_change(member, by=by)
    set_password(member.user, password=password, by=by, temporary=member.user.username != by)


def member_to_change(member: Membership, *, by: str, ends: bool = False) -> Membership:
    """The member, locked, when `by` may change the person's account as such.

    WorksElsewhere, OwnersOnly; with `ends` also LastOwner, for what may keep the person out.
    """
    member = _locked(member)
    _refuse_elsewhere(member, by)
    if member.role.grants_all:
        _refuse_other_than_owners(member.company, by)
    if ends:
        _refuse_last_owner(member)
    return member


@transaction.atomic
def set_password(user: User, *, password: str, by: str, temporary: bool = False) -> None:
    """Give a person a new password; the password itself is written nowhere."""
    user.set_password(checked_password(password, user))
    user.save(update_fields=["password"])
    publish(PasswordSet(user.pk, by=by, temporary=temporary))
    audit.record(by, "company.user.password_changed", user)


@transaction.atomic
def set_language(user: User, *, language: str) -> None:
    """The language a person reads the screens in; "" follows the company."""
    User.objects.filter(pk=user.pk).update(language=language)


@transaction.atomic
def save_role(role: Role, *, permissions: Iterable[Permission], by: str) -> Role:
    """Save a company's own role in one go: who gave and took what is kept.

    Once its permissions were changed, upgrades leave them alone; a new name alone changes nothing of that.
    """
    if role.grants_all:
        raise StandardRole(_("The owner may do everything: that role does not change."))
    _refuse_other_than_owners_if_any(role, by)
    before = _names_of(role.permissions.select_related("content_type")) if role.pk else set()
    chosen = list(permissions)
    after = _names_of(chosen)
    role.follows_template = role.follows_template and before == after
    role.save()
    role.permissions.set(chosen)
    audit.record(by, "company.role.saved", role, given=sorted(after - before), taken=sorted(before - after))
    return role


@transaction.atomic
def copy_role(role: Role, *, name: str, by: str, may: Iterable[Permission]) -> Role:
    """A role of the firm's own with the same permissions; a copy of the owner's gets all of `may`.

    NameTaken (field "name") when the company has such a role. The copy follows no template: it is changed
    by people only.
    """
    _refuse_other_than_owners_if_any(role, by)
    if Role.objects.filter(company=role.company_id, name__iexact=name).exists():
        raise NameTaken(_("This company already has a role with that name."), field="name")
    made = Role.objects.create(company_id=role.company_id, name=name)
    made.permissions.set(may if role.grants_all else role.permissions.all())
    audit.record(by, "company.role.copied", made, name=name, role=role.name)
    return made


def _names_of(permissions: Iterable[Permission]) -> set[str]:
    """ "billing.issue_document" of each: a code name alone may be of two apps."""
    return {f"{one.content_type.app_label}.{one.codename}" for one in permissions}


@transaction.atomic
def delete_role(role: Role, *, by: str) -> None:
    """Remove a role nobody has."""
    role = Role.objects.select_for_update(of=("self",)).get(pk=role.pk)
    if role.grants_all:
        raise StandardRole(_("The owner may do everything: that role does not change."))
    if role.memberships.exists():
        raise RoleInUse(_("People still have the role “%(role)s”. Give them another first.") % {"role": role})
    audit.record(by, "company.role.deleted", role, name=role.name)
    role.delete()


def join(user: User, company: Company, role: Role, branch: Branch | None = None) -> Membership:
    """The row alone, for services that have checked and will record."""
    first = not Membership.objects.filter(user=user, is_default=True).exists()
    return Membership.objects.create(user=user, company=company, role=role, branch=branch, is_default=first)


def checked_password(password: str, user: User) -> str:
    """The password, or WeakPassword with the reasons."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages), field="password") from error
    return password


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


def _is_owner(company_id: int | None, by: str) -> bool:
    acting = User.objects.filter(username=by).first()
    if acting is None or acting.is_superuser:
        return True  # the installation itself (first run, commands), or its administrator
    return acting.memberships.filter(company=company_id, role__grants_all=True).exists()


def _refuse_other_than_owners(company: Company, by: str) -> None:
    if not _is_owner(company.pk, by):
        raise OwnersOnly(_("Only an owner may give or take the owner's role."), field="role")


def _refuse_other_than_owners_if_any(role: Role, by: str) -> None:
    if not _is_owner(role.company_id, by):
        raise OwnersOnly(_("Only an owner may change what a role allows."))


def _refuse_elsewhere(member: Membership, by: str) -> None:
    if member.user.username == by:
        return
    others = member.user.memberships.exclude(company=member.company_id)
    acting = User.objects.filter(username=by).first()
    if (others.exists() or member.user.is_superuser) and not (acting and acting.is_superuser):
        raise WorksElsewhere(
            _("%(user)s also works in another company. Only they can change their own account.")
            % {"user": member}
        )


def _refuse_foreign(company: Company, role: Role, branch: Branch | None) -> None:
    if role.company_id != company.pk or (branch and branch.company_id != company.pk):
        raise NotOfThisCompany(_("That role or branch belongs to another company."), field="role")
