"""O2, O65: how long operations stay in the log."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from ronda.company.company_options import HistoryOptions
from ronda.company.models import AuditEntry, Membership
from ronda.company.services import housekeeping
from ronda.company.services.housekeeping import forget_old_operations

NOW = datetime(2026, 3, 2, 3, 40, tzinfo=UTC)


def written(company, action, days):
    entry = AuditEntry.objects.create(company=company, actor="anna", action=action)
    AuditEntry.objects.filter(pk=entry.pk).update(at=NOW - timedelta(days=days))
    return entry.pk


@pytest.fixture
def empty_log(company):
    AuditEntry.objects.all().delete()
    return company


def left():
    return set(AuditEntry.objects.exclude(action="company.history.trimmed").values_list("pk", flat=True))


def test_o65_without_settings_six_months_are_kept_and_ten_years_of_what_the_books_rest_on(empty_log):
    assert (HistoryOptions().days_kept, HistoryOptions().years_kept_by_law) == (184, 10)
    young = written(empty_log, "parties.party.changed", 184)
    written(empty_log, "parties.party.changed", 185)
    lasting = [
        written(empty_log, action, 3650)
        for action in ("billing.document.issued", "company.counter.changed", "payments.payment.recorded")
    ]
    written(empty_log, "billing.document.issued", 3654)
    gone = written(empty_log, "privacy.customer.anonymised", 400)

    assert forget_old_operations(empty_log, now=NOW) == 2
    assert left() == {young, gone, *lasting}
    trimmed = AuditEntry.objects.get(action="company.history.trimmed")
    assert trimmed.facts == {"removed": 2, "days_kept": 184}


def test_o65_old_operations_go_a_few_at_a_time(empty_log, monkeypatch):
    monkeypatch.setattr(housekeeping, "ENTRIES_AT_ONCE", 3)
    for _n in range(8):
        written(empty_log, "parties.party.changed", 300)
    assert forget_old_operations(empty_log, now=NOW) == 8
    assert left() == set()


def test_o2_the_page_of_the_log_says_how_long_it_is_kept(company, client, django_user_model):
    user = django_user_model.objects.create_user("olga")
    Membership.objects.create(
        user=user, company=company, role=company.roles.get(code="owner"), is_default=True
    )
    client.force_login(user)
    page = client.get(reverse("operation-list")).content.decode()
    assert [word for word in ("184", "?group=history") if word not in page] == []
