"""The page of a contract and that of a line: money, periods, and the state of every day."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.contracts.domain.charges import next_charge
from ronda.contracts.domain.coverage import STATES, Coverage, coverage
from ronda.contracts.forms import rhythm_words
from ronda.contracts.models import ChargePeriod, Contract, ContractLine
from ronda.contracts.queries import LineRow, charged_keys, line_rows
from ronda.kernel.money import ZERO
from ronda.kernel.periods import Period
from ronda.workspace.pages import DetailPage

DAY = timedelta(days=1)
# Width of the strip in the units of its drawing.
STRIP = 1000
STATE_NAMES = {
    "billed": _("billed"),
    "to_bill": _("to bill"),
    "free": _("free"),
    "gap": _("gap: nobody bills these days"),
    "overlap": _("overlap: billed twice"),
}
STATE_CLASSES = {
    "billed": "cov-billed",
    "to_bill": "cov-tobill",
    "free": "cov-free",
    "gap": "cov-gap",
    "overlap": "cov-overlap",
}


class ContractPage(DetailPage):
    """The situation of a contract (E38): lines, what is billed, what comes next."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["contracts/contract.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contract: Contract = self.object
        today = timezone.localdate()
        return super().get_context_data(
            situations=(lines := situations(contract, today)),
            rhythms=list(dict.fromkeys(str(line["rhythm"]) for line in lines)),
            billed_net=_billed(contract),
            last_charges=(
                ChargePeriod.objects.filter(line__contract=contract)
                .select_related("document", "line__item")
                .order_by("-starts_on", "-pk")[:12]
            ),
            **kwargs,
        )


class LinePage(DetailPage):
    """One line with its days."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["contracts/line.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line: ContractLine = self.object
        rows = line_rows(ContractLine.objects.filter(pk=line.pk))
        return super().get_context_data(
            situation=_situation(line, rows[0], timezone.localdate()),
            charges=line.charges.select_related("document").order_by("-starts_on", "-pk")[:60],
            **kwargs,
        )


def situations(contract: Contract, today: date) -> list[dict[str, Any]]:
    """Each line with its coverage, next document and state, in a constant number of queries."""
    lines = {line.pk: line for line in contract.lines.select_related("item", "site", "vat_code")}
    rows = line_rows(ContractLine.objects.filter(contract=contract))
    charges: dict[int, list[tuple[Period, str]]] = {}
    taken = charged_keys(lines)
    found = ChargePeriod.objects.filter(line__in=lines).exclude(state=ChargePeriod.State.RELEASED)
    for line_id, starts_on, ends_on, state in found.values_list("line_id", "starts_on", "ends_on", "state"):
        charges.setdefault(line_id, []).append((Period(starts_on, ends_on + DAY), state))
    return [
        describe(lines[row.pk], row, charges.get(row.pk, []), taken.get(row.pk, set()), today) for row in rows
    ]


def _situation(line: ContractLine, row: LineRow, today: date) -> dict[str, Any]:
    found = line.charges.exclude(state=ChargePeriod.State.RELEASED)
    charges = [
        (Period(starts_on, ends_on + DAY), state)
        for starts_on, ends_on, state in found.values_list("starts_on", "ends_on", "state")
    ]
    return describe(line, row, charges, charged_keys([line.pk]).get(line.pk, set()), today)


def describe(
    line: ContractLine, row: LineRow, charges: list[tuple[Period, str]], taken: Any, today: date
) -> dict[str, Any]:
    """What the page shows of a line."""
    terms = row.terms()
    billed = [period for period, state in charges if state == ChargePeriod.State.BILLED]
    waived = [period for period, state in charges if state == ChargePeriod.State.WAIVED]
    horizon = max([today + DAY, *(period.end for period in billed)])
    found = coverage(terms, billed, until=horizon, waived=waived)
    return {
        "line": line,
        "rhythm": rhythm_words(line),
        "coverage": found,
        "strip": strip(found),
        "legend": legend(found),
        "sound": found.sound,
        "next": next_charge(terms, taken, after=today),
        "first_day": row.first_day,
        "last_day": row.last_day,
    }


def strip(found: Coverage) -> list[dict[str, Any]]:
    """Rectangles of a bar 1000 wide, one per segment, with words for who cannot see it."""
    if not found.segments:
        return []
    start, end = found.segments[0].period.start, found.segments[-1].period.end
    days = (end - start).days
    return [
        {
            "x": (segment.period.start - start).days * STRIP // days,
            "width": max(2, segment.period.days * STRIP // days),
            "css": STATE_CLASSES[segment.state],
            "name": STATE_NAMES[segment.state],
            "first": segment.period.start,
            "last": segment.period.last_day,
        }
        for segment in found.segments
    ]


def legend(found: Coverage) -> list[tuple[str, Any, int]]:
    """Class, name and number of days of every state that occurs."""
    return [
        (STATE_CLASSES[state], STATE_NAMES[state], days) for state in STATES if (days := found.days(state))
    ]


def _billed(contract: Contract) -> Any:
    found = ChargePeriod.objects.filter(line__contract=contract, state=ChargePeriod.State.BILLED)
    return found.aggregate(sum=Sum("amount"))["sum"] or ZERO
