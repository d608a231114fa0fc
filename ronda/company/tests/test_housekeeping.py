"""What the night does for the database."""

import pytest
from django.db import connection

from ronda.company.models import Company
from ronda.company.services.housekeeping import take_stock

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts its rows by itself")
def test_sqlite_knows_how_its_tables_are_filled():
    Company.objects.bulk_create(Company(name=f"Firm {n}", country="IT") for n in range(3))

    take_stock()

    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = %s LIMIT 1", [Company._meta.db_table])
        assert cursor.fetchone()[0].split()[0] == "3"
