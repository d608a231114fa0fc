"""The month on any day, past or future, without writing anything; and two of them compared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ronda.billing.domain.comparing import Difference, Picture, compare
from ronda.billing.domain.runs import (
    Agreement,
    Group,
    LeftOut,
    ProposedLine,
    by_payer,
    group,
    is_held,
    sources,
)
from ronda.billing.models import BillingRun, RunEntry, RunSkip
from ronda.billing.services.composing import Rules, amounts
from ronda.billing.services.preparing import PAYERS_PER_CHUNK, payers_in_order, proposals_of
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO

# More payers than a page should wait for; a preview in the background has no limit.
MOST_PAYERS = 2000
SHOWN = 200
_REFS_PER_QUERY = 5000


class TooManyPayers(Refusal):
    code = "billing.too_many_to_simulate"


class UnknownAgreement(Refusal):
    code = "billing.unknown_agreement"


class Shown(NamedTuple):
    """A document that would be made. `held` is a small amount that would wait (R15)."""

    party_id: int
    net: Decimal
    gross: Decimal
    lines: int
    oldest_on: date
    held: bool


@dataclass(slots=True)
class Simulation:
    """What a run would propose: every document counted, the first ones kept to be shown."""

    documents: int = 0
    held: int = 0
    net: Decimal = ZERO
    gross: Decimal = ZERO
    shown: list[Shown] = field(default_factory=list)
    left: list[LeftOut] = field(default_factory=list)
    # First day of a month to the net of the periods that begin in it.
    months: dict[date, Decimal] = field(default_factory=dict)
    picture: Picture = field(default_factory=Picture)

    def saw(self, each: Shown, lines: Sequence[ProposedLine], *, keep: int) -> None:
        """Count a document, and keep it while there is room."""
        if each.held:
            self.held += 1
        else:
            self.documents += 1
            self.net += each.net
            self.gross += each.gross
        if len(self.shown) < keep:
            self.shown.append(each)
        for line in lines:
            month = line.starts_on.replace(day=1)
            self.months[month] = self.months.get(month, ZERO) + line.net
            self.picture.lines.append((each.party_id, line))

    def passed(self, item: LeftOut) -> None:
        """Remember why an agreement is not billed."""
        self.left.append(item)
        self.picture.left[item.source, item.source_pk] = item


def filters_for(
    company: Company, *, party_id: int | None = None, label: str = "", known_until: date | None = None
) -> dict[str, Any]:
    """What a simulation is restricted to. UnknownAgreement when no contract has the number `label`."""
    filters: dict[str, Any] = {}
    if party_id:
        filters["parties"] = [party_id]
    if label.strip():
        found = [pk for source in sources() for pk in source.named(company.pk, label)]
        if not found:
            raise UnknownAgreement(
                _("No contract has the number “%(number)s”.") % {"number": label.strip()}, field="contract"
            )
        filters["contracts"] = found
    if known_until:
        filters["known_until"] = known_until.isoformat()
    return filters


def simulate(
    company: Company, *, as_of: date, filters: Mapping[str, Any] | None = None, shown: int = SHOWN
) -> Simulation:
    """What a run on a day would propose, by what is agreed now. Nothing is written or locked.

    TooManyPayers above MOST_PAYERS: a preview of the month is made in the background instead.
    """
    # A run that is never saved: sources and grouping are those of the month itself.
    run = BillingRun(company=company, as_of=as_of, document_date=as_of, filters=dict(filters or {}))
    payers = payers_in_order(run)
    if len(payers) > MOST_PAYERS:
        raise TooManyPayers(
            _("%(count)s payers are too many to wait for. Choose one, or make a preview of the month.")
            % {"count": len(payers)}
        )
    rules = Rules(company, as_of)
    found = Simulation()
    for start in range(0, len(payers), PAYERS_PER_CHUNK):
        chunk = proposals_of(run, payers[start : start + PAYERS_PER_CHUNK])
        for _party, proposals, left in by_payer(chunk):
            for each in group(proposals, split_by_period=rules.settings.split_by_period):
                found.saw(_shown(each, rules), each.lines, keep=shown)
            for item in left:
                found.passed(item)
    return found


def _shown(each: Group, rules: Rules) -> Shown:
    sums = amounts(each.key, each.lines, rules, discount=Decimal(each.key.discount)).sums
    held = is_held(sums.net, rules.settings.minimum_document, as_of=rules.on)
    oldest = min(line.starts_on for line in each.lines)
    return Shown(each.party_id, sums.net, sums.gross, len(each.lines), oldest, held)


def picture_of(run: BillingRun, parties: Sequence[int] | None = None) -> Picture:
    """What a run proposed or issued, and why it left the rest out; of some payers only, if given."""
    states = (RunEntry.State.PROPOSED, RunEntry.State.DONE, RunEntry.State.HELD)
    picture = Picture()
    limits = {"party__in": parties} if parties else {}
    entries = RunEntry.objects.filter(run=run, state__in=states, **limits).order_by("position")
    for party_id, charges in entries.values_list("party_id", "charges").iterator(chunk_size=500):
        picture.lines += [(party_id, ProposedLine.from_json(row)) for row in charges[1]]
    skips = RunSkip.objects.filter(run=run, **limits).values_list(
        "party_id", "source", "source_pk", "label", "code", "facts"
    )
    for row in skips:
        item = LeftOut(*row)
        picture.left[item.source, item.source_pk] = item
    return picture


def differences(first: Picture, second: Picture, *, chained: bool = False) -> list[Difference]:
    """Two pictures compared, agreement by agreement; see `domain.comparing.compare`."""
    lines = [line for picture in (first, second) for _party, line in picture.lines]
    return compare(first, second, dict(_agreements(lines)), chained=chained)


def _agreements(lines: Iterable[ProposedLine]) -> Iterator[tuple[tuple[str, int], Agreement]]:
    refs: dict[str, set[int]] = {}
    for line in lines:
        refs.setdefault(line.source, set()).add(line.ref)
    for source in sources():
        wanted = sorted(refs.get(source.code, ()))
        for start in range(0, len(wanted), _REFS_PER_QUERY):
            found = source.agreements(wanted[start : start + _REFS_PER_QUERY])
            yield from (((source.code, ref), whose) for ref, whose in found.items())
