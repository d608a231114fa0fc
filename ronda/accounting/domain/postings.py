"""Which accounts a document, a payment or a settled due moves. Debits are positive, credits negative.

Every function returns movements that add up to zero for facts that are right in themselves.
An account is named by its role in the chart ("customers") or by its code ("4000").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ronda.kernel.money import ZERO, running_share
from ronda.payments.domain.terms import share_of_withholding

# (role or account code, party, amount)
Movement = tuple[str, int | None, Decimal]
VAT_ROLES = {"I": "vat_payable", "D": "vat_deferred", "S": "vat_split_payment"}


@dataclass(frozen=True, slots=True)
class Posting:
    """An entry to be written. `source` names the operation and is posted once, ever."""

    source: str
    date: date
    journal: str
    text: str
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What of a document matters to the books; amounts as printed (positive on credit notes).

    `sign`: −1 for credit notes. `sales`: net by account, `vat`: tax by exigibility (I, D, S).
    `stamp`: duty owed to the State, charged to the customer or not.
    """

    sign: int
    party: int
    net: Decimal
    gross: Decimal
    payable: Decimal
    withholding: Decimal
    stamp: Decimal
    sales: Mapping[str, Decimal]
    vat: Mapping[str, Decimal]


def document_movements(facts: DocumentFacts) -> tuple[Movement, ...]:
    """What issuing a document moves.

    - Customers owe the gross; with split payment (DPR 633/1972 art. 17-ter) the VAT is theirs to pay
      to the State and is taken back at once, on both sides of the same account (R37).
    - Withholding (DPR 600/1973 art. 25 and 25-ter) is made by the customer *when paying*: here the
      customer still owes it, see `settled_movements` (R36).
    - VAT due on payment waits on its own account (DPR 633/1972 art. 6, L. 134/2012 art. 32-bis).
    - Stamp duty is a cost owed to the State for each document, for credit notes as well; when
      charged, its line on the document pays that cost back (DPR 642/1972).
    - What the customer does not owe though it is in the total (gifts) is a discount given.
    """
    split = facts.vat.get("S", ZERO)
    waived = facts.gross - split - facts.withholding - facts.payable
    unlisted = facts.net - sum(facts.sales.values(), ZERO)
    moves: list[Movement] = [("customers", facts.party, facts.gross)]
    moves += [(account, None, -net) for account, net in facts.sales.items()]
    # A discount on the whole document lowers the net below its lines; a surcharge raises it.
    moves.append(("discounts_given" if unlisted < 0 else "sales", None, -unlisted))
    moves += [(VAT_ROLES[exigibility], None, -vat) for exigibility, vat in facts.vat.items()]
    if split:
        moves += [("vat_split_payment", None, split), ("customers", facts.party, -split)]
    if waived:
        moves += [("customers", facts.party, -waived), ("discounts_given", None, waived)]
    if facts.sign < 0:
        moves = [(account, party, -amount) for account, party, amount in moves]
    if facts.stamp:
        moves += [("stamp_duty", None, facts.stamp), ("stamp_duty_payable", None, -facts.stamp)]
    return tuple(move for move in moves if move[2])


def payment_movements(
    party: int, amount: Decimal, account: str, *, rounding: Decimal = ZERO, cancelled: bool = False
) -> tuple[Movement, ...]:
    """Money into `account` (bank, cash) from the customer; a refund has a negative amount.

    `rounding`: by how much the cash in hand differs from the amount settled (R40).
    """
    moves: list[Movement] = [(account, None, amount + rounding), ("customers", party, -amount)]
    if rounding:
        moves.append(("rounding_gain" if rounding > 0 else "rounding_loss", None, -rounding))
    return tuple((role, who, -moved if cancelled else moved) for role, who, moved in moves)


def settled_movements(
    party: int,
    *,
    payable: Decimal,
    withholding: Decimal,
    deferred_vat: Decimal,
    before: Decimal,
    change: Decimal,
) -> tuple[Movement, ...]:
    """What becomes final as a document's dues are settled from `before` to `before + change`.

    The customer withholds its share of the tax with each payment and owes us that much less (R36);
    deferred VAT becomes due to the State. Shares run with the settled part, so that they add up to
    the whole when nothing is left, and undoing a payment takes exactly its share back. On credit
    notes all amounts (`payable` as well) are negative.
    """
    if not payable:
        return ()
    withheld = share_of_withholding(withholding, payable, before, change)
    vat = running_share(deferred_vat, before, change, payable)
    moves: list[Movement] = []
    if withheld:
        moves += [("withholding_receivable", party, withheld), ("customers", party, -withheld)]
    if vat:
        moves += [("vat_deferred", None, vat), ("vat_payable", None, -vat)]
    return tuple(moves)


def off_balance(movements: Iterable[Movement]) -> Decimal:
    """Debits less credits: zero when the entry is right."""
    return sum((amount for _account, _party, amount in movements), ZERO)
