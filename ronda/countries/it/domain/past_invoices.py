"""What a past invoice tells of customers, services and rhythms, as plain values."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ronda.contracts.domain.descriptions import comparable, read_description
from ronda.contracts.domain.detection import HistoryLine
from ronda.countries.it.domain.fatturapa.model import Line, Party, ReceivedInvoice

# Codes that mean "no address known": the customer finds his invoices in his tax drawer.
NO_ADDRESS = frozenset({"0000000", "XXXXXXX", "999999"})
LONGEST_NAME, LONGEST_TEXT = 200, 500


class VatKey(NamedTuple):
    """How a line is taxed: percentage, nature, exigibility (I, D or S)."""

    rate: Decimal
    nature: str
    exigibility: str


class SoldLine(NamedTuple):
    """A line that sells something: `text` without its dates, `key` what equal services have in common."""

    text: str
    key: str
    vat: VatKey
    line: Line


def sold_lines(invoice: ReceivedInvoice) -> list[SoldLine]:
    """The lines that sell: with an amount, not stamp duty, not a note."""
    exigibility = {
        (summary.rate, summary.nature): summary.exigibility or "I" for summary in invoice.summaries
    }
    found = []
    for line in invoice.lines:
        if not line.net or line.kind or _is_stamp(line):
            continue
        text = (read_description(line.description).text or line.description)[:LONGEST_TEXT].strip()
        vat = VatKey(line.vat_rate, line.nature, exigibility.get((line.vat_rate, line.nature), "I"))
        found.append(SoldLine(text, comparable(text), vat, line))
    return [one for one in found if one.key]


def _is_stamp(line: Line) -> bool:
    """Stamp duty charged on: two euro without VAT, called by its name."""
    text = line.description.casefold()
    return not line.vat_rate and abs(line.net) == 2 and "bollo" in text


def party_facts(buyer: Party, *, public: bool, own_country: str) -> dict[str, Any]:
    """The customer as `create_parties` takes him. Numbers are those of the file, checked elsewhere."""
    country = buyer.country or buyer.vat_country or own_country
    tax_id = buyer.vat_id if buyer.vat_country in ("", own_country) else f"{buyer.vat_country}{buyer.vat_id}"
    code = "" if buyer.recipient_code in NO_ADDRESS else buyer.recipient_code
    facts = {
        "kind": "public" if public else "person" if buyer.first_name else "firm",
        "first_name": buyer.first_name[:80],
        "last_name": buyer.last_name[:80],
        "street": " ".join(part for part in (buyer.street, buyer.house_number) if part)[:200],
        "postcode": "" if buyer.postcode == "00000" else buyer.postcode[:10],
        "city": buyer.city[:120],
        "province": buyer.province[:5],
        "country": country[:2],
        "tax_id": tax_id[:28] if buyer.vat_id else "",
        "registration_id": buyer.fiscal_code[:28],
        "recipient_code": code,
        "pec": buyer.pec,
        "email": buyer.email,
        "phone": buyer.phone[:30],
    }
    return {name: value for name, value in facts.items() if value}


def name_of(buyer: Party) -> str:
    """The name as it is kept."""
    return buyer.name.strip()[:LONGEST_NAME]


def source_facts(invoice: ReceivedInvoice, lines: Iterable[tuple[SoldLine, int, int]]) -> dict[str, Any]:
    """What later imports need of an invoice to find rhythms: each line with its service and VAT code."""
    sign = -1 if invoice.is_credit_note else 1
    return {
        "number": invoice.number,
        "date": invoice.date.isoformat(),
        "lines": [
            [
                sold.line.description[:LONGEST_TEXT],
                str(sold.line.net * sign),
                str(sold.line.quantity if sold.line.quantity is not None else 1),
                str(sold.line.unit_price),
                item,
                vat,
                sold.line.period_from.isoformat() if sold.line.period_from else "",
                sold.line.period_to.isoformat() if sold.line.period_to else "",
            ]
            for sold, item, vat in lines
        ],
    }


def history(customer: int, facts: Mapping[str, Any]) -> Iterable[HistoryLine]:
    """The lines of one invoice as `contracts.domain.detection` reads them, from what was kept."""
    issued_on = date.fromisoformat(facts["date"])
    for text, net, quantity, price, item, vat, first, last in facts["lines"]:
        amount, count = Decimal(net), Decimal(quantity)
        yield HistoryLine(
            customer=str(customer),
            description=text,
            net=amount,
            issued_on=issued_on,
            quantity=count,
            unit_price=_price_of_one(Decimal(price), amount, count),
            vat=str(vat),
            period_from=date.fromisoformat(first) if first else None,
            period_to=date.fromisoformat(last) if last else None,
            reference=facts["number"],
            item=str(item),
        )


def _price_of_one(price: Decimal, net: Decimal, quantity: Decimal) -> Decimal:
    """The price stated, unless discounts made the line something else: then what was really paid."""
    if not quantity or abs(price * quantity - net) <= Decimal("0.01") * max(Decimal(1), abs(quantity)):
        return price
    return (net / quantity).quantize(Decimal("0.00000001"))
