"""PDFs of documents: made once, kept, always the same bytes."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from django.core.files.base import ContentFile
from django.db import transaction

from ronda.billing.models import Document
from ronda.company import audit
from ronda.company.jobs import Fence, Progress, no_fence, no_progress
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.reports.domain import rendering
from ronda.reports.domain.copies import copy_for_site
from ronda.reports.domain.documents import PrintFacts, print_context
from ronda.reports.domain.hybrid import hybrid
from ronda.reports.domain.rendering import Layout
from ronda.reports.electronic import data_inside
from ronda.reports.models import PrintedDocument
from ronda.reports.queries import default_layout, layouts_in_use, print_facts

CHUNK = 100
MOST_IN_ONE_FILE = 1000


class StillADraft(Refusal):
    code = "reports.still_a_draft"


class FileDamaged(Refusal):
    code = "reports.file_damaged"


class TooManyPrints(Refusal):
    code = "reports.too_many_prints"


def render_pdf(document: Document) -> bytes:
    """The document as PDF, as of now; nothing is stored. A draft says on every page that it is one."""
    (made,) = render_many([document], document.company)
    return made


def render_many(documents: Sequence[Document], company: Company) -> Iterator[bytes]:
    """The PDFs of documents of one company, in their order; facts are read for all of them at once."""
    own = layouts_in_use(company)
    for facts in print_facts(documents, company):
        yield render(facts, own.get(facts.kind) or default_layout())


def render_copy(facts: PrintFacts, site: int, company: Company) -> bytes:
    """The part of one site as PDF. A layout that never says it is a copy does not print any."""
    own = layouts_in_use(company).get(facts.kind)
    layout = own if own is not None and "document.copy" in own.html else default_layout()
    return render(copy_for_site(facts, site), layout)


def render(facts: PrintFacts, layout: Layout) -> bytes:
    """One document with one layout."""
    return rendering.to_pdf(layout, print_context(facts))


def printed(document: Document, *, by: str) -> PrintedDocument:
    """The kept PDF of an issued document, made now if nobody asked before. StillADraft."""
    return print_documents([document], by=by)[0]


def print_documents(
    documents: Sequence[Document],
    *,
    by: str,
    progress: Progress = no_progress,
    fence: Fence = no_fence,
) -> list[PrintedDocument]:
    """The kept PDFs of issued documents of one company, in their order; those missing are made.

    Pages are made and written outside transactions. Two people asking at once get the same file.
    """
    for document in documents:
        if document.is_draft:
            raise StillADraft(
                _("%(document)s is a draft. Issue it first, then it can be printed.") % {"document": document}
            )
    done = 0
    for start in range(0, len(documents), CHUNK):
        chunk = documents[start : start + CHUNK]
        known = set(PrintedDocument.objects.filter(document__in=chunk).values_list("document_id", flat=True))
        missing = [document for document in chunk if document.pk not in known]
        if missing:
            _store(list(_written(missing)), by=by, fence=fence)
        done += len(chunk)
        progress(done, len(documents))
    kept = PrintedDocument.objects.select_related("document").in_bulk(
        [document.pk for document in documents], field_name="document_id"
    )
    return [kept[document.pk] for document in documents]


def _written(documents: Sequence[Document]) -> Iterator[PrintedDocument]:
    """Rows not saved yet, their files on the disk."""
    data = data_inside(documents)
    for document, pages in zip(documents, render_many(documents, documents[0].company), strict=True):
        content = _with_data(document, pages, data[document.pk]) if document.pk in data else pages
        row = PrintedDocument(document=document, sha256=hashlib.sha256(content).hexdigest())
        row.file.save("", ContentFile(content), save=False)
        yield row


def _with_data(document: Document, pages: bytes, data: bytes) -> bytes:
    """The pages as PDF/A-3 with the invoice inside as data; dated by its issue: always the same bytes."""
    seller = document.seller.facts if document.seller else {}
    return hybrid(
        pages,
        data,
        title=str(document),
        author=str(seller.get("name") or document.company.name),
        created=document.issued_at or document.created_at,
        language=document.language,
    )


def _store(rows: Sequence[PrintedDocument], *, by: str, fence: Fence) -> None:
    """Keep the files whose document has none yet; the others, made meanwhile by someone else, go."""
    try:
        late = _insert(rows, by=by, fence=fence)
    except BaseException:
        _forget(rows)
        raise
    _forget(late)


@transaction.atomic
def _insert(rows: Sequence[PrintedDocument], *, by: str, fence: Fence) -> list[PrintedDocument]:
    fence()
    # The documents' rows make two printers wait for each other: the second then finds the file.
    ids = [row.document_id for row in rows]
    list(Document.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    taken = set(PrintedDocument.objects.filter(document__in=ids).values_list("document_id", flat=True))
    new = [row for row in rows if row.document_id not in taken]
    PrintedDocument.objects.bulk_create(new)
    audit.record_many(by, "reports.document.printed", [(row.document, {"sha256": row.sha256}) for row in new])
    return [row for row in rows if row.document_id in taken]


def _forget(rows: Iterable[PrintedDocument]) -> None:
    for row in rows:
        row.file.storage.delete(str(row.file.name))


def content(printed: PrintedDocument) -> bytes:
    """The kept bytes; FileDamaged when the file is gone or is not what was printed."""
    try:
        with printed.file.storage.open(str(printed.file.name), "rb") as opened:
            found: bytes = opened.read()
    except OSError:
        found = b""
    if hashlib.sha256(found).hexdigest() != printed.sha256:
        raise FileDamaged(
            _("The printed file of %(document)s is missing or was changed. Restore it from a backup.")
            % {"document": printed}
        )
    return found


def file_name(document: Document) -> str:
    """FT 12/2026 as a file: "FT 12-2026.pdf"."""
    text = "".join(c if c.isalnum() or c in " -_." else "-" for c in str(document)).strip()
    return f"{text or document.pk}.pdf"


def zip_of(documents: Sequence[Document], *, by: str) -> bytes:
    """The PDFs of documents of one company in one archive; drafts are refused. TooManyPrints."""
    if len(documents) > MOST_IN_ONE_FILE:
        raise TooManyPrints(
            _("%(count)s documents are too many for one file: choose %(most)s at most.")
            % {"count": len(documents), "most": MOST_IN_ONE_FILE}
        )
    out = io.BytesIO()
    taken: set[str] = set()
    # PDF is compressed already: stored as it is.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        in_order = sorted(documents, key=lambda one: (one.year or 0, one.series, one.number or 0))
        for row in print_documents(in_order, by=by):
            name = file_name(row.document)
            if name in taken:
                name = f"{row.document_id} {name}"
            taken.add(name)
            entry = zipfile.ZipInfo(name, date_time=(row.document.year or 1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, content(row))
    return out.getvalue()
