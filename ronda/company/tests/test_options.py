import ast
import dataclasses
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

import ronda
from ronda.company import options
from ronda.company.domain.nearest import DEFAULT, Found, nearest
from ronda.company.models import AuditEntry, Branch, OptionValue, Workstation
from ronda.company.options import BRANCH, COMPANY, INSTALLATION, PLACES, WORKSTATION, option, option_group
from ronda.company.services import reset_option, save_options
from ronda.company.services.settings import NoSuchOption, NotPerBranch, OptionNotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

options.discover()
OWN_GROUPS = {code: group for code, group in options.GROUPS.items() if group.__module__.startswith("ronda.")}


@option_group("example", label="Example", scope=("company", "branch"))
class Example:
    series: str = option("FT", label="Series", max_length=5)
    threshold: Decimal = option(Decimal("1000.00"), label="Threshold", min_value=Decimal(0), decimal_places=2)
    warn: bool = option(default=True, label="Warn")
    mode: str = option("none", label="Mode", choices=[("none", "No"), ("all", "All")])
    places: tuple[str, ...] = option((), label="Places")
    days: tuple[str, ...] = option(("mon",), label="Days", choices=[("mon", "Mon"), ("tue", "Tue")])


@option_group("example_company", label="Company only")
class CompanyOnly:
    size: int = option(3, label="Size", min_value=1)


@option_group("everywhere", label="Everywhere", scope=(INSTALLATION, COMPANY, BRANCH, WORKSTATION))
class Everywhere:
    series: str = option("FT", label="Series", max_length=5)
    threshold: int = option(0, label="Threshold")
    size: int = option(3, label="Size", scope=(COMPANY,))


del options.GROUPS["example"], options.GROUPS["example_company"], options.GROUPS["everywhere"]


@pytest.fixture
def branch(company):
    return Branch.objects.create(company=company, code="MI", name="Milano")


@pytest.fixture
def till(company, branch):
    return Workstation.objects.create(company=company, branch=branch, name="Till 1", kind="till")


# --- the nearest wins


layers_of_values = st.lists(
    st.tuples(st.sampled_from(PLACES), st.dictionaries(st.sampled_from("abcx"), st.integers())), max_size=6
)


@given(st.dictionaries(st.sampled_from("abc"), st.integers()), layers_of_values)
def test_p8_the_value_of_the_last_layer_that_has_one_counts(defaults, layers):
    found = nearest(defaults, layers)

    assert set(found) == set(defaults)
    for name, default in defaults.items():
        said = [Found(values[name], place) for place, values in layers if name in values]
        assert found[name] == ([Found(default, DEFAULT), *said])[-1]


@pytest.mark.parametrize("where", list(product((True, False), repeat=4)), ids=str)
def test_p8_the_nearest_place_wins_for_every_combination_of_places(company, branch, till, where):
    """Each subset of the four places sets a value: at each place the nearest of those on its way counts."""
    other = Workstation.objects.create(company=company, name="Till 2", kind="till")
    ways = {
        INSTALLATION: (None, None, None),
        COMPANY: (company, None, None),
        BRANCH: (company, branch, None),
        WORKSTATION: (company, None, till),
    }
    chosen = [place for place, sets in zip(PLACES, where, strict=True) if sets]
    for place in chosen:
        firm, at_branch, station = ways[place]
        save_options(
            firm, Everywhere, {"series": place[:5]}, by="anna", branch=at_branch, workstation=station
        )

    def expected(*on_the_way):
        return next((place[:5] for place in reversed(on_the_way) if place in chosen), "FT")

    assert {
        place: [options.read(Everywhere, *way).series for _again in range(2)] for place, way in ways.items()
    } == {place: [expected(*PLACES[: at + 1])] * 2 for at, place in enumerate(PLACES)}
    with options.kept():
        assert options.read(Everywhere, company, None, till.pk).series == expected(*PLACES)
        assert options.read(Everywhere, company, None, other).series == expected(INSTALLATION, COMPANY)


