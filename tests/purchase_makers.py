"""Suppliers' invoices and what hangs on them, for the tests of all pages."""

from dataclasses import replace
from datetime import date

from ronda.accounting.models import Account
from ronda.company.models import Company
from ronda.purchases.domain.facts import PartyFacts, ReceivedInvoiceFacts
from ronda.purchases.models import (
    Delivery,
    IncomingFile,
    Payable,
    Registration,
    SupplierInvoice,
    SupplierPayment,
)
from ronda.purchases.services import choose_supplier, pay, register, take_in
from ronda.purchases.tests.invoices import content, invoice
from tests.party_makers import make_party

LAST_DAY = date(2026, 3, 31)


def facts_of(company: Company, n: int) -> ReceivedInvoiceFacts:
    seller = PartyFacts(name=f"Seller number {n}", identity=f"XX{company.pk}-{n}", country="IT")
    return invoice(number=f"S{company.pk}-{n}", seller=seller, buyer=replace(seller, name="", identity=""))


def make_supplier_invoice(company: Company, n: int) -> SupplierInvoice:
    facts = facts_of(company, n)
    taken = take_in(company, facts, content(facts), by="test")
    return choose_supplier(taken, make_party(company, n), by="test")


def make_registration(company: Company, n: int) -> Registration:
    taken = register(make_supplier_invoice(company, n), on=LAST_DAY, by="test")
    return taken.registrations.get()


def make_payable(company: Company, n: int) -> Payable:
    return make_registration(company, n).invoice.payables.get()


def make_supplier_payment(company: Company, n: int) -> SupplierPayment:
    return pay_what_is_due(make_registration(company, n))


def pay_what_is_due(registration: Registration) -> SupplierPayment:
    payable = registration.invoice.payables.get()
    bank = Account.objects.get(company=registration.company, role="bank")
    return pay(payable.supplier, [(payable, payable.amount)], date=LAST_DAY, account=bank, by="test")


def make_delivery(company: Company, n: int) -> Delivery:
    return Delivery.objects.create(company=company, name=f"upload {n}.zip", by="test")


def make_incoming_file(company: Company, n: int) -> IncomingFile:
    return IncomingFile.objects.create(
        company=company,
        delivery=make_delivery(company, n),
        name=f"odd {n}.xml",
        sha256=f"{n:064d}",
        outcome=IncomingFile.Outcome.UNREADABLE,
        reason="not readable",
        by="test",
    )
