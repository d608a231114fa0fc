"""Quotes for tests, made through the services."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ronda.billing.tests.firm import make_item, vat_code
from ronda.catalogue.models import Item
from ronda.company.models import Company
from ronda.quotes.models import LossReason, Quote
from ronda.quotes.services import NewLine, create_quote, send_quote

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def item(company: Company, name: str = "Canone", price: str = "100.00", **facts: Any) -> Item:
    return Item.objects.filter(company=company, name=name).first() or make_item(company, name, price, **facts)


def once(company: Company, price: str = "500.00", text: str = "Installazione", **facts: Any) -> NewLine:
    """A line billed once."""
    facts.setdefault("vat_code", vat_code(company))
    return NewLine(text=text, price=Decimal(price), **facts)


def fee(company: Company, price: str = "100.00", every: int = 1, **facts: Any) -> NewLine:
    """A fee every so many months."""
    facts.setdefault("item", item(company))
    return NewLine(price=Decimal(price), every=every, **facts)


def draft(company: Company, *lines: NewLine, account: Any = None, **facts: Any) -> Quote:
    """A draft for the payer, or for a prospect."""
    if account is not None:
        facts |= {"party": account.party, "account": account}
    else:
        facts.setdefault("prospect_name", "Officine Rossi")
        facts.setdefault("prospect_email", "info@rossi.example")
        facts.setdefault("prospect_street", "Via Po 1")
        facts.setdefault("prospect_city", "Torino")
    facts.setdefault("title", "Manutenzione impianti")
    rows = lines or (once(company), fee(company))
    return create_quote(company, lines=rows, by="anna", on=TODAY, **facts)


def sent(company: Company, *lines: NewLine, account: Any = None, **facts: Any) -> Quote:
    """A quote that was handed over today."""
    return send_quote(draft(company, *lines, account=account, **facts), on=TODAY, now=NOW, by="anna")


def reason(company: Company, name: str = "Prezzo") -> LossReason:
    return LossReason.objects.get_or_create(company=company, name=name)[0]
