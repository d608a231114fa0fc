"""Prints on the screen: PDFs of documents, the preview of a layout being written."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from ronda.billing.models import Document
from ronda.contracts.models import Amendment, Contract
from ronda.kernel.errors import Refusal
from ronda.parties.models import Party
from ronda.quotes.models import Quote
from ronda.quotes.pages.public import LinkView
from ronda.reports import services
from ronda.reports.domain.liquid import LayoutError
from ronda.reports.domain.variables import variables
from ronda.reports.forms import PreviewForm
from ronda.reports.models import PrintLayout
from ronda.reports.services.consents import NothingToAsk, consent_form_name, print_consent_form
from ronda.reports.services.layouts import sample_context
from ronda.workspace.pages import PageMixin
from ronda.workspace.saving import EditPage
from ronda.workspace.visibility import visible_to


def as_file(
    content: bytes, name: str, *, mime: str = "application/pdf", inline: bool = False
) -> HttpResponse:
    """Bytes for the browser, which may show them but not run them, and keeps no copy."""
    response = HttpResponse(content, content_type=mime)
    response.headers["Content-Disposition"] = _disposition(name, inline=inline)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _disposition(name: str, *, inline: bool) -> str:
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "'")
    return f'{"inline" if inline else "attachment"}; filename="{plain}"'


class DocumentPdf(PageMixin, View):
    """The kept PDF of an issued document; a draft is made anew each time and says that it is one."""

    permission_required = "billing.view_document"
    whole_company = False

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        document = get_object_or_404(
            visible_to(Document.objects.select_related("company"), request.user), pk=pk, company=self.company
        )
        inline = "download" not in request.GET
        name = services.file_name(document)
        if document.is_draft:
            return as_file(services.render_pdf(document), name, inline=inline)
        kept = services.printed(document, by=request.user.get_username())
        return as_file(services.content(kept), name, inline=inline)


class QuotePdf(PageMixin, View):
    """A quote as PDF, as it stands; a draft says that it is one."""

    permission_required = "quotes.view_quote"
    whole_company = False

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        related = "company", "party", "site", "account", "owner"
        quote = get_object_or_404(
            visible_to(Quote.objects.select_related(*related), request.user), pk=pk, company=self.company
        )
        return as_file(
            services.print_quote(quote), services.quote_file_name(quote), inline="download" not in request.GET
        )


class PublicQuotePdf(LinkView):
    """The PDF behind the customer's link."""

    counts = "print"

    def get(self, request: HttpRequest) -> HttpResponse:
        return as_file(services.print_quote(self.quote), services.quote_file_name(self.quote), inline=True)


class ContractPdf(PageMixin, View):
    """A contract with its conditions as PDF, as agreed now."""

    permission_required = "contracts.view_contract"
    whole_company = False

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        contract = get_object_or_404(
            visible_to(Contract.objects.select_related("company"), request.user), pk=pk, company=self.company
        )
        name = services.agreement_file_name(contract)
        return as_file(services.print_contract(contract), name, inline="download" not in request.GET)


class AmendmentPdf(PageMixin, View):
    """An amendment as PDF, to be signed."""

    permission_required = "contracts.view_contract"
    whole_company = False

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = visible_to(Amendment.objects.select_related("contract"), request.user)
        amendment = get_object_or_404(found, pk=pk, contract__company=self.company)
        name = services.agreement_file_name(amendment)
        return as_file(services.print_amendment(amendment), name, inline="download" not in request.GET)


class ConsentForm(PageMixin, View):
    """The form of consents of a customer, or with ?contact= of one person there, to be printed and signed."""

    permission_required = "privacy.view_consent"
    whole_company = False

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        parties = visible_to(Party.objects.select_related("company"), request.user)
        party = get_object_or_404(parties, pk=pk, company=self.company, anonymisation=None)
        contact = None
        if key := request.GET.get("contact"):
            people = party.contacts.filter(anonymisation=None)
            contact = get_object_or_404(people, pk=int(key) if key.isdecimal() else 0)
        try:
            content = print_consent_form(party, on=timezone.localdate(), contact=contact)
        except NothingToAsk as refusal:
            messages.error(request, str(refusal.message))
            return HttpResponseRedirect(reverse("party-detail", args=[party.pk]))
        name = consent_form_name(party, contact)
        return as_file(content, name, inline="download" not in request.GET)


class LayoutEditor(EditPage):
    """HTML and style on the left, what they make of a document on the right."""

    object: PrintLayout

    def get_template_names(self) -> list[str]:
        return ["reports/layout_editor.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        layout = self.object
        return super().get_context_data(
            preview_url=reverse("layout-preview", args=[layout.pk]),
            restore_url=f"{reverse('printlayout-restore')}?id={layout.pk}",
            variables=variables(sample_context(layout.company, layout.kind)),
            in_use=_("in use"),
            chosen=PreviewForm(company=layout.company, kind=layout.kind)["document"],
            **kwargs,
        )


class LayoutPreview(PageMixin, View):
    """POST {html, css, document} → a picture of the pages, or PDF, or {errors: [{line, message}]}."""

    permission_required = "reports.change_printlayout"
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        layout = get_object_or_404(PrintLayout, pk=pk, company=self.company)
        form = PreviewForm(request.POST, company=self.company, kind=layout.kind)
        as_pdf = "pdf" in request.GET
        if not form.is_valid():
            return self.refused([{"message": str(one)} for ones in form.errors.values() for one in ones])
        facts = form.cleaned_data
        document = facts["document"]
        seen_with = services.print_kind(layout.kind).permission
        if document is not None and not request.user.has_perm(seen_with):  # type: ignore[union-attr]
            document = None
        try:
            made = services.preview(
                self.company,
                layout.kind,
                html=facts["html"],
                css=facts["css"],
                document=document,
                want="pdf" if as_pdf else "picture",
            )
        except LayoutError as error:
            return self.refused([_told(error)])
        except Refusal as refusal:
            return self.refused([{"message": str(refusal.message)}])
        if as_pdf:
            return as_file(made, f"{layout.name}.pdf", inline=True)
        return as_file(made, "preview.png", mime="image/png", inline=True)

    def refused(self, errors: list[dict[str, Any]]) -> JsonResponse:
        return JsonResponse({"errors": errors})


def _told(error: LayoutError) -> dict[str, Any]:
    where = _("Style") if error.field == "css" else _("Layout")
    told: dict[str, Any] = {"message": f"{where}: {error.message}"}
    if error.line:
        told["line"] = error.line
    return told
