"""The situation of a contract (E38) and of one fee: the state of every day, the money, what comes next."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.contracts.domain.charges import Charge, due, next_charge
from ronda.contracts.domain.coverage import STATES, Coverage, Segment, coverage
from ronda.contracts.forms import rhythm_words
from ronda.contracts.models import ChargePeriod, Contract, ContractLine, Suspension
from ronda.contracts.queries import TAKEN, LineRow, charged_keys, line_rows
from ronda.kernel.money import ZERO
from ronda.kernel.periods import Period
from ronda.workspace.pages import DetailPage

DAY = timedelta(days=1)
# Width of the strip in the units of its drawing.
STRIP = 1000
# How many days with an invoice the page looks ahead.
COMING = 3
STATE_NAMES = {
    "billed": _("billed"),
    "to_bill": _("to bill"),
    "suspended": _("suspended"),
    "free": _("free"),
    "gap": _("gap: nobody bills these days"),
    "overlap": _("overlap: billed twice"),
}
STATE_CLASSES = {
    "billed": "cov-billed",
    "to_bill": "cov-tobill",
    "suspended": "cov-suspended",
    "free": "cov-free",
    "gap": "cov-gap",
    "overlap": "cov-overlap",
}


class ContractPage(DetailPage):
    """The situation of a contract (E38): fees, money, what comes next, how it came to be so."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["contracts/contract.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contract: Contract = self.object
        today = timezone.localdate()
        fees = situations(contract, today)
        resting = list(contract.suspensions.select_related("amendment"))
        return super().get_context_data(
            situations=fees,
            rhythms=list(dict.fromkeys(str(fee["rhythm"]) for fee in fees if not fee["ended"])),
            suspensions=resting,
            resting_now=next((one for one in resting if rests(one, today)), None),
            may_be_changed=may_be_changed(contract) and self.may("change"),
            coming=coming(contract, fees, resting, today),
            year_end=date(today.year, 12, 31),
            to_bill=to_bill(fees),
            **money_of(contract),
            last_charges=(
                ChargePeriod.objects.filter(line__contract=contract)
                .select_related("document", "line__item")
                .order_by("-starts_on", "-pk")[:12]
            ),
            **kwargs,
        )


class LinePage(DetailPage):
    """One version of a fee with its days."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["contracts/line.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line: ContractLine = self.object
        rows = line_rows(ContractLine.objects.filter(pk=line.pk))
        return super().get_context_data(
            situation=_situation(line, rows[0], timezone.localdate()),
            charges=line.charges.select_related("document").order_by("-starts_on", "-pk")[:60],
            may_be_changed=may_be_changed(line.contract) and line.closed_by_id is None and self.may("change"),
            **kwargs,
        )


def may_be_changed(contract: Contract) -> bool:
    """Whether a change from a day is possible: a draft is edited, a cancelled contract is not touched."""
    return contract.status in (Contract.Status.ACTIVE, Contract.Status.ENDED)


def rests(suspension: Suspension, today: date) -> bool:
    return not suspension.lifted and suspension.starts_on <= today <= suspension.ends_on


def situations(contract: Contract, today: date) -> list[dict[str, Any]]:
    """Each fee with all its versions on one strip, in a constant number of queries; ended ones last."""
    lines = {
        line.pk: line
        for line in contract.lines.select_related("item", "site", "vat_code", "amendment", "closed_by")
    }
    charges = _charges(lines)
    taken = charged_keys(lines)
    fees: dict[int, list[dict[str, Any]]] = {}
    for row in line_rows(ContractLine.objects.filter(contract=contract)):
        line = lines[row.pk]
        if line.void and row.pk not in charges:
            continue
        found = describe(line, row, charges.get(row.pk, []), taken.get(row.pk, set()), today)
        fees.setdefault(line.root, []).append(found)
    return sorted((fee_of(versions) for versions in fees.values()), key=lambda fee: fee["ended"])


def _charges(lines: Iterable[int]) -> dict[int, list[tuple[Period, str]]]:
    charges: dict[int, list[tuple[Period, str]]] = {}
    found = ChargePeriod.objects.filter(TAKEN, line__in=list(lines))
    for line_id, starts_on, ends_on, state in found.values_list("line_id", "starts_on", "ends_on", "state"):
        charges.setdefault(line_id, []).append((Period(starts_on, ends_on + DAY), state))
    return charges


def fee_of(versions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The versions of a fee as one: the latest says what it is, its days are those of all of them."""
    ordered = sorted(versions, key=lambda one: (one["first_day"], one["line"].pk))
    last = next((one for one in ordered if one["line"].closed_by_id is None), ordered[-1])
    found = whole([one["coverage"] for one in ordered])
    coming = [one["next"] for one in ordered if one["next"] is not None]
    return {
        **last,
        "coverage": found,
        "strip": strip(found),
        "legend": legend(found),
        "sound": found.sound,
        "next": min(coming, key=lambda charge: charge.period.start) if coming else None,
        "to_bill": sum((one["to_bill"] for one in ordered), ZERO),
        "versions": ordered[::-1],
        "ended": last["line"].closed_by_id is not None,
    }


