"""What the exchange sends: receipts find their transmission, everything else is set aside or passed on.

Every file is stored before it is acknowledged, and recognised by its content: whatever comes twice is
harmless. One odd file never stops the rest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from ronda.company import audit
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Company
from ronda.einvoices.domain.exchange import Found, Incoming, ReceiptFacts
from ronda.einvoices.domain.names import plain_name
from ronda.einvoices.door import Channel, LegalFormat, formats_of, open_channel, takers
from ronda.einvoices.models import KeptFile, Quarantined, Receipt, Transmission, TransmissionState
from ronda.einvoices.services import archiving
from ronda.einvoices.services.sending import channel_code
from ronda.einvoices.services.settling import locked, settle
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

CHUNK = 50
#: What a strange file may do to whoever reads it.
FILE_FAILURES = (
    Refusal,
    IntegrityError,
    DataError,
    ArithmeticError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
)


class NobodyKnowsIt(Refusal):
    """No format and nobody else can say what the file is."""

    code = "einvoices.nobody_knows_it"


class NotOurs(Refusal):
    """A receipt about a file that this company never sent."""

    code = "einvoices.not_ours"


class OddFile(Refusal):
    code = "einvoices.odd_file"


class AlreadyDealtWith(Refusal):
    code = "einvoices.already_dealt_with"


@dataclass(slots=True)
class TakenIn:
    """How many receipts were new, came again, were set aside, or were taken by others."""

    receipts: int = 0
    repeated: int = 0
    set_aside: int = 0
    passed_on: int = 0
    undelivered: int = 0

    @property
    def total(self) -> int:
        return self.receipts + self.repeated + self.set_aside + self.passed_on + self.undelivered


@dataclass(slots=True)
class _Message:
    """One incoming file on its way to its place."""

    incoming: Incoming
    facts: ReceiptFacts | None = None
    legal_format: LegalFormat | None = None
    transmission: int | None = None
    why: Refusal | None = None
    passed_on: bool = False
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class _Turn:
    company: Company
    channel: str
    by: str
    now: datetime
    fence: Fence
    done: TakenIn = field(default_factory=TakenIn)


def take_in(
    company: Company,
    *,
    by: str,
    now: datetime | None = None,
    channel: Channel | None = None,
    progress: Progress = no_progress,
    fence: Fence = no_fence,
) -> TakenIn:
    """Fetch and place everything that waits at the company's channel. May block: for jobs and commands.

    `channel` is one that the caller opened; otherwise the company's is opened.

    A channel that breaks down in the middle: what came before is placed and acknowledged, then its refusal
    is raised. Refuses NoChannel.
    """
    code = channel_code(company)
    channel = channel or open_channel(company, code)
    turn = _Turn(company, code, by, now or timezone.now(), fence)
    broken: Refusal | None = None
    waiting = iter(channel.fetch())
    while broken is None:
        chunk, broken, ended = _next(waiting)
        _place(chunk, turn)
        broken = _acknowledge(channel, chunk) or broken
        progress(turn.done.total, turn.done.total)
        if ended:
            break
    if broken is not None:
        raise broken
    return turn.done


def place(company: Company, files: Sequence[Incoming], *, by: str, now: datetime | None = None) -> TakenIn:
    """Place files that came by hand, like those of a channel."""
    turn = _Turn(company, "", by, now or timezone.now(), no_fence)
    for at in range(0, len(files), CHUNK):
        _place(files[at : at + CHUNK], turn)
    return turn.done


def _next(waiting: Iterator[Incoming]) -> tuple[list[Incoming], Refusal | None, bool]:
    chunk: list[Incoming] = []
    try:
        for incoming in waiting:
            chunk.append(incoming)
            if len(chunk) == CHUNK:
                return chunk, None, False
    except Refusal as refusal:
        return chunk, refusal, True
    return chunk, None, True


def _acknowledge(channel: Channel, files: Sequence[Incoming]) -> Refusal | None:
    """What cannot be acknowledged comes again, which is harmless; the first refusal is told."""
    first: Refusal | None = None
    for incoming in files:
        try:
            channel.acknowledge(incoming)
        except Refusal as refusal:
            first = first or refusal
    return first


def _place(files: Sequence[Incoming], turn: _Turn) -> None:
    messages = [_read(incoming, turn) for incoming in files]
    _find_transmissions(messages, turn)
    receipts = [one for one in messages if one.transmission is not None]
    _store_receipts(receipts, turn)
    odd = [one for one in messages if one.why is not None]
    turn.done.set_aside += len(odd)
    _set_aside(odd, turn)


def _read(incoming: Incoming, turn: _Turn) -> _Message:
    message = _Message(incoming, sha256=archiving.sha256_of(incoming.content))
    if incoming.found is Found.ODD:
        message.why = OddFile(str(incoming.why) or _("The channel could not make sense of this."))
        return message
    if incoming.found is Found.UNDELIVERED:
        return message
    for legal_format in formats_of(turn.company):
        try:
            message.facts = legal_format.read_receipt(incoming.name, incoming.content)
        except FILE_FAILURES as failure:
            message.why = _as_refusal(failure)
        else:
            message.legal_format, message.why = legal_format, None
            return message
    _pass_on(message, turn)
    return message


def _pass_on(message: _Message, turn: _Turn) -> None:
    """Ask the others: suppliers' invoices come by the same way, and answers to files that are no invoices."""
    if message.why is None:
        message.why = NobodyKnowsIt(_("Nobody can say what this file is."))
    for taker in takers():
        try:
            message.passed_on = taker(turn.company, message.incoming, turn.by)
        except FILE_FAILURES as failure:
            message.why = _as_refusal(failure)
            return
        if message.passed_on:
            message.why = None
            turn.done.passed_on += 1
            return


