"""Pictures of items and lines: checked by their content, kept once, never changed."""

import hashlib
from typing import Any

from django.core.files.base import ContentFile, File

from ronda.company import audit
from ronda.company.domain.file_kinds import HEAD, kind_of
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.quotes.models import Picture, QuoteItemFacts

LARGEST = 400_000
# All pictures of one quote together: they are inside the page that is printed.
LARGEST_TOGETHER = 2_400_000
KINDS = frozenset({"image/png", "image/jpeg", "image/webp"})


class NotAPicture(Refusal):
    code = "quotes.not_a_picture"


class PictureTooLarge(Refusal):
    code = "quotes.picture_too_large"


def keep_picture(company: Company, upload: "File[Any]", *, by: str, field: str | None = None) -> Picture:
    """The picture of an upload; the same picture is kept once. NotAPicture, PictureTooLarge (`field`)."""
    if (upload.size or 0) > LARGEST:
        raise PictureTooLarge(
            _("The picture is larger than %(largest)s KB. Make it smaller.") % {"largest": LARGEST // 1000},
            field=field,
        )
    upload.seek(0)
    content = upload.read(LARGEST + 1)
    mime = kind_of(content[:HEAD])
    if mime not in KINDS:
        raise NotAPicture(_("Choose a picture: PNG, JPEG or WebP."), field=field)
    digest = hashlib.sha256(content).hexdigest()
    known = Picture.objects.filter(company=company, sha256=digest).first()
    if known is not None:
        return known
    picture = Picture(company=company, mime=mime, size=len(content), sha256=digest)
    picture.file.save("", ContentFile(content), save=False)
    picture.save(force_insert=True)
    audit.record(by, "quotes.picture.added", picture, sha256=digest)
    return picture


def save_item_facts(form: Any, *, by: str, company: Company) -> QuoteItemFacts:
    """Write the presentation of an item from its validated form, with the picture that came along."""
    facts: QuoteItemFacts = form.save(commit=False)
    upload = form.cleaned_data.get("upload")
    if upload:
        facts.picture = keep_picture(company, upload, by=by, field="upload")
    elif form.cleaned_data.get("no_picture"):
        facts.picture = None
    facts.save()
    return facts
