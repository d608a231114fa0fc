"""The place of the analyses in the navigation. They have no lists of records."""

from django.utils.translation import gettext_lazy as _

from ronda.analysis.group_pages import GroupPage
from ronda.analysis.pages import PAGES
from ronda.workspace.declare import Area, Page, Workspace, register_area, register_page

WORKSPACES: list[type[Workspace]] = []
ICONS = {
    "analysis-months": "chart-column",
    "analysis-services": "layers",
    "analysis-trends": "chart-line",
    "analysis-forecast": "calendar-clock",
}
KEYWORDS = {
    "analysis-months": (_("turnover"), _("billed"), _("year")),
    "analysis-services": (_("services"), _("totals"), _("frequency")),
    "analysis-trends": ("MRR", "churn", _("recurring revenue"), _("lost contracts")),
    "analysis-forecast": (_("expected invoices"), _("budget"), _("24 months")),
}

register_area(Area("analysis", _("Analysis"), icon="chart-line", order=65))
for _order, (_name, _page) in enumerate(PAGES.items(), start=1):
    register_page(
        Page(
            _name,
            _page.page_title,
            _name,
            "analysis",
            icon=ICONS[_name],
            permission=str(_page.permission_required),
            keywords=KEYWORDS[_name],
            order=10 * _order,
        )
    )
register_page(
    Page(
        "analysis-companies",
        GroupPage.page_title,
        "analysis-companies",
        "analysis",
        icon="building-2",
        permission=str(GroupPage.permission_required),
        keywords=(_("group of companies"), _("branches")),
        order=60,
    )
)
