"""Shares of a fee among agents: who earns, how much, and what of it has matured.

Three steps, each exact to the cent:

1. `nearest` chooses, for each agent, the rule that is nearest to the fee; agents do not exclude each other
   and their shares need not add up to 100.
2. `shares` turns the fees of one document into what each agent is to earn on each line. The percentage is
   taken on the running sum, so that the lines add up to the percentage of the document.
3. `movements` splits what is to be earned over the payments. After each one, what has matured is the
   collected part of the whole, rounded once: partial payments add up, taking one back restores.

A credit note takes back in the same way (`taken_back`). Withholding tax and the agents' own pension and
insurance funds (in Italy ENASARCO) are not computed here: a commission is a gross amount.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ronda.kernel.money import ZERO, spread, to_cents
from ronda.kernel.periods import add_months

HUNDRED = Decimal(100)
YEAR = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """What an agent earns, from a day to a day (both in), on the fees it names.

    A name left out (None) means all of them. `percent` is of the net; `following` replaces it once a year
    has passed since `counted_from`, or since the fee's contract began. `fixed` is an amount for each billed
    period instead. `collected`: earned when the customer pays, not when the invoice is issued.
    """

    pk: int
    agent: int
    starts_on: date
    ends_on: date | None = None
    contract: int | None = None
    line: int | None = None
    party: int | None = None
    item: int | None = None
    percent: Decimal = ZERO
    following: Decimal | None = None
    fixed: Decimal | None = None
    collected: bool = False
    counted_from: date | None = None
    beyond_contracts: bool = False
    # The service of `line`: its fee is known by it in a contract that follows this one.
    line_item: int | None = None

    @property
    def rank(self) -> int:
        """The nearer to one fee, the higher: fee, service of the contract, contract, service for the
        customer, customer, service, everything."""
        if self.line is not None:
            return 6
        if self.contract is not None:
            return 5 if self.item is not None else 4
        if self.party is not None:
            return 3 if self.item is not None else 2
        return 1 if self.item is not None else 0

    def covers(self, fee: "Fee") -> bool:
        """Whether the rule speaks of this fee on its day."""
        if not self.starts_on <= fee.day or (self.ends_on is not None and self.ends_on < fee.day):
            return False
        if fee.contract is None and not self.beyond_contracts:
            return False
        named = (
            (self.line, fee.line),
            (self.contract, fee.contract),
            (self.party, fee.party),
            (self.item, fee.item),
        )
        return all(wanted is None or wanted == found for wanted, found in named)

    def percent_on(self, fee: "Fee") -> Decimal:
        """The percentage of the fee's year: the first, or the following ones."""
        if self.following is None:
            return self.percent
        first_day = self.counted_from or fee.since or self.starts_on
        return self.percent if fee.day < add_months(first_day, YEAR) else self.following


