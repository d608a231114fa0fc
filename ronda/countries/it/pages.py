"""Past invoices dropped on a page: customers, services and proposed contracts come out."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.files.base import File
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.generic import TemplateView

from ronda.company.imports.panels import Panel, register_panel
from ronda.company.models import ImportBatch
from ronda.contracts.models import ContractProposal
from ronda.contracts.services.proposals import accept_proposal
from ronda.countries.it.services import KIND, SellerNotKnown, confirm_seller, request_import
from ronda.countries.it.services.past_invoices import LARGEST_UPLOAD
from ronda.countries.it.uploads import ArchiveUpload
from ronda.kernel.errors import Refusal
from ronda.parties.models import Party
from ronda.workspace.declare import Page, register_page
from ronda.workspace.pages import GuardMixin, PageMixin

PERMISSION = "company.add_importbatch"
SHOWN = 500


@method_decorator(csrf_exempt, name="dispatch")
class ImportInvoices(PageMixin, TemplateView):
    """Choose files, a zip or a folder of the invoices the firm issued."""

    permission_required = PERMISSION
    area = "contracts"
    page_title = gettext_lazy("Start from past invoices")
    template_name = "country_it/import_invoices.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        earlier = ImportBatch.objects.filter(company=self.company, kind=KIND).order_by("-pk")[:10]
        return super().get_context_data(earlier=earlier, largest=LARGEST_UPLOAD // 1024**2, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        # The handler has to be there before anything reads the form, the check of its token included.
        handler = ArchiveUpload(request, limit=LARGEST_UPLOAD)
        request.upload_handlers = [handler]
        try:
            return csrf_protect(lambda asked: self._take(asked, handler))(request)  # type: ignore[return-value]
        finally:
            handler.close()

    def _take(self, request: HttpRequest, handler: ArchiveUpload) -> HttpResponse:
        request.FILES  # noqa: B018 -- reads the body through the handler
        if handler.too_large or not handler.count:
            told = _("The files are too large together. Send them in parts.") if handler.too_large else ""
            messages.error(request, told or _("Choose the files of the invoices."))
            return HttpResponseRedirect(reverse("it-import-invoices"))
        for name, reason in handler.refused:
            messages.error(request, f"{name}: {reason}")
        name, content = handler.finish()
        day = timezone.localdate().strftime("%d/%m/%Y")
        label = name or _("%(count)d files of %(day)s") % {"count": handler.count, "day": day}
        file_name = name if name.lower().endswith(".zip") else "invoices.zip"
        try:
            batch = request_import(
                self.company, File(content, name=file_name), name=label, by=request.user.get_username()
            )
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseRedirect(reverse("it-import-invoices"))
        return HttpResponseRedirect(reverse("importbatch-detail", args=[batch.pk]))


class AcceptProposals(GuardMixin, View):
    """POST `id`: make contracts of the ticked proposals of an import."""

    http_method_names = ["post"]
    permission_required = "contracts.add_contract"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = get_object_or_404(ImportBatch, pk=pk, kind=KIND, company=getattr(request, "company", None))
        ids = [int(value) for value in request.POST.getlist("id") if value.isdecimal()]
        done = 0
        for proposal in ContractProposal.objects.filter(company=batch.company_id, pk__in=ids):
            try:
                accept_proposal(proposal, by=request.user.get_username())
                done += 1
            except Refusal as refusal:
                messages.error(request, f"{proposal}: {refusal.message}")
        messages.success(request, ngettext("%d contract made.", "%d contracts made.", done) % done)
        return HttpResponseRedirect(reverse("importbatch-detail", args=[pk]))


class ConfirmSeller(GuardMixin, View):
    """POST: yes, the company is the seller of these invoices."""

    http_method_names = ["post"]
    permission_required = PERMISSION

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        company = getattr(request, "company", None)
        if not ImportBatch.objects.filter(pk=pk, kind=KIND, company=company).exists():
            raise Http404
        batch = get_object_or_404(ImportBatch, pk=pk, state=ImportBatch.State.FAILED)
        confirm_seller(batch, by=request.user.get_username())
        return HttpResponseRedirect(reverse("importbatch-detail", args=[pk]))


def result(batch: ImportBatch) -> Mapping[str, Any]:
    """What the page of such an import shows: what was made, and the proposals to decide."""
    made = batch.records.filter(made=True)
    pks = made.filter(label="contracts.contractproposal").values("object_pk")
    proposals = ContractProposal.objects.filter(pk__in=pks).select_related("party", "item")
    parties = Party.objects.filter(pk__in=made.filter(label="parties.party").values("object_pk"))
    return {
        "proposals": proposals.order_by("state", "-confidence", "party__name", "pk")[:SHOWN],
        "open_count": proposals.filter(state=ContractProposal.State.OPEN).count(),
        "customers": parties.order_by("name", "pk")[:SHOWN],
        "asks_seller": batch.state == ImportBatch.State.FAILED
        and batch.summary.get("refusal") == SellerNotKnown.code,
    }


register_panel(
    KIND, Panel(gettext_lazy("Past invoices (FatturaPA)"), "country_it/import_result.html", result)
)
register_page(
    Page(
        "it-import-invoices",
        gettext_lazy("Start from past invoices"),
        "it-import-invoices",
        "contracts",
        icon="file-input",
        permission=PERMISSION,
        keywords=("fatture", "xml", "p7m", "zip", "importa", "factures", "import"),
        order=65,
    )
)
