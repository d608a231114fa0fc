import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from ronda.company.events import CompanyCreated
from ronda.company.models import AuditEntry, Branch, Company, Membership, Role, User
from ronda.company.services import (
    add_member,
    change_member,
    create_company,
    create_owner,
    create_user,
    remove_member,
    set_password,
)
from ronda.company.services.companies import AlreadySetUp
from ronda.company.services.people import LastOwner, NotOfThisCompany, WeakPassword
from ronda.company.services.roles import refresh_roles
from ronda.kernel import bus

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

PASSWORD = "Trentatré trotterellando 33"


def can(user, company, permission):
    user = User.objects.get(pk=user.pk)
    user.company_id = company.pk
    return user.has_perm(permission)


def role(company, code):
    return Role.objects.get(company=company, code=code)


def test_a_company_starts_with_its_roles_in_its_language_and_the_others_are_told(monkeypatch):
    told = []
    monkeypatch.setitem(bus._handlers, CompanyCreated, [told.append])

    company = create_company(name="Aria Srl", country="xx", by="anna", city="Bologna")

    assert (company.country, company.language, company.currency, company.city) == (
        "XX",
        "en",
        "EUR",
        "Bologna",
    )
    assert list(company.roles.order_by("pk").values_list("code", flat=True)) == [
        "owner",
        "billing_clerk",
        "dispatcher",
        "accountant",
        "technician",
        "read_only",
    ]
    assert told == [CompanyCreated(company.pk, by="anna")]
    assert AuditEntry.objects.get().action == "company.company.created"


def test_the_first_run_makes_an_owner_once():
    user, company = create_owner(
        username="anna", password=PASSWORD, company_name="Aria Srl", country="IT", email="anna@aria.it"
    )

    assert authenticate(username="anna", password=PASSWORD) == user
    assert Membership.objects.get().role == role(company, "owner")
    with pytest.raises(AlreadySetUp):
        create_owner(username="eva", password=PASSWORD, company_name="Altra", country="IT")


def test_a_weak_password_is_refused_with_its_field_and_nothing_is_made():
    with pytest.raises(WeakPassword) as refused:
        create_owner(username="anna", password="admin", company_name="Aria Srl", country="IT")

    assert refused.value.field == "password"
    assert not User.objects.exists()
    assert not Company.objects.exists()


def test_the_permissions_are_those_of_the_role_in_the_current_company(company, other_company, member_of):
    carla = member_of(company, "billing_clerk", "carla")
    member_of(other_company, "read_only", "carla")

    assert can(carla, company, "company.add_attachment")
    assert not can(carla, company, "company.change_role")
    assert can(carla, other_company, "company.view_attachment")
    assert not can(carla, other_company, "company.add_attachment")


def test_an_owner_may_do_everything_a_stranger_nothing_and_nobody_when_inactive(
    company, other_company, member_of
):
    owner = member_of(company, "owner")

    assert can(owner, company, "company.delete_company")
    assert not can(owner, other_company, "company.view_company")
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert not can(owner, company, "company.view_company")


def test_without_a_current_company_the_default_one_counts(company, other_company, member_of):
    carla = member_of(company, "technician", "carla")
    member_of(other_company, "owner", "carla")

    user = User.objects.get(pk=carla.pk)
    assert (user.has_perm("company.view_attachment"), user.has_perm("company.change_role")) == (True, False)


def test_switching_company_switches_the_permissions_of_the_same_user_object(
    company, other_company, member_of
):
    carla = member_of(company, "owner", "carla")
    member_of(other_company, "read_only", "carla")
    answers = []
    for firm in (company, other_company, company):
        carla.company_id = firm.pk
        answers.append(carla.has_perm("company.change_role"))

    assert answers == [True, False, True]


def test_permissions_are_read_once_per_request(company, member_of):
    user = member_of(company, "accountant")
    user.company_id = company.pk
    with CaptureQueriesContext(connection) as queries:
        for codename in ("view_company", "view_job", "add_attachment"):
            user.has_perm(f"company.{codename}")
        user.has_module_perms("company")
    assert len(queries) == 1


def test_new_permissions_reach_the_roles_nobody_changed(company, other_company):
    Role.objects.filter(company=other_company).update(follows_template=False)
    view_job = Permission.objects.get(content_type__app_label="company", codename="view_job")
    Role.permissions.through.objects.filter(permission=view_job).delete()

    refresh_roles()

    assert view_job in role(company, "read_only").permissions.all()
    assert view_job not in role(other_company, "read_only").permissions.all()


def test_a_new_person_joins_with_a_role_and_their_first_company_opens_at_log_in(company, other_company):
    carla = create_user(
        company,
        username="carla",
        password=PASSWORD,
        role=role(company, "accountant"),
        by="anna",
        email="c@aria.it",
    )
    add_member(other_company, user=carla, role=role(other_company, "read_only"), by="zoe")

    assert list(carla.memberships.order_by("pk").values_list("company", "is_default")) == [
        (company.pk, True),
        (other_company.pk, False),
    ]


def test_a_role_or_branch_of_another_company_is_refused(company, other_company, member_of):
    member = member_of(company, "read_only").memberships.get()
    foreign = Branch.objects.create(company=other_company, code="X", name="X")

    with pytest.raises(NotOfThisCompany):
        change_member(member, role=role(other_company, "owner"), by="anna")
    with pytest.raises(NotOfThisCompany):
        change_member(member, role=role(company, "read_only"), branch=foreign, by="anna")


def test_the_last_owner_neither_leaves_nor_loses_the_role(company, member_of):
    owner = member_of(company, "owner").memberships.get()

    with pytest.raises(LastOwner):
        remove_member(owner, by="anna")
    with pytest.raises(LastOwner):
        change_member(owner, role=role(company, "read_only"), by="anna")

    member_of(company, "owner", "eva")
    remove_member(owner, by="eva")
    assert list(company.memberships.values_list("user__username", flat=True)) == ["eva"]


def test_a_changed_password_opens_and_is_written_nowhere_else(company, member_of):
    carla = member_of(company, "read_only", "carla")
    set_password(carla, password=PASSWORD, by="anna")

    assert authenticate(username="carla", password=PASSWORD) == carla
    assert AuditEntry.objects.get(action="company.user.password_changed").facts == {}


def test_two_users_never_share_an_address_but_many_have_none():
    User.objects.create_user("a", email="X@example.it")
    User.objects.create_user("b")
    User.objects.create_user("c")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("d", email="x@example.it")
