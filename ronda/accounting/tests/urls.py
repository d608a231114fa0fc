"""The screens of this app alone."""

from django.urls import include, path

from ronda.accounting import pages
from ronda.accounting.workspace import Accounts, JournalEntries
from ronda.workspace.rest import mount_api
from ronda.workspace.urls import shell_urls, urls_of

WORKSPACES = [Accounts, JournalEntries]
urlpatterns = [
    *pages.urlpatterns,
    *(url for workspace in WORKSPACES for url in urls_of(workspace)),
    *shell_urls(),
    path("api/", include(mount_api(WORKSPACES))),
]
