"""What a user may do: the permissions of the role in the company they work in now."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import Exists, OuterRef, Q

from ronda.company.models import Membership, Role, Team, User

Permissions = set[str]


class RoleBackend(ModelBackend):
    """Password as in Django; permissions from the membership in `user.company_id`.

    Without a current company (API keys, tasks) that of the default membership counts.
    """

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> Permissions:
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> Permissions:
        return self.get_all_permissions(user_obj, obj)

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: Any = None) -> Permissions:
        """Every "app.codename", read once per user object and company."""
        if not isinstance(user_obj, User) or not user_obj.is_active or obj is not None:
            return set()
        known: dict[int | None, Permissions] = user_obj.__dict__.setdefault("_role_permissions", {})
        if user_obj.company_id not in known:
            known[user_obj.company_id] = permissions_of(user_obj)
        return known[user_obj.company_id]


def permissions_of(user: User) -> Permissions:
    """Permissions in the user's current company, in one query; all of them for superusers."""
    permissions = Permission.objects.order_by()
    if not user.is_superuser:
        here = {"company": user.company_id} if user.company_id is not None else {"is_default": True}
        mine = Membership.objects.filter(user=user, **here)
        given = Role.permissions.through.objects.filter(
            permission=OuterRef("pk"), role__in=mine.values("role")
        )
        permissions = permissions.filter(Q(Exists(given)) | Q(Exists(mine.filter(role__grants_all=True))))
    return {
        f"{app}.{codename}"
        for app, codename in permissions.values_list("content_type__app_label", "codename")
    }


def people_seen_by(user: Any) -> frozenset[int] | None:
    """Keys of the people whose customers this person sees (S9); None for everybody's.

    Administrators and roles that see everything have no limit; a person without a role sees nobody's.
    """
    if not isinstance(user, User):
        return frozenset()
    known: dict[int | None, frozenset[int] | None] = user.__dict__.setdefault("_people_seen", {})
    if user.company_id not in known:
        known[user.company_id] = None if user.is_superuser else _people_seen(user)
    return known[user.company_id]


def _people_seen(user: User) -> frozenset[int] | None:
    member = user.membership
    if member is None or member.company_id != user.company_id:
        here = {"company": user.company_id} if user.company_id is not None else {"is_default": True}
        member = Membership.objects.filter(user=user, **here).select_related("role").first()
    if member is None:
        return frozenset()
    sees = Role.Sees.ALL if member.role.grants_all else member.role.sees
    if sees == Role.Sees.ALL:
        return None
    colleagues = Membership.objects.filter(company=member.company_id)
    if sees == Role.Sees.TEAM:
        colleagues = colleagues.filter(teams__in=Team.objects.filter(members=member))
    elif sees == Role.Sees.BRANCH and member.branch_id is not None:
        colleagues = colleagues.filter(branch=member.branch_id)
    else:
        return frozenset({user.pk})
    return frozenset({user.pk, *colleagues.values_list("user_id", flat=True)})
