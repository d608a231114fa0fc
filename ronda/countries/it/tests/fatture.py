"""Invoices for the tests of writer and preflight: consistent, so that each test changes what it speaks of."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from ronda.countries.it.domain.fatturapa import (
    Line,
    OtherData,
    Party,
    Payment,
    ReceivedInvoice,
    Summary,
)
from ronda.kernel.money import to_cents

STANDARDS = Path(__file__).resolve().parents[5] / "shared" / "standards" / "it" / "fatturapa"
SCHEMAS = {
    "FPR12": STANDARDS / "FatturaPA_v1.2.3_local.xsd",
    "FPA12": STANDARDS / "FatturaPA_v1.2.3_local.xsd",
    "FSM10": STANDARDS / "FatturaSemplificata_VFSM10_v1.0.2_local.xsd",
}
needs_schemas = pytest.mark.skipif(
    not all(path.exists() for path in SCHEMAS.values()),
    reason=f"the XSDs of FatturaPA are not at {STANDARDS}",
)
SAMPLES = sorted([*STANDARDS.glob("samples/*.xml"), *STANDARDS.glob("gobl/*.xml")])
needs_samples = pytest.mark.skipif(not SAMPLES, reason=f"official FatturaPA samples are not at {STANDARDS}")

DAY = date(2026, 3, 4)
ARIA = Party(
    "Aria Srl",
    vat_country="IT",
    vat_id="02182030391",
    fiscal_code="02182030391",
    tax_regime="RF01",
    street="via Po",
    house_number="1",
    postcode="44121",
    city="Ferrara",
    province="FE",
    country="IT",
)
BIANCHI = Party(
    "Bianchi Spa",
    vat_country="IT",
    vat_id="00743110157",
    street="Corso Francia",
    house_number="12/b",
    postcode="10121",
    city="Torino",
    province="TO",
    country="IT",
    recipient_code="ABC1234",
)
ROSSI = Party(
    "Mario Rossi",
    "Mario",
    "Rossi",
    fiscal_code="RSSMRA80A01H501U",
    street="Piazza Dante",
    postcode="00185",
    city="Roma",
    province="RM",
    country="IT",
    recipient_code="0000000",
    pec="mario.rossi@pec.it",
)
COMUNE = replace(BIANCHI, name="Comune di Torino", recipient_code="UF1AB2", vat_id="00514490010")
DUPONT = Party(
    "Dupont SAS",
    vat_country="FR",
    vat_id="40303265045",
    street="rue du Lac",
    postcode="00000",
    city="Lyon",
    country="FR",
    recipient_code="XXXXXXX",
)
INTENT = OtherData("INTENTO", "08060120341234567-000001", day=date(2026, 1, 10))


def line(number=1, net="100.00", rate="22", nature="", **facts):
    """A line of one piece; price and net are the same unless said otherwise."""
    amount = Decimal(net)
    facts.setdefault("unit_price", amount)
    return Line(
        number,
        facts.pop("text", f"Canone {number}"),
        net=amount,
        vat_rate=Decimal(rate),
        nature=nature,
        **facts,
    )


def summed(lines, funds=(), exigibility=""):
    """One summary for each rate and nature, VAT on the sum (R29)."""
    nets = {}
    for item in lines:
        at = (item.vat_rate, item.nature)
        nets[at] = nets.get(at, Decimal(0)) + item.net
    for fund in funds:
        at = (fund.vat_rate, fund.nature)
        nets[at] = nets.get(at, Decimal(0)) + fund.amount
    return tuple(
        Summary(
            rate, net, to_cents(rate * net / 100), nature, exigibility=exigibility if rate else "",
            legal_reference=f"Operazione {nature}" if nature else "",
        )
        for (rate, nature), net in nets.items()
    )  # fmt: skip


def invoice(*lines, exigibility="", **facts):
    """A consistent invoice from Aria to Bianchi, unless the facts say otherwise."""
    lines = lines or (line(),)
    summaries = facts.pop("summaries", None) or summed(lines, facts.get("welfare_funds", ()), exigibility)
    total = sum((item.net + item.vat for item in summaries), Decimal(0))
    made = ReceivedInvoice(
        kind=facts.pop("kind", "TD01"),
        number=facts.pop("number", "FT 1/2026"),
        date=facts.pop("date", DAY),
        seller=facts.pop("seller", ARIA),
        buyer=facts.pop("buyer", BIANCHI),
        lines=lines,
        summaries=summaries,
        total=facts.pop("total", total),
        progressive=facts.pop("progressive", "00001"),
        **facts,
    )
    if made.payments or made.format == "FSM10":
        return made
    return replace(made, payments=(Payment("TP02", "MP05", made.amount_to_pay, made.date),))


def simplified(*lines, kind="TD07", **facts):
    """A simplified invoice; what its file does not hold is not in it."""
    return invoice(*(lines or (line(net="50.00"),)), kind=kind, format="FSM10", **facts)


@cache
def schema(form):
    """The official schema of a format."""
    return etree.XMLSchema(etree.parse(SCHEMAS[form]))


def assert_valid(data, form):
    """The file is valid against the schema of its format, where the schema is at hand."""
    if SCHEMAS[form].exists():
        schema(form).assertValid(etree.fromstring(data))


def bare(read):
    """What was read, without what only a file has."""
    return replace(read, warnings=(), source_name="", sha256="", signed=False)
