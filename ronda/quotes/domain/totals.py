"""What a quote comes to: a sum for what is billed once, and one for every rhythm of fees.

Each sum is computed as the document that will bill it: VAT once per rate on the sum of the lines.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ronda.billing.domain.totals import PLAIN, DocumentTerms, Line, Totals, totals
from ronda.kernel.money import ZERO
from ronda.quotes.domain.rhythms import Rhythm


@dataclass(frozen=True, slots=True)
class OfferLine:
    """A priced line of a quote; `key` tells it from the others."""

    key: int
    line: Line
    rhythm: Rhythm = field(default_factory=Rhythm)
    is_option: bool = False
    alternative: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """What one bill of a rhythm comes to."""

    rhythm: Rhythm
    sums: Totals

    @property
    def yearly_net(self) -> Decimal:
        return self.rhythm.yearly(self.sums.net)

    @property
    def yearly_vat(self) -> Decimal:
        return self.rhythm.yearly(self.sums.vat)


@dataclass(frozen=True, slots=True)
class OfferTotals:
    """Net, VAT and gross of what is billed once and of a year of the fees; `nets` by line, also unchosen."""

    blocks: tuple[Block, ...]
    nets: dict[int, Decimal]

    @property
    def net(self) -> Decimal:
        return sum((block.yearly_net for block in self.blocks), ZERO)

    @property
    def vat(self) -> Decimal:
        return sum((block.yearly_vat for block in self.blocks), ZERO)

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def once_net(self) -> Decimal:
        return sum((block.sums.net for block in self.blocks if not block.rhythm.recurring), ZERO)

    @property
    def yearly_net(self) -> Decimal:
        return sum((block.yearly_net for block in self.blocks if block.rhythm.recurring), ZERO)


def offer_totals(
    lines: Sequence[OfferLine], counted: Collection[int], *, discount: Decimal = ZERO
) -> OfferTotals:
    """Sum the lines of `counted` by rhythm, less `discount` per cent; their order is of no account.

    The net of each line is before the discount on the whole: it is what stands beside it.
    """
    terms = DocumentTerms(discount_percent=discount) if discount else PLAIN
    by_rhythm: dict[Rhythm, list[Line]] = {}
    for one in lines:
        if one.key in counted:
            by_rhythm.setdefault(one.rhythm, []).append(one.line)
    blocks = [Block(rhythm, totals(found, terms)) for rhythm, found in by_rhythm.items()]
    blocks.sort(key=lambda block: block.rhythm.place)
    return OfferTotals(tuple(blocks), {one.key: one.line.net for one in lines})
