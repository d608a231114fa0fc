"""A year of the firm's own invoices made into customers, services and proposed contracts."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from ronda.catalogue.models import Item
from ronda.company import audit
from ronda.company.imports.records import Trace, keep_traces, snapshot
from ronda.company.jobs import Progress, current_job, enqueue_job, fence, no_progress, progress
from ronda.company.models import Company, ImportBatch, ImportedRecord, ImportedSource
from ronda.company.services import update_company
from ronda.contracts.domain.detection import DetectedContract, HistoryLine, detect
from ronda.contracts.models import ContractProposal
from ronda.contracts.services.proposals import proposal_key, record_proposals
from ronda.countries.it.domain import tax_ids
from ronda.countries.it.domain.fatturapa import Reading, ReceivedInvoice, read_folder_or_zip
from ronda.countries.it.domain.past_invoices import history, sold_lines, source_facts
from ronda.countries.it.services.matching import Customers, Services, VatCodes, identity
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party

KIND = "it.invoices"
State = ImportBatch.State
FILES_AT_ONCE = 200
PROPOSALS_AT_ONCE = 200
KEPT_ERRORS = 5_000
LARGEST_UPLOAD = 1024 * 1024 * 1024
CHUNK = 256 * 1024
ITEM_FACTS = ("name", "price", "vat_code_id", "active")
PARTY_FACTS = ("name", "code", "tax_id", "registration_id", "street", "postcode", "city", "active")


class UploadTooLarge(Refusal):
    code = "it.upload_too_large"


class NoInvoices(Refusal):
    code = "it.no_invoices"


class SellerNotKnown(NeedsConfirmation):
    """`facts`: `seller` (the tax number guessed), `name`, `count`, `total`."""

    code = "it.seller_not_known"


class OtherSeller(Refusal):
    code = "it.other_seller"


@dataclass(slots=True)
class Outcome:
    """What an import did. `read`: invoices of the firm, new or known; `known`: those had before.

    `refused`: (file, reason) of what was left out; customers, services, proposals: how many are new.
    """

    batch: ImportBatch
    read: int = 0
    known: int = 0
    customers: int = 0
    services: int = 0
    proposals: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def import_invoices(
    company: Company,
    source: Path | BinaryIO,
    *,
    by: str,
    progress: Progress = no_progress,
    batch: ImportBatch | None = None,
    confirmed: frozenset[str] = frozenset(),
) -> Outcome:
    """Read the invoices the company issued: a folder, a zip, an XML or a signed file, or a stream of one.

    Customers and services are made or recognised, and what was sold with a rhythm becomes a
    proposed contract. An invoice read before, in this file or another, adds nothing. A file that
    cannot be read, or that somebody else issued, is refused alone. Each chunk of files is one
    transaction: an interrupted import goes on where it was. One file is in memory at a time.

    A company without a VAT number is asked (`SellerNotKnown`) whether it is the most frequent
    seller; with that code in `confirmed` it is, and gets the number. Raises `NoInvoices` when
    nothing was found at all, `UploadTooLarge` for a stream beyond the limit.
    """
    with _as_path(source) as path:
        company = _settle_seller(company, path, by=by, confirmed=confirmed)
        batch = batch or _new_batch(company, path, by=by)
        work = _Work(company, batch, by)
        readings = read_folder_or_zip(path)
        total = _count_files(path)
        done = 0
        while chunk := list(islice(readings, FILES_AT_ONCE)):
            work.take(chunk)
            done += len(chunk)
            progress(done, max(total, done))
        if not done:
            raise NoInvoices(_("There are no invoices here: no .xml, .p7m or .zip file was found."))
        work.propose()
        return work.finish()


def request_import(company: Company, upload: "File[Any]", *, name: str, by: str) -> ImportBatch:
    """Keep an uploaded file and import it in the background. `name` is what people read; how the file
    is opened follows from the ending of its own name.
    """
    if upload.size > LARGEST_UPLOAD:
        raise _too_large()
    batch = ImportBatch(company=company, kind=KIND, name=name[:200], state=State.RUNNING, by=by)
    batch.file.save(upload.name or name, upload, save=False)
    with transaction.atomic():
        batch.save(force_insert=True)
        audit.record(by, "company.import.started", batch, file=batch.name)
        _enqueue(batch)
    return batch


@transaction.atomic
def confirm_seller(batch: ImportBatch, *, by: str) -> ImportBatch:
    """Answer yes to `SellerNotKnown`: the import of the batch starts again."""
    failed = ImportBatch.objects.filter(kind=KIND, state=State.FAILED)
    batch = failed.select_for_update(of=("self",)).get(pk=batch.pk)
    batch.state, batch.errors = State.RUNNING, []
    batch.summary = {"seller_confirmed": True}
    batch.save()
    audit.record(by, "company.import.started", batch, file=batch.name, seller_confirmed=True)
    _enqueue(batch)
    return batch


def _enqueue(batch: ImportBatch) -> None:
    from ronda.countries.it.tasks import import_past_invoices  # noqa: PLC0415 -- the task calls this module

    job = enqueue_job(import_past_invoices, batch.pk, company=batch.company_id, by=batch.by)
    batch.summary = {**batch.summary, "job": job.pk}
    batch.save(update_fields=["summary"])


def _too_large() -> UploadTooLarge:
    return UploadTooLarge(
        _("The file is larger than %(limit)d MB. Split it into several files.")
        % {"limit": LARGEST_UPLOAD // (1024 * 1024)},
        field="file",
    )


@contextmanager
def _as_path(source: Path | BinaryIO) -> Iterator[Path]:
    """The source as a path; a stream is written to a file that goes away, a chunk at a time."""
    if isinstance(source, Path):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="ronda-import-") as folder:
        head = source.read(CHUNK)
        path = Path(folder) / ("upload.zip" if head.startswith(b"PK") else "upload.xml")
        with path.open("wb") as target:
            size = 0
            while head:
                size += len(head)
                if size > LARGEST_UPLOAD:
                    raise _too_large()
                target.write(head)
                head = source.read(CHUNK)
        yield path


def _count_files(path: Path) -> int:
    """How many files there are to read, for the progress bar; those inside a zip are not counted."""
    return sum(1 for one in path.rglob("*") if one.is_file()) if path.is_dir() else 1


# --- whose invoices ---


def _settle_seller(company: Company, path: Path, *, by: str, confirmed: frozenset[str]) -> Company:
    if company.tax_id or company.registration_id:
        return company
    sellers: Counter[str] = Counter()
    names: dict[str, str] = {}
    for invoice in _all_invoices(path):
        seller = invoice.seller.vat_id or invoice.seller.fiscal_code
        sellers[seller] += 1
        names.setdefault(seller, invoice.seller.name)
    if not sellers:
        return company
    guessed, count = sellers.most_common(1)[0]
    if SellerNotKnown.code not in confirmed:
        facts = {"company": company, "count": count, "total": sellers.total(), "name": names[guessed]}
        message = _(
            "%(company)s has no VAT number yet. %(count)s of %(total)s invoices were issued by "
            "%(name)s (%(seller)s). Is that this company?"
        )
        raise SellerNotKnown(
            message % {**facts, "seller": guessed}, seller=guessed, name=names[guessed], count=count
        )
    field_name = "tax_id" if tax_ids.is_partita_iva(guessed) else "registration_id"
    if field_name == "registration_id" and not tax_ids.is_codice_fiscale(guessed):
        company.tax_id = guessed  # for this import only: a number that cannot exist is not kept
        return company
    setattr(company, field_name, guessed)
    return update_company(company, by=by)


def _all_invoices(path: Path) -> Iterator[ReceivedInvoice]:
    for reading in read_folder_or_zip(path):
        if not isinstance(reading.result, Refusal):
            yield from reading.result


def _is_own(invoice: ReceivedInvoice, company: Company) -> bool:
    seller = invoice.seller
    numbers = {seller.vat_id, seller.fiscal_code, f"{seller.vat_country}{seller.vat_id}"} - {""}
    return bool(numbers & ({company.tax_id, company.registration_id} - {""}))


# --- the work ---


def _new_batch(company: Company, path: Path, *, by: str) -> ImportBatch:
    batch = ImportBatch(company=company, kind=KIND, name=path.name[:200], state=State.RUNNING, by=by)
    with transaction.atomic():
        batch.save(force_insert=True)
        audit.record(by, "company.import.started", batch, file=batch.name)
    return batch


class _Work:
    """One import under way."""

    def __init__(self, company: Company, batch: ImportBatch, by: str) -> None:
        self.company, self.batch, self.by = company, batch, by
        self.outcome = Outcome(batch)
        self.vat = VatCodes(company)
        self.services = Services(company, by=by)
        self.touched: set[int] = set()

    def take(self, readings: Iterable[Reading]) -> None:
        """One chunk of files in one transaction, fenced by the job that runs it."""
        invoices = []
        for reading in readings:
            if isinstance(reading.result, Refusal):
                self._refuse(reading.name, reading.result)
                continue
            invoices += [one for one in reading.result if self._is_ours(one)]
        self.outcome.read += len(invoices)
        with transaction.atomic():
            fence(current_job())
            # Two imports at once take their chunks in turn: what one wrote the other recognises.
            Company.objects.select_for_update().get(pk=self.company.pk)
            self._write(self._new(invoices))
            progress(current_job(), done=self.outcome.read)

    def _is_ours(self, invoice: ReceivedInvoice) -> bool:
        if _is_own(invoice, self.company):
            return True
        facts = {
            "number": invoice.number,
            "seller": invoice.seller.name or invoice.seller.tax_identity,
            "company": self.company,
        }
        self._refuse(
            invoice.source_name,
            OtherSeller(_("Invoice %(number)s was issued by %(seller)s, not by %(company)s.") % facts),
        )
        return False

    def _refuse(self, name: str, refusal: Refusal) -> None:
        self.outcome.refused.append((name, str(refusal.message)))

    def _new(self, invoices: list[ReceivedInvoice]) -> list[tuple[str, ReceivedInvoice]]:
        """Invoices not read before, each once."""
        keyed: dict[str, ReceivedInvoice] = {}
        for invoice in invoices:
            keyed.setdefault("|".join(map(str, invoice.key()))[:200], invoice)
        sources = ImportedSource.objects.filter(company=self.company, kind=KIND, key__in=list(keyed))
        rows = dict(sources.values_list("key", "batch_id"))
        self.outcome.known += len(invoices) - len(keyed)
        self.outcome.known += sum(1 for batch in rows.values() if batch != self.batch.pk)
        return [(key, invoice) for key, invoice in keyed.items() if key not in rows]

    def _write(self, invoices: list[tuple[str, ReceivedInvoice]]) -> None:
        if not invoices:
            return
        customers = Customers(self.company, by=self.by)
        found = customers.bring([invoice for _key, invoice in invoices])
        made_before = len(self.services.made)
        rows = []
        wanted = []
        for key, invoice in invoices:
            who = identity(invoice.buyer, self.company)
            if who not in found:
                self._refuse(invoice.source_name, customers.refused[who])
                self.outcome.read -= 1
                continue
            lines = [(sold, self.vat.find(sold.vat, invoice.date)) for sold in sold_lines(invoice)]
            wanted += lines
            rows.append((key, invoice, found[who], lines))
        items = self.services.bring(wanted)
        ImportedSource.objects.bulk_create(
            [
                ImportedSource(
                    company=self.company, batch=self.batch, kind=KIND, key=key, sha256=invoice.sha256,
                    subject_pk=party,
                    facts=source_facts(invoice, [(sold, items[sold.key, vat], vat) for sold, vat in lines]),
                )
                for key, invoice, party, lines in rows
            ]
        )  # fmt: skip
        self._trace(customers.made, self.services.made[made_before:])

    def _trace(self, parties: list[Party], items: list[Item]) -> None:
        # Each record is a row of its own: it is taken back alone.
        keep_traces(
            self.batch,
            [
                *(Trace(one.pk * 4, one, snapshot(one, PARTY_FACTS)) for one in parties),
                *(Trace(one.pk * 4 + 1, one, snapshot(one, ITEM_FACTS)) for one in items),
            ],
        )

    def propose(self) -> None:
        """Find the rhythms in everything ever read of the customers of this import."""
        own = self.batch.sources.order_by().values_list("subject_pk", flat=True).distinct()
        parties = sorted(pk for pk in own if pk is not None)
        for start in range(0, len(parties), PROPOSALS_AT_ONCE):
            chunk = parties[start : start + PROPOSALS_AT_ONCE]
            with transaction.atomic():
                fence(current_job())
                self._record([one for one in detect(self._history(chunk)) if one.active])

    def _history(self, parties: list[int]) -> Iterator[HistoryLine]:
        sources = ImportedSource.objects.filter(company=self.company, kind=KIND, subject_pk__in=parties)
        for party, facts in sources.values_list("subject_pk", "facts").iterator(chunk_size=500):
            yield from history(party or 0, facts)

    def _record(self, found: list[DetectedContract]) -> None:
        parties = Party.objects.in_bulk({int(one.customer) for one in found})
        seen: Counter[tuple[str, str, int]] = Counter()
        rows = []
        for one in found:
            same = (one.customer, one.description.casefold(), one.frequency)
            rows.append(self._proposal(one, parties[int(one.customer)], seen[same]))
            seen[same] += 1
        if not rows:
            return
        before = set(self._keys(rows))
        record_proposals(rows, by=self.by)
        made = ContractProposal.objects.filter(
            company=self.company, key__in=[row["key"] for row in rows if row["key"] not in before]
        )
        keep_traces(
            self.batch, [Trace(one.pk * 4 + 2, one, snapshot(one, ("state", "price"))) for one in made]
        )

    def _keys(self, rows: list[dict[str, Any]]) -> Iterable[str]:
        known = ContractProposal.objects.filter(company=self.company, key__in=[row["key"] for row in rows])
        return known.values_list("key", flat=True)

    def _proposal(self, one: DetectedContract, party: Party, number: int) -> dict[str, Any]:
        text = one.description[:500]
        # Two equal fees side by side (two lifts of one house) are two proposals.
        marked = text if not number else f"{text}\x1f{number}"
        return {
            "company": self.company,
            "key": proposal_key(party, marked, one.frequency),
            "party": party,
            "item_id": int(one.item),
            "vat_code_id": int(one.vat),
            "text": text,
            "frequency": one.frequency,
            "timing": one.timing,
            "quantity": one.quantity,
            "price": one.unit_price,
            "first_on": one.first_on,
            "last_on": one.last_on,
            "next_on": one.next_on,
            "confidence": one.confidence,
            "evidence": [each.reference for each in one.evidence],
        }

    def finish(self) -> Outcome:
        """Count what this batch made and close it."""
        outcome, batch = self.outcome, self.batch
        made = Counter(ImportedRecord.objects.filter(batch=batch, made=True).values_list("label", flat=True))
        outcome.customers = made["parties.party"]
        outcome.services = made["catalogue.item"]
        outcome.proposals = made["contracts.contractproposal"]
        batch.rows, batch.created = outcome.read, made.total()
        batch.unchanged, batch.refused = outcome.known, len(outcome.refused)
        batch.errors = [[0, "", name, reason, False] for name, reason in outcome.refused[:KEPT_ERRORS]]
        batch.summary = {
            **batch.summary, "read": outcome.read, "known": outcome.known, "customers": outcome.customers,
            "services": outcome.services, "proposals": outcome.proposals,
        }  # fmt: skip
        batch.state, batch.finished_at = State.DONE, timezone.now()
        with transaction.atomic():
            fence(current_job())
            batch.save()
            audit.record(
                self.by, "company.import.done", batch, read=outcome.read, customers=outcome.customers,
                services=outcome.services, proposals=outcome.proposals, refused=batch.refused,
            )  # fmt: skip
        return outcome
