"""What the tests of the API share: a firm, its people, and programs that call it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from ronda.api.services import make_token
from ronda.company.models import Company, Membership, Role
from tests.company_makers import make_company

JSON = "application/json"
NEW = {"name": "Bianchi"}


def make_person(company: Company, username: str, *permissions: Any, **role: Any) -> Any:
    """Someone who works in the company with a role of these permissions."""
    user = get_user_model().objects.create_user(username)
    made = Role.objects.create(company=company, name=f"role of {username}", **role)
    made.permissions.set(permissions)
    Membership.objects.create(user=user, company=company, role=made, is_default=True)
    return user


def make_owner(name: str = "Aria Srl", username: str = "anna") -> tuple[Company, Any]:
    company = make_company(name)
    return company, make_person(company, username, grants_all=True)


def key_of(company: Company, user: Any, *scopes: str, **facts: Any) -> str:
    """The key of a new token; without scopes it may do everything its person may."""
    given = {"name": "Till", "expires_on": None, "by": user.username, **facts}
    return make_token(company, user=user, scopes=scopes or ("*:write",), **given)[1]


class Program:
    """Another program with a key: JSON in and out."""

    def __init__(self, key: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {key}"})

    def get(self, url: str, **given: Any) -> Any:
        return self.client.get(url, given)

    def post(self, url: str, facts: Any, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(url, facts, content_type=JSON, headers=sent)


def twelve_at_once(key: str) -> list[list[Any]]:
    """The same write from twelve threads with one idempotency key: [status, replayed, body] of each."""
    start = threading.Barrier(12)

    def write(_n: int) -> list[Any]:
        program = Program(key)
        start.wait()
        try:
            answer = program.post("/api/party/", NEW, Idempotency_Key="one")
            return [answer.status_code, answer.get("Idempotency-Replayed", ""), answer.json()]
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        return list(pool.map(write, range(12)))
