"""Receipts that people got by hand, from the exchange's or an intermediary's own pages."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.utils import timezone

from ronda.company.domain import safe_zip
from ronda.company.models import Company
from ronda.einvoices.domain.exchange import Found, Incoming
from ronda.einvoices.models import Quarantined
from ronda.einvoices.services import archiving
from ronda.einvoices.services.taking import TakenIn, place
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

MEGABYTE = 1024 * 1024
MOST_FILES = 500
LARGEST_FILE = 10 * MEGABYTE
LARGEST_UPLOAD = 100 * MEGABYTE
LIMITS = safe_zip.Limits(files=MOST_FILES, file_bytes=LARGEST_FILE, total_bytes=LARGEST_UPLOAD)


class NothingUploaded(Refusal):
    code = "einvoices.nothing_uploaded"


class TooMuchUploaded(Refusal):
    code = "einvoices.too_much_uploaded"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of an upload; `set_aside` are its files that wait for a person, with the reason."""

    taken: TakenIn
    set_aside: Sequence[Quarantined]


def take_uploaded(
    company: Company, files: Iterable[tuple[str, BinaryIO]], *, by: str, now: datetime | None = None
) -> Uploaded:
    """Place uploaded files as if the channel had brought them; zips are opened.

    What nobody can place is set aside, what came before is passed over. Refuses NothingUploaded,
    TooMuchUploaded (500 files, 100 MB), and a zip that cannot be opened; then nothing was placed.
    """
    now = now or timezone.now()
    incoming = list(_unpacked(files))
    if not incoming:
        raise NothingUploaded(_("Choose the files of the receipts."), field="files")
    taken = place(company, incoming, by=by, now=now)
    digests = {archiving.sha256_of(one.content) for one in incoming}
    open_ones = Quarantined.objects.filter(company=company, sha256__in=digests, settled_at=None)
    return Uploaded(taken, list(open_ones.order_by("pk")) if taken.set_aside else [])


def _unpacked(files: Iterable[tuple[str, BinaryIO]]) -> Iterator[Incoming]:
    count = size = 0
    for name, content in _members(files):
        count, size = count + 1, size + len(content)
        if count > MOST_FILES or size > LARGEST_UPLOAD:
            raise TooMuchUploaded(
                _("These are more than 500 files or 100 MB. Send them in parts."), field="files"
            )
        plain = name.replace("\\", "/").rpartition("/")[2] or name
        if len(content) > LARGEST_FILE:
            why = _("The file is too large to be a receipt.")
            yield Incoming(plain, plain, content[:1024], found=Found.ODD, why=why)
        else:
            yield Incoming(plain, plain, content)


def _members(files: Iterable[tuple[str, BinaryIO]]) -> Iterator[tuple[str, bytes]]:
    for name, stream in files:
        if name.lower().endswith(".zip"):
            yield from safe_zip.members(stream, LIMITS)
        else:
            yield name, stream.read(LARGEST_FILE + 1)
