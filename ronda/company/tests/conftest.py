import pytest

from ronda.company.models import Membership, Role, User
from ronda.company.services import create_company


@pytest.fixture
def company(db):
    return create_company(name="Aria Srl", country="IT", by="anna")


@pytest.fixture
def other_company(db):
    return create_company(name="Altra Sarl", country="FR", by="zoe")


@pytest.fixture
def member_of():
    """`member_of(company, "accountant", username="carla")`: a person with that role, and only that."""

    def join(company, role, username="anna"):
        user = User.objects.filter(username=username).first() or User.objects.create_user(username)
        first = not user.memberships.exists()
        role = Role.objects.get(company=company, code=role)
        Membership.objects.create(user=user, company=company, role=role, is_default=first)
        return user

    return join


@pytest.fixture
def at_desk(client):
    """`at_desk(user)`: the browser of that person, signed in."""

    def sit(user):
        client.force_login(user)
        return client

    return sit


@pytest.fixture(autouse=True)
def _files_apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
