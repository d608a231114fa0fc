"""The page that explains privacy and says how things stand, a customer's tab, and the file of an export."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import TemplateView

from ronda.company import options
from ronda.company.company_options import HistoryOptions
from ronda.parties.models import Party
from ronda.privacy.models import Anonymisation, Consent, ConsentText, PersonalExport
from ronda.privacy.options import PrivacyOptions
from ronda.privacy.queries import (
    anonymised,
    consents_of,
    is_on,
    lacks_notice,
    standings,
    to_ask_again,
    without_notice,
)
from ronda.privacy.services.exporting import note_download
from ronda.workspace.pages import DetailPage, ListPage, PageMixin
from ronda.workspace.visibility import visible_to

AREA = "privacy"
ANSWER_COLOURS = {
    Consent.Answer.GIVEN: "green",
    Consent.Answer.REFUSED: "gray",
    Consent.Answer.WITHDRAWN: "red",
}


class Overview(PageMixin, TemplateView):
    """How the firm stands, and what is its own responsibility (O56)."""

    permission_required = "privacy.view_consent"
    area = AREA
    page_title = _("Privacy")
    template_name = "privacy/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        company, today = self.company, timezone.localdate()
        answers = options.read(PrivacyOptions, company)
        parties = Party.objects.filter(company=company)
        return super().get_context_data(
            on=answers.enabled,
            missing=without_notice(parties, firms_too=answers.notice_for_firms).count(),
            again=to_ask_again(Consent.objects.filter(company=company), on=today).count(),
            anonymised=Anonymisation.objects.filter(company=company).count(),
            years=answers.inactive_years,
            log=options.read(HistoryOptions, company),
            settings_url=f"{reverse('settings')}?group=privacy",
            **kwargs,
        )


class OptionalList(ListPage):
    """A list of this app: it says so when the functions are switched off."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if any("listing" in name for name in names) else ["privacy/list.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        company = getattr(self.request, "company", None)
        return super().get_context_data(
            switched_off=company is not None and not is_on(company),
            explained=getattr(self.workspace, "explained", ""),
            settings_url=f"{reverse('settings')}?group=privacy",
            **kwargs,
        )


class ExportPage(DetailPage):
    """One export and the way to its file."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["privacy/export_page.html"]


class ExportDownload(PageMixin, View):
    """The zip, for whoever may export; each download is written down."""

    permission_required = "privacy.export_party_data"
    whole_company = False

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        rows = visible_to(PersonalExport.objects.filter(company=self.company), request.user)
        export = get_object_or_404(rows.select_related("party"), pk=pk)
        if export.state != PersonalExport.State.READY:
            raise Http404
        stored = export.file.open("rb")
        note_download(export, by=request.user.get_username())
        name = f"personal-data-{export.party.code}.zip"
        response = FileResponse(stored, as_attachment=True, filename=name, content_type="application/zip")
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response


def customer_tab(party: Party) -> dict[str, Any]:
    """What a customer agreed to, and what stands against anonymising."""
    rows = consents_of(party)
    gone = Anonymisation.objects.filter(party=party).first()
    return {
        "party": party,
        "switched_off": not is_on(party.company_id),
        "counting": [(row, ANSWER_COLOURS[Consent.Answer(row.answer)]) for row in rows[True]],
        "replaced": [(row, ANSWER_COLOURS[Consent.Answer(row.answer)]) for row in rows[False]],
        "lacks_notice": gone is None and lacks_notice(party),
        "has_texts": ConsentText.objects.filter(
            company=party.company_id, valid_from__lte=timezone.localdate()
        ).exists(),
        "gone": gone,
        "standing": None if gone else standings(party.company_id, [party.pk])[party.pk],
        "exports": party.data_exports.order_by("-pk")[:5],
        "answers_url": f"{reverse('party-consents')}?id={party.pk}",
        "export_url": f"{reverse('party-export-data')}?id={party.pk}",
        "anonymise_url": f"{reverse('party-anonymise')}?id={party.pk}",
    }


def badge(party: Party) -> tuple[Any, str] | None:
    """Beside the customer's name: anonymised, or without a signed notice (O62)."""
    if anonymised(party):
        return _("anonymised"), "gray"
    return (_("no privacy signed"), "amber") if lacks_notice(party) else None


urlpatterns = [
    path("privacy/", Overview.as_view(), name="privacy"),
    path("personal-exports/<int:pk>/file/", ExportDownload.as_view(), name="personal-export-file"),
]
