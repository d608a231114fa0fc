"""A second clerk in a process of his own: `python -m … DATABASE COMPANY FIRST LAST` takes in and registers.

Starts at a line on stdin and says how many invoices were taken in, and which numbers were given.
"""

import os
import sys
from datetime import date

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "ronda.site.settings"
    os.environ["RONDA_DB"] = sys.argv[1]
    django.setup()

    # Models exist only once Django is set up.
    from ronda.company.models import Company
    from ronda.purchases.services import AlreadyReceived, register, take_in
    from ronda.purchases.tests.invoices import content, invoice

    company, taken, numbers = Company.objects.get(pk=int(sys.argv[2])), 0, []
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for n in range(int(sys.argv[3])):
        facts = invoice(number=str(n))
        try:
            one = take_in(company, facts, content(facts), by="clerk")
        except AlreadyReceived:
            continue
        taken += 1
        numbers.append(register(one, on=date(2026, 3, 31), by="clerk").protocol)
    sys.stdout.write(f"{taken} {','.join(numbers)}\n")
