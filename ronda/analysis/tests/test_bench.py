"""The bench runs; its figures are told, not asserted."""

import pytest
from django.utils import timezone

from ronda.analysis.bench import add_contracts, measure
from ronda.analysis.pages import PAGES
from ronda.billing.tests.firm import log_in, make_account, make_firm, make_item

pytestmark = pytest.mark.django_db


def test_the_bench_computes_and_opens_every_page(client):
    firm = make_firm()
    make_item(firm)
    log_in(client, firm, everything=True)
    add_contracts(firm, make_account(firm), 20, on=timezone.localdate())

    found = measure(20, rounds=1)

    assert found["lines"] == 40
    assert set(found["pages_ms"]) == set(PAGES)
    assert found["figures"] > 24
