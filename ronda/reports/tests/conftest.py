import pytest

from ronda.company.models import Membership, Role, User
from ronda.reports.tests import firm


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    """Printed files go where the test ends."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def company(db):
    return firm.italian_firm()


@pytest.fixture
def french(db):
    return firm.french_firm()


@pytest.fixture
def invoice(company):
    return firm.issued(firm.payer(company), firm.lines(company, 2))


@pytest.fixture
def page(client, company):
    """A browser of somebody who may do everything in the company."""
    client.force_login(join(company, "owner"))
    return client


def join(company, role):
    user = User.objects.create_user(f"{role}-{company.pk}", language="en")
    known = Role.objects.get(company=company, code=role)
    Membership.objects.create(user=user, company=company, role=known, is_default=True)
    return user
