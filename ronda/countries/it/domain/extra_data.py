"""Further data on the lines of a file (AltriDatiGestionali), from short templates in Liquid.

A template reads plain values of the document, its customer, the line and the contract the line bills, and
nothing else. One that comes out empty adds nothing to its line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from ronda.countries.it.domain.fatturapa import Line, OtherData, Party, ReceivedInvoice, Reference
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.reports.domain.liquid import LayoutError, fill_text

#: Lengths of the schema: TipoDato, RiferimentoTesto.
LONGEST_KIND, LONGEST_TEXT = 10, 60
LONGEST_TEMPLATE = 500
#: RiferimentoNumero: up to 8 decimals; the limit of amounts of the schema.
MOST_DECIMALS, LARGEST_NUMBER = 8, Decimal(10**11)
#: In any language: numbers and days of the file are no words.
LANGUAGE = "it"
NAMES = {"text": _("text"), "number": _("number"), "day": _("date")}


class BadTemplate(Refusal):
    """A template that cannot be used; `field` is "text", "number" or "day"."""

    code = "it.bad_template"


@dataclass(frozen=True, slots=True)
class Template:
    """What to write on which lines; the three parts are templates, any of them may be empty."""

    kind: str
    text: str = ""
    number: str = ""
    day: str = ""
    first_line_only: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract a line bills, as templates know it."""

    number: str = ""
    title: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


NO_CONTRACT = Contract()


def values_of(invoice: ReceivedInvoice, line: Line, contract: Contract = NO_CONTRACT) -> dict[str, Any]:
    """What a template may name: document, customer, line, contract. Amounts in the file's currency."""
    buyer = invoice.buyer
    return {
        "document": _of_document(invoice),
        "customer": {
            "name": buyer.name,
            "tax_id": buyer.vat_id,
            "registration_id": buyer.fiscal_code,
            "city": buyer.city,
            "recipient_code": buyer.recipient_code,
        },
        "line": _of_line(line),
        "contract": {
            "number": contract.number,
            "title": contract.title,
            "starts_on": _day(contract.starts_on),
            "ends_on": _day(contract.ends_on),
        },
    }


def _of_document(invoice: ReceivedInvoice) -> dict[str, Any]:
    order = next((one for one in invoice.references if one.kind == "order"), None)
    return {
        "number": invoice.number,
        "date": invoice.date,
        "kind": invoice.kind,
        "currency": invoice.currency,
        "total": invoice.total if invoice.total is not None else Decimal(0),
        "order": order.document if order else "",
        "cig": order.cig if order else "",
        "cup": order.cup if order else "",
    }


def _of_line(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "text": line.description,
        "quantity": _number(line.quantity),
        "unit": line.unit,
        "unit_price": _number(line.unit_price),
        "net": _number(line.net),
        "vat_rate": _number(line.vat_rate),
        "nature": line.nature,
        "starts_on": _day(line.period_from),
        "ends_on": _day(line.period_to),
    }


def _number(value: Decimal | None) -> Decimal | str:
    """Without the zeros that the database adds at the end."""
    if value is None:
        return ""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _day(value: date | None) -> date | str:
    return value or ""


def filled(template: Template, values: Mapping[str, Any]) -> OtherData | None:
    """The data of one line, None when nothing comes out; texts are cut at 60 characters.

    Raises BadTemplate, which names the part, the line and the mistake.
    """
    parts = {name: _fill(template, name, values) for name in ("text", "number", "day")}
    if not any(parts.values()):
        return None
    return OtherData(
        kind=template.kind[:LONGEST_KIND],
        text=parts["text"][:LONGEST_TEXT].strip(),
        number=_as_number(template, parts["number"]),
        day=_as_day(template, parts["day"]),
    )


def _fill(template: Template, name: str, values: Mapping[str, Any]) -> str:
    source = getattr(template, name)
    if not source:
        return ""
    try:
        return " ".join(fill_text(source, values, language=LANGUAGE).split())
    except LayoutError as error:
        raise _bad(template, name, str(error.message), line=error.line) from error


def _as_number(template: Template, text: str) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise _bad(template, "number", _("“%(text)s” is no number.") % {"text": text[:40]}) from error
    if not number.is_finite():
        raise _bad(template, "number", _("“%(text)s” is no number.") % {"text": text[:40]})
    if abs(number) >= LARGEST_NUMBER:
        raise _bad(template, "number", _("“%(text)s” is too large a number.") % {"text": text[:40]})
    return round(number, MOST_DECIMALS) if -_exponent(number) > MOST_DECIMALS else number


def _exponent(number: Decimal) -> int:
    found = number.as_tuple().exponent
    return found if isinstance(found, int) else 0


def _as_day(template: Template, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        told = _("“%(text)s” is no date: name a date, such as {{ line.starts_on }}.")
        raise _bad(template, "day", told % {"text": text[:40]}) from error


def _bad(template: Template, name: str, why: Any, *, line: int = 0) -> BadTemplate:
    text = _("%(kind)s, %(part)s, line %(line)s: %(why)s") if line else _("%(kind)s, %(part)s: %(why)s")
    told = {"kind": template.kind, "part": NAMES[name], "line": line, "why": why}
    return BadTemplate(text % told, field=name, line=line)


_ARIA = Party("Aria Srl", vat_country="IT", vat_id="02182030391", city="Ferrara")
_BIANCHI = Party(
    "Bianchi Spa", vat_country="IT", vat_id="00743110157", city="Torino", recipient_code="AB1CD23"
)
_LINE = Line(
    1,
    "Canone di manutenzione",
    Decimal(50),
    Decimal(100),
    Decimal(22),
    quantity=Decimal(2),
    unit="h",
    period_from=date(2026, 3, 1),
    period_to=date(2026, 3, 31),
)
_INVOICE = ReceivedInvoice(
    "TD01",
    "FT 12/2026",
    date(2026, 3, 4),
    _ARIA,
    _BIANCHI,
    lines=(_LINE,),
    total=Decimal(122),
    references=(Reference("order", "PO-7", cig="Z123456789"),),
)
_BARE_LINE = Line(2, "Uscita", Decimal(30), Decimal(30), Decimal(22))
_BARE = ReceivedInvoice("TD04", "NC 3/2026", date(2026, 3, 5), _ARIA, _BIANCHI, lines=(_BARE_LINE,))
_AGREEMENT = Contract("C-2026-7", "Manutenzione", date(2026, 1, 1), date(2026, 12, 31))
#: With everything a template may name, and with as little as there ever is.
_EXAMPLES = ((_INVOICE, _LINE, _AGREEMENT), (_BARE, _BARE_LINE, NO_CONTRACT))


def try_out(template: Template) -> OtherData | None:
    """What comes out of an example; filled with as little as there ever is, too. Raises BadTemplate."""
    made = [filled(template, values_of(invoice, line, of)) for invoice, line, of in _EXAMPLES]
    return made[0]
