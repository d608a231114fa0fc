"""A small firm to bill with: built through services, readable in every test."""

from datetime import date
from decimal import Decimal

from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ronda.billing.services import DraftLine
from ronda.catalogue.models import Item, VatCode, VatRate
from ronda.company.models import Company, Membership, Role, User
from ronda.company.services import create_company
from ronda.parties.models import BillingAccount, BillingGroup, Party, PaymentTerms

TODAY = date(2026, 3, 2)


def make_firm(name: str = "Aria Srl", country: str = "IT", **facts: object) -> Company:
    """A company with what its country seeds."""
    return create_company(name=name, country=country, by="test", **facts)


def vat_code(company: Company, percent: str = "22", nature: str = "", **facts: object) -> VatCode:
    """A VAT code of the company at one rate for ever, made when missing."""
    code = f"T{percent}{nature}"
    found = VatCode.objects.filter(company=company, code=code).first()
    if found is None:
        found = VatCode.objects.create(company=company, code=code, name=code, nature=nature, **facts)
        VatRate.objects.create(vat_code=found, valid_from=date(2000, 1, 1), percent=Decimal(percent))
    return found


def make_item(company: Company, name: str = "Canone", price: str = "100.00", **facts: object) -> Item:
    facts.setdefault("vat_code", vat_code(company))
    count = Item.objects.filter(company=company).count()
    return Item.objects.create(company=company, code=f"I{count}", name=name, price=Decimal(price), **facts)


def make_account(company: Company, name: str = "Bianchi", **facts: object) -> BillingAccount:
    """A payer with an address, and his default billing account."""
    count = Party.objects.filter(company=company).count()
    party = Party.objects.create(
        company=company, code=f"C{count}", name=name, street="Via Roma 1", postcode="20121", city="Milano"
    )
    terms, _made = PaymentTerms.objects.get_or_create(
        company=company, code="T30", defaults={"name": "30 days", "days": [30]}
    )
    return BillingAccount.objects.create(party=party, is_default=True, **{"terms": terms, **facts})


def make_group(account: BillingAccount, code: str) -> BillingGroup:
    return BillingGroup.objects.create(account=account, code=code)


def line(
    company: Company, net: str = "100.00", percent: str = "22", text: str = "Canone", **facts: object
) -> DraftLine:
    """A line of one unit."""
    facts.setdefault("vat_code", vat_code(company, percent))
    return DraftLine(text, Decimal(1), Decimal(net), **facts)


def log_in(client: Client, company: Company, *permissions: str, everything: bool = False) -> Client:
    """Someone of the company who may do what is named ("billing.view_document"), or everything."""
    user = User.objects.create_user(f"anna-{company.pk}-{User.objects.count()}", language="en")
    role = Role.objects.create(company=company, name=f"Tested {user.pk}", grants_all=everything)
    for name in permissions:
        app, codename = name.split(".")
        role.permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    Membership.objects.create(user=user, company=company, role=role, is_default=True)
    client.force_login(user)
    return client


def queries_of(client: Client, url: str) -> int:
    """How many statements a page takes, after a first look that fills the caches."""
    assert client.get(url).status_code == 200, url
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)
