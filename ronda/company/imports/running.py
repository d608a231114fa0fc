"""Checking and writing the rows of a batch, some hundred at a time.

Each chunk is one short transaction, so that nobody waits long and an interrupted import goes on
where it was. The check writes every chunk and takes it back: what it counts is what will happen.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from ronda.company import audit
from ronda.company.imports.declare import UPSERT, ChunkRun, Facts, Importer, RowError, importer_for
from ronda.company.imports.own_fields import write
from ronda.company.imports.reading import open_table, read_rows
from ronda.company.imports.records import keep_traces
from ronda.company.imports.undoing import undo
from ronda.company.jobs import current_job, fence, progress
from ronda.company.models import ImportBatch
from ronda.kernel.errors import Refusal

State = ImportBatch.State
ROWS_AT_ONCE = 500
KEPT_ERRORS = 5_000
#: So many more objects, about two chunks of them, before garbage is looked for.
NEW_OBJECTS = 100_000
Tell = Callable[[int, int], None]
Prepare = Callable[[ImportBatch], None]
_before_writing: list[Prepare] = []


def before_writing(prepare: Prepare) -> Prepare:
    """Decorate what an app above does before a batch writes its first row; a refusal stops the batch.

    It is called outside any transaction, and again when a batch was interrupted before its first rows.
    """
    _before_writing.append(prepare)
    return prepare


def check_batch(batch: ImportBatch, *, tell: Tell = lambda done, total: None) -> ImportBatch:
    """Try every row and keep nothing: counts of new, changed and unchanged, and what is wrong, row by row.

    A file that cannot be read ends the batch as failed, with the reason.
    """
    importer = importer_for(batch.kind, batch.company)
    batch.created = batch.changed = batch.unchanged = batch.refused = batch.rows = 0
    batch.summary = {**batch.summary, "rows": 0, "skipped": 0}
    errors: list[RowError] = []
    try:
        batch.summary["rows"] = _count_rows(batch)
        with _chunks(batch, importer, skip=0) as chunks:
            for facts, wrong in chunks:
                run = ChunkRun(batch.company, batch.by, importer, mode=mode_of(batch))
                with transaction.atomic():
                    write(importer, facts, run)
                    transaction.set_rollback(True)
                errors += [*wrong, *run.errors]
                _count(batch, run, wrong, facts)
                _tell(batch, tell)
    except Refusal as refusal:
        return _stop(batch, refusal)
    batch.errors = [error.as_list() for error in sorted(errors, key=_by_row)[:KEPT_ERRORS]]
    batch.state = State.CHECKED
    batch.summary = {**batch.summary, "rows": batch.rows}
    _save(batch)
    return batch


def run_batch(batch: ImportBatch, *, tell: Tell = lambda done, total: None) -> ImportBatch:
    """Write the rows. All or nothing unless only the good rows are wanted: then what is wrong is listed.

    Going on after an interruption repeats nothing.
    """
    importer = importer_for(batch.kind, batch.company)
    errors = [RowError(*error) for error in batch.errors]
    try:
        for prepare in _before_writing if not batch.position else ():
            prepare(batch)
        with _chunks(batch, importer, skip=batch.position) as chunks:
            for facts, wrong in chunks:
                found = _write_chunk(batch, importer, facts, wrong)
                errors += found
                if not batch.only_good and any(not error.warning for error in found):
                    return _give_up(batch, errors)
                _tell(batch, tell)
    except Refusal as refusal:
        return _stop(batch, refusal)
    batch.state, batch.finished_at = State.DONE, timezone.now()
    _save(batch)
    return batch


@transaction.atomic
def _write_chunk(
    batch: ImportBatch, importer: Importer, facts: Sequence[Facts], wrong: Sequence[RowError]
) -> list[RowError]:
    fence(current_job())
    ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    run = ChunkRun(batch.company, batch.by, importer, mode=mode_of(batch))
    write(importer, facts, run)
    keep_traces(batch, run.traces)
    _count(batch, run, wrong, facts)
    found = [*wrong, *run.errors]
    batch.position = batch.rows
    batch.errors = [*batch.errors, *(one.as_list() for one in found)][:KEPT_ERRORS]
    batch.save()
    return found


def _give_up(batch: ImportBatch, errors: list[RowError]) -> ImportBatch:
    """A row could not be written after all: everything is taken back."""
    undo(batch, by=batch.by)
    batch.refresh_from_db()
    batch.state = State.FAILED
    batch.errors = [error.as_list() for error in errors[:KEPT_ERRORS]]
    _save(batch)
    return batch


def _stop(batch: ImportBatch, refusal: Refusal) -> ImportBatch:
    batch.state = State.FAILED
    batch.errors = [[0, "", batch.name, str(refusal.message), False]]
    _save(batch)
    return batch


@transaction.atomic
def _save(batch: ImportBatch) -> None:
    fence(current_job())
    batch.save()
    facts = {name: getattr(batch, name) for name in ("rows", "created", "changed", "unchanged", "refused")}
    audit.record(batch.by, f"company.import.{batch.state}", batch, **facts)


def _count(batch: ImportBatch, run: ChunkRun, wrong: Sequence[RowError], facts: Sequence[Facts]) -> None:
    refused = {error.row for error in wrong} | run.refused_rows
    batch.created += run.created
    batch.changed += run.changed
    batch.unchanged += run.unchanged
    if run.skipped:
        batch.summary = {**batch.summary, "skipped": batch.summary.get("skipped", 0) + run.skipped}
    batch.refused += len(refused)
    batch.rows += len(facts) + len({error.row for error in wrong})


def _tell(batch: ImportBatch, tell: Tell) -> None:
    total = max(batch.summary.get("rows", 0), batch.rows)
    tell(batch.rows, total)
    job = current_job()
    if job is not None:
        with transaction.atomic():
            fence(job)
            progress(job, done=batch.rows, total=total)


def mode_of(batch: ImportBatch) -> str:
    """Whether new records are added, known ones changed, or both."""
    return str(batch.summary.get("mode") or UPSERT)


def _count_rows(batch: ImportBatch) -> int:
    """How many rows there are, before any is tried: a file with too many is refused at once."""
    with batch.file.open("rb") as stream:
        return sum(1 for _row in open_table(batch, stream).rows)


def _by_row(error: RowError) -> tuple[int, bool]:
    return error.row, error.warning


@contextmanager
def _light_collector() -> Iterator[None]:
    """Rows make no circles: the program's own objects are left out, and garbage is looked for seldom."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def _chunks(
    batch: ImportBatch, importer: Importer, *, skip: int
) -> Iterator[Iterator[tuple[list[Facts], list[RowError]]]]:
    with batch.file.open("rb") as stream, _light_collector():
        table = open_table(batch, stream)
        rows = read_rows(table, importer, batch.mapping, batch.company.language)
        yield _skipping(_cut(_together(rows, importer)), skip)


def _together(rows: Iterator[Any], importer: Importer) -> Iterator[list[Any]]:
    """Rows one by one, or those of one group side by side in the place of the first."""
    if importer.group is None:
        for row in rows:
            yield [row]
        return
    groups: dict[Any, list[Any]] = {}
    for at, row in enumerate(rows):
        key = importer.group(row) if isinstance(row, Facts) else None
        groups.setdefault(("alone", at) if key is None else key, []).append(row)
    yield from groups.values()


def _cut(units: Iterator[list[Any]]) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for unit in units:
        chunk += unit
        if len(chunk) >= ROWS_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _skipping(chunks: Iterator[list[Any]], skip: int) -> Iterator[tuple[list[Facts], list[RowError]]]:
    """Chunks are cut the same way every time: those written already are passed over whole."""
    done = 0
    for chunk in chunks:
        done += len(chunk)
        if done <= skip:
            continue
        facts = [row for row in chunk if isinstance(row, Facts)]
        yield facts, [error for row in chunk if not isinstance(row, Facts) for error in row]
