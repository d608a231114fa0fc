"""What must never be in kept prints: found by `ronda check-data`."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from ronda.company.checking import BATCH, Check, Finding, Look, Problem, register_check
from ronda.reports.models import PrintedDocument


def _prints(look: Look) -> Iterator[Finding]:
    """Every kept print is there. Its bytes are compared with its hash each time it is opened."""
    storage = PrintedDocument._meta.get_field("file").storage
    rows = PrintedDocument.objects.filter(document__company_id=look.company).order_by("pk")
    fields = ("document_id", "document__label", "file", "sha256")
    for pk, label, name, digest in rows.values_list(*fields).iterator(chunk_size=BATCH):
        look.read(1)
        if not storage.exists(name):
            yield Finding("missing", {"document": label}, "billing.document", pk)
        elif len(digest) != 64:
            yield Finding("unhashed", {"document": label}, "billing.document", pk)


register_check(
    Check(
        code="reports.prints",
        label=_("Kept prints"),
        promise=_("The file of every kept print is there, with its hash."),
        problems={
            "missing": Problem(
                _("The print of %(document)s is missing."), _("Restore the uploaded files from a backup.")
            ),
            "unhashed": Problem(
                _("The print of %(document)s has no hash."),
                _("Restore the record of the print from a backup."),
            ),
        },
        run=_prints,
    )
)
