"""Files of issued documents: checked, written, kept; a further one after a rejection."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import DataError, IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from ronda.billing.models import Document
from ronda.company import audit
from ronda.company.checking import batches
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Company
from ronda.einvoices.domain.exchange import LegalFile
from ronda.einvoices.domain.findings import Finding
from ronda.einvoices.door import LegalFormat, format_for
from ronda.einvoices.models import FileCounter, KeptFile, Transmission, TransmissionState
from ronda.einvoices.queries import MAY_BE_REPLACED, deadlines_of, last_of
from ronda.einvoices.services import archiving
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

CHUNK = 100
#: What may be wrong with one document's data; it never stops the others.
DOCUMENT_FAILURES = (
    Refusal,
    IntegrityError,
    DataError,
    ArithmeticError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
)


class StillADraft(Refusal):
    code = "einvoices.still_a_draft"


class NoFormat(Refusal):
    """The document goes out in no legal format."""

    code = "einvoices.no_format"


class WouldBeRejected(Refusal):
    """The checks before sending found what the exchange turns down; `facts["findings"]` holds the codes."""

    code = "einvoices.would_be_rejected"


class CannotBeWritten(Refusal):
    code = "einvoices.cannot_be_written"


class NothingSentYet(Refusal):
    code = "einvoices.nothing_sent_yet"


class NotRejected(Refusal):
    code = "einvoices.not_rejected"


@dataclass(slots=True)
class Prepared:
    """New files, documents that have one already, and those that got none, each with the reason."""

    made: list[Transmission] = field(default_factory=list)
    present: list[Transmission] = field(default_factory=list)
    failed: list[tuple[Document, Refusal]] = field(default_factory=list)

    def add(self, other: "Prepared") -> None:
        self.made += other.made
        self.present += other.present
        self.failed += other.failed


@dataclass(frozen=True, slots=True)
class _Written:
    document: Document
    legal_format: LegalFormat
    file: LegalFile
    replaces: Transmission | None


@dataclass(frozen=True, slots=True)
class _Round:
    """What all files of a call share."""

    company: Company
    by: str
    on: date
    now: datetime
    fence: Fence
    replacing: Mapping[int, Transmission] = field(default_factory=dict)


def prepare(
    documents: Sequence[Document],
    *,
    by: str,
    on: date | None = None,
    now: datetime | None = None,
    progress: Progress = no_progress,
    fence: Fence = no_fence,
) -> Prepared:
    """Make and keep the file of each issued document of one company that has none yet.

    What the checks block, and what cannot be written, is reported beside the others. Documents with a file
    are passed over, whatever became of it: `resend` makes another one. No transaction stays open while
    files are written. `on` is the day of the checks.
    """
    done = Prepared()
    if not documents:
        return done
    now = now or timezone.now()
    turn = _Round(documents[0].company, by, on or timezone.localdate(now), now, fence)
    for chunk in batches(documents, CHUNK):
        done.add(_prepare_each(chunk, turn))
        progress(len(done.made) + len(done.present) + len(done.failed), len(documents))
    return done


def resend(
    document: Document, *, by: str, on: date | None = None, now: datetime | None = None
) -> Transmission:
    """Make a new file after a rejection or refusal: same number and date, new file name (R33).

    Refuses NothingSentYet, NotRejected, and whatever `prepare` reports.
    """
    last = last_of([document.pk]).get(document.pk)
    if last is None:
        raise NothingSentYet(_("%(document)s was not sent yet: send it.") % {"document": document})
    if last.state not in MAY_BE_REPLACED:
        text = _("%(document)s was not rejected (%(state)s): only what was rejected is sent again.")
        raise NotRejected(text % {"document": document, "state": last.get_state_display()})
    now = now or timezone.now()
    day = on or timezone.localdate(now)
    turn = _Round(document.company, by, day, now, no_fence, {document.pk: last})
    done = _prepare_chunk([document], turn)
    for _document, refusal in done.failed:
        raise refusal
    return (done.made or done.present)[0]


def findings_of(documents: Sequence[Document], *, on: date) -> dict[int, list[Finding]]:
    """What would be objected to, by document; drafts as well. Documents without a format are left out."""
    by_format: dict[str, tuple[LegalFormat, list[Document]]] = {}
    for document in documents:
        legal_format = format_for(document)
        if legal_format is not None:
            by_format.setdefault(legal_format.code, (legal_format, []))[1].append(document)
    found: dict[int, list[Finding]] = {}
    for legal_format, members in by_format.values():
        found |= legal_format.preflight(members, on=on)
    return found


def refuse_blocked(document: Document, findings: Sequence[Finding]) -> None:
    """Raise WouldBeRejected when one of the findings blocks."""
    blocking = [one for one in findings if one.blocks]
    if not blocking:
        return
    text = _("%(document)s would be rejected: %(why)s")
    why = " ".join(f"{one.text} {one.remedy} ({one.code})" for one in blocking[:3])
    codes = [one.code for one in blocking]
    raise WouldBeRejected(text % {"document": document, "why": why}, findings=codes)


def _prepare_each(documents: Sequence[Document], turn: _Round) -> Prepared:
    """All at once; when one of them fails, each by itself."""
    try:
        return _prepare_chunk(documents, turn)
    except DOCUMENT_FAILURES as failure:
        if len(documents) == 1:
            return Prepared(failed=[(documents[0], _as_refusal(documents[0], failure))])
    done = Prepared()
    for document in documents:
        done.add(_prepare_each([document], turn))
    return done


def _as_refusal(document: Document, failure: Exception) -> Refusal:
    if isinstance(failure, Refusal):
        return failure
    text = _("No file can be made of %(document)s (%(why)s).")
    return CannotBeWritten(text % {"document": document, "why": failure})


def _prepare_chunk(documents: Sequence[Document], turn: _Round) -> Prepared:
    done = Prepared()
    prefetch_related_objects(list(documents), "party", "company")
    last = last_of([document.pk for document in documents])
    by_format: dict[str, tuple[LegalFormat, list[Document]]] = {}
    for document in documents:
        present = last.get(document.pk)
        if present is not None and present.pk != _expected(document, turn):
            done.present.append(present)
            continue
        legal_format = _format_or_failure(document, done)
        if legal_format is not None:
            by_format.setdefault(legal_format.code, (legal_format, []))[1].append(document)
    written: list[_Written] = []
    for legal_format, members in by_format.values():
        written += _write(legal_format, members, turn, done)
    _keep(written, turn, done)
    return done


def _expected(document: Document, turn: _Round) -> int | None:
    replaced = turn.replacing.get(document.pk)
    return replaced.pk if replaced else None


def _format_or_failure(document: Document, done: Prepared) -> LegalFormat | None:
    if document.is_draft:
        text = _("%(document)s is a draft. Issue it first.")
        done.failed.append((document, StillADraft(text % {"document": document})))
        return None
    legal_format = format_for(document)
    if legal_format is None:
        text = _("%(document)s needs no e-invoice: the law of its country asks for none.")
        done.failed.append((document, NoFormat(text % {"document": document})))
    return legal_format


def _write(
    legal_format: LegalFormat, documents: Sequence[Document], turn: _Round, done: Prepared
) -> Iterator[_Written]:
    """What passes the checks, written; the rest goes to the failures."""
    findings = legal_format.preflight(documents, on=turn.on)
    fit: list[Document] = []
    for document in documents:
        try:
            refuse_blocked(document, findings.get(document.pk, []))
        except WouldBeRejected as refusal:
            done.failed.append((document, refusal))
        else:
            fit.append(document)
    if not fit:
        return
    first = _take_numbers(legal_format, turn, len(fit))
    numbers = {document.pk: first + at for at, document in enumerate(fit)}
    files = legal_format.write(fit, numbers=numbers, corrected=frozenset(turn.replacing))
    for document in fit:
        file = files[document.pk]
        if isinstance(file, Refusal):
            done.failed.append((document, file))
        else:
            yield _Written(document, legal_format, file, turn.replacing.get(document.pk))


@transaction.atomic
def _take_numbers(legal_format: LegalFormat, turn: _Round, count: int) -> int:
    """The first of `count` numbers, which are gone for ever: a file that is not written leaves a gap.

    In a transaction of its own, so that nobody waits for it while files are written.
    """
    turn.fence()
    key = {"format": legal_format.code, "transmitter": legal_format.transmitter(turn.company)}
    rows = FileCounter.objects.select_for_update().filter(**key)
    counter = rows.first()
    if counter is None:
        FileCounter.objects.get_or_create(format=key["format"], transmitter=key["transmitter"])
        counter = rows.get()
    first = counter.last_number + 1
    counter.last_number += count
    counter.save(update_fields=["last_number"])
    return first


def _keep(written: Sequence[_Written], turn: _Round, done: Prepared) -> None:
    """Keep the files whose document still waits for one; the others, made meanwhile by someone else, go."""
    files = [archiving.ToKeep(one.file.name, one.file.content, one.file.media_type) for one in written]
    kept = archiving.store(turn.company.pk, files, now=turn.now)
    try:
        late = _insert(list(zip(written, kept, strict=True)), turn, done)
    except BaseException:
        archiving.forget(kept)
        raise
    archiving.forget(late)


@transaction.atomic
def _insert(written: Sequence[tuple[_Written, KeptFile]], turn: _Round, done: Prepared) -> list[KeptFile]:
    turn.fence()
    ids = [one.document.pk for one, _kept in written]
    # The documents' rows make two clerks wait for each other: the second then finds the file.
    list(Document.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    last = last_of(ids)
    late: list[KeptFile] = []
    wanted: list[tuple[_Written, KeptFile]] = []
    for one, kept in written:
        present = last.get(one.document.pk)
        if (present.pk if present else None) != (one.replaces.pk if one.replaces else None):
            late.append(kept)
            done.present += [present] if present else []
            continue
        wanted.append((one, kept))
    archiving.chain(turn.company.pk, [kept for _one, kept in wanted])
    made = [_row(one, kept, turn) for one, kept in wanted]
    Transmission.objects.bulk_create(made)
    audit.record_many(turn.by, "einvoices.transmission.prepared", [(row, _told(row)) for row in made])
    done.made += made
    return late


def _row(one: _Written, kept: KeptFile, turn: _Round) -> Transmission:
    due = deadlines_of(one.legal_format, one.document, one.replaces, ())
    return Transmission(
        company=turn.company,
        document=one.document,
        format=one.legal_format.code,
        attempt=one.replaces.attempt + 1 if one.replaces else 1,
        replaces=one.replaces,
        kept=kept,
        file_name=kept.name,
        facts=dict(one.file.facts),
        state=TransmissionState.READY,
        due_on=one.replaces.due_on if one.replaces else (due[0].due if due else None),
        prepared_at=turn.now,
        prepared_by=turn.by,
    )


def _told(row: Transmission) -> dict[str, object]:
    facts: dict[str, object] = {
        "document": str(row.document),
        "file": row.file_name,
        "sha256": row.kept.sha256,
    }
    if row.replaces is not None:
        facts["replaces"] = row.replaces.file_name
    return facts
