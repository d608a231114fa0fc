"""Screens outside the workspaces: options, files, jobs' progress, choice of company."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from ronda.company import options
from ronda.company.bulk_actions import act_on_many
from ronda.company.domain.file_kinds import SHOWN_INLINE
from ronda.company.forms import WelcomeForm
from ronda.company.jobs.labels import job_label
from ronda.company.models import Attachment, AuditEntry, Branch, Job, OptionValue, User
from ronda.company.queries import companies_of
from ronda.company.services import (
    attach_file,
    create_owner,
    delete_attachment,
    reset_option,
    save_options,
    stop_job,
)
from ronda.kernel.errors import Refusal
from ronda.workspace.context import title_of
from ronda.workspace.display import show_plain
from ronda.workspace.fields import dress
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


class Settings(PageMixin, TemplateView):
    """Every option, by group, with its default and its history; for the company or one branch."""

    template_name = "company/settings.html"
    permission_required = "company.view_optionvalue"  # type: ignore[misc]
    whole_company = False
    page_title = gettext_lazy("Options")
    area = "settings"

    def branch(self) -> Branch | None:
        asked = self.request.GET.get("branch", "")
        if not asked:
            return None
        return get_object_or_404(Branch, company=self.company, pk=int(asked) if asked.isdecimal() else 0)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("company.change_optionvalue"):  # type: ignore[union-attr]
            raise PermissionDenied
        group = options.GROUPS.get(request.POST.get("group", ""))
        if group is None:
            raise Http404
        branch, by = self.branch(), request.user.get_username()
        if name := request.POST.get("reset"):
            return self._reset(group, name, branch, by)
        # A search shows some options of a group: those that were not on the page stay as they are.
        form = self.form_of(group, branch, data=request.POST, shown=set(request.POST.getlist("shown")))
        if not form.is_valid():
            return self._again(group, form)
        try:
            changed = save_options(self.company, group, form.cleaned_data, branch=branch, by=by)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal.message))
            return self._again(group, form)
        messages.success(request, _("Options saved.") if changed else _("Nothing was changed."))
        return HttpResponseRedirect(self._address(group))

    def _reset(self, group: Any, name: str, branch: Branch | None, by: str) -> HttpResponse:
        try:
            reset_option(self.company, group, name, branch=branch, by=by)
        except Refusal as refusal:
            messages.error(self.request, str(refusal.message))
        else:
            messages.success(self.request, _("Back to the standard value."))
        return HttpResponseRedirect(self._address(group))

    def _again(self, group: Any, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(failed=(group.code, form)), status=422)

    def _address(self, group: Any) -> str:
        return f"{self.request.get_full_path()}#{group.code}"

    def form_of(self, group: Any, branch: Branch | None, data: Any = None, shown: Any = None) -> Any:
        in_force = options.read(group, self.company, branch)
        form_class = options.options_form(group)
        initial = {name: getattr(in_force, name) for name in form_class.base_fields}
        form = form_class(data, initial=initial, prefix=group.code)
        if shown is not None:
            form.fields = {name: field for name, field in form.fields.items() if name in shown}
        dress(form, company=self.company)
        return form

    def get_context_data(self, failed: Any = None, **kwargs: Any) -> dict[str, Any]:
        options.discover()
        branch, text = self.branch(), self.request.GET.get("q", "").strip().casefold()
        stored = OptionValue.objects.filter(company=self.company, branch=branch)
        own = set(stored.values_list("group", "name"))
        groups = []
        for group in options.GROUPS.values():
            if branch and "branch" not in group.scope:  # type: ignore[attr-defined]
                continue
            rows = self.rows(group, branch, own, failed)
            if text:
                rows = [row for row in rows if text in row["words"]]
            if rows:
                groups.append((group, rows))
        changes = AuditEntry.objects.filter(company=self.company, action__startswith="company.options.")
        may_change = self.request.user.has_perm("company.change_optionvalue")  # type: ignore[union-attr]
        return super().get_context_data(
            groups=groups,
            branch=branch,
            branches=Branch.objects.filter(company=self.company).order_by("code"),
            history=[(entry, _changes_in_words(entry)) for entry in changes.order_by("-pk")[:30]],
            may_change=may_change,
            **kwargs,
        )

    def rows(self, group: Any, branch: Branch | None, own: Any, failed: Any) -> list[dict[str, Any]]:
        form = failed[1] if failed and failed[0] == group.code else self.form_of(group, branch)
        defaults = group()
        return [
            {
                "field": field,
                "default": _in_words(field.field, getattr(defaults, field.name)),
                "own": (group.code, field.name) in own,
                "words": f"{group.label} {field.label} {field.help_text} {field.name}".casefold(),
            }
            for field in form
        ]


def _in_words(field: Any, value: Any) -> str:
    labels = {key: str(label) for key, label in getattr(field, "choices", ())}
    if isinstance(value, tuple):
        return ", ".join(labels.get(one, str(one)) for one in value) or "–"
    return labels.get(value) or show_plain(value) or "–"


def _changes_in_words(entry: AuditEntry) -> str:
    pairs = {name: pair for name, pair in entry.facts.items() if isinstance(pair, list)}
    return "; ".join(
        f"{name}: {show_plain(before) or '–'} → {show_plain(after) or '–'}"
        for name, (before, after) in pairs.items()
    )


def _subject(request: HttpRequest, label: str, pk: int) -> Any:
    """A record the person may see, by its model's label; 404 otherwise."""
    workspace = next((one for one in registry if one.model._meta.label_lower == label), None)
    if workspace is None or not request.user.has_perm(workspace.permission("view")):  # type: ignore[union-attr]
        raise Http404
    return get_object_or_404(workspace.records(request), pk=pk)


