"""Two clerks with the same files: each invoice once, each number once, none missing (R33)."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from ronda.billing.tests.firm import make_firm
from ronda.parties.models import Party
from ronda.purchases.tests.invoices import SELLER

pytestmark = pytest.mark.django_db(transaction=True)
CLIENT = "ronda.purchases.tests.receiving_client"
CLERKS, INVOICES = 2, 8


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a copy of a SQLite file")
def test_r33_two_clerks_at_once_take_in_and_number_each_invoice_once(tmp_path):
    firm = make_firm(tax_id="01234567897")
    Party.objects.create(company=firm, code="F1", name="Blu", tax_id=SELLER.tax_id, is_supplier=True)
    path = str(tmp_path / "race.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [path])
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR), "RONDA_VAR": str(tmp_path)}
    clerks = [
        subprocess.Popen(
            [sys.executable, "-m", CLIENT, path, str(firm.pk), str(INVOICES)],
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
    answers = [output.split() for output, _errors in told]
    assert sum(int(answer[0]) for answer in answers) == INVOICES
    numbers = [one for answer in answers for one in (answer[1:] or [""])[0].split(",") if one]
    assert sorted(numbers) == [f"{n}/2026" for n in range(1, INVOICES + 1)]
