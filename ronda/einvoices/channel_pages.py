"""The channel and what it is told, fetching at once, and receipts people got by hand."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.generic import TemplateView

from ronda.einvoices import services
from ronda.einvoices.door import ChannelKind, channel_kind, channels_of
from ronda.einvoices.folder import folder_of
from ronda.einvoices.forms import channel_form
from ronda.einvoices.models import Quarantined
from ronda.einvoices.pages import AREA
from ronda.einvoices.services.taking import TakenIn
from ronda.einvoices.settings_file import SettingsUnreadable
from ronda.einvoices.tasks import queue_fetching
from ronda.kernel.errors import Refusal
from ronda.workspace.pages import PageMixin
from ronda.workspace.saving import error_summary

SEND = "einvoices.send_transmission"
SHOWN = 20


class ChannelPage(PageMixin, TemplateView):
    """Which channel a company uses, what it is told, and whether it works."""

    permission_required = "company.change_optionvalue"
    whole_company = False
    area = "settings"
    page_title = gettext_lazy("Channel of e-invoices")
    template_name = "einvoices/channel.html"

    @cached_property
    def chosen(self) -> ChannelKind | None:
        return channel_kind(self.company, services.channel_code(self.company))

    @cached_property
    def kind(self) -> ChannelKind | None:
        """The one that is looked at: asked for, or in use. Another country's is not found."""
        code = self.request.POST.get("kind", self.request.GET.get("kind", ""))
        if not code:
            return self.chosen
        if (found := channel_kind(self.company, code)) is None:
            raise Http404
        return found

    def post(self, request: HttpRequest) -> HttpResponse:
        code, by = request.POST.get("kind", ""), request.user.get_username()
        kind = self.kind
        match request.POST.get("do"):
            case "choose":
                services.choose_channel(self.company, code, by=by)
                messages.success(request, _("Saved."))
            case "try" if kind is not None:
                self._try(kind)
            case "save" if kind is not None and kind.settings is not None:
                return self._save(kind, by)
            case _:
                raise Http404
        return self._back(code)

    def _back(self, code: str) -> HttpResponse:
        query = f"?kind={code}" if code else ""
        return HttpResponseRedirect(reverse("einvoice-channel") + query)

    def _try(self, kind: ChannelKind) -> None:
        try:
            messages.success(self.request, str(services.try_channel(self.company, kind.code)))
        except Refusal as refusal:
            messages.error(self.request, str(refusal.message))

    def _save(self, kind: ChannelKind, by: str) -> HttpResponse:
        try:
            form = self._form(kind, self.request.POST, self.request.FILES)
        except SettingsUnreadable:
            return self._back(kind.code)  # the page says it
        if not form.is_valid():
            return self._again(form)
        try:
            changed = services.save_settings(
                self.company,
                kind.code,
                form.settings(),
                by=by,
                seen=form.cleaned_data["seen"],
                forget=form.forgotten(),
            )
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal.message))
            return self._again(form)
        messages.success(self.request, _("Settings saved.") if changed else _("Nothing was changed."))
        return self._back(kind.code)

    def _again(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _form(self, kind: ChannelKind, *data: Any) -> Any:
        assert kind.settings is not None
        held = services.held_settings(self.company, kind)
        return channel_form(kind.settings(), held, *data, company=self.company)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind, context = self.kind, {}
        if kind is not None and kind.settings is not None:
            context = self._set_up(kind, kwargs.pop("form", None))
        elif kind is not None:
            context = {
                "is_set_up": True,
                "folder": folder_of(self.company) if kind.code == "folder" else None,
            }
        return super().get_context_data(
            kinds=channels_of(self.company), kind=kind, chosen=self.chosen, **context, **kwargs
        )

    def _set_up(self, kind: ChannelKind, form: Any) -> dict[str, Any]:
        """The form, and whether anything was kept before; or why the file cannot be read."""
        assert kind.settings is not None
        declared = kind.settings()
        try:
            held = services.held_settings(self.company, kind)
        except SettingsUnreadable as refusal:
            return {"unreadable": refusal.message}
        form = form or channel_form(declared, held, company=self.company)
        return {
            "form": form,
            "errors": error_summary(form),
            "is_set_up": bool(held.values or held.hidden),
            "file": declared.file,
        }


class FetchNow(PageMixin, View):
    """POST: what waits at the channel is fetched by a job."""

    http_method_names = ["post"]
    permission_required = SEND
    whole_company = False

    def post(self, request: HttpRequest) -> HttpResponse:
        company = self.company
        if not services.channel_code(company):
            messages.error(request, _("No channel is chosen: there is nowhere to fetch from."))
        elif queue_fetching(company, by=request.user.get_username()):
            messages.success(request, _("Receipts are being fetched. They are here in a moment."))
        else:
            messages.info(request, _("Receipts are being fetched already."))
        return HttpResponseRedirect(reverse("einvoice-desk"))


class UploadReceipts(PageMixin, TemplateView):
    """Drop receipts, or a zip of them: they find their e-invoice or are set aside with the reason."""

    permission_required = SEND
    area = AREA
    page_title = gettext_lazy("Upload receipts of e-invoices")
    template_name = "einvoices/upload.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        rows = Quarantined.objects.filter(company=self.company, settled_at=None).order_by("-pk")
        return super().get_context_data(
            set_aside=rows[:SHOWN] if user.has_perm("einvoices.view_quarantined") else [],
            largest=services.LARGEST_UPLOAD // 1024**2,
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        files = [(file.name or "-", file) for file in request.FILES.getlist("files")]
        try:
            found = services.take_uploaded(self.company, files, by=request.user.get_username())  # type: ignore[arg-type]
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseRedirect(reverse("einvoice-upload"))
        for text in told(found.taken):
            messages.success(request, text)
        for row in found.set_aside[:SHOWN]:
            messages.error(request, f"{row.name}: {row.reason}")
        return HttpResponseRedirect(reverse("einvoice-upload"))


def told(taken: TakenIn) -> list[str]:
    """What became of files, one sentence for each kind of outcome."""
    counted = (
        (taken.receipts, ngettext("%d receipt was placed.", "%d receipts were placed.", taken.receipts)),
        (taken.repeated, ngettext("%d was here before.", "%d were here before.", taken.repeated)),
        (
            taken.passed_on,
            ngettext(
                "%d supplier's invoice went to the purchases.",
                "%d suppliers' invoices went to the purchases.",
                taken.passed_on,
            ),
        ),
    )
    return [text % count for count, text in counted if count]
