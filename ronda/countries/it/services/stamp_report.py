"""The stamp report: documents taken out of list B or added to it, and what was paid."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from ronda.billing.models import Document
from ronda.company import audit
from ronda.countries.it.domain.stamp import STAMPED_KINDS
from ronda.countries.it.domain.stamp_report import Quarter
from ronda.countries.it.models import StampChoice, StampPayment
from ronda.countries.it.services.intents import require_italy
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class NotOnListB(Refusal):
    """A draft, a document that states its duty, or one of a kind that owes none."""

    code = "it.not_on_list_b"


class ReasonMissing(Refusal):
    code = "it.reason_missing"


class QuarterPaid(Refusal):
    """The duty of the quarter was paid: its lists do not change any more."""

    code = "it.quarter_paid"


class PaidTooEarly(Refusal):
    """A payment before the quarter has begun."""

    code = "it.paid_too_early"


@transaction.atomic
def choose_place(documents: Sequence[Document], *, decision: str, reason: str = "", by: str) -> int:
    """Leave documents of one company out of list B ("out"), add them ("add"), or as the rules say ("").

    How many changed. Raises NotOnListB, ReasonMissing or QuarterPaid, then none of them changed.
    """
    if not documents:
        return 0
    require_italy(documents[0].company)
    if decision and not reason.strip():
        raise ReasonMissing(_("Say why: the tax office may ask."), field="reason")
    for document in documents:
        _require_place(document)
    _require_unpaid(documents)
    pks = [document.pk for document in documents]
    before = {
        row.document_id: row for row in StampChoice.objects.select_for_update().filter(document__in=pks)
    }
    told = [
        (document, {"decision": decision or "rules", "reason": reason.strip()})
        for document in documents
        if _differs(before.get(document.pk), decision, reason.strip())
    ]
    changed = [document for document, _facts in told]
    StampChoice.objects.filter(document__in=[document.pk for document in changed]).delete()
    if decision:
        StampChoice.objects.bulk_create(_row(document, decision, reason, by) for document in changed)
    audit.record_many(by, "it.stamp.chosen", told)
    return len(changed)


def _row(document: Document, decision: str, reason: str, by: str) -> StampChoice:
    return StampChoice(
        company_id=document.company_id,
        document=document,
        decision=decision,
        reason=reason.strip(),
        by=by,
        at=timezone.now(),
    )


def _differs(row: StampChoice | None, decision: str, reason: str) -> bool:
    if row is None:
        return bool(decision)
    return (row.decision, row.reason) != (decision, reason)


def _require_place(document: Document) -> None:
    if document.is_draft or document.stamp_duty or document.kind not in STAMPED_KINDS:
        raise NotOnListB(
            _("%(document)s cannot be on list B: it is a draft, or it states its stamp duty already.")
            % {"document": document}
        )


def _require_unpaid(documents: Sequence[Document]) -> None:
    quarters = {Quarter.of(document.date) for document in documents if document.date}
    paid = StampPayment.objects.filter(
        company=documents[0].company_id, year__in={quarter.year for quarter in quarters}
    )
    for year, number in paid.values_list("year", "quarter"):
        if Quarter(year, number) in quarters:
            raise QuarterPaid(
                _("Quarter %(quarter)s is paid. Take the payment back first, then change its lists.")
                % {"quarter": Quarter(year, number)}
            )


def save_payment(form: Any, *, by: str, company: Any) -> StampPayment:
    """Mark a quarter as paid; the caller (`save_record`) holds the transaction.

    Raises NotInItaly, PaidTooEarly.
    """
    require_italy(company)
    payment: StampPayment = form.instance
    quarter = Quarter(payment.year, payment.quarter)
    if payment.paid_on < quarter.starts_on:
        raise PaidTooEarly(
            _("Quarter %(quarter)s had not begun on that day.") % {"quarter": quarter}, field="paid_on"
        )
    if payment.pk is None:
        payment.created_by = by
    form.save()
    audit.record(
        by,
        "it.stamp.paid",
        payment,
        quarter=str(quarter),
        amount=str(payment.amount),
        on=payment.paid_on.isoformat(),
    )
    return payment


@transaction.atomic
def take_back(payment: StampPayment, *, by: str, reason: str) -> str:
    """It was not paid after all: the row goes, its facts stay in the history of the company."""
    row = StampPayment.objects.select_for_update().select_related("company").get(pk=payment.pk)
    audit.record(
        by,
        "it.stamp.taken_back",
        row.company,
        quarter=f"{row.quarter}/{row.year}",
        amount=str(row.amount),
        on=row.paid_on.isoformat(),
        reason=reason,
    )
    row.delete()
    return str(_("The payment of %(quarter)s was taken back.") % {"quarter": f"{row.quarter}/{row.year}"})
