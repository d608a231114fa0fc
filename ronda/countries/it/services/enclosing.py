"""Files that go inside an e-invoice (Allegati): its printed pages, and files of the document that are marked.

Which is the firm's choice (`ItalianOptions`): the pages by one switch, files by a tag of the files' own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from django.contrib.contenttypes.models import ContentType

from ronda.billing.models import Document
from ronda.company import options
from ronda.company.models import Attachment as StoredFile
from ronda.countries.it.domain.fatturapa import Attachment, ReceivedInvoice
from ronda.countries.it.domain.fatturapa.limits import oversized
from ronda.countries.it.options import ItalianOptions
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.reports.services.printing import content, file_name, print_documents

LONGEST_NAME, LONGEST_FORMAT = 60, 10


class FileNotThere(Refusal):
    """A file that is to go with the invoice cannot be read."""

    code = "fatturapa.file_not_there"


class TooLargeToSend(Refusal):
    code = "fatturapa.too_large_to_send"


@dataclass(slots=True)
class Enclosures:
    """What goes with some documents of one company: files by document, and whether their pages go too."""

    files: dict[int, list[StoredFile]]
    pages: bool

    def of(self, document: Document) -> tuple[Attachment, ...]:
        """With their bytes. Refuses with FileNotThere, or what printing refuses with."""
        stored = tuple(_enclosed(one) for one in self.files.get(document.pk, ()))
        return (*_pages(document), *stored) if self.pages else stored


def enclosures(documents: Sequence[Document]) -> Enclosures:
    """What is to go with documents of one company; one query at most."""
    wanted = options.read(ItalianOptions, documents[0].company)
    found: dict[int, list[StoredFile]] = {}
    if wanted.enclosed_tag.strip():
        files = StoredFile.objects.filter(
            company=documents[0].company_id,
            content_type=ContentType.objects.get_for_model(Document),
            object_id__in=[document.pk for document in documents],
            binned_at=None,
            tagged__name=wanted.enclosed_tag.strip(),
        )
        for one in files.order_by("pk"):
            found.setdefault(one.object_id, []).append(one)
    return Enclosures(found, wanted.enclose_pdf)


def with_enclosures(document: Document, invoice: ReceivedInvoice, enclosed: Enclosures) -> ReceivedInvoice:
    """The invoice with what goes inside it; refused above the 5 MB the exchange takes, in words."""
    given = enclosed.of(document)
    if not given:
        return invoice
    made = replace(invoice, attachments=given)
    for finding in oversized(made):
        raise TooLargeToSend(f"{finding.text} {finding.remedy}", field=finding.field, findings=[finding])
    return made


def too_large(document: Document, invoice: ReceivedInvoice, enclosed: Enclosures) -> Iterator[Finding]:
    """00003: the files that are marked leave no room for the invoice; its pages are not made yet."""
    files = enclosed.files.get(document.pk, ())
    if files:
        stated = tuple(Attachment(_name(one.name), one.size) for one in files)
        yield from oversized(replace(invoice, attachments=stated))


def _pages(document: Document) -> Iterator[Attachment]:
    (row,) = print_documents([document], by=document.issued_by)
    pages = content(row)
    yield Attachment(_name(file_name(document)), len(pages), "PDF", content=pages)


def _enclosed(one: StoredFile) -> Attachment:
    try:
        with one.file.open("rb") as opened:
            found = opened.read()
    except OSError as error:
        raise FileNotThere(
            _("The file “%(name)s” that goes with the invoice cannot be read. Attach it again.")
            % {"name": one.name}
        ) from error
    kind = PurePath(one.name).suffix.removeprefix(".").upper()
    fits = kind.isascii() and kind.isalnum() and len(kind) <= LONGEST_FORMAT
    return Attachment(
        _name(one.name), len(found), kind if fits else "", description=one.note[:100], content=found
    )


def _name(name: str) -> str:
    """At most sixty characters, with its ending."""
    path = PurePath(name)
    ending = path.suffix[:LONGEST_FORMAT]
    return name if len(name) <= LONGEST_NAME else path.stem[: LONGEST_NAME - len(ending)] + ending
