"""What has become of an invoice: a function of the set of its receipts (R42).

Mails overtake each other and come twice, so order and repetition must mean nothing. Receipts are grouped by
the identifier SdI gave to the file: a file that reached SdI twice has two. Inside a group the strongest one
decides:

    NS  >  NE refused  >  NE accepted  >  DT  >  RC  >  AT  >  MC

and among groups the strongest that is not rejected; rejected means that all are. So a file that was handed
over once more after a time-out, and then rejected as a duplicate, stays what the first one was. What can
never come together for one identifier (NS with anything else, both outcomes, an outcome with DT) is judged
by the stronger one, which asks a person to look, and `Verdict.contradictory` says so. EC, SE and MT belong
to received invoices and change nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ronda.countries.it.domain.sdi.messages import ROME, Kind, Receipt, ReceiptError
from ronda.einvoices.domain.states import State
from ronda.kernel.i18n import _

#: SdI already has a file of this name, or this invoice: another sending of the same one may have been taken.
DUPLICATES = frozenset({"00002", "00404", "00409"})
_ANSWERS = frozenset({Kind.OUTCOME, Kind.EXPIRED})
_MEANING = frozenset(
    {Kind.REJECTED, Kind.OUTCOME, Kind.EXPIRED, Kind.DELIVERED, Kind.ATTESTED, Kind.NOT_DELIVERED}
)
#: Strongest first, among the sendings of one file.
_AMONG_GROUPS = (
    State.REFUSED,
    State.ACCEPTED,
    State.EXPIRED,
    State.DELIVERED,
    State.AVAILABLE,
    State.TAKEN,
    State.REJECTED,
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the invoice is in its state and what to do about it; `code` is stable."""

    code: str
    text: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state, why, the identifier of the deciding sending, and the errors of a rejection."""

    state: State
    reasons: tuple[Reason, ...] = ()
    sdi_id: str = ""
    errors: tuple[ReceiptError, ...] = ()
    contradictory: bool = False
    #: When it was delivered, or lay at the customer's disposal; counts for the customer's days to answer.
    delivered_on: date | None = None


def state_of(receipts: Collection[Receipt], *, sent: bool, consumer: bool, public_body: bool) -> State:
    """The state of one sent file, whatever the order and the number of copies of its receipts."""
    return judge(receipts, sent=sent, consumer=consumer, public_body=public_body).state


def judge(receipts: Collection[Receipt], *, sent: bool, consumer: bool, public_body: bool) -> Verdict:
    """State and reasons of one sent file.

    `receipts`: those of one file name, in any order. `sent`: whether the channel took the file. `consumer`:
    the customer has no VAT number. `public_body`: the invoice is FPA12, so the customer answers.
    """
    telling = [receipt for receipt in receipts if receipt.kind in _MEANING and not _says_nothing(receipt)]
    groups: dict[str, list[Receipt]] = {}
    for receipt in telling:
        groups.setdefault(receipt.sdi_id, []).append(receipt)
    _adopt_nameless(groups)
    if not groups:
        return Verdict(State.SENT if sent else State.READY)
    verdicts = [
        _judge_group(sdi_id, groups[sdi_id], consumer=consumer, public_body=public_body)
        for sdi_id in sorted(groups)
    ]
    return min(verdicts, key=lambda verdict: (_AMONG_GROUPS.index(verdict.state), verdict.sdi_id))


def _says_nothing(receipt: Receipt) -> bool:
    return receipt.kind is Kind.OUTCOME and not (receipt.accepted or receipt.refused)


def _adopt_nameless(groups: dict[str, list[Receipt]]) -> None:
    """A damaged receipt without identifier belongs to the only sending there is."""
    if "" in groups and len(groups) == 2:
        nameless = groups.pop("")
        next(iter(groups.values())).extend(nameless)


def _judge_group(sdi_id: str, receipts: Collection[Receipt], *, consumer: bool, public_body: bool) -> Verdict:
    kinds = {receipt.kind for receipt in receipts}
    refused = any(receipt.refused for receipt in receipts)
    accepted = any(receipt.accepted for receipt in receipts)
    contradictory = _contradicts(kinds, refused=refused, accepted=accepted)
    errors = _errors(receipts)
    if Kind.REJECTED in kinds:
        state, reasons = State.REJECTED, _rejection_reasons(errors)
    elif refused:
        state, reasons = State.REFUSED, [_refusal_reason(receipts)]
    else:
        state, reasons = _milder(kinds, accepted=accepted, consumer=consumer, public_body=public_body)
    if contradictory:
        reasons.append(
            Reason("contradictory", _("The receipts contradict each other. Ask SdI which is right."))
        )
    return Verdict(state, tuple(reasons), sdi_id, errors, contradictory, _delivered_on(receipts))


def _contradicts(kinds: set[Kind], *, refused: bool, accepted: bool) -> bool:
    rejected_and_taken = Kind.REJECTED in kinds and len(kinds) > 1
    return rejected_and_taken or (refused and accepted) or kinds >= _ANSWERS


def _milder(
    kinds: set[Kind], *, accepted: bool, consumer: bool, public_body: bool
) -> tuple[State, list[Reason]]:
    if accepted:
        return State.ACCEPTED, [Reason("accepted", _("The public body has accepted the invoice."))]
    if Kind.EXPIRED in kinds:
        text = _("The public body did not answer in time: the invoice counts as received and in order.")
        return State.EXPIRED, [Reason("expired", text)]
    if Kind.DELIVERED in kinds:
        return State.DELIVERED, [Reason("delivered", _("SdI has delivered the invoice to the customer."))]
    if Kind.ATTESTED in kinds:
        text = _("SdI could not reach the office. Send it the attestation and the invoice yourself.")
        return State.AVAILABLE, [Reason("attested", text)]
    return _not_delivered(consumer=consumer, public_body=public_body)


def _not_delivered(*, consumer: bool, public_body: bool) -> tuple[State, list[Reason]]:
    if public_body:
        text = _("SdI has the invoice and goes on trying to deliver it to the office. Nothing to do now.")
        return State.TAKEN, [Reason("not_delivered_pa", text)]
    if consumer:
        text = _("The invoice is issued and lies in the consumer's tax area. Give the customer a copy.")
        return State.AVAILABLE, [Reason("available_consumer", text)]
    text = _("The invoice is issued and lies in the customer's tax area. Tell the customer that it is there.")
    return State.AVAILABLE, [Reason("available_firm", text)]


def _rejection_reasons(errors: tuple[ReceiptError, ...]) -> list[Reason]:
    if errors and {error.code for error in errors} <= DUPLICATES:
        text = _("SdI already has this file or invoice. Look for the receipt of the first sending.")
        return [Reason("duplicate", text)]
    text = _("SdI has rejected the file: the invoice is not issued. Correct it and send it again.")
    return [Reason("rejected", text)]


def _refusal_reason(receipts: Iterable[Receipt]) -> Reason:
    why = sorted({receipt.description for receipt in receipts if receipt.refused and receipt.description})
    if not why:
        return Reason("refused", _("The public body has refused the invoice. Ask it why, then correct it."))
    text = _("The public body has refused the invoice: %(why)s") % {"why": "; ".join(why)}
    return Reason("refused", text)


def _errors(receipts: Iterable[Receipt]) -> tuple[ReceiptError, ...]:
    found = {error for receipt in receipts if receipt.kind is Kind.REJECTED for error in receipt.errors}
    return tuple(sorted(found, key=lambda error: (error.code, error.text, error.suggestion)))


def _delivered_on(receipts: Iterable[Receipt]) -> date | None:
    days = {receipt.available_on for receipt in receipts if receipt.available_on}
    for receipt in receipts:
        moment = receipt.delivered_at
        if moment is not None and date.min < moment.date() < date.max:
            days.add(moment.astimezone(ROME).date())
    return min(days, default=None)
