"""Reports and statuses on their way: claimed first, handed to the channel, and the answers read back.

A claim keeps two clerks, or a clerk and a job, from sending one file twice. The platform recognises a file by
its name and its bytes, so sending again after a lost answer sends nothing twice either.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ronda.company import audit, bulk
from ronda.company.checking import batches
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Company
from ronda.countries.fr.data.platform import remedy_of
from ronda.countries.fr.domain.lifecycle.receipts import TAKEN, read_receipt
from ronda.countries.fr.models import EReport, InvoiceStatus, OutgoingState
from ronda.einvoices.domain.exchange import Handed, Outgoing
from ronda.einvoices.door import Channel, open_channel
from ronda.einvoices.services import archiving, channel_code
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

CHUNK = 50
#: A claim older than this belongs to a process that died.
CLAIM = timedelta(minutes=15)
#: Not an error: the platform has the file from before.
KNOWN_FILE = "AlreadyExistingFlow"
CHANGING = ("state", "queued_at", "sent_at", "answered_at", "reference", "problem")

File = TypeVar("File", EReport, InvoiceStatus)


class NotSent(Refusal):
    """There is no file, or its answer came already."""

    code = "ereporting.not_sent"


@dataclass(slots=True)
class HandedOver:
    """How many files the channel has, and how many it did not take."""

    sent: int = 0
    failed: int = 0


def send(
    rows: Sequence[File],
    *,
    by: str,
    now: datetime | None = None,
    progress: Progress = no_progress,
    fence: Fence = no_fence,
) -> HandedOver:
    """Hand files of one company and one model over to its channel. May block: for jobs and commands.

    What has left, and what somebody else is sending, is passed over. One file that the platform refuses
    stops none of the others: it is REJECTED with the reason, or FAILED when the same call may succeed later.
    Refuses NoChannel, and what the channel's settings say.
    """
    done = HandedOver()
    if not rows:
        return done
    now = now or timezone.now()
    company = rows[0].company
    channel = open_channel(company, channel_code(company))
    for chunk in batches(rows, CHUNK):
        claimed = _claim(type(rows[0]), [row.pk for row in chunk], now=now, fence=fence)
        _record(claimed, _hand_over(channel, claimed), done, by=by, now=now)
        progress(done.sent + done.failed, len(rows))
    return done


@transaction.atomic
def _claim(model: type[File], ids: Sequence[int], *, now: datetime, fence: Fence) -> list[File]:
    fence()
    rows = model._default_manager.select_for_update(of=("self",)).select_related("kept")
    claimed = list(rows.filter(_free(now), pk__in=ids).order_by("pk"))
    for row in claimed:
        row.state, row.queued_at, row.problem = OutgoingState.QUEUED.value, now, ""
    bulk.update(claimed, "state", "queued_at", "problem")
    return claimed


def _free(now: datetime) -> Q:
    """Unsent, or in the hands of a process that died."""
    dead = Q(state=OutgoingState.QUEUED, queued_at__lt=now - CLAIM)
    return Q(state__in=(OutgoingState.READY, OutgoingState.FAILED)) | dead


def waiting(model: type[File], company: Company, *, now: datetime) -> list[File]:
    """Files the channel did not take and may take now, and those of a process that died."""
    rows = model._default_manager.filter(_free(now), company=company).exclude(state=OutgoingState.READY)
    return list(rows.select_related("company").order_by("pk"))


def _hand_over(channel: Channel, rows: Sequence[File]) -> dict[int, Handed]:
    answers: dict[int, Handed] = {}
    files: dict[int, Outgoing] = {}
    for row in rows:
        assert row.kept is not None
        try:
            files[row.pk] = Outgoing(row.file_name, archiving.content(row.kept))
        except archiving.FileDamaged as damaged:
            answers[row.pk] = Handed(row.file_name, problem=damaged.message)
    return answers | _answers(channel, files)


def _answers(channel: Channel, files: Mapping[int, Outgoing]) -> dict[int, Handed]:
    if not files:
        return {}
    try:
        handed = {one.name: one for one in channel.send(list(files.values()))}
    except Refusal as refusal:
        return {pk: Handed(one.name, problem=refusal.message) for pk, one in files.items()}
    except OSError as error:
        problem = _("The channel does not answer (%s). It is tried again.") % (error.strerror or error)
        return {pk: Handed(one.name, problem=problem) for pk, one in files.items()}
    silent = _("The channel said nothing about this file. It is tried again.")
    return {pk: handed.get(one.name) or Handed(one.name, problem=silent) for pk, one in files.items()}


@transaction.atomic
def _record(
    claimed: Sequence[File],
    answers: Mapping[int, Handed],
    done: HandedOver,
    *,
    by: str,
    now: datetime,
) -> None:
    """Write what the channel said. The platform's own answer may have come meanwhile: it stands."""
    if not claimed:
        return
    rows = _locked(type(claimed[0]), [row.pk for row in claimed])
    mine = [row for row in rows if row.queued_at == now and row.state == OutgoingState.QUEUED]
    for row in mine:
        answer = answers[row.pk]
        if answer.taken:
            row.state, row.sent_at, row.reference = OutgoingState.SENT.value, now, answer.reference[:200]
        else:
            failed = OutgoingState.FAILED if answer.again else OutgoingState.REJECTED
            row.state, row.problem = failed.value, str(answer.problem)[:500]
    bulk.update(mine, *CHANGING)
    sent = [row for row in mine if row.state == OutgoingState.SENT]
    failed_rows = [row for row in mine if row.state != OutgoingState.SENT]
    audit.record_many(by, "country_fr.file.sent", [(row, {"file": row.file_name}) for row in sent])
    told = [(row, {"file": row.file_name, "why": row.problem}) for row in failed_rows]
    audit.record_many(by, "country_fr.file.failed", told)
    done.sent += len(sent)
    done.failed += len(failed_rows)


