"""Charged periods: the memory of what is billed, and the few ways to change it."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date

from django.db import IntegrityError, transaction

from ronda.company import audit
from ronda.company.bulk import insert, row
from ronda.contracts.domain.charges import owed
from ronda.contracts.models import ChargePeriod, ContractLine
from ronda.contracts.queries import charged_keys, line_rows, line_terms
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

State = ChargePeriod.State


class NotAPeriod(Refusal):
    code = "contracts.not_a_period"


class AlreadyCharged(Refusal):
    code = "contracts.already_charged"


@transaction.atomic
def release_document(document_id: int, *, by: str) -> int:
    """The periods of a draft that goes away are billable again (R11)."""
    rows = ChargePeriod.objects.filter(document=document_id)
    freed = rows.count()
    rows.delete()
    return freed


@transaction.atomic
def release_credited(document_line_ids: Iterable[int], *, by: str) -> int:
    """Periods of credited lines are billable again; the released rows stay as history (R11).

    Not those an amendment settled: their money stands on several documents, and one of them alone
    does not make the days free.
    """
    rows = ChargePeriod.objects.filter(document_line__in=list(document_line_ids), state=State.BILLED)
    return rows.filter(amendment=None).update(state=State.RELEASED)


@transaction.atomic
def waive_period(line: ContractLine, *, starts_on: date, reason: str, by: str) -> ChargePeriod:
    """Declare a period owed but not billed as given up; it counts as free from now on."""
    line = ContractLine.objects.select_for_update().get(pk=line.pk)
    charge = next(
        (
            c
            for c in owed(line_terms(line), date.max.replace(year=starts_on.year + 1))
            if c.period.start == starts_on
        ),
        None,
    )
    if charge is None:
        raise NotAPeriod(_("No period of this line starts on that day."), field="starts_on")
    try:
        with transaction.atomic():
            row = ChargePeriod.objects.create(
                line=line,
                starts_on=charge.period.start,
                ends_on=charge.period.last_day,
                kind=charge.kind,
                amount=charge.net,
                state=State.WAIVED,
                reason=reason,
            )
    except IntegrityError as error:
        raise AlreadyCharged(_("This period is already billed or waived."), field="starts_on") from error
    audit.record(by, "contracts.period.waived", line.contract, starts_on=starts_on.isoformat(), reason=reason)
    return row


def mark_billed_elsewhere(line: ContractLine, *, before: date, reason: str, by: str) -> int:
    """Everything that starts before a day was billed by the previous system: never bill it again."""
    return take_over([line.pk], before=before, reason=reason, by=by)


@transaction.atomic
def take_over(line_ids: Collection[int], *, before: date, reason: str, by: str) -> int:
    """`mark_billed_elsewhere` for many lines in a constant number of statements; how many periods."""
    lines = ContractLine.objects.select_for_update(of=("self",)).filter(pk__in=line_ids).order_by("pk")
    contracts = [(line.contract, line.pk) for line in lines.select_related("contract")]
    taken = charged_keys(line_ids)
    rows = [
        row(
            ChargePeriod,
            line_id=each.pk,
            starts_on=charge.period.start,
            ends_on=charge.period.last_day,
            kind=charge.kind,
            amount=charge.net,
            state=State.EARLIER,
            reason=reason,
        )
        for each in line_rows(ContractLine.objects.filter(pk__in=line_ids))
        for charge in owed(each.terms(), before)
        if charge.key not in taken.get(each.pk, ())
    ]
    insert(rows)
    periods = Counter(each.line_id for each in rows)
    audit.record_many(
        by,
        "contracts.line.taken_over",
        [(contract, {"before": before.isoformat(), "periods": periods[pk]}) for contract, pk in contracts],
    )
    return len(rows)
