"""P30: a company's own fields in lists: columns, filters, search, order, export."""

from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import reverse

from ronda.customfields.models import CustomField
from ronda.customfields.services import save_values
from ronda.parties.models import Party
from ronda.workspace.listing import Listing
from ronda.workspace.registry import registry
from tests.custom_fields.making import (
    MAKERS,
    TODAY,
    VALUES,
    add_fields,
    address,
    every_kind,
    fill,
    queries_of,
)
from tests.makers import make_party

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@every_kind
def test_p30_five_fields_cost_a_list_one_query_at_one_row_and_at_ten(model, owner, company):
    list_url = address(model, "list")
    first = MAKERS[model](company, 1)
    queries_of(owner, list_url)
    bare = queries_of(owner, list_url)
    add_fields(company, model)
    fill(company, model, first)
    one = queries_of(owner, list_url)
    for n in range(2, 11):
        fill(company, model, MAKERS[model](company, n))
    assert (one, queries_of(owner, list_url)) == (bare + 1, bare + 1)


@every_kind
def test_p30_the_api_reads_the_fields_of_a_page_in_one_query(model, owner, company):
    url = reverse(f"api-{registry.of(model).base()}-list")
    first = MAKERS[model](company, 1)
    queries_of(owner, url)
    bare = queries_of(owner, url)
    add_fields(company, model)
    fill(company, model, first)
    for n in range(2, 8):
        fill(company, model, MAKERS[model](company, n))
    assert queries_of(owner, url) == bare + 1


@every_kind
def test_p30_a_list_shows_the_fields_the_company_wants_and_others_when_chosen(model, owner, company):
    record = MAKERS[model](company, 1)
    add_fields(company, model)
    CustomField.objects.filter(code="value").update(in_list=False)
    fill(company, model, record)
    page = owner.get(address(model, "list")).content.decode()
    assert "Own serial" in page
    assert "AB-1" in page
    assert "Gas</td>" in page
    assert "1,250.00" not in page
    chosen = owner.get(address(model, "list"), {"cols": "custom_value"}).content.decode()
    assert "1,250.00" in chosen
    assert "AB-1" not in chosen


def found(model, company, user, **given):
    """The records a list shows for these parameters."""
    asked = QueryDict(mutable=True)
    for name, value in given.items():
        asked.setlist(name, value if isinstance(value, list) else [value])
    request = RequestFactory().get("/")
    request.company, request.user = company, user
    return {one.pk for one in Listing(registry.of(model), request, asked, today=TODAY).rows}


@every_kind
def test_p30_each_kind_has_its_filter(model, owner, company, django_user_model):
    user = django_user_model.objects.get(username="anna")
    first, second, third = (MAKERS[model](company, n) for n in (1, 2, 3))
    add_fields(company, model)
    fill(company, model, first)
    other = {"custom_serial": "CD-2", "custom_power": Decimal(50), "custom_value": Decimal("99.99")}
    later = {"custom_tested": date(2026, 9, 1), "custom_fuel": "oil"}
    fill(company, model, second, **other, **later)

    def ask(**given):
        return found(model, company, user, **given)

    assert ask(custom_power_from="24,5", custom_power_to="24.5") == {first.pk}
    assert ask(custom_power_from="30") == {second.pk}
    assert ask(custom_value_to="100") == {second.pk}
    assert ask(custom_tested_from="1/3/2026", custom_tested_to="31/3/2026") == {first.pk}
    assert ask(custom_tested="this_month") == {first.pk}
    assert ask(custom_fuel="oil") == {second.pk}
    assert ask(custom_fuel=["oil", "gas"]) == {first.pk, second.pk}
    assert ask(custom_fuel="-") == {third.pk}
    assert ask(custom_fuel=["-", "gas"]) == {first.pk, third.pk}
    assert ask(custom_serial="cd") == {second.pk}
    assert ask(custom_serial="ab-1") == {first.pk}
    assert ask(custom_serial="nowhere") == set()


@every_kind
def test_p30_a_list_finds_records_by_the_words_of_their_fields(model, owner, company, django_user_model):
    user = django_user_model.objects.get(username="anna")
    first, second = (MAKERS[model](company, n) for n in (1, 2))
    add_fields(company, model)
    fill(company, model, first, custom_serial="Zephyr 3000")
    fill(company, model, second, custom_fuel="oil")
    assert found(model, company, user, q="zephyr") == {first.pk}
    assert found(model, company, user, q="zephyr 3000") == {first.pk}
    assert found(model, company, user, q="zephyr nothing") == set()


@every_kind
def test_p30_a_list_is_sorted_by_each_field_and_what_has_none_comes_last(model, owner, company):
    first, second, bare = (MAKERS[model](company, n).pk for n in (1, 2, 3))
    add_fields(company, model)
    more = {"custom_serial": "ZZ", "custom_power": Decimal(50), "custom_value": Decimal(9000)}
    later = {"custom_tested": date(2027, 1, 1), "custom_fuel": "oil"}
    save_values(model, company.pk, {first: VALUES, second: more | later}, by="test")
    for key in VALUES:
        for sort, order in ((key, [first, second, bare]), (f"-{key}", [second, first, bare])):
            listing = owner.get(address(model, "list"), {"sort": sort}).context["listing"]
            assert [one.pk for one in listing.page] == order, sort


def test_p30_odd_values_of_filters_break_nothing(owner, company):
    make_party(company, 1)
    add_fields(company, Party)
    for value in ("1", "x", "this_month", "9" * 30, "a'%_ \\", "\x00", "-"):
        for code in ("serial", "power", "value", "tested", "fuel"):
            key = f"custom_{code}"
            given = {key: value, f"{key}_from": value, f"{key}_to": value, "cols": key, "sort": key}
            assert owner.get(address(Party, "list"), given).status_code == 200, given


def test_p30_a_filter_says_in_words_what_it_does_and_is_removed(owner, company):
    add_fields(company, Party)
    page = owner.get(address(Party, "list"), {"custom_fuel": "gas", "custom_serial": "AB"}).content.decode()
    assert "Own fuel" in page
    assert "Own serial" in page
