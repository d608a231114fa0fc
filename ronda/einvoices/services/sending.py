"""Handing files over to a channel: claimed first, so that two clerks never send one file twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ronda.company import audit, bulk, options
from ronda.company.checking import batches
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Company
from ronda.einvoices.domain.exchange import Handed, Outgoing
from ronda.einvoices.door import Channel, open_channel
from ronda.einvoices.models import Transmission, TransmissionState
from ronda.einvoices.options import EinvoiceOptions
from ronda.einvoices.services import archiving
from ronda.einvoices.services.settling import locked, settle
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

CHUNK = 50
#: A claim older than this belongs to a process that died; the same file under the same name goes out again.
CLAIM = timedelta(minutes=15)


class NotToBeSent(Refusal):
    """The file has left already, or somebody is sending it."""

    code = "einvoices.not_to_be_sent"


@dataclass(slots=True)
class HandedOver:
    """Files that the channel has, and those it did not take. What others were sending is in neither."""

    sent: list[Transmission] = field(default_factory=list)
    failed: list[Transmission] = field(default_factory=list)


def channel_code(company: Company) -> str:
    """The channel the company has chosen; empty while it has none."""
    return options.read(EinvoiceOptions, company).channel


def send(
    transmissions: Sequence[Transmission],
    *,
    by: str,
    now: datetime | None = None,
    channel: Channel | None = None,
    progress: Progress = no_progress,
    fence: Fence = no_fence,
) -> HandedOver:
    """Hand files of one company over to its channel. May block: for jobs and commands.

    `channel` is one that the caller opened; otherwise the company's is opened.

    Files that have left, and those somebody else is sending, are passed over. What the channel does not take
    becomes FAILED with the reason. Refuses NoChannel, and what the channel's settings say.
    """
    done = HandedOver()
    if not transmissions:
        return done
    now = now or timezone.now()
    company = transmissions[0].company
    code = channel_code(company)
    channel = channel or open_channel(company, code)
    reached = 0
    for chunk in batches(transmissions, CHUNK):
        claimed = _claim([row.pk for row in chunk], code, now=now, fence=fence)
        _record(_hand_over(channel, claimed), claimed, done, by=by, now=now)
        reached += len(chunk)
        progress(reached, len(transmissions))
    return done


@transaction.atomic
def _claim(ids: Sequence[int], code: str, *, now: datetime, fence: Fence) -> list[Transmission]:
    """Those nobody else is sending are ours from here on; the second of two clerks gets none."""
    fence()
    free = Q(state__in=(TransmissionState.READY, TransmissionState.FAILED)) | Q(
        state=TransmissionState.QUEUED, queued_at__lt=now - CLAIM
    )
    rows = Transmission.objects.select_for_update(of=("self",)).select_related("kept")
    claimed = list(rows.filter(free, pk__in=ids, replaced_by=None).order_by("pk"))
    for row in claimed:
        row.state, row.queued_at, row.channel = TransmissionState.QUEUED, now, code
        row.problem, row.may_retry = "", False
    bulk.update(claimed, "state", "queued_at", "channel", "problem", "may_retry")
    return claimed


def _hand_over(channel: Channel, rows: Sequence[Transmission]) -> dict[int, Handed]:
    """What became of each file, by the key of its row."""
    answers: dict[int, Handed] = {}
    files: dict[int, Outgoing] = {}
    for row in rows:
        try:
            files[row.pk] = Outgoing(row.file_name, archiving.content(row.kept))
        except archiving.FileDamaged as damaged:
            answers[row.pk] = Handed(row.file_name, problem=damaged.message, again=False)
    return answers | _answers(channel, files)


def _answers(channel: Channel, files: Mapping[int, Outgoing]) -> dict[int, Handed]:
    if not files:
        return {}
    try:
        handed = {one.name: one for one in channel.send(list(files.values()))}
    except Refusal as refusal:
        problem, again = refusal.message, getattr(refusal, "again", True)
        return {pk: Handed(file.name, problem=problem, again=again) for pk, file in files.items()}
    except OSError as error:
        problem = _("The channel does not answer (%s). It is tried again.") % (error.strerror or error)
        return {pk: Handed(file.name, problem=problem) for pk, file in files.items()}
    silent = _("The channel said nothing about this file. It is tried again.")
    return {pk: handed.get(file.name) or Handed(file.name, problem=silent) for pk, file in files.items()}


@transaction.atomic
def _record(
    answers: Mapping[int, Handed],
    claimed: Sequence[Transmission],
    done: HandedOver,
    *,
    by: str,
    now: datetime,
) -> None:
    """Write what the channel said. Receipts may have come meanwhile: they decide."""
    rows = [row for row in locked([row.pk for row in claimed]) if row.queued_at == now]
    for row in rows:
        answer = answers[row.pk]
        if answer.taken:
            _taken(row, answer, now)
        else:
            row.state, row.problem = TransmissionState.FAILED, str(answer.problem)[:500]
            row.may_retry = answer.again
    settle(rows, by=by)
    failed = [row for row in rows if row.state == TransmissionState.FAILED]
    sent = [row for row in rows if row.state != TransmissionState.FAILED]
    audit.record_many(by, "einvoices.transmission.failed", [(row, {"why": row.problem}) for row in failed])
    audit.record_many(by, "einvoices.transmission.sent", [(row, {"channel": row.channel}) for row in sent])
    done.sent += sent
    done.failed += failed


def _taken(row: Transmission, answer: Handed, now: datetime) -> None:
    row.state, row.sent_at, row.problem = TransmissionState.SENT, now, ""
    row.reference = answer.reference[:200]
    row.exchange_id = answer.exchange_id[:60] or row.exchange_id


@transaction.atomic
def sent_by_hand(transmission: Transmission, *, by: str, now: datetime | None = None) -> Transmission:
    """A person handed the file over: uploaded it at the exchange's or an intermediary's own pages.

    Refuses NotToBeSent when it has left already.
    """
    now = now or timezone.now()
    (row,) = locked([transmission.pk])
    if not row.is_unsent or Transmission.objects.filter(replaces=row.pk).exists():
        text = _("“%(name)s” has left already, or is being sent (%(state)s).")
        raise NotToBeSent(text % {"name": row.file_name, "state": row.get_state_display()})
    row.channel = ""
    _taken(row, Handed(row.file_name), now)
    settle([row], by=by)
    audit.record(by, "einvoices.transmission.sent_by_hand", row)
    return row


def to_try_again(company: Company) -> list[Transmission]:
    """Files that the channel did not take and may take now, and those of a process that died."""
    rows = Transmission.objects.filter(company=company, replaced_by=None).select_related("company")
    failed = Q(state=TransmissionState.FAILED, may_retry=True)
    dead = Q(state=TransmissionState.QUEUED, queued_at__lt=timezone.now() - CLAIM)
    return list(rows.filter(failed | dead).order_by("pk"))
