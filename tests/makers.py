"""One record of each workspace, for the tests of all pages. A new workspace adds its maker here.

A maker gets a company and a number and returns a saved record of that company; numbers make names differ.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.accounting.models import Account, JournalEntry
from ronda.agents.models import Agent, CommissionEntry, CommissionRule, Statement
from ronda.agents.services import prepare
from ronda.billing.models import BillingRun, Document, SocialFund
from ronda.billing.services import DraftLine, draft_document, issue_document, prepare_run
from ronda.company.models import (
    Company,
    ImportBatch,
    Job,
)
from ronda.contracts.models import Amendment, Contract, ContractLine, ContractProposal, Suspension
from ronda.contracts.services import NewLine, create_contract, suspend, terminate
from ronda.einvoices.domain.exchange import Incoming
from ronda.einvoices.models import Quarantined, Transmission, TransmissionState
from ronda.einvoices.services import archiving, place
from ronda.operations.models import Backup, DataCheck
from ronda.packages.models import Package, PackageTemplate, TemplateLine, Wallet, WalletEntry
from ronda.packages.services import offer_of, sell, set_aside, use
from ronda.parties.models import (
    Party,
    PaymentMethod,
)
from ronda.payments.models import Allocation, Instalment, Payment
from ronda.payments.services import record_payment
from ronda.privacy.models import Anonymisation, Consent, ConsentText, PersonalExport
from ronda.privacy.services import record_consents, request_export, write_text
from ronda.quotes.models import LossReason, Quote, QuoteItemFacts
from ronda.quotes.services import NewLine as NewQuoteLine
from ronda.quotes.services import create_quote, send_quote
from ronda.renewals.models import IndexBatch, IndexProposal, IndexSeries, IndexValue, Notice, Renewal
from ronda.renewals.services import (
    prepare_batch,
    record_notice,
    register_values,
    renew,
    set_clause,
    set_terms,
)
from ronda.reports.models import ContractConditions
from ronda.reports.services import copy_default
from tests.api_makers import make_api_token, make_webhook, make_webhook_delivery
from tests.certificate_makers import CERTIFICATE_MAKERS
from tests.company_makers import (
    make_binned_file,
    make_branch,
    make_branch_file,
    make_company_group,
    make_counter,
    make_custom_field,
    make_mail,
    make_member,
    make_operation,
    make_role,
    make_schedule,
    make_team,
    make_workstation,
)
from tests.company_makers import (
    make_company as make_company,
)
from tests.italian_makers import (
    make_extra_data,
    make_letter_of_intent,
    make_sdi_metadata,
    make_stamp_payment,
)
from tests.party_makers import (
    make_bank_account,
    make_billing_account,
    make_billing_group,
    make_contact,
    make_customer_price,
    make_family,
    make_item,
    make_item_family,
    make_method,
    make_party,
    make_price_list,
    make_site,
    make_terms,
    make_unit,
    make_vat_code,
)
from tests.purchase_makers import (
    make_delivery,
    make_incoming_file,
    make_payable,
    make_registration,
    make_supplier_invoice,
    make_supplier_payment,
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


def make_amendment(company: Company, n: int) -> Amendment:
    contract = make_contract(company, n)
    return terminate(
        contract, ends_on=date(2026, 12, 31), by="test", on=TODAY, reason=f"Agreement letter {n}"
    )


def make_suspension(company: Company, n: int) -> Suspension:
    contract = make_contract(company, n)
    days = {"starts_on": date(2026, 5, 1), "ends_on": date(2026, 5, 10)}
    return suspend(contract, by="test", on=TODAY, reason=f"Works number {n}", **days)


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


def make_conditions(company: Company, n: int) -> ContractConditions:
    """One text per language: the fourth takes the place of the first."""
    return ContractConditions.objects.update_or_create(
        company=company, language=("it", "fr", "en")[n % 3], defaults={"title": f"Text {n}", "text": "Terms."}
    )[0]


def make_agent(company: Company, n: int) -> Agent:
    return Agent.objects.create(company=company, name=f"Agent number {n}", percent=Decimal(n + 1))


def make_commission_rule(company: Company, n: int) -> CommissionRule:
    contract = make_contract(company, n)
    facts = {"contract": contract, "line": contract.lines.get(), "starts_on": date(2026, 1, 1)}
    return CommissionRule.objects.create(company=company, agent=make_agent(company, n), **facts)


def make_commission_entry(company: Company, n: int) -> CommissionEntry:
    """Each on a document of its own, with one agent for each."""
    agent = make_agent(company, n)
    facts = {"starts_on": date(2026, 1, 1), "beyond_contracts": True}
    rule = CommissionRule.objects.create(company=company, agent=agent, **facts)
    make_document(company, n)
    CommissionRule.objects.filter(pk=rule.pk).update(ends_on=date(2026, 1, 1))
    return CommissionEntry.objects.get(agent=agent)


def make_commission_statement(company: Company, n: int) -> Statement:
    agent = make_commission_entry(company, n).agent
    return prepare([agent], starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31), by="test")[0]


def make_package_template(company: Company, n: int) -> PackageTemplate:
    item = make_item(company, n)
    template = PackageTemplate.objects.create(
        company=company,
        code=f"K{n}",
        name=f"Package number {n}",
        price=Decimal(n + 1),
        vat_code=item.vat_code,
    )
    TemplateLine.objects.create(template=template, item=item, quantity=Decimal(10))
    return template


def make_package(company: Company, n: int) -> Package:
    site = make_site(company, n)
    offer = offer_of(make_package_template(company, n))
    return sell(site.party.accounts.get(), offer, on=TODAY, by="test", site=site)


def make_package_entry(company: Company, n: int) -> WalletEntry:
    package = make_package(company, n)
    return use(package, None, Decimal(1), on=TODAY, by="test", reference=f"Visit number {n}").entries[0]


def make_wallet(company: Company, n: int) -> Wallet:
    party = make_party(company, n)
    set_aside(party, Decimal(n + 1), currency="EUR", reason=f"Credit number {n}", by="test", on=TODAY)
    return party.wallets.get()


def make_quote(company: Company, n: int) -> Quote:
    """Sent; the pages of drafts are tested by quotes itself."""
    site = make_site(company, n)
    line = NewQuoteLine(item=make_item(company, n), price=Decimal(n + 1), every=1)
    quote = create_quote(
        company, title=f"Offer number {n}", lines=[line], by="test", on=TODAY, party=site.party, site=site,
        owner=make_member(company, n).user,
    )  # fmt: skip
    return send_quote(quote, on=TODAY, now=datetime(2026, 3, 2, 9, tzinfo=UTC), by="test")


def make_social_fund(company: Company, n: int) -> SocialFund:
    facts = {"code": "TC22", "rate": Decimal(4), "ends_on": date(1900 + n, 12, 31)}
    return SocialFund.objects.create(
        company=company, name=f"Fund number {n}", starts_on=date(1900 + n, 1, 1), **facts
    )


def make_loss_reason(company: Company, n: int) -> LossReason:
    return LossReason.objects.create(company=company, name=f"Reason number {n}")


def make_item_presentation(company: Company, n: int) -> QuoteItemFacts:
    return QuoteItemFacts.objects.create(item=make_item(company, n), details=f"Longer words number {n}")


def make_index(company: Company, n: int) -> IndexSeries:
    """Sorted before the indices a company begins with."""
    return IndexSeries.objects.create(company=company, code=f"A{n:02d}", name=f"Index number {n}")


def make_index_value(company: Company, n: int) -> IndexValue:
    value = {"month": date(2026 + n, 1, 1), "value": Decimal(100 + n), "published": Decimal(n)}
    return register_values(make_index(company, n), [value], by="test")[0][0]


def make_index_batch(company: Company, n: int) -> IndexBatch:
    contract = make_contract(company, n)
    set_clause(contract, mode="fixed", fixed_percent=Decimal(n + 1), by="test")
    return prepare_batch(company, as_of=date(2027, 1, 1) + timedelta(days=n), by="test")


def make_index_proposal(company: Company, n: int) -> IndexProposal:
    return make_index_batch(company, n).proposals.order_by("-pk")[0]


def make_notice(company: Company, n: int) -> Notice:
    contract = make_contract(company, n)
    set_terms(contract, mode="tacit", by="test")
    return record_notice(contract, kind="cancellation", channel="pec", sent_on=TODAY, by="test", on=TODAY)


def make_renewal(company: Company, n: int) -> Renewal:
    contract = make_contract(company, n)
    Contract.objects.filter(pk=contract.pk).update(ends_on=date(2026, 12, 31))
    return renew(contract, by="test")


# Records of the installation, not of a company: only its administrators see them.
def make_backup(_company: Company, n: int) -> Backup:
    return Backup.objects.create(
        made_at=datetime(2026, 9, 1, 3, n % 60, tzinfo=UTC),
        reason="night",
        by=f"person{n}",
        path=f"/backups/ronda-{n}.tar.gz",
        size=1000 + n,
        sha256="0" * 64,
        database="sqlite",
        version="1",
        rows=n,
        files=0,
    )


def make_data_check(company: Company | None, n: int) -> DataCheck:
    facts = {"rows": 10 + n, "version": "1", "seconds": "0.1", "results": [], "series": []}
    return DataCheck.objects.create(
        company=company, at=datetime(2026, 9, 1, 4, n % 60, tzinfo=UTC), by=f"person{n}", **facts
    )


OF_THE_INSTALLATION = frozenset({"CompanyGroups", "Schedules", "Backups"})


def make_consent_text(company: Company, n: int) -> ConsentText:
    facts = {"purpose": "marketing", "channel": "sms", "language": "it", "text": f"Text number {n}"}
    return write_text(company, title=f"Text number {n}", valid_from=date(2026, 1, 1), by="test", **facts)


def make_consent(company: Company, n: int, party: Party | None = None) -> Consent:
    texts = ConsentText.objects.filter(company=company).order_by("version")
    text = texts.first() or make_consent_text(company, n)
    facts = {"answered_on": date(2026, 1, 2), "on": date(2026, 1, 2), "source": "paper", "by": "test"}
    return record_consents(party or make_party(company, n), [(text, "given")], **facts)[0]


def make_consent_to_renew(company: Company, n: int) -> Consent:
    consent = make_consent(company, n)
    make_consent_text(company, n)
    return consent


def make_person(company: Company, n: int) -> Party:
    """A customer who is a person, whom nobody has touched for years."""
    party = make_party(company, n)
    Party.objects.filter(pk=party.pk).update(kind="person", updated_at=datetime(2015, 1, 1, tzinfo=UTC))
    party.refresh_from_db()
    return party


def make_anonymisation(company: Company, n: int) -> Anonymisation:
    facts = {"at": datetime(2026, 1, 2, tzinfo=UTC), "by": "test", "fields": n, "records": 1, "files": 0}
    return Anonymisation.objects.create(company=company, party=make_party(company, n), **facts)


def make_personal_export(company: Company, n: int) -> PersonalExport:
    return request_export(make_party(company, n), now=datetime(2026, 1, 2, tzinfo=UTC), by="test")


def make_transmission(company: Company, n: int) -> Transmission:
    """A file of no particular format that has left."""
    name, now = f"file {company.pk}-{n}.xml", datetime(2026, 3, 2, 9, n % 60, tzinfo=UTC)
    kept = archiving.store(company.pk, [archiving.ToKeep(name, f"<file {n}/>".encode())], now=now)
    with transaction.atomic():
        archiving.chain(company.pk, kept)
    return Transmission.objects.create(
        company=company,
        document=make_document(company, n),
        format="tests",
        kept=kept[0],
        file_name=name,
        state=TransmissionState.SENT,
        exchange_id=f"{1000 + n}",
        prepared_at=now,
        prepared_by="test",
        sent_at=now,
    )


def make_file_set_aside(company: Company, n: int) -> Quarantined:
    incoming = Incoming("", f"odd {company.pk}-{n}.xml", f"nonsense {n}".encode())
    place(company, [incoming], by="test", now=datetime(2026, 3, 2, 9, n % 60, tzinfo=UTC))
    return Quarantined.objects.get(company=company, name=incoming.name)


MAKERS: dict[str, Callable[[Company, int], Any]] = {
    "Backups": make_backup,
    **CERTIFICATE_MAKERS,
    "DataChecks": make_data_check,
    "FileBin": make_binned_file,
    "Files": make_branch_file,
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
    "Indices": make_index,
    "Values": make_index_value,
    "Batches": make_index_batch,
    "ProposedAdjustments": make_index_proposal,
    "Notices": make_notice,
    "Renewals": make_renewal,
    "Lines": make_contract_line,
    "Amendments": make_amendment,
    "Suspensions": make_suspension,
    "Packages": make_package,
    "PackageTemplates": make_package_template,
    "Wallets": make_wallet,
    "Ledger": make_package_entry,
    "Proposals": make_proposal,
    "Documents": make_document,
    "SocialFunds": make_social_fund,
    "Runs": make_run,
    "DueDates": make_due,
    "Payments": make_payment,
    "Allocations": make_allocation,
    "Accounts": make_ledger_account,
    "JournalEntries": make_journal_entry,
    "SupplierInvoices": make_supplier_invoice,
    "Register": make_registration,
    "Payables": make_payable,
    "SupplierPayments": make_supplier_payment,
    "ReceivedFiles": make_incoming_file,
    "InvoiceDeliveries": make_delivery,
    "Layouts": make_layout,
    "Conditions": make_conditions,
    "Transmissions": make_transmission,
    "SetAside": make_file_set_aside,
    "LettersOfIntent": make_letter_of_intent,
    "StampPayments": make_stamp_payment,
    "ExtraDataRows": make_extra_data,
    "Metadata": make_sdi_metadata,
    "Quotes": make_quote,
    "LossReasons": make_loss_reason,
    "ItemPresentations": make_item_presentation,
    "Agents": make_agent,
    "CommissionRules": make_commission_rule,
    "CommissionEntries": make_commission_entry,
    "CommissionStatements": make_commission_statement,
    "Consents": make_consent,
    "ConsentTexts": make_consent_text,
    "ToAskAgain": make_consent_to_renew,
    "WithoutNotice": make_person,
    "Candidates": make_person,
    "Anonymisations": make_anonymisation,
    "PersonalExports": make_personal_export,
    "Companies": lambda company, n: company,
    "Branches": make_branch,
    "CompanyGroups": make_company_group,
    "People": make_member,
    "AccountReview": make_member,
    "CustomFields": make_custom_field,
    "Roles": make_role,
    "Teams": make_team,
    "Workstations": make_workstation,
    "Counters": make_counter,
    "Operations": make_operation,
    "Imports": lambda company, n: ImportBatch.objects.create(
        company=company, kind="customers", name=f"table {n}.csv", state="undone", by="test"
    ),
    "Jobs": lambda company, n: Job.objects.create(company=company, kind=f"tests.job{n}", by="test"),
    "Schedules": make_schedule,
    "Mailbox": make_mail,
    "Tokens": make_api_token,
    "Webhooks": make_webhook,
    "Deliveries": make_webhook_delivery,
}
