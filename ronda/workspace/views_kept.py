"""Saved views of a list: the menu, the one the list opens with, and the small forms behind it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from ronda.kernel.errors import Refusal
from ronda.workspace.models import SavedView
from ronda.workspace.registry import registry
from ronda.workspace.services import drop_view, keep_view, rename_view


def company_id(request: HttpRequest) -> int | None:
    return getattr(getattr(request, "company", None), "pk", None)


def visible(base: str, request: HttpRequest) -> QuerySet[SavedView]:
    """A person's own views of a list, and those colleagues share."""
    mine = Q(user=request.user) | Q(shared=True)  # type: ignore[misc]
    return SavedView.objects.filter(mine, company_id=company_id(request), workspace=base).order_by(
        "name", "pk"
    )


def menu(workspace: Any, request: HttpRequest) -> list[dict[str, Any]]:
    """The views to choose from; one statement."""
    current = request.GET.get("view", "")
    path = reverse(workspace.name("list"))
    return [
        {
            "view": view,
            "url": f"{path}?{query_of(view)}",
            "current": str(view.pk) == current,
            "mine": view.user_id == request.user.pk,
            "change_url": reverse("view-change", args=[view.pk]),
            "drop_url": reverse("view-drop", args=[view.pk]),
        }
        for view in visible(workspace.base(), request)
    ]


def query_of(view: SavedView) -> str:
    """The parameters that show the list as it was kept."""
    given = QueryDict(view.query, mutable=True)
    given["view"] = str(view.pk)
    if view.columns:
        given["cols"] = ",".join(view.columns)
    return given.urlencode()


def opening_query(workspace: Any, request: HttpRequest) -> str:
    """The parameters the list opens with when the address has none."""
    mine = SavedView.objects.filter(
        user=request.user,
        company_id=company_id(request),
        workspace=workspace.base(),
        is_default=True,  # type: ignore[misc]
    )
    view = mine.first()
    return query_of(view) if view else ""


class KeepView(LoginRequiredMixin, View):
    """Keep the list as it is shown under a name."""

    permission_required = ""

    def post(self, request: HttpRequest, base: str) -> HttpResponse:
        workspace = registry.get(base)
        if workspace is None:
            raise Http404
        if not request.user.has_perm(workspace.permission("view")):  # type: ignore[union-attr]
            raise PermissionDenied
        given = QueryDict(request.POST.get("query", "")[:4000], mutable=True)
        columns = [name for one in given.pop("cols", []) for name in str(one).split(",") if name]
        for name in ("view", "page"):
            given.pop(name, None)
        name = request.POST.get("name", "").strip()
        path = reverse(workspace.name("list"))
        if not name:
            messages.error(request, _("Give the view a name."))
            return HttpResponseRedirect(f"{path}?{given.urlencode()}")
        view = keep_view(
            base,
            user=request.user,
            company_id=company_id(request),
            name=name,
            query=given.urlencode(),
            columns=columns,
            by=request.user.get_username(),
            is_default="is_default" in request.POST,
            shared="shared" in request.POST,
        )
        return HttpResponseRedirect(f"{path}?{query_of(view)}")


class ChangeView(LoginRequiredMixin, View):
    """Rename one's own view, open the list with it, share it."""

    permission_required = ""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view = get_object_or_404(SavedView, pk=pk, company_id=company_id(request), user=request.user)
        try:
            rename_view(
                view,
                user=request.user,
                name=request.POST.get("name", "").strip() or view.name,
                is_default="is_default" in request.POST,
                shared="shared" in request.POST,
                by=request.user.get_username(),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
        return HttpResponseRedirect(back(view))


class DropView(LoginRequiredMixin, View):
    """Forget one's own view."""

    permission_required = ""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        view = get_object_or_404(SavedView, pk=pk, company_id=company_id(request), user=request.user)
        workspace = registry.get(view.workspace)
        drop_view(view, user=request.user, by=request.user.get_username())
        return HttpResponseRedirect(reverse(workspace.name("list")) if workspace else "/")


def back(view: SavedView) -> str:
    workspace = registry.get(view.workspace)
    if workspace is None:
        return "/"
    return f"{reverse(workspace.name('list'))}?{query_of(view) or urlencode({'view': view.pk})}"
