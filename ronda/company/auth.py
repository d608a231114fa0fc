"""What a user may do: the permissions of the role in the company they work in now."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import Exists, OuterRef, Q

from ronda.company.models import Membership, Role, User

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
