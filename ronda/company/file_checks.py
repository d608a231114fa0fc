"""What must never be among the files: found by `ronda check-data` (imported by `checks`)."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from ronda.company.checking import Check, Finding, Look, Problem, register_check
from ronda.company.models import Attachment, Company
from ronda.company.services.file_store import check


def _files(look: Look) -> Iterator[Finding]:
    company = Company.objects.filter(pk=look.company_id or 0).first()
    if company is None:
        return
    look.read(Attachment.objects.filter(company=company).count())
    for found in check(company, thorough=look.thorough, now=look.now):
        yield Finding(found.code, {"file": found.title or found.name}, found.model, found.pk)


register_check(
    Check(
        code="company.files",
        label=_("Bytes of files"),
        promise=_(
            "Every file and every earlier version has its bytes in the store, and nothing else lies there."
        ),
        problems={
            "missing_bytes": Problem(
                _("The bytes of the file “%(file)s” are missing."),
                _("Fetch them from a backup into the store, under the same name."),
            ),
            "changed_bytes": Problem(
                _("The file “%(file)s” is not what was kept: its bytes have changed."),
                _("Fetch it from a backup: somebody or a broken disk changed it."),
            ),
            "bytes_without_row": Problem(
                _("The stored file %(file)s belongs to no record."),
                _("An upload was cut off before it was kept. It may be removed from the store."),
            ),
        },
        run=_files,
    )
)
