"""What must never be in kept files and states: found by `ronda check-data`."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from ronda.company.checking import BATCH, Check, Finding, Look, Problem, batches, register_check
from ronda.einvoices.domain.archive import first_link, link
from ronda.einvoices.models import ArchiveEnd, KeptFile, Transmission
from ronda.einvoices.queries import judged, receipts_of
from ronda.einvoices.services.archiving import FileDamaged, content

RESTORE = _("Restore the uploaded files from a backup.")
COMPARE = _("Compare with a backup; the operations log says who worked on it.")


def _archive(look: Look) -> Iterator[Finding]:
    """Each kept file is there, is what was kept (when looked at thoroughly), and hangs on the one before."""
    storage = KeptFile._meta.get_field("file").storage
    previous, position = first_link(look.company), 0
    rows = KeptFile.objects.filter(company_id=look.company).order_by("position")
    for row in rows.iterator(chunk_size=BATCH):
        look.read(1)
        facts = {"name": row.name}
        right = (previous, position + 1, link(row.previous, row.name, row.sha256))
        if (row.previous, row.position, row.digest) != right:
            yield Finding("broken", facts, "einvoices.keptfile", row.pk)
        previous, position = row.digest, row.position
        if not storage.exists(str(row.file.name)):
            yield Finding("missing", facts, "einvoices.keptfile", row.pk)
        elif look.thorough and not _is_whole(row):
            yield Finding("changed", facts, "einvoices.keptfile", row.pk)
    end = ArchiveEnd.objects.filter(company_id=look.company).values_list("position", "digest").first()
    if (end or (0, first_link(look.company))) != (position, previous):
        yield Finding("cut", {"said": str(end[0] if end else 0), "found": str(position)})


def _is_whole(row: KeptFile) -> bool:
    try:
        content(row)
    except FileDamaged:
        return False
    return True


def _states(look: Look) -> Iterator[Finding]:
    """What a transmission says is what its receipts amount to."""
    rows = Transmission.objects.filter(company_id=look.company).order_by("pk")
    for batch in batches(rows.iterator(chunk_size=BATCH)):
        look.read(len(batch))
        receipts = receipts_of([row.pk for row in batch])
        for row in batch:
            state, _reasons, _id = judged(row, receipts.get(row.pk, []))
            if state.value != row.state:
                facts = {"name": row.file_name, "said": row.state, "right": state.value}
                yield Finding("state", facts, "einvoices.transmission", row.pk)


register_check(
    Check(
        code="einvoices.archive",
        label=_("Kept e-invoices and receipts"),
        promise=_("Every file that left or came is kept as it was, in an unbroken chain."),
        problems={
            "missing": Problem(_("The kept file %(name)s is missing."), RESTORE),
            "changed": Problem(_("The kept file %(name)s is not what was kept."), RESTORE),
            "broken": Problem(_("The chain of kept files is broken at %(name)s."), COMPARE),
            "cut": Problem(_("The chain ends with file %(found)s instead of %(said)s."), COMPARE),
        },
        run=_archive,
    )
)
register_check(
    Check(
        code="einvoices.states",
        label=_("States of e-invoices"),
        promise=_("The state of every e-invoice is what all its receipts amount to."),
        problems={
            "state": Problem(
                _("%(name)s says “%(said)s”; its receipts amount to “%(right)s”."),
                _("Open it and press “Judge again”."),
            )
        },
        run=_states,
    )
)
