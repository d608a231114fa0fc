"""Documents of the firm as FatturaPA invoices: what stands in the file, from what was issued.

An issued document states the seller and the customer as they were printed. Only where it goes (recipient
code, PEC) is that of today. A draft, and a document whose file was rejected, state everybody as of today.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from ronda.billing.domain.funds import origin_of
from ronda.billing.domain.references import line_numbers
from ronda.billing.models import Document, DocumentKind, DocumentLine, DocumentReference, VatSummary
from ronda.billing.services.issuing import seller_facts
from ronda.company.country import WithholdingKind, country_pack, withheld_together
from ronda.contracts.models import ContractLine
from ronda.countries.it.domain.fatturapa import (
    Discount,
    Line,
    Party,
    Payment,
    ReceivedInvoice,
    Reference,
    Registration,
    Stamp,
    Summary,
    WelfareFund,
    Withholding,
    foreign_tax_code,
    progressive,
)
from ronda.countries.it.domain.fatturapa.prices import with_fitting_discount
from ronda.countries.it.services.extra_data import with_other_data
from ronda.payments.models import Instalment

KINDS = {DocumentKind.INVOICE: "TD01", DocumentKind.CREDIT_NOTE: "TD04", DocumentKind.ADVANCE: "TD02"}
USUAL_REGIME, USUAL_METHOD = "RF01", "MP05"
#: TP01 in instalments, TP02 at once, TP03 in advance.
IN_PARTS, AT_ONCE, IN_ADVANCE = "TP01", "TP02", "TP03"
PUBLIC_FORMAT, ORDINARY_FORMAT = "FPA12", "FPR12"
#: Paid into the firm's own account: its IBAN belongs into the file.
TRANSFERS = frozenset({"MP05"})
CONTRACTS = "contracts"
#: The writer's words for kinds of references, where they are others.
REFERENCES = {DocumentReference.Kind.RECEPTION.value: "receipt"}
LONGEST_REFERENCE = 20
#: What is frozen of a customer at issue and stands in the file.
BUYER_FIELDS = (
    *("kind", "name", "street", "postcode", "city", "province", "country"),
    *("tax_id", "registration_id", "recipient_code", "pec"),
)
_REA = re.compile(r"\s*([A-Za-z]{2})\W*(\d{1,20})\s*")


@dataclass(slots=True)
class _Facts:
    """Everything about some documents of one company that is read for all of them at once."""

    lines: dict[int, list[DocumentLine]] = field(default_factory=dict)
    groups: dict[int, list[VatSummary]] = field(default_factory=dict)
    dues: dict[int, list[Instalment]] = field(default_factory=dict)
    contracts: dict[int, tuple[str, date]] = field(default_factory=dict)
    references: dict[int, list[DocumentReference]] = field(default_factory=dict)
    withholdings: dict[tuple[str, date], tuple[WithholdingKind, ...]] = field(default_factory=dict)


def invoices_of(
    documents: Sequence[Document],
    *,
    on: date,
    numbers: Mapping[int, int] | None = None,
    corrected: Collection[int] = (),
) -> dict[int, ReceivedInvoice]:
    """Documents of one company as invoices, by key; a constant number of queries.

    `on` dates drafts. `numbers` are those of the files. `corrected`: see above.
    """
    prefetch_related_objects(list(documents), "company", "party", "seller", "method", "corrects")
    facts = _read(documents, on)
    sent = numbers or {}
    made = {
        document.pk: _invoice(
            document, facts, on=on, number=sent.get(document.pk), fresh=document.pk in corrected
        )
        for document in documents
    }
    return with_other_data(documents, made, on=on)


# --- reading -----------------------------------------------------------------------------------------------


def _read(documents: Sequence[Document], on: date) -> _Facts:
    pks = [document.pk for document in documents]
    facts = _Facts()
    lines = DocumentLine.objects.filter(document__in=pks).select_related("corrects__document", "item")
    for line in lines.order_by("document_id", "position"):
        facts.lines.setdefault(line.document_id, []).append(line)
    for group in VatSummary.objects.filter(document__in=pks).order_by("document_id", "-rate", "nature"):
        facts.groups.setdefault(group.document_id, []).append(group)
    dues = Instalment.objects.filter(document__in=pks).select_related("method")
    for due in dues.order_by("document_id", "position"):
        facts.dues.setdefault(due.document_id, []).append(due)
    for reference in DocumentReference.objects.filter(document__in=pks).order_by("document_id", "pk"):
        facts.references.setdefault(reference.document_id, []).append(reference)
    _read_contracts(facts)
    for document in documents:
        if document.withholding_code:
            day = document.date or on
            kinds = country_pack(document.company).withholding_kinds(on=day)
            for code, together in withheld_together(kinds).items():
                facts.withholdings[code, day] = together
    return facts


def _read_contracts(facts: _Facts) -> None:
    keys = {key for lines in facts.lines.values() for line in lines if (key := _contract_line(line))}
    rows = ContractLine.objects.filter(pk__in=keys)
    for key, number, day in rows.values_list("pk", "contract__number", "contract__starts_on"):
        facts.contracts[key] = (number, day)


def _contract_line(line: DocumentLine) -> int | None:
    """The line of a contract that a line of a document bills."""
    source, _colon, ref = line.source.partition(":")
    return int(ref) if source == CONTRACTS and ref.isdecimal() else None


# --- the invoice -------------------------------------------------------------------------------------------


def _invoice(
    document: Document, facts: _Facts, *, on: date, number: int | None, fresh: bool
) -> ReceivedInvoice:
    now = document.is_draft or fresh
    seller = _seller(_seller_facts(document, now=now))
    buyer = _buyer(_buyer_facts(document, now=now))
    every = facts.lines.get(document.pk, [])
    charges = [line for line in every if line.kind == DocumentLine.Kind.FUND]
    lines = [line for line in every if line.kind != DocumentLine.Kind.FUND] if charges else every
    groups = facts.groups.get(document.pk, [])
    day = document.date or on
    held = tuple(_withholdings(document, every, facts, day))
    return ReceivedInvoice(
        kind=document.legal_kind or KINDS[DocumentKind(document.kind)],
        number=plain_label(document),
        date=day,
        seller=seller,
        buyer=buyer,
        currency=document.currency,
        format=PUBLIC_FORMAT if document.party.kind == "public" else ORDINARY_FORMAT,
        lines=tuple(_line(line, at, groups, held=bool(held)) for at, line in enumerate(lines, start=1)),
        summaries=tuple(_summary(group) for group in groups),
        stamp=Stamp(document.stamp_duty) if document.stamp_duty else None,
        withholdings=held,
        welfare_funds=tuple(_fund(line, held=bool(held)) for line in charges),
        total=document.gross_total,
        payments=tuple(_payments(document, facts.dues.get(document.pk, []), seller, day)),
        references=tuple(_references(document, lines, facts)),
        causals=tuple(_causals(document)),
        progressive=progressive(number) if number else "",
    )


def plain_label(document: Document) -> str:
    """The number as the file states it; that of a draft is its key, for the checks."""
    return re.sub(r"\s+", " ", document.label) or str(document.pk)


def _seller_facts(document: Document, *, now: bool) -> dict[str, Any]:
    if now or document.seller is None:
        return seller_facts(document.company)
    return dict(document.seller.facts)


def _buyer_facts(document: Document, *, now: bool) -> dict[str, Any]:
    today = {name: getattr(document.party, name) for name in BUYER_FIELDS}
    persons = {name: getattr(document.party, name) for name in ("first_name", "last_name")}
    if now or not document.buyer:
        return {**today, **persons}
    where = {name: today[name] for name in ("recipient_code", "pec")}
    named = persons if document.buyer.get("name") == document.party.name else {}
    return {**named, **document.buyer, **where}


def _seller(facts: Mapping[str, Any]) -> Party:
    country = facts.get("country") or "IT"
    return Party(
        name=facts.get("name", ""),
        vat_country=country,
        vat_id=facts.get("tax_id", ""),
        fiscal_code=facts.get("registration_id", ""),
        tax_regime=facts.get("tax_regime") or USUAL_REGIME,
        phone=facts.get("phone", ""),
        email=facts.get("email", ""),
        registration=_registration(facts),
        **_address(facts, country),
    )


def _registration(facts: Mapping[str, Any]) -> Registration | None:
    """Of "MI-1234567" or "MI 1234567"; nothing where the firm wrote something else."""
    found = _REA.fullmatch(facts.get("registry_office") or "")
    if found is None:
        return None
    capital = facts.get("share_capital")
    members = (facts.get("profile") or {}).get("members", "")
    return Registration(
        found[1].upper(),
        found[2],
        Decimal(capital) if capital else None,
        members if members in ("SU", "SM") else "",
    )


def _buyer(facts: Mapping[str, Any]) -> Party:
    country = facts.get("country") or "IT"
    tax_id = facts.get("tax_id", "")
    person = bool(facts.get("first_name") and facts.get("last_name"))
    if country != "IT":
        tax_id = foreign_tax_code(tax_id, country, business=facts.get("kind") != "person")
    return Party(
        name=facts.get("name", ""),
        first_name=facts.get("first_name", "") if person else "",
        last_name=facts.get("last_name", "") if person else "",
        vat_country=country if tax_id else "",
        vat_id=tax_id.removeprefix(country) if country == "IT" else tax_id,
        fiscal_code=facts.get("registration_id", "") if country == "IT" else "",
        recipient_code=facts.get("recipient_code", ""),
        pec=facts.get("pec", ""),
        **_address(facts, country),
    )


def _address(facts: Mapping[str, Any], country: str) -> dict[str, Any]:
    known = {name: facts.get(name) or "" for name in ("street", "postcode", "city", "province")}
    return {**known, "country": country}


def _line(line: DocumentLine, number: int, groups: Sequence[VatSummary], *, held: bool) -> Line:
    """A line; where its share of the document's discount is taken off, the discount says so (R30).

    A text has no tax of its own, and the format wants one that is in the summary: it takes the first.
    """
    if line.kind == DocumentLine.Kind.NOTE:
        rate, nature = (groups[0].rate, groups[0].nature) if groups else (line.vat_rate, line.nature)
        return Line(number, line.text, Decimal(0), Decimal(0), rate, nature)
    made = Line(
        number=number,
        description=line.text,
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        net=line.net,
        vat_rate=line.vat_rate,
        nature=line.nature,
        discounts=(Discount("SC", percent=line.discount),) if line.discount else (),
        period_from=line.starts_on,
        period_to=line.ends_on,
        withholding=line.withholding and held,  # lines are marked also where nothing is withheld
    )
    return with_fitting_discount(made)


def _summary(group: VatSummary) -> Summary:
    return Summary(
        rate=group.rate,
        net=group.net,
        vat=group.vat,
        nature=group.nature,
        exigibility=group.exigibility if group.rate else "",
        legal_reference=group.text[:100],
    )


def _fund(line: DocumentLine, *, held: bool) -> WelfareFund:
    """A charge for a social fund; it stands beside the lines, not among them (R36)."""
    said = origin_of(line.source)
    return WelfareFund(
        kind=said.code if said else "",
        rate=said.percent if said else Decimal(0),
        amount=line.net,
        vat_rate=line.vat_rate,
        base=said.base if said else None,
        nature=line.nature,
        withholding=line.withholding and held,
    )


def _withholdings(
    document: Document, lines: Sequence[DocumentLine], facts: _Facts, day: date
) -> Iterator[Withholding]:
    """Each thing that is kept back, on the lines it is kept back from; together the document's amount."""
    kinds = facts.withholdings.get((document.withholding_code, day), ())
    if not kinds or not document.withholding_total:
        return
    base = sum((line.net for line in lines if line.withholding), Decimal(0))
    rest = document.withholding_total
    for kind in kinds[1:]:
        amount = kind.amount(base)
        rest -= amount
        yield Withholding(kind.legal_code, amount, kind.rate, kind.reason_code)
    yield Withholding(kinds[0].legal_code, rest, kinds[0].rate, kinds[0].reason_code)


