"""Documents of a French firm as EN 16931 invoices: what stands in the file, from what was issued.

An issued document states the seller and the customer as they were printed. Only where it goes (electronic
address, e-mail) is that of today. A draft, and a document whose file was rejected, state everybody as of now.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from ronda.billing.models import Document, DocumentKind, DocumentLine, VatSummary
from ronda.billing.services.issuing import seller_facts
from ronda.catalogue.queries import unit_codes
from ronda.company import options
from ronda.countries.fr.domain.einvoice import legal
from ronda.countries.fr.domain.einvoice.model import (
    DIRECTORY,
    SIRET,
    Address,
    Contact,
    Delivery,
    Invoice,
    Kind,
    Line,
    Note,
    Party,
    Payment,
    Prepayment,
    Reference,
    Span,
    Vat,
)
from ronda.countries.fr.domain.einvoice.totals import complete, discounted, sums, tax_on
from ronda.kernel.money import CENT, ZERO
from ronda.payments.models import Instalment
from ronda.reports.options import PrintOptions

KINDS = {
    DocumentKind.INVOICE: Kind.INVOICE,
    DocumentKind.CREDIT_NOTE: Kind.CREDIT_NOTE,
    DocumentKind.ADVANCE: Kind.DEPOSIT,
}
#: What is frozen of a customer at issue and stands in the file.
BUYER = (
    *("kind", "name", "street", "postcode", "city", "province", "country"),
    *("tax_id", "registration_id", "recipient_code", "email"),
)
WHERE = ("recipient_code", "email")
#: From a line that takes a deposit off to that deposit, through the invoice where a credit note does so.
_DEPOSITS = ("corrects__document", "corrects__corrects__document")
#: Means of payment into the firm's own account: its IBAN belongs into the file.
TRANSFERS = frozenset({"30", "58"})
INTRA_COMMUNITY = "K"
EMAIL, ONE = "EM", "C62"
LONGEST_NAME = 250


@dataclass(slots=True)
class _Facts:
    """Everything about some documents of one company that is read for all of them at once."""

    prints: PrintOptions
    units: dict[str, str]
    lines: dict[int, list[DocumentLine]] = field(default_factory=dict)
    reasons: dict[int, dict[str, str]] = field(default_factory=dict)
    dues: dict[int, list[date]] = field(default_factory=dict)


def invoices_of(
    documents: Sequence[Document], *, on: date, corrected: Collection[int] = ()
) -> dict[int, Invoice]:
    """Documents of one company as invoices, by key; a constant number of queries.

    `on` dates drafts. `corrected`: documents whose earlier file was rejected.
    """
    prefetch_related_objects(list(documents), "company", "party", "seller", "method", "terms", "corrects")
    if not documents:
        return {}
    facts = _read(documents)
    return {
        document.pk: _invoice(document, facts, on=on, fresh=document.pk in corrected)
        for document in documents
    }


def siren_of(facts: Mapping[str, Any]) -> str:
    """The nine figures every French firm has, from its SIREN or SIRET; empty where there are none."""
    number = "".join((facts.get("registration_id") or "").split())
    return number[:9] if number[:9].isdigit() else ""


# --- reading -----------------------------------------------------------------------------------------------


def _read(documents: Sequence[Document]) -> _Facts:
    company, pks = documents[0].company, [document.pk for document in documents]
    facts = _Facts(options.read(PrintOptions, company), unit_codes(company))
    lines = DocumentLine.objects.filter(document__in=pks).select_related("vat_code", "item", *_DEPOSITS)
    for line in lines.order_by("document_id", "position"):
        facts.lines.setdefault(line.document_id, []).append(line)
    for row in VatSummary.objects.filter(document__in=pks).exclude(nature=""):
        facts.reasons.setdefault(row.document_id, {})[row.nature] = row.text
    dues = Instalment.objects.filter(document__in=pks).order_by("document_id", "position")
    for document_id, due_on in dues.values_list("document_id", "due_on"):
        facts.dues.setdefault(document_id, []).append(due_on)
    return facts


# --- the invoice -------------------------------------------------------------------------------------------


def _invoice(document: Document, facts: _Facts, *, on: date, fresh: bool) -> Invoice:
    now = document.is_draft or fresh
    seller, buyer = _seller_facts(document, now=now), _buyer_facts(document, now=now)
    every = facts.lines.get(document.pk, [])
    sold, deducted = _sold(every)
    supply, corrected = _supply(sold), document.corrects
    on_debits = any(line.vat_code.exigibility == "I" and line.vat_rate for line in sold)
    day = document.date or on
    draft = Invoice(
        number=legal.plain_number(document.label) or f"BROUILLON-{document.pk}",
        issued_on=day,
        kind=_kind(document),
        currency=document.currency,
        framework=legal.framework(supply, "final" if deducted else "invoice"),
        seller=_party(seller),
        buyer=_party(buyer),
        lines=tuple(_line(line, at, document, facts) for at, line in enumerate(sold, start=1)),
        vat_due=legal.vat_due(services=supply != "goods", on_debits=on_debits),
        due_on=max(facts.dues.get(document.pk, ()), default=None) if document.sign > 0 else None,
        terms=document.terms.name if document.terms else "",
        order=document.purchase_order,
        delivery=_delivery(document, buyer, sold, day),
        notes=tuple(_notes(document, buyer, facts.prints, day, every)),
        references=(Reference(legal.plain_number(corrected.label), corrected.date),) if corrected else (),
        payment=_payment(document, seller),
    )
    whole = complete(draft, prepaid=tuple(_prepayments(deducted)))
    return legal.out_of_scope(_to_the_cent(whole, document) if deducted else whole)


def _kind(document: Document) -> Kind:
    """BT-3; what takes a deposit invoice back has a code of its own."""
    taken_back = document.corrects is not None and document.corrects.kind == DocumentKind.ADVANCE
    return Kind.DEPOSIT_CREDIT if taken_back else KINDS[DocumentKind(document.kind)]


def _sold(every: Sequence[DocumentLine]) -> tuple[list[DocumentLine], list[DocumentLine]]:
    """The lines of the file, and those that take a deposit off: a final invoice says so in BT-113."""
    sold = [line for line in every if line.kind != DocumentLine.Kind.NOTE]
    deducted = [line for line in sold if line.kind == DocumentLine.Kind.ADVANCE and _deposit(line)]
    if not deducted or len(deducted) == len(sold):
        return sold, []
    return [line for line in sold if line not in deducted], deducted


def _deposit(line: DocumentLine) -> Document | None:
    """The deposit invoice a line takes off; on a credit note, the one its invoice had taken off."""
    origin = line.corrects
    if origin is not None and origin.kind == DocumentLine.Kind.ADVANCE:
        origin = origin.corrects
    found = origin.document if origin is not None else None
    return found if found is not None and found.kind == DocumentKind.ADVANCE else None


def _prepayments(deducted: Sequence[DocumentLine]) -> Iterator[Prepayment]:
    """BG-3 and their part of BT-113: each deposit with the VAT of what is taken off, worked out by rate."""
    deposits: dict[int, Document] = {}
    bases: dict[int, dict[Decimal, Decimal]] = {}
    for line in deducted:
        if deposit := _deposit(line):
            deposits[deposit.pk] = deposit
            rates = bases.setdefault(deposit.pk, {})
            rates[line.vat_rate] = rates.get(line.vat_rate, ZERO) - line.net
    for pk, rates in bases.items():
        amount = sum((base + tax_on(base, rate) for rate, base in rates.items()), ZERO)
        deposit = deposits[pk]
        if deposit.date is not None:
            yield Prepayment(legal.plain_number(deposit.label), deposit.date, amount)


def _to_the_cent(invoice: Invoice, document: Document) -> Invoice:
    """VAT is rounded once on the difference and twice in the file: what is left of a cent is BT-114."""
    rest = document.gross_total - invoice.totals.due
    if not rest or abs(rest) > CENT * len(invoice.vat_rows):
        return invoice
    return replace(invoice, totals=sums(invoice, paid=invoice.totals.paid, rounding=rest))


def _seller_facts(document: Document, *, now: bool) -> dict[str, Any]:
    if now or document.seller is None:
        return seller_facts(document.company)
    return dict(document.seller.facts)


def _buyer_facts(document: Document, *, now: bool) -> dict[str, Any]:
    today = {name: getattr(document.party, name) for name in BUYER}
    if now or not document.buyer:
        return today
    return {**document.buyer, **{name: today[name] for name in WHERE}}


def _delivery(
    document: Document, buyer: Mapping[str, Any], sold: Sequence[DocumentLine], day: date
) -> Delivery | None:
    """BG-13: the day of the operation; of goods to another country of the Union also where they went.

    They went to the customer, and on the day of the invoice unless another was given (BR-IC-11, BR-IC-12).
    """
    if any(line.vat_code.category == INTRA_COMMUNITY for line in sold):
        return Delivery(document.operation_on or day, address=_address(buyer))
    return Delivery(document.operation_on) if document.operation_on else None


def _supply(sold: Sequence[DocumentLine]) -> str:
    """The category of the operation, which the file has to state: goods, services or both."""
    kinds = {
        line.item.kind if line.item else "service" for line in sold if line.kind == DocumentLine.Kind.SALE
    }
    if kinds == {"article"}:
        return "goods"
    return "mixed" if "article" in kinds else "services"


def _party(facts: Mapping[str, Any]) -> Party:
    country, number, mail = facts.get("country") or "FR", siren_of(facts), facts.get("email") or ""
    french = number if country == "FR" else ""
    whole = "".join((facts.get("registration_id") or "").split())
    endpoint, scheme = _endpoint(facts.get("recipient_code") or "", french, mail)
    return Party(
        name=facts.get("name") or "",
        address=_address(facts),
        legal_id=french,
        identifiers=((SIRET, whole),) if french and len(whole) == 14 else (),
        vat_number=_vat_number(facts.get("tax_id") or "", country),
        endpoint=endpoint,
        endpoint_scheme=scheme,
        contact=Contact(email=mail) if mail else None,
    )


def _address(facts: Mapping[str, Any]) -> Address:
    return Address(
        facts.get("street") or "",
        postcode=facts.get("postcode") or "",
        city=facts.get("city") or "",
        region=facts.get("province") or "",
        country=facts.get("country") or "FR",
    )


def _endpoint(address: str, siren: str, mail: str) -> tuple[str, str]:
    """Where invoices go: the address of the directory, which is the SIREN unless another was given."""
    if address or siren:
        return address or siren, DIRECTORY
    return mail, EMAIL


def _vat_number(tax_id: str, country: str) -> str:
    plain = "".join(tax_id.split())
    return plain if not plain or plain[:2].isalpha() else f"{country}{plain}"


def _line(line: DocumentLine, number: int, document: Document, facts: _Facts) -> Line:
    category = line.vat_code.category or ("E" if line.nature else "S")
    reason = facts.reasons.get(document.pk, {}).get(line.nature, "")
    made = Line(
        str(number),
        line.text[:LONGEST_NAME],
        line.quantity,
        line.unit_price,
        line.net,
        Vat(category, None if category == "O" else line.vat_rate, reason, line.vat_code.exempt_code),
        unit=facts.units.get(line.unit) or ONE,
        period=Span(line.starts_on, line.ends_on) if line.starts_on and line.ends_on else None,
        description=line.text if len(line.text) > LONGEST_NAME else "",
    )
    return discounted(made, "Remise", percent=line.discount or None)


def _notes(
    document: Document,
    buyer: Mapping[str, Any],
    prints: PrintOptions,
    day: date,
    lines: Sequence[DocumentLine],
) -> Iterator[Note]:
    yield from legal.sentences(
        day, discount_terms=prints.discount_terms, late_rate=prints.late_interest or None
    )
    business = buyer.get("kind") != "person"
    yield Note(legal.addressee(business=business, country=buyer.get("country") or "FR"), "BAR")
    said = [document.heading, document.notes]
    said += [line.text for line in lines if line.kind == DocumentLine.Kind.NOTE]
    yield from (Note(text.strip()) for text in said if text.strip())


def _payment(document: Document, seller: Mapping[str, Any]) -> Payment | None:
    code = document.method.legal_code if document.method else ""
    if not code.isdigit():
        return None
    reference = legal.plain_number(document.label)
    if code not in TRANSFERS:
        return Payment(code, reference=reference)
    iban, bic = (seller.get("iban") or "").replace(" ", ""), seller.get("bic") or ""
    return Payment(code, reference=reference, iban=iban, bic=bic)
