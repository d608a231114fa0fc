"""What a layout can read of a document: one dictionary of plain values, built from facts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ronda.kernel.money import ZERO
from ronda.reports.domain import formats, transfer_code, words

_LONGEST_NATURE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLine:
    """A line as it stands on the document; `steps` are (words, number) of its derivation."""

    text: str
    kind: str = "sale"
    site_id: int | None = None
    site: str = ""
    site_address: str = ""
    period: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = ""
    unit_price: Decimal = ZERO
    discount: Decimal = ZERO
    net: Decimal = ZERO
    vat_rate: Decimal = ZERO
    nature: str = ""
    steps: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedVat:
    """A row of the VAT summary; `text` says why there is no VAT, `split` that the customer pays it."""

    rate: Decimal
    net: Decimal
    vat: Decimal
    nature: str = ""
    text: str = ""
    split: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDue:
    """One instalment; amounts as owed by the customer, negative on credit notes."""

    on: date
    amount: Decimal
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintFacts:
    """A document with all that is printed of it; amounts of credit notes are positive."""

    kind: str
    language: str
    currency: str
    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    lines: Sequence[PrintedLine]
    vat: Sequence[PrintedVat]
    # What the law calls it, where that is not the usual name of its kind.
    title: str = ""
    number: str = ""
    on: date | None = None
    draft: bool = False
    heading: str = ""
    notes: str = ""
    by_site: bool = False
    discount: Decimal = ZERO
    net: Decimal = ZERO
    vat_total: Decimal = ZERO
    gross: Decimal = ZERO
    stamp: Decimal = ZERO
    withholding: Decimal = ZERO
    payable: Decimal = ZERO
    dues: Sequence[PrintedDue] = ()
    method: str = ""
    terms: str = ""
    purchase_order: str = ""
    cig: str = ""
    cup: str = ""
    corrects: str = ""
    corrects_date: date | None = None
    identity: str = ""
    mentions: Sequence[str] = ()
    logo: str = ""
    window: str = "right"
    appendix: bool = False
    # What the code of a transfer says (`domain.transfer_code`), and its amount; empty without one.
    code: str = ""
    code_amount: Decimal = ZERO
    # What a copy of one section says of itself (`domain.copies`); empty on the document itself.
    copy: str = ""
    # The company's own fields: texts by code, and those printed among the references.
    custom: Mapping[str, str] = field(default_factory=dict)
    customer_custom: Mapping[str, str] = field(default_factory=dict)
    details: Sequence[tuple[str, str]] = ()
    # What it refers to besides the order: kind, number and day.
    references: Sequence[tuple[str, str, date | None]] = ()


def print_context(facts: PrintFacts) -> dict[str, Any]:
    """The dictionary a layout reads. Every key is always there, empty where there is nothing."""
    said = words.words(facts.language)
    return {
        "language": facts.language,
        "words": said,
        "document": _document(facts, said),
        "seller": _party(facts.seller, facts, home=""),
        "buyer": _party(facts.buyer, facts, home=str(facts.seller.get("country") or "")),
        "customer": {"custom": dict(facts.customer_custom)},
        "sections": _sections(facts, said),
        "columns": _columns(facts.lines),
        "vat": [_vat(row, facts.language) for row in facts.vat],
        "totals": _totals(facts),
        "payment": _payment(facts),
        "references": _references(facts, said),
        "identity": facts.identity,
        "mentions": list(facts.mentions),
        "appendix": _appendix(facts) if facts.appendix else [],
        "logo": facts.logo,
        "window": facts.window,
    }


def _document(facts: PrintFacts, said: words.Words) -> dict[str, Any]:
    return {
        "kind": facts.kind,
        "title": facts.title or words.title(facts.kind, facts.language),
        "number": facts.number or said["draft_number"],
        "date": facts.on,
        "draft": facts.draft,
        "heading": facts.heading,
        "notes": facts.notes,
        "currency": facts.currency,
        "copy": facts.copy,
        "custom": dict(facts.custom),
    }


_PARTY_FIELDS = [
    "name",
    "code",
    "tax_id",
    "registration_id",
    "recipient_code",
    "phone",
    "email",
    "pec",
    "website",
    "iban",
    "bic",
    "bank_name",
    "country",
]


def _party(given: Mapping[str, Any], facts: PrintFacts, *, home: str) -> dict[str, Any]:
    found: dict[str, Any] = {name: str(given.get(name) or "") for name in _PARTY_FIELDS}
    found["address"] = address_lines(given, facts.language, home=home)
    return found


def address_lines(given: Mapping[str, Any], language: str, *, home: str) -> list[str]:
    """Street; postcode, city, province; the country in capitals when it is not the sender's."""
    province = f"({given['province']})" if given.get("province") else ""
    city = " ".join(str(part) for part in (given.get("postcode"), given.get("city"), province) if part)
    country = str(given.get("country") or "")
    abroad = words.country_name(country, language).upper() if home and country and country != home else ""
    return [line for line in (str(given.get("street") or ""), city, abroad) if line]


