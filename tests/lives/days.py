"""A second opinion on deferrals: every issued line as an amount on each of its days, and nothing cleverer."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.contracts.models import ChargePeriod, Suspension


def deferred_by_days(company, day):
    """What lies after the day, of each line (by id) of the documents issued up to it."""
    lines = DocumentLine.objects.filter(
        document__company=company,
        document__status=Document.Status.ISSUED,
        document__date__lte=day,
        kind=DocumentLine.Kind.SALE,
        starts_on__isnull=False,
    ).select_related("document")
    credits = defaultdict(list)
    for line in lines:
        if _corrects(line):
            credits[line.corrects_id].append(line)
    found = {}
    for line in lines:
        if not _corrects(line):
            on_days = _on_days(line, credits[line.pk])
            left = sum(on_days.values(), Fraction(0))
            later = sum((amount for one, amount in on_days.items() if one > day), Fraction(0))
            # A credit may take more of some days than their even share: the other days bear the rest.
            found[line.pk] = max(min(later, max(left, 0)), min(left, 0))
    return {pk: Decimal(float(amount)).quantize(Decimal("0.0001")) for pk, amount in found.items()}


def _corrects(line):
    return line.corrects_id is not None and line.document.kind == DocumentKind.CREDIT_NOTE


def _on_days(line, credits):
    """The amount of each day with service, less what credit notes took back: last days first (R27)."""
    everything = _days(line)
    resting = _resting(line)
    served = [one for one in everything if one not in resting] or everything
    net, taken = Fraction(line.net * line.document.sign), Fraction(0)
    parts = []
    for credit in credits:
        named = _days(credit)
        if set(named) >= set(everything) or not set(named) <= set(everything):
            taken += Fraction(credit.net)
        elif not set(named) - resting:
            net -= Fraction(credit.net)
        else:
            parts.append((Fraction(credit.net), [one for one in named if one not in resting]))
    on_days = {one: net / len(served) for one in served}
    for amount, named in parts:
        for one in named:
            on_days[one] -= amount / len(named)
    for one in reversed(served):
        back = min(taken, on_days[one]) if on_days[one] > 0 else Fraction(0)
        on_days[one] -= back
        taken -= back
    return on_days


def _days(line):
    return [line.starts_on + timedelta(days=n) for n in range((line.ends_on - line.starts_on).days + 1)]


def _resting(line):
    """Days without service of the contract that the line bills."""
    contracts = ChargePeriod.objects.filter(document_line=line).values("line__contract")
    rests = Suspension.objects.filter(contract__in=contracts, bills=False, lifted=False)
    return {
        rest.starts_on + timedelta(days=n)
        for rest in rests
        for n in range((rest.ends_on - rest.starts_on).days + 1)
    }
