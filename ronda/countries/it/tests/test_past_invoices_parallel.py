"""Two imports of the same invoices at once, each on a connection of its own."""

import threading

import pytest
from django.db import connection

from ronda.billing.tests.firm import make_firm
from ronda.catalogue.models import Item
from ronda.company.models import ImportedSource
from ronda.contracts.models import ContractProposal
from ronda.countries.it.services import import_invoices
from ronda.countries.it.tests.test_past_invoices import OWN_NUMBER, save, year_of
from ronda.parties.models import Party

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres(only=True)]


def test_two_imports_at_once_make_everything_once(tmp_path):
    firm = make_firm(tax_id=OWN_NUMBER)
    folder = save(tmp_path / "in", year_of("Canone", 1))
    outcomes, raised = [], []

    def work():
        try:
            outcomes.append(import_invoices(firm, folder, by="anna"))
        except Exception as error:  # noqa: BLE001 -- told to the test below
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert raised == []
    counts = [model.objects.count() for model in (Party, Item, ImportedSource, ContractProposal)]
    assert counts == [1, 1, 12, 1]
    assert sum(one.customers for one in outcomes) == 1
