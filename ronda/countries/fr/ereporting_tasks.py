"""Reports and statuses of French firms in the background. Tasks hold no rules."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.company import options
from ronda.company.jobs import current_job, enqueue_job, fence, name_task, progress, schedule
from ronda.company.models import Company
from ronda.countries.fr.models import EReport, InvoiceStatus, OutgoingState
from ronda.countries.fr.options import ReportOptions
from ronda.countries.fr.services import ereporting, ereporting_sending, statuses
from ronda.countries.fr.services.ereporting_sending import File
from ronda.einvoices.services import channel_code


@task()
def send_reports(company_id: int, ids: Sequence[int], by: str) -> dict[str, int]:
    """Hand reports over."""
    rows = EReport.objects.filter(company=company_id, pk__in=ids).select_related("company").order_by("pk")
    return _send(list(rows), by)


@task()
def send_statuses(company_id: int, ids: Sequence[int], by: str) -> dict[str, int]:
    """Hand statuses over."""
    rows = InvoiceStatus.objects.filter(company=company_id, pk__in=ids)
    return _send(list(rows.select_related("company").order_by("pk")), by)


def _send(rows: Sequence[File], by: str) -> dict[str, int]:
    job = current_job()
    done = ereporting_sending.send(
        rows,
        by=by,
        progress=lambda done, total: progress(job, done=done, total=total),
        fence=lambda: fence(job),
    )
    return {"sent": done.sent, "failed": done.failed}


@task()
def tell_collected_of(company_id: int, ids: Sequence[int], by: str) -> dict[str, int]:
    """Status 212 of documents of which money came or went, written and sent."""
    job = current_job()
    company = Company.objects.get(pk=company_id)
    told = statuses.tell_collected(company, ids, by=by, fence=lambda: fence(job))
    found = {"written": len(told.made), "failed": len(told.failed)}
    if told.made and channel_code(company):
        return found | _send(told.made, by)
    return found


@task()
def report_of(company_id: int) -> dict[str, int]:
    """What one company has to report: periods prepared, what is due sent, what was not told yet told."""
    company, job = Company.objects.get(pk=company_id), current_job()
    chosen, found = options.read(ReportOptions, company), {"prepared": 0, "written": 0}
    today = timezone.localdate()
    if chosen.regime:
        found["prepared"] = len(ereporting.prepare_due(company, on=today, by="").made)
    if not channel_code(company):
        return found
    if chosen.tell_collected:
        asked = statuses.to_look_at(company, now=timezone.now())
        told = statuses.tell_collected(company, asked, by="", fence=lambda: fence(job))
        found["written"] = len(told.made)
    if chosen.regime and chosen.sending == "due":
        _send(list(ereporting.due_to_send(company, on=today)), "")
    return found


@task()
def send_again(company_id: int) -> dict[str, int]:
    """Statuses that have not left yet, and reports that the channel did not take."""
    company = Company.objects.get(pk=company_id)
    _send(ereporting_sending.waiting(EReport, company, now=timezone.now()), "")
    ready = InvoiceStatus.objects.filter(company=company, state=OutgoingState.READY)
    rows = ereporting_sending.waiting(InvoiceStatus, company, now=timezone.now())
    return _send([*ready.select_related("company").order_by("pk"), *rows], "")


@task()
def report_of_all() -> None:
    """One job for each French company."""
    for company in Company.objects.filter(active=True, country="FR").order_by("pk"):
        if options.read(ReportOptions, company).regime or channel_code(company):
            enqueue_job(report_of, company.pk, company=company, by="")


@task()
def send_again_for_all() -> None:
    """One job for each company of which something waits."""
    waits = ("failed", "queued", "ready")
    companies = set(EReport.objects.filter(state__in=waits[:2]).values_list("company", flat=True))
    companies |= set(InvoiceStatus.objects.filter(state__in=waits).values_list("company", flat=True))
    for company in Company.objects.filter(active=True, pk__in=companies).order_by("pk"):
        if channel_code(company):
            enqueue_job(send_again, company.pk, company=company, by="")


def queue_reports(rows: Sequence[EReport], *, by: str) -> None:
    """Hand over in the background: a platform may take its time."""
    if rows:
        ids, company = sorted(row.pk for row in rows), rows[0].company_id
        key = f"fr.reports:{ids[0]}-{ids[-1]}:{timezone.now().isoformat()}"
        enqueue_job(send_reports, company, ids, by, key=key, company=company, by=by)


def queue_statuses(rows: Sequence[InvoiceStatus], *, by: str) -> None:
    """Hand over in the background, if the company has a channel."""
    unsent = [row for row in rows if row.is_unsent]
    if unsent and channel_code(unsent[0].company):
        ids, company = sorted(row.pk for row in unsent), unsent[0].company_id
        key = f"fr.statuses:{ids[0]}-{ids[-1]}:{timezone.now().isoformat()}"
        enqueue_job(send_statuses, company, ids, by, key=key, company=company, by=by)


name_task(send_reports, _("Send reports to the tax administration"))
name_task(send_statuses, _("Send statuses of invoices"))
name_task(tell_collected_of, _("Tell the platform what was collected"))
name_task(report_of, _("Prepare reports to the tax administration"))
name_task(report_of_all, _("Prepare reports to the tax administration for every company"))
name_task(send_again, _("Send again what the platform did not take"))
name_task(send_again_for_all, _("Send again what platforms did not take"))
schedule("fr-reports", report_of_all, cron="15 4 * * *")
schedule("fr-send-again", send_again_for_all, cron="25 * * * *")
