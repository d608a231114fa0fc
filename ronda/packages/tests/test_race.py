"""Uses at the same time: ten of ten, never eleven (R53)."""

import os
import subprocess
import sys
import threading
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection

from ronda.billing.tests.firm import make_account, make_firm, make_item, vat_code
from ronda.packages.models import Package
from ronda.packages.services import NotEnoughLeft, Offer, OfferLine, sell, use

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)
CLIENT = "ronda.packages.tests.race_client"
CLERKS, TIMES = 3, 6


@pytest.fixture
def ten():
    firm = make_firm()
    offer = Offer("Ten", Decimal(450), vat_code(firm), [OfferLine(make_item(firm), Decimal(10))])
    return sell(make_account(firm), offer, on=DAY, by="anna", bill=False)


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="a copy of a SQLite file; threads do it on PostgreSQL"
)
def test_r53_three_processes_take_ten_of_ten_on_sqlite(ten, tmp_path):
    path = str(tmp_path / "race.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [path])
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR), "RONDA_VAR": str(tmp_path)}
    clerks = [
        subprocess.Popen(
            [sys.executable, "-m", CLIENT, path, str(ten.pk), str(TIMES)],
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
def test_r53_six_threads_take_ten_of_ten_on_postgresql(ten):
    recorded = []

    def take():
        try:
            for _n in range(TIMES):
                use(ten, None, Decimal(1), on=DAY, by="clerk")
                recorded.append(1)
        except NotEnoughLeft:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(recorded) == 10
    assert sum(entry.quantity for entry in Package.objects.get().entries.all()) == 0
