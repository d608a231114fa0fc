"""Credit notes: the only way to correct what was issued (R34)."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, F, Q, Sum, When

from ronda.billing.domain.texts import credit_text
from ronda.billing.events import DocumentsCredited
from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.billing.services.drafts import DraftLine, draft_document
from ronda.billing.services.funds import with_fund_returns
from ronda.billing.services.issuing import issue_document
from ronda.billing.services.references import copy_references
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

# A credit note is on the conditions of what it corrects, whatever the customer's are today.
COPIED = (
    "language",
    "tax_regime",
    "withholding_code",
    "stamp_duty_exemption",
    "discount",
    "purchase_order",
    "cig",
    "cup",
)
ZERO = Decimal(0)
#: Lines that take from what they correct: of credit notes, and negative ones of adjustment invoices.
GIVES_BACK = Q(document__kind=DocumentKind.CREDIT_NOTE, net__gt=0) | (
    ~Q(document__kind=DocumentKind.CREDIT_NOTE) & Q(net__lt=0)
)
CREDITED_KINDS = (DocumentLine.Kind.SALE, DocumentLine.Kind.STAMP, DocumentLine.Kind.ADVANCE)


class NotCreditable(Refusal):
    code = "billing.not_creditable"


class MoreThanCreditable(Refusal):
    code = "billing.more_than_creditable"


def given_back(line_ids: Iterable[int]) -> Mapping[int, Decimal]:
    """What credit notes and adjustments gave back on each line, as a positive net; others are left out.

    An adjustment that asks for more is no part of it: what it asks for is given back on its own line.
    """
    rows = (
        DocumentLine.objects.filter(GIVES_BACK, corrects__in=list(line_ids))
        .values_list("corrects")
        .annotate(total=Sum(Case(When(net__lt=0, then=-F("net")), default=F("net"))))
    )
    return {pk: total for pk, total in rows if total}


def creditable(document: Document) -> dict[int, Decimal]:
    """Quantity of each line, by line id, that no credit note has taken yet.

    A line of which an amount was given back has no quantity left: the rest of it is an amount too.
    """
    lines = list(document.lines.filter(kind__in=CREDITED_KINDS))
    by_amount = _given_by_amount(lines)
    credited = dict(
        DocumentLine.objects.filter(corrects__document=document, document__kind=DocumentKind.CREDIT_NOTE)
        .values_list("corrects")
        .annotate(Sum("quantity"))
    )
    return {
        line.pk: ZERO if line.pk in by_amount else line.quantity - credited.get(line.pk, ZERO)
        for line in lines
    }


def _given_by_amount(lines: Iterable[DocumentLine]) -> set[int]:
    """Lines corrected by something else than a part of their quantity at their price."""
    prices = {line.pk: line.unit_price for line in lines}
    rows = DocumentLine.objects.filter(GIVES_BACK, corrects__in=prices)
    return {
        pk
        for pk, price, kind in rows.values_list("corrects", "unit_price", "document__kind")
        if pk is not None and (kind != DocumentKind.CREDIT_NOTE or price != prices[pk])
    }


@transaction.atomic
def credit_document(
    document: Document,
    *,
    on: date,
    by: str,
    quantities: Mapping[int, Decimal] | None = None,
    amounts: Mapping[int, Decimal] | None = None,
    release: bool = False,
    reason: str = "",
) -> Document:
    """Issue a credit note for all that is left, for some lines' quantities, or for amounts.

    `quantities` and `amounts` are by line id; an amount is a net to give back on the line.
    `release` makes the credited periods billable again. Refused above what is left.
    """
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.is_draft or document.kind == DocumentKind.CREDIT_NOTE:
        raise NotCreditable(_("Only issued invoices can be credited. A draft can simply be deleted."))
    drafts = _drafts(document, quantities, amounts)
    if not drafts:
        raise NotCreditable(_("Nothing is left to credit on %(document)s.") % {"document": document})
    note = draft_document(
        document.account,
        drafts,
        by=by,
        on=on,
        kind=DocumentKind.CREDIT_NOTE,
        group=document.group,
        corrects=document,
        heading=credit_text(document.label, document.language),
        notes=reason,
        **{name: getattr(document, name) for name in COPIED},
    )
    copy_references(document, note)
    note = with_fund_returns(note, on=on, by=by)
    _require_no_more_than_the_document(document, note)
    note = issue_document(note, on=on, by=by)
    publish(DocumentsCredited(note.pk, _fully_credited(note), release, by))
    return note


def _drafts(
    document: Document, quantities: Mapping[int, Decimal] | None, amounts: Mapping[int, Decimal] | None
) -> list[DraftLine]:
    """The lines of the credit note; nothing asked means everything that is left."""
    left = creditable(document)
    lines = {line.pk: line for line in document.lines.filter(pk__in=left)}
    if amounts:
        return [_by_amount(lines, pk, amount) for pk, amount in amounts.items() if amount]
    asked = quantities if quantities is not None else left
    drafts = [_by_quantity(document, lines, left, pk, asked[pk]) for pk in asked if asked[pk]]
    return drafts if quantities is not None else [*drafts, *_rest_by_amount(lines)]


def _rest_by_amount(lines: Mapping[int, DocumentLine]) -> list[DraftLine]:
    touched = _given_by_amount(lines.values())
    back = given_back(touched)
    rest = {pk: lines[pk].net - back.get(pk, ZERO) for pk in sorted(touched)}
    return [_by_amount(lines, pk, net) for pk, net in rest.items() if net]


def _fully_credited(note: Document) -> tuple[int, ...]:
    """Lines of the corrected document of which nothing is left: only their periods may be freed."""
    touched = [pk for pk in note.lines.values_list("corrects", flat=True) if pk is not None]
    rows = (
        DocumentLine.objects.filter(corrects__in=touched, document__kind=DocumentKind.CREDIT_NOTE)
        .values("corrects")
        .annotate(given=Sum("net"))
        .values_list("corrects", "corrects__net", "given")
    )
    return tuple(pk for pk, net, given in rows if pk is not None and given == net)


def _by_quantity(
    document: Document,
    lines: Mapping[int, DocumentLine],
    left: Mapping[int, Decimal],
    pk: int,
    quantity: Decimal,
) -> DraftLine:
    line = _own_line(lines, pk)
    if not 0 < quantity <= left[pk]:
        raise MoreThanCreditable(
            _("Line %(line)s of %(document)s: between 0 and %(left)s can still be credited.")
            % {"line": line.position, "document": document, "left": f"{left[pk].normalize():f}"},
            field="quantity",
            line=pk,
            left=left[pk],
        )
    return _mirror(line, quantity, line.unit_price)


def _by_amount(lines: Mapping[int, DocumentLine], pk: int, amount: Decimal) -> DraftLine:
    """An amount on a line leaves its quantity alone: it is one unit of that much."""
    line = _own_line(lines, pk)
    return _mirror(line, Decimal(1), amount, discount=Decimal(0))


def _own_line(lines: Mapping[int, DocumentLine], pk: int) -> DocumentLine:
    if pk not in lines:
        raise NotCreditable(_("The line is not one of this document."))
    return lines[pk]


def _mirror(
    line: DocumentLine, quantity: Decimal, unit_price: Decimal, *, discount: Decimal | None = None
) -> DraftLine:
    return DraftLine(
        line.text,
        quantity,
        unit_price,
        item=line.item,
        vat_code=line.vat_code,
        discount=line.discount if discount is None else discount,
        unit=line.unit,
        site=line.site,
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        withholding=line.withholding,
        revenue_account=line.revenue_account,
        kind=DocumentLine.Kind.SALE if line.kind == DocumentLine.Kind.STAMP else line.kind,
        gift=line.gift,
        corrects=line,
    )


def _require_no_more_than_the_document(document: Document, note: Document) -> None:
    """The total credited never exceeds the total issued, line by line and altogether."""
    earlier = document.corrections.filter(kind=DocumentKind.CREDIT_NOTE).aggregate(sum=Sum("gross_total"))
    if abs(earlier["sum"] or Decimal(0)) > abs(document.gross_total):
        raise MoreThanCreditable(
            _("The credit notes on %(document)s would exceed its total of %(total)s.")
            % {"document": document, "total": document.gross_total},
            field="amount",
        )
    touched = {line.pk: line for line in document.lines.all()}
    for pk, given in given_back(touched).items():
        line = touched[pk]
        if abs(given) > abs(line.net):
            raise MoreThanCreditable(
                _("Line %(line)s of %(document)s: %(net)s at most can be credited.")
                % {"line": line.position, "document": document, "net": line.net},
                field="amount",
                note=note.pk,
            )
