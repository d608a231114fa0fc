"""A French firm that cleans homes, its households and what they paid, made through services."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ronda.billing.services import DraftLine
from ronda.catalogue.models import Item
from ronda.company.models import OptionValue
from ronda.countries.fr.certificate_models import PersonalService
from ronda.parties.models import PaymentMethod
from ronda.payments.services import record_payment
from ronda.reports.tests.firm import DAY, french_firm, issued, payer, vat

YEAR = 2026
ISSUED_ON = date(2027, 2, 1)
NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)


def cleaning_firm(name="Maison Nette"):
    """Declared, with two services that open the credit and one that does not."""
    company = french_firm(name)
    for option, value in (("declaration", "SAP732829320"), ("declared_on", "2020-01-15")):
        OptionValue.objects.create(company=company, group="personal_services", name=option, value=value)
    for code, activity in (("MENAGE", "cleaning"), ("JARDIN", "gardening"), ("VITRES", "")):
        item = Item.objects.create(company=company, code=code, name=code.title(), vat_code=vat(company))
        if activity:
            PersonalService.objects.create(company=company, item=item, activity=activity)
    return company


def household(company, name="Claire Martin", **facts):
    return payer(company, name, kind="person", tax_id="", **facts)


def item(company, code):
    return Item.objects.get(company=company, code=code)


def billed(account, *works, on=DAY, unit=""):
    """An issued invoice of (code, net) with 20 % VAT."""
    company = account.party.company
    rows = [
        DraftLine(code.title(), Decimal(1), Decimal(net), item=item(company, code), unit=unit)
        for code, net in works
    ]
    return issued(account, rows)


def method(company, code="VIR"):
    return PaymentMethod.objects.get(company=company, code=code)


def pays(document, amount, *, on=date(2026, 4, 1), by="VIR"):
    dues = list(document.instalments.order_by("position"))
    return record_payment(
        document.party,
        date=on,
        amount=Decimal(amount),
        method=method(document.company, by),
        by="anna",
        instalments=[(dues[0], Decimal(amount))],
    )
