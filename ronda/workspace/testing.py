"""What every list, detail, form, export and API resource must do, checked for any workspace.

Used by tests/test_every_workspace.py with MAKERS: workspace name to a function `(company, n)` that
builds one record of the company, the n-th; texts of different records must differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ronda.workspace.declare import Workspace

Maker = Callable[[Any, int], Any]


def maker_of(workspace: type[Workspace], makers: Mapping[str, Maker]) -> Maker:
    """The maker of a workspace's records; a clear failure for a workspace without one."""
    if workspace.__name__ not in makers:
        raise AssertionError(f"add a maker for {workspace.__name__} to tests/makers.py")
    return makers[workspace.__name__]


def queries_of(client: Client, url: str) -> int:
    """How many statements a page takes; it must answer 200."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
        assert response.status_code == 200, f"{url} answered {response.status_code}"
    return len(queries)


def check_constant_queries(workspace: type[Workspace], maker: Maker, client: Client, company: Any) -> None:
    """The list takes as many statements for ten more rows as for the first ones, and so does the API."""
    pages = [reverse(workspace.name("list"))]
    if workspace.api:
        pages.append(reverse(f"api-{workspace.base()}-list"))
    maker(company, 0)
    maker(company, 1)
    for url in pages:
        queries_of(client, url)
    few = [queries_of(client, url) for url in pages]
    for n in range(2, 12):
        maker(company, n)
    many = [queries_of(client, url) for url in pages]
    assert few == many, f"{workspace.__name__}: {few} statements for two rows, {many} for twelve"


def check_permission(workspace: type[Workspace], maker: Maker, client: Client, company: Any) -> None:
    """A person of the company without permission reads 403 on every page and in the API."""
    record = maker(company, 1)
    for url in addresses(workspace, record):
        status = client.get(url).status_code
        assert status == 403, f"{url} answered {status} to a person without permission"


def check_strangers(workspace: type[Workspace], maker: Maker, company: Any) -> None:
    """Someone who has not logged in is sent to the login page, or refused in the API."""
    record = maker(company, 1)
    for url in addresses(workspace, record):
        response = Client().get(url)
        assert response.status_code in (302, 401, 403), f"{url} answered {response.status_code} to a stranger"


def check_other_company(
    workspace: type[Workspace], maker: Maker, client: Client, company: Any, other: Any
) -> None:
    """A record of another company is on no list and answers 404, page by page."""
    own, foreign = maker(company, 1), maker(other, 77)
    assert client.get(reverse(workspace.name("detail"), args=[own.pk])).status_code == 200
    for url in addresses(workspace, foreign):
        if f"/{foreign.pk}/" in url:
            status = client.get(url).status_code
            assert status == 404, f"{url} answered {status} for a record of another company"
    for action in workspace.all_actions():
        url = f"{reverse(workspace.name(action.code))}?id={foreign.pk}"
        status = client.get(url).status_code
        assert status == 404, f"{url} answered {status} for a record of another company"
    page = client.get(reverse(workspace.name("list"))).content.decode()
    assert reverse(workspace.name("detail"), args=[own.pk]) in page
    assert reverse(workspace.name("detail"), args=[foreign.pk]) not in page


def check_pages_open(workspace: type[Workspace], maker: Maker, client: Client, company: Any) -> None:
    """Every page opens, for one record and for an empty list; the record's name is on its page."""
    empty = client.get(reverse(workspace.name("list")))
    assert empty.status_code == 200
    record = maker(company, 1)
    page = client.get(reverse(workspace.name("detail"), args=[record.pk]))
    assert str(record) in page.context["object"].__str__()
    for tab in workspace.all_tabs():
        url = f"{reverse(workspace.name('detail'), args=[record.pk])}?tab={tab.code}"
        assert client.get(url).status_code == 200, url
    for url in addresses(workspace, record):
        status = client.get(url).status_code
        allowed = (200, 404) if url.endswith("/edit/") and workspace.may_edit else (200,)
        assert status in allowed, f"{url} answered {status}"
    for action in workspace.all_actions():
        url = f"{reverse(workspace.name(action.code))}?id={record.pk}"
        assert client.get(url).status_code == 200, url


def check_every_column_and_filter(
    workspace: type[Workspace], maker: Maker, client: Client, company: Any
) -> None:
    """Sorting by each column both ways, all columns at once, odd filter values: nothing breaks."""
    maker(company, 1)
    url = reverse(workspace.name("list"))
    # As htmx asks: the list itself, without the frame of the page around it each time.
    asked = {"HX-Request": "true", "HX-Target": "listing"}
    for column in workspace.columns:
        for sort in (column.name, f"-{column.name}"):
            assert client.get(url, {"sort": sort}, headers=asked).status_code == 200, sort
    everything = ",".join(column.name for column in workspace.columns)
    assert client.get(url, {"cols": everything, "q": "a'%_ \\", "page": "99999999999"}).status_code == 200
    for one in workspace.filters:
        name = one if isinstance(one, str) else one.name
        for value in ("1", "x", "this_month", "99999999999999999999"):
            given = {name: value, f"{name}_from": value, f"{name}_to": value}
            assert client.get(url, given, headers=asked).status_code == 200, given
    if workspace.export:
        export = reverse(workspace.name("export"))
        assert client.get(export, {"cols": everything}).status_code == 200


def addresses(workspace: type[Workspace], record: Any) -> list[str]:
    """The addresses of a workspace's pages and resources that answer GET."""
    found = [reverse(workspace.name("list")), reverse(workspace.name("detail"), args=[record.pk])]
    if workspace.form_class:
        if workspace.may_add:
            found.append(reverse(workspace.name("add")))
        found.append(reverse(workspace.name("edit"), args=[record.pk]))
    if workspace.export:
        found.append(reverse(workspace.name("export")))
    if workspace.api:
        found.append(reverse(f"api-{workspace.base()}-list"))
        found.append(reverse(f"api-{workspace.base()}-detail", args=[record.pk]))
    return found


def person(username: str) -> Any:
    """An account without any permission."""
    return get_user_model().objects.create_user(username)
