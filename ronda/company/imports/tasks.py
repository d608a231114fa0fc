"""Background work of imports; every task looks at the state first and can be repeated."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_tasks import task

from ronda.company.imports.running import check_batch, run_batch
from ronda.company.imports.undoing import undo
from ronda.company.jobs import name_task
from ronda.company.models import ImportBatch


def _batch(pk: int, state: str) -> ImportBatch | None:
    return ImportBatch.objects.select_related("company").filter(pk=pk, state=state).first()


def language_of(batch: ImportBatch) -> str:
    """Whoever sent the file reads what is wrong with it in the language of their screens."""
    return str(batch.summary.get("language") or batch.company.language)


@task()
def check_import(batch_id: int) -> None:
    """Try the rows of a batch and keep nothing."""
    if batch := _batch(batch_id, ImportBatch.State.CHECKING):
        with override(language_of(batch)):
            check_batch(batch)


@task()
def run_import(batch_id: int) -> None:
    """Write the rows of a batch."""
    if batch := _batch(batch_id, ImportBatch.State.RUNNING):
        with override(language_of(batch)):
            run_batch(batch)


@task()
def undo_import(batch_id: int) -> None:
    """Take a batch back."""
    if batch := _batch(batch_id, ImportBatch.State.UNDOING):
        with override(language_of(batch)):
            undo(batch, by=batch.by)


name_task(check_import, _("Check the rows of an import"))
name_task(run_import, _("Import the rows of a table"))
name_task(undo_import, _("Take an import back"))
