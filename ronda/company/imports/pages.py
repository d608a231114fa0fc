"""Screens of imports: upload, columns, check, result, errors as a spreadsheet."""

from io import BytesIO
from typing import Any

import xlsxwriter
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from ronda.company.imports.declare import (
    CREATE,
    MODES,
    UPSERT,
    Importer,
    UnknownKind,
    importer_for,
    importers,
)
from ronda.company.imports.derived import is_importable, reason_against
from ronda.company.imports.door import PERMISSION
from ronda.company.imports.exporting import example_rows, explanations, rules, write_xlsx
from ronda.company.imports.panels import panel_of
from ronda.company.imports.reading import preview
from ronda.company.imports.starting import (
    choose_columns,
    confirm_import,
    discard_import,
    look_again,
    request_undo,
    start_import,
)
from ronda.company.models import ImportBatch, Job
from ronda.kernel.errors import Refusal
from ronda.workspace.context import title_of
from ronda.workspace.export import XLSX, harmless
from ronda.workspace.pages import DetailPage, GuardMixin, PageMixin
from ronda.workspace.registry import registry

State = ImportBatch.State
SHOWN_ERRORS = 200
STEPS = (
    (gettext_lazy("File"), ()),
    (gettext_lazy("Columns"), (State.UPLOADED,)),
    (gettext_lazy("Check"), (State.CHECKING, State.CHECKED)),
    (gettext_lazy("Import"), (State.RUNNING, State.DONE)),
)


class NewImport(PageMixin, TemplateView):
    """Choose what to bring in; what cannot be, with the reason."""

    permission_required = PERMISSION
    area = "settings"
    page_title = gettext_lazy("Import a table")
    template_name = "company/import_new.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may: Any = self.request.user
        kinds = [one for one in importers(self.company) if may.has_perm(one.permission)]
        against = [
            (title_of(one), reason_against(one))
            for one in registry
            if not is_importable(one) and may.has_perm(one.permission("view"))
        ]
        return super().get_context_data(kinds=kinds, against=sorted(against), **kwargs)


class ImportKind(PageMixin, TemplateView):
    """Drop the file of one kind; an example file, and what each column holds."""

    permission_required = PERMISSION
    area = "settings"
    template_name = "company/import_kind.html"

    def get_page_title(self) -> Any:
        importer = _importer(self.request, self.kwargs["kind"])
        return _("Import: %(kind)s") % {"kind": importer.label}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        importer = _importer(self.request, self.kwargs["kind"])
        lines = list(explanations(importer))
        shown = {"heads": lines[0], "lines": lines[1:], "rules": rules(), "list_url": _url(importer)}
        return super().get_context_data(**{**kwargs, **shown, "kind": importer})


def _importer(request: HttpRequest, kind: str) -> Importer:
    try:
        importer = importer_for(kind, getattr(request, "company", None))
    except UnknownKind:
        raise Http404 from None
    if not request.user.has_perm(importer.permission):  # type: ignore[union-attr]
        raise PermissionDenied
    return importer


class UploadImport(PageMixin, View):
    """POST `file`: keep it and go on to its columns. Answers JSON {url} to the drop zone."""

    http_method_names = ["post"]
    permission_required = PERMISSION

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        _importer(request, kind)
        upload = request.FILES.get("file")
        wants_json = "application/json" in request.headers.get("Accept", "")
        if upload is None:
            return self._refused(_("Choose a file."), 422, wants_json=wants_json)
        try:
            batch = start_import(
                self.company, kind, upload, name=upload.name or "", by=request.user.get_username()
            )
        except Refusal as refusal:
            return self._refused(str(refusal.message), 409, wants_json=wants_json, code=refusal.code)
        url = reverse("importbatch-detail", args=[batch.pk])
        return JsonResponse({"url": url}, status=201) if wants_json else HttpResponseRedirect(url)

    def _refused(self, message: str, status: int, *, wants_json: bool, code: str = "") -> HttpResponse:
        if wants_json:
            return JsonResponse({"message": message, "code": code}, status=status)
        messages.error(self.request, message)
        return HttpResponseRedirect(reverse("import-new"))


