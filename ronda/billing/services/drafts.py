"""Drafts: documents without a number, which may still change or go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from ronda.billing.events import DraftDeleted
from ronda.billing.models import Document, DocumentKind, DocumentLine, VatSummary
from ronda.billing.services.composing import Rules, compose, is_computed
from ronda.billing.services.kinds import require_fitting_kind
from ronda.billing.services.references import references_of, require_fitting_references, save_references
from ronda.catalogue.models import Item, VatCode
from ronda.catalogue.services import price_for
from ronda.company import audit
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import BillingAccount, BillingGroup, Site


class NotADraft(Refusal):
    code = "billing.not_a_draft"


class NoVatCode(Refusal):
    code = "billing.no_vat_code"


# What a document takes from the billing account unless told otherwise.
AGREED = (
    "currency",
    "terms",
    "method",
    "tax_regime",
    "withholding_code",
    "stamp_duty_exemption",
    "discount",
    "purchase_order",
    "cig",
    "cup",
)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line as a person writes it; what is left out comes from the item."""

    text: str
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None
    item: Item | None = None
    vat_code: VatCode | None = None
    discount: Decimal = Decimal(0)
    unit: str = ""
    site: Site | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    withholding: bool | None = None
    revenue_account: str = ""
    kind: str = DocumentLine.Kind.SALE
    gift: str = ""
    corrects: DocumentLine | None = None
    source: str = ""
    # Steps of `billing.domain.derivation` as JSON.
    derivation: Sequence[Any] = ()


@transaction.atomic
def draft_document(
    account: BillingAccount,
    lines: Iterable[DraftLine] = (),
    *,
    by: str,
    on: date,
    kind: str = DocumentKind.INVOICE,
    group: BillingGroup | None = None,
    corrects: Document | None = None,
    **header: Any,
) -> Document:
    """A draft on the account's conditions, with its amounts as they would be on `on`.

    `header` overrides fields of the document (heading, notes, purchase_order, cig, cup…).
    """
    party = account.party
    agreed = {name: getattr(account, name) for name in AGREED}
    facts = {"language": party.language or party.company.language} | agreed | header
    document = Document.objects.create(
        company=party.company,
        party=party,
        account=account,
        group=group,
        kind=kind,
        corrects=corrects,
        **facts,
    )
    _append(document, lines, on=on)
    recompute(document, on=on)
    audit.record(by, "billing.document.drafted", document)
    return document


@transaction.atomic
def add_lines(document: Document, lines: Iterable[DraftLine], *, on: date, by: str) -> Document:
    """Append lines to a draft and compute it again."""
    document = locked_draft(document)
    _append(document, lines, on=on)
    recompute(document, on=on)
    audit.record(by, "billing.document.lines_added", document)
    return document


@transaction.atomic
def update_draft(document: Document, *, on: date, by: str) -> Document:
    """Compute a draft again after its header or lines were edited in a form."""
    document = locked_draft(document)
    recompute(document, on=on)
    audit.record(by, "billing.document.changed", document)
    return document


@transaction.atomic
def delete_draft(document: Document, *, by: str) -> None:
    """Throw a draft away: it had no number, so no gap; what it charged may be billed again (R11)."""
    document = locked_draft(document)
    audit.record(
        by, "billing.document.deleted", document, payer=str(document.party), net=str(document.net_total)
    )
    publish(DraftDeleted(document.pk, by))
    document.delete()


def locked_draft(document: Document) -> Document:
    """The draft, locked; refused when it has been issued meanwhile."""
    document = Document.objects.select_for_update().get(pk=document.pk)
    if not document.is_draft:
        raise NotADraft(
            _("%(document)s is issued and does not change any more. Make a credit note instead.")
            % {"document": document}
        )
    return document


def recompute(document: Document, *, on: date) -> None:
    """Write the sums of a draft. Stamp duty and VAT follow every change of its lines (R35)."""
    rules = Rules(document.company, on)
    require_fitting_kind(document, rules.pack, on=on)
    before = list(document.lines.all())
    places = {line.pk: line.position for line in before}
    composed = compose(document, before, rules)
    kept = [line for line in composed.lines if line.pk is not None]
    document.lines.exclude(pk__in=[line.pk for line in kept]).delete()
    _move_up(kept, before=places)
    for line in composed.lines:
        if line.pk is None:
            line.document_id = document.pk
            line.save()
    DocumentLine.objects.bulk_update(kept, ["net", "vat_rate", "nature"])
    VatSummary.objects.filter(document=document).delete()
    VatSummary.objects.bulk_create(composed.vat)
    document.save()


