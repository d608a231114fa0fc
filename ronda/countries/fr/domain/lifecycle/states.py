"""What a set of statuses means: any order of arrival and any repetition give one answer (R42)."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from ronda.countries.fr.data.lifecycle import ANSWERS_AFTER
from ronda.countries.fr.domain.lifecycle.model import LifecycleEvent, StatusMessage
from ronda.einvoices.domain.states import State
from ronda.kernel.money import ZERO

#: What buyer and seller say, by the state it brings; the last one said decides.
_SAID: Mapping[str, State] = {
    "205": State.ACCEPTED,
    "206": State.DISPUTED,
    "207": State.DISPUTED,
    "208": State.DISPUTED,
    "209": State.DELIVERED,
    "211": State.ACCEPTED,
    "212": State.COLLECTED,
}
#: Of two said at the same moment the later of this list counts.
_ORDER = ("208", "209", "206", "207", "205", "211", "212")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def event_of(message: StatusMessage) -> LifecycleEvent:
    """What `message` adds; a message without a readable moment counts as the oldest of all."""
    return LifecycleEvent(
        message.status,
        _aware(message.at or message.created_at or _EPOCH),
        message.identifier,
        tuple(sorted(message.collected)),
    )


def state_of(events: Collection[LifecycleEvent], *, before: State = State.SENT) -> State:
    """The state after all of `events`; `before` is that of an invoice of which nothing was heard.

    A rejection (213, 501) stands above everything, a refusal (210) above everything but a rejection. Else
    the last word of buyer or seller counts, else the furthest step of the platforms. Codes without meaning
    for the state are harmless. Corrected invoices are sent again: their statuses are another set.
    """
    found = distinct(events)
    codes = {event.status for event in found}
    if codes & {"213", "501"}:
        return State.REJECTED
    if "210" in codes:
        return State.REFUSED
    last = _last_word(found)
    return _SAID[last] if last else _transport(codes, before)


def _transport(codes: set[str], before: State) -> State:
    if codes & {"203", "204"}:
        return State.DELIVERED
    if "202" in codes:
        return State.TAKEN
    if "221" in codes:  # nobody can be reached at that address, and nobody received it since
        return State.REJECTED
    return State.TAKEN if codes & {"200", "201"} else before


def _last_word(events: Collection[LifecycleEvent]) -> str:
    """The status that counts among those of buyer and seller; a payment given back whole is no word."""
    collected = sum((part.amount for event in events for part in event.collected), ZERO)
    nothing_left = any(event.collected for event in events) and not collected
    said = [
        (event.at, _ORDER.index(event.status))
        for event in events
        if event.status in _SAID and not (event.status == "212" and nothing_left)
    ]
    return _ORDER[max(said)[1]] if said else ""


def distinct(events: Collection[LifecycleEvent]) -> frozenset[LifecycleEvent]:
    """Each message once: by its identifier, or by all it says where it has none."""
    once: dict[object, LifecycleEvent] = {}
    for event in sorted(map(_with_zone, events), key=_key):
        once.setdefault((event.message, event.status) if event.message else event, event)
    return frozenset(once.values())


def answers_after(events: Collection[LifecycleEvent]) -> tuple[str, ...]:
    """The statuses a buyer may send next about a received invoice; none once it is refused or rejected."""
    found = distinct(events)
    codes = {event.status for event in found}
    if codes & {"210", "213", "501"}:
        return ()
    last = _last_word(found) or ("204" if "204" in codes else "")
    return tuple(code for code in ANSWERS_AFTER[last] if not (code == "204" and "204" in codes))


def seller_answers_after(events: Collection[LifecycleEvent]) -> tuple[str, ...]:
    """What the seller may send next: 209 where the buyer suspended it, 212 unless it is dead."""
    found = distinct(events)
    codes = {event.status for event in found}
    if codes & {"210", "213", "501"}:
        return ()
    return ("209", "212") if _last_word(found) == "208" else ("212",)


def collected_total(events: Collection[LifecycleEvent]) -> Mapping[Decimal, Decimal]:
    """The sums of the statuses 212 by VAT rate (per cent), each message once."""
    sums: dict[Decimal, Decimal] = {}
    for event in distinct(events):
        for part in event.collected:
            sums[part.rate] = sums.get(part.rate, ZERO) + part.amount
    return sums


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _with_zone(event: LifecycleEvent) -> LifecycleEvent:
    if event.at.tzinfo:
        return event
    return LifecycleEvent(event.status, _aware(event.at), event.message, event.collected)


def _key(event: LifecycleEvent) -> tuple[object, ...]:
    return event.message, event.status, event.at, event.collected