def _payments(document: Document, dues: Sequence[Instalment], seller: Party, day: date) -> Iterator[Payment]:
    """The instalments with their days (R45); of a draft, and of a credit note, what is to be paid in all."""
    if not document.payable:
        return
    usual = document.method.legal_code if document.method else ""
    credit = document.kind == DocumentKind.CREDIT_NOTE
    if not dues or credit:
        yield _payment(document, AT_ONCE, usual, document.payable, None, seller)
        return
    terms = IN_PARTS if len(dues) > 1 else AT_ONCE
    if document.kind == DocumentKind.ADVANCE:
        terms = IN_ADVANCE
    for due in dues:
        method = due.method.legal_code if due.method else usual
        yield _payment(document, terms, method, due.amount, due.due_on, seller)


def _payment(
    document: Document, terms: str, method: str, amount: Decimal, due: date | None, seller: Party
) -> Payment:
    code = method or USUAL_METHOD
    bank: dict[str, Any] = {}
    if code in TRANSFERS and document.kind != DocumentKind.CREDIT_NOTE:
        facts = _seller_facts(document, now=document.is_draft)
        iban = re.sub(r"\s", "", facts.get("iban") or "").upper()
        if iban:
            names = {"iban": iban, "bic": facts.get("bic") or "", "bank": facts.get("bank_name") or ""}
            bank = {**names, "beneficiary": seller.name}
    return Payment(terms=terms, method=code, amount=abs(amount), due=due, **bank)


