"""Customers with what belongs to them, and the catalogue: the first of the records of tests/makers.py."""

from datetime import date
from decimal import Decimal

from schwifty import IBAN

from ronda.catalogue.models import (
    CustomerPrice,
    Item,
    ItemFamily,
    ListPrice,
    PriceList,
    Unit,
    VatCode,
    VatRate,
)
from ronda.catalogue.services import create_item
from ronda.company.models import (
    Company,
)
from ronda.parties.models import (
    BankAccount,
    BillingAccount,
    BillingGroup,
    Contact,
    Family,
    Party,
    PaymentMethod,
    PaymentTerms,
    Site,
)
from ronda.parties.services import add_contact, add_site, create_party
from ronda.parties.services.banking import bank_facts, checked_iban
from tests.company_makers import (
    make_company as make_company,
)


def make_party(company: Company, n: int) -> Party:
    return create_party(
        company, name=f"Customer number {n}", by="test", street=f"Via Roma {n}", city=f"Town {n}",
        email=f"c{n}@example.org", families=[make_family(company, n)],
    )  # fmt: skip


def make_family(company: Company, n: int) -> Family:
    return Family.objects.create(company=company, name=f"Family number {n}")


def make_site(company: Company, n: int) -> Site:
    party = make_party(company, n)
    group = BillingGroup.objects.create(account=party.accounts.get(), code=f"S{n}")
    return add_site(party, name=f"Site number {n}", by="test", billing_group=group)


def make_contact(company: Company, n: int) -> Contact:
    site = make_site(company, n)
    return add_contact(site.party, name=f"Person number {n}", by="test", site=site)


def make_billing_account(company: Company, n: int) -> BillingAccount:
    account = make_party(company, n).accounts.get()
    account.terms = PaymentTerms.objects.filter(company=company).first()
    account.method = PaymentMethod.objects.filter(company=company).first()
    account.save()
    return account


def make_billing_group(company: Company, n: int) -> BillingGroup:
    return BillingGroup.objects.create(account=make_party(company, n).accounts.get(), code=f"G{n}")


def make_bank_account(company: Company, n: int) -> BankAccount:
    iban = checked_iban(str(IBAN.generate("IT", "05428", str(n))))
    return BankAccount.objects.create(party=make_party(company, n), iban=str(iban), **bank_facts(iban))


def make_terms(company: Company, n: int) -> PaymentTerms:
    return PaymentTerms.objects.create(company=company, code=f"T{n}", name=f"Terms number {n}", days=[n])


def make_method(company: Company, n: int) -> PaymentMethod:
    return PaymentMethod.objects.create(company=company, code=f"M{n}", name=f"Method number {n}")


def make_item(company: Company, n: int) -> Item:
    return create_item(
        company,
        name=f"Item number {n}",
        by="test",
        price=Decimal(n),
        family=make_item_family(company, n),
        unit=Unit.objects.filter(company=company).first(),
    )


def make_item_family(company: Company, n: int) -> ItemFamily:
    return ItemFamily.objects.create(company=company, name=f"Heading number {n}")


def make_unit(company: Company, n: int) -> Unit:
    return Unit.objects.create(company=company, code=f"u{n}", name=f"Unit number {n}")


def make_vat_code(company: Company, n: int) -> VatCode:
    code = VatCode.objects.create(company=company, code=f"V{n}", name=f"VAT number {n}")
    VatRate.objects.create(vat_code=code, valid_from=date(2020, 1, 1), percent=Decimal(22))
    return code


def make_price_list(company: Company, n: int) -> PriceList:
    made = PriceList.objects.create(company=company, name=f"List number {n}")
    made.accounts.add(make_party(company, n).accounts.get())
    ListPrice.objects.create(price_list=made, item=make_item(company, n), price=Decimal(n))
    return made


def make_customer_price(company: Company, n: int) -> CustomerPrice:
    return CustomerPrice.objects.create(
        party=make_party(company, n), item=make_item(company, n), price=Decimal(n)
    )
