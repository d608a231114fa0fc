import ast
import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import ronda
from ronda.company import options
from ronda.company.models import AuditEntry, Branch, OptionValue
from ronda.company.options import option, option_group
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


del options.GROUPS["example"], options.GROUPS["example_company"]


@pytest.fixture
def branch(company):
    return Branch.objects.create(company=company, code="MI", name="Milano")


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


def test_every_option_is_read_somewhere():
    root = Path(ronda.__file__).parent
    read = {
        node.attr
        for path in root.rglob("*.py")
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    unread = [
        f"{code}.{declared.name}"
        for code, group in OWN_GROUPS.items()
        for declared in dataclasses.fields(group)
        if declared.name not in read
    ]
    assert unread == []