class BatchPage(DetailPage):
    """An import in whatever state it is: columns, check, result."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["company/import_batch.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch: ImportBatch = self.object
        panel = panel_of(batch.kind)
        may: Any = self.request.user
        context = super().get_context_data(
            batch=batch,
            may_import=may.has_perm(PERMISSION),
            errors=batch.errors[:SHOWN_ERRORS],
            more_errors=max(0, len(batch.errors) - SHOWN_ERRORS),
            progress_url=reverse("import-progress", args=[batch.pk]),
            panel=panel,
            kept=batch.summary.get("kept", []),
            **kwargs,
        )
        if panel is not None:
            return {**context, **panel.context(batch)}
        importer = importer_for(batch.kind, batch.company)
        context |= {"importer": importer, "steps": self._steps(batch), "records_url": _url(importer)}
        if batch.state in (State.UPLOADED, State.CHECKED, State.FAILED):
            context |= self._columns(batch, importer)
        return context

    def _steps(self, batch: ImportBatch) -> list[tuple[Any, bool]]:
        return [(label, batch.state in states) for label, states in STEPS]

    def _columns(self, batch: ImportBatch, importer: Importer) -> dict[str, Any]:
        """Each field with its column, and the first rows under the headers."""
        try:
            seen = preview(batch)
        except Refusal as refusal:
            return {"unreadable": str(refusal.message)}
        headers = list(enumerate(seen.table.headers))
        return {
            "headers": headers,
            "rows": seen.rows,
            "pairs": [(field, batch.mapping.get(field.name)) for field in importer.fields],
            "notes": seen.table.notes,
            "sheets": seen.table.sheet_names,
            "same_as": batch.summary.get("same_as"),
            "modes": self._modes(importer),
            "mode": batch.summary.get("mode", UPSERT),
            "rules": rules(),
        }

    def _modes(self, importer: Importer) -> list[tuple[str, Any]]:
        """What may be done with new and known records; who may not change them only adds."""
        return [
            (mode, label) for mode, label in MODES if mode == CREATE or _may_change(self.request, importer)
        ]


def _url(importer: Importer) -> str:
    try:
        return reverse(importer.list_url) if importer.list_url else ""
    except NoReverseMatch:
        return ""


def _may_change(request: HttpRequest, importer: Importer) -> bool:
    user: Any = request.user
    return not importer.change or bool(user.has_perm(importer.change))


class BatchMixin(GuardMixin):
    """The batch of the address, of this company."""

    permission_required = PERMISSION

    def batch(self, pk: int) -> ImportBatch:
        company = getattr(self.request, "company", None)
        return get_object_or_404(ImportBatch.objects.select_related("company"), pk=pk, company=company)


class BatchDo(BatchMixin, View):
    """The buttons of an import. Each calls one service and comes back to its page."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        batch, by = self.batch(pk), str(request.user)
        if panel_of(batch.kind) is None:
            _importer(request, batch.kind)
        try:
            self._do(batch, verb, by)
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
        else:
            if verb == "discard":
                return HttpResponseRedirect(reverse("importbatch-list"))
        return HttpResponseRedirect(reverse("importbatch-detail", args=[pk]))

    def _do(self, batch: ImportBatch, verb: str, by: str) -> None:
        if verb == "columns":
            choose_columns(batch, self._mapping(batch), by=by, mode=self._mode(batch))
        elif verb == "sheet":
            row = self.request.POST.get("header_row", "")
            look_again(
                batch,
                sheet=self.request.POST.get("sheet", "")[:100],
                header_row=int(row) if row.isdecimal() and len(row) < 7 else None,
                by=by,
            )
        elif verb in ("confirm", "confirm-good"):
            confirm_import(batch, by=by, only_good=verb == "confirm-good")
        elif verb == "undo":
            request_undo(batch, by=by)
        elif verb == "discard":
            discard_import(batch, by=by)
            messages.success(self.request, _("“%(name)s” is forgotten.") % {"name": batch.name})
        else:
            raise Http404

    def _mode(self, batch: ImportBatch) -> str:
        """What was chosen; who may not change such records only adds."""
        may_change = _may_change(self.request, importer_for(batch.kind, batch.company))
        return self.request.POST.get("mode", UPSERT) if may_change else CREATE

    def _mapping(self, batch: ImportBatch) -> dict[str, int]:
        found = {}
        width = len(batch.summary.get("headers", ()))
        for field in importer_for(batch.kind, batch.company).fields:
            asked = self.request.POST.get(f"column-{field.name}", "")
            if asked.isdecimal() and int(asked) < width:
                found[field.name] = int(asked)
        return found


class BatchProgress(BatchMixin, View):
    """{done, total, state, text} for <ui-progress>."""

    permission_required = "company.view_importbatch"

    def get(self, request: HttpRequest, pk: int) -> JsonResponse:
        batch = self.batch(pk)
        text = batch.get_state_display()
        if not batch.is_working:
            return JsonResponse({"done": 1, "total": 1, "state": "done", "text": text})
        job = Job.objects.filter(pk=batch.summary.get("job", 0)).first()
        if job is None:
            return JsonResponse({"done": 0, "total": 0, "state": "running", "text": text})
        failed = job.state in (Job.State.FAILED, Job.State.STOPPED)
        state = "failed" if failed else "running"
        if job.state == Job.State.QUEUED:
            text = _("waiting for the worker")
        return JsonResponse({"done": job.done, "total": job.total, "state": state, "text": text})


class BatchErrors(BatchMixin, View):
    """What is wrong, as a spreadsheet with a column for the reason; no text is ever a formula."""

    permission_required = "company.view_importbatch"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self.batch(pk)
        heads = (_("Row"), _("Column"), _("What was read"), _("Reason"), _("Imported all the same"))
        rows = [
            (row, field, read, reason, _("yes") if warning else _("no"))
            for row, field, read, reason, warning in batch.errors
        ]
        return spreadsheet([heads, *rows], f"errors-{batch.pk}.xlsx")


class ImportTemplate(PageMixin, View):
    """An example file: the headers, a line to be replaced, and a sheet that explains each column."""

    permission_required = PERMISSION

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        importer = _importer(request, kind)
        file = BytesIO()
        write_xlsx(file, example_rows(importer), name=str(importer.label), importer=importer)
        headers = {"Content-Disposition": f'attachment; filename="{kind}.xlsx"'}
        return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)


def spreadsheet(rows: Any, name: str) -> HttpResponse:
    """Rows as an .xlsx file: numbers are numbers, texts are never formulas."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 30, 22)
        for line, row in enumerate(rows):
            for at, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(line, at, value)
                else:
                    sheet.write_string(line, at, harmless(str(value)), None if line else bold)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(file.getvalue(), content_type=XLSX, headers=headers)
