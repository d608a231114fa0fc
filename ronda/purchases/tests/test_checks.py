"""Self-audit: nothing is found in what the services wrote, and what was changed behind them is."""

from datetime import date

import pytest
from django.utils import timezone

from ronda.accounting.models import JournalEntry, JournalLine
from ronda.billing.tests.firm import make_firm
from ronda.company.checking import Look, checks
from ronda.parties.models import Party
from ronda.purchases.models import Payable, Registration
from ronda.purchases.services import register, take_in, unregister
from ronda.purchases.tests.invoices import DAY, SELLER, content, credit_note, invoice

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 31)


@pytest.fixture
def firm():
    return make_firm(tax_id="01234567897")


@pytest.fixture
def supplier(firm):
    return Party.objects.create(company=firm, code="F1", name="Blu", tax_id=SELLER.tax_id, is_supplier=True)


def take(firm, facts=None, **changes):
    facts = facts or invoice(**changes)
    return take_in(firm, facts, content(facts), by="anna")


def findings(firm):
    look = Look(company_id=firm.pk, now=timezone.now())
    mine = [check for check in checks() if check.code.startswith("purchases.")]
    return sorted((check.code, one.problem) for check in mine for one in check.run(look))


def test_the_checks_find_nothing_in_what_the_services_wrote(firm, supplier):
    register(take(firm), on=DAY, by="anna")
    register(take(firm, credit_note()), on=DAY, by="anna")
    back = register(take(firm, number="14", exigibility="S"), on=DAY, by="anna")
    unregister(back, on=ON, by="anna")
    assert findings(firm) == []


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (lambda: JournalLine.objects.all().delete(), [("purchases.entries", "differs")]),
        (lambda: JournalEntry.objects.all().delete(), [("purchases.entries", "unposted")]),
        (lambda: Payable.objects.update(amount=1), [("purchases.payables", "sum")]),
        (lambda: Payable.objects.all().delete(), [("purchases.payables", "sum")]),
        (
            lambda: Registration.objects.update(withdrawn_on=ON),
            [("purchases.entries", "not_opposite"), ("purchases.register", "register")],
        ),
    ],
)
def test_the_checks_find_what_was_changed_behind_the_services(firm, supplier, harm, expected):
    register(take(firm), on=ON, by="anna")
    harm()
    assert findings(firm) == expected
