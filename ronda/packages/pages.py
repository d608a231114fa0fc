"""The page of a package and the customer's statement of packages and wallet."""

from datetime import date, timedelta
from typing import Any

from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from ronda.kernel.periods import month_start
from ronda.packages.domain.packages import State
from ronda.packages.forms import StatementForm
from ronda.packages.models import OverUse, Package
from ronda.packages.queries import dues_of, lines_of, spend_of, standing_of, state_of, statement
from ronda.packages.services.charging import extras_to_bill
from ronda.workspace.declare import Page, register_page
from ronda.workspace.pages import DetailPage, PageMixin

# From so few left on, the page of a running package says so.
FEW = 3


class PackagePage(DetailPage):
    """Done and left, deposits and balance due (P19)."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["packages/package.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        package: Package = self.object
        today = timezone.localdate()
        standing = standing_of(package)
        running = state_of(package, today) == State.RUNNING
        extras = list(extras_to_bill(package)) if package.over_use == OverUse.BILL else []
        return super().get_context_data(
            standing=standing,
            lines=lines_of([package], on=today)[package.pk],
            due=dues_of([package])[package.pk],
            value=spend_of([package]),
            deposits=package.deposits.select_related("document"),
            documents=package.documents.select_related("document").order_by("pk"),
            few=running and not package.by_amount and standing.left <= FEW,
            extras=-sum(one.quantity for one in extras),
            **kwargs,
        )


class PackageStatement(PageMixin, TemplateView):
    """What a customer had, used and has left in a time, by package and wallet; made to be printed."""

    permission_required = "packages.view_package"
    whole_company = False
    area = "packages"
    page_title = _("Statement of packages")
    template_name = "packages/statement.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = self.request.GET if "party" in self.request.GET else None
        start, end = last_month(timezone.localdate())
        form = StatementForm(given, company=self.company, initial={"start": start, "end": end})
        context = super().get_context_data(form=form, **kwargs)
        if form.is_bound and form.is_valid():
            facts = form.cleaned_data
            start, end = facts["start"] or start, facts["end"] or end
            context |= {"party": facts["party"], "start": start, "end": end}
            context["statements"] = statement(facts["party"], start=start, end=end)
        return context


def last_month(today: date) -> tuple[date, date]:
    """First and last day of the month before that of `today`."""
    end = month_start(today) - timedelta(days=1)
    return month_start(end), end


urlpatterns = [path("packages/statement/", PackageStatement.as_view(), name="package-statement")]

register_page(
    Page(
        "package-statement",
        _("Statement of packages"),
        "package-statement",
        "packages",
        icon="file-text",
        permission="packages.view_package",
        keywords=(_("wallet"), _("subscriptions"), _("balance")),
        order=60,
    )
)
