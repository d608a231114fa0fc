"""Neutral invoices for tests: consistent, so that each test changes what it speaks of."""

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ronda.kernel.money import to_cents
from ronda.purchases.domain.facts import (
    CREDIT_NOTE,
    INVOICE,
    DueFacts,
    LineFacts,
    PartyFacts,
    ReceivedInvoiceFacts,
    VatFacts,
)

DAY = date(2026, 3, 4)
SELLER = PartyFacts(
    name="Ferramenta Blu Srl",
    identity="IT02182030391",
    tax_id="02182030391",
    street="via Po 1",
    postcode="44121",
    city="Ferrara",
    province="FE",
    country="IT",
)
BUYER = PartyFacts(name="Aria Srl", identity="IT01234567897", tax_id="01234567897", country="IT")


def line(net="100.00", rate="22", nature="", number=1, **facts):
    facts.setdefault("text", f"Canone {number}")
    return LineFacts(number=number, net=Decimal(net), vat_rate=Decimal(rate), nature=nature, **facts)


def summed(lines, exigibility="I"):
    """VAT on the sum by rate and nature (R29)."""
    nets = {}
    for one in lines:
        at = (one.vat_rate, one.nature)
        nets[at] = nets.get(at, Decimal(0)) + one.net
    return tuple(
        VatFacts(rate=rate, nature=nature, net=net, vat=to_cents(net * rate / 100), exigibility=exigibility)
        for (rate, nature), net in nets.items()
    )


def invoice(*lines, number="12", exigibility="I", **facts):
    """An invoice of the ironmonger to us; totals and one due follow from the lines."""
    lines = lines or (line(),)
    vat = facts.pop("vat", None) or summed(lines, exigibility)
    net, tax = sum(to_cents(row.net) for row in vat), sum(row.vat for row in vat)
    total = facts.pop("total", None) or net + tax
    split = sum((row.vat for row in vat if row.exigibility == "S"), Decimal(0))
    withheld = sum((row.amount for row in facts.get("withholdings", ())), Decimal(0))
    to_pay = facts.pop("to_pay", None) or total - split - withheld
    facts.setdefault("dues", (DueFacts(amount=to_pay, on=date(2026, 4, 30), means="MP05"),))
    facts.setdefault("date", DAY)
    facts.setdefault("seller", SELLER)
    facts.setdefault("buyer", BUYER)
    return ReceivedInvoiceFacts(
        kind=facts.pop("kind", INVOICE), number=number, lines=tuple(lines), vat=vat, total=total,
        to_pay=to_pay, country="IT", **facts,
    )  # fmt: skip


def credit_note(*lines, number="NC1", **facts):
    return replace(invoice(*lines, number=number, **facts), kind=CREDIT_NOTE)


def content(facts):
    """Bytes for the file of an invoice: other facts, other bytes."""
    return repr(facts).encode()


def with_digest(facts):
    return replace(facts, sha256=hashlib.sha256(content(facts)).hexdigest())
