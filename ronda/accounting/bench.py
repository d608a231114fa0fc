"""How much computing a closing takes: 100,000 lines to defer or accrue in 20 s (budget), posting included."""

import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from ronda.accounting.models import Closing
from ronda.accounting.services import fill_closing, post_closing, request_closing
from ronda.billing.models import Document, DocumentLine
from ronda.catalogue.models import VatCode
from ronda.company.bulk import insert, row
from ronda.company.models import Company
from ronda.company.services import create_company
from ronda.parties.models import BillingAccount, Party

BUDGET_S_PER_100_000 = 20
NAME = "Banco Prova Chiusure Srl"
CLOSING_DAY = date(2025, 12, 31)
LINES_PER_DOCUMENT = 5
DOCUMENTS_AT_ONCE = 1_000
DAY = timedelta(days=1)


def prepare(n: int) -> Company:
    """A firm with `n` lines that matter on 31 December, and as many that were over before.

    Of those that matter nine in ten were invoiced in advance, one in ten after the year in arrears.
    """
    company = create_company(name=NAME, country="IT", by="bench")
    vat = VatCode.objects.filter(company=company).order_by("pk").values_list("pk", flat=True)[0]
    documents = -(-2 * n // LINES_PER_DOCUMENT)
    for start in range(0, documents, DOCUMENTS_AT_ONCE):
        numbers = range(start, min(start + DOCUMENTS_AT_ONCE, documents))
        with transaction.atomic():
            _add(company, vat, numbers)
    return company


def _add(company: Company, vat: int, numbers: range) -> None:
    parties = insert(
        [row(Party, company_id=company.pk, code=f"C{n:06d}", name=f"Condominio {n}") for n in numbers]
    )
    accounts = insert([row(BillingAccount, party_id=party.pk, is_default=True) for party in parties])
    documents = insert([_document(company, n, account) for n, account in zip(numbers, accounts, strict=True)])
    insert(
        [
            _line(document, position, n, vat)
            for n, document in zip(numbers, documents, strict=True)
            for position in range(1, LINES_PER_DOCUMENT + 1)
        ]
    )


def _begins(n: int) -> date:
    """Even documents are over by the end of the year; odd ones go beyond it."""
    return date(2024, 1, 1) + DAY * (n % 300) if n % 2 == 0 else date(2025, 3, 1) + DAY * (n * 37 % 300)


def _document(company: Company, n: int, account: BillingAccount) -> Document:
    day = date(2026, 1, 5) if n % 20 == 1 else _begins(n)
    net = Decimal(120 * LINES_PER_DOCUMENT)
    return row(
        Document, company_id=company.pk, status=Document.Status.ISSUED, series="FT", year=day.year,
        number=n + 1, label=f"FT {n + 1}/{day.year}", date=day, party_id=account.party_id,
        account_id=account.pk, net_total=net, vat_total=Decimal(0), gross_total=net, payable=net,
    )  # fmt: skip


def _line(document: Document, position: int, n: int, vat: int) -> DocumentLine:
    first = _begins(n)
    return row(
        DocumentLine, document_id=document.pk, position=position, text=f"Canone di manutenzione {position}",
        net=Decimal(100 + position * 7 + n % 90), unit_price=Decimal(120), vat_code_id=vat, starts_on=first,
        ends_on=first + DAY * 364, revenue_account="3102" if position % 2 else "",
    )  # fmt: skip


def measure(n: int) -> dict[str, Any]:
    """CPU seconds of the preview and of the posting of what `prepare(n)` made; nothing is asserted."""
    company = Company.objects.get(name=NAME)
    closing = request_closing(company, on=CLOSING_DAY, method="days", by="bench")
    start = time.process_time()
    closing = fill_closing(closing)
    filled = time.process_time()
    closing = post_closing(closing, by="bench")
    posted = time.process_time()
    return {
        "lines": closing.lines_count,
        "asked": n,
        "preview_s": round(filled - start, 2),
        "posting_s": round(posted - filled, 2),
        "cpu_s": round(posted - start, 2),
        "budget_s": round(BUDGET_S_PER_100_000 * closing.lines_count / 100_000, 2),
        "posted": closing.state == Closing.State.REVERSED,
    }
