"""What paying suppliers moves. Debits are positive, credits negative, cents only.

A share is a part of one payable that a payment settles; it has the sign of the payable (credit notes are
negative). Tax that waits for the payment moves with the settled part of the invoice: whatever order payments
are made and taken back in, the books hold exactly the share of what is settled now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ronda.accounting.domain.postings import Movement
from ronda.kernel.money import ZERO, running_share
from ronda.purchases.domain.posting import WAITING

#: Up to this a difference between what was owed and what was paid is a rounding.
ROUNDING = Decimal("1.00")
DEDUCTED = "vat_receivable"
WITHHELD = "withholding_payable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An invoice of which `change` is settled when `before` was already; all signed like the invoice.

    `payable` is all that is to pay of it, `waiting_vat` the VAT that is deducted on payment, `withheld` the
    tax we keep back and pay to the State for the supplier.
    """

    invoice: int
    payable: Decimal
    before: Decimal
    change: Decimal
    waiting_vat: Decimal = ZERO
    withheld: Decimal = ZERO

    def share_of(self, total: Decimal) -> Decimal:
        """The cents of `total` that go with the change; all changes of an invoice add up to it."""
        return running_share(total, self.before, self.change, self.payable) if self.payable else ZERO


def fits(share: Decimal, left: Decimal) -> bool:
    """Whether a share has the sign of what is left and is not above it."""
    return bool(share) and share * left > 0 and abs(share) <= abs(left)


def oldest_first(left: Sequence[Decimal], amount: Decimal) -> list[Decimal]:
    """What each payable gets of `amount`, in their order: credit notes are used up first, whole.

    Shares add up to `amount` or, when that is more than is owed, to what is owed.
    """
    shares = [share if share < 0 else ZERO for share in left]
    free = amount - sum(shares, ZERO)
    for at, owed in enumerate(left):
        if owed > 0 and free > 0:
            shares[at] = min(owed, free)
            free -= shares[at]
    return shares


def payment_movements(
    supplier: int,
    account: str,
    settled: Sequence[Settled],
    *,
    paid: Decimal,
    difference_account: str,
) -> tuple[Movement, ...]:
    """The entry of a payment: the supplier is owed less, the money leaves `account`.

    - Tax withheld is owed to the State from the payment on (DPR 600/1973 art. 25), in proportion.
    - What was settled and not paid is a gain on `difference_account`; what was paid beyond it, a cost.
    """
    total = sum((one.change for one in settled), ZERO)
    withheld = sum((one.share_of(one.withheld) for one in settled), ZERO)
    moves: list[Movement] = [
        ("suppliers", supplier, total + withheld),
        (account, None, -paid),
        (WITHHELD, None, -withheld),
        (difference_account, None, paid - total),
    ]
    return tuple(move for move in moves if move[2])


def rounding_account(difference: Decimal) -> str:
    """Where a small difference goes: positive when less was paid than settled."""
    return "rounding_gain" if difference > 0 else "rounding_loss"


def vat_movements(settled: Settled) -> tuple[Movement, ...]:
    """VAT that was waiting for the payment becomes deductible, in proportion.

    Italy: DL 83/2012 art. 32-bis and DPR 633/1972 art. 6; France: CGI art. 271 I-2 with art. 269 2 c.
    """
    vat = settled.share_of(settled.waiting_vat)
    return ((DEDUCTED, None, vat), (WAITING, None, -vat)) if vat else ()
