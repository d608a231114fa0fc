"""Turns the XML of a supplier's invoice, CII or UBL, into the model."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.countries.fr.domain.einvoice.model import (
    DIRECTORY,
    SIREN,
    Address,
    Allowance,
    Attachment,
    Contact,
    Delivery,
    Invoice,
    Line,
    Note,
    Party,
    Payment,
    Reference,
    Span,
    Totals,
    Vat,
    VatDue,
    VatRow,
)
from ronda.countries.fr.domain.einvoice.totals import breakdown, sums
from ronda.countries.fr.domain.einvoice.xml_nodes import Node, Values
from ronda.countries.fr.domain.einvoice.xml_paths import CII, UBL, UBL_CREDIT, UBL_PLACE, Paths
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO

MOST_LINES = 20_000
_DUE = {
    "5": VatDue.INVOICE, "3": VatDue.INVOICE, "29": VatDue.DELIVERY, "35": VatDue.DELIVERY,
    "72": VatDue.PAYMENT, "432": VatDue.PAYMENT,
}  # fmt: skip
_TENDER, _OBJECT = "50", "130"
_TRUE = frozenset({"true", "1"})


class NotReadable(Refusal):
    """It is an invoice, and lacks what it cannot be registered without."""

    code = "einvoice.not_readable"


class Parser:
    """Reads one invoice; `values.notices` holds what was odd about it."""

    def __init__(self, root: Node, *, is_ubl: bool, is_credit: bool = False) -> None:
        self.root, self.is_ubl = root, is_ubl
        self.values = Values()
        self.paths: Paths = UBL if is_ubl else CII
        self.other = UBL_CREDIT if is_credit else {}

    def invoice(self) -> Invoice:
        """The whole invoice. NotReadable without a date, or with more lines than anyone reads."""
        found = self._heading()
        rows = tuple(self._row(node) for node in self.root.all(self.paths.groups["rows"]))
        invoice = replace(found, vat_rows=rows, lines=self._lines(rows))
        if not rows and invoice.lines:
            said = _("The VAT of the invoice is not summed up: it was worked out from the lines.")
            self.values.notice("breakdown_missing", said, "BG-23")
            invoice = replace(invoice, vat_rows=breakdown(invoice.lines, invoice.allowances))
        return replace(invoice, totals=self._totals(invoice))

    # -- the head

    def _at(self, name: str) -> str:
        """A text of the head by the name of the model's field."""
        return self.root.text(self.other.get(name) or self.paths.header.get(name, ""))

    def _day_at(self, name: str, where: str) -> date | None:
        return self.values.day(self._at(name), where)

    def _heading(self) -> Invoice:
        issued_on = self._day_at("issued_on", "BT-2")
        if issued_on is None:
            raise NotReadable(
                _("The invoice has no date that can be read. Ask the supplier for another file.")
            )
        number = self._at("number")
        if not number:
            self.values.notice("number_missing", _("The invoice has no number."), "BT-1")
        texts = {name: self._at(name) for name in _TEXTS}
        texts["currency"] = texts["currency"] or "EUR"
        documents = tuple(self.root.all(self.paths.groups["documents"]))
        given: dict[str, Any] = {**texts, **self._special(documents)}
        return Invoice(
            number=number,
            issued_on=issued_on,
            seller=self._party("seller") or Party(),
            buyer=self._party("buyer") or Party(),
            payee=self._party("payee"),
            representative=self._party("representative"),
            lines=(),
            vat_due=self._vat_due(),
            tax_point=self._day_at("tax_point", "BT-7"),
            due_on=self._due_on(),
            notes=tuple(self._notes()),
            references=tuple(self._references()),
            delivery=self._delivery(),
            period=self._span(self.root, self.paths.header, "BT-73"),
            payment=self._payment(),
            allowances=self._allowances(self.root, self.paths.groups["allowances"], 0),
            attachments=tuple(self._attachments(documents)),
            **given,
        )

    def _vat_due(self) -> str:
        code = self._at("vat_due")
        return str(_DUE.get(code, code))

    def _due_on(self) -> date | None:
        found = self._day_at("due_on", "BT-9")
        if found is None and self.is_ubl:
            found = self.values.day(self.root.text(self.paths.payment["due_on"]), "BT-9")
        return found

    def _special(self, documents: tuple[Node, ...]) -> dict[str, str]:
        """BT-17 and BT-18, which stand among the documents."""
        groups = self.paths.groups
        found = {"tender": self._at("tender")} if self.is_ubl else {}
        for node in documents:
            kind, number = node.text(groups["document_kind"]), node.first(groups["document_number"])
            if number and kind == _OBJECT:
                scheme = number.attribute("schemeID") if self.is_ubl else node.text(groups["document_scheme"])
                found |= {"object_id": number.own_text, "object_scheme": scheme}
            elif number and kind == _TENDER:
                found["project" if self.is_ubl else "tender"] = number.own_text
        return found

    def _notes(self) -> Iterator[Note]:
        groups = self.paths.groups
        for node in self.root.all(groups["notes"]):
            if not self.is_ubl:
                yield Note(node.text(groups["note_text"]), node.text(groups["note_code"]))
                continue
            text = node.own_text
            marked = text.startswith("#") and text[4:5] == "#"
            yield Note(text[5:], text[1:4]) if marked else Note(text)

    def _references(self) -> Iterator[Reference]:
        groups = self.paths.groups
        for node in self.root.all(groups["references"]):
            day = self.values.day(node.text(groups["reference_date"]), "BT-26")
            yield Reference(node.text(groups["reference_number"]), day)

    def _span(self, node: Node, paths: dict[str, str], where: str, line: int = 0) -> Span | None:
        first = self.values.day(node.text(paths["starts_on"]), where, line)
        last = self.values.day(node.text(paths["ends_on"]), where, line)
        return Span(first, last) if first or last else None

    def _payment(self) -> Payment | None:
        paths = dict(self.paths.payment)
        iban = self.root.text(paths.pop("iban")) or self.root.text(paths.pop("account", ""))
        paths.pop("account", None), paths.pop("due_on", None)
        texts = {name: self.root.text(path) for name, path in paths.items()}
        if self.is_ubl:
            found = self.root.first(self.paths.payment["code"])
            texts["label"] = found.attribute("name") if found else ""
            texts["creditor"] = self._sepa_creditor()
        payment = Payment(iban=iban.replace(" ", ""), **texts)
        return payment if payment != Payment() else None

    def _sepa_creditor(self) -> str:
        for group in ("payee", "seller"):
            for node in self.root.all(f"{self.paths.groups[group]}/{self.paths.groups['identifiers']}"):
                if node.attribute("schemeID") == "SEPA":
                    return node.own_text
        return ""

    def _attachments(self, documents: tuple[Node, ...]) -> Iterator[Attachment]:
        groups = self.paths.groups
        for node in documents:
            if node.text(groups["document_kind"]) in {_TENDER, _OBJECT}:
                continue
            number = node.text(groups["document_number"])
            inside = node.first(groups["document_content"])
            yield Attachment(
                number=number,
                description=node.text(groups["document_text"]),
                url=node.text(groups["document_url"]),
                content=self._content(inside, number) if inside else b"",
                mime=inside.attribute("mimeCode") if inside else "",
                filename=inside.attribute("filename") if inside else "",
            )

    def _content(self, node: Node, number: str) -> bytes:
        try:
            return base64.b64decode("".join(node.own_text.split()), validate=True)
        except (binascii.Error, ValueError):
            text = _("The attachment %(name)s is broken and was left out.") % {"name": number[:60]}
            self.values.notice("attachment_broken", text, "BT-125")
            return b""

    # -- the parties

    def _party(self, group: str) -> Party | None:
        node = self.root.first(self.paths.groups[group])
        if node is None:
            return None
        paths = self.paths.party
        legal, endpoint = node.first(paths["legal_id"]), node.first(paths["endpoint"])
        texts = {name: node.text(paths[name]) for name in ("name", "legal_info", "trading_name")}
        if self.is_ubl and not texts["name"]:
            texts["name"] = texts.pop("trading_name")  # a payee has no other
        vat_number, tax_number = self._tax_numbers(node)
        return Party(
            address=_address(node, paths),
            legal_id=legal.own_text if legal else "",
            legal_scheme=(legal.attribute("schemeID") if legal else "") or SIREN,
            identifiers=tuple(self._identifiers(node)),
            vat_number=vat_number,
            tax_number=tax_number,
            endpoint=endpoint.own_text if endpoint else "",
            endpoint_scheme=endpoint.attribute("schemeID") if endpoint else DIRECTORY,
            contact=_contact(node, paths),
            **texts,
        )

    def _identifiers(self, node: Node) -> Iterator[tuple[str, str]]:
        groups = self.paths.groups
        for name in ("identifiers", "own_identifiers"):
            for found in node.all(groups.get(name, "")):
                scheme = found.attribute("schemeID")
                if found.own_text and scheme != "SEPA":
                    yield scheme, found.own_text

    def _tax_numbers(self, node: Node) -> tuple[str, str]:
        groups = self.paths.groups
        found: dict[str, str] = {}
        for registration in node.all(groups["tax_numbers"]):
            number = registration.first(groups["tax_number"])
            if number:
                scheme = (
                    registration.text(groups["tax_scheme"]) if self.is_ubl else number.attribute("schemeID")
                )
                found.setdefault("vat" if scheme in {"VA", "VAT"} else "tax", number.own_text)
        return found.get("vat", "").replace(" ", ""), found.get("tax", "")

    def _delivery(self) -> Delivery | None:
        node = self.root.first(self.paths.groups["delivery"])
        on = self._day_at("delivered_on", "BT-72")
        if node is None:
            return Delivery(on) if on else None
        paths = self.paths.party | (UBL_PLACE if self.is_ubl else {})
        place = node.first("DeliveryLocation") if self.is_ubl else node
        identifiers = tuple(
            (found.attribute("schemeID"), found.own_text)
            for found in (place.all("ID" if self.is_ubl else "GlobalID") if place else ())
        )
        delivery = Delivery(on, node.text(paths["name"]), _address(node, paths), identifiers)
        return delivery if delivery else None

    # -- lines and amounts

    def _lines(self, rows: tuple[VatRow, ...]) -> tuple[Line, ...]:
        nodes = list(self.root.all(self.other.get("lines") or self.paths.groups["lines"]))
        if len(nodes) > MOST_LINES:
            text = _("The invoice has more than %(count)s lines. Ask the supplier for several files.")
            raise NotReadable(text % {"count": MOST_LINES})
        if not nodes:
            text = _("The file has no lines, only totals: read the lines on the readable copy.")
            self.values.notice("lines_missing", text, "BG-25")
        reasons = {(row.category, row.rate or ZERO): (row.reason, row.reason_code) for row in rows}
        return tuple(self._line(node, number, reasons) for number, node in enumerate(nodes, start=1))

    def _line(self, node: Node, number: int, reasons: dict[tuple[str, Decimal], tuple[str, str]]) -> Line:
        paths = self.paths.line | ({"quantity": self.other["quantity"]} if self.other else {})
        texts = {name: node.text(paths[name]) for name in _LINE_TEXTS}
        figures = {
            name: self.values.amount(node.text(paths[name]), where, number)
            for name, where in _LINE_FIGURES.items()
        }
        quantity = node.first(paths["quantity"])
        category, rate = node.text(paths["category"]), figures.pop("rate")
        reason, reason_code = reasons.get((category, rate or ZERO), ("", ""))
        base = figures.pop("base_quantity")
        return Line(
            quantity=_or(figures.pop("quantity"), Decimal(1)),
            price=_or(figures.pop("price"), ZERO),
            net=_or(figures.pop("net"), ZERO),
            vat=Vat(category, rate, reason, reason_code),
            unit=(quantity.attribute("unitCode") if quantity else "") or "C62",
            base_quantity=None if base in (None, 1) else base,
            allowances=self._allowances(node, self.paths.groups["line_allowances"], number),
            period=self._span(node, paths, "BT-134", number),
            gross_price=figures.pop("gross_price"),
            discount=figures.pop("discount"),
            **texts,
        )

    def _allowances(self, node: Node, path: str, line: int) -> tuple[Allowance, ...]:
        return tuple(self._allowance(found, line) for found in node.all(path))

    def _allowance(self, node: Node, line: int) -> Allowance:
        paths, values = self.paths.allowance, self.values
        category = node.text(paths["category"])
        rate = values.amount(node.text(paths["rate"]), "BT-96", line)
        return Allowance(
            amount=_or(values.amount(node.text(paths["amount"]), "BT-92", line), ZERO),
            reason=node.text(paths["reason"]),
            reason_code=node.text(paths["reason_code"]),
            base=values.amount(node.text(paths["base"]), "BT-93", line),
            percent=values.amount(node.text(paths["percent"]), "BT-94", line),
            charge=node.text(paths["charge"]).lower() in _TRUE,
            vat=Vat(category, rate) if category and not line else None,
        )

    def _row(self, node: Node) -> VatRow:
        paths, values = self.paths.row, self.values
        return VatRow(
            category=node.text(paths["category"]),
            rate=values.amount(node.text(paths["rate"]), "BT-119"),
            base=_or(values.amount(node.text(paths["base"]), "BT-116"), ZERO),
            tax=_or(values.amount(node.text(paths["tax"]), "BT-117"), ZERO),
            reason=node.text(paths["reason"]),
            reason_code=node.text(paths["reason_code"]),
        )

    def _totals(self, invoice: Invoice) -> Totals:
        paths = dict(self.paths.totals)
        vat_path = paths.pop("vat")
        read = {
            name: self.values.amount(self.root.text(path), _TOTAL_TERMS[name]) for name, path in paths.items()
        }
        vat, accounting = self._vat_totals(vat_path, invoice)
        fresh = sums(invoice, paid=read["paid"] or ZERO, rounding=read["rounding"] or ZERO)
        for name in ("net", "gross", "due"):
            if read[name] is None:
                text = _("The total %(term)s is missing: it was worked out.") % {"term": _TOTAL_TERMS[name]}
                self.values.notice("total_missing", text, _TOTAL_TERMS[name])
        stated = {name: value for name, value in read.items() if value is not None}
        if vat is not None:
            stated["vat"] = vat
        return replace(fresh, **stated, accounting_vat=accounting)

    def _vat_totals(self, path: str, invoice: Invoice) -> tuple[Decimal | None, Decimal | None]:
        vat: Decimal | None = None
        accounting: Decimal | None = None
        for node in self.root.all(path):
            amount, currency = self.values.amount(node.own_text, "BT-110"), node.attribute("currencyID")
            if currency and currency == invoice.accounting_currency != invoice.currency:
                accounting = amount
            elif vat is None:
                vat = amount
        return vat, accounting


