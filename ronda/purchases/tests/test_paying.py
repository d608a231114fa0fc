"""Paying suppliers: what is settled, what is posted, and both taken back."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from ronda.accounting.models import Account, JournalEntry, JournalLine
from ronda.billing.tests.firm import make_firm
from ronda.company.models import AuditEntry
from ronda.company.services import save_options
from ronda.parties.models import Party
from ronda.purchases import door, services
from ronda.purchases.domain.facts import DueFacts, WithholdingFacts
from ronda.purchases.models import Payable, SettledPayable, SupplierPayment
from ronda.purchases.options import PurchaseOptions
from ronda.purchases.services import pay, pay_in_full, register, take_back_payment, take_in, unregister
from ronda.purchases.tests.invoices import SELLER, content, credit_note, invoice, line

pytestmark = pytest.mark.django_db
ON, LATER = date(2026, 4, 30), date(2026, 5, 31)


@pytest.fixture
def firm():
    return make_firm(tax_id="01234567897")


@pytest.fixture
def supplier(firm):
    return make_supplier(firm, SELLER.tax_id)


def make_supplier(firm, tax_id, name="Ferramenta Blu"):
    count = Party.objects.filter(company=firm).count()
    return Party.objects.create(company=firm, code=f"F{count}", name=name, tax_id=tax_id, is_supplier=True)


@pytest.fixture
def bank(firm, supplier):
    # The chart is there once something is posted.
    return registered(firm, number="0").company and Account.objects.get(company=firm, role="bank")


def registered(firm, facts=None, on=date(2026, 3, 31), **changes):
    facts = facts or invoice(**changes)
    return register(take_in(firm, facts, content(facts), by="anna"), on=on, by="anna")


def due(one):
    return one.payables.order_by("position").first()


def balance(firm, role, **filters):
    rows = JournalLine.objects.filter(entry__company=firm, account__role=role, **filters)
    return rows.aggregate(sum=Sum("amount", default=Decimal(0)))["sum"]


def paid(supplier, payable, part, bank, on=ON, **facts):
    return pay(supplier, [(payable, Decimal(part))], date=on, account=bank, by="anna", **facts)


def test_a_payment_settles_the_payable_and_posts_supplier_against_bank(firm, supplier, bank):
    payable = due(registered(firm))
    owed = balance(firm, "suppliers")
    payment = paid(supplier, payable, 122, bank, reference="Bonifico 7")

    payable.refresh_from_db()
    assert (payable.settled, payable.settled_on, payable.left) == (Decimal(122), ON, 0)
    entry = JournalEntry.objects.get(source=services.payment_source(payment.pk))
    assert (entry.date, entry.journal, entry.text) == (ON, "bank", "Ferramenta Blu – Bonifico 7")
    assert balance(firm, "suppliers") - owed == 122
    assert balance(firm, "bank") == -122
    assert AuditEntry.objects.filter(action="purchases.payment.recorded", subject_pk=payment.pk).exists()


def test_in_parts_and_never_more_than_is_left(firm, supplier, bank):
    payable = due(registered(firm))
    paid(supplier, payable, 100, bank)
    payable.refresh_from_db()
    assert (payable.settled, payable.settled_on) == (100, None)
    with pytest.raises(services.MoreThanLeft) as refused:
        paid(supplier, payable, "22.01", bank)
    assert refused.value.facts["left"] == 22
    paid(supplier, payable, 22, bank)
    payable.refresh_from_db()
    assert payable.is_settled


def test_several_payables_of_one_supplier_at_once_less_his_credit_note(firm, supplier, bank):
    first, note = due(registered(firm)), due(registered(firm, credit_note(line("50.00"))))
    payment = pay(supplier, [(first, first.left), (note, note.left)], date=ON, account=bank, by="anna")
    assert payment.amount == 61
    assert not Payable.objects.filter(pk__in=[first.pk, note.pk], settled_on=None).exists()


def test_payables_of_two_suppliers_are_not_settled_by_one_payment(firm, supplier, bank):
    other = make_supplier(firm, "", "Altro")
    with pytest.raises(services.OtherSupplier):
        paid(other, due(registered(firm)), 1, bank)


def test_an_amount_of_the_other_sign_or_none_is_refused(firm, supplier, bank):
    payable = due(registered(firm))
    with pytest.raises(services.MoreThanLeft):
        paid(supplier, payable, -1, bank)
    with pytest.raises(services.NothingToPay):
        paid(supplier, payable, 0, bank)


def test_a_small_difference_is_a_rounding_and_a_large_one_needs_its_account(firm, supplier, bank):
    payable, other = due(registered(firm)), due(registered(firm, number="2"))
    payment = paid(supplier, payable, 122, bank, amount=Decimal("121.50"))
    assert (payment.amount, payment.difference) == (Decimal("121.50"), Decimal("0.50"))
    assert balance(firm, "rounding_gain") == Decimal("-0.50")
    with pytest.raises(services.DifferenceUnexplained):
        paid(supplier, other, 122, bank, amount=Decimal(118))
    gains = Account.objects.create(company=firm, code="GAIN", name="Sconti", kind="revenue")
    paid(supplier, other, 122, bank, amount=Decimal(118), difference_account=gains)
    assert JournalLine.objects.get(account=gains).amount == -4
    other.refresh_from_db()
    assert other.is_settled


def test_taken_back_the_payable_is_due_again_and_the_books_are_as_before(firm, supplier, bank):
    payable = due(registered(firm, exigibility="D"))
    before = {role: balance(firm, role) for role in ("suppliers", "bank", "rounding_gain", "vat_receivable")}
    payment = paid(supplier, payable, 122, bank, amount=Decimal("121.50"))
    take_back_payment(payment, on=LATER, reason="Bonifico respinto", by="anna")

    payable.refresh_from_db()
    assert (payable.settled, payable.settled_on) == (0, None)
    assert {role: balance(firm, role) for role in before} == before
    payment.refresh_from_db()
    assert (payment.cancelled_on, payment.cancelled_by, payment.reason) == (
        LATER,
        "anna",
        "Bonifico respinto",
    )
    assert payment.shares.get().amount == 122, "what it had settled is still told"
    with pytest.raises(services.PaymentTakenBack):
        take_back_payment(payment, on=LATER, reason="x", by="anna")


def test_taking_back_wants_a_reason_and_a_day_not_before_the_payment(firm, supplier, bank):
    payment = paid(supplier, due(registered(firm)), 122, bank)
    with pytest.raises(services.ReasonForTakingBackMissing):
        take_back_payment(payment, on=LATER, reason=" ", by="anna")
    with pytest.raises(services.TakenBackTooEarly):
        take_back_payment(payment, on=date(2026, 4, 1), reason="x", by="anna")


def test_a_paid_invoice_stays_registered_until_its_payment_is_taken_back(firm, supplier, bank):
    one = registered(firm)
    payment = paid(supplier, due(one), 50, bank)
    with pytest.raises(services.AlreadyPaid):
        unregister(one, on=LATER, by="anna")
    take_back_payment(payment, on=LATER, reason="x", by="anna")
    unregister(one, on=LATER, by="anna")
    assert not one.payables.exists()
    assert SettledPayable.objects.filter(invoice=one).count() == 1


def test_the_same_call_with_a_key_pays_once(firm, supplier, bank):
    payable = due(registered(firm))
    first = paid(supplier, payable, 100, bank, key="abc")
    assert paid(supplier, payable, 100, bank, key="abc") == first
    assert SupplierPayment.objects.count() == 1
    with pytest.raises(services.PaymentKeyUsed):
        paid(make_supplier(firm, "", "Altro"), payable, 100, bank, key="abc")


def test_ticked_payables_are_paid_in_full_with_one_payment_for_each_supplier(firm, supplier, bank):
    payables = [due(registered(firm)), due(registered(firm, number="2"))]
    paid(supplier, payables[0], 22, bank)
    (payment,) = pay_in_full(payables, date=ON, account=bank, by="anna")
    assert payment.amount == 222
    with pytest.raises(services.NothingToPay):
        pay_in_full(payables, date=ON, account=bank, by="anna")


def test_tax_is_withheld_in_proportion_and_owed_to_the_state(firm, supplier, bank):
    """R36 seen from the other side: two payments of half, half of the tax each."""
    withheld = (WithholdingFacts(kind="RT01", rate=Decimal(20), amount=Decimal(20)),)
    payable = due(registered(firm, withholdings=withheld))
    before = balance(firm, "suppliers")
    assert payable.amount == 102
    paid(supplier, payable, 51, bank)
    assert balance(firm, "withholding_payable") == -10
    paid(supplier, payable, 51, bank)
    assert balance(firm, "withholding_payable") == -20
    assert balance(firm, "suppliers") - before == 122


# --- VAT that waits for the payment ---


@pytest.fixture
def on_payment(firm):
    save_options(firm, PurchaseOptions, {"deduction": "suppliers"}, by="anna")


def test_vat_of_who_pays_it_on_payment_waits_and_moves_by_share(firm, supplier, bank, on_payment):
    receivable = balance(firm, "vat_receivable")
    dues = (DueFacts(amount=Decimal("40.67"), on=ON), DueFacts(amount=Decimal("81.33"), on=LATER))
    one = registered(firm, exigibility="D", dues=dues)
    assert balance(firm, "vat_on_payment") == 22
    assert balance(firm, "vat_receivable") == receivable
    first, second = one.payables.order_by("position")
    payment = paid(supplier, first, first.left, bank)
    assert balance(firm, "vat_receivable") - receivable == Decimal("7.33")
    paid(supplier, second, second.left, bank)
    assert balance(firm, "vat_on_payment") == 0
    take_back_payment(payment, on=LATER, reason="x", by="anna")
    assert balance(firm, "vat_on_payment") == Decimal("7.33")


def test_vat_is_not_deducted_before_the_invoice_is_registered(firm, supplier, bank, on_payment):
    one = registered(firm, exigibility="D")
    payment = paid(supplier, due(one), 122, bank, on=date(2026, 3, 5))
    entry = JournalEntry.objects.get(source=services.vat_source(payment.pk, one.pk))
    assert entry.date == one.registered_on


def test_a_chart_from_before_gets_the_account_vat_waits_on(firm, supplier, bank, on_payment):
    Account.objects.filter(company=firm, role="vat_on_payment").delete()
    registered(firm, exigibility="D")
    assert balance(firm, "vat_on_payment") == 22


def test_by_the_law_vat_waits_in_france_and_not_in_italy():
    assert door.waits("FR", "law") == {"D"}
    assert door.waits("IT", "law") == frozenset()
    assert (door.waits("IT", "all"), door.waits("FR", "once")) == ({"D", "I"}, frozenset())


def test_who_accounts_on_payment_himself_deducts_everything_on_payment(firm, supplier, bank):
    save_options(firm, PurchaseOptions, {"deduction": "all"}, by="anna")
    registered(firm)
    assert balance(firm, "vat_on_payment") == 22
