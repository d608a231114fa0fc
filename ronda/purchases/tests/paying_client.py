"""A second clerk in a process of his own: `python -m … DATABASE PAYABLE TIMES` pays 10 of a payable.

Starts at a line on stdin and says how many payments were recorded.
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
    from ronda.accounting.models import Account
    from ronda.purchases.models import Payable
    from ronda.purchases.services import MoreThanLeft, pay

    payable, recorded = Payable.objects.select_related("supplier").get(pk=int(sys.argv[2])), 0
    bank = Account.objects.get(company=payable.company_id, role="bank")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for _n in range(int(sys.argv[3])):
        try:
            pay(payable.supplier, [(payable, Decimal(10))], date=date(2026, 4, 30), account=bank, by="clerk")
        except MoreThanLeft:
            break
        recorded += 1
    sys.stdout.write(f"{recorded}\n")
