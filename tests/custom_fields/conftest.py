"""A company, and somebody who may do everything in it."""

import pytest

from tests.makers import make_company
from tests.test_every_workspace import log_in


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def owner(client, company):
    return log_in(client, company, grants_all=True)
