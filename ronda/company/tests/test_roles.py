"""P24: what a role allows, as a matrix of areas and verbs."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from ronda.company.domain.roles import state_of, verb_of
from ronda.company.forms import permissions_on_screen
from ronda.company.matrix import matrix
from ronda.company.models import AuditEntry, Role
from ronda.company.services import copy_role
from ronda.company.services.people import NameTaken, OwnersOnly
from ronda.company.services.roles import refresh_roles

pytestmark = pytest.mark.django_db


def permission(name):
    app, _dot, codename = name.partition(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def cells(areas):
    """(area, line, verb, permission) of every box."""
    return [
        (area.code, line.label, verb, box)
        for area in areas
        for line in area.lines
        for verb, boxes in line.cells.items()
        for box in boxes
    ]


@pytest.mark.parametrize(
    ("codename", "model", "verb"),
    [
        ("view_party", "party", "view"),
        ("delete_party", "party", "delete"),
        ("issue_document", "document", "act"),
        ("change_party", "document", "act"),
    ],
)
def test_a_permission_stands_in_the_column_of_its_verb(codename, model, verb):
    assert verb_of(codename, model) == verb


@given(st.lists(st.booleans()))
def test_an_area_says_all_some_or_none(ticked):
    expected = "" if not ticked else "all" if all(ticked) else "some" if any(ticked) else "none"
    assert state_of(ticked) == expected


def test_p24_every_permission_has_exactly_one_box(company):
    shown = list(permissions_on_screen())
    boxes = [box.key for _area, _line, _verb, box in cells(matrix(shown, ()))]

    assert sorted(boxes) == sorted(one.pk for one in shown)


def test_p24_records_stand_in_the_area_of_their_list(company):
    reverse("party-list")  # mounts the lists, as the first request does
    found = {box.key: (area, verb) for area, _line, verb, box in cells(matrix(permissions_on_screen(), ()))}

    assert found[permission("parties.change_party").pk] == ("customers", "change")
    assert found[permission("billing.issue_document").pk] == ("billing", "act")
    assert found[permission("company.view_auditentry").pk] == ("settings", "view")


def test_p24_the_matrix_takes_the_same_queries_for_any_role(company, django_assert_num_queries):
    ticked = set(company.roles.get(code="accountant").permissions.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        boxes = cells(matrix(permissions_on_screen(), ticked))
    assert {box.key for _area, _line, _verb, box in boxes if box.ticked} == ticked


def test_p24_a_role_is_saved_in_one_operation_with_before_and_after(company, member_of, client):
    client.force_login(member_of(company, "owner"))
    role = Role.objects.create(company=company, name="Ufficio")
    role.permissions.set([permission("parties.view_party"), permission("billing.view_document")])
    form = {"name": "Ufficio", "sees": "own", "permissions": [permission("parties.change_party").pk]}
    client.post(reverse("role-edit", args=[role.pk]), form)

    [entry] = AuditEntry.objects.filter(action="company.role.saved")
    assert entry.facts == {"given": ["parties.change_party"], "taken": ["billing.view_document"]}


def test_p24_who_may_change_a_record_also_gets_to_see_it(company, member_of, client):
    client.force_login(member_of(company, "owner"))
    form = {"name": "Ufficio", "sees": "own", "permissions": [permission("parties.change_party").pk]}
    client.post(reverse("role-add"), form)

    role = company.roles.get(name="Ufficio")
    assert set(role.permissions.values_list("codename", flat=True)) == {"change_party", "view_party"}


def test_a_role_that_only_got_another_name_still_grows_with_new_functions(company, member_of, client):
    client.force_login(member_of(company, "owner"))
    role = company.roles.get(code="technician")
    kept = list(role.permissions.values_list("pk", flat=True))
    client.post(reverse("role-edit", args=[role.pk]), {"name": "Tecnico", "sees": "all", "permissions": kept})
    role.permissions.remove(permission("parties.view_party"))
    refresh_roles()

    role.refresh_from_db()
    assert (role.name, role.follows_template) == ("Tecnico", True)
    assert role.permissions.filter(codename="view_party").exists()


@pytest.mark.parametrize("code", ["owner", "accountant"])
def test_a_standard_role_is_copied_with_all_it_allows(company, member_of, client, code):
    client.force_login(member_of(company, "owner"))
    role = company.roles.get(code=code)
    client.post(reverse("role-copy"), {"id": role.pk, "name": "Come lui"})

    made = company.roles.get(name="Come lui")
    expected = permissions_on_screen() if role.grants_all else role.permissions.all()
    assert set(made.permissions.all()) == set(expected)
    assert (made.grants_all, made.follows_template, made.code) == (False, False, "")


def test_a_copy_needs_a_name_of_its_own_and_an_owner(company, member_of):
    member_of(company, "owner", "anna")
    member_of(company, "accountant", "carla")
    role = company.roles.get(code="accountant")
    with pytest.raises(NameTaken):
        copy_role(role, name=role.name.upper(), by="anna", may=())
    with pytest.raises(OwnersOnly):
        copy_role(role, name="Altro", by="carla", may=())


def test_the_page_of_a_role_shows_its_matrix(company, member_of, client):
    client.force_login(member_of(company, "owner"))
    for code in ("owner", "technician"):
        url = reverse("role-detail", args=[company.roles.get(code=code).pk])
        page = client.get(f"{url}?tab=matrix").content.decode()
        assert "<ui-matrix>" in page
        assert 'name="permissions"' not in page
    page = client.get(reverse("role-edit", args=[company.roles.get(code="technician").pk])).content.decode()
    assert page.count('name="permissions"') == permissions_on_screen().count()
