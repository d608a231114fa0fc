import pytest

from ronda.company.models import Membership, Role, User
from ronda.company.services import create_company
from ronda.parties.models import PaymentMethod
from ronda.payments.tests.makers import new_party
from ronda.workspace.registry import registry


@pytest.fixture
def company(db):
    return create_company(name="Aria Srl", country="IT", by="anna")


@pytest.fixture
def party(company):
    return new_party(company)


@pytest.fixture
def transfer(company):
    return PaymentMethod.objects.filter(company=company, account_role="bank").order_by("pk")[0]


@pytest.fixture
def due_of():
    """`due_of(document)`: its only due date, as stored."""

    def find(document):
        return document.instalments.get()

    return find


@pytest.fixture
def mount(settings, monkeypatch):
    """`mount(module)`: the screens of a URL configuration, for one test."""

    def mount(module):
        monkeypatch.setattr(registry, "_by_base", {one.base(): one for one in module.WORKSPACES})
        settings.ROOT_URLCONF = module.__name__

    return mount


@pytest.fixture
def anna(company):
    """Someone who may do everything in the company."""
    return join(company, "owner", "anna")


@pytest.fixture
def viewer(company):
    """Someone who may look at everything and do nothing."""
    return join(company, "read_only", "vera")


def join(company, role, username):
    user = User.objects.create_user(username, language="en")
    role = Role.objects.get(company=company, code=role)
    Membership.objects.create(user=user, company=company, role=role, is_default=True)
    return user
