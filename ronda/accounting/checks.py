"""What must never be in the books: found by `ronda check-data`."""

from collections.abc import Iterator

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from ronda.accounting.models import JournalEntry, JournalLine
from ronda.accounting.queries import CHUNK, misposted
from ronda.accounting.services.documents import document_source
from ronda.billing.models import Document
from ronda.company.checking import BATCH, Check, Finding, Look, Problem, batches, register_check
from ronda.company.models import Company
from ronda.kernel.money import ZERO, to_cents

ENTRY = "accounting.journalentry"
PREFIX = document_source(0)[:-1]


def _balance(look: Look) -> Iterator[Finding]:
    sums = JournalLine.objects.filter(entry__company_id=look.company).order_by("entry_id")
    grouped = sums.values_list("entry_id").annotate(
        total=Sum("amount"), debit=Sum("amount", filter=Q(amount__gt=0), default=ZERO)
    )
    for pk, total, debit in grouped.iterator(chunk_size=BATCH):
        look.read(1)
        look.add("debit", to_cents(debit))
        look.add("credit", to_cents(debit - total))
        if off := to_cents(total):
            yield Finding("off", {"entry": str(pk), "sum": str(off)}, ENTRY, pk)


register_check(
    Check(
        code="accounting.balance",
        label=_("Balance of the journal"),
        promise=_("Debits and credits of every entry are the same."),
        problems={
            "off": Problem(
                _("Entry %(entry)s is off balance by %(sum)s."),
                _("Ronda writes balanced entries only: compare the lines of this one with a backup."),
            )
        },
        run=_balance,
        figures={"debit": _("Debit"), "credit": _("Credit")},
    )
)


def _documents(look: Look) -> Iterator[Finding]:
    """Each issued document has its entry, which says the same; no entry is of one that is not there."""
    company = Company.objects.get(pk=look.company)
    issued = Document.objects.filter(company=company, status=Document.Status.ISSUED).order_by("pk")
    for ids in batches(issued.values_list("pk", flat=True).iterator(chunk_size=BATCH), CHUNK):
        look.read(len(ids))
        for wrong in misposted(company, ids):
            yield Finding(wrong.code, {"document": wrong.label}, "billing.document", wrong.pk)
    entries = JournalEntry.objects.filter(company=company, source__startswith=PREFIX).order_by("pk")
    for batch in batches(entries.values_list("pk", "text", "source").iterator(chunk_size=BATCH)):
        look.read(len(batch))
        keys = [source[len(PREFIX) :] for _pk, _text, source in batch]
        there = Document.objects.filter(
            pk__in=[key for key in keys if key.isdecimal()], company=company, status=Document.Status.ISSUED
        )
        known = {str(pk) for pk in there.values_list("pk", flat=True)}
        for pk, text, source in batch:
            if source[len(PREFIX) :] not in known:
                yield Finding("nothing", {"entry": text}, ENTRY, pk)


register_check(
    Check(
        code="accounting.documents",
        label=_("Documents in the journal"),
        promise=_(
            "Every issued document has its entry, what customers owe and the VAT of each kind are the same "
            "in both, and every entry of a document is of one that was issued."
        ),
        problems={
            "unposted": Problem(
                _("%(document)s has no entry."),
                _("Restore the entry from a backup: issuing a document writes it in the same operation."),
            ),
            "differs": Problem(
                _("The entry of %(document)s differs from the document."),
                _(
                    "Compare customers and VAT of the entry with the document: one of them was changed "
                    "by hand."
                ),
            ),
            "nothing": Problem(
                _("The entry “%(entry)s” is of a document that was not issued or is not there."),
                _("Restore the document from a backup, or reverse the entry."),
            ),
        },
        run=_documents,
    )
)
