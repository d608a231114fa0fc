"""What every list, detail, form and API resource must do, checked for all of them at once."""

import pytest
from django.contrib.auth import get_user_model
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from ronda.company.models import Membership, Role
from ronda.site import urls
from ronda.workspace import testing
from tests.makers import MAKERS, OF_THE_INSTALLATION, make_company

pytestmark = pytest.mark.django_db
WORKSPACES = list(getattr(urls, "WORKSPACES", ()))
every_workspace = pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda one: one.__name__)
every_workspace_of_a_company = pytest.mark.parametrize(
    "workspace",
    [one for one in WORKSPACES if one.__name__ not in OF_THE_INSTALLATION],
    ids=lambda one: one.__name__,
)


@pytest.fixture
def company():
    return make_company()


def log_in(client, company, **role):
    """Someone who works in the company with a role of these powers."""
    user = get_user_model().objects.create_user("anna")
    made = Role.objects.create(company=company, name="Tested", **role)
    Membership.objects.create(user=user, company=company, role=made, is_default=True)
    client.force_login(user)
    return client


@pytest.fixture
def owner(client, company, workspace):
    """Who may do everything in the company; an administrator where records are the installation's."""
    user = log_in(client, company, grants_all=True)
    if workspace.__name__ in OF_THE_INSTALLATION:
        get_user_model().objects.update(is_superuser=True)
    return user


@every_workspace
def test_list_takes_the_same_queries_for_two_rows_and_for_twelve(workspace, owner, company):
    testing.check_constant_queries(workspace, testing.maker_of(workspace, MAKERS), owner, company)


@every_workspace
def test_pages_refuse_people_without_permission(workspace, client, company):
    nobody = log_in(client, company)
    testing.check_permission(workspace, testing.maker_of(workspace, MAKERS), nobody, company)


@every_workspace
def test_strangers_are_sent_to_the_login_page(workspace, company):
    testing.check_strangers(workspace, testing.maker_of(workspace, MAKERS), company)


@every_workspace_of_a_company
def test_records_of_another_company_are_not_found(workspace, owner, company):
    other = make_company("Altra Srl")
    testing.check_other_company(workspace, testing.maker_of(workspace, MAKERS), owner, company, other)


@every_workspace
def test_every_page_of_a_record_opens(workspace, owner, company):
    testing.check_pages_open(workspace, testing.maker_of(workspace, MAKERS), owner, company)


@every_workspace
def test_every_column_sorts_and_every_filter_takes_any_value(workspace, owner, company):
    testing.check_every_column_and_filter(workspace, testing.maker_of(workspace, MAKERS), owner, company)


def test_the_description_of_the_api_is_made_without_warnings(capsys):
    GENERATOR_STATS.reset()
    schema = SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS, capsys.readouterr().err
    assert len(schema["paths"]) >= len([one for one in WORKSPACES if one.api])
