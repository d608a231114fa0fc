"""S9: a salesperson finds nothing of a colleague, on any list, page, export or operation of the API.

Every workspace and every named address is asked; what hangs on a customer is found by the models themselves.
"""

from io import BytesIO

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import ForeignKey
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import load_workbook

from ronda.company.forms import permissions_on_screen
from ronda.company.models import Branch, Membership, Role, Team
from ronda.parties.models import Party
from ronda.parties.services import create_party
from ronda.site.urls import WORKSPACES
from ronda.workspace.visibility import sees_everything
from tests.addresses import every_address
from tests.makers import MAKERS, OF_THE_INSTALLATION, make_company
from tests.page_records import PAGE_RECORDS

pytestmark = pytest.mark.django_db
NAME = "Customer number 77"
LIMITED = [one for one in WORKSPACES if one.customer_path or one.whole_company]
every_limited = pytest.mark.parametrize("workspace", LIMITED, ids=lambda one: one.__name__)


@pytest.fixture
def company():
    return make_company()


def salesperson(company, name, sees=Role.Sees.OWN, branch=None, **role):
    """Someone who may do everything, with the customers that the role sees."""
    made = Role.objects.create(company=company, name=f"Sales {name}", sees=sees, **role)
    made.permissions.set(permissions_on_screen())
    user = get_user_model().objects.create_user(name)
    Membership.objects.create(user=user, company=company, role=made, branch=branch, is_default=True)
    return user


def at_desk(user):
    client = Client()
    client.force_login(user)
    return client


def owned(company, name, owner):
    party = create_party(company, name=name, by="test", street="Via Roma 1", city="Roma")
    Party.objects.filter(pk=party.pk).update(owner=owner)
    return party


def made_for(workspace, company, owner):
    """A record of the workspace, every customer being the owner's."""
    record = MAKERS[workspace.__name__](company, 77)
    Party.objects.update(owner=owner)
    return record


def hangs_on_a_customer(model, depth=4):
    """Whether a path of foreign keys leads from the model to a customer."""
    if model is Party:
        return True
    if not depth or model._meta.app_label in ("auth", "contenttypes", "company"):
        return False
    keys = [field for field in model._meta.fields if isinstance(field, ForeignKey)]
    return any(hangs_on_a_customer(key.related_model, depth - 1) for key in keys)


@pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda one: one.__name__)
def test_s9_what_hangs_on_a_customer_declares_how(workspace):
    if hangs_on_a_customer(workspace.model):
        assert workspace.customer_path or workspace.whole_company, (
            f"{workspace.__name__} hangs on a customer: declare customer_path, or whole_company"
        )


@every_limited
def test_s9_a_colleagues_record_is_on_no_list_and_not_found(workspace, company):
    colleague, me = salesperson(company, "carla"), at_desk(salesperson(company, "bruno"))
    record = made_for(workspace, company, colleague)
    page = me.get(reverse(workspace.name("list")))
    assert reverse(workspace.name("detail"), args=[record.pk]) not in page.content.decode()
    assert NAME not in page.content.decode()
    assert page.context["listing"].count == 0
    addresses = [reverse(workspace.name("detail"), args=[record.pk])]
    if workspace.form_class:
        addresses.append(reverse(workspace.name("edit"), args=[record.pk]))
    addresses += [f"{reverse(workspace.name(one.code))}?id={record.pk}" for one in workspace.all_actions()]
    assert {url: me.get(url).status_code for url in addresses} == dict.fromkeys(addresses, 404)


@every_limited
def test_s9_nothing_of_a_colleague_is_exported_looked_up_or_in_the_palette(workspace, company):
    colleague, me = salesperson(company, "carla"), at_desk(salesperson(company, "bruno"))
    record = made_for(workspace, company, colleague)
    if workspace.export:
        file = b"".join(me.get(reverse(workspace.name("export"))).streaming_content)
        rows = load_workbook(BytesIO(file)).get_sheet_by_index(0).to_python()
        assert len(rows) <= 1
    found = me.get(reverse("lookup", args=[workspace.model._meta.label_lower])).json()["results"]
    assert str(record.pk) not in [one["id"] for one in found]
    groups = me.get(reverse("palette"), {"q": "number 77"}).json()["groups"]
    urls = [item["url"] for group in groups for item in group["items"]]
    assert reverse(workspace.name("detail"), args=[record.pk]) not in urls


@pytest.mark.parametrize("workspace", [one for one in LIMITED if one.api], ids=lambda one: one.__name__)
def test_s9_the_api_finds_nothing_of_a_colleague(workspace, company):
    colleague, me = salesperson(company, "carla"), at_desk(salesperson(company, "bruno"))
    record = made_for(workspace, company, colleague)
    base = f"api-{workspace.base()}"
    assert me.get(reverse(f"{base}-list")).json()["count"] == 0
    detail = reverse(f"{base}-detail", args=[record.pk])
    asked = {"get": me.get(detail).status_code}
    if workspace.form_class:
        for method in ("put", "patch"):
            asked[method] = getattr(me, method)(detail, "{}", content_type="application/json").status_code
    for action in workspace.all_actions():
        url = reverse(f"{base}-{action.code}", args=[record.pk])
        asked[action.code] = me.post(url, "{}", content_type="application/json").status_code
    assert asked == dict.fromkeys(asked, 404)