def _as_refusal(failure: Exception) -> Refusal:
    if isinstance(failure, Refusal):
        return failure
    return OddFile(_("The file cannot be read (%s).") % type(failure).__name__)


def _find_transmissions(messages: Sequence[_Message], turn: _Turn) -> None:
    """By file name, then by the identifier of the exchange, then by the channel's mark; three queries."""
    told = [(one, one.facts) for one in messages if one.facts is not None]
    by_name = _keys("file_name", {facts.file_name for _one, facts in told}, turn)
    by_id = _keys("exchange_id", {facts.exchange_id for _one, facts in told}, turn)
    for message, facts in told:
        code = message.legal_format.code if message.legal_format else ""
        names, ids = by_name.get((code, facts.file_name)), by_id.get((code, facts.exchange_id))
        message.transmission = _only(names) or _only(ids)
        if message.transmission is None:
            text = _("This answers “%(name)s” (%(id)s), which was not sent from here.")
            message.why = NotOurs(text % {"name": facts.file_name, "id": facts.exchange_id})
            _pass_on(message, turn)
    _find_undelivered([one for one in messages if one.incoming.found is Found.UNDELIVERED], turn)


def _find_undelivered(messages: Sequence[_Message], turn: _Turn) -> None:
    """What the channel could not bring to its end names the sending by the channel's own mark."""
    found: dict[str, list[int]] = {}
    for (_code, mark), keys in _keys("reference", {one.incoming.reference for one in messages}, turn).items():
        found.setdefault(mark, []).extend(keys)
    for message in messages:
        message.transmission = _only(found.get(message.incoming.reference))
        if message.transmission is None:
            message.why = NotOurs(_("A file that was not sent from here did not arrive."))


def _keys(what: str, values: set[str], turn: _Turn) -> dict[tuple[str, str], list[int]]:
    """Keys of the company's transmissions by format and one of their fields."""
    found: dict[tuple[str, str], list[int]] = {}
    values = values - {""}
    if values:
        rows = Transmission.objects.filter(company=turn.company, **{f"{what}__in": values})
        for code, value, key in rows.values_list("format", what, "pk"):
            found.setdefault((code, value), []).append(key)
    return found


def _only(keys: Sequence[int] | None) -> int | None:
    return keys[0] if keys and len(keys) == 1 else None


def _store_receipts(messages: Sequence[_Message], turn: _Turn) -> None:
    """All at once; when one of them fails, each by itself, and that one is set aside."""
    if not messages:
        return
    try:
        _keep_receipts(messages, turn)
    except FILE_FAILURES as failure:
        if len(messages) == 1:
            messages[0].why = _as_refusal(failure)
            return
        for message in messages:
            _store_receipts([message], turn)


def _keep_receipts(messages: Sequence[_Message], turn: _Turn) -> None:
    fresh = _unseen(messages)
    receipts = [one for one in fresh if one.facts is not None]
    files = [archiving.ToKeep(one.incoming.name, one.incoming.content, "application/xml") for one in receipts]
    kept = archiving.store(turn.company.pk, files, now=turn.now)
    try:
        late = _insert(list(zip(receipts, kept, strict=True)), messages, turn)
    except BaseException:
        archiving.forget(kept)
        raise
    archiving.forget(late)


def _unseen(messages: Sequence[_Message]) -> list[_Message]:
    """Without those that came before, or twice in this batch."""
    keys = {one.transmission for one in messages}
    rows = Receipt.objects.filter(transmission__in=keys, sha256__in={one.sha256 for one in messages})
    seen = set(rows.values_list("transmission_id", "sha256"))
    fresh: list[_Message] = []
    for one in messages:
        if (one.transmission, one.sha256) not in seen:
            seen.add((one.transmission or 0, one.sha256))
            fresh.append(one)
    return fresh


