"""Workstations: the tills, desks and tablets of a company, and which of them this browser is."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from ronda.company.devices import remember
from ronda.company.models import Workstation
from ronda.workspace.declare import Column, Page, Workspace, register_page
from ronda.workspace.forms import CompanyModelForm
from ronda.workspace.pages import PageMixin

AREA = "settings"


class WorkstationForm(CompanyModelForm):
    class Meta:
        model = Workstation
        fields = ("name", "kind", "branch")


class Workstations(Workspace):
    model = Workstation
    area, icon, order_in_area = AREA, "monitor", 22
    columns = (Column("name", link=True), Column("kind"), Column("branch"))
    filters = ("kind", "branch")
    search = ("name",)
    related = ("branch",)
    order = ("name", "pk")
    form_class = WorkstationForm
    empty_text = gettext_lazy(
        "A till, desk or tablet may have options and document series of its own. Most firms need none."
    )


class ThisDevice(PageMixin, TemplateView):
    """Which workstation this browser is; kept in a cookie for each company."""

    template_name = "company/this_device.html"
    permission_required = "company.change_workstation"  # type: ignore[misc]
    whole_company = False
    page_title = gettext_lazy("This device")
    breadcrumb: ClassVar[Any] = ()
    area = AREA

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        stations = list(
            Workstation.objects.filter(company=self.company).select_related("branch").order_by("name")
        )
        chosen: Any = getattr(self.request, "workstation_id", None)
        here = next((station for station in stations if station.pk == chosen), None)
        return super().get_context_data(stations=stations, here=here, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked, station = request.POST.get("workstation", ""), None
        if asked:
            if not asked.isdecimal() or len(asked) > 18:
                raise Http404
            station = get_object_or_404(Workstation, company=self.company, pk=int(asked))
        response = HttpResponseRedirect(reverse("this-device"))
        remember(request, response, self.company.pk, station.pk if station else None)
        if station:
            messages.success(request, _("This device is now “%(station)s”.") % {"station": station})
        else:
            messages.success(request, _("This device is no particular workstation."))
        return response


register_page(
    Page(
        "this-device", ThisDevice.page_title, "this-device", AREA, "monitor",
        "company.change_workstation", in_navigation=False,
    )
)  # fmt: skip
