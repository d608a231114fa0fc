"""Documents to the people who are to receive them (S26, S27)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from ronda.billing.models import Document, DocumentLine
from ronda.company import audit, options
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Company, OutgoingMail
from ronda.company.services import mail as mailbox
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import DocumentRecipient
from ronda.reports.domain import formats, liquid
from ronda.reports.domain.documents import PrintFacts, print_context
from ronda.reports.models import PrintedDocument, SentAtIssue
from ronda.reports.options import DocumentMailOptions
from ronda.reports.queries import print_facts
from ronda.reports.services.printing import file_name, print_documents

CHUNK = 50


class NoRecipient(Refusal):
    code = "reports.no_recipient"


@dataclass(frozen=True, slots=True)
class Letter:
    """A document with the addresses it goes to and the words it goes with."""

    document: Document
    to: tuple[str, ...]
    subject: str
    body: str


def send_documents(documents: Sequence[Document], *, by: str) -> list[OutgoingMail]:
    """Write one mail per document of one company, with its PDF; all of them or none.

    It goes to the recipients of the document's billing group; those of one site only when a line
    is for that site; without any, to the customer's own address. NoRecipient names the
    customers who have none; StillADraft.
    """
    if not documents:
        return []
    company = documents[0].company
    reached = recipients(documents)
    _require_recipients([document for document in documents if not reached[document.pk]])
    printed = print_documents(documents, by=by)
    letters = _letters(documents, reached, company)
    with transaction.atomic():
        return _queue(company, letters, printed, by=by)


def send_at_issue(
    documents: Sequence[Document],
    *,
    by: str,
    progress: Progress = no_progress,
    fence: Fence = no_fence,
) -> int:
    """Send documents once each, however often this is called; how many mails were written.

    A customer without an address stops nobody else: the document's history says so.
    """
    sent = done = 0
    for start in range(0, len(documents), CHUNK):
        chunk = documents[start : start + CHUNK]
        sent += _send_chunk(chunk, by=by, fence=fence)
        done += len(chunk)
        progress(done, len(documents))
    return sent


def _send_chunk(chunk: Sequence[Document], *, by: str, fence: Fence) -> int:
    before = set(SentAtIssue.objects.filter(document__in=chunk).values_list("document_id", flat=True))
    waiting = [document for document in chunk if document.pk not in before]
    if not waiting:
        return 0
    company = waiting[0].company
    reached = recipients(waiting)
    ready = [document for document in waiting if reached[document.pk]]
    printed = print_documents(ready, by=by, fence=fence)
    letters = _letters(ready, reached, company)
    with transaction.atomic():
        fence()
        mails = _queue(company, letters, printed, by=by)
        unreached = [document for document in waiting if not reached[document.pk]]
        rows = [
            SentAtIssue(document=letter.document, mail=mail)
            for letter, mail in zip(letters, mails, strict=True)
        ]
        SentAtIssue.objects.bulk_create([*rows, *(SentAtIssue(document=document) for document in unreached)])
        audit.record_many(by, "reports.document.not_sent", [(document, {}) for document in unreached])
    return len(mails)


def recipients(documents: Sequence[Document]) -> dict[int, tuple[str, ...]]:
    """Who receives each document, by document id; three queries however many there are."""
    groups = {document.group_id for document in documents if document.group_id}
    listed: dict[int, list[DocumentRecipient]] = {}
    for one in DocumentRecipient.objects.filter(group__in=groups).order_by("pk"):
        listed.setdefault(one.group_id, []).append(one)
    sites: dict[int, set[int]] = {}
    lines = DocumentLine.objects.filter(document__in=documents, site__isnull=False)
    for document_id, site_id in lines.values_list("document_id", "site_id").distinct():
        sites.setdefault(document_id, set()).add(site_id)
    own = dict(
        Document.objects.filter(pk__in=[document.pk for document in documents]).values_list(
            "pk", "party__email"
        )
    )
    return {
        document.pk: _addresses(
            listed.get(document.group_id or 0, ()), sites.get(document.pk, set()), own[document.pk]
        )
        for document in documents
    }


def _addresses(listed: Iterable[DocumentRecipient], sites: set[int], own: str) -> tuple[str, ...]:
    found = {one.email.casefold(): one.email for one in listed if one.site_id is None or one.site_id in sites}
    return tuple(found.values()) or ((own,) if own else ())


def _require_recipients(unreached: Sequence[Document]) -> None:
    if unreached:
        names = sorted({str(document.party) for document in unreached})
        raise NoRecipient(
            _("%(customers)s: no e-mail address. Enter one, or a recipient in the billing group.")
            % {"customers": ", ".join(names[:5]) + (" …" if len(names) > 5 else "")}
        )


def _letters(
    documents: Sequence[Document], reached: dict[int, tuple[str, ...]], company: Company
) -> list[Letter]:
    words = options.read(DocumentMailOptions, company)
    return [
        _letter(document, reached[document.pk], facts, words)
        for document, facts in zip(documents, print_facts(documents, company), strict=True)
    ]


def _letter(document: Document, to: tuple[str, ...], facts: PrintFacts, words: DocumentMailOptions) -> Letter:
    language = formats.known(facts.language)
    subject, body = {
        "it": (words.subject_it, words.body_it),
        "fr": (words.subject_fr, words.body_fr),
        "en": (words.subject_en, words.body_en),
    }[language]
    context = print_context(facts)
    return Letter(
        document,
        to,
        liquid.fill_text(subject, context, language=language),
        liquid.fill_text(body, context, language=language),
    )


def _queue(
    company: Company, letters: Sequence[Letter], printed: Sequence[PrintedDocument], *, by: str
) -> list[OutgoingMail]:
    mails = [
        mailbox.Mail(
            to=letter.to,
            subject=letter.subject,
            body=letter.body,
            files=[mailbox.StoredFile(str(row.file.name), file_name(letter.document), "application/pdf")],
            about=letter.document,
        )
        for letter, row in zip(letters, printed, strict=True)
    ]
    return mailbox.queue_mails(company, mails, by=by)
