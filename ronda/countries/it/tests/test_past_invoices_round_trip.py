"""Contracts billed, exported as FatturaPA, imported into an empty firm: the same contracts come out."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.billing.models import Document
from ronda.billing.services import confirm_run, issue_entries, prepare_run
from ronda.billing.tests.firm import make_account, make_firm, make_item
from ronda.catalogue.models import VatCode
from ronda.catalogue.services.seeds import seed_vat_codes
from ronda.company.imports.undoing import undo
from ronda.company.models import Company
from ronda.contracts.models import Contract, ContractLine, ContractProposal
from ronda.contracts.services import NewLine, create_contract
from ronda.contracts.services.proposals import accept_proposal
from ronda.countries.it.services import import_invoices
from ronda.countries.it.services.exporting import export_invoices
from ronda.parties.models import BillingGroup, Party

pytestmark = pytest.mark.django_db
SELLER = "01234567897"
NUMBERS = ("00743110157", "12345670017", "02182030391", "07643520567", "01533030480")
#: Frequency, timing, price, quantity.
AGREED = (
    (1, "advance", "100.00", "1"),
    (2, "arrears", "75.50", "2"),
    (3, "advance", "310.10", "1"),
    (4, "advance", "44.44", "3"),
    (6, "arrears", "600.00", "1"),
    (12, "advance", "1234.56", "1"),
    (24, "advance", "2000.00", "1"),
    (36, "advance", "3000.00", "1"),
)


def seller():
    firm = make_firm(
        tax_id=SELLER, street="Via Roma 1", postcode="20121", city="Milano", province="MI", tax_regime="RF01"
    )
    seed_vat_codes(firm)
    return firm


def agree(firm, starts_on=date(2025, 1, 1)):
    """One contract of each frequency, spread over the customers."""
    vat = firm_vat(firm)
    accounts = [make_account(firm, f"Cliente {number}") for number in range(len(NUMBERS))]
    for account, number in zip(accounts, NUMBERS, strict=True):
        Party.objects.filter(pk=account.party_id).update(tax_id=number, country="IT")
        BillingGroup.objects.get_or_create(account=account, code="")
    for at, (frequency, timing, price, quantity) in enumerate(AGREED):
        item = make_item(firm, f"Servizio numero {chr(65 + at)}", vat_code=vat)
        schedule = {"frequency": frequency, "timing": timing}
        line = NewLine(item, Decimal(price), quantity=Decimal(quantity), vat_code=vat, schedule=schedule)
        create_contract(
            Party.objects.get(pk=accounts[at % 5].party_id).accounts.get(is_default=True),
            title=item.name,
            starts_on=starts_on,
            lines=[line],
            by="anna",
        )


def firm_vat(firm):
    return VatCode.objects.get(company=firm, code="22")


def bill(firm, months):
    """The documents of each month, issued by the ordinary run on its first day."""
    for month in months:
        day = date(2025, month, 1)
        run = prepare_run(firm, as_of=day, document_date=day, by="anna")
        if run.proposed:
            issue_entries(confirm_run(run, by="anna", in_background=False), by="anna")


def agreed(company):
    """What is agreed, comparable across companies."""
    lines = ContractLine.objects.filter(contract__company=company).select_related("contract__party", "item")
    return sorted(
        (line.contract.party.tax_id, line.item.name, line.frequency, line.timing, line.price, line.quantity)
        for line in lines
    )


def due_lines(company, as_of):
    """What the month would bill: customer, text without dates, first day, last day, net."""
    run = prepare_run(company, as_of=as_of, document_date=as_of, by="anna")
    issue_entries(confirm_run(run, by="anna", in_background=False), by="anna")
    documents = Document.objects.filter(company=company, run=run)
    return sorted(
        (document.party.tax_id, line.item.name, line.starts_on, line.ends_on, line.net)
        for document in documents
        for line in document.lines.filter(kind="sale").select_related("item")
    )


def test_contracts_of_every_frequency_come_back_from_their_invoices(db, tmp_path):
    old = seller()
    agree(old)
    bill(old, range(1, 13))
    written, refused = export_invoices(old, tmp_path / "out")
    assert (written, refused) == (Document.objects.filter(company=old).count(), [])

    new = make_firm("Aria nuova", tax_id=SELLER)
    outcome = import_invoices(new, tmp_path / "out", by="anna")

    assert (outcome.customers, outcome.proposals, outcome.refused) == (5, len(AGREED), [])
    for proposal in ContractProposal.objects.filter(company=new):
        accept_proposal(proposal, by="anna")
    assert agreed(new) == agreed(old)
    assert due_lines(new, date(2026, 1, 31)) == due_lines(old, date(2026, 1, 31))
    assert due_lines(new, date(2026, 6, 30)) == due_lines(old, date(2026, 6, 30))


def test_undoing_leaves_the_firm_as_empty_as_it_was(db, tmp_path):
    old = seller()
    agree(old)
    bill(old, range(1, 7))
    export_invoices(old, tmp_path / "out")
    new = make_firm("Aria nuova", tax_id=SELLER)

    undo(import_invoices(new, tmp_path / "out", by="anna").batch, by="anna")

    assert not Party.objects.filter(company=new).exists()
    assert not Contract.objects.filter(company=new).exists()
    assert Company.objects.count() == 2
