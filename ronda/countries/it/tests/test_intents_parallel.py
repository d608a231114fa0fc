"""Two people issue at once under one declaration of intent, each on a connection of their own (R38)."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from ronda.billing.services import draft_document, issue_document
from ronda.company.models import OptionValue
from ronda.company.options import forget
from ronda.countries.it import receivers
from ronda.countries.it.models import IntentUse, LetterOfIntent
from ronda.countries.it.queries import without_vat
from ronda.countries.it.services.intents import IntentExceeded
from ronda.reports.tests.firm import DAY, italian_firm, lines, payer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres(only=True)]
BOTH = 2


def account_with_letter(company):
    """A customer with a declaration of 200; invoices and advances have series of their own, used before."""
    account = payer(company, "Esporta Srl")
    LetterOfIntent.objects.create(
        company=company, party=account.party, protocol="08060120341234567-000001", year=2026,
        received_on=date(2026, 1, 10), ceiling=Decimal(200),
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31),
    )  # fmt: skip
    OptionValue.objects.create(company=company, group="billing", name="advance_series", value="AC")
    forget()
    for kind in ("invoice", "advance"):
        first = draft_document(account, lines(company), by="anna", on=DAY, language="it", kind=kind)
        issue_document(first, on=DAY, by="anna")
    return account


def test_r38_two_people_at_once_never_exceed_the_ceiling(monkeypatch):
    """An invoice and an advance: their numbers have locks of their own, the declaration has one for both."""
    company = italian_firm()
    account = account_with_letter(company)
    drafts = [
        draft_document(account, lines(company, nature="N3.5"), by="anna", on=DAY, language="it", kind=kind)
        for kind in ("invoice", "advance")
    ]
    barrier = threading.Barrier(BOTH)
    outcomes = []

    def both_have_their_numbers(document_ids):
        barrier.wait(timeout=20)
        return without_vat(document_ids)

    monkeypatch.setattr(receivers, "without_vat", both_have_their_numbers)

    def work(draft):
        try:
            outcomes.append(issue_document(draft, on=DAY, by="anna"))
        except Exception as error:  # noqa: BLE001 -- told to the test below
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[draft]) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(type(one).__name__ for one in outcomes) == ["Document", IntentExceeded.__name__]
    assert sum(use.amount for use in IntentUse.objects.all()) == Decimal("128.50")