def test_o8_a_workstation_of_another_branch_than_the_record_still_wins(company, branch, till):
    other = Branch.objects.create(company=company, code="RM", name="Roma")
    save_options(company, Everywhere, {"threshold": 1}, by="anna", branch=other)
    assert options.read(Everywhere, company, other, till).threshold == 1
    save_options(company, Everywhere, {"threshold": 2}, by="anna", workstation=till)

    assert options.read(Everywhere, company, other, till).threshold == 2


def test_a_value_where_it_may_not_be_set_any_more_does_not_count(company, branch):
    OptionValue.objects.create(company=company, branch=branch, group="everywhere", name="size", value=9)

    assert options.read(Everywhere, company, branch).size == 3


def test_an_option_of_companies_is_not_set_for_the_installation_nor_for_a_till(company, till):
    for where in ({"company": None}, {"company": company, "workstation": till}):
        with pytest.raises(NotPerBranch):
            save_options(where.pop("company"), Everywhere, {"size": 4}, by="anna", **where)


def test_what_the_installation_says_is_in_the_log_of_every_company(company, other_company):
    save_options(None, Everywhere, {"series": "I"}, by="ada")

    entries = AuditEntry.objects.filter(action="company.options.everywhere").order_by("company")
    assert [(entry.company, entry.facts) for entry in entries] == [
        (firm, {"installation": True, "series": ["FT", "I"]}) for firm in (company, other_company)
    ]


def test_two_reads_of_a_request_take_one_query_with_a_workstation_two(company, till):
    save_options(company, Everywhere, {"series": "T"}, by="anna", workstation=till)
    with options.kept(), CaptureQueriesContext(connection) as queries:
        for _n in range(3):
            assert options.read(Everywhere, company, None, till.pk).series == "T"
            options.read(Example, company)
    assert len(queries) == 2


def test_the_nearest_value_wins_branch_then_company_then_default(company, other_company, branch):
    save_options(company, Example, {"series": "A", "threshold": "500"}, by="anna")
    save_options(company, Example, {"series": "MI"}, by="anna", branch=branch)

    assert options.read(Example, other_company) == Example()
    assert options.read(Example, company) == Example(series="A", threshold=Decimal(500))
    assert options.read(Example, company, branch) == Example(series="MI", threshold=Decimal(500))


def test_every_kind_of_value_comes_back_as_it_was_declared(company):
    values = {
        "series": "",
        "threshold": "0.10",
        "warn": False,
        "mode": "all",
        "places": "Roma\n\n Bari ",
        "days": ["tue"],
    }
    save_options(company, Example, values, by="anna")

    assert options.read(Example, company) == Example(
        "", Decimal("0.10"), warn=False, mode="all", places=("Roma", "Bari"), days=("tue",)
    )


def test_only_what_changed_is_stored_and_told_with_before_and_after(company):
    changed = save_options(company, Example, {"series": "FT", "threshold": "10"}, by="anna")

    assert changed == ["threshold"]
    assert list(OptionValue.objects.values_list("name", "value")) == [("threshold", "10")]
    entry = AuditEntry.objects.get(action="company.options.example")
    assert (entry.actor, entry.facts) == ("anna", {"threshold": ["1000.00", "10"]})


def test_a_value_its_declaration_does_not_allow_is_refused_and_nothing_is_stored(company):
    with pytest.raises(OptionNotAllowed) as refused:
        save_options(company, Example, {"series": "B", "threshold": "-1"}, by="anna")

    assert refused.value.field == "threshold"
    assert not OptionValue.objects.exists()


def test_an_option_nobody_declared_is_refused(company):
    with pytest.raises(NoSuchOption):
        save_options(company, Example, {"colour": "red"}, by="anna")


