"""What privacy does in the background."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.company.jobs import name_task, schedule
from ronda.privacy.models import PersonalExport
from ronda.privacy.services.exporting import expire, prepare
from ronda.privacy.services.replaying import apply_list_again, compact_indexes


@task()
def prepare_export(export_id: int) -> None:
    """Make the file of one export."""
    export = PersonalExport.objects.select_related("party__company").get(pk=export_id)
    prepare(export, now=timezone.now(), today=timezone.localdate())


@task()
def tend() -> None:
    """Every night: exports whose time is over go; who was anonymised stays so after a restore."""
    now = timezone.now()
    expire(on=timezone.localdate())
    apply_list_again(now=now)
    compact_indexes(since=now - timedelta(days=2))


name_task(prepare_export, _("Export of a person's data"))
name_task(tend, _("Privacy: old exports, and the list of anonymised customers"))
schedule("privacy-tend", tend, cron="10 4 * * *")