def whole(parts: Sequence[Coverage]) -> Coverage:
    """The days of all versions of a fee: what is unbilled before a billed day of any of them is a gap."""
    found = sorted((one for part in parts for one in part.segments), key=lambda one: one.period)
    billed = [one.period.end for one in found if one.state == "billed"]
    last = max(billed, default=date.min)
    segments: list[Segment] = []
    for one in found:
        state = "gap" if one.state == "to_bill" and one.period.end <= last else one.state
        before = segments[-1] if segments else None
        if before is not None and before.state == state and before.period.end == one.period.start:
            segments[-1] = Segment(Period(before.period.start, one.period.end), state)
        else:
            segments.append(Segment(one.period, state))
    return Coverage(tuple(segments), tuple(day for part in parts for day in part.outside))


def _situation(line: ContractLine, row: LineRow, today: date) -> dict[str, Any]:
    charges = _charges([line.pk]).get(line.pk, [])
    return describe(line, row, charges, charged_keys([line.pk]).get(line.pk, set()), today)


def describe(
    line: ContractLine, row: LineRow, charges: list[tuple[Period, str]], taken: Any, today: date
) -> dict[str, Any]:
    """What the page shows of a line."""
    terms = row.terms()
    by_us_or_before = (ChargePeriod.State.BILLED, ChargePeriod.State.EARLIER)
    billed = [period for period, state in charges if state in by_us_or_before]
    waived = [period for period, state in charges if state == ChargePeriod.State.WAIVED]
    horizon = max([today + DAY, *(period.end for period in billed)])
    found = coverage(terms, billed, until=horizon, waived=waived)
    year_end = date(today.year, 12, 31)
    return {
        "line": line,
        "rhythm": rhythm_words(line),
        "coverage": found,
        "strip": strip(found),
        "legend": legend(found),
        "sound": found.sound,
        "next": next_charge(terms, taken, after=today),
        "to_bill": sum((charge.net for charge in due(terms, year_end, taken)), ZERO),
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


def to_bill(fees: Iterable[Mapping[str, Any]]) -> Decimal:
    """What the fees still bill by the end of the year, without VAT."""
    return sum((fee["to_bill"] for fee in fees), ZERO)


def money_of(contract: Contract) -> dict[str, Decimal]:
    """Billed and kept by the charges in force, given back by issued credit notes; without VAT."""
    state = ChargePeriod.State
    charges = ChargePeriod.objects.filter(line__contract=contract)
    sums = charges.aggregate(
        billed=Sum("amount", filter=Q(state=state.BILLED)), kept=Sum("amount", filter=Q(state=state.KEPT))
    )
    back = DocumentLine.objects.filter(
        corrects__in=charges.values("document_line"),
        document__kind=DocumentKind.CREDIT_NOTE,
        document__status=Document.Status.ISSUED,
    ).aggregate(sum=Sum("net"))
    return {
        "billed_net": sums["billed"] or ZERO,
        "kept_net": sums["kept"] or ZERO,
        "credited_net": back["sum"] or ZERO,
    }


def coming(
    contract: Contract, fees: Iterable[Mapping[str, Any]], resting: Iterable[Suspension], today: date
) -> list[tuple[date, Any, Decimal | None]]:
    """The next days on which something happens: day, what, and the net of an invoice."""
    bills: dict[date, Decimal] = {}
    if may_be_changed(contract):
        nexts: list[Charge] = [fee["next"] for fee in fees if fee["next"] is not None]
        for charge in nexts:
            bills[charge.invoice_on] = bills.get(charge.invoice_on, ZERO) + charge.net
    found: list[tuple[date, Any, Decimal | None]] = [
        (day, _("Next invoice"), net) for day, net in sorted(bills.items())[:COMING]
    ]
    for one in resting:
        if not one.lifted and one.starts_on > today:
            found.append((one.starts_on, _("Suspended from this day"), None))
        if not one.lifted and one.ends_on >= today:
            found.append((one.ends_on + DAY, _("Taken up again after a suspension"), None))
    if contract.ends_on is not None and contract.ends_on >= today:
        found.append((contract.ends_on, _("Last day of the contract"), None))
    return sorted(dict.fromkeys(found), key=lambda one: one[0])
