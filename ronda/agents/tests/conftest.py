import pytest

from ronda.billing.tests.firm import make_account, make_firm


@pytest.fixture
def firm():
    return make_firm()


@pytest.fixture
def account(firm):
    return make_account(firm)
