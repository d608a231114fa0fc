"""Advance invoices and their deduction from the balance (R41)."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from ronda.billing.domain.texts import advance_text
from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.billing.services.drafts import DraftLine, add_lines, locked_draft
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class NotAnAdvance(Refusal):
    code = "billing.not_an_advance"


@transaction.atomic
def deduct_advance(draft: Document, advance: Document, *, on: date, by: str) -> Document:
    """Take an issued advance off a draft, line by line at each line's own VAT; never twice."""
    draft = locked_draft(draft)
    advance = Document.objects.select_for_update().get(pk=advance.pk)
    if advance.kind != DocumentKind.ADVANCE or advance.is_draft or advance.party_id != draft.party_id:
        raise NotAnAdvance(_("Choose an issued advance invoice of the same customer."), field="advance")
    lines = [
        DraftLine(
            advance_text(advance.label, draft.language),
            Decimal(1),
            -left,
            vat_code=line.vat_code,
            item=line.item,
            withholding=line.withholding,
            kind=DocumentLine.Kind.ADVANCE,
            corrects=line,
        )
        for line, left in _left(advance)
        if left
    ]
    if not lines:
        raise NotAnAdvance(
            _("%(advance)s is already deducted in full.") % {"advance": advance}, field="advance"
        )
    return add_lines(draft, lines, on=on, by=by)


def _left(advance: Document) -> list[tuple[DocumentLine, Decimal]]:
    """Each line of the advance with the net neither deducted nor credited yet."""
    taken = dict(
        DocumentLine.objects.filter(corrects__document=advance, document__kind=DocumentKind.INVOICE)
        .values_list("corrects")
        .annotate(Sum("net"))
    )
    credited = dict(
        DocumentLine.objects.filter(corrects__document=advance, document__kind=DocumentKind.CREDIT_NOTE)
        .values_list("corrects")
        .annotate(Sum("net"))
    )
    return [
        (line, line.net + taken.get(line.pk, Decimal(0)) - credited.get(line.pk, Decimal(0)))
        for line in advance.lines.filter(kind=DocumentLine.Kind.SALE).select_related("vat_code", "item")
    ]