def _locked(model: type[File], ids: Sequence[int]) -> list[File]:
    rows = model._default_manager.select_for_update(of=("self",)).filter(pk__in=ids)
    return list(rows.order_by("pk"))


# --- answers -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform said of a file, by its name: taken or not, and why not."""

    file_name: str
    taken: bool
    at: datetime
    details: tuple[tuple[str, str], ...] = field(default=())


def read_answer(content: bytes) -> Answer | None:
    """The technical answer to a file; None when it is anything else."""
    if content.lstrip()[:1] != b"{":
        return None
    try:
        facts = read_receipt(content)
    except (Refusal, json.JSONDecodeError):
        return None
    assert facts.said_at is not None
    details = tuple((str(code), str(words)) for code, words in facts.facts.get("details", ()))
    known = bool(details) and {code for code, _words in details} == {KNOWN_FILE}
    return Answer(facts.file_name, facts.kind == TAKEN or known, facts.said_at, details)


@transaction.atomic
def note_answer(company: Company, answer: Answer, *, by: str) -> EReport | InvoiceStatus | None:
    """Write the platform's answer to a report or a status; None when the file is no file of ours.

    Answers may come twice and in any order: a refusal stands, whatever else comes.
    """
    row = _answered(EReport, company, answer) or _answered(InvoiceStatus, company, answer)
    if row is None or row.state not in (OutgoingState.QUEUED, OutgoingState.SENT, OutgoingState.ANSWERED):
        return row
    before, row.answered_at = row.state, max(row.answered_at or answer.at, answer.at)
    row.sent_at = row.sent_at or answer.at
    row.state = (OutgoingState.ANSWERED if answer.taken else OutgoingState.REJECTED).value
    if not answer.taken:
        row.problem = " - ".join(_words(code, words) for code, words in answer.details)[:500]
    row.save(update_fields=["state", "problem", "answered_at", "sent_at"])
    if row.state != before:
        audit.record(by, "country_fr.file.answered", row, file=row.file_name, state=row.state)
    return row


def _words(code: str, words: str) -> str:
    return f"{remedy_of(code)} ({words})" if words else str(remedy_of(code))


def _answered(model: type[File], company: Company, answer: Answer) -> File | None:
    if not answer.file_name:
        return None
    rows = model._default_manager.select_for_update(of=("self",)).select_related("company")
    return rows.filter(company=company, file_name=answer.file_name).order_by("pk").first()


@transaction.atomic
def taken_by_hand(row: File, *, by: str, now: datetime | None = None) -> File:
    """A person handed the file over, or read the platform's answer on its own pages: it has it.

    Refuses NotSent when there is no file, while it is being sent, or when an answer came already.
    """
    now = now or timezone.now()
    (row,) = _locked(type(row), [row.pk])
    if row.state not in (OutgoingState.READY, OutgoingState.FAILED, OutgoingState.SENT):
        text = _("“%(file)s” is “%(state)s”: nothing can be noted of it.")
        raise NotSent(text % {"file": row, "state": row.get_state_display()})
    row.sent_at, row.answered_at = row.sent_at or now, now
    row.state, row.problem = OutgoingState.ANSWERED.value, ""
    row.save(update_fields=["sent_at", "answered_at", "state", "problem"])
    audit.record(by, "country_fr.file.taken_by_hand", row, file=row.file_name)
    return row