def _sections(facts: PrintFacts, said: words.Words) -> list[dict[str, Any]]:
    """One list, or one per site in the order of the document, each with its total (R14)."""
    if not facts.by_site:
        return [_section("", "", facts.lines, facts.language)]
    groups: dict[tuple[str, str], list[PrintedLine]] = {}
    for line in facts.lines:
        groups.setdefault((line.site, line.site_address), []).append(line)
    single = len(groups) == 1
    return [
        _section(site or ("" if single else said["other_services"]), address, lines, facts.language)
        for (site, address), lines in groups.items()
    ]


def _section(title: str, address: str, lines: Iterable[PrintedLine], language: str) -> dict[str, Any]:
    rows = [_line(line, language) for line in lines]
    return {
        "title": title,
        "address": address,
        "lines": rows,
        "net": sum((row["net"] for row in rows), ZERO),
    }


def _vat_label(rate: Decimal, nature: str, language: str) -> str:
    """N4, or 22 %: a reason longer than a column (VATEX-FR-FRANCHISE) is told in words below the lines."""
    if 0 < len(nature) <= _LONGEST_NATURE:
        return nature
    return formats.number(rate, language) + formats.NO_BREAK + "%"


def _line(line: PrintedLine, language: str) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "text": line.text,
        "site": line.site,
        "period": line.period,
        "quantity": line.quantity,
        "unit": line.unit,
        "price": line.unit_price,
        "discount": line.discount,
        "net": line.net,
        "vat_rate": line.vat_rate,
        "nature": line.nature,
        "vat_label": _vat_label(line.vat_rate, line.nature, language),
    }


def _columns(lines: Sequence[PrintedLine]) -> dict[str, Any]:
    """Columns that would stay empty on every line need not be printed."""
    return {"discount": any(line.discount for line in lines)}


def _vat(row: PrintedVat, language: str) -> dict[str, Any]:
    return {
        "label": _vat_label(row.rate, row.nature, language),
        "rate": row.rate,
        "nature": row.nature,
        "text": row.text,
        "net": row.net,
        "vat": row.vat,
        "split": row.split,
    }


def _totals(facts: PrintFacts) -> dict[str, Any]:
    deducted = -sum((line.net for line in facts.lines if line.kind == "advance"), ZERO)
    return {
        # Advances invoiced before, without VAT: the net is what is left after them (R41).
        "deducted": deducted,
        "before_advances": facts.net + deducted,
        "discount": facts.discount,
        "net": facts.net,
        "vat": facts.vat_total,
        "gross": facts.gross,
        "stamp": facts.stamp,
        "withholding": facts.withholding,
        "split_vat": sum((row.vat for row in facts.vat if row.split), ZERO),
        "payable": facts.payable,
    }


def _payment(facts: PrintFacts) -> dict[str, Any]:
    return {
        "method": facts.method,
        "terms": facts.terms,
        "iban": str(facts.seller.get("iban") or ""),
        "bic": str(facts.seller.get("bic") or ""),
        "bank": str(facts.seller.get("bank_name") or ""),
        "code": transfer_code.picture(facts.code) if facts.code else "",
        "code_amount": facts.code_amount,
        "dues": [{"date": due.on, "amount": due.amount, "method": due.method} for due in facts.dues],
    }


def _references(facts: PrintFacts, said: words.Words) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if facts.corrects:
        found.append({"label": said["corrects"], "value": facts.corrects, "date": facts.corrects_date})
    for label, value in ((said["order"], facts.purchase_order), ("CIG", facts.cig), ("CUP", facts.cup)):
        if value:
            found.append({"label": label, "value": value, "date": None})
    found += [
        {"label": said[f"ref_{kind}"], "value": value, "date": on} for kind, value, on in facts.references
    ]
    found += [{"label": label, "value": value, "date": None} for label, value in facts.details]
    return found


def _appendix(facts: PrintFacts) -> list[dict[str, Any]]:
    return [
        {"text": line.text, "steps": [{"text": text, "value": value} for text, value in line.steps]}
        for line in facts.lines
        if line.steps
    ]
