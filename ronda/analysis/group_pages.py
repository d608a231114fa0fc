"""All companies on one page: the key figures side by side (P8)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from ronda.analysis.group_figures import AHEAD, DOCUMENTS, Figures, GroupView, group_view
from ronda.analysis.tables import Head, Table, shown, spreadsheet
from ronda.workspace.pages import PageMixin

AMOUNTS = ("month", "month_before", "year", "year_before", "open", "overdue", "recurring")
COUNTS = ("drafts", "renewals")


class GroupPage(PageMixin, TemplateView):
    """Every company in which the person may see figures, whatever company they work in now."""

    template_name = "analysis/companies.html"
    permission_required = DOCUMENTS
    page_title = gettext_lazy("Key figures of all companies")
    area = "analysis"

    @cached_property
    def figures(self) -> GroupView:
        user: Any = self.request.user
        return group_view(user, timezone.localdate())

    @cached_property
    def tables(self) -> list[Table]:
        """A table for each currency: amounts of different ones are never added."""
        return [self._table(currency) for currency in self.figures.totals]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.get("format") == "xlsx":
            return spreadsheet(f"companies-{timezone.localdate():%Y-%m-%d}", self.tables)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            on=timezone.localdate(),
            tables=self.tables,
            stats=[(currency, _stats(total)) for currency, total in self.figures.totals.items()],
            ahead=AHEAD,
            **kwargs,
        )

    def _table(self, currency: str) -> Table:
        rows: list[list[Any]] = []
        for row in self.figures.companies:
            if row.currency != currency:
                continue
            rows.append([row.company.name, "", *_values(row.total)])
            rows += [["", name or _("no branch"), *_values(figures)] for name, figures in row.branches]
        total = [_("Total"), "", *_values(self.figures.totals[currency])]
        return Table(currency, _heads(), rows, total)


def _heads() -> list[Head]:
    labels = {
        "month": _("This month"), "month_before": _("Month before"), "year": _("This year"),
        "year_before": _("Year before"), "open": _("Open dues"), "overdue": _("Overdue"),
        "recurring": _("Recurring per month"), "drafts": _("Drafts"), "renewals": _("To renew"),
    }  # fmt: skip
    heads = [Head(_("Company")), Head(_("Branch"))]
    heads += [Head(labels[name], "money") for name in AMOUNTS]
    return heads + [Head(labels[name], "number") for name in COUNTS]


def _values(figures: Figures) -> list[Any]:
    return [getattr(figures, name) for name in (*AMOUNTS, *COUNTS)]


def _stats(total: Figures) -> list[tuple[str, str, str]]:
    """(label, value, note) of the few numbers above the table."""
    before = _("%(amount)s a year before")
    return [
        (_("Billed this month"), shown(total.month, "money"),
         _("%(amount)s the month before") % {"amount": shown(total.month_before, "money")}),
        (_("Billed this year"), shown(total.year, "money"),
         before % {"amount": shown(total.year_before, "money")}),
        (_("Open dues"), shown(total.open, "money"),
         _("%(amount)s overdue") % {"amount": shown(total.overdue, "money")}),
        (_("Recurring per month"), shown(total.recurring, "money"),
         _("%(count)s contracts to renew within %(days)s days")
         % {"count": shown(total.renewals, "number"), "days": AHEAD}),
    ]  # fmt: skip
