"""What registering a supplier's invoice moves. Debits are positive, credits negative, cents only.

Every function is exact: the movements add up to zero whatever the file says, and the dues add up to what
is to pay.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ronda.accounting.domain.postings import Movement
from ronda.kernel.money import ZERO, spread, to_cents
from ronda.purchases.domain.facts import DueFacts, ReceivedInvoiceFacts, VatFacts

#: Where VAT waits for the payment of the invoice.
WAITING = "vat_on_payment"
#: Up to this a difference between lines and total is a rounding of the supplier.
ROUNDING = Decimal("1.00")
Group = tuple[Decimal, str]


@dataclass(frozen=True, slots=True)
class Cost:
    """A line as the books take it. `deductible`: per cent of its VAT that is deducted.

    `reverse_rate`: per cent of the VAT that we add ourselves (reverse charge); None where there is none.
    """

    account: str
    net: Decimal
    rate: Decimal
    nature: str = ""
    deductible: int = 100
    reverse_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """The VAT of a line: `kept` is deducted, `lost` becomes part of its cost."""

    kept: Decimal
    lost: Decimal


def difference(facts: ReceivedInvoiceFacts) -> Decimal:
    """By how much the total is above lines and VAT: discounts on the whole, roundings, or a mistake."""
    lines = sum((to_cents(line.net) for line in facts.lines), ZERO)
    return to_cents(facts.total) - lines - facts.tax


def unexplained(facts: ReceivedInvoiceFacts) -> Decimal:
    """The part of the difference that the document does not state; zero when it is a rounding."""
    rest = difference(facts) - to_cents(facts.allowance) - to_cents(facts.rounding)
    return ZERO if abs(rest) <= ROUNDING else rest


def invoice_movements(
    facts: ReceivedInvoiceFacts,
    costs: Sequence[Cost],
    *,
    supplier: int,
    rest_on: str,
    waiting: Decimal = ZERO,
) -> tuple[Movement, ...]:
    """The entry of an invoice; the opposite for a credit note.

    - Costs by account, with the VAT that is not deducted (DPR 633/1972 art. 19-bis1; CGI ann. II art. 206).
    - VAT is deducted at once, except what is `waiting` for the payment (`waiting_vat`). Split VAT is owed
      to the State (art. 17-ter).
    - Reverse charge: the VAT is on both sides, computed on the sum by rate (art. 17; R29, R38).
    - What the supplier withholds from us nothing of stays owed to him until paid: tax is withheld when
      paying (DPR 600/1973 art. 25), so the supplier is credited with the whole.
    - A difference between lines and total goes to roundings when small, else to `rest_on`.
    """
    shares = _shares(facts.vat, costs)
    totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for cost, share in zip(costs, shares, strict=True):
        totals[cost.account] += to_cents(cost.net) + share.lost
        totals["vat_receivable"] += share.kept
    # A rate of the summary that no line has is deducted as it is.
    totals["vat_receivable"] += facts.tax - sum((share.kept + share.lost for share in shares), ZERO)
    totals["vat_receivable"] -= waiting
    totals[WAITING] += waiting
    for account, amount in _reverse(costs).items():
        totals[account] += amount
    rest = difference(facts)
    totals[_rest_account(facts, rest, rest_on)] += rest
    split = sum((to_cents(row.vat) for row in facts.vat if row.exigibility == "S"), ZERO)
    totals["vat_split_payment"] -= split
    moves: list[Movement] = [(account, None, facts.sign * amount) for account, amount in totals.items()]
    moves.append(("suppliers", supplier, facts.sign * (split - to_cents(facts.total))))
    return tuple(move for move in moves if move[2])


def waiting_vat(
    facts: ReceivedInvoiceFacts, costs: Sequence[Cost], exigibilities: Collection[str]
) -> Decimal:
    """The VAT that is deducted only when the invoice is paid: that of rows with these exigibilities.

    As in the file, not negative for being a credit note. Zero where nothing is to be paid: nothing would ever
    release it. Which VAT that is, is asked at the door (`door.waits`).
    """
    if not to_cents(facts.to_pay):
        return ZERO
    owed: dict[Group, Decimal] = defaultdict(lambda: ZERO)
    deferred: dict[Group, Decimal] = defaultdict(lambda: ZERO)
    for row in facts.vat:
        owed[row.rate, row.nature] += to_cents(row.vat)
        deferred[row.rate, row.nature] += to_cents(row.vat) if row.exigibility in exigibilities else ZERO
    lost: dict[Group, Decimal] = defaultdict(lambda: ZERO)
    for cost, share in zip(costs, _shares(facts.vat, costs), strict=True):
        lost[cost.rate, cost.nature] += share.lost
    # What is not deducted at all is a cost at once; of the rest the deferred rows' part waits.
    parts = ((tax - lost[group]) * deferred[group] / tax for group, tax in owed.items() if tax)
    return sum((to_cents(part) for part in parts), ZERO)


def _rest_account(facts: ReceivedInvoiceFacts, rest: Decimal, rest_on: str) -> str:
    if abs(rest) > ROUNDING:
        return rest_on
    return "rounding_loss" if facts.sign * rest > 0 else "rounding_gain"


def _shares(vat: Sequence[VatFacts], costs: Sequence[Cost]) -> list[Share]:
    """The VAT of each rate and nature over its lines; the shares add up to it to the cent."""
    owed: dict[Group, Decimal] = defaultdict(lambda: ZERO)
    for row in vat:
        owed[row.rate, row.nature] += to_cents(row.vat)
    places: dict[Group, list[int]] = defaultdict(list)
    for at, cost in enumerate(costs):
        places[cost.rate, cost.nature].append(at)
    shares = [Share(ZERO, ZERO)] * len(costs)
    for group, lines in places.items():
        weights = [costs[at].net for at in lines]
        if not owed[group] or not sum(weights, ZERO):
            continue
        for at, amount in zip(lines, spread(owed[group], weights), strict=True):
            shares[at] = _share(amount, costs[at].deductible)
    return shares


def _share(amount: Decimal, deductible: int) -> Share:
    kept = to_cents(amount * deductible / 100)
    return Share(kept, amount - kept)


def _reverse(costs: Sequence[Cost]) -> Mapping[str, Decimal]:
    """Reverse charge: VAT on the sum of the nets of each rate, owed and deducted (R29)."""
    nets: dict[Decimal, list[Cost]] = defaultdict(list)
    for cost in costs:
        if cost.reverse_rate is not None:
            nets[cost.reverse_rate].append(cost)
    totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for rate, lines in nets.items():
        weights = [to_cents(line.net) for line in lines]
        tax = to_cents(sum(weights, ZERO) * rate / 100)
        if not tax:
            continue
        totals["vat_payable"] -= tax
        for line, amount in zip(lines, spread(tax, weights), strict=True):
            share = _share(amount, line.deductible)
            totals["vat_receivable"] += share.kept
            totals[line.account] += share.lost
    return totals


def dues_differ(facts: ReceivedInvoiceFacts) -> bool:
    """Whether the instalments the supplier states are not what is to pay."""
    return bool(facts.dues) and sum((to_cents(due.amount) for due in facts.dues), ZERO) != to_cents(
        facts.to_pay
    )


def payables(facts: ReceivedInvoiceFacts, *, after_days: int) -> list[DueFacts]:
    """What is to pay and when, by date: signed (credit notes are negative), exact to the cent.

    Instalments that do not add up count for their dates: the last one is moved to what is left, and where
    that would turn its sign all is due on the first date. Without a date it is `after_days` after the
    invoice's.
    """
    left = to_cents(facts.to_pay)
    if not left:
        return []
    late = facts.date + timedelta(days=after_days)
    stated = sorted(
        (due for due in facts.dues if to_cents(due.amount)), key=lambda due: (due.on or late, due.amount)
    )
    found: list[tuple[date, Decimal, DueFacts]] = []
    for due in stated[:-1]:
        found.append((due.on or late, to_cents(due.amount), due))
        left -= to_cents(due.amount)
    last = stated[-1] if stated else DueFacts(amount=left)
    if left * facts.to_pay <= 0:
        found, left, last = [], to_cents(facts.to_pay), stated[0]
    found.append((last.on or late, left, last))
    return [
        DueFacts(amount=facts.sign * amount, on=day, means=due.means, iban=due.iban)
        for day, amount, due in found
    ]
