"""Every address of the site, on one page."""

from django.conf import settings
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from ronda.accounting import pages as accounting_pages
from ronda.accounting import workspace as accounting
from ronda.accounts import workspace as accounts
from ronda.agents import workspace as agents
from ronda.analysis import workspace as analysis
from ronda.api import workspace as api
from ronda.billing import workspace as billing
from ronda.catalogue import workspace as catalogue
from ronda.company import workspace as company
from ronda.company.imports import workspace as imports
from ronda.contracts import pages as contracts_pages
from ronda.contracts import workspace as contracts
from ronda.countries.fr import certificate_pages
from ronda.countries.fr import certificate_workspace as certificates
from ronda.countries.fr import workspace as france  # noqa: F401 -- adds to the screens of others
from ronda.countries.it import workspace as italy
from ronda.customfields import workspace as customfields
from ronda.einvoices import workspace as einvoices
from ronda.operations import workspace as operations
from ronda.packages import workspace as packages
from ronda.parties import workspace as parties
from ronda.payments import pages as payments_pages
from ronda.payments import workspace as payments
from ronda.privacy import workspace as privacy
from ronda.purchases import workspace as purchases
from ronda.quotes import workspace as quotes
from ronda.renewals import workspace as renewals
from ronda.reports import workspace as reports
from ronda.site import pages
from ronda.workspace.rest import mount_api
from ronda.workspace.urls import mount, shell_urls

WORKSPACES = [
    *parties.WORKSPACES,
    *catalogue.WORKSPACES,
    *contracts.WORKSPACES,
    *renewals.WORKSPACES,
    *quotes.WORKSPACES,
    *packages.WORKSPACES,
    *agents.WORKSPACES,
    *analysis.WORKSPACES,
    *privacy.WORKSPACES,
    billing.Documents,
    billing.Runs,
    company.Files,
    company.FileBin,
    payments.DueDates,
    payments.Payments,
    payments.Allocations,
    accounting.Accounts,
    accounting.JournalEntries,
    *purchases.WORKSPACES,
    reports.Layouts,
    reports.Conditions,
    *einvoices.WORKSPACES,
    *italy.WORKSPACES,
    *certificates.WORKSPACES,
    company.Companies,
    company.Branches,
    company.Workstations,
    company.CompanyGroups,
    company.People,
    *accounts.WORKSPACES,
    *customfields.WORKSPACES,
    company.Roles,
    company.Teams,
    company.Counters,
    company.Operations,
    imports.Imports,
    company.Jobs,
    company.Schedules,
    *operations.WORKSPACES,
    company.Mailbox,
    *api.WORKSPACES,
]

urlpatterns = [
    path("", pages.Home.as_view(), name="home"),
    path("healthz", pages.healthz, name="healthz"),
    path("favicon.ico", pages.favicon, name="favicon"),
    *contracts_pages.urlpatterns,
    *mount(WORKSPACES),
    *shell_urls(),
    path("", include("ronda.company.urls")),
    path("", include("ronda.accounts.urls")),
    path("", include("ronda.customfields.urls")),
    path("", include("ronda.company.imports.urls")),
    path("", include("ronda.countries.it.urls")),
    path("", include("ronda.countries.fr.urls")),
    path("", include("ronda.parties.urls")),
    path("", include("ronda.billing.urls")),
    path("", include("ronda.renewals.urls")),
    path("", include("ronda.quotes.urls")),
    path("", include("ronda.packages.urls")),
    path("", include("ronda.purchases.urls")),
    path("", include("ronda.agents.urls")),
    path("", include("ronda.analysis.urls")),
    path("", include("ronda.privacy.urls")),
    path("", include("ronda.reports.urls")),
    path("", include("ronda.einvoices.urls")),
    path("", include("ronda.operations.urls")),
    *certificate_pages.urlpatterns,
    *payments_pages.urlpatterns,
    *accounting_pages.urlpatterns,
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/", include("ronda.company.file_api")),
    path("api/", include(mount_api(WORKSPACES))),
]

handler403 = "ronda.workspace.errors.forbidden"
handler404 = "ronda.workspace.errors.not_found"
handler500 = "ronda.workspace.errors.failure"

if settings.DEBUG:
    urlpatterns.append(path("styleguide/", pages.StyleGuide.as_view(), name="styleguide"))
