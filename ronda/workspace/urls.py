"""Addresses: the pages of the mounted workspaces, and the small services of the shell.

urlpatterns = [*mount(WORKSPACES), *shell_urls()]
path("api/", include(mount_api(WORKSPACES)))        # ronda.workspace.rest
"""

from collections.abc import Sequence

from django.urls import URLPattern, path

from ronda.workspace import endpoints, views_kept
from ronda.workspace.acting import ActionPage
from ronda.workspace.declare import Workspace
from ronda.workspace.export import ExportView
from ronda.workspace.pages import DetailPage, ListPage
from ronda.workspace.registry import registry
from ronda.workspace.saving import AddPage, EditPage


def mount(workspaces: Sequence[type[Workspace]]) -> list[URLPattern]:
    """The pages of each workspace, and its place in the registry."""
    registry.add(workspaces)
    return [url for workspace in workspaces for url in urls_of(workspace)]


def urls_of(workspace: type[Workspace]) -> list[URLPattern]:
    """List, detail, form, export and action pages of one workspace."""
    base = workspace.base()
    list_view = workspace.list_view or ListPage
    detail_view = workspace.detail_view or DetailPage
    found = [
        path(f"{base}/", list_view.as_view(workspace=workspace), name=workspace.name("list")),
        path(f"{base}/<int:pk>/", detail_view.as_view(workspace=workspace), name=workspace.name("detail")),
    ]
    if workspace.form_class:
        add_view, edit_view = workspace.add_view or AddPage, workspace.edit_view or EditPage
        found += [
            path(f"{base}/new/", add_view.as_view(workspace=workspace), name=workspace.name("add")),
            path(
                f"{base}/<int:pk>/edit/", edit_view.as_view(workspace=workspace), name=workspace.name("edit")
            ),
        ]
    if workspace.export:
        found.append(
            path(f"{base}/export/", ExportView.as_view(workspace=workspace), name=workspace.name("export"))
        )
    action_view = workspace.action_view or ActionPage
    found += [
        path(
            f"{base}/do/{action.code}/",
            action_view.as_view(workspace=workspace, action=action),
            name=workspace.name(action.code),
        )
        for action in workspace.all_actions()
    ]
    return found


def shell_urls() -> list[URLPattern]:
    """Palette, record look-up, saved views, language and theme."""
    return [
        path("palette/", endpoints.Palette.as_view(), name="palette"),
        path("lookup/<str:label>/", endpoints.Lookup.as_view(), name="lookup"),
        path("views/keep/<slug:base>/", views_kept.KeepView.as_view(), name="view-keep"),
        path("views/<int:pk>/change/", views_kept.ChangeView.as_view(), name="view-change"),
        path("views/<int:pk>/drop/", views_kept.DropView.as_view(), name="view-drop"),
        path("language/", endpoints.choose_language, name="set-language"),
        path("theme/", endpoints.choose_theme, name="set-theme"),
    ]
