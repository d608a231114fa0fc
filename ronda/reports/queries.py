"""What is printed of documents, read for many at once: a constant number of queries."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils import translation

from ronda.billing.domain.derivation import from_json, rows
from ronda.billing.domain.texts import period_text
from ronda.billing.models import Document, DocumentLine, DocumentReference, VatSummary
from ronda.billing.services.issuing import seller_facts
from ronda.billing.services.kinds import legal_kind_of
from ronda.catalogue.queries import unit_codes
from ronda.company import options
from ronda.company.country import DocumentFacts, Mention, SellerFacts, VatFacts, country_pack
from ronda.company.domain.file_kinds import kind_of
from ronda.company.models import Company, OutgoingMail
from ronda.parties.models import BillingAccount, BillingGroup, Party, PaymentMethod
from ronda.payments.models import Instalment
from ronda.reports.domain import formats
from ronda.reports.domain.documents import PrintedDue, PrintedLine, PrintedVat, PrintFacts
from ronda.reports.domain.rendering import Layout
from ronda.reports.domain.transfer_code import transfer_text
from ronda.reports.domain.units import unit_word
from ronda.reports.models import PrintLayout
from ronda.reports.options import PrintOptions
from ronda.workspace.extra_prints import Prints
from ronda.workspace.extras import kept

LAYOUTS = Path(__file__).parent / "layouts"
LARGEST_LOGO = 500_000
_LOGO_KINDS = frozenset({"image/png", "image/jpeg", "image/webp"})
# Codes of e-invoices (Italy) and of UNTDID 4461 (EN 16931) for money the customer sends by himself.
_TRANSFERS = frozenset({"MP05", "30", "31", "42", "58"})
_BUYER_FIELDS = [
    "kind",
    "name",
    "street",
    "postcode",
    "city",
    "province",
    "country",
    "tax_id",
    "registration_id",
    "recipient_code",
    "pec",
    "email",
    "code",
]


@cache
def default_layout() -> Layout:
    """The layout documents are printed with until a company has its own."""
    return shipped_layout("document.liquid", "document.css")


def shipped_layout(page: str, *styles: str) -> Layout:
    """A layout that came with the program: its page, the style all prints share, its own styles after it."""
    html, *css = ((LAYOUTS / name).read_text(encoding="utf-8") for name in (page, "base.css", *styles))
    return Layout(html, "\n".join(css), trusted=True)


def layouts_in_use(company: Company | int) -> dict[str, Layout]:
    """The company's own layouts by kind of document; kinds without one are missing."""
    found = PrintLayout.objects.filter(company=company, is_default=True)
    return {one.kind: Layout(one.html, one.css) for one in found}


def mails_about(document: Document) -> QuerySet[OutgoingMail]:
    """Mails that were written about a document, newest first."""
    kind = ContentType.objects.get_for_model(Document)
    return OutgoingMail.objects.filter(content_type=kind, object_id=document.pk).order_by("-pk")


def print_facts(documents: Sequence[Document], company: Company) -> list[PrintFacts]:
    """The facts of documents of one company, in their order."""
    if not documents:
        return []
    ids = [document.pk for document in documents]
    related = "party", "group", "terms", "method", "corrects", "seller"
    known = Document.objects.select_related(*related).in_bulk(ids)
    shared = _Shared(company)
    lines = _by_document(
        DocumentLine.objects.filter(document__in=ids)
        .select_related("vat_code", "site", "item")
        .order_by("document", "position")
    )
    vat = _by_document(VatSummary.objects.filter(document__in=ids).order_by("document", "-rate", "nature"))
    dues = _by_document(
        Instalment.objects.filter(document__in=ids).select_related("method").order_by("document", "position")
    )
    references = _by_document(DocumentReference.objects.filter(document__in=ids).order_by("document", "pk"))
    with kept():
        own = Prints(Document, company.pk, ids)
        customers = Prints(Party, company.pk, {document.party_id for document in known.values()})
    found = []
    for pk in ids:
        language = known[pk].language
        with translation.override(language):
            facts = shared.facts(known[pk], lines.get(pk, []), vat.get(pk, []), dues.get(pk, []))
        printed, customer = own.of(pk, language), customers.of(known[pk].party_id, language)
        details, custom = printed.details, customer.custom
        named = _references(known[pk], references.get(pk, []))
        found.append(
            replace(facts, custom=printed.custom, details=details, customer_custom=custom, references=named)
        )
    return found