@dataclass(frozen=True, slots=True)
class Fee:
    """A line of a document: its net (negative where it is given back) and what it is for.

    `day` is the first day of the billed period, else the document's date. `line` is the contract's fee,
    `since` the day the contract began.
    """

    pk: int
    net: Decimal
    day: date
    last_day: date | None = None
    contract: int | None = None
    line: int | None = None
    party: int | None = None
    item: int | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What an agent is to earn on one line; `percent` is None for a fixed amount."""

    fee: Fee
    rule: Rule
    percent: Decimal | None
    total: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """A change of the collected part of a document; negative when a payment is taken back."""

    source: str
    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Movement:
    """What matured on a day: a part of the net and the commission on it."""

    source: str
    day: date
    base: Decimal
    amount: Decimal


def handed_on(contract: int, own: Sequence[Rule], earlier: Iterable[Sequence[Rule]]) -> list[Rule]:
    """The rules of a contract that follows others, given theirs from the latest back.

    An agent without a rule of his own on it goes on with those on the latest contract that has any.
    """
    found = list(own)
    known = {rule.agent for rule in own}
    for rules in earlier:
        new = [rule for rule in rules if rule.agent not in known]
        known |= {rule.agent for rule in new}
        found += [
            replace(
                rule, contract=contract, line=None, item=rule.item if rule.line is None else rule.line_item
            )
            for rule in new
        ]
    return found


def nearest(rules: Iterable[Rule], fee: Fee) -> list[Rule]:
    """For each agent the nearest of the rules that cover the fee; among equals the later one."""
    found: dict[int, Rule] = {}
    for rule in rules:
        if not rule.covers(fee):
            continue
        known = found.get(rule.agent)
        if known is None or (rule.rank, rule.starts_on, rule.pk) > (known.rank, known.starts_on, known.pk):
            found[rule.agent] = rule
    return [found[agent] for agent in sorted(found)]


def shares(rules: Sequence[Rule], fees: Sequence[Fee]) -> list[Share]:
    """What the agents are to earn on the lines of ONE document, in the order of the lines.

    For each rule and percentage the lines add up to the percentage of their sum, in cents. A fixed amount
    is earned once for each contract and billed period and divided over its lines by their nets.
    """
    by_percent: dict[tuple[Rule, Decimal], list[Fee]] = {}
    by_period: dict[tuple[Rule, int | None, date, date | None], list[Fee]] = {}
    for fee in fees:
        if not fee.net:
            continue
        for rule in nearest(rules, fee):
            if rule.fixed is None:
                by_percent.setdefault((rule, rule.percent_on(fee)), []).append(fee)
            else:
                by_period.setdefault((rule, fee.contract, fee.day, fee.last_day), []).append(fee)
    found = [share for (rule, percent), own in by_percent.items() for share in _running(rule, percent, own)]
    found += [share for (rule, *_period), own in by_period.items() for share in _divided(rule, own)]
    place = {fee.pk: at for at, fee in enumerate(fees)}
    return sorted(found, key=lambda share: (place[share.fee.pk], share.rule.agent))


def _running(rule: Rule, percent: Decimal, fees: Sequence[Fee]) -> list[Share]:
    seen, given, found = ZERO, ZERO, []
    for fee in fees:
        seen += fee.net
        boundary = to_cents(seen * percent / HUNDRED)
        found.append(Share(fee, rule, percent, boundary - given))
        given = boundary
    return found


def _divided(rule: Rule, fees: Sequence[Fee]) -> list[Share]:
    whole = sum((fee.net for fee in fees), ZERO)
    if not whole:
        return []
    amount = (rule.fixed or ZERO) if whole > 0 else -(rule.fixed or ZERO)
    parts = spread(amount, [fee.net for fee in fees])
    return [Share(fee, rule, None, part) for fee, part in zip(fees, parts, strict=True)]


def matured(total: Decimal, collected: Decimal, payable: Decimal) -> Decimal:
    """The cents of `total` earned once `collected` of `payable` came in; all where nothing is payable."""
    return to_cents(total * collected / payable) if payable else total


def movements(
    total: Decimal,
    net: Decimal,
    payable: Decimal,
    payments: Iterable[Payment],
    *,
    collected: Decimal = ZERO,
    entered: tuple[Decimal, Decimal] = (ZERO, ZERO),
) -> list[Movement]:
    """What each payment makes mature: the target after it less all that is entered already.

    `collected` is what had come in before the first of `payments`, `entered` the (base, amount) written so
    far. The sum of everything ever entered is `matured(total, collected, payable)`, whatever the order.
    """
    base, amount = entered
    found = []
    for payment in payments:
        collected += payment.amount
        new_base, new_amount = matured(net, collected, payable), matured(total, collected, payable)
        if (new_base, new_amount) != (base, amount):
            found.append(Movement(payment.source, payment.day, new_base - base, new_amount - amount))
        base, amount = new_base, new_amount
    return found


def taken_back(total: Decimal, net: Decimal, credited: Decimal, already: Decimal = ZERO) -> Decimal:
    """What a credit note takes back (negative) of the `total` earned on a line of `net`.

    `credited` is all that was given back of the line so far, this one included (negative where adjustments
    added to it); `already` what the earlier ones took. Once the whole net is credited, nothing is left.
    """
    return -to_cents(total * credited / net) - already