@transaction.atomic
def _insert(
    fresh: Sequence[tuple[_Message, KeptFile]], messages: Sequence[_Message], turn: _Turn
) -> list[KeptFile]:
    turn.fence()
    rows = {row.pk: row for row in locked([one.transmission for one in messages if one.transmission])}
    # Once more, and under lock: another process may have been faster.
    new = {id(one) for one in _unseen([one for one, _kept in fresh])}
    late = [kept for one, kept in fresh if id(one) not in new]
    added = [(one, kept) for one, kept in fresh if id(one) in new]
    archiving.chain(turn.company.pk, [kept for _one, kept in added])
    receipts = [_receipt(one, kept, turn) for one, kept in added]
    Receipt.objects.bulk_create(receipts)
    undelivered = _not_arrived(messages, rows)
    touched = {one.transmission for one, _kept in added} | undelivered
    settle([row for pk, row in rows.items() if pk in touched], by=turn.by)
    told = [
        (
            rows[receipt.transmission_id],
            {"kind": receipt.kind, "file": receipt.kept.name, "sha256": receipt.sha256},
        )
        for receipt in receipts
    ]
    audit.record_many(turn.by, "einvoices.receipt.taken", told)
    turn.done.receipts += len(added)
    turn.done.undelivered += len(undelivered)
    turn.done.repeated += len([one for one in messages if one.facts]) - len(added)
    return late


def _receipt(message: _Message, kept: KeptFile, turn: _Turn) -> Receipt:
    facts = message.facts
    assert facts is not None
    assert message.transmission is not None
    return Receipt(
        company=turn.company,
        transmission_id=message.transmission,
        kept=kept,
        sha256=message.sha256,
        kind=facts.kind[:40],
        exchange_id=facts.exchange_id[:60],
        said_at=facts.said_at,
        received_at=turn.now,
        facts=dict(facts.facts),
        channel=turn.channel,
    )


def _not_arrived(messages: Sequence[_Message], rows: dict[int, Transmission]) -> set[int]:
    """The channel told that a sending did not arrive: it may be sent again, unless something answered it."""
    found: set[int] = set()
    for message in messages:
        row = rows.get(message.transmission or 0)
        if message.incoming.found is Found.UNDELIVERED and row and row.state == TransmissionState.SENT:
            row.state, row.sent_at, row.may_retry = TransmissionState.FAILED, None, False
            row.problem = str(message.incoming.why or _("The sending did not arrive."))[:500]
            found.add(row.pk)
    return found


def _set_aside(messages: Sequence[_Message], turn: _Turn) -> None:
    """Keep what nobody could place, once, with the reason."""
    seen = set(
        Quarantined.objects.filter(
            company=turn.company, sha256__in=[one.sha256 for one in messages]
        ).values_list("sha256", "name")
    )
    for message in messages:
        name = plain_name(message.incoming.name)
        if (message.sha256, name) in seen:
            continue
        seen.add((message.sha256, name))
        (kept,) = archiving.store(
            turn.company.pk, [archiving.ToKeep(name, message.incoming.content)], now=turn.now
        )
        try:
            _insert_set_aside(message, kept, turn)
        except IntegrityError:  # another process was faster
            archiving.forget([kept])


@transaction.atomic
def _insert_set_aside(message: _Message, kept: KeptFile, turn: _Turn) -> None:
    turn.fence()
    archiving.chain(turn.company.pk, [kept])
    why = message.why or OddFile("")
    row = Quarantined.objects.create(
        company=turn.company,
        kept=kept,
        name=kept.name,
        sha256=message.sha256,
        channel=turn.channel,
        sender=message.incoming.sender[:254],
        code=why.code,
        reason=str(why.message)[:500],
        found_at=turn.now,
    )
    audit.record(turn.by, "einvoices.file.set_aside", row, file=row.name, why=row.reason)


def take_again(row: Quarantined, *, by: str, now: datetime | None = None) -> Quarantined:
    """Try to place a file that was set aside once more; refuses with the reason when it still cannot be."""
    now = now or timezone.now()
    turn = _Turn(row.company, row.channel, by, now, no_fence)
    if not row.is_open:
        raise AlreadyDealtWith(_("“%(name)s” was dealt with already.") % {"name": row.name})
    message = _read(Incoming("", row.name, archiving.content(row.kept), sender=row.sender), turn)
    _find_transmissions([message], turn)
    if message.transmission is not None:
        _store_receipts([message], turn)
    if message.why is not None:
        raise message.why
    return _settled(row, outcome=str(_("placed")), by=by, now=now)


def put_away(row: Quarantined, *, by: str, reason: str, now: datetime | None = None) -> Quarantined:
    """A person looked at it: nothing is to be done. The file stays kept."""
    return _settled(row, outcome=reason, by=by, now=now or timezone.now())


@transaction.atomic
def _settled(row: Quarantined, *, outcome: str, by: str, now: datetime) -> Quarantined:
    row = Quarantined.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if not row.is_open:
        raise AlreadyDealtWith(_("“%(name)s” was dealt with already.") % {"name": row.name})
    row.settled_at, row.settled_by, row.outcome = now, by, str(outcome)[:200]
    row.save(update_fields=["settled_at", "settled_by", "outcome"])
    audit.record(by, "einvoices.file.dealt_with", row, outcome=row.outcome)
    return row
