"""Many rows in few statements, equal to those that Django itself would write."""

from datetime import UTC, datetime

import pytest

from ronda.company import bulk
from ronda.company.models import AuditEntry
from tests.makers import make_company

NAMES = ("company_id", "at", "actor", "action", "subject_label", "subject_pk", "facts")
AT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_values_are_written_as_django_writes_them(company):
    facts = {"è": ["1", None]}
    bulk.insert_values(AuditEntry, NAMES, [(company.pk, AT, "anna", "tests.bulk", "", None, facts)])
    AuditEntry.objects.create(company=company, actor="anna", action="tests.one", facts=facts)

    many, one = AuditEntry.objects.filter(action__startswith="tests.").order_by("action").values()

    assert (many["at"], many["subject_pk"]) == (AT, None)
    assert {**many, "id": 0, "action": "", "at": ""} == {**one, "id": 0, "action": "", "at": ""}


def test_names_may_stand_in_any_order_and_all_are_needed(company):
    values = {"company_id": company.pk, "at": AT, "actor": "b", "action": "tests.order", "subject_label": ""}
    values |= {"subject_pk": 7, "facts": {}}
    bulk.insert_values(AuditEntry, tuple(reversed(values)), [tuple(reversed(values.values()))])
    assert AuditEntry.objects.filter(action="tests.order", actor="b", subject_pk=7).count() == 1

    with pytest.raises(TypeError, match="AuditEntry: give company_id, at"):
        bulk.insert_values(AuditEntry, NAMES[1:], [(AT, "b", "tests.order", "", 7, {})])


def test_more_values_than_a_statement_takes_go_into_several(company, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(bulk, "MAX_VALUES", 3 * len(NAMES))
    rows = [(company.pk, AT, "c", "tests.many", "", number, {}) for number in range(7)]
    with django_assert_num_queries(3):
        bulk.insert_values(AuditEntry, NAMES, rows)
    with django_assert_num_queries(0):
        bulk.insert_values(AuditEntry, NAMES, [])
    found = AuditEntry.objects.filter(action="tests.many").values_list("subject_pk", flat=True)
    assert sorted(found) == list(range(7))


@pytest.fixture
def company():
    return make_company()
