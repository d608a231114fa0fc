"""What a document refers to: orders, contracts, receptions, delivery notes, invoices of another program."""

from collections.abc import Iterable, Sequence
from typing import Any

from ronda.billing.domain.references import line_numbers
from ronda.billing.models import Document, DocumentLine, DocumentReference
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

#: What a credit note says as its invoice did; the rest is about the goods that went.
KEPT = (
    DocumentReference.Kind.ORDER,
    DocumentReference.Kind.CONTRACT,
    DocumentReference.Kind.AGREEMENT,
    DocumentReference.Kind.RECEPTION,
)


class NoSuchLine(Refusal):
    code = "billing.no_such_line"


class ReferenceWithoutDay(Refusal):
    code = "billing.reference_without_day"


def references_of(document: Document) -> list[DocumentReference]:
    """What a document refers to, in order; nothing is read of one that is not written yet."""
    return list(document.references.order_by("pk")) if document.pk else []


def require_fitting_references(
    references: Iterable[DocumentReference], lines: Sequence[DocumentLine]
) -> None:
    """Refuse references to lines the document does not have, and delivery notes without their day."""
    there = sum(1 for line in lines if line.kind not in (DocumentLine.Kind.FUND, DocumentLine.Kind.STAMP))
    for reference in references:
        if any(number > there for number in line_numbers(reference.lines)):
            raise NoSuchLine(
                _("%(number)s refers to line %(line)s: the document has %(count)s.")
                % {"number": reference.number, "line": reference.lines, "count": there},
                field="references",
            )
        if reference.kind == DocumentReference.Kind.DELIVERY_NOTE and reference.day is None:
            raise ReferenceWithoutDay(
                _("Delivery note %(number)s: enter its day.") % {"number": reference.number},
                field="references",
            )


def save_references(document: Document, rows: Any) -> None:
    """The rows of a draft's form; emptied ones go."""
    for gone in rows.deleted_forms:
        if gone.instance.pk:
            gone.instance.delete()
    for form in rows.forms:
        if form in rows.deleted_forms or not (form.has_changed() or form.instance.pk):
            continue
        reference = form.save(commit=False)
        reference.document = document
        reference.save()


def copy_references(document: Document, note: Document) -> None:
    """A credit note names the orders and contracts its invoice named, as a whole: its lines are others."""
    DocumentReference.objects.bulk_create(
        [
            DocumentReference(
                document=note,
                kind=each.kind,
                number=each.number,
                day=each.day,
                item=each.item,
                job_code=each.job_code,
                cig=each.cig,
                cup=each.cup,
            )
            for each in references_of(document)
            if each.kind in KEPT
        ]
    )
