"""From issued documents to their due dates, for a whole batch at once."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from django.db import transaction

from ronda.billing.models import Document, DocumentKind
from ronda.company import bulk
from ronda.parties.models import PaymentTerms
from ronda.payments.domain.terms import Terms, amounts, due_date
from ronda.payments.models import Instalment

Due = tuple[date, Decimal]
FIELDS = ("pk", "kind", "party_id", "date", "terms_id", "method_id", "payable")


@transaction.atomic
def raise_dues(company_id: int, document_ids: Sequence[int]) -> int:
    """Write the due dates of newly issued documents (R45); how many were written.

    Three queries and one insert, however many documents. Σ dues = payable. A credit note has
    one negative due, on its own date; a document with nothing to pay has none. Documents that
    have dues already are left alone.
    """
    done = set(Instalment.objects.filter(document_id__in=document_ids).values_list("document_id", flat=True))
    # The company's own are picked here: asked for it, SQLite walks through all documents of the company.
    found = Document.objects.filter(pk__in=document_ids).values_list("company_id", *FIELDS)
    documents = [facts[1:] for facts in found if facts[0] == company_id]
    plan = _planner(company_id)
    rows = [
        bulk.row(
            Instalment,
            company_id=company_id,
            party_id=party_id,
            document_id=pk,
            position=position,
            due_on=due_on,
            amount=amount,
            method_id=method_id,
        )
        for pk, kind, party_id, day, terms_id, method_id, payable in documents
        if payable and pk not in done
        for position, (due_on, amount) in enumerate(plan(kind, day, terms_id, payable), start=1)
    ]
    bulk.insert(rows)
    return len(rows)


def _planner(company_id: int) -> Callable[[str, date, int | None, Decimal], list[Due]]:
    """How a payable amount falls due; the company's rules are read once and kept for the batch."""
    rows = {row.pk: row for row in PaymentTerms.objects.filter(company_id=company_id)}

    @cache
    def rule(terms_id: int, day: date) -> tuple[Terms, list[date]]:
        terms = terms_of(rows[terms_id])
        return terms, [due_date(terms, delay, day) for delay in terms.delays]

    def plan(kind: str, day: date, terms_id: int | None, payable: Decimal) -> list[Due]:
        if kind == DocumentKind.CREDIT_NOTE:
            return [(day, -payable)]
        if terms_id is None or payable < 0:
            return [(day, payable)]
        terms, days = rule(terms_id, day)
        return [due for due in zip(days, amounts(payable, terms), strict=True) if due[1]]

    return plan


def terms_of(row: PaymentTerms) -> Terms:
    """The rule of a row of payment terms, as the arithmetic wants it."""
    return Terms(
        delays=tuple(row.days) or (0,),
        percents=tuple(Decimal(str(percent)) for percent in row.percents),
        in_months=row.in_months,
        end_of_month=row.end_of_month,
        pay_day=row.pay_day,
        shift_months=tuple(row.shift_months),
        shift_to_day=row.shift_to_day,
        remainder_on_first=row.remainder_on_first,
    )
