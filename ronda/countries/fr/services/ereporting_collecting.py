"""What flux 10 asks for, from issued documents and the money that settled them.

Sales: 10.1 each invoice to a business abroad, 10.3 the days of consumers. Receipts: 10.2 and 10.4, for what
owes VAT when it is paid. Invoices between French businesses are told by their own platform, and their
receipts by status 212: they are in neither. A constant number of queries for any number of documents.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Sum

from ronda.billing.models import Document, DocumentKind, DocumentLine, VatSummary
from ronda.company.models import Company
from ronda.countries.fr.data import ereporting as codes
from ronda.countries.fr.domain.einvoice.legal import plain_number
from ronda.countries.fr.domain.einvoice.model import Invoice, VatDue
from ronda.countries.fr.domain.einvoice.model import Party as InvoiceParty
from ronda.countries.fr.domain.ereporting import (
    Content,
    Customer,
    ForeignInvoice,
    ForeignParty,
    Kind,
    Receipt,
    Sale,
    SalePart,
    VatGroup,
    VatRow,
    payments_of,
    receipts_by_day,
    sale_parts,
    transactions_of,
)
from ronda.countries.fr.models import EReportEntry
from ronda.countries.fr.services.invoicing import invoices_of, siren_of
from ronda.kernel.money import ZERO, to_cents
from ronda.kernel.periods import Period
from ronda.payments.models import Allocation

Flow = EReportEntry.Flow
#: What is read of each document; those abroad are read as whole invoices.
DOCUMENT = ("company", "label", "date", "kind", "currency", "buyer")
TAX_DUE = {VatDue.INVOICE: codes.ON_DEBITS, VatDue.PAYMENT: codes.ON_PAYMENT}


class Entry(NamedTuple):
    """What a document contributes to a figure; see `EReportEntry`."""

    flow: str
    document: int
    on: date
    category: str
    tax_due: str
    rate: Decimal
    currency: str
    amount: Decimal
    vat: Decimal = ZERO


@dataclass(slots=True)
class Found:
    """Everything of one kind in some days, with what it comes from."""

    kind: Kind
    sales: list[Sale] = field(default_factory=list)
    invoices: list[ForeignInvoice] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def content(self, period: Period) -> Content:
        """What a report of `period` says."""
        if self.kind is Kind.TRANSACTIONS:
            return transactions_of(period, sales=self.sales, invoices=self.invoices)
        return payments_of(period, receipts=self.receipts)

    def entries_of(self, period: Period) -> list[Entry]:
        return [one for one in self.entries if period.contains(one.on)]


def collect(company: Company, kind: Kind, period: Period) -> Found:
    """What is to be reported of the days of `period`, which may be many reports long."""
    found = Found(kind)
    if kind is Kind.TRANSACTIONS:
        _collect_sales(company, period, found)
    else:
        _collect_receipts(company, period, found)
    return found


def customer_of(document: Document) -> Customer:
    """Who was invoiced, by what the document froze: as the addressee (BAR) of its file says."""
    facts = document.buyer or {"kind": document.party.kind, "country": document.party.country}
    if facts.get("kind") == "person":
        return Customer.CONSUMER
    return Customer.BUSINESS if (facts.get("country") or "FR") == "FR" else Customer.FOREIGN


def groups_of(documents: QuerySet[Document]) -> dict[int, list[VatGroup]]:
    """The VAT groups of documents, signed, each with what of it is goods and services; two queries."""
    kinds = _lines_by_group(documents)
    found: dict[int, list[VatGroup]] = defaultdict(list)
    rows = VatSummary.objects.filter(document__in=documents).order_by("document_id", "pk")
    names = ("document_id", "document__kind", "rate", "nature", "exigibility", "net", "vat")
    for pk, kind, rate, nature, exigibility, net, vat in rows.values_list(*names):
        sign = -1 if kind == DocumentKind.CREDIT_NOTE else 1
        goods, services = kinds.get((pk, rate, nature, exigibility), (ZERO, ZERO))
        found[pk].append(VatGroup(rate, nature, exigibility, sign * net, sign * vat, goods, services))
    return found


def _lines_by_group(documents: QuerySet[Document]) -> dict[tuple[Any, ...], tuple[Decimal, Decimal]]:
    """The sums of goods and of services by document, rate, nature and exigibility."""
    names = ("document_id", "vat_rate", "nature", "vat_code__exigibility")
    rows = DocumentLine.objects.filter(document__in=documents).exclude(kind=DocumentLine.Kind.NOTE)
    sums = (
        rows.order_by()
        .values_list(*names)
        .annotate(
            goods=Sum("net", filter=Q(item__kind="article")),
            services=Sum("net", filter=~Q(item__kind="article") | Q(item=None)),
        )
    )
    return {
        (pk, rate, nature, exigibility): (to_cents(goods or ZERO), to_cents(services or ZERO))
        for pk, rate, nature, exigibility, goods, services in sums
    }


# --- sales -------------------------------------------------------------------------------------------------


def _collect_sales(company: Company, period: Period, found: Found) -> None:
    rows = Document.objects.filter(
        company=company,
        status=Document.Status.ISSUED,
        date__gte=period.start,
        date__lt=period.end,
    )
    groups, abroad = groups_of(rows), []
    # Years of sales to consumers pass here: no more of each than is needed.
    lean = rows.select_related("party").only(*DOCUMENT, "party__kind", "party__country")
    for document in lean.order_by("date", "pk"):
        customer = customer_of(document)
        if customer is Customer.CONSUMER:
            _add_sale(document, groups.get(document.pk, ()), found)
        elif customer is Customer.FOREIGN:
            abroad.append(document.pk)
    _add_foreign(company, list(rows.filter(pk__in=abroad).order_by("date", "pk")), period, found)


def _add_sale(document: Document, groups: Iterable[VatGroup], found: Found) -> None:
    day = document.date
    assert day is not None
    by_tax_point: dict[bool, list[SalePart]] = defaultdict(list)
    for group in groups:
        parts = sale_parts(group)
        by_tax_point[not group.on_payment] += parts
        if not parts and group.net:
            left_out = (Flow.LEFT_OUT.value, document.pk, day, "", "", group.rate, document.currency)
            found.entries.append(Entry(*left_out, group.net, group.vat))
    for on_debits, told_parts in by_tax_point.items():
        if told_parts:
            found.sales.append(Sale(document.label, day, tuple(told_parts), document.currency, on_debits))
        for part in told_parts:
            due = "" if part.category != "TPS1" else codes.ON_DEBITS if on_debits else codes.ON_PAYMENT
            told = (Flow.DAILY_SALES.value, document.pk, day, part.category, due, part.rate)
            found.entries.append(Entry(*told, document.currency, part.base, part.vat))


def _add_foreign(company: Company, documents: Sequence[Document], period: Period, found: Found) -> None:
    invoices = invoices_of(documents, on=period.last_day)
    seller = ForeignParty(
        siren_of({"registration_id": company.registration_id}), "0002", "FR", _vat_number(company)
    )
    for document in documents:
        invoice = invoices[document.pk]
        found.invoices.append(_foreign(invoice, seller, document.buyer))
        for row in invoice.vat_rows:
            told = (Flow.UNIT_SALE.value, document.pk, invoice.issued_on, row.category, "", row.rate or ZERO)
            sign = document.sign
            found.entries.append(Entry(*told, invoice.currency, sign * row.base, sign * row.tax))


def _foreign(invoice: Invoice, seller: ForeignParty, buyer: Mapping[str, Any]) -> ForeignInvoice:
    taxed = any(row.tax for row in invoice.vat_rows)
    return ForeignInvoice(
        invoice.number,
        invoice.issued_on,
        str(invoice.kind),
        seller,
        _party(invoice.buyer, buyer),
        tuple(
            VatRow(row.category, row.rate or ZERO, row.base, row.tax, row.reason, row.reason_code)
            for row in invoice.vat_rows
        ),
        framework=invoice.framework,
        currency=invoice.currency,
        due_on=invoice.due_on,
        tax_due=TAX_DUE.get(VatDue(invoice.vat_due), "") if taxed and invoice.vat_due else "",
        references=tuple(
            (one.number, one.issued_on) for one in invoice.references if one.issued_on is not None
        ),
    )


def _party(party: InvoiceParty, facts: Mapping[str, Any]) -> ForeignParty:
    """A business abroad by the number its country gives it (G2.19)."""
    country = party.address.country
    own = "".join((facts.get("registration_id") or "").split())
    number = "".join((facts.get("tax_id") or "").split())
    if country in codes.EU:
        vat_number = number if not number or number[:2].isalpha() else f"{country}{number}"
        return ForeignParty(vat_number, codes.EU_NUMBER, country, vat_number)
    if country in codes.SCHEME_OF:
        return ForeignParty(own or number, codes.SCHEME_OF[country], country)
    return ForeignParty(f"{country}{party.name}"[:18], codes.OUTSIDE_EU, country)


def _vat_number(company: Company) -> str:
    number = "".join(company.tax_id.split())
    return number if not number or number[:2].isalpha() else f"FR{number}"


# --- receipts ----------------------------------------------------------------------------------------------


def _collect_receipts(company: Company, period: Period, found: Found) -> None:
    """Money only: what a credit note settles is no receipt. On the day on which it settled the invoice."""
    moved = Allocation.objects.filter(
        instalment__company=company, payment__isnull=False, date__gte=period.start, date__lt=period.end
    )
    paid = Document.objects.filter(pk__in=moved.values("instalment__document"))
    documents = {one.pk: one for one in paid.select_related("party")}
    groups = groups_of(paid)
    for pk, movements in _movements(paid).items():
        _add_receipts(documents[pk], receipts_by_day(groups.get(pk, ()), movements), found)


def _movements(paid: QuerySet[Document]) -> dict[int, list[tuple[date, Decimal]]]:
    """All money of documents from the beginning, in the order in which it came; one query."""
    rows = Allocation.objects.filter(instalment__document__in=paid, payment__isnull=False)
    found: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    names = ("instalment__document", "date", "amount")
    for pk, on, amount in rows.order_by("instalment__document", "date", "pk").values_list(*names):
        found[pk].append((on, amount))
    return found


def _add_receipts(document: Document, days: Mapping[date, Sequence[Any]], found: Found) -> None:
    customer = customer_of(document)
    if customer is Customer.BUSINESS:
        return
    unit = customer is Customer.FOREIGN
    flow = (Flow.UNIT_RECEIPT if unit else Flow.DAILY_RECEIPTS).value
    number = plain_number(document.label) if unit else ""
    for on, parts in days.items():
        found.receipts.append(Receipt(on, tuple(parts), number, document.date if unit else None))
        found.entries += _receipt_entries(flow, document, on, parts)


def _receipt_entries(flow: str, document: Document, on: date, parts: Iterable[Any]) -> Iterator[Entry]:
    for part in parts:
        yield Entry(flow, document.pk, on, "", "", part.rate, "EUR", part.amount)
