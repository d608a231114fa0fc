"""Roles as a matrix, and teams: part of the screens of this app."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ronda.company.forms import (
    RoleCopyForm,
    RoleForm,
    TeamForm,
    permissions_on_screen,
)
from ronda.company.matrix import matrix
from ronda.company.models import (
    Role,
    Team,
)
from ronda.company.services import (
    copy_role,
    delete_role,
    save_role,
)
from ronda.workspace.declare import (
    Action,
    Column,
    Tab,
    Workspace,
)

AREA = "settings"


def save_own_role(form: RoleForm, *, by: str, company: Any) -> Role:
    role: Role = form.save(commit=False)
    return save_role(role, permissions=form.cleaned_data["permissions"], by=by)


def role_matrix(role: Role) -> dict[str, Any]:
    """The matrix of a role as its page shows it: what is ticked, nothing to change."""
    shown = permissions_on_screen()
    ticked = shown if role.grants_all else role.permissions.all()
    return {"areas": matrix(shown, ticked.values_list("pk", flat=True))}


def copied_role(role: Role, *, by: str, name: str) -> Role:
    return copy_role(role, name=name, by=by, may=permissions_on_screen())


def name_of_copy(role: Role | None) -> dict[str, str]:
    return {"name": _("Copy of %(name)s") % {"name": role.name}} if role else {}


def is_changeable(role: Role) -> bool:
    return not role.grants_all


class Roles(Workspace):
    model = Role
    no_import = _("Rights are given in the matrix of each role.")
    area, icon, order_in_area = AREA, "shield-check", 40
    columns = (
        Column("name", link=True),
        Column("grants_all"),
        Column("sees", kind="text"),
        Column("follows_template"),
    )
    search = ("name",)
    order = ("name", "pk")
    form_class = RoleForm
    save = staticmethod(save_own_role)
    api = False
    tabs = (
        Tab("matrix", _("Permissions"), template="company/role_matrix_tab.html", context=role_matrix),
        Tab(
            "people",
            _("People"),
            (Column("user", link=True), Column("branch")),
            rows=lambda role: role.memberships.select_related("user", "branch").order_by("user__username"),
        ),
    )
    actions = (
        Action(
            "copy",
            _("Copy the role"),
            copied_role,
            form=RoleCopyForm,
            bulk=False,
            permission="add",
            initial=name_of_copy,
        ),
        Action("delete", _("Delete"), delete_role, permission="delete", danger=True),
    )

    may_edit = staticmethod(is_changeable)  # type: ignore[assignment]


class Teams(Workspace):
    model = Team
    area, icon, order_in_area = AREA, "users", 45
    columns = (Column("name", link=True), Column("size", _("People"), kind="number"))
    prefetch = ("members",)
    search = ("name",)
    order = ("name", "pk")
    form_class = TeamForm
    tabs = (
        Tab(
            "members",
            _("People"),
            (Column("user", link=True), Column("role"), Column("branch")),
            rows=lambda team: team.members.select_related("user", "role", "branch").order_by(
                "user__username"
            ),
        ),
    )
    empty_text = _("People of a team see each other's customers, where their role says so.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return super().records(request).annotate(size=Count("members"))
