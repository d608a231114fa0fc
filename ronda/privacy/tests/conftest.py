from datetime import UTC, datetime

import pytest

from ronda.company.services import create_company
from ronda.parties.services import create_party

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _places_apart(settings, tmp_path):
    """Files and the list kept beside the database go to a folder of the test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAR = tmp_path / "var"


@pytest.fixture
def company(db):
    return create_company(name="Aria Srl", country="IT", by="anna")


@pytest.fixture
def party(company):
    return create_party(
        company,
        name="Mario Bianchi Esposito",
        by="anna",
        kind="person",
        street="Via Garibaldi 7",
        city="Bergamo",
        email="mario@esposito.example",
        phone="+39 035 123456",
    )


@pytest.fixture
def now():
    return NOW
