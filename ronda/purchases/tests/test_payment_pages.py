"""Screens of payments to suppliers: proposal, form, ticked payables, ageing, of one company only."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from ronda.accounting.models import Account
from ronda.billing.tests.firm import make_firm
from ronda.company.checking import Look, checks
from ronda.company.models import Membership, Role, User
from ronda.parties.models import Party
from ronda.purchases import queries
from ronda.purchases.models import Payable, SupplierPayment
from ronda.purchases.services import pay, register, take_back_payment, take_in
from ronda.purchases.tests.invoices import SELLER, content, credit_note, invoice, line

pytestmark = pytest.mark.django_db
ON = date(2026, 4, 30)


@pytest.fixture
def firm():
    return make_firm(tax_id="01234567897")


@pytest.fixture
def supplier(firm):
    return Party.objects.create(company=firm, code="F1", name="Blu", tax_id=SELLER.tax_id, is_supplier=True)


@pytest.fixture
def payables(firm, supplier):
    made = []
    for facts in (invoice(), invoice(line("50.00"), number="13"), credit_note(line("10.00"))):
        one = register(take_in(firm, facts, content(facts), by="anna"), on=date(2026, 3, 31), by="anna")
        made.append(one.payables.get())
    return made


@pytest.fixture
def page(client, firm):
    user = User.objects.create_user("clerk", language="en")
    role = Role.objects.get(company=firm, code="owner")
    Membership.objects.create(user=user, company=firm, role=role, is_default=True)
    client.force_login(user)
    return client


def bank(firm):
    return Account.objects.get(company=firm, role="bank")


def test_ticked_payables_are_paid_together(page, firm, payables):
    given = {"id": [one.pk for one in payables], "date": "30/04/2026", "account": bank(firm).pk}
    assert page.post(reverse("payable-pay"), given).status_code == 302
    assert SupplierPayment.objects.get().amount == Decimal("170.80")
    assert not Payable.objects.filter(settled_on=None).exists()


def test_the_proposal_spends_credit_notes_and_then_the_oldest(page, supplier, payables):
    answer = page.get(reverse("supplier-payment-proposal"), {"supplier": supplier.pk, "amount": "100"})
    shares = {row.pk: share for row, share in answer.context["proposal"].rows}
    assert shares == {
        payables[0].pk: Decimal("112.20"),
        payables[1].pk: "",
        payables[2].pk: Decimal("-12.20"),
    }
    assert f'name="part-{payables[0].pk}"' in answer.content.decode()


def form(supplier, account, **parts):
    given = {"supplier": supplier.pk, "account": account.pk, "date": "30/04/2026", "once": "k1", "amount": ""}
    return given | parts


def test_the_form_pays_what_was_typed_beside_the_payables_once(page, firm, supplier, payables):
    given = form(supplier, bank(firm), **{f"part-{payables[0].pk}": "100", f"part-{payables[1].pk}": ""})
    for _twice in range(2):
        assert page.post(reverse("supplierpayment-add"), given).status_code == 302
    assert [one.settled for one in Payable.objects.order_by("pk")] == [100, 0, 0]
    assert SupplierPayment.objects.get().amount == 100


def test_the_form_shows_the_refusal_and_keeps_what_was_typed(page, firm, supplier, payables):
    given = form(supplier, bank(firm), **{f"part-{payables[0].pk}": "500"})
    answer = page.post(reverse("supplierpayment-add"), given)
    assert answer.status_code == 422
    assert "is left to pay" in answer.content.decode()
    assert 'value="500"' in answer.content.decode()
    assert not SupplierPayment.objects.exists()


def test_without_amounts_beside_the_oldest_are_paid_first(page, firm, supplier, payables):
    given = form(supplier, bank(firm)) | {"amount": "109.80"}
    assert page.post(reverse("supplierpayment-add"), given).status_code == 302
    assert [one.left for one in Payable.objects.order_by("pk")] == [0, 61, 0]


def test_a_payment_is_taken_back_with_its_reason_on_the_page(page, firm, supplier, payables):
    payment = pay(supplier, [(payables[0], Decimal(10))], date=ON, account=bank(firm), by="anna")
    url = reverse("supplierpayment-take-back")
    assert page.post(url, {"id": payment.pk, "on": "30/04/2026", "reason": ""}).status_code == 422
    page.post(url, {"id": payment.pk, "on": "30/04/2026", "reason": "Bounced"})
    payment.refresh_from_db()
    assert payment.reason == "Bounced"
    assert page.get(reverse("supplierpayment-detail", args=[payment.pk])).status_code == 200


def test_what_we_owe_is_told_by_supplier_and_delay(page, firm, supplier, payables):
    (row,) = queries.ageing(firm, on=date(2026, 7, 15))
    assert (row.not_due, row.late, row.total) == (0, (0, 0, Decimal("170.80"), 0), Decimal("170.80"))
    (row,) = queries.ageing(firm, on=ON)
    assert (row.not_due, row.overdue) == (Decimal("170.80"), 0)
    answer = page.get(reverse("purchases-ageing"), {"on": "15/07/2026"})
    assert answer.context["totals"]["total"] == Decimal("170.80")
    assert page.get(reverse("purchases-ageing")).status_code == 200


def test_suppliers_and_payables_of_another_company_are_not_there(page, firm, supplier, payables):
    other = make_firm("Altra Srl")
    foreign = Party.objects.create(company=other, code="X", name="X", is_supplier=True)
    answer = page.get(reverse("supplier-payment-proposal"), {"supplier": foreign.pk})
    assert answer.status_code == 404
    answer = page.post(reverse("supplierpayment-add"), form(foreign, bank(firm), **{"part-1": "1"}))
    assert answer.status_code == 422
    assert not SupplierPayment.objects.exists()


def test_the_list_of_payables_finds_what_is_overdue_and_adds_up_what_is_left(page, firm, supplier, payables):
    pay(supplier, [(payables[0], Decimal(22))], date=ON, account=bank(firm), by="anna")
    answer = page.get(reverse("payable-list"), {"open": "open"})
    assert "148.80" in answer.content.decode()
    assert page.get(reverse("payable-list"), {"open": "late"}).status_code == 200


# --- self-audit ---


def findings(firm):
    look = Look(company_id=firm.pk, now=timezone.now())
    mine = [check for check in checks() if check.code.startswith("purchases.")]
    return sorted((check.code, one.problem) for check in mine for one in check.run(look))


def test_the_checks_find_nothing_in_payments_made_and_taken_back(firm, supplier, payables):
    first = pay(supplier, [(payables[0], Decimal("33.33"))], date=ON, account=bank(firm), by="anna")
    shares = [(one, one.left) for one in Payable.objects.all()]
    pay(supplier, shares, amount=Decimal("137.00"), date=ON, account=bank(firm), by="anna")
    assert findings(firm) == []
    take_back_payment(first, on=ON, reason="x", by="anna")
    assert findings(firm) == []
