"""The page of the options: where a value comes from, its history, the search."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ronda.company import options
from ronda.company.company_options import FileOptions, HistoryOptions, MailOptions
from ronda.company.models import Branch, OptionValue, User, Workstation
from ronda.company.options import BRANCH, COMPANY, INSTALLATION, WORKSTATION, option, option_group
from ronda.company.services import reset_option, save_options

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@option_group("sample", label="Sample", scope=(INSTALLATION, COMPANY, BRANCH, WORKSTATION))
class Sample:
    series: str = option("FT", label="Séries of invoices", help="Before the number.", max_length=5)
    size: int = option(3, label="Size", min_value=1, scope=(COMPANY,))


del options.GROUPS["sample"]


@pytest.fixture(autouse=True)
def _declared(monkeypatch):
    monkeypatch.setitem(options.GROUPS, "sample", Sample)


@pytest.fixture
def owner(company, member_of):
    company.language = "en"
    company.save()
    return member_of(company, "owner")


@pytest.fixture
def administrator(company, owner):
    User.objects.filter(pk=owner.pk).update(is_superuser=True)
    return User.objects.get(pk=owner.pk)


@pytest.fixture
def branch(company):
    return Branch.objects.create(company=company, code="MI", name="Milano")


@pytest.mark.parametrize(("country", "shown"), [("IT", True), ("FR", False)])
def test_options_of_a_country_are_those_of_its_companies(client, company, owner, monkeypatch, country, shown):
    monkeypatch.setattr(Sample, "countries", frozenset({"IT"}))
    company.country = country
    company.save()
    client.force_login(owner)
    page = client.get(reverse("settings"))
    assert (b"Sample" in page.content) is shown
    sent = {"group": "sample", "sample-size": "4", "sample-series": "FT", "shown": ["size", "series"]}
    assert client.post(reverse("settings"), sent).status_code == (302 if shown else 404)
    assert OptionValue.objects.filter(group="sample").exists() is shown


@pytest.fixture
def till(company, branch):
    return Workstation.objects.create(company=company, branch=branch, name="Till 1", kind="till")


def shown(desk, place="", **given):
    """Each option of the sample on the page: its value, where it comes from, what it would be otherwise."""
    page = desk.get(reverse("settings"), {"place": place, **given})
    assert page.status_code == 200
    groups = {group.code: rows for group, rows in page.context["groups"]}
    return {
        row["field"].name: (row["field"].value(), row["source"], row["inherited"])
        for row in groups.get("sample", ())
    }


def test_p8_the_page_says_where_each_value_comes_from(company, branch, till, administrator, at_desk):
    desk = at_desk(administrator)
    places = ["installation", "", f"branch-{branch.pk}", f"workstation-{till.pk}"]
    assert [shown(desk, place)["series"] for place in places] == [("FT", "the standard", "FT")] * 4

    save_options(None, Sample, {"series": "I"}, by="anna")
    save_options(company, Sample, {"series": "C"}, by="anna")
    save_options(company, Sample, {"series": "T"}, by="anna", workstation=till)

    assert [shown(desk, place)["series"] for place in places] == [
        ("I", "set here", "FT"),
        ("C", "set here", "I"),
        ("C", "from the company", "C"),
        ("T", "set here", "C"),
    ]
    reset_option(company, Sample, "series", by="anna", workstation=till)
    assert shown(desk, places[3])["series"] == ("C", "from the company", "C")
    save_options(company, Sample, {"series": "B"}, by="anna", branch=branch)
    assert shown(desk, places[3])["series"] == ("B", "from the branch Milano", "B")


def test_o69_a_place_shows_only_what_may_differ_there(branch, till, administrator, at_desk):
    desk = at_desk(administrator)

    assert list(shown(desk)) == ["series", "size"]
    for place in ("installation", f"branch-{branch.pk}", f"workstation-{till.pk}"):
        assert list(shown(desk, place)) == ["series"]


def test_values_are_set_and_put_back_at_each_place(company, branch, till, administrator, at_desk):
    desk = at_desk(administrator)
    for place in ("installation", "", f"branch-{branch.pk}", f"workstation-{till.pk}"):
        url = f"{reverse('settings')}?place={place}"
        desk.post(url, {"group": "sample", "shown": ["series"], "sample-series": place[:5] or "C"})
        assert shown(desk, place)["series"][:2] == (place[:5] or "C", "set here")
    assert OptionValue.objects.count() == 4
    for place in (f"workstation-{till.pk}", f"branch-{branch.pk}", "", "installation"):
        desk.post(f"{reverse('settings')}?place={place}", {"group": "sample", "reset": "series"})
    assert OptionValue.objects.count() == 0


def test_p8_the_installation_is_for_administrators_and_other_companies_places_are_not_found(
    other_company, owner, at_desk
):
    desk = at_desk(owner)
    branch = Branch.objects.create(company=other_company, code="X", name="X")
    till = Workstation.objects.create(company=other_company, name="X")
    places = ["installation", f"branch-{branch.pk}", f"workstation-{till.pk}", "branch-x", "nowhere-1"]

    for place in [*places, f"branch-{'9' * 30}"]:
        assert desk.get(reverse("settings"), {"place": place}).status_code == 404
        values = {"group": "sample", "shown": ["series"], "sample-series": "Z"}
        assert desk.post(f"{reverse('settings')}?place={place}", values).status_code == 404
    assert not OptionValue.objects.exists()


def test_each_option_has_its_history_with_who_when_what_and_where(
    company, other_company, branch, till, administrator, at_desk
):
    save_options(company, Sample, {"series": "A", "size": "4"}, by="anna")
    save_options(company, Sample, {"series": "B"}, by="bruno", branch=branch)
    save_options(company, Sample, {"series": "C"}, by="carla", workstation=till)
    save_options(None, Sample, {"series": "D"}, by="dario")
    save_options(other_company, Sample, {"series": "E"}, by="elena")

    page = at_desk(administrator).get(reverse("settings"))
    rows = {group.code: rows for group, rows in page.context["groups"]}["sample"]
    told = {row["field"].name: [(who.actor, *words) for who, *words in row["changes"]] for row in rows}
    assert told == {
        "series": [
            ("dario", "for the installation", "FT", "D"),
            ("carla", "workstation Till 1", "B", "C"),
            ("bruno", "branch MI", "A", "B"),
            ("anna", "for the company", "FT", "A"),
        ],
        "size": [("anna", "for the company", "3", "4")],
    }
    assert "bruno" in page.content.decode()
    assert "elena" not in page.content.decode()


@pytest.mark.parametrize(
    "words", ["series", "SÉRIES invoices", "before number", "sample size"], ids=lambda words: words
)
def test_the_search_looks_at_labels_helps_and_areas_without_accents(owner, at_desk, words):
    found = shown(at_desk(owner), q=words)

    assert list(found) == (["size"] if "size" in words else ["series"])
    assert shown(at_desk(owner), q=f"{words} zzz") == {}


def test_the_search_speaks_the_persons_language(company, owner, at_desk):
    for language, word in (("it", "megabyte"), ("fr", "mégaoctets")):
        User.objects.filter(pk=owner.pk).update(language=language)
        page = at_desk(owner).get(reverse("settings"), {"q": word})
        assert [group.code for group, _rows in page.context["groups"]] == ["files"]


def test_the_page_takes_the_same_queries_whatever_the_number_of_options(
    company, branch, till, administrator, at_desk, monkeypatch
):
    desk = at_desk(administrator)
    url = f"{reverse('settings')}?place=workstation-{till.pk}"

    def statements():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(url).status_code == 200
        return len(queries)

    statements()
    few = statements()
    for n in range(12):
        group = option_group(f"more{n}", label=f"More {n}", scope=(COMPANY, WORKSTATION))(
            type(f"More{n}", (), {"__annotations__": {"size": int}, "size": option(n, label="Size")})
        )
        monkeypatch.setitem(options.GROUPS, f"more{n}", group)
        save_options(company, group, {"size": n + 1}, by="anna", workstation=till)
    assert statements() == few


def test_options_are_shown_searched_saved_and_put_back(company, owner, at_desk):
    desk, page = at_desk(owner), reverse("settings")
    found = desk.get(page, {"q": "largest_megabytes"}).context["groups"]
    assert [group.code for group, _rows in found] == ["files"]

    values = {"group": "files", "shown": ["largest_megabytes"], "files-largest_megabytes": "7"}
    desk.post(page, values)
    assert options.read(FileOptions, company).largest_megabytes == 7
    desk.post(page, {"group": "files", "reset": "largest_megabytes"})
    assert options.read(FileOptions, company) == FileOptions()


def test_options_not_on_the_page_stay_as_they_are(company, owner, at_desk):
    save_options(company, MailOptions, {"copy_to_sender": True, "signature": "Aria"}, by="anna")
    at_desk(owner).post(
        reverse("settings"), {"group": "mail", "shown": ["signature"], "mail-signature": "Altra"}
    )

    assert options.read(MailOptions, company) == MailOptions(copy_to_sender=True, signature="Altra")


def test_a_wrong_option_is_said_beside_its_field(company, owner, at_desk):
    values = {"group": "history", "shown": ["days_kept"], "history-days_kept": "10"}
    page = at_desk(owner).post(reverse("settings"), values)

    assert page.status_code == 422
    assert "184" in page.content.decode()
    assert options.read(HistoryOptions, company) == HistoryOptions()


def test_who_may_only_look_at_options_changes_none(company, member_of, at_desk):
    reader = member_of(company, "read_only")
    values = {"group": "files", "shown": ["largest_megabytes"], "files-largest_megabytes": "7"}
    desk, page = at_desk(reader), reverse("settings")

    assert desk.get(page).status_code == 200
    assert desk.post(page, values).status_code == 403
    assert options.read(FileOptions, company) == FileOptions()