# --- what it refers to -------------------------------------------------------------------------------------


def _references(document: Document, lines: Sequence[DocumentLine], facts: _Facts) -> Iterator[Reference]:
    contracts = list(_contract_references(document, lines, facts))
    stated = [_stated(reference) for reference in facts.references.get(document.pk, [])]
    # IdDocumento is mandatory: without an order and without a contract the CIG or CUP names itself.
    named = contracts or any(one.cig or one.cup for one in stated)
    name = document.purchase_order or ("" if named else document.cig or document.cup)
    if name:
        yield Reference("order", name[:LONGEST_REFERENCE], cig=document.cig, cup=document.cup)
    yield from contracts
    yield from stated
    yield from _linked_invoices(document, lines)


def _stated(reference: DocumentReference) -> Reference:
    """What a person wrote on the draft."""
    return Reference(
        REFERENCES.get(reference.kind, reference.kind),
        reference.number,
        day=reference.day,
        item=reference.item,
        job_code=reference.job_code,
        cup=reference.cup,
        cig=reference.cig,
        lines=line_numbers(reference.lines),
    )


def _contract_references(
    document: Document, lines: Sequence[DocumentLine], facts: _Facts
) -> Iterator[Reference]:
    """Each contract with the lines it is billed by, all of them where it is the only one."""
    found: dict[tuple[str, date], list[int]] = {}
    for at, line in enumerate(lines, start=1):
        contract = facts.contracts.get(_contract_line(line) or 0)
        if contract is not None:
            found.setdefault(contract, []).append(at)
    for (number, day), numbers in found.items():
        whole = len(numbers) == len(lines)
        yield Reference(
            "contract",
            number[:LONGEST_REFERENCE],
            day=day,
            lines=() if whole else tuple(numbers),
            cig=document.cig,
            cup=document.cup,
        )


def _linked_invoices(document: Document, lines: Sequence[DocumentLine]) -> Iterator[Reference]:
    """What a credit note corrects; the advances that a balance takes off, with their lines (R41)."""
    if document.corrects is not None:
        yield Reference(
            "invoice", plain_label(document.corrects)[:LONGEST_REFERENCE], day=document.corrects.date
        )
        return
    found: dict[Document, list[int]] = {}
    for at, line in enumerate(lines, start=1):
        if line.kind == DocumentLine.Kind.ADVANCE and line.corrects is not None:
            found.setdefault(line.corrects.document, []).append(at)
    for advance, numbers in found.items():
        yield Reference(
            "invoice", plain_label(advance)[:LONGEST_REFERENCE], day=advance.date, lines=tuple(numbers)
        )


def _causals(document: Document) -> Iterator[str]:
    yield from (text for text in (document.heading, document.notes) if text.strip())
