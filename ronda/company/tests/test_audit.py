from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ronda.company import audit
from ronda.company.company_options import HistoryOptions
from ronda.company.context import acting_for
from ronda.company.models import AuditEntry, Branch
from ronda.company.retention import kept_for_years
from ronda.company.services import save_options
from ronda.company.services.housekeeping import forget_old_operations
from ronda.kernel.bus import publish
from ronda.workspace.events import RecordSaved

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def branch(company):
    return Branch.objects.create(company=company, code="MI", name="Milano")


def test_an_operation_keeps_author_subject_company_and_facts(company, branch):
    audit.record("anna", "company.branch.moved", branch, on=date(2026, 3, 2), cost=Decimal("1.50"))

    entry = AuditEntry.objects.get(action="company.branch.moved")
    assert (entry.actor, entry.company, entry.subject_label, entry.subject_pk, entry.facts) == (
        "anna",
        company,
        "company.branch",
        branch.pk,
        {"on": "2026-03-02", "cost": "1.50"},
    )


def test_a_subject_without_company_takes_the_one_acting(company, django_user_model):
    user = django_user_model.objects.create_user("carla")
    with acting_for(company.pk, "anna"):
        audit.record("anna", "company.user.seen", user)

    assert AuditEntry.objects.get(action="company.user.seen").company == company


def test_a_run_writes_its_rows_in_one_statement(branch):
    with CaptureQueriesContext(connection) as queries:
        audit.record_many("anna", "company.branch.seen", [(branch, {"n": n}) for n in range(50)])

    assert len([query for query in queries if "INSERT" in query["sql"]]) == 1
    assert AuditEntry.objects.filter(action="company.branch.seen").count() == 50


def test_a_form_edit_is_in_the_history_with_before_and_after(company, branch):
    with transaction.atomic():
        publish(
            RecordSaved(
                "company.branch",
                branch.pk,
                company_id=company.pk,
                by="anna",
                added=False,
                changes={"name": ["Milano", "Milano Centro"]},
            )
        )

    entry = AuditEntry.objects.get(action="company.branch.changed")
    assert (entry.actor, entry.company, entry.facts) == (
        "anna",
        company,
        {"name": ["Milano", "Milano Centro"]},
    )


def test_operations_older_than_the_company_keeps_them_go_and_the_going_is_told(company, other_company):
    save_options(company, HistoryOptions, {"days_kept": 200}, by="anna")
    now = datetime(2027, 3, 2, tzinfo=UTC)
    AuditEntry.objects.update(at=now - timedelta(days=250))
    AuditEntry.objects.filter(kept_for_years(), company=company).delete()
    audit.record("anna", "parties.party.changed", company)
    AuditEntry.objects.filter(company=company).update(at=now - timedelta(days=250))
    old, theirs = (AuditEntry.objects.filter(company=one).count() for one in (company, other_company))

    removed = forget_old_operations(company, now=now)

    kept = AuditEntry.objects.filter(company=company).values_list("action", "facts")
    assert removed == old >= 2
    assert list(kept) == [("company.history.trimmed", {"removed": old, "days_kept": 200})]
    assert AuditEntry.objects.filter(company=other_company).count() == theirs
