"""Kept files of many transmissions in one archive."""

import io
import zipfile
from collections.abc import Sequence

from ronda.einvoices.models import Receipt, Transmission
from ronda.einvoices.services import archiving
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

MOST_IN_ONE_FILE = 1000


class TooManyFiles(Refusal):
    code = "einvoices.too_many_files"


def zip_of(transmissions: Sequence[Transmission]) -> bytes:
    """The files and all their receipts; TooManyFiles, FileDamaged."""
    if len(transmissions) > MOST_IN_ONE_FILE:
        text = _("%(count)s files are too many for one archive: choose %(most)s at most.")
        raise TooManyFiles(text % {"count": len(transmissions), "most": MOST_IN_ONE_FILE})
    receipts = Receipt.objects.filter(transmission__in=[row.pk for row in transmissions])
    files = [row.kept for row in transmissions]
    files += [
        row.kept for row in receipts.select_related("kept").order_by("transmission_id", "received_at", "pk")
    ]
    out, taken = io.BytesIO(), set[str]()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for kept in files:
            name = kept.name if kept.name not in taken else f"{kept.position} {kept.name}"
            taken.add(name)
            entry = zipfile.ZipInfo(name, date_time=kept.kept_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, archiving.content(kept))
    return out.getvalue()
