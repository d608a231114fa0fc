from dataclasses import fields
from datetime import UTC, datetime

import pytest

from ronda.accounts.options import AccountOptions
from ronda.company.models import Membership, Role, User
from ronda.company.services import create_company, save_options

PASSWORD = "girasole-47"
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def company(db):
    return create_company(name="Aria Srl", country="IT", by="", email="studio@aria.example")


@pytest.fixture
def other_company(db):
    return create_company(name="Altra Sarl", country="FR", by="", email="bureau@altra.example")


@pytest.fixture
def join(company):
    """`join("carla", "read_only")`: a person with a role and the password of these tests."""

    def made(username, role="read_only", at=None):
        at = at or company
        user = User.objects.filter(username=username).first()
        if user is None:
            user = User.objects.create_user(username, password=PASSWORD, language="en")
        first = not user.memberships.exists()
        of_role = Role.objects.get(company=at, code=role)
        Membership.objects.create(user=user, company=at, role=of_role, is_default=first)
        return user

    return made


@pytest.fixture
def anna(join):
    """The owner."""
    return join("anna", "owner")


@pytest.fixture
def carla(join):
    """Somebody who only reads."""
    return join("carla")


@pytest.fixture
def rule(company):
    """`rule(attempts=3)`: options of the company."""

    def save(at=None, **values):
        from ronda.company import options  # noqa: PLC0415 -- after the database is there

        in_force = options.read(AccountOptions, at or company)
        known = {field.name: getattr(in_force, field.name) for field in fields(AccountOptions)}
        save_options(at or company, AccountOptions, known | values, by="")

    return save


@pytest.fixture
def sign_in(client):
    def post(username, password=PASSWORD, **more):
        return client.post("/login/", {"username": username, "password": password, **more})

    return post


def member(user):
    return user.memberships.get()
