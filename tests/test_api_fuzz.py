"""Nothing that a program may send makes the API fail: a refusal is an answer, an error of ours (500) is not.

Every operation of the description is tried with random input, right and wrong; every list, form and action
with values that broke other programs. All on a small firm that is the same for each try.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from ronda.api.services import make_token
from ronda.company.models import Membership
from ronda.site import urls
from ronda.workspace.filters import as_filter
from tests.company_makers import make_company
from tests.makers import MAKERS

# Examples of one operation: input that its description admits, and input that it does not.
RIGHT, WRONG = 1, 1
JSON = "application/json"
KINDS = [one for one in urls.WORKSPACES if one.api]
NASTY = (
    10**30,
    -(2**63),
    "9" * 5000,
    "1E+400",
    "NaN",
    "a\x00b",
    "\ud800",
    "0001-01-01",
    "9999-12-31",
    [[]],
    {"id": {}},
)
NASTY_TEXTS = tuple(str(one).encode("utf-8", "surrogatepass") for one in NASTY)


@pytest.fixture
def program(db):
    """A program that may do everything in a firm with a record of each kind; their keys by resource."""
    company = make_company()
    records = {one.base(): MAKERS[one.__name__](company, n) for n, one in enumerate(KINDS, 10)}
    person = records["contract"].owner
    Membership.objects.filter(user=person).update(role=company.roles.filter(grants_all=True)[0])
    facts = {"name": "Fuzz", "scopes": ["*:write"], "expires_on": None}
    key = make_token(company, user=person, by=person.username, **facts)[1]
    client = Client(headers={"Authorization": f"Bearer {key}"}, raise_request_exception=False)
    logging.disable(logging.CRITICAL)
    yield client, {base: record.pk for base, record in records.items()}
    logging.disable(logging.NOTSET)


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done inside is undone: each example meets the same firm."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def told(client: Client, method: str, path: str, body: Any = None) -> list[str]:
    """The request, if it made the program fail."""
    sent = body if isinstance(body, bytes) else json.dumps(body)
    with taken_back():
        answer = client.generic(method, path, sent, content_type=JSON)
        if answer.streaming:  # the bytes of a file
            answer.close()
    return [f"{answer.status_code} {method} {path[:200]} {sent[:300]!r}"] if answer.status_code >= 500 else []


def operations() -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    for found in schema.get_all_operations():
        yield found.ok()


def failures_of(operation: Any, client: Client, keys: dict[str, int]) -> list[str]:
    """What random input made an operation answer 500 or above."""
    found: list[str] = []
    base = operation.path.split("/")[2]
    known = {"path_parameters": {"id": keys[base]}} if "{id}" in operation.path and base in keys else {}

    def attempt(case: Any) -> None:
        query = {name: value for name, value in (case.query or {}).items() if value is not None}
        path = f"{case.formatted_path}?{urlencode(query, doseq=True)}".rstrip("?")
        plain = isinstance(case.body, dict | list | str | int | float | bytes | None)
        found.extend(told(client, case.method, path, case.body if plain else {}))

    for mode, times in ((GenerationMode.POSITIVE, RIGHT), (GenerationMode.NEGATIVE, WRONG)):
        limits = settings(
            max_examples=times, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
        )
        limits(given(case=operation.as_strategy(generation_mode=mode, **known))(attempt))()
    return found


@pytest.mark.slow
def test_random_input_of_every_operation_meets_an_answer(program):
    failed = [line for one in operations() for line in failures_of(one, *program)]
    assert not failed, "\n".join(failed)


@pytest.mark.slow
@pytest.mark.postgres
def test_lists_take_any_value_of_any_parameter(program):
    client, _keys = program
    failed = []
    for n, workspace in enumerate(KINDS):
        names = ["q", "sort", "page_size"]
        for one in workspace.filters:
            names += as_filter(workspace.model, one).parameters
        for value in NASTY_TEXTS[n % 2 :: 2]:
            path = reverse(f"api-{workspace.base()}-list")
            failed += told(client, "GET", f"{path}?{urlencode(dict.fromkeys(names, value))}")
    for value in NASTY_TEXTS:
        failed += told(client, "GET", f"/api/party/?{urlencode({'page': value})}")
    assert not failed, "\n".join(failed)


@pytest.mark.slow
@pytest.mark.postgres
def test_forms_and_actions_take_any_value_of_any_field(program):
    client, keys = program
    failed = []
    for workspace in KINDS:
        one = reverse(f"api-{workspace.base()}-detail", args=[keys[workspace.base()]])
        forms = [("POST", f"{one}{action.code}/", action.form) for action in workspace.all_actions()]
        if workspace.form_class:
            forms.append(("PATCH", one, workspace.form_class))
        for n, (method, path, form) in enumerate(forms):
            names = [*(form.base_fields if form else ()), "confirmed"]
            rows = [inline.name for inline in workspace.inlines] if method == "PATCH" else []
            for value in NASTY[n % 3 :: 3]:
                given_rows = {name: [{"id": value}] for name in rows}
                failed += told(client, method, path, {**dict.fromkeys(names[:-1], value), **given_rows})
            failed += told(client, method, path, {"confirmed": ["x", 1]})
            failed += told(client, method, path, NASTY[-2])
    assert not failed, "\n".join(failed)


@pytest.mark.slow
@pytest.mark.postgres
def test_each_field_alone_takes_any_value(program):
    client, keys = program
    failed = []
    for workspace in KINDS:
        if workspace.form_class:
            path = reverse(f"api-{workspace.base()}-detail", args=[keys[workspace.base()]])
            for n, name in enumerate(workspace.form_class.base_fields):
                failed += told(client, "PATCH", path, {name: NASTY[n % len(NASTY)]})
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("pk", [0, 2**63 - 1, 2**63, 10**30])
def test_a_key_that_no_record_can_have_is_not_found(program, pk):
    client, _keys = program
    for workspace in KINDS:
        assert client.get(f"/api/{workspace.base()}/{pk}/").status_code == 404
