import pytest

from ronda.company.models import Membership, Role, User
from ronda.company.services import create_company
from ronda.company.services.settings import save_options
from ronda.parties.models import Place, Postcode
from ronda.parties.options import PartyOptions


@pytest.fixture
def company(db):
    return create_company(name="Aria Srl", country="IT", by="test", language="en")


@pytest.fixture
def choose(company):
    """`choose(mandatory=["phone"])`: the company's options."""

    def choose(**values):
        save_options(company, PartyOptions, values, by="test")

    return choose


@pytest.fixture
def anna(company, client):
    """Someone who may do everything, logged in."""
    user = User.objects.create_user("anna", language="en")
    role = Role.objects.get(company=company, code="owner")
    Membership.objects.create(user=user, company=company, role=role, is_default=True)
    client.force_login(user)
    return user


def place(country, code, name, province, postcodes, *, point=("45.1", "9.2"), other="", population=1000):
    made = Place.objects.create(
        country=country,
        code=code,
        name=name,
        other_name=other,
        key=name.lower(),
        other_key=other.lower(),
        province=province,
        postcodes=" ".join(postcodes),
        latitude=point[0],
        longitude=point[1],
        population=population,
    )
    for one in postcodes:
        Postcode.objects.create(place=made, country=country, code=one)
    return made


@pytest.fixture
def places(db):
    return [
        place("IT", "1", "Bergamo", "BG", ["24121", "24122"], point=("45.69", "9.67"), population=120_000),
        place("IT", "2", "Seriate", "BG", ["24068"], point=("45.68", "9.72"), population=25_000),
        place("IT", "3", "Bolzano", "BZ", ["39100"], point=("46.49", "11.34"), other="Bozen"),
        place("IT", "4", "Samone", "TO", ["10010"], point=("45.4", "7.8")),
        place("IT", "5", "Samone", "TN", ["38059"], point=("46.0", "11.5")),
        place("FR", "6", "Bergerac", "24", ["24100"], point=("44.85", "0.48"), population=27_000),
    ]
