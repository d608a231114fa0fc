from decimal import Decimal

import pytest

from ronda.company.services import create_company
from ronda.parties.models import PaymentMethod
from ronda.payments.tests.makers import new_party


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
def euros():
    return Decimal
