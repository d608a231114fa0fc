"""Background work of the Italian pack."""

from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.company.jobs import name_task
from ronda.company.models import ImportBatch
from ronda.countries.it.services import SellerNotKnown, import_invoices
from ronda.kernel.errors import Refusal


@task()
def import_past_invoices(batch_id: int) -> None:
    """Read the uploaded invoices of a batch; going on after an interruption adds nothing twice."""
    batch = ImportBatch.objects.select_related("company").get(pk=batch_id)
    if batch.state != ImportBatch.State.RUNNING:
        return
    confirmed = frozenset({SellerNotKnown.code}) if batch.summary.get("seller_confirmed") else frozenset()
    try:
        import_invoices(batch.company, Path(batch.file.path), by=batch.by, batch=batch, confirmed=confirmed)
    except Refusal as refusal:
        stop_import(batch, refusal)


@transaction.atomic
def stop_import(batch: ImportBatch, refusal: Refusal) -> None:
    """Close the batch with the reason; a question can be answered on its page."""
    batch.state = ImportBatch.State.FAILED
    batch.errors = [[0, "", batch.name, str(refusal.message), False]]
    batch.summary = {**batch.summary, "refusal": refusal.code}
    batch.save(update_fields=["state", "errors", "summary"])


name_task(import_past_invoices, _("Read past invoices"))
