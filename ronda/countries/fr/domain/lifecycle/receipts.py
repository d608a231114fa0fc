"""What comes back from a platform, as receipts of a sent file: statuses (CDAR) and acknowledgements.

A status names the invoice and not the file, so files are found by a key of seller, year and number
(`invoice_key`). A rejected file gives its key up: the corrected one is sent under the same number.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ronda.countries.fr.data import lifecycle as data
from ronda.countries.fr.data.platform import remedy_of
from ronda.countries.fr.domain.lifecycle.model import Collected, LifecycleEvent, StatusMessage
from ronda.countries.fr.domain.lifecycle.reader import NotAStatus, day_of, read_status
from ronda.countries.fr.domain.lifecycle.states import event_of, state_of
from ronda.einvoices.domain.exchange import Reason, ReceiptFacts, Verdict
from ronda.einvoices.domain.states import State
from ronda.kernel.i18n import _

#: Kinds of receipts that are no status: the platform's technical answer.
TAKEN, NOT_TAKEN = "ack_ok", "ack_error"
#: Added to the key of a rejected file: nothing that comes later is about it.
_GIVEN_UP = "#213"
#: Not an error: the platform has the file from before.
_KNOWN_FILE = "AlreadyExistingFlow"


def invoice_key(seller: str, number: str, issued_on: date) -> str:
    """SIREN, year and number: at most 50 characters."""
    return f"{seller}/{issued_on.year}/{number}"


def acknowledgement(
    file_name: str, *, ok: bool, at: datetime, details: Iterable[tuple[str, str]] = ()
) -> bytes:
    """A technical answer as a file to keep; details: code and words of each remark."""
    said = {
        "acknowledgement": TAKEN if ok else NOT_TAKEN,
        "file": file_name,
        "at": at.isoformat(),
        "details": [list(row) for row in details],
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()


def read_receipt(content: bytes) -> ReceiptFacts:
    """What a status or an acknowledgement says. Raises `NotAStatus` or a refusal of `safe_xml`."""
    if content.lstrip()[:1] == b"{":
        return _read_acknowledgement(content)
    message = read_status(content)[0]
    invoice = message.invoice
    issued_on = invoice.issued_on or (day_of(message.at) if message.at else date(2000, 1, 1))
    return ReceiptFacts(
        message.status,
        exchange_id=invoice_key(invoice.seller, invoice.number, issued_on),
        said_at=message.at or message.created_at,
        facts=_facts_of(message),
    )


def judge(receipts: Collection[ReceiptFacts], *, sent: bool, key: str = "") -> Verdict:
    """The state of one file, whatever the order of its receipts; `key`: that of its invoice.

    Statuses stand above acknowledgements. What was not taken because the platform has it already, is taken.
    """
    events = [_event_of(one) for one in receipts if one.kind not in {TAKEN, NOT_TAKEN}]
    refused = [one for one in receipts if one.kind == NOT_TAKEN and _codes(one) != {_KNOWN_FILE}]
    heard = any(one.kind in {TAKEN, NOT_TAKEN} for one in receipts)
    before = State.TAKEN if heard else State.SENT if sent else State.READY
    state = state_of(events, before=State.REJECTED if refused and not events else before)
    reasons = tuple(dict.fromkeys(_reasons(receipts)))
    return Verdict(state, reasons, f"{key}{_GIVEN_UP}" if key and state is State.REJECTED else key)


def label_of(kind: str, language: str = "fr") -> Any:
    """A receipt in people's words."""
    if kind == TAKEN:
        return _("Taken by the platform")
    if kind == NOT_TAKEN:
        return _("Not taken by the platform")
    return data.name_of(kind, language)


def _facts_of(message: StatusMessage) -> Mapping[str, Any]:
    return {
        "message": message.identifier,
        "number": message.invoice.number,
        "reasons": [[one.code, one.text, one.action, one.note] for one in message.reasons],
        "collected": [[str(one.rate), str(one.amount), one.currency] for one in message.collected],
        "at": event_of(message).at.isoformat(),
    }


def _read_acknowledgement(content: bytes) -> ReceiptFacts:
    try:
        said = json.loads(content)
        kind, name, at = said["acknowledgement"], said["file"], datetime.fromisoformat(said["at"])
        details = [[str(code), str(words)] for code, words in said["details"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotAStatus(_("The file is no answer of a platform."), root="") from None
    if kind not in {TAKEN, NOT_TAKEN} or not isinstance(name, str) or at.tzinfo is None:
        raise NotAStatus(_("The file is no answer of a platform."), root="")
    return ReceiptFacts(kind, file_name=name, said_at=at, facts={"details": details})


def _event_of(receipt: ReceiptFacts) -> LifecycleEvent:
    facts = receipt.facts
    return LifecycleEvent(
        receipt.kind,
        datetime.fromisoformat(str(facts["at"])),
        str(facts.get("message", "")),
        tuple(sorted(_collected(facts.get("collected", ())))),
    )


def _collected(rows: Iterable[Any]) -> Iterable[Collected]:
    for rate, amount, currency in rows:
        try:
            yield Collected(Decimal(rate), Decimal(amount), str(currency))
        except InvalidOperation:
            continue


def _codes(receipt: ReceiptFacts) -> set[str]:
    return {str(code) for code, _words in receipt.facts.get("details", ())}


def _reasons(receipts: Iterable[ReceiptFacts]) -> Iterable[Reason]:
    for receipt in sorted(receipts, key=lambda one: (one.kind, one.exchange_id, str(one.facts))):
        for code, words in receipt.facts.get("details", ()):
            yield Reason(code, f"{remedy_of(code)} ({words})" if words else str(remedy_of(code)))
        for code, text, action, note in receipt.facts.get("reasons", ()):
            said = [
                text or data.reason_name(code, "fr"),
                data.action_name(action, "fr") if action else "",
                note,
            ]
            yield Reason(code, " - ".join(part for part in said if part))