@pytest.mark.parametrize(
    "workspace", [one for one in WORKSPACES if one not in LIMITED], ids=lambda one: one.__name__
)
def test_s9_records_all_share_name_no_customer_of_a_colleague(workspace, company):
    if workspace.__name__ in OF_THE_INSTALLATION:
        pytest.skip("only administrators see these")
    colleague, me = salesperson(company, "carla"), at_desk(salesperson(company, "bruno"))
    record = made_for(workspace, company, colleague)
    detail = reverse(workspace.name("detail"), args=[record.pk])
    pages = [reverse(workspace.name("list")), detail]
    pages += [f"{detail}?tab={tab.code}" for tab in workspace.all_tabs()]
    if workspace.form_class and (workspace.may_edit is None or workspace.may_edit(record)):
        pages.append(reverse(workspace.name("edit"), args=[record.pk]))
    naming = [url for url in pages if NAME in me.get(url).content.decode()]
    assert not naming


def test_s9_pages_of_their_own_show_nothing_of_a_colleague(company):
    colleague, me = salesperson(company, "carla"), at_desk(salesperson(company, "bruno"))
    about = [one.name for one in every_address() if one.name in PAGE_RECORDS and "get" in one.methods]
    records = {name: PAGE_RECORDS[name](company, n) for n, name in enumerate(about, 10)}
    Party.objects.update(owner=colleague)
    told = []
    for address in every_address():
        if address.workspace or address.public or not address.is_ours or "get" not in address.methods:
            continue
        record = records.get(address.name)
        url = address.url.replace("999999999", str(record.pk)) if record else address.url
        response = me.get(url)
        content = b"" if response.streaming else response.content
        if response.status_code == 200 and b"Customer number" in content:
            told.append(str(address))
    assert not told, f"these pages name a colleague's customer: {told}"


def test_s9_records_of_a_colleague_are_no_choice_in_a_form(company):
    colleague, user = salesperson(company, "carla"), salesperson(company, "bruno")
    theirs = owned(company, "Di Carla", colleague)
    mine = owned(company, "Di Bruno", user)
    form = {"party": theirs.pk, "name": "Referente", "role": "other"}
    page = at_desk(user).get(reverse("contact-add")).content.decode()
    assert "Di Bruno" in page
    assert "Di Carla" not in page
    answer = at_desk(user).post(reverse("api-contact-list"), form, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["party"])
    assert mine.contacts.count() == theirs.contacts.count() == 0


def test_s9_a_new_customer_without_a_salesperson_is_of_who_enters_it(company):
    user = salesperson(company, "bruno")
    form = {"kind": "firm", "name": "Nuovo Srl", "is_customer": True, "city": "Roma", "street": "Via Po 1"}
    answer = at_desk(user).post(reverse("api-party-list"), form, content_type="application/json")
    assert answer.status_code == 201, answer.json()
    assert Party.objects.get(name="Nuovo Srl").owner == user


@pytest.mark.parametrize(
    ("sees", "found"),
    [
        (Role.Sees.ALL, ["branch", "mine", "nobody", "stranger", "team"]),
        (Role.Sees.OWN, ["mine"]),
        (Role.Sees.TEAM, ["mine", "team"]),
        (Role.Sees.BRANCH, ["branch", "mine"]),
    ],
)
def test_s9_a_role_sees_own_customers_or_those_of_team_or_branch(company, sees, found):
    here = Branch.objects.create(company=company, code="MI", name="Milano")
    people = {
        "mine": salesperson(company, "bruno", sees, branch=here),
        "branch": salesperson(company, "carla", branch=here),
        "team": salesperson(company, "dario"),
        "stranger": salesperson(company, "elena"),
        "nobody": None,
    }
    team = Team.objects.create(company=company, name="Nord")
    team.members.set(Membership.objects.filter(user__in=[people["mine"], people["team"]]))
    for name, owner in people.items():
        owned(company, name, owner)
    rows = at_desk(people["mine"]).get(reverse("api-party-list"), {"sort": "name"}).json()["results"]
    assert [row["name"] for row in rows] == found


def test_s9_without_a_branch_or_team_one_sees_ones_own(company):
    for sees in (Role.Sees.TEAM, Role.Sees.BRANCH):
        me, other = salesperson(company, f"b{sees}", sees), salesperson(company, f"c{sees}", sees)
        owned(company, f"of other {sees}", other)
        assert at_desk(me).get(reverse("api-party-list")).json()["count"] == 0


def test_s9_management_sees_all_whatever_the_role_says(company):
    owner = salesperson(company, "olga", grants_all=True)
    administrator = salesperson(company, "ada")
    administrator.is_superuser = True
    administrator.save()
    owned(company, "Di nessuno", None)
    for user in (owner, administrator):
        assert at_desk(user).get(reverse("api-party-list")).json()["count"] == 1
        assert sees_everything(get_user_model().objects.get(pk=user.pk))


def test_s9_the_same_queries_whoever_sees_whatever_and_however_many(company):
    me = salesperson(company, "bruno", Role.Sees.TEAM)

    def statements():
        with CaptureQueriesContext(connection) as queries:
            assert at_desk(me).get(reverse("party-list")).status_code == 200
        return len(queries)

    owned(company, "One", me)
    statements()
    few = statements()
    for n in range(10):
        owned(company, f"Another {n}", me)
    assert statements() == few
