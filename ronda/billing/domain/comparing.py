"""Two pictures of what is owed, set side by side: who is in one only, whose amount differs, and why.

A picture is that of a simulated day or of a run that was made. Charges of one agreement are summed
up fee by fee; what a source calls the same fee (`Agreement.fee`) stays one fee through its versions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from ronda.billing.domain.runs import Agreement, LeftOut, ProposedLine
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO

Key = tuple[str, int]

ONLY_FIRST, ONLY_SECOND, CHANGED, SAME = "first", "second", "changed", "same"

_WHY: Mapping[str, Any] = {
    "new": _("Never billed before."),
    "in_first": _("Nothing more becomes due by the second day."),
    "price": _("“%(fee)s”: price %(before)s, then %(after)s."),
    "quantity": _("“%(fee)s”: quantity %(before)s, then %(after)s."),
    "discount": _("“%(fee)s”: discount %(before)s %%, then %(after)s %%."),
    "periods": _("“%(fee)s”: %(before)s periods, then %(after)s."),
    "days": _("“%(fee)s”: other days of its periods."),
    "fee_in": _("“%(fee)s”: in the second only."),
    "fee_out": _("“%(fee)s”: in the first only."),
    "unknown": _("Not in the other; nothing is known of it there."),
}


class Why(NamedTuple):
    """A reason with what fills it in. `left_out` marks the codes of `billing.domain.reasons`."""

    code: str
    facts: Mapping[str, Any]
    left_out: bool = False


def sentence(code: str, facts: Mapping[str, Any]) -> str:
    """The reason in words; `facts` already as text. Codes of `reasons` are not known here."""
    return str(_WHY[code]) % facts


@dataclass(slots=True)
class FeeSum:
    """What one fee comes to in one picture; `line` is its last charge."""

    line: ProposedLine
    text: str
    net: Decimal = ZERO
    periods: int = 0


@dataclass(slots=True)
class Standing:
    """One agreement in one picture."""

    party_id: int
    label: str
    net: Decimal = ZERO
    fees: dict[int, FeeSum] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether none of its fees was ever billed."""
        return all(fee.line.previous is None for fee in self.fees.values())


@dataclass(slots=True)
class Picture:
    """What is owed, and why the rest is not, as seen on one day or in one run."""

    lines: list[tuple[int, ProposedLine]] = field(default_factory=list)
    left: dict[Key, LeftOut] = field(default_factory=dict)

    def without(self, other: "Picture") -> "Picture":
        """This picture as it would be had everything of the other been billed."""
        billed = {_charge(line) for _party, line in other.lines}
        return Picture([each for each in self.lines if _charge(each[1]) not in billed], self.left)


def _charge(line: ProposedLine) -> tuple[Any, ...]:
    return line.source, line.ref, line.starts_on, line.kind


def standings(picture: Picture, known: Mapping[Key, Agreement]) -> dict[Key, Standing]:
    """The picture by agreement. `known` tells, by source and reference of a line, whose it is."""
    found: dict[Key, Standing] = {}
    for party_id, line in picture.lines:
        whose = known.get((line.source, line.ref)) or Agreement(line.ref, line.text, line.ref, line.text)
        standing = found.setdefault((line.source, whose.pk), Standing(party_id, whose.label))
        standing.net += line.net
        fee = standing.fees.setdefault(whose.fee, FeeSum(line, whose.text))
        fee.net += line.net
        fee.periods += 1
        if line.starts_on >= fee.line.starts_on:
            fee.line = line
    return found


class Difference(NamedTuple):
    """An agreement in both pictures; an amount is None where it is not billed. `state` is one of four."""

    source: str
    pk: int
    party_id: int
    label: str
    first: Decimal | None
    second: Decimal | None
    state: str
    why: tuple[Why, ...]

    @property
    def change(self) -> Decimal:
        return (self.second or ZERO) - (self.first or ZERO)


def compare(
    first: Picture, second: Picture, known: Mapping[Key, Agreement], *, chained: bool = False
) -> list[Difference]:
    """Every agreement of either picture, ordered by payer and label.

    chained: the second is what would be owed had the first been issued, so that two months are
    compared and not a month with the sum of both.
    """
    before = standings(first, known)
    after = standings(second.without(first) if chained else second, known)
    found = []
    for key in before.keys() | after.keys():
        one, other = before.get(key), after.get(key)
        shown = one or other
        assert shown is not None
        found.append(
            Difference(
                *key,
                shown.party_id,
                shown.label,
                one.net if one else None,
                other.net if other else None,
                _state(one, other),
                tuple(_reasons(key, one, other, first, second, chained=chained)),
            )
        )
    return sorted(found, key=lambda row: (row.party_id, row.label, row.pk))


def _state(one: Standing | None, other: Standing | None) -> str:
    if other is None:
        return ONLY_FIRST
    if one is None:
        return ONLY_SECOND
    return SAME if one.net == other.net else CHANGED


def _reasons(
    key: Key, one: Standing | None, other: Standing | None, first: Picture, second: Picture, *, chained: bool
) -> Iterable[Why]:
    if one is not None and other is not None:
        yield from _between(one, other)
        return
    missing = second if one is not None else first
    present = one or other
    if (left := missing.left.get(key)) is not None:
        yield Why(left.code, left.facts, left_out=True)
    elif one is not None and chained:
        yield Why("in_first", {})
    elif present is not None and present.is_new:
        yield Why("new", {})
    else:
        yield Why("unknown", {})


def _between(one: Standing, other: Standing) -> Iterable[Why]:
    """Fee by fee, only where the amounts differ."""
    for fee in list(dict.fromkeys([*one.fees, *other.fees])):
        before, after = one.fees.get(fee), other.fees.get(fee)
        if before is None or after is None:
            shown = before or after
            assert shown is not None
            yield Why("fee_in" if before is None else "fee_out", {"fee": shown.text})
        elif before.net != after.net:
            yield from _of_fee(before, after)


def _of_fee(before: FeeSum, after: FeeSum) -> Iterable[Why]:
    text = {"fee": after.text}
    told = False
    for code, name in (("price", "unit_price"), ("quantity", "quantity"), ("discount", "discount")):
        old, new = getattr(before.line, name), getattr(after.line, name)
        if old != new:
            told = True
            yield Why(code, {**text, "before": old, "after": new})
    if before.periods != after.periods:
        yield Why("periods", {**text, "before": before.periods, "after": after.periods})
    elif not told:
        yield Why("days", text)
