"""Reads that pages, services and the writing of files share."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, ExtractQuarter

from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.company.models import Company
from ronda.countries.it.data.vat import STAMP_RELEVANT
from ronda.countries.it.domain.intents import NATURE
from ronda.countries.it.domain.sdi import stem_of
from ronda.countries.it.domain.stamp import STAMPED_KINDS
from ronda.countries.it.domain.stamp_report import (
    QUARTERS,
    ZERO,
    Choice,
    Facts,
    Payment,
    Place,
    Quarter,
    payments,
    place_of,
)
from ronda.countries.it.models import LetterOfIntent, SdiMetadata, StampPayment
from ronda.einvoices.models import Transmission, TransmissionState
from ronda.kernel.money import to_cents
from ronda.purchases.models import SupplierInvoice

# --- stamp report ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """A document on list B, or left out of it by hand; `amount` is the duty in euro, 0 when left out."""

    pk: int
    label: str
    date: date
    customer: str
    relevant: Decimal
    place: Place
    amount: Decimal
    reason: str
    exemption: str

    @property
    def added(self) -> bool:
        """Whether it is there only because a person said so."""
        return self.place is Place.B and bool(self.reason)


@dataclass(slots=True)
class StampYear:
    """The lists and payments of a year."""

    year: int
    stated: dict[int, tuple[int, Decimal]] = field(default_factory=dict)  # documents and duty of list A
    listed: dict[int, list[Listed]] = field(default_factory=dict)  # list B, and what was left out of it
    paid: dict[int, Decimal] = field(default_factory=dict)

    def duty_of(self, quarter: int) -> Decimal:
        """What a quarter owes, in euro."""
        own = self.stated.get(quarter, (0, ZERO))[1]
        return own + sum((row.amount for row in self.listed.get(quarter, ())), ZERO)

    def open_of(self, quarter: int) -> Decimal:
        """What is still to be paid of it; negative when too much was."""
        return self.duty_of(quarter) - self.paid.get(quarter, ZERO)

    def payments(self) -> list[Payment]:
        return payments(self.year, [self.duty_of(quarter) for quarter in QUARTERS])


def _told_to_sdi(company: Company, first: date, last: date) -> "QuerySet[Document]":
    """Issued documents of these days whose last file was not rejected: SdI does not know the others."""
    rejected = Transmission.objects.filter(
        document=OuterRef("pk"), replaced_by=None, state=TransmissionState.REJECTED
    )
    rows = Document.objects.filter(
        company=company, status=Document.Status.ISSUED, date__gte=first, date__lte=last
    )
    return rows.filter(~Exists(rejected))


def stated(company: Company, quarter: Quarter) -> "QuerySet[Document]":
    """List A: documents whose file states the virtual stamp, by number."""
    rows = _told_to_sdi(company, quarter.starts_on, quarter.ends_on).filter(stamp_duty__gt=0)
    return rows.select_related("party").order_by("date", "series", "number", "pk")


def stamp_year(company: Company, year: int) -> StampYear:
    """Everything about a year, in three queries whatever the number of documents."""
    found, first, last = StampYear(year), Quarter(year, 1).starts_on, Quarter(year, 4).ends_on
    rows = _told_to_sdi(company, first, last)
    on_a = rows.filter(stamp_duty__gt=0).order_by().annotate(quarter=ExtractQuarter("date")).values("quarter")
    for row in on_a.annotate(count=Count("pk"), duty=Sum("stamp_duty")):
        found.stated[row["quarter"]] = row["count"], to_cents(row["duty"])
    for one in _candidates(rows):
        found.listed.setdefault(Quarter.of(one.date).number, []).append(one)
    paid = StampPayment.objects.filter(company=company, year=year).order_by()
    found.paid = {
        quarter: to_cents(amount)
        for quarter, amount in paid.values_list("quarter").annotate(amount=Sum("amount"))
    }
    return found


def _candidates(rows: "QuerySet[Document]") -> Iterator[Listed]:
    """What may stand on list B: natures that count or a person's word, and no duty stated."""
    relevant = Sum("vat_groups__net", filter=Q(vat_groups__nature__in=STAMP_RELEVANT))
    asked = rows.filter(stamp_duty=0, kind__in=STAMPED_KINDS).annotate(relevant=relevant)
    asked = asked.filter(Q(relevant__isnull=False) | Q(stamp_choice__isnull=False))
    names = (
        *("pk", "label", "date", "kind", "party__name", "stamp_duty_exemption", "relevant"),
        *("stamp_choice__decision", "stamp_choice__reason"),
    )
    for pk, label, day, kind, customer, exemption, net, decision, reason in asked.order_by(
        "date", "series", "number", "pk"
    ).values_list(*names):
        net = to_cents(net or ZERO)
        place, amount = place_of(Facts(kind, day, ZERO, net, Choice(decision or "")))
        if place is not None:
            yield Listed(pk, label, day, customer, net, place, amount, reason or "", exemption)


# --- declarations of intent --------------------------------------------------------------------------------

_AMOUNT: "DecimalField[Decimal, Decimal]" = DecimalField(max_digits=14, decimal_places=2)
_USED = Coalesce(Sum("uses__amount"), Value(ZERO), output_field=_AMOUNT)


def with_use(letters: "QuerySet[LetterOfIntent]") -> "QuerySet[LetterOfIntent]":
    """With `used` and `left`, in the currency of the company."""
    used: QuerySet[LetterOfIntent] = letters.annotate(used=_USED)
    return used.annotate(left=ExpressionWrapper(F("ceiling") - F("used"), output_field=_AMOUNT))


def without_vat(document_ids: Collection[int]) -> dict[int, Decimal]:
    """The net under N3.5 with its sign, by document of an Italian firm; those that have none are left out."""
    net = Case(When(document__kind=DocumentKind.CREDIT_NOTE, then=-F("net")), default=F("net"))
    rows = DocumentLine.objects.filter(
        document__in=document_ids, nature=NATURE, document__company__country="IT"
    )
    sums = rows.order_by().values_list("document").annotate(net=Sum(net))
    return {document: to_cents(total) for document, total in sums}


# --- metadata of SdI ---------------------------------------------------------------------------------------


def metadata_of(invoice: SupplierInvoice) -> list[SdiMetadata]:
    """What SdI said of the file of a supplier's invoice, by content, else by name; first arrivals first."""
    about = Q(invoice_sha256=invoice.sha256)
    if invoice.file_name:
        about |= Q(stem=stem_of(invoice.file_name))
    rows = SdiMetadata.objects.filter(about, company=invoice.company_id).order_by("arrived_at", "pk")
    found = list(rows)
    # A name is given once for ever; the bytes may differ, where a signature was taken off.
    return [row for row in found if row.invoice_sha256 == invoice.sha256] or found
