"""Copies of the part of one site, for whoever is to see no other (R14, S27)."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.utils import translation
from django.utils.translation import gettext

from ronda.billing.models import Document
from ronda.company.models import Attachment
from ronda.company.services.files import clean_name, keep_file
from ronda.company.services.mail import Mail
from ronda.reports.domain import words
from ronda.reports.domain.documents import PrintFacts
from ronda.reports.services.printing import file_name, render_copy

PDF = "application/pdf"


class Reach(NamedTuple):
    """Who receives a document: the whole of it, and by site a copy of that site's part."""

    to: tuple[str, ...]
    copies: Mapping[int, tuple[str, ...]]


def copy_mails(
    documents: Sequence[Document], reached: Mapping[int, Reach], facts: Sequence[PrintFacts], *, by: str
) -> list[Mail]:
    """A mail for each part somebody is to receive, its PDF kept among the files of the document.

    Made outside transactions; nothing is queued here.
    """
    return [
        mail
        for document, printed in zip(documents, facts, strict=True)
        for mail in _mails(document, reached[document.pk].copies, printed, by=by)
    ]


def _mails(
    document: Document, copies: Mapping[int, tuple[str, ...]], facts: PrintFacts, *, by: str
) -> Iterator[Mail]:
    names = {line.site_id: line.site for line in facts.lines if line.site_id}
    for site, to in copies.items():
        kept = keep_copy(document, facts, site, by=by)
        subject, body = _words(document, facts, names[site])
        yield Mail(to=to, subject=subject, body=body, files=[kept], about=document)


def keep_copy(document: Document, facts: PrintFacts, site: int, *, by: str) -> Attachment:
    """The PDF of the part of a site; the same bytes are kept once."""
    content = render_copy(facts, site, document.company)
    kind = ContentType.objects.get_for_model(Document)
    digest = hashlib.sha256(content).hexdigest()
    known = Attachment.objects.filter(content_type=kind, object_id=document.pk, mime=PDF, sha256=digest)
    if (there := known.first()) is not None:
        return there
    name = next(line.site for line in facts.lines if line.site_id == site)
    name = clean_name(f"{file_name(document).removesuffix('.pdf')} {name[:60]}.pdf")
    # A print of other words is a file of its own: mails under way speak of the one before.
    nothing = Attachment.objects.none()
    return keep_file(document, ContentFile(content, name=name), name=name, by=by, seen=nothing).attachment


def _words(document: Document, facts: PrintFacts, site: str) -> tuple[str, str]:
    """To the people of a site, in the document's language: nothing about amounts, which are the payer's."""
    told = {
        "document": f"{words.title(facts.kind, facts.language)} {facts.number}",
        "site": site,
        "firm": facts.seller.get("name") or document.company.name,
    }
    with translation.override(facts.language):
        subject = gettext("%(document)s – %(site)s") % told
        body = gettext(
            "Attached is the part of %(document)s that is about %(site)s, as a copy: the document itself was "
            "sent to the payer.\n\n%(firm)s"
        )
    return subject, body % told
