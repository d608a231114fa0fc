"""The customer's wallet of money: the balance is the sum of its ledger, dues and books follow."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from ronda.accounting.models import JournalLine
from ronda.billing.services import credit_document, draft_document, issue_document
from ronda.billing.tests.firm import line, make_account, make_firm
from ronda.packages.models import Wallet, WalletEntry
from ronda.packages.services import (
    NotACredit,
    NotEnoughInWallet,
    NothingOpen,
    NothingToSetAside,
    pay_out,
    set_aside,
    spend,
    top_up,
)
from ronda.parties.models import PaymentMethod
from ronda.payments.models import Payment
from ronda.payments.services import cancel_payment

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def firm():
    return make_firm()


@pytest.fixture
def account(firm):
    return make_account(firm)


@pytest.fixture
def bank(firm):
    return PaymentMethod.objects.filter(company=firm, account_role="bank").order_by("pk")[0]


def invoice(account, net="100.00"):
    draft = draft_document(account, [line(account.party.company, net)], by="anna", on=DAY)
    return issue_document(draft, on=DAY, by="anna")


def credit_note(account, net="100.00"):
    made = credit_document(invoice(account, net), on=DAY, by="anna")
    return made if not made.is_draft else issue_document(made, on=DAY, by="anna")


def put(account, amount, **facts):
    return set_aside(account, Decimal(amount), currency="EUR", reason="Recesso", by="anna", on=DAY, **facts)


def balance(account):
    return Wallet.objects.get(party=account.party).entries.aggregate(sum=Sum("quantity"))["sum"]


def books(firm, role):
    rows = JournalLine.objects.filter(entry__company=firm, account__role=role)
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def test_p17_the_credit_of_a_credit_note_goes_into_the_wallet_and_its_due_is_settled(firm, account):
    note = credit_note(account)

    entry = put(account, "122.00", document=note)

    assert (entry.kind, entry.quantity, entry.document) == ("set_aside", Decimal("122.00"), note)
    assert note.instalments.get().residue == 0
    assert balance(account) == Decimal("122.00")
    assert books(firm, "advances_received") == Decimal("-122.00")


def test_more_than_the_credit_note_gives_cannot_be_set_aside(account):
    note = credit_note(account)
    with pytest.raises(Exception, match="less than"):
        put(account, "122.01", document=note)
    assert not WalletEntry.objects.exists()


def test_only_an_issued_credit_note_of_the_customer_gives_money_to_the_wallet(firm, account):
    for document in (invoice(account), credit_note(make_account(firm, "Verdi"))):
        with pytest.raises(NotACredit):
            put(account, "10.00", document=document)


@pytest.mark.parametrize("amount", ["0", "-5.00", "1.005"])
def test_an_amount_that_is_not_money_is_refused(account, amount):
    with pytest.raises(NothingToSetAside):
        put(account, amount)


def test_a_present_of_the_firm_is_a_discount_owed_to_the_customer(firm, account):
    put(account, "30.00")
    assert books(firm, "discounts_given") == Decimal("30.00")
    assert books(firm, "advances_received") == Decimal("-30.00")


def test_p20_the_wallet_pays_an_invoice_as_far_as_it_reaches(firm, account):
    put(account, "100.00")
    due = invoice(account)
    wallet = Wallet.objects.get()

    entry = spend(wallet, due, by="anna", on=DAY)

    assert entry.quantity == Decimal("-100.00")
    assert due.instalments.get().residue == Decimal("22.00")
    assert balance(account) == 0
    assert books(firm, "advances_received") == 0
    assert books(firm, "customers") == Decimal("22.00")


def test_the_wallet_never_gives_more_than_it_holds(account, bank):
    put(account, "50.00")
    wallet = Wallet.objects.get()
    with pytest.raises(NotEnoughInWallet):
        spend(wallet, invoice(account), amount=Decimal("50.01"), by="anna", on=DAY)
    with pytest.raises(NotEnoughInWallet):
        pay_out(wallet, Decimal("50.01"), method=bank, by="anna", on=DAY)
    assert balance(account) == Decimal("50.00")


def test_a_paid_document_takes_nothing(account):
    put(account, "300.00")
    document = invoice(account)
    wallet = Wallet.objects.get()
    spend(wallet, document, by="anna", on=DAY)
    with pytest.raises(NothingOpen):
        spend(wallet, document, by="anna", on=DAY)


def test_money_paid_in_and_paid_out_leaves_the_books_as_they_were(firm, account, bank):
    top_up(account.party, Decimal("80.00"), currency="EUR", method=bank, by="anna", on=DAY)
    assert (books(firm, "bank"), books(firm, "advances_received")) == (Decimal("80.00"), Decimal("-80.00"))
    assert books(firm, "customers") == 0

    pay_out(Wallet.objects.get(), Decimal("80.00"), method=bank, by="anna", on=DAY)

    assert {role: books(firm, role) for role in ("bank", "advances_received", "customers")} == {
        "bank": 0,
        "advances_received": 0,
        "customers": 0,
    }
    assert balance(account) == 0


def test_cancelling_the_payment_puts_the_money_back_into_the_wallet(account):
    put(account, "100.00")
    spend(Wallet.objects.get(), invoice(account), by="anna", on=DAY)

    cancel_payment(Payment.objects.get(amount__gt=0), on=DAY, by="anna")

    assert balance(account) == Decimal("100.00")
    assert WalletEntry.objects.filter(kind="reversal").get().quantity == Decimal("100.00")


def test_the_credit_cannot_be_taken_back_once_it_is_spent(account):
    put(account, "122.00", document=credit_note(account))
    spend(Wallet.objects.get(), invoice(account), by="anna", on=DAY)
    with pytest.raises(NotEnoughInWallet):
        cancel_payment(Payment.objects.get(amount__lt=0), on=DAY, by="anna")


def test_wallets_of_two_currencies_are_two(account):
    put(account, "10.00")
    set_aside(account.party, Decimal(5), currency="CHF", reason="", by="anna", on=DAY)
    assert set(Wallet.objects.values_list("currency", flat=True)) == {"EUR", "CHF"}


def test_the_ledger_only_grows(account):
    entry = put(account, "10.00")
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()
