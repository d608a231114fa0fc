"""Stamp duty in the month."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.billing.models import Document
from ronda.billing.tests.firm import make_account, make_firm, vat_code
from ronda.contracts.tests.agreements import agree, month


@pytest.mark.django_db
def test_r35_the_month_asks_no_stamp_duty_of_an_exempt_customer():
    firm = make_firm()
    exempt = make_account(firm, "Amici ODV", stamp_duty_exemption="art. 82 D.Lgs. 117/2017")
    code = vat_code(firm, "0", "N4", stamp_relevant=True)
    for payer in (make_account(firm), exempt):
        agree(payer, {"price": "100.00", "vat_code": code}, starts_on=date(2026, 3, 1))

    month(firm, date(2026, 3, 31))

    owed = dict(Document.objects.values_list("account__party__name", "stamp_duty"))
    assert owed == {"Bianchi": Decimal(2), "Amici ODV": Decimal(0)}