def _references(document: Document, rows: Sequence[DocumentReference]) -> list[tuple[str, str, date | None]]:
    found: list[tuple[str, str, date | None]] = []
    if document.operation_on:
        found.append(("operation", "", document.operation_on))
    for one in rows:
        codes = [f"CIG {one.cig}" if one.cig else "", f"CUP {one.cup}" if one.cup else ""]
        found.append((one.kind, " ".join(filter(None, [one.number, one.job_code, *codes])), one.day))
    return found


def _by_document(found: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for one in found:
        grouped.setdefault(one.document_id, []).append(one)
    return grouped


class _Shared:
    """What all documents of a company have in common: read once."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.pack = country_pack(company)
        self.settings = options.read(PrintOptions, company)
        self.logo = logo_uri(company)
        self.seller = seller_facts(company)
        self.units = unit_codes(company)

    def facts(
        self,
        document: Document,
        lines: Sequence[DocumentLine],
        vat: Sequence[VatSummary],
        dues: Sequence[Instalment],
    ) -> PrintFacts:
        language = document.language
        seller = document.seller.facts if document.seller is not None else self.seller
        buyer = document.buyer or _buyer(document.party)
        mentions = self.pack.mentions(self._legal(document, seller, buyer, lines, vat), language)
        natures = {row.nature for row in vat if row.nature}
        reasons = {one.code: str(one) for one in mentions if one.code in natures}
        return PrintFacts(
            kind=document.kind,
            title=self._title(document),
            language=language,
            currency=document.currency,
            seller=seller
            if _sees_iban(document.method)
            else {**seller, "iban": "", "bic": "", "bank_name": ""},
            buyer=buyer,
            lines=[self._line(line, language) for line in lines],
            vat=[_vat(row, reasons) for row in vat],
            **_head(document),
            dues=[
                PrintedDue(on=due.due_on, amount=due.amount, method=due.method.name if due.method else "")
                for due in dues
            ],
            identity=" · ".join(str(one) for one in mentions if one.code == "identity"),
            mentions=[str(one) for one in mentions if _stands_alone(one, natures)],
            logo=self.logo,
            window=self.settings.window,
            appendix=self.settings.derivation,
            **self._code(document, seller, dues),
        )

    def _code(
        self, document: Document, seller: Mapping[str, Any], dues: Sequence[Instalment]
    ) -> dict[str, Any]:
        """The code of a transfer of the first instalment; nothing where nothing is to be sent to us."""
        if not (self.settings.transfer_code and is_paid_by_transfer(document)):
            return {}
        amount = dues[0].amount if dues else document.payable
        try:
            text = transfer_text(
                name=str(seller.get("name") or ""),
                iban=str(seller.get("iban") or ""),
                bic=str(seller.get("bic") or ""),
                amount=amount,
                remittance=document.label,
            )
        except ValueError:
            return {}
        return {"code": text, "code_amount": amount}

    def _title(self, document: Document) -> str:
        day = document.date or document.created_at.date()
        chosen = legal_kind_of(document, self.pack, on=day)
        return chosen.title(document.language) if chosen else ""

    def _line(self, line: DocumentLine, language: str) -> PrintedLine:
        unit = unit_word(line.unit, self.units.get(line.unit, ""), line.quantity, language)
        return _line(line, language, unit, derivation=self.settings.derivation)

    def _legal(
        self,
        document: Document,
        seller: Mapping[str, Any],
        buyer: Mapping[str, Any],
        lines: Sequence[DocumentLine],
        vat: Sequence[VatSummary],
    ) -> DocumentFacts:
        codes = {line.vat_code_id: line.vat_code for line in lines if line.kind != DocumentLine.Kind.NOTE}
        answers = self.settings
        copy = answers.courtesy_copy == "yes" or (
            answers.courtesy_copy == "country" and self.pack.paper_is_copy
        )
        return DocumentFacts(
            kind=document.kind,
            # A draft has no day yet: it is shown with the rules of the day it was written.
            on=document.date or document.created_at.date(),
            seller=SellerFacts.of(seller),
            customer_is_business=buyer.get("kind") != Party.Kind.PERSON,
            customer_country=str(buyer.get("country") or ""),
            customer_tax_id=str(buyer.get("tax_id") or ""),
            customer_registration_id=str(buyer.get("registration_id") or ""),
            vat=tuple(VatFacts(code.code, code.nature, code.exempt_text) for code in codes.values()),
            supply=_supply(lines),
            split_payment=document.tax_regime == BillingAccount.TaxRegime.SPLIT
            or any(row.exigibility == "S" for row in vat),
            deferred_vat=any(row.exigibility == "D" for row in vat),
            vat_on_debits=_on_debits(lines),
            stamp_duty=document.stamp_duty or None,
            stamp_duty_exemption=document.stamp_duty_exemption if document.stamp_duty_derivation else "",
            courtesy_copy=copy and not document.is_draft,
            late_rate=answers.late_interest or None,
            discount_terms=answers.discount_terms,
        )


def _buyer(party: Party) -> dict[str, Any]:
    """A draft has no frozen customer yet: the present one."""
    return {name: getattr(party, name) for name in _BUYER_FIELDS}


def _sees_iban(method: PaymentMethod | None) -> bool:
    """Our account is printed for those who are to send money to it."""
    return method is None or method.legal_code in _TRANSFERS


def is_paid_by_transfer(document: Document) -> bool:
    """Issued, in euro, with something to pay that the customer sends to our account by himself."""
    return (
        not document.is_draft
        and document.sign > 0
        and document.currency == "EUR"
        and document.payable > 0
        and document.method is not None
        and document.method.legal_code in _TRANSFERS
    )


def _by_site(document: Document) -> bool:
    return document.group is not None and document.group.layout == BillingGroup.Layout.SITES


def _stands_alone(mention: Mention, natures: set[str]) -> bool:
    """Neither in the foot of the page nor beside its row of the VAT summary."""
    return mention.code != "identity" and mention.code not in natures


def _supply(lines: Sequence[DocumentLine]) -> str:
    kinds = {
        line.item.kind if line.item else "service" for line in lines if line.kind == DocumentLine.Kind.SALE
    }
    if kinds == {"article"}:
        return "goods"
    return "mixed" if "article" in kinds else "services"


def _on_debits(lines: Sequence[DocumentLine]) -> bool:
    """Services whose VAT is due at the invoice, not at the payment: a choice to be told where it is one."""
    return any(
        line.vat_code.exigibility == "I"
        and line.vat_rate
        and (line.item is None or line.item.kind == "service")
        for line in lines
        if line.kind == DocumentLine.Kind.SALE
    )


def _head(document: Document) -> dict[str, Any]:
    """What is printed of a document's head and sums as it stands."""
    return {
        "number": document.label,
        "on": document.date,
        "draft": document.is_draft,
        "heading": document.heading,
        "notes": document.notes,
        "by_site": _by_site(document),
        "discount": document.discount,
        "net": document.net_total,
        "vat_total": document.vat_total,
        "gross": document.gross_total,
        "stamp": document.stamp_duty,
        "withholding": document.withholding_total,
        "payable": document.payable,
        "method": document.method.name if document.method else "",
        "terms": document.terms.name if document.terms else "",
        "purchase_order": document.purchase_order,
        "cig": document.cig,
        "cup": document.cup,
        "corrects": document.corrects.label if document.corrects else "",
        "corrects_date": document.corrects.date if document.corrects else None,
    }


def _line(line: DocumentLine, language: str, unit: str, *, derivation: bool) -> PrintedLine:
    site = line.site
    period = ""
    if line.starts_on and line.ends_on:
        words = period_text(line.starts_on, line.ends_on, language)
        period = "" if words in line.text else words
    steps = rows(from_json(line.derivation), lambda text: _day(text, language)) if derivation else ()
    return PrintedLine(
        text=line.text,
        kind=line.kind,
        site_id=line.site_id,
        site=site.name if site else "",
        site_address=", ".join(site.address_lines) if site else "",
        period=period,
        quantity=line.quantity,
        unit=unit,
        unit_price=line.unit_price,
        discount=line.discount,
        net=line.net,
        vat_rate=line.vat_rate,
        nature=line.nature,
        steps=tuple(steps),
    )


def _day(text: str, language: str) -> str:
    return formats.day(date.fromisoformat(text), language)


def _vat(row: VatSummary, reasons: Mapping[str, str]) -> PrintedVat:
    return PrintedVat(
        rate=row.rate,
        net=row.net,
        vat=row.vat,
        nature=row.nature,
        text=reasons.get(row.nature, row.text),
        split=row.exigibility == "S",
    )


def logo_uri(company: Company) -> str:
    """The logo inside the page itself, as the engine may load nothing; empty without a usable one."""
    if not company.logo:
        return ""
    try:
        with company.logo.open("rb") as opened:
            content = opened.read(LARGEST_LOGO + 1)
    except OSError:
        return ""
    mime = kind_of(content)
    if mime not in _LOGO_KINDS or len(content) > LARGEST_LOGO:
        return ""
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"
