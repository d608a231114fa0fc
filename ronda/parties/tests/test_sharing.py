"""P8: customers of one company of a group are taken over into another one, and may be kept in step."""

import pytest
from django.test import Client
from django.urls import reverse

from ronda.company.models import AuditEntry, Company, CompanyGroup, Job, Membership, Role, User
from ronda.company.services import create_company, save_group
from ronda.company.services.settings import save_options
from ronda.parties.models import Party, TakenParty
from ronda.parties.options import PartyOptions
from ronda.parties.services import create_party, update_party
from ronda.parties.services.importing import Changes, update_parties
from ronda.parties.services.sharing import AlreadyTaken, NotShared, offered, take_over
from ronda.parties.tasks import follow_sources

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
GOOD = "01234567897"


@pytest.fixture
def other(company):
    """Another company of a group that shares customers."""
    made = create_company(name="Beta Srl", country="IT", by="test", language="en")
    save_group(CompanyGroup(name="Group", shares_parties=True), [company, made], by="test")
    for firm in (company, made):
        firm.refresh_from_db()
    return made


@pytest.fixture
def user(company, other):
    """Who owns both companies."""
    person = User.objects.create_user("anna", language="en")
    for firm in (company, other):
        role = Role.objects.get(company=firm, code="owner")
        Membership.objects.create(user=person, company=firm, role=role, is_default=firm == company)
    return person


@pytest.fixture
def rossi(other):
    return create_party(
        other, name="Rossi", by="test", city="Lecco", street="Via Po 1", tax_id=GOOD, email="a@b.it",
        code="OTHER1", notes="Slow payer", is_supplier=True,
    )  # fmt: skip


def work():
    """What the worker does."""
    for job in Job.objects.filter(kind=follow_sources.module_path).order_by("pk"):
        follow_sources.func(*job.args["args"])
    Job.objects.all().delete()


def test_p8_a_copy_takes_who_the_customer_is_and_nothing_of_the_other_company(company, other, user, rossi):
    party = take_over(rossi, company, user=user)

    assert (party.company, party.name, party.city, party.tax_id) == (company, "Rossi", "Lecco", GOOD)
    assert (party.email, party.is_supplier) == ("a@b.it", True)
    assert (party.code, party.notes, party.owner) == ("C000001", "", None)
    taken = TakenParty.objects.get()
    assert (taken.party, taken.source, taken.in_step, taken.by) == (party, rossi, False, "anna")
    assert AuditEntry.objects.get(action="parties.party.taken_over").company == company
    assert AuditEntry.objects.get(action="parties.party.given").company == other


def test_p8_nobody_is_taken_twice(company, user, rossi):
    take_over(rossi, company, user=user)

    with pytest.raises(AlreadyTaken):
        take_over(rossi, company, user=user)
    assert not offered(company, user).exists()


@pytest.mark.parametrize("why", ["no group", "group does not share", "no right there", "own customers only"])
def test_p8_without_a_sharing_group_or_the_right_there_nobody_is_offered(company, other, user, rossi, why):
    if why == "no group":
        Company.objects.filter(pk=company.pk).update(group=None)
    elif why == "group does not share":
        CompanyGroup.objects.update(shares_parties=False)
    else:
        role = Role.objects.create(company=other, name="Little", sees=Role.Sees.OWN)
        Membership.objects.filter(user=user, company=other).update(role=role)
        if why == "own customers only":
            role.permissions.set(Role.objects.get(company=other, code="read_only").permissions.all())
    company.refresh_from_db()

    assert not offered(company, user).exists()
    with pytest.raises(NotShared):
        take_over(rossi, company, user=user)


def test_p8_a_copy_follows_when_asked_to_and_only_then(company, user, rossi):
    apart = create_party(rossi.company, name="Bianchi", by="test")
    party, left = take_over(rossi, company, user=user, in_step=True), take_over(apart, company, user=user)
    update_party(rossi, by="zoe", email="new@b.it", notes="Pays now")
    update_party(apart, by="zoe", email="new@b.it")
    update_party(rossi, by="zoe", notes="Only ours")
    assert Job.objects.filter(kind=follow_sources.module_path).count() == 1
    work()

    party.refresh_from_db()
    left.refresh_from_db()
    assert (party.email, party.notes, left.email) == ("new@b.it", "", "")
    update_party(party, by="anna", email="mine@b.it")
    rossi.refresh_from_db()
    assert rossi.email == "new@b.it"


def test_p8_a_copy_follows_an_import_as_well(company, user, rossi):
    party = take_over(rossi, company, user=user, in_step=True)
    assert update_parties(rossi.company, [Changes(rossi, None, {"phone": "035 232323"})], by="zoe") == {}
    work()

    party.refresh_from_db()
    assert party.phone == "035 232323"


def test_p8_what_the_rules_of_the_other_company_refuse_is_told_and_the_source_is_saved(company, user, rossi):
    party = take_over(rossi, company, user=user, in_step=True)
    save_options(company, PartyOptions, {"mandatory": ["email"]}, by="anna")
    update_party(rossi, by="zoe", email="")
    work()

    party.refresh_from_db()
    taken = TakenParty.objects.get()
    assert (party.email, bool(taken.trouble)) == ("a@b.it", True)
    update_party(rossi, by="zoe", email="b@b.it")
    work()
    taken.refresh_from_db()
    assert taken.trouble == ""


def test_p8_the_page_offers_takes_over_and_lets_follow(company, user, rossi):
    desk = Client()
    desk.force_login(user)
    url = reverse("party-take-over")
    assert [party.name for party in desk.get(url, {"q": "ross"}).context["found"]] == ["Rossi"]
    assert desk.get(url, {"q": "zzz"}).context["found"] == []
    desk.post(url, {"source": rossi.pk})
    taken = TakenParty.objects.get()
    desk.post(url, {"follow": taken.pk, "in_step": "on"})
    taken.refresh_from_db()
    assert taken.in_step
    desk.post(url, {"follow": taken.pk})
    taken.refresh_from_db()
    assert not taken.in_step
    assert "Beta Srl" in desk.get(url).content.decode()


def test_p8_a_question_is_asked_once_then_obeyed(company, user, rossi):
    create_party(company, name="Rossi", by="test", city="Lecco")
    desk = Client()
    desk.force_login(user)
    asked = desk.post(reverse("party-take-over"), {"source": rossi.pk}).context["question"]
    assert asked["confirmed"] == ["parties.likely_duplicate"]
    desk.post(reverse("party-take-over"), {"source": rossi.pk, "confirmed": asked["confirmed"]})
    assert Party.objects.filter(company=company).count() == 2


def test_p8_customers_of_companies_outside_the_group_are_not_found(company, user):
    strange = create_company(name="Strange", country="IT", by="test")
    party = create_party(strange, name="Verdi", by="test")
    desk = Client()
    desk.force_login(user)

    assert desk.post(reverse("party-take-over"), {"source": party.pk}).status_code == 404
    assert not Party.objects.filter(company=company).exists()
