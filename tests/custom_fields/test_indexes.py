"""P30: a filter by a company's own field reads an index: SQLite's planner says so of tables of any size."""

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from ronda.parties.models import Party
from ronda.workspace.listing import Listing
from ronda.workspace.registry import registry
from tests.custom_fields.making import TODAY, add_fields
from tests.makers import make_party

pytestmark = pytest.mark.django_db


def plan_of(rows):
    return rows.values("pk").explain()


@pytest.mark.parametrize(
    ("given", "index"),
    [
        ({"custom_power_from": "99990"}, "custom_value_number"),
        ({"custom_value_to": "10"}, "custom_value_number"),
        ({"custom_tested_to": "1900-01-03"}, "custom_value_day"),
        ({"custom_fuel": "oil"}, "custom_value_choice"),
    ],
)
def test_p30_a_filter_reads_the_index_of_its_kind(owner, company, given, index, django_user_model):
    make_party(company, 1)
    add_fields(company, Party)
    request = RequestFactory().get("/")
    request.company, request.user = company, django_user_model.objects.get(username="anna")
    asked = QueryDict(mutable=True)
    asked.update(given)
    plan = plan_of(Listing(registry.of(Party), request, asked, today=TODAY).rows)
    assert index in plan, plan
