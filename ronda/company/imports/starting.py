"""An import from the upload to the order to run it or take it back."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import get_language

from ronda.company import audit
from ronda.company.domain.table_rows import TableLimits
from ronda.company.imports.declare import MODES, UPDATE, UPSERT, importer_for
from ronda.company.imports.reading import fingerprint, preview, suggested
from ronda.company.jobs import enqueue_job
from ronda.company.models import Company, ImportBatch, ImportMapping
from ronda.company.services.files import clean_name
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

State = ImportBatch.State


class ColumnsMissing(Refusal):
    code = "company.import_columns_missing"


class HasErrors(Refusal):
    code = "company.import_has_errors"


class WrongState(Refusal):
    code = "company.import_wrong_state"


class ImportTooLarge(Refusal):
    code = "company.import_too_large"


def start_import(company: Company, kind: str, upload: "File[Any]", *, name: str, by: str) -> ImportBatch:
    """Keep an uploaded table and suggest its columns. Refuses what is not a table, with the reason.

    `summary["same_as"]` is the import that brought the very same file in before, if any.
    """
    importer = importer_for(kind, company)
    limit = TableLimits().file_bytes
    if upload.size > limit:
        text = _("The file is larger than %(limit)d MB. Split it into several files.")
        raise ImportTooLarge(text % {"limit": limit // 1024**2}, field="file")
    batch = ImportBatch(
        company=company, kind=importer.kind, name=clean_name(name), by=by, sha256=_sha256(upload)
    )
    batch.file.save(batch.name, upload, save=False)
    try:
        _look(batch)
        _insert(batch)
    except BaseException:
        batch.file.delete(save=False)
        raise
    return batch


def _look(batch: ImportBatch) -> None:
    """Find sheet, headers and columns, and count the rows."""
    seen = preview(batch)
    table = seen.table
    batch.sheet, batch.header_row = table.sheet[:100], table.header_row
    batch.mapping = suggested(batch.company, importer_for(batch.kind, batch.company), table.headers)
    same = ImportBatch.objects.filter(
        company=batch.company, kind=batch.kind, sha256=batch.sha256, state=State.DONE
    )
    batch.summary = {
        "language": get_language() or batch.company.language,
        "mode": batch.summary.get("mode", UPSERT),
        "headers": list(table.headers),
        "sheets": list(table.sheet_names),
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "notes": list(table.notes),
        "same_as": same.order_by("-pk").values_list("pk", flat=True).first(),
    }


@transaction.atomic
def _insert(batch: ImportBatch) -> None:
    batch.save(force_insert=True)
    audit.record(batch.by, "company.import.uploaded", batch, file=batch.name, sha256=batch.sha256)


def _sha256(upload: "File[Any]") -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


@transaction.atomic
def look_again(batch: ImportBatch, *, sheet: str, header_row: int | None, by: str) -> ImportBatch:
    """Read another sheet, or take another row for the headers; the columns are suggested anew."""
    batch = _locked(batch, State.UPLOADED, State.CHECKED, State.FAILED)
    batch.sheet, batch.header_row, batch.state = sheet, header_row, State.UPLOADED
    _look(batch)
    batch.save()
    return batch


@transaction.atomic
def choose_columns(
    batch: ImportBatch,
    mapping: Mapping[str, int],
    *,
    by: str,
    mode: str = UPSERT,
    in_background: bool = True,
) -> ImportBatch:
    """Fix which column is which field, remember it for such files, and check the rows.

    `mode` says whether new records are added, known ones brought up to date, or both. Refuses when the column
    of a required field is missing, or one is used twice.
    """
    batch = _locked(batch, State.UPLOADED, State.CHECKED, State.FAILED)
    importer = importer_for(batch.kind, batch.company)
    missing = [
        str(field.label)
        for field in importer.fields
        if field.required and field.name not in mapping and not (field.later and mode == UPDATE)
    ]
    if missing:
        message = _("Say which column holds: %(fields)s.") % {"fields": ", ".join(missing)}
        raise ColumnsMissing(message, field="mapping")
    if len(set(mapping.values())) < len(mapping):
        text = _("The same column is used for two fields. Choose one of them.")
        raise ColumnsMissing(text, field="mapping")
    headers = tuple(batch.summary.get("headers", ()))
    ImportMapping.objects.update_or_create(
        company=batch.company, kind=batch.kind, fingerprint=fingerprint(headers),
        defaults={"mapping": dict(mapping), "by": by},
    )  # fmt: skip
    batch.mapping, batch.state, batch.errors = dict(mapping), State.CHECKING, []
    batch.summary = {**batch.summary, "mode": mode if mode in dict(MODES) else UPSERT}
    batch.save()
    _enqueue(batch, "check", in_background=in_background)
    return batch


@transaction.atomic
def confirm_import(
    batch: ImportBatch, *, by: str, only_good: bool = False, in_background: bool = True
) -> ImportBatch:
    """Write what was checked. Rows with errors stop it, unless only the good ones are wanted."""
    batch = _locked(batch, State.CHECKED)
    if batch.refused and not only_good:
        text = _("%(count)d rows have errors. Correct them and send the file again, or import the good ones.")
        raise HasErrors(text % {"count": batch.refused})
    batch.only_good, batch.state, batch.by = only_good, State.RUNNING, by
    batch.summary = {**batch.summary, "skipped": 0}
    batch.rows = batch.position = batch.created = batch.changed = batch.unchanged = batch.refused = 0
    batch.errors = []
    batch.save()
    audit.record(by, "company.import.started", batch, file=batch.name, only_good=only_good)
    _enqueue(batch, "run", in_background=in_background)
    return batch


@transaction.atomic
def request_undo(batch: ImportBatch, *, by: str) -> ImportBatch:
    """Take the import back, in the background."""
    batch = _locked(batch, State.DONE)
    batch.state = State.UNDOING
    batch.save(update_fields=["state"])
    _enqueue(batch, "undo", in_background=True)
    return batch


@transaction.atomic
def discard_import(batch: ImportBatch, *, by: str) -> None:
    """Forget a file that was never imported."""
    batch = _locked(batch, State.UPLOADED, State.CHECKED, State.FAILED, State.UNDONE)
    name, storage = str(batch.file.name or ""), batch.file.storage
    audit.record(by, "company.import.discarded", batch, file=batch.name)
    batch.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _locked(batch: ImportBatch, *states: str) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("company").get(pk=batch.pk)
    if batch.state not in states:
        facts = {"name": batch.name, "state": batch.get_state_display()}
        raise WrongState(_("“%(name)s” is %(state)s: open its page to see what can be done.") % facts)
    return batch


def _enqueue(batch: ImportBatch, what: str, *, in_background: bool) -> None:
    if not in_background:
        return
    from ronda.company.imports import tasks  # noqa: PLC0415 -- the tasks call what is above

    task = {"check": tasks.check_import, "run": tasks.run_import, "undo": tasks.undo_import}[what]
    job = enqueue_job(task, batch.pk, company=batch.company_id, by=batch.by)
    batch.summary = {**batch.summary, "job": job.pk}
    batch.save(update_fields=["summary"])
