"""One record of each workspace, for the tests of all pages. A new workspace adds its maker here.

A maker gets a company and a number and returns a saved record of that company; numbers make names differ.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model

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
    AuditEntry,
    Branch,
    Company,
    Job,
    Membership,
    NumberSeries,
    OutgoingMail,
    Role,
    Schedule,
)
from ronda.company.services.companies import create_company
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


def make_company(name: str = "Aria Srl", country: str = "IT", **facts: Any) -> Company:
    """A company with its roles, in English so that tests read the same words everywhere."""
    return create_company(name=name, country=country, by="test", **{"language": "en", **facts})


def make_branch(company: Company, n: int) -> Branch:
    return Branch.objects.create(company=company, code=f"B{n}", name=f"Branch number {n}")


def make_role(company: Company, n: int) -> Role:
    return Role.objects.create(company=company, name=f"Role number {n}")


def make_member(company: Company, n: int) -> Membership:
    user = get_user_model().objects.create_user(f"person-{company.pk}-{n}")
    return Membership.objects.create(
        user=user, company=company, role=make_role(company, n), branch=make_branch(company, n)
    )


def make_counter(company: Company, n: int) -> NumberSeries:
    return NumberSeries.objects.create(
        company=company, kind="tests", code=f"S{n}", year=2026, branch=make_branch(company, n)
    )


def make_operation(company: Company, n: int) -> AuditEntry:
    return AuditEntry.objects.create(
        company=company,
        actor="test",
        action="company.branch.added",
        subject_label="company.branch",
        subject_pk=n,
    )


def make_mail(company: Company, n: int) -> OutgoingMail:
    return OutgoingMail.objects.create(
        company=company,
        to=["a@example.org"],
        subject=f"Mail {n}",
        body="-",
        by="test",
        message_id=f"{company.pk}-{n}@example.org",
    )


def make_schedule(company: Company, n: int) -> Schedule:
    return Schedule.objects.create(
        name=f"Every night {company.pk} {n}", kind="tests.nothing", cron="0 3 * * *"
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
    return BankAccount.objects.create(party=make_party(company, n), iban=f"IT60X05428111010000001234{n:02d}")


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


# Records of the installation, not of a company: only its administrators see them.
OF_THE_INSTALLATION = frozenset({"Schedules"})

MAKERS: dict[str, Callable[[Company, int], Any]] = {
    "Customers": make_party,
    "Sites": make_site,
    "Contacts": make_contact,
    "BillingAccounts": make_billing_account,
    "BillingGroups": make_billing_group,
    "BankAccounts": make_bank_account,
    "Families": make_family,
    "Terms": make_terms,
    "Methods": make_method,
    "Items": make_item,
    "PriceLists": make_price_list,
    "CustomerPrices": make_customer_price,
    "ItemFamilies": make_item_family,
    "VatCodes": make_vat_code,
    "Units": make_unit,
    "Companies": lambda company, n: company,
    "Branches": make_branch,
    "People": make_member,
    "Roles": make_role,
    "Counters": make_counter,
    "Operations": make_operation,
    "Jobs": lambda company, n: Job.objects.create(company=company, kind=f"tests.job{n}", by="test"),
    "Schedules": make_schedule,
    "Mailbox": make_mail,
}
