"""What becomes of money that is given back: a credit, set against dues, paid, or kept in the wallet."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ronda.billing.models import Document, DocumentKind
from ronda.billing.services import Difference
from ronda.contracts.models import Amendment, Contract, Settlement
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO
from ronda.packages.services import set_aside
from ronda.payments.models import Instalment
from ronda.payments.services import allocate_credit, refund


class NoMethod(Refusal):
    code = "contracts.no_payment_method"


def hand_over(
    contract: Contract,
    document: Document,
    parts: Sequence[Difference],
    amendment: Amendment,
    *,
    on: date,
    by: str,
) -> None:
    """Do with a credit note's money what the amendment says; by default it stays the customer's credit.

    Only what was paid is paid back or put into the wallet: unpaid dues are set off first (R22).
    """
    if document.kind != DocumentKind.CREDIT_NOTE or amendment.settles_by == Settlement.CREDIT:
        return
    _offset(document, parts, on=on, by=by)
    shares = _left(document)
    if not shares or amendment.settles_by == Settlement.OFFSET:
        return
    amount = sum((part for _due, part in shares), ZERO)
    if amendment.settles_by == Settlement.REFUND:
        _pay_back(contract, document, shares, amount, on=on, by=by)
    else:
        reason = amendment.reason or str(amendment)
        set_aside(
            document.account,
            amount,
            currency=document.currency,
            reason=reason,
            document=document,
            by=by,
            on=on,
        )


def _left(credit_note: Document) -> list[tuple[Instalment, Decimal]]:
    """The open dues of a credit note, as positive amounts."""
    dues = Instalment.objects.filter(document=credit_note, amount__lt=0)
    return [(due, -due.residue) for due in dues if due.residue < 0]


def _offset(credit_note: Document, parts: Sequence[Difference], *, on: date, by: str) -> None:
    """Against what is unpaid of the corrected documents, the oldest due first; the rest stays a credit."""
    corrected = {each.corrects.document_id for each in parts}
    dues = Instalment.objects.filter(document__in=corrected, amount__gt=0).order_by("due_on", "pk")
    for credit in Instalment.objects.filter(document=credit_note, amount__lt=0):
        for due in dues:
            credit.refresh_from_db()
            if due.residue > 0 and credit.residue < 0:
                allocate_credit(credit, due, on=on, by=by)


def _pay_back(
    contract: Contract,
    credit_note: Document,
    shares: Sequence[tuple[Instalment, Decimal]],
    amount: Decimal,
    *,
    on: date,
    by: str,
) -> None:
    method = contract.account.method
    if method is None:
        raise NoMethod(
            _("%(payer)s has no payment method. Choose one, or settle by a credit note.")
            % {"payer": contract.account},
            field="settles_by",
        )
    refund(
        credit_note.party,
        date=on,
        amount=amount,
        method=method,
        by=by,
        reference=credit_note.label,
        instalments=shares,
    )
