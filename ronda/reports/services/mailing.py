"""Documents to the people who are to receive them (S26, S27)."""

from collections.abc import Iterable, Mapping, Sequence
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
from ronda.reports.services.copying import Reach, copy_mails
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
    """Write the mails of documents of one company, with their PDFs; all of them or none.

    One per document to the recipients of its billing group; those of one site only when a line
    is for that site; without any, to the customer's own address. Whoever is to see only the part of
    his site gets a mail of his own with a copy of it. NoRecipient names the customers who
    have none; StillADraft.
    """
    if not documents:
        return []
    company = documents[0].company
    reached = reach(documents)
    _require_recipients([document for document in documents if not reached[document.pk].to])
    printed = print_documents(documents, by=by)
    facts = print_facts(documents, company)
    letters = _letters(documents, reached, facts, company)
    copies = copy_mails(documents, reached, facts, by=by)
    with transaction.atomic():
        return [*_queue(company, letters, printed, by=by), *mailbox.queue_mails(company, copies, by=by)]


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
    reached = reach(waiting)
    ready = [document for document in waiting if reached[document.pk].to]
    printed = print_documents(ready, by=by, fence=fence)
    facts = print_facts(ready, company)
    letters = _letters(ready, reached, facts, company)
    copies = copy_mails(ready, reached, facts, by=by)
    with transaction.atomic():
        fence()
        mails = _queue(company, letters, printed, by=by)
        parts = mailbox.queue_mails(company, copies, by=by)
        unreached = [document for document in waiting if not reached[document.pk].to]
        rows = [
            SentAtIssue(document=letter.document, mail=mail)
            for letter, mail in zip(letters, mails, strict=True)
        ]
        SentAtIssue.objects.bulk_create([*rows, *(SentAtIssue(document=document) for document in unreached)])
        audit.record_many(by, "reports.document.not_sent", [(document, {}) for document in unreached])
    return len(mails) + len(parts)


def recipients(documents: Sequence[Document]) -> dict[int, tuple[str, ...]]:
    """Who receives each whole document, by document id; three queries however many there are."""
    return {pk: found.to for pk, found in reach(documents).items()}


def reach(documents: Sequence[Document]) -> dict[int, Reach]:
    """Who receives each document or a part of it, by document id; three queries however many there are."""
    groups = {document.group_id for document in documents if document.group_id}
    listed: dict[int, list[DocumentRecipient]] = {}
    for one in DocumentRecipient.objects.filter(group__in=groups).order_by("pk"):
        listed.setdefault(one.group_id, []).append(one)
    sites: dict[int, set[int | None]] = {}
    lines = DocumentLine.objects.filter(document__in=documents, kind=DocumentLine.Kind.SALE)
    for document_id, site_id in lines.values_list("document_id", "site_id").distinct():
        sites.setdefault(document_id, set()).add(site_id)
    own = dict(
        Document.objects.filter(pk__in=[document.pk for document in documents]).values_list(
            "pk", "party__email"
        )
    )
    return {
        document.pk: _reach(
            listed.get(document.group_id or 0, ()), sites.get(document.pk, set()), own[document.pk]
        )
        for document in documents
    }


def _reach(listed: Iterable[DocumentRecipient], sites: set[int | None], own: str) -> Reach:
    """Whoever gets the whole document needs no copy of a part; a document of one site is that site's."""
    whole: dict[str, str] = {}
    parts: dict[int, dict[str, str]] = {}
    for one in listed:
        if one.site_id is not None and one.site_id not in sites:
            continue
        if one.part_only and one.site_id is not None and sites != {one.site_id}:
            parts.setdefault(one.site_id, {})[one.email.casefold()] = one.email
        else:
            whole[one.email.casefold()] = one.email
    copies = {
        site: tuple(email for key, email in found.items() if key not in whole)
        for site, found in parts.items()
    }
    to = tuple(whole.values()) or ((own,) if own else ())
    return Reach(to, {site: emails for site, emails in copies.items() if emails})


def _require_recipients(unreached: Sequence[Document]) -> None:
    if unreached:
        names = sorted({str(document.party) for document in unreached})
        raise NoRecipient(
            _("%(customers)s: no e-mail address. Enter one, or a recipient in the billing group.")
            % {"customers": ", ".join(names[:5]) + (" …" if len(names) > 5 else "")}
        )


def _letters(
    documents: Sequence[Document], reached: Mapping[int, Reach], facts: Sequence[PrintFacts], company: Company
) -> list[Letter]:
    words = options.read(DocumentMailOptions, company)
    return [
        _letter(document, reached[document.pk].to, printed, words)
        for document, printed in zip(documents, facts, strict=True)
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
