"""Workspaces over the tables of the company app, for the tests of the layer that draws them.

They stand here and not in the app because they import from a higher one.
"""

from decimal import Decimal
from typing import ClassVar

from django import forms
from django.urls import include, path

import ronda.site.urls  # noqa: F401 -- with it apps add their actions to the records used here
from ronda.company.file_screens import Files as FilesOfRecords
from ronda.company.imports.urls import urlpatterns as import_urls
from ronda.company.models import Attachment, Branch, Membership
from ronda.company.urls import urlpatterns as company_urls
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.workspace.declare import Action, BoolFilter, Column, PickFilter, RangeFilter, Tab, Workspace
from ronda.workspace.forms import CompanyForm, CompanyModelForm
from ronda.workspace.rest import mount_api
from ronda.workspace.urls import shell_urls, urls_of


class Closed(Refusal):
    code = "tests.closed"


class Sure(NeedsConfirmation):
    code = "tests.sure"


RUN: list[tuple[str, str, str]] = []


def rename(branch, *, by, suffix, confirmed=frozenset()):
    """Refuses branches called "closed", asks about those called "ask"."""
    if branch.name == "closed":
        raise Closed("It is closed. Open it first.", field="suffix")
    if branch.name == "ask" and Sure.code not in confirmed:
        raise Sure("Really?")
    RUN.append((branch.name, suffix, by))


class SuffixForm(forms.Form):
    suffix = forms.CharField(max_length=10)


class BranchForm(CompanyModelForm):
    class Meta:
        model = Branch
        fields: ClassVar = ["code", "name", "address"]


class MemberForm(CompanyModelForm):
    class Meta:
        model = Membership
        fields: ClassVar = ["user", "role", "branch"]


class AmountForm(CompanyForm):
    amount = forms.DecimalField(max_digits=12, decimal_places=2)
    price = forms.DecimalField(max_digits=16, decimal_places=8, required=False)
    on = forms.DateField(required=False)
    branch = forms.ModelChoiceField(Branch.objects.all(), required=False)


class Branches(Workspace):
    model = Branch
    code = "test-branch"
    area = "settings"
    columns = (
        Column("code", link=True),
        Column("name", badges={"closed": "red"}),
        Column("address", default=False),
        Column("length", label="Length", value=lambda branch: Decimal(len(branch.name)), kind="number"),
    )
    filters = (PickFilter("size", label="Size", options={}), RangeFilter("id", kind="number"))
    search = ("code", "name")
    order = ("code", "pk")
    form_class = BranchForm
    actions = (Action("rename", "Rename", rename, form=SuffixForm),)
    tabs = (
        Tab(
            "members",
            "Members",
            (Column("user", link=True), Column("role")),
            rows=lambda b: b.membership_set.select_related("user", "role").order_by("pk"),
        ),
    )


class Members(Workspace):
    model = Membership
    code = "test-member"
    columns = (
        Column("user", link=True, sort="user__username"),
        Column("role"),
        Column("branch", sort="branch__name"),
    )
    filters = ("role", "branch", BoolFilter("is_default"))
    search = ("user__username",)
    related = ("user", "role", "branch")
    form_class = MemberForm


class Files(Workspace):
    model = Attachment
    code = "test-file"
    columns = (Column("name", link=True), Column("size", total=True), Column("at"), Column("note"))
    filters = ("at", RangeFilter("size"))
    search = ("name", "note")
    page_size = 10


WORKSPACES = [Branches, Members, Files]

urlpatterns = [url for workspace in WORKSPACES for url in urls_of(workspace)]
# The tabs that every record has, of whichever apps are loaded, lead to the addresses of files; an action
# on many records leads to those of its job; a list that may be filled leads to its import.
led_to = [url for url in company_urls if url.name and url.name.startswith(("attachment-", "job-"))]
led_to += [url for url in import_urls if url.name == "import-kind"]
urlpatterns += [*shell_urls(), *led_to, *urls_of(FilesOfRecords)]
urlpatterns += [path("api/", include(mount_api(WORKSPACES)))]
