"""Backups and data checks on request, certificates; readiness and metrics for whoever watches."""

import hmac
import os
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import DetailView, View

from ronda.company.jobs import enqueue_job
from ronda.operations import tasks
from ronda.operations.metrics import metrics
from ronda.operations.models import DataCheck
from ronda.operations.services.auditing import is_unchanged
from ronda.operations.services.certifying import certificate_facts, certificate_name, certificate_pdf
from ronda.operations.services.readiness import readiness
from ronda.workspace.pages import PageMixin

LOOPBACK = frozenset({"127.0.0.1", "::1"})
# A proxy on the same computer speaks for others and says so.
PROXIED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@require_POST
def back_up_now(request: HttpRequest) -> HttpResponse:
    """Queue a backup; administrators of the installation only."""
    user: Any = request.user
    if not user.is_superuser:
        raise PermissionDenied
    enqueue_job(tasks.back_up_now, by=user.get_username())
    messages.success(request, _("The backup is made in the background and appears here."))
    return HttpResponseRedirect(reverse("backup-list"))


class CheckNow(PageMixin, View):
    """Queue a check of the company's data; of the whole installation, too, for its administrators."""

    permission_required = "operations.add_datacheck"

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        enqueue_job(tasks.check_now, self.company.pk, company=self.company, by=user.get_username())
        if user.is_superuser:
            enqueue_job(tasks.check_now, by=user.get_username())
        messages.success(request, _("The data are checked in the background; the result appears here."))
        return HttpResponseRedirect(reverse("datacheck-list"))


class Certificate(PageMixin, DetailView[DataCheck]):
    """The certificate of a check, to read and to print, or as PDF."""

    permission_required = "operations.view_datacheck"
    area = "settings"
    page_title = gettext_lazy("Certificate of the data")
    template_name = "operations/certificate.html"

    def get_queryset(self) -> QuerySet[DataCheck]:
        return DataCheck.objects.filter(company=self.company)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {**certificate_facts(self.object), "unchanged": is_unchanged(self.object)}
        return super().get_context_data(**facts, **kwargs)


class CertificatePdf(Certificate):
    """The same as a file."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        headers = {
            "Content-Disposition": content_disposition_header(
                as_attachment=True, filename=certificate_name(self.object)
            )
            or ""
        }
        return HttpResponse(certificate_pdf(self.object), content_type="application/pdf", headers=headers)


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when work can be done, else 503; the details for this computer and administrators only."""
    checks = readiness(now=timezone.now())
    ready = all(check.good for check in checks if check.needed)
    answer: dict[str, Any] = {"ready": ready}
    if is_local(request) or getattr(request.user, "is_superuser", False):
        answer["checks"] = {check.name: {"good": check.good, "value": check.value} for check in checks}
    return JsonResponse(answer, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


@login_not_required
@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """For this computer, or with RONDA_METRICS_TOKEN as bearer; 404 to everybody else."""
    if not (is_local(request) or _has_token(request)):
        return HttpResponse(status=404)
    text = metrics(now=timezone.now())
    return HttpResponse(text, content_type="text/plain; version=0.0.4", headers={"Cache-Control": "no-store"})


def is_local(request: HttpRequest) -> bool:
    """Whether a program on this computer asks for itself."""
    proxied = any(header in request.META for header in PROXIED)
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not proxied


def _has_token(request: HttpRequest) -> bool:
    wanted = os.environ.get("RONDA_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "")
    return bool(wanted) and hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode())


urlpatterns = [
    path("check-now/", CheckNow.as_view(), name="check-now"),
    path("datacheck/<int:pk>/certificate/", Certificate.as_view(), name="certificate"),
    path("datacheck/<int:pk>/certificate.pdf", CertificatePdf.as_view(), name="certificate-pdf"),
    path("backup-now/", back_up_now, name="backup-now"),
    path("readyz", readyz, name="readyz"),
    path("metrics", show_metrics, name="metrics"),
]
