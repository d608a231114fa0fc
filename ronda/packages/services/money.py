"""A customer's money in the firm's hands: put aside, spent on documents, paid out.

Money moves through payments, so that dues and books follow: what is set aside is given back by the
payment method "wallet" (customers to advances received), what is spent is paid with it. That method
is not offered in the payment form: only these services use it, and the balance is the sum of entries.
A wallet may be spent on anything the firm sells, whatever its VAT: nothing is taxed when money is
put in, but when it is spent on a document (as multi-purpose vouchers: directive 2006/112/EC, art. 30b).
"""

import secrets
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from ronda.accounting.domain.postings import Posting
from ronda.accounting.models import JournalEntry
from ronda.accounting.services.posting import post_entries
from ronda.billing.models import Document, DocumentKind
from ronda.company import audit
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO, to_cents
from ronda.packages.models import Wallet, WalletEntry
from ronda.parties.models import BillingAccount, Party, PaymentMethod
from ronda.payments import services as payments
from ronda.payments.models import Instalment, Payment

METHOD = "WALLET"
# The account of the chart that holds it: a debt to the customer.
ACCOUNT_ROLE = "advances_received"
Kind = WalletEntry.Kind


class NothingToSetAside(Refusal):
    code = "packages.nothing_to_set_aside"


class NotACredit(Refusal):
    code = "packages.not_a_credit"


class NotEnoughInWallet(Refusal):
    code = "packages.not_enough_in_wallet"


class NothingOpen(Refusal):
    code = "packages.nothing_open"


@transaction.atomic
def set_aside(
    party_or_account: Party | BillingAccount,
    amount: Decimal,
    *,
    currency: str,
    reason: str,
    by: str,
    on: date,
    document: Document | None = None,
) -> WalletEntry:
    """Put a credit into the customer's wallet.

    `document` is the issued credit note it comes from: its due is settled by it, up to what is still
    open (NotACredit, payments.more_than_owed). Without one it is a present of the firm and is booked
    as a discount given. `amount` is in `currency`, positive, in cents (NothingToSetAside).
    """
    party = party_or_account.party if isinstance(party_or_account, BillingAccount) else party_or_account
    wallet = _locked(party, currency)
    amount = _positive(amount)
    payment = _from_credit_note(party, document, amount, on=on, by=by) if document is not None else None
    entry = _write(
        wallet, Kind.SET_ASIDE, amount, on=on, by=by, reason=reason, document=document, payment=payment
    )
    if payment is None:
        _post_present(entry)
    return entry


@transaction.atomic
def top_up(
    party: Party,
    amount: Decimal,
    *,
    currency: str,
    method: PaymentMethod,
    by: str,
    on: date,
    reference: str = "",
) -> WalletEntry:
    """The customer pays money into the wallet: a payment that settles no due, then set aside."""
    wallet = _locked(party, currency)
    amount = _positive(amount)
    payments.record_payment(
        party, date=on, amount=amount, method=method, by=by, reference=reference, instalments=[]
    )
    back = payments.refund(
        party, date=on, amount=amount, method=wallet_method(party.company), by=by, instalments=[]
    )
    return _write(wallet, Kind.SET_ASIDE, amount, on=on, by=by, reference=reference, payment=back)


@transaction.atomic
def spend(
    wallet: Wallet, document: Document, *, by: str, on: date, amount: Decimal | None = None
) -> WalletEntry:
    """Pay an issued document of the customer out of the wallet: `amount`, or as much as both allow."""
    wallet = _locked(wallet.party, wallet.currency)
    if document.party_id != wallet.party_id or document.currency != wallet.currency:
        raise NotACredit(_("Choose a document of the same customer and currency."), field="document")
    dues = list(Instalment.objects.filter(document=document, amount__gt=0).order_by("due_on", "position"))
    owed = sum((due.residue for due in dues), ZERO)
    if not owed:
        raise NothingOpen(
            _("%(document)s has nothing left to pay.") % {"document": document}, field="document"
        )
    amount = min(owed, _balance(wallet)) if amount is None else amount
    _refuse_beyond(wallet, amount)
    shares, left = [], amount
    for due in dues:
        if part := min(left, due.residue):
            shares.append((due, part))
            left -= part
    payment = payments.record_payment(
        wallet.party, date=on, amount=amount, method=wallet_method(wallet.company), by=by, instalments=shares,
        reference=document.label,
    )  # fmt: skip
    return _write(wallet, Kind.SPENT, -amount, on=on, by=by, document=document, payment=payment)