class UploadFile(View):
    """POST `file`: put it on a record."""

    permission_required = "company.add_attachment"
    http_method_names = ("post",)

    def post(self, request: HttpRequest, label: str, pk: int) -> HttpResponse:
        if not request.user.has_perm("company.add_attachment"):  # type: ignore[union-attr]
            raise PermissionDenied
        subject = _subject(request, label, pk)
        upload = request.FILES.get("file")
        if upload is None:
            return JsonResponse({"message": _("Choose a file.")}, status=422)
        try:
            attachment = attach_file(
                subject,
                upload,
                name=upload.name or "",
                by=request.user.get_username(),
                note=request.POST.get("note", "")[:250],
            )
        except Refusal as refusal:
            body = {"code": refusal.code, "message": str(refusal.message), "field": refusal.field}
            return JsonResponse(body, status=409)
        return JsonResponse({"id": attachment.pk, "name": attachment.name}, status=201)


def _attachment(request: HttpRequest, pk: int, permission: str) -> Attachment:
    if not request.user.has_perm(permission):  # type: ignore[union-attr]
        raise PermissionDenied
    attachment = get_object_or_404(
        Attachment.objects.select_related("content_type"), pk=pk, company=getattr(request, "company", None)
    )
    kind = attachment.content_type
    _subject(request, f"{kind.app_label}.{kind.model}", attachment.object_id)
    return attachment


class DownloadFile(View):
    """The file; only pictures and PDF are ever shown in the browser."""

    permission_required = "company.view_attachment"

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        attachment = _attachment(request, pk, "company.view_attachment")
        inline = attachment.mime in SHOWN_INLINE and "inline" in request.GET
        response = FileResponse(
            attachment.file.open("rb"),
            as_attachment=not inline,
            filename=attachment.name,
            content_type=attachment.mime if inline else "application/octet-stream",
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response["Cache-Control"] = "private, no-store"
        return response


class DeleteFile(View):
    permission_required = "company.delete_attachment"
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        attachment = _attachment(request, pk, "company.delete_attachment")
        delete_attachment(attachment, by=request.user.get_username())
        messages.success(request, _("“%(name)s” is removed.") % {"name": attachment.name})
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
