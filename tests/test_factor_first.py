"""A program is not asked for the second factor that its person's role asks for."""

import pytest
from django.test import Client

from ronda.accounts.options import EVERYBODY, AccountOptions
from ronda.accounts.queries import factor_due
from ronda.api.tests.programs import key_of, make_owner
from ronda.company import options
from ronda.company.services import save_options


@pytest.mark.django_db
def test_a_token_opens_what_its_scopes_say_whatever_factor_the_role_asks_for():
    company, anna = make_owner()
    in_force = options.read(AccountOptions, company)
    values = {"attempts": in_force.attempts, "second_factor_for": (EVERYBODY,)}
    save_options(company, AccountOptions, values, by="anna")
    assert factor_due(anna)

    program = Client(headers={"Authorization": f"Bearer {key_of(company, anna)}"})

    assert program.get("/api/party/").status_code == 200
    session = Client()
    session.force_login(anna)
    assert session.get("/api/party/").json()["code"] == "accounts.second_factor"