@transaction.atomic
def pay_out(
    wallet: Wallet, amount: Decimal, *, method: PaymentMethod, by: str, on: date, reference: str = ""
) -> WalletEntry:
    """Give money of the wallet back to the customer by bank or cash."""
    wallet = _locked(wallet.party, wallet.currency)
    _refuse_beyond(wallet, amount)
    payment = payments.record_payment(
        wallet.party, date=on, amount=amount, method=wallet_method(wallet.company), by=by, instalments=[]
    )
    payments.refund(
        wallet.party, date=on, amount=amount, method=method, by=by, reference=reference, instalments=[]
    )
    return _write(wallet, Kind.REFUNDED, -amount, on=on, by=by, reference=reference, payment=payment)


@transaction.atomic
def give_back_cancelled(payment_ids: tuple[int, ...], *, by: str) -> int:
    """A payment made with the wallet was cancelled: its money is in the wallet again; how many."""
    found = WalletEntry.objects.filter(
        payment__in=payment_ids, wallet__isnull=False, reverses=None, reversed_by=None
    )
    entries = list(found.select_related("wallet__party", "payment", "document"))
    for entry in entries:
        wallet: Wallet = entry.wallet  # type: ignore[assignment]
        wallet = _locked(wallet.party, wallet.currency)
        if entry.quantity > 0:
            _refuse_beyond(wallet, entry.quantity)
        cancelled: Payment = entry.payment  # type: ignore[assignment]
        _write(
            wallet, Kind.REVERSAL, -entry.quantity, on=cancelled.cancelled_on or cancelled.date, by=by,
            reverses=entry, document=entry.document,
        )  # fmt: skip
    return len(entries)


def wallet_method(company: Company) -> PaymentMethod:
    """The payment method of wallets, made the first time; not active, so that no form offers it."""
    method, _made = PaymentMethod.objects.get_or_create(
        company=company,
        code=METHOD,
        defaults={"name": str(_("Wallet")), "account_role": ACCOUNT_ROLE, "active": False},
    )
    return method


def _locked(party: Party, currency: str) -> Wallet:
    """The wallet, made the first time. All that concerns a customer's money waits in one queue."""
    Party.objects.select_for_update().get(pk=party.pk)
    facts = {"company_id": party.company_id}
    wallet, _made = Wallet.objects.get_or_create(party=party, currency=currency, defaults=facts)
    return wallet


def _balance(wallet: Wallet) -> Decimal:
    return to_cents(wallet.entries.aggregate(sum=Sum("quantity"))["sum"] or ZERO)


def _positive(amount: Decimal) -> Decimal:
    if amount <= 0 or amount != to_cents(amount):
        raise NothingToSetAside(_("Enter an amount above zero, in cents."), field="amount")
    return amount


def _refuse_beyond(wallet: Wallet, amount: Decimal) -> None:
    _positive(amount)
    balance = _balance(wallet)
    if amount > balance:
        raise NotEnoughInWallet(
            _("The wallet holds %(balance)s. Enter that much at most.") % {"balance": balance},
            field="amount",
            balance=balance,
        )


def _from_credit_note(party: Party, document: Document, amount: Decimal, *, on: date, by: str) -> Payment:
    """Settle the credit note's due with the method of wallets."""
    if document.kind != DocumentKind.CREDIT_NOTE or document.is_draft or document.party_id != party.pk:
        raise NotACredit(_("Choose an issued credit note of the same customer."), field="document")
    due = Instalment.objects.filter(document=document, amount__lt=0).first()
    if due is None:
        raise NotACredit(
            _("%(document)s has nothing to give back.") % {"document": document}, field="document"
        )
    return payments.refund(
        party, date=on, amount=amount, method=wallet_method(party.company), by=by, reference=document.label,
        instalments=[(due, amount)],
    )  # fmt: skip


def _post_present(entry: WalletEntry) -> None:
    """A credit that no document gives: a discount of the firm, owed to the customer."""
    wallet: Wallet = entry.wallet  # type: ignore[assignment]
    text = f"{wallet.party.name} – {entry.reason or METHOD}"
    moves = (("discounts_given", None, entry.quantity), (ACCOUNT_ROLE, None, -entry.quantity))
    source = f"packages.walletentry:{entry.pk}"
    post_entries(entry.company_id, [Posting(source, entry.on, JournalEntry.Journal.OTHER, text, moves)])


def _write(
    wallet: Wallet, kind: str, quantity: Decimal, *, on: date, by: str, **facts: object
) -> WalletEntry:
    entry = WalletEntry.objects.create(
        company_id=wallet.company_id,
        wallet=wallet,
        kind=kind,
        quantity=quantity,
        value=quantity,
        on=on,
        operation=secrets.token_hex(8),
        created_by=by,
        **facts,
    )
    audit.record(by, f"packages.wallet.{kind}", wallet, amount=str(quantity), reason=entry.reason)
    return entry
