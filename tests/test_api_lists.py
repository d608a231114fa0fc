"""Every list of the API: pages that neither repeat nor skip, sizes honoured, both orders, filters obeyed."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user_model
from django.db import models
from django.urls import reverse

from ronda.company.models import Membership
from ronda.site import urls
from ronda.workspace.declare import Workspace
from ronda.workspace.filters import ChoiceFilter, RangeFilter, RelationFilter, as_filter
from ronda.workspace.paths import field_at
from tests.makers import MAKERS, OF_THE_INSTALLATION, make_company

pytestmark = pytest.mark.django_db
LISTS = [one for one in urls.WORKSPACES if one.api]
every_list = pytest.mark.parametrize("workspace", LISTS, ids=lambda one: one.__name__)
AFTER_ALL = "2999-12-31"


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def program(client, company, workspace):
    """Who may read everything in the company."""
    user = get_user_model().objects.create_user("anna")
    user.is_superuser = workspace.__name__ in OF_THE_INSTALLATION
    user.save()
    role = company.roles.filter(grants_all=True)[0]
    Membership.objects.create(user=user, company=company, role=role, is_default=True)
    client.force_login(user)
    return client


@pytest.fixture
def records(workspace, company, program) -> list[Any]:
    return [MAKERS[workspace.__name__](company, n) for n in (1, 2, 3)]


def ask(client: Any, workspace: type[Workspace], **given: Any) -> dict[str, Any]:
    answer = client.get(f"{reverse(f'api-{workspace.base()}-list')}?{urlencode(given, doseq=True)}")
    assert answer.status_code == 200, answer.content
    return dict(json.loads(answer.content))


def keys_of(client: Any, workspace: type[Workspace], **given: Any) -> list[int]:
    return [row["id"] for row in ask(client, workspace, page_size=500, **given)["results"]]


def page_by_page(client: Any, workspace: type[Workspace], **given: Any) -> Iterator[int]:
    number = 1
    while number:
        page = ask(client, workspace, page=number, page_size=1, **given)
        assert len(page["results"]) == 1
        yield from (row["id"] for row in page["results"])
        number = number + 1 if page["next"] else 0


@every_list
def test_pages_and_orders_neither_repeat_nor_skip_records(workspace, program, records):
    whole = keys_of(program, workspace)
    assert {record.pk for record in records} <= set(whole)
    assert list(page_by_page(program, workspace)) == whole
    assert ask(program, workspace, page_size=2)["count"] == len(whole)
    assert len(ask(program, workspace, page_size=2)["results"]) == 2
    for column in workspace.columns:
        for order in (column.name, f"-{column.name}"):
            assert sorted(keys_of(program, workspace, sort=order)) == sorted(whole), order


@every_list
def test_what_a_list_does_not_understand_is_refused_and_not_passed_over(workspace, program):
    url = reverse(f"api-{workspace.base()}-list")
    assert program.get(f"{url}?page=4000").status_code == 404
    wrong = {"stauts": "x", "sort": "nothing"}
    wrong |= dict.fromkeys(parameters_of(workspace), "?!")
    for name, value in wrong.items():
        answer = program.get(url, {name: value})
        assert (answer.status_code, list(json.loads(answer.content))) == (400, [name])


@every_list
def test_filters_keep_what_fits_and_leave_out_the_rest(workspace, program, records):
    record = workspace.model._default_manager.get(pk=records[0].pk)
    for declared in workspace.filters:
        one = as_filter(workspace.model, declared)
        value = value_at(record, one.name)
        if value is None:
            continue
        if isinstance(one, RangeFilter):
            check_range(program, workspace, one, record)
        elif isinstance(one, ChoiceFilter | RelationFilter):
            found = keys_of(program, workspace, **{one.name: value})
            assert record.pk in found, f"{one.name}={value}"
            assert all(value_at_key(workspace, key, one.name) == value for key in found), one.name


def check_range(client: Any, workspace: type[Workspace], one: RangeFilter, record: Any) -> None:
    """From the value to the value finds the record; a range after everything finds nothing."""
    field = field_at(workspace.model, one.name)
    if isinstance(field, models.DateField):
        day = value_at(record, one.name)
        day = day.date() if isinstance(field, models.DateTimeField) else day
        lowest, highest, beyond = day.isoformat(), day.isoformat(), AFTER_ALL
    else:
        lowest = highest = str(value_at(record, one.name))
        beyond = "99999999"
    start, end = f"{one.name}_from", f"{one.name}_to"
    assert record.pk in keys_of(client, workspace, **{start: lowest, end: highest}), one.name
    assert record.pk not in keys_of(client, workspace, **{start: beyond}), one.name


def parameters_of(workspace: type[Workspace]) -> list[str]:
    return [name for one in workspace.filters for name in as_filter(workspace.model, one).parameters]


def value_at(record: Any, path: str) -> Any:
    """What a record holds along a path of plain fields; None where the path is no such."""
    for name in path.split("__"):
        if record is None or name not in {field.name for field in record._meta.concrete_fields}:
            return None
        record = getattr(record, name)
    return record.pk if isinstance(record, models.Model) else record


def value_at_key(workspace: type[Workspace], key: int, path: str) -> Any:
    return value_at(workspace.model._default_manager.get(pk=key), path)
