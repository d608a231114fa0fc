"""A second clerk in a process of his own: `python -m … DATABASE PACKAGE TIMES` uses one unit so often.

Starts at a line on stdin and says how many uses were recorded. The database is a file of SQLite.
"""

import os
import sys
from datetime import date
from decimal import Decimal

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "ronda.site.settings"
    os.environ["RONDA_DB"] = sys.argv[1]
    django.setup()

    # Models exist only once Django is set up.
    from ronda.packages.models import Package
    from ronda.packages.services import NotEnoughLeft, use

    package, recorded = Package.objects.get(pk=int(sys.argv[2])), 0
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for _n in range(int(sys.argv[3])):
        try:
            use(package, None, Decimal(1), on=date(2026, 3, 2), by="clerk")
        except NotEnoughLeft:
            continue
        recorded += 1
    sys.stdout.write(f"{recorded}\n")
