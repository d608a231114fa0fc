"""P25: who did what, when, with what was there before and after."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from ronda.company import wording
from ronda.company.log_screens import facts_in_words
from ronda.company.models import AuditEntry, Branch

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
WRITERS = ("record", "record_many", "note")
SOURCES = [path for path in Path(settings.BASE_DIR, "ronda").rglob("*.py") if "tests" not in path.parts]


def write(company, count, *, actor="anna", label="company.branch", at=START, **facts):
    """Entries one minute apart."""
    made = AuditEntry.objects.bulk_create(
        AuditEntry(
            company=company, actor=actor, action="company.branch.changed", subject_label=label, subject_pk=n,
            facts=facts,
        )
        for n in range(count)
    )  # fmt: skip
    for n, entry in enumerate(made):
        entry.at = at + timedelta(minutes=n)
    AuditEntry.objects.bulk_update(made, ["at"], batch_size=500)
    return made


@pytest.fixture
def desk(company, member_of, client):
    client.force_login(member_of(company, "owner"))
    return client


def listed(desk, **asked):
    return [int(key) for key, *_rest in desk.get(reverse("operation-list"), asked).context["rows"]]


def test_p25_an_operation_shows_what_was_there_before_and_after(company, desk):
    branch = Branch.objects.create(company=company, code="MI", name="Milano Centro")
    [entry] = write(company, 1, name=["Milano", "Milano Centro"], number=7)
    AuditEntry.objects.filter(pk=entry.pk).update(subject_pk=branch.pk)
    page = desk.get(reverse("operation-detail", args=[entry.pk]))

    assert page.context["changed"] == [("nome", "Milano", "Milano Centro")]
    assert [value for _name, value in page.context["others"]] == ["7"]
    assert page.context["record_url"] == reverse("branch-detail", args=[branch.pk])


def test_p25_days_and_amounts_are_written_as_people_write_them(company, desk):
    facts = {"from": "2026-09-01", "total": "1202.49", "price": ["1.50000000", "2.25"], "code": "2026-13-99"}
    [entry] = write(company, 1, **facts)
    with override("it"):
        said = facts_in_words(entry)
    assert said == "dal: 01/09/2026; totale: 1.202,49; prezzo: 1,5 → 2,25; codice: 2026-13-99"


def test_p25_every_fact_an_operation_tells_has_a_name():
    told = {name for path in SOURCES for name in facts_told(ast.parse(path.read_text(encoding="utf-8")))}
    assert {"total", "agent"} <= told
    assert {name for name in told if not wording.name_of_fact(name)} == set()


def facts_told(tree):
    """The names given to `audit.record` and its like."""
    for call in ast.walk(tree):
        called = getattr(call, "func", None)
        if getattr(called, "attr", "") in WRITERS and getattr(called.value, "id", "") == "audit":
            yield from (one.arg for one in call.keywords if one.arg not in (None, "company_id"))
            given = [part for part in ast.walk(call) if isinstance(part, ast.Dict)]
            yield from (key.value for one in given for key in one.keys if isinstance(key, ast.Constant))


def test_p25_the_way_to_a_record_ends_when_it_is_gone(company, desk):
    [entry] = write(company, 1)
    assert desk.get(reverse("operation-detail", args=[entry.pk])).context["record_url"] == ""


def test_p25_operations_are_found_by_kind_record_person_and_day(company, desk):
    [branch] = write(company, 1)
    [role] = write(company, 1, label="company.role", at=START + timedelta(days=2))
    [theirs] = write(company, 1, actor="carla", at=START + timedelta(days=4))
    assert listed(desk, subject_label="company.role") == [role.pk]
    assert listed(desk, subject_label="company.branch", subject_pk_from="0", subject_pk_to="0") == [
        theirs.pk,
        branch.pk,
    ]
    assert listed(desk, at_from="2026-03-03", at_to="2026-03-03") == [role.pk]
    assert listed(desk, at_from="2026-03-04", at_to="2026-03-31") == [theirs.pk]


def test_p25_a_day_of_the_log_is_a_day_of_the_company(company, desk):
    """23:30 UTC on 1 March is 00:30 of 2 March in Rome."""
    [late] = write(company, 1, at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    assert listed(desk, at_from="2026-03-02", at_to="2026-03-02") == [late.pk]
    assert listed(desk, at_from="2026-03-01", at_to="2026-03-01") == []


QUESTIONS = {
    "everything": {},
    "a person": {"actor": "anna"},
    "a kind": {"subject_label": "company.branch"},
    "a record": {"subject_label": "company.branch", "subject_pk_from": "3", "subject_pk_to": "3"},
    "a day": {"at_from": "2026-03-01", "at_to": "2026-03-01"},
}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plan")
@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_p25_no_question_to_the_log_reads_all_of_it(company, desk, asked):
    write(company, 300)
    with CaptureQueriesContext(connection) as queries:
        desk.get(reverse("operation-list"), asked)
    table = AuditEntry._meta.db_table
    for query in queries.captured_queries:
        if table in query["sql"] and query["sql"].startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                plan = " ".join(str(row[3]) for row in cursor.fetchall())
            assert f"SCAN {table}" not in plan, (query["sql"], plan)


def test_p25_the_log_takes_the_same_queries_for_any_number_of_entries(company, desk):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            desk.get(reverse("operation-list"))
        return len(queries)

    write(company, 2)
    statements()
    few = statements()
    write(company, 200)
    assert statements() == few
