"""The screens of this app, with bare ones for the customers and documents they hang on."""

from django.urls import include, path

from ronda.billing.models import Document
from ronda.parties.models import Party
from ronda.payments import pages
from ronda.payments.workspace import Allocations, DueDates, Payments
from ronda.workspace.declare import Column, Workspace
from ronda.workspace.rest import mount_api
from ronda.workspace.urls import shell_urls, urls_of


class Customers(Workspace):
    model = Party
    columns = (Column("name", link=True),)


class Papers(Workspace):
    model = Document
    columns = (Column("label", link=True),)


WORKSPACES = [Customers, Papers, DueDates, Payments, Allocations]
urlpatterns = [
    *pages.urlpatterns,
    *(url for workspace in WORKSPACES for url in urls_of(workspace)),
    *shell_urls(),
    path("api/", include(mount_api(WORKSPACES))),
]