_TEXTS = (
    "kind", "framework", "currency", "accounting_currency", "terms", "buyer_reference", "project", "contract",
    "order", "sales_order", "receiving_advice", "despatch_advice", "accounting",
)  # fmt: skip
_LINE_TEXTS = (
    "number", "note", "name", "description", "seller_code", "buyer_code", "order_line", "accounting",
)  # fmt: skip
_LINE_FIGURES = {
    "quantity": "BT-129", "price": "BT-146", "base_quantity": "BT-149", "gross_price": "BT-148",
    "discount": "BT-147", "net": "BT-131", "rate": "BT-152",
}  # fmt: skip
_TOTAL_TERMS = {
    "lines": "BT-106", "allowances": "BT-107", "charges": "BT-108", "net": "BT-109", "gross": "BT-112",
    "paid": "BT-113", "rounding": "BT-114", "due": "BT-115",
}  # fmt: skip
_PLACES = ("line1", "line2", "line3", "postcode", "city", "region", "country")


def _address(node: Node, paths: dict[str, str]) -> Address:
    return Address(**{name: node.text(paths[name]) for name in _PLACES})


def _contact(node: Node, paths: dict[str, str]) -> Contact | None:
    name = node.text(paths["contact"]) or node.text(paths.get("department", ""))
    contact = Contact(name, node.text(paths["phone"]), node.text(paths["email"]))
    return contact if contact != Contact() else None


def _or(value: Decimal | None, otherwise: Decimal) -> Decimal:
    return otherwise if value is None else value