def test_an_option_of_the_whole_company_is_not_set_for_a_branch(company, branch):
    with pytest.raises(NotPerBranch):
        save_options(company, CompanyOnly, {"size": 4}, by="anna", branch=branch)


def test_a_reset_branch_follows_the_company_and_a_reset_company_the_default(company, branch):
    save_options(company, Example, {"series": "A"}, by="anna")
    save_options(company, Example, {"series": "MI"}, by="anna", branch=branch)

    reset_option(company, Example, "series", by="anna", branch=branch)
    assert options.read(Example, company, branch).series == "A"
    reset_option(company, Example, "series", by="anna")
    assert options.read(Example, company, branch).series == "FT"
    facts = (
        AuditEntry.objects.filter(action="company.options.example")
        .order_by("pk")
        .values_list("facts", flat=True)
    )
    assert list(facts)[2:] == [{"branch": "MI", "series": ["MI", "A"]}, {"series": ["A", "FT"]}]


def test_a_stored_value_no_longer_allowed_gives_way_to_the_default(company):
    OptionValue.objects.create(company=company, group="example", name="mode", value="forgotten")

    assert options.read(Example, company).mode == "none"


def test_a_run_reads_the_options_once_and_sees_its_own_changes(company, branch):
    with options.kept():
        with CaptureQueriesContext(connection) as queries:
            for _n in range(5):
                options.read(Example, company)
                options.read(CompanyOnly, company, branch)
        assert len(queries) == 1
        save_options(company, Example, {"series": "Z"}, by="anna")
        assert options.read(Example, company).series == "Z"


@pytest.mark.parametrize("group", OWN_GROUPS.values(), ids=lambda group: group.__name__)
def test_every_default_passes_its_own_form(group):
    form_class = options.options_form(group)
    defaults = {name: field.prepare_value(field.initial) for name, field in form_class.base_fields.items()}

    form = form_class(data=defaults)
    assert form.errors == {}
    assert group(**form.cleaned_data) == group()


def reads(path: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The attributes a module reads, and the names it mentions."""
    tree = ast.walk(ast.parse(path.read_text()))
    attributes, names = set(), set()
    for node in tree:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            attributes.add(node.attr)
        if isinstance(node, ast.Name):
            names.add(node.id)
        # `getattr(settings, "months")` and `values["months"]` name an option as a text.
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            attributes.add(node.value)
    return frozenset(attributes), frozenset(names)


@cache
def modules() -> dict[Path, tuple[frozenset[str], frozenset[str]]]:
    root = Path(ronda.__file__).parent
    paths = [path for path in root.rglob("*.py") if not {"tests", "migrations"} & set(path.parts)]
    return {path: reads(path) for path in paths}


def readers(group: type) -> Iterable[frozenset[str]]:
    """What is read by the modules that may hold the group: those of its app, and those that name it."""
    declared = Path(__import__(group.__module__, fromlist=["x"]).__file__)
    for path, (attributes, names) in modules().items():
        if path != declared and (path.is_relative_to(declared.parent) or group.__name__ in names):
            yield attributes


def unread(group: type) -> list[str]:
    read = frozenset[str]().union(*readers(group))
    return [one.name for one in dataclasses.fields(group) if one.name not in read]


@pytest.mark.parametrize("group", OWN_GROUPS.values(), ids=lambda group: group.__name__)
def test_every_option_is_read_by_somebody(group):
    assert unread(group) == []


def test_an_option_that_nobody_reads_is_found():
    @option_group("forgotten", label="Forgotten")
    class Forgotten:
        number_of_unicorns: int = option(3, label="Size")

    del options.GROUPS["forgotten"]
    assert unread(Forgotten) == ["number_of_unicorns"]


@pytest.mark.parametrize("group", OWN_GROUPS.values(), ids=lambda group: group.__name__)
def test_every_scope_is_a_place_and_every_option_has_one(group):
    for name, scope in options.scopes(group).items():
        assert scope, name
        assert set(scope) <= set(PLACES), name