def _move_up(lines: Sequence[DocumentLine], *, before: dict[int, int]) -> None:
    """Close the places of computed lines that went, so that the new ones may come last."""
    moved = [line for line in lines if line.position != before[line.pk]]
    if moved:
        DocumentLine.objects.filter(pk__in=[line.pk for line in moved]).update(
            position=F("position") + 100_000
        )
        DocumentLine.objects.bulk_update(moved, ["position"])


def _append(document: Document, lines: Iterable[DraftLine], *, on: date) -> None:
    last = document.lines.aggregate(last=Max("position"))["last"] or 0
    lines = [_priced(document, line, on) for line in lines]
    if lines:
        default_vat = _default_vat_code(document)
        DocumentLine.objects.bulk_create(
            [_row(document, line, last + place, default_vat) for place, line in enumerate(lines, start=1)]
        )


def _priced(document: Document, line: DraftLine, on: date) -> DraftLine:
    """A line without a price gets the one agreed with the payer, or that of his lists (P6)."""
    if line.unit_price is not None or line.item is None:
        return line
    chosen = price_for(line.item, document.account, on=on, quantity=line.quantity)
    return replace(line, unit_price=chosen.price, discount=line.discount or chosen.discount)


def _row(document: Document, line: DraftLine, position: int, default_vat: VatCode) -> DocumentLine:
    item = line.item
    withholding = line.withholding if line.withholding is not None else bool(item and item.withholding)
    return DocumentLine(
        document=document,
        position=position,
        kind=line.kind,
        gift=line.gift,
        item=item,
        site=line.site,
        text=line.text or (item.description or item.name if item else ""),
        quantity=line.quantity,
        unit=line.unit or (item.unit.code if item and item.unit else ""),
        unit_price=line.unit_price if line.unit_price is not None else Decimal(0),
        discount=line.discount,
        vat_code=line.vat_code or (item.vat_code if item else default_vat),
        withholding=withholding,
        revenue_account=line.revenue_account or (item.revenue_account if item else ""),
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        corrects=line.corrects,
        source=line.source,
        derivation=list(line.derivation),
    )


def _default_vat_code(document: Document) -> VatCode:
    codes = VatCode.objects.filter(company=document.company).order_by("-is_default", "pk")
    code = codes.first()
    if code is None:
        raise NoVatCode(_("This company has no VAT code yet. Add one to the catalogue first."))
    return code


def save_draft(form: Any, *, by: str, company: Any) -> Document:
    """Write a draft and its lines from their validated form, then compute it.

    The sums are those of today's rates until the document is issued on its own date.
    """
    if form.instance.pk is not None:
        locked_draft(form.instance)
    document: Document = form.save(commit=False)
    document.company, document.party = company, document.account.party
    if document.pk is None or "account" in form.changed_data:
        document.stamp_duty_exemption = document.account.stamp_duty_exemption
    document.save()
    rows, today = form.inlines.get("documentline"), timezone.localdate()
    if rows is not None:
        _save_rows(document, rows, on=today)
    if (references := form.inlines.get("documentreference")) is not None:
        save_references(document, references)
        require_fitting_references(references_of(document), list(document.lines.all()))
    recompute(document, on=today)
    return document


def _save_rows(document: Document, rows: Any, *, on: date) -> None:
    """Rows of the form in their order; positions are dealt anew, out of the way of the old ones."""
    for gone in rows.deleted_forms:
        if gone.instance.pk:
            gone.instance.delete()
    document.lines.update(position=F("position") + 100_000)
    place = 0
    for form in rows.forms:
        written = form.has_changed() or form.instance.pk is not None
        if not written or form in rows.deleted_forms or is_computed(form.instance):
            continue
        place += 1
        line = form.save(commit=False)
        item = line.item
        line.document, line.position = document, place
        if item is not None and form.price_left_empty:
            chosen = price_for(item, document.account, on=on, quantity=line.quantity)
            line.unit_price, line.discount = chosen.price, line.discount or chosen.discount
        if item is not None:
            line.unit = line.unit or (item.unit.code if item.unit else "")
            line.withholding = line.withholding or item.withholding
            line.revenue_account = line.revenue_account or item.revenue_account
        line.save()
