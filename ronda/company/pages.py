"""Screens outside the workspaces: files, jobs' progress, choice of company."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from ronda.company.bulk_actions import act_on_many
from ronda.company.forms import WelcomeForm
from ronda.company.jobs.labels import job_label
from ronda.company.models import Job, User
from ronda.company.queries import companies_of
from ronda.company.services import (
    create_owner,
    stop_job,
)
from ronda.kernel.errors import Refusal
from ronda.workspace.context import title_of
from ronda.workspace.pages import PageMixin
from ronda.workspace.registry import registry


@method_decorator(login_not_required, name="dispatch")
class Welcome(FormView):
    """The first start: the person who owns the installation, and the firm. Closed for ever afterwards."""

    template_name = "company/welcome.html"
    form_class = WelcomeForm
    success_url = "/"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if User.objects.exists():
            return HttpResponseRedirect(reverse("login"))
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: WelcomeForm) -> HttpResponse:
        try:
            user, _company = create_owner(**form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
            return self.form_invalid(form)
        login(self.request, user)
        return super().form_valid(form)


class SwitchCompany(View):
    """POST `company`: work in another of one's companies; a stranger's company does not exist."""

    permission_required = ""
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        asked = request.POST.get("company", "")
        if not asked.isdecimal() or not isinstance(request.user, User):
            raise Http404
        company = get_object_or_404(companies_of(request.user), pk=int(asked))
        request.session["company"] = company.pk
        target = request.POST.get("next", "/")
        safe = url_has_allowed_host_and_scheme(
            target, {request.get_host()}, require_https=request.is_secure()
        )
        return HttpResponseRedirect(target if safe else "/")


def _job(request: HttpRequest, pk: int, permission: str) -> Job:
    """A job of the company that the person may see, or has started."""
    job = get_object_or_404(Job, pk=pk)
    user: Any = request.user
    company = getattr(request, "company", None)
    here = job.company_id == company.pk if job.company_id and company else user.is_superuser
    if not here or not (user.has_perm(permission) or job.by == user.get_username()):
        raise Http404
    return job


class JobOutcome(PageMixin, TemplateView):
    """What an action on many records has done so far, for who started it and who sees the jobs."""

    permission_required = ""
    area = "settings"
    template_name = "company/job_outcome.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = _job(self.request, self.kwargs["pk"], "company.view_job")
        told = job.args.get("args", [])
        workspace = registry.get(str(told[0])) if job.kind == act_on_many.module_path else None
        if workspace is None:
            raise Http404
        return super().get_context_data(
            job=job,
            title=job.note or job_label(job.kind),
            outcome=job.result,
            list_url=reverse(workspace.name("list")),
            list_title=title_of(workspace),
            action_url=reverse(workspace.name(told[1])) if workspace.action(told[1]) else "",
            **kwargs,
        )


class JobProgress(View):
    """{done, total, state, text} for <ui-progress>."""

    permission_required = ""

    def get(self, request: HttpRequest, pk: int) -> JsonResponse:
        job = _job(request, pk, "company.view_job")
        label = job.get_state_display()
        text = job.note or f"{job_label(job.kind)}: {label}"
        if job.state == Job.State.FAILED:
            text = _("Failed: %(why)s") % {"why": job.error.strip().rpartition("\n")[2]}
        return JsonResponse({"done": job.done, "total": job.total, "state": job.state, "text": text})


class StopJob(View):
    """The stop button of <ui-progress>."""

    permission_required = ""
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = _job(request, pk, "company.change_job")
        try:
            stop_job(job, by=request.user.get_username(), now=timezone.now())
        except Refusal as refusal:
            return JsonResponse({"code": refusal.code, "message": str(refusal.message)}, status=409)
        return HttpResponse(status=204)


def job_progress_url(job: Job) -> str:
    """Where <ui-progress> asks about a job."""
    return reverse("job-progress", args=[job.pk])
