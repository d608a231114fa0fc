"""Files that leave and receipts that come, in the background. Tasks hold no rules."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.billing.models import Document
from ronda.company.jobs import current_job, enqueue_job, fence, name_task, progress, schedule
from ronda.company.models import Company, Job
from ronda.einvoices import services
from ronda.einvoices.door import channel_kind
from ronda.einvoices.models import Transmission
from ronda.kernel.errors import Refusal


class ChannelOutOfOrder(Exception):
    """The channel does not work just now: the job is tried again, later and later."""


@task()
def send_documents(ids: Sequence[int], by: str) -> dict[str, int]:
    """Make the files of issued documents and send them."""
    job = current_job()
    found = Document.objects.select_related("company", "party").in_bulk(ids)
    documents = [found[pk] for pk in ids if pk in found]
    prepared, handed = services.send_issued(
        documents,
        by=by,
        progress=lambda done, total: progress(job, done=done, total=total),
        fence=lambda: fence(job),
    )
    _fetch_what_practice_says(handed)
    failed = len(prepared.failed) + len(handed.failed)
    return {"sent": len(handed.sent), "failed": failed}


@task()
def send_files(ids: Sequence[int], by: str) -> dict[str, int]:
    """Hand over files that are ready."""
    job = current_job()
    rows = Transmission.objects.select_related("company").in_bulk(ids)
    handed = services.send(
        [rows[pk] for pk in ids if pk in rows],
        by=by,
        progress=lambda done, total: progress(job, done=done, total=total),
        fence=lambda: fence(job),
    )
    _fetch_what_practice_says(handed)
    return {"sent": len(handed.sent), "failed": len(handed.failed)}


def _fetch_what_practice_says(handed: services.HandedOver) -> None:
    """A channel for practice answers at once: whoever tries things out need not wait for the schedule."""
    if not handed.sent:
        return
    company = handed.sent[0].company
    kind = channel_kind(company, services.channel_code(company))
    if kind is not None and kind.practice:
        queue_fetching(company, by="")


@task()
def exchange_with_channel(company_id: int) -> dict[str, int]:
    """Fetch what waits for one company, and try again what its channel did not take."""
    job = current_job()
    company = Company.objects.get(pk=company_id)
    try:
        taken = services.take_in(
            company,
            by="",
            progress=lambda done, total: progress(job, done=done, total=total),
            fence=lambda: fence(job),
        )
    except Refusal as refusal:
        if getattr(refusal, "again", True):
            raise ChannelOutOfOrder(str(refusal.message)) from refusal
        raise
    handed = services.send(services.to_try_again(company), by="", fence=lambda: fence(job))
    return {"receipts": taken.receipts, "set_aside": taken.set_aside, "sent": len(handed.sent)}


@task()
def exchange_with_all() -> None:
    """One job for each company that has a channel, unless its last one is still under way."""
    kind = exchange_with_channel.module_path
    busy = Job.objects.filter(kind=kind, state__in=(Job.State.QUEUED, Job.State.RUNNING))
    busy_companies = set(busy.values_list("company_id", flat=True))
    for company in Company.objects.filter(active=True).exclude(pk__in=busy_companies).order_by("pk"):
        if services.channel_code(company):
            enqueue_job(exchange_with_channel, company.pk, company=company, by="")


def queue_sending(rows: Sequence[Transmission], *, by: str) -> None:
    """Hand over in the background: a channel may take its time."""
    if rows:
        ids = sorted(row.pk for row in rows)
        key = f"einvoices.send:{ids[0]}-{ids[-1]}:{timezone.now().isoformat()}"
        enqueue_job(send_files, ids, by, key=key, company=rows[0].company_id, by=by)


@transaction.atomic
def queue_fetching(company: Company, *, by: str) -> bool:
    """Fetch in the background, unless that is under way already; whether a job was made."""
    Company.objects.select_for_update().get(pk=company.pk)  # two clicks, one job
    kind = exchange_with_channel.module_path
    under_way = Job.objects.filter(
        kind=kind, company=company, state__in=(Job.State.QUEUED, Job.State.RUNNING)
    )
    if under_way.exists():
        return False
    enqueue_job(exchange_with_channel, company.pk, company=company, by=by)
    return True


name_task(send_documents, _("Send e-invoices of issued documents"))
name_task(send_files, _("Send e-invoices"))
name_task(exchange_with_channel, _("Fetch receipts of e-invoices"))
name_task(exchange_with_all, _("Fetch receipts of e-invoices for every company"))
schedule("einvoices-exchange", exchange_with_all, cron="*/10 * * * *")
