"""This run against the previous one: what is new, what is gone, what moved too much."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from ronda.kernel.money import ZERO

Change = Literal["new", "ended", "more", "less", "same"]
THIRTY_PERCENT = Decimal(30)
HUNDRED = Decimal(100)


class Amount(NamedTuple):
    """What a run bills for one contract of one payer."""

    payer_id: int
    contract_id: int
    net: Decimal


@dataclass(frozen=True, slots=True)
class Row:
    """A contract in both runs. `percent` is the change; None where there is nothing to compare with."""

    payer_id: int
    contract_id: int
    before: Decimal
    now: Decimal
    change: Change
    percent: Decimal | None
    anomalous: bool

    @property
    def difference(self) -> Decimal:
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    rows: tuple[Row, ...]

    @property
    def before(self) -> Decimal:
        return sum((row.before for row in self.rows), ZERO)

    @property
    def now(self) -> Decimal:
        return sum((row.now for row in self.rows), ZERO)

    def only(self, change: Change) -> list[Row]:
        return [row for row in self.rows if row.change == change]

    @property
    def anomalies(self) -> list[Row]:
        """What a person should look at, the largest difference first."""
        return sorted((row for row in self.rows if row.anomalous), key=lambda row: -abs(row.difference))


def compare(
    previous: Iterable[Amount], now: Iterable[Amount], *, tolerance: Decimal = THIRTY_PERCENT
) -> Comparison:
    """Both runs, by payer and contract, in that order.

    Anomalous is what changed by more than `tolerance` per cent, and what changed sign.
    New and ended contracts are told apart, not counted as anomalies.
    """
    before, after = _sums(previous), _sums(now)
    keys = sorted({*before, *after})
    return Comparison(tuple(_row(key, before.get(key), after.get(key), tolerance) for key in keys))


def _sums(amounts: Iterable[Amount]) -> dict[tuple[int, int], Decimal]:
    sums: dict[tuple[int, int], Decimal] = {}
    for payer_id, contract_id, net in amounts:
        key = (payer_id, contract_id)
        sums[key] = sums.get(key, ZERO) + net
    return sums


def _row(key: tuple[int, int], before: Decimal | None, now: Decimal | None, tolerance: Decimal) -> Row:
    if before is None:
        return Row(*key, ZERO, now or ZERO, "new", None, anomalous=False)
    if now is None:
        return Row(*key, before, ZERO, "ended", None, anomalous=False)
    change: Change = "same" if now == before else "more" if now > before else "less"
    if not before:
        return Row(*key, before, now, change, None, anomalous=bool(now))
    percent = (now - before) * HUNDRED / abs(before)
    return Row(*key, before, now, change, percent, anomalous=abs(percent) > tolerance)
