"""R40 in both payments and books: what is in the till, what is settled, and the cents between them."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.accounting.models import JournalLine
from ronda.billing.services import issue_document
from ronda.billing.services.drafts import draft_document
from ronda.billing.tests.firm import line, make_account, make_firm, vat_code
from ronda.company.services import save_options
from ronda.parties.models import PaymentMethod
from ronda.payments.options import PaymentOptions
from ronda.payments.services import record_payment

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("rounded", "in_cash", "left", "rounding"),
    [(True, True, "0", "-0.01"), (True, False, "0.01", "0"), (False, True, "0.01", "0")],
)
def test_r40_a_total_paid_wholly_in_cash_is_settled_by_the_rounded_amount(rounded, in_cash, left, rounding):
    firm = make_firm()
    account = make_account(firm)
    save_options(firm, PaymentOptions, {"cash_rounding": rounded}, by="anna")
    role = "cash" if in_cash else "bank"
    method = PaymentMethod.objects.create(company=firm, code="M5", name="M5", account_role=role)
    free = vat_code(firm, "0", "N1")
    draft = draft_document(account, [line(firm, "1.01", vat_code=free)], by="anna", on=DAY)
    document = issue_document(draft, on=DAY, by="anna")

    payment = record_payment(account.party, date=DAY, amount=Decimal("1.00"), method=method, by="anna")

    assert (document.instalments.get().residue, payment.rounding) == (Decimal(left), Decimal(rounding))
    books = JournalLine.objects.filter(entry__source=f"payments.payment:{payment.pk}")
    assert books.get(account__role=role).amount == Decimal("1.00")
    assert sum(row.amount for row in books) == 0
