"""Several clerks pay the same payable at once: never more than is due."""

import os
import subprocess
import sys
import threading
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection

from ronda.accounting.models import Account
from ronda.billing.tests.firm import make_firm
from ronda.parties.models import Party
from ronda.purchases.models import Payable, SupplierPayment
from ronda.purchases.services import MoreThanLeft, pay, register, take_in
from ronda.purchases.tests.invoices import SELLER, content, invoice, line

pytestmark = pytest.mark.django_db(transaction=True)
CLIENT = "ronda.purchases.tests.paying_client"
DAY = date(2026, 4, 30)
CLERKS, TIMES = 3, 8


@pytest.fixture
def payable():
    """100.00 to pay."""
    firm = make_firm(tax_id="01234567897")
    Party.objects.create(company=firm, code="F1", name="Blu", tax_id=SELLER.tax_id, is_supplier=True)
    facts = invoice(line("100.00", "0", "N4"))
    one = register(take_in(firm, facts, content(facts), by="anna"), on=date(2026, 3, 31), by="anna")
    return one.payables.get()


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="a copy of a SQLite file; threads do it on PostgreSQL"
)
def test_three_processes_pay_ten_tenths_of_a_payable_on_sqlite(payable, tmp_path):
    path = str(tmp_path / "race.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [path])
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR), "RONDA_VAR": str(tmp_path)}
    clerks = [
        subprocess.Popen(
            [sys.executable, "-m", CLIENT, path, str(payable.pk), str(TIMES)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _n in range(CLERKS)
    ]
    ready = [clerk.stdout.readline() for clerk in clerks]
    if ready != ["ready\n"] * CLERKS:
        pytest.fail("\n".join(clerk.communicate()[1] for clerk in clerks))
    for clerk in clerks:
        clerk.stdin.write("go\n")
        clerk.stdin.flush()
    told = [clerk.communicate(timeout=60) for clerk in clerks]

    assert [clerk.returncode for clerk in clerks] == [0] * CLERKS, told
    assert sum(int(recorded) for recorded, _errors in told) == 10


@pytest.mark.postgres(only=True)
def test_six_threads_pay_ten_tenths_of_a_payable_on_postgresql(payable):
    bank = Account.objects.get(company=payable.company_id, role="bank")
    recorded = []

    def clerk():
        try:
            for _n in range(TIMES):
                pay(payable.supplier, [(payable, Decimal(10))], date=DAY, account=bank, by="clerk")
                recorded.append(1)
        except MoreThanLeft:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=clerk) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recorded) == SupplierPayment.objects.count() == 10
    assert Payable.objects.get().is_settled
