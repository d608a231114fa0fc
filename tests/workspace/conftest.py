import pytest
from django.contrib.auth import get_user_model

from ronda.company.models import Company, Membership, Role
from ronda.workspace.registry import registry
from tests.workspace import workspaces


@pytest.fixture
def mounted(settings, monkeypatch):
    """The throw-away workspaces, mounted for one test."""
    monkeypatch.setattr(registry, "_by_base", {one.base(): one for one in workspaces.WORKSPACES})
    settings.ROOT_URLCONF = "tests.workspace.workspaces"
    workspaces.RUN.clear()


@pytest.fixture
def company(db):
    return Company.objects.create(name="Aria Srl", country="IT", language="en")


@pytest.fixture
def other_company(db):
    return Company.objects.create(name="Altra Srl", country="IT", language="en")


def member_of(company, username, **role):
    user = get_user_model().objects.create_user(username)
    made, _made = Role.objects.get_or_create(company=company, name=f"{username}'s role", defaults=role)
    Membership.objects.create(user=user, company=company, role=made, is_default=True)
    return user


@pytest.fixture
def anna(company):
    """Someone who may do everything in the company."""
    return member_of(company, "anna", grants_all=True)


@pytest.fixture
def page(client, anna, mounted):
    """Anna's browser."""
    client.force_login(anna)
    return client
