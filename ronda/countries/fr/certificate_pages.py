"""The year of tax certificates: who gets one, who does not and why; and the files."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic import TemplateView

from ronda.company import options
from ronda.company.models import Job
from ronda.countries.fr.certificate_models import CertificateCase, PersonalService, TaxCertificate
from ronda.countries.fr.certificate_options import PersonalServiceOptions
from ronda.countries.fr.certificate_tasks import KINDS, start
from ronda.countries.fr.domain.certificate_print import MEANS
from ronda.countries.fr.domain.tax_certificate import due_on
from ronda.countries.fr.services.certificate_files import content, file_name
from ronda.kernel.errors import Refusal
from ronda.kernel.money import ZERO
from ronda.reports.pages import as_file
from ronda.workspace.pages import DetailPage, PageMixin
from ronda.workspace.visibility import visible_to

FIRST_YEAR, YEARS = 2019, 5
ISSUE = "country_fr.issue_taxcertificate"
VIEW = "country_fr.view_taxcertificate"
State = CertificateCase.State
STATE_COLOURS = {State.READY: "blue", State.CHANGED: "amber", State.ISSUED: "green", State.NONE: "gray"}


class CertificateDesk(PageMixin, TemplateView):
    """One year: prepare, look at it, issue, mail."""

    permission_required = VIEW
    area = "billing"
    page_title = _("Tax certificates of personal services")
    template_name = "country_fr/certificate_desk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        year = chosen_year(self.request.GET.get("year", ""), today)
        cases = CertificateCase.objects.filter(company=self.company, year=year)
        settings = options.read(PersonalServiceOptions, self.company)
        current = TaxCertificate.objects.filter(company=self.company, year=year, is_current=True)
        context = {
            "french": self.company.country == "FR",
            "year": year,
            "years": range(today.year - 1, max(today.year - 1 - YEARS, FIRST_YEAR - 1), -1),
            "due_on": due_on(year),
            "today": today,
            "counts": counts_of(cases),
            "reasons": reasons_of(cases),
            "changed": cases.filter(state=State.CHANGED).select_related("party")[:20],
            "problems": cases.exclude(problem="").select_related("party")[:20],
            "prepared_at": cases.order_by("-computed_at").values_list("computed_at", flat=True).first(),
            "certified": current.aggregate(total=Sum("own"))["total"] or ZERO,
            "unmailed": current.filter(mail=None).count(),
            "unaddressed": current.filter(mail=None, party__email="").count(),
            "declared": bool(settings.declaration and settings.declared_on),
            "marked": PersonalService.objects.filter(company=self.company).exists(),
            "job": under_way(self.company),
        }
        return super().get_context_data(**context, **kwargs)


def chosen_year(given: str, today: date) -> int:
    """The year asked for, else the last one that is over."""
    year = int(given) if given.isdecimal() and len(given) == 4 else today.year - 1
    return year if FIRST_YEAR <= year <= today.year else today.year - 1


def counts_of(cases: Any) -> list[tuple[Any, str, str, int]]:
    """State, colour, code and how many; in the order of what is to be done."""
    found = dict(cases.order_by().values_list("state").annotate(Count("pk")))
    return [(one.label, STATE_COLOURS[one], one.value, found.get(one.value, 0)) for one in State]


def reasons_of(cases: Any) -> list[tuple[Any, str, int]]:
    """Why customers who paid get no certificate."""
    found = dict(cases.exclude(reason="").order_by().values_list("reason").annotate(Count("pk")))
    return [(one.label, one.value, found[one.value]) for one in CertificateCase.Reason if one.value in found]


def under_way(company: Any) -> Job | None:
    """The job on certificates that is not finished."""
    kinds = [kind.module_path for kind in KINDS.values()]
    states = (Job.State.QUEUED, Job.State.RUNNING)
    return Job.objects.filter(company=company, kind__in=kinds, state__in=states).order_by("pk").first()


class StartCertificates(PageMixin, View):
    """Starts one step of a year in the background."""

    permission_required = ISSUE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, what: str) -> HttpResponse:
        if what not in KINDS:
            raise Http404
        year = chosen_year(request.POST.get("year", ""), timezone.localdate())
        try:
            start(what, self.company, year, by=request.user.get_username())
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("It is being done in the background; this page shows how far it is."))
        return HttpResponseRedirect(f"{reverse('certificate-desk')}?year={year}")


class CertificateFile(PageMixin, View):
    """The kept PDF of a certificate."""

    permission_required = VIEW
    whole_company = False

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = TaxCertificate.objects.filter(company=self.company).select_related("party")
        certificate = get_object_or_404(visible_to(rows, request.user), pk=pk)
        return as_file(content(certificate), file_name(certificate), inline="show" in request.GET)


class CertificatePage(DetailPage):
    """A certificate with what it says, the payments behind it and its versions."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["country_fr/certificate.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row: TaxCertificate = self.object
        versions = TaxCertificate.objects.filter(company=row.company_id, party=row.party_id, year=row.year)
        case = CertificateCase.objects.filter(company=row.company_id, party=row.party_id, year=row.year)
        return super().get_context_data(
            amounts=row.amounts.order_by("activity"),
            payments=[(one, MEANS.get(one.means, one.means)) for one in row.payments.all()],
            work=row.work.all(),
            versions=versions.exclude(pk=row.pk).order_by("-version"),
            case=case.first() if row.is_current else None,
            **kwargs,
        )


urlpatterns = [
    path("tax-certificates/", CertificateDesk.as_view(), name="certificate-desk"),
    path("tax-certificates/start/<slug:what>/", StartCertificates.as_view(), name="certificate-start"),
    path("tax-certificate/<int:pk>/file/", CertificateFile.as_view(), name="certificate-file"),
]
