"""The checks made for all workspaces, on throw-away ones; and that they see what they are for."""

import pytest
from django.contrib.contenttypes.models import ContentType

from ronda.company.models import Attachment, Branch, Membership, Role
from ronda.workspace import testing
from tests.workspace import workspaces
from tests.workspace.conftest import member_of

pytestmark = pytest.mark.django_db


def make_branch(company, n):
    return Branch.objects.create(company=company, code=f"B{n}", name=f"Branch number {n}")


def make_member(company, n):
    role, _made = Role.objects.get_or_create(company=company, name=f"Role {n}")
    user = testing.person(f"person{company.pk}-{n}")
    return Membership.objects.create(user=user, company=company, role=role, branch=make_branch(company, n))


def make_file(company, n):
    kind = ContentType.objects.get_for_model(Branch)
    return Attachment.objects.create(
        company=company,
        content_type=kind,
        object_id=1,
        name=f"file {n}",
        size=n,
        mime="text/plain",
        sha256="",
        file=f"x{n}",
    )


MAKERS = {"Branches": make_branch, "Members": make_member, "Files": make_file}
every_workspace = pytest.mark.parametrize("workspace", workspaces.WORKSPACES, ids=lambda one: one.__name__)


@every_workspace
def test_list_takes_the_same_queries_for_two_rows_and_for_twelve(workspace, page, company):
    testing.check_constant_queries(workspace, MAKERS[workspace.__name__], page, company)


@every_workspace
def test_pages_refuse_people_without_permission(workspace, client, company, mounted):
    client.force_login(member_of(company, "nobody"))
    testing.check_permission(workspace, MAKERS[workspace.__name__], client, company)


@every_workspace
def test_records_of_another_company_are_not_found(workspace, page, company, other_company):
    testing.check_other_company(workspace, MAKERS[workspace.__name__], page, company, other_company)


@every_workspace
def test_every_page_of_a_record_opens(workspace, page, company):
    testing.check_pages_open(workspace, MAKERS[workspace.__name__], page, company)


@every_workspace
def test_every_column_sorts_and_every_filter_takes_any_value(workspace, page, company):
    testing.check_every_column_and_filter(workspace, MAKERS[workspace.__name__], page, company)


def test_the_check_of_companies_sees_a_leak(page, company, other_company, monkeypatch):
    monkeypatch.setattr(workspaces.Branches, "company_path", None)

    with pytest.raises(AssertionError, match="another company"):
        testing.check_other_company(workspaces.Branches, make_branch, page, company, other_company)


def test_the_check_of_queries_sees_one_statement_per_row(page, company, monkeypatch):
    monkeypatch.setattr(workspaces.Members, "related", ())

    with pytest.raises(AssertionError, match="statements"):
        testing.check_constant_queries(workspaces.Members, make_member, page, company)
