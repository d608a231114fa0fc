"""One record of each workspace, for the tests of all pages. A new workspace adds its maker here.

A maker gets a company and a number and returns a saved record of that company; numbers make names differ.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model

from ronda.accounting.models import Account, JournalEntry
from ronda.billing.models import BillingRun, Document
from ronda.billing.services import DraftLine, draft_document, issue_document, prepare_run
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
    ImportBatch,
    Job,
    Membership,
    NumberSeries,
    OutgoingMail,
    Role,
    Schedule,
)
from ronda.company.services.companies import create_company
from ronda.contracts.models import Contract, ContractLine, ContractProposal
from ronda.contracts.services import NewLine, create_contract
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
from ronda.payments.models import Allocation, Instalment, Payment
from ronda.payments.services import record_payment
from ronda.reports.services import copy_default


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


TODAY = date(2026, 3, 2)


def make_contract(company: Company, n: int) -> Contract:
    site = make_site(company, n)
    return create_contract(
        site.party.accounts.get(),
        title=f"Agreement number {n}",
        starts_on=date(2026, 1, 1),
        lines=[NewLine(make_item(company, n), Decimal(n + 1), text=f"Fee number {n}", site=site)],
        by="test",
        group=site.billing_group,
        owner=make_member(company, n).user,
    )


def make_contract_line(company: Company, n: int) -> ContractLine:
    return make_contract(company, n).lines.get()


def make_proposal(company: Company, n: int) -> ContractProposal:
    item = make_item(company, n)
    return ContractProposal.objects.create(
        company=company,
        party=make_party(company, n),
        item=item,
        vat_code=item.vat_code,
        text=f"Fee found number {n}",
        frequency=3,
        price=Decimal(n + 1),
        first_on=date(2025, 7, 1),
        last_on=date(2026, 1, 1),
        next_on=date(2026, 4, 1),
        confidence=90,
        evidence=[f"FT {n}/2025"],
        key=f"{company.pk}-{n}",
    )


def make_document(company: Company, n: int) -> Document:
    """Issued; the pages of drafts are tested by billing itself."""
    account = make_site(company, n).party.accounts.get()
    line = DraftLine(f"Work number {n}", Decimal(1), Decimal(n + 1), item=make_item(company, n))
    return issue_document(draft_document(account, [line], by="test", on=TODAY), on=TODAY, by="test")


def make_run(company: Company, n: int) -> BillingRun:
    make_contract(company, n)
    return prepare_run(company, as_of=date(2026, 3, 1) + timedelta(days=n), by="test")


def make_due(company: Company, n: int) -> Instalment:
    return make_document(company, n).instalments.get()


def make_payment(company: Company, n: int) -> Payment:
    due = make_due(company, n)
    method = PaymentMethod.objects.filter(company=company).order_by("pk").first()
    return record_payment(due.party, date=TODAY, amount=due.amount, method=method, by="test")


def make_allocation(company: Company, n: int) -> Allocation:
    return make_payment(company, n).allocations.get()


def make_ledger_account(company: Company, n: int) -> Account:
    """Sorted before the chart of accounts that a company begins with, so on the list's first page."""
    return Account.objects.create(company=company, code=f"0.{n}", name=f"Account number {n}", kind="asset")


def make_journal_entry(company: Company, n: int) -> JournalEntry:
    return JournalEntry.objects.get(source=f"billing.document:{make_document(company, n).pk}")


def make_layout(company: Company, n: int) -> Any:
    return copy_default(company, kind="invoice", name=f"Layout number {n}", by="test")


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
    "Contracts": make_contract,
    "Lines": make_contract_line,
    "Proposals": make_proposal,
    "Documents": make_document,
    "Runs": make_run,
    "DueDates": make_due,
    "Payments": make_payment,
    "Allocations": make_allocation,
    "Accounts": make_ledger_account,
    "JournalEntries": make_journal_entry,
    "Layouts": make_layout,
    "Companies": lambda company, n: company,
    "Branches": make_branch,
    "People": make_member,
    "Roles": make_role,
    "Counters": make_counter,
    "Operations": make_operation,
    "Imports": lambda company, n: ImportBatch.objects.create(
        company=company, kind="customers", name=f"table {n}.csv", state="undone", by="test"
    ),
    "Jobs": lambda company, n: Job.objects.create(company=company, kind=f"tests.job{n}", by="test"),
    "Schedules": make_schedule,
    "Mailbox": make_mail,
}
