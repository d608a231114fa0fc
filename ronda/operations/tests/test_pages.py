"""What whoever watches the installation sees, and who may see it."""

import json
import logging
import shutil
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.urls import reverse

from ronda.company.models import Company, Job, Role
from ronda.operations import tasks
from ronda.operations.logs import JsonLines
from ronda.operations.models import Backup, DataCheck, DataFinding, Drill
from ronda.operations.services.auditing import check_data
from tests.makers import make_backup, make_company, make_data_check

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def administrator(client):
    company = make_company()
    user = get_user_model().objects.create_superuser("anna", password="x")
    user.memberships.create(
        company=company, role=Role.objects.filter(company=company).first(), is_default=True
    )
    client.force_login(user)
    return client


def kept(days, *, drilled=None):
    backup = make_backup(None, 1)
    Backup.objects.filter(pk=backup.pk).update(made_at=NOW - timedelta(days=days))
    if drilled is not None:
        Drill.objects.create(backup=backup, name="b", at=NOW - timedelta(days=drilled), passed=True)


@pytest.mark.parametrize(
    ("made", "drilled", "ambers"), [(None, None, 2), (1, None, 1), (31, 1, 1), (1, 31, 1), (30, 30, 0)]
)
def test_the_home_page_shows_the_last_backup_and_drill_and_warns_after_30_days(
    administrator, made, drilled, ambers
):
    if made is not None:
        kept(made, drilled=drilled)

    card = administrator.get(reverse("home")).content.decode().partition("Safety of the data")[2]

    assert card.count("badge-amber") == ambers


def test_a_drill_that_failed_does_not_count(administrator):
    kept(1, drilled=1)
    Drill.objects.update(passed=False)

    assert administrator.get(reverse("home")).context["safety"].drill_is_old


def test_who_does_not_administer_the_installation_sees_nothing_of_backups(client):
    company = make_company()
    user = get_user_model().objects.create_user("bruno")
    user.memberships.create(
        company=company, role=Role.objects.get(company=company, grants_all=True), is_default=True
    )
    client.force_login(user)
    kept(1)

    assert "safety" not in client.get(reverse("home")).context
    assert client.post(reverse("backup-now")).status_code == 403
    page = client.get(reverse("backup-list"))
    assert page.status_code == 403 or "person1" not in page.content.decode()


def test_a_backup_is_asked_for_with_a_button(administrator):
    page = administrator.get(reverse("backup-list"))
    assert reverse("backup-now") in page.content.decode()

    administrator.post(reverse("backup-now"))

    assert Job.objects.get(kind="ronda.operations.tasks.back_up_now").by == "anna"


def far_away(client, name, **headers):
    return client.get(reverse(name), REMOTE_ADDR="192.0.2.7", **headers)


def test_ready_says_the_details_to_this_computer_and_to_administrators_only(client, administrator):
    kept(2)
    checks = client.get(reverse("readyz")).json()["checks"]
    assert checks["last_backup"] == {"good": True, "value": 2 * 86400}
    assert checks["last_drill"] == {"good": False, "value": None}
    assert "checks" in far_away(administrator, "readyz").json()

    client.logout()
    assert far_away(client, "readyz").json() == {"ready": True}
    assert client.get(reverse("readyz"), HTTP_X_FORWARDED_FOR="192.0.2.7").json() == {"ready": True}


def test_ready_is_503_without_room_and_without_migrations(client, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1))
    assert client.get(reverse("readyz")).status_code == 503

    monkeypatch.undo()
    monkeypatch.setattr("ronda.operations.services.readiness._is_migrated", lambda: False)
    answer = client.get(reverse("readyz"))
    assert (answer.status_code, answer.json()["checks"]["migrations"]["good"]) == (503, False)


def test_a_job_long_due_says_that_no_worker_runs(client):
    Job.objects.create(kind="a.b", due=NOW - timedelta(minutes=11))

    answer = client.get(reverse("readyz"))

    assert answer.status_code == 200
    assert answer.json()["checks"]["oldest_due_job"] == {"good": False, "value": 660}


def test_metrics_are_for_this_computer_or_with_the_token(client, monkeypatch):
    Job.objects.create(kind="a.b", due=NOW)
    assert 'ronda_jobs{state="queued"} 1\n' in client.get(reverse("metrics")).content.decode()
    assert far_away(client, "metrics").status_code == 404
    assert far_away(client, "metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404

    monkeypatch.setenv("RONDA_METRICS_TOKEN", "olio")
    assert far_away(client, "metrics", HTTP_AUTHORIZATION="Bearer aceto").status_code == 404
    assert far_away(client, "metrics", HTTP_AUTHORIZATION="Bearer olio").status_code == 200


def test_a_log_line_names_request_person_and_company_by_number_only(administrator, caplog):
    caplog.set_level(logging.INFO, "ronda.requests")
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(JsonLines().format(record))
    logging.getLogger("ronda.requests").addHandler(handler)
    try:
        answer = administrator.get(reverse("backup-list") + "?q=Rossi")
    finally:
        logging.getLogger("ronda.requests").removeHandler(handler)

    (line,) = map(json.loads, lines)
    user = get_user_model().objects.get()
    assert line["request"] == answer.headers["X-Request-ID"]
    assert (line["user"], line["company"]) == (user.pk, user.memberships.get().company_id)
    assert (line["path"], line["status"]) == (reverse("backup-list"), 200)
    assert "anna" not in lines[0]
    assert "Rossi" not in lines[0]


# --- checks of the data ----------------------------------------------------------------------------------


def test_the_home_page_warns_of_what_the_last_check_found(administrator):
    company = administrator.get(reverse("home")).context["company"]
    run = make_data_check(company, 1)
    assert "must not be" not in administrator.get(reverse("home")).content.decode()

    DataCheck.objects.update(found=3)

    page = administrator.get(reverse("home")).content.decode()
    assert "The check of the data found 3 things that must not be" in page
    assert reverse("datacheck-detail", args=[run.pk]) in page


def test_check_now_queues_a_check_of_the_company_and_of_the_installation_for_administrators(administrator):
    administrator.post(reverse("check-now"))

    kinds = Job.objects.filter(kind="ronda.operations.tasks.check_now").order_by("pk")
    assert [job.args["args"] for job in kinds] == [[kinds[0].company_id], []]


def test_the_tasks_check_every_company_and_the_installation(administrator):
    tasks.check_every_night.func()

    assert sorted(str(run.company) for run in DataCheck.objects.all()) == ["Aria Srl", "None"]


def test_a_finding_is_shown_with_its_remedy_and_the_way_to_its_record(administrator):
    run = make_data_check(Company.objects.get(), 1)
    result = {"code": "payments.dues", "rows": 1, "found": 1, "seconds": "0.01", "sums": {"due": "5.00"}}
    DataCheck.objects.update(results=[result], found=1)
    facts = {"document": "FT 1/2026", "sum": "1.00", "payable": "2.00"}
    DataFinding.objects.create(
        check_run=run, code="payments.dues", problem="sum", facts=facts, model="billing.document", record=77
    )

    page = administrator.get(reverse("datacheck-detail", args=[run.pk])).content.decode()

    assert "The dues of FT 1/2026 add up to 1.00 instead of 2.00." in page
    assert "/document/77/" in page
    assert "Open the document and correct its dues" in page
    assert "This result was changed" in page


def test_a_certificate_is_read_and_downloaded_by_its_company_alone(administrator):
    mine = check_data(Company.objects.get(), by="anna", now=NOW)
    theirs = make_data_check(make_company("Altra Srl"), 1)

    page = administrator.get(reverse("certificate", args=[mine.pk])).content.decode()
    assert mine.digest in page.replace("<wbr>", "")
    assert "This result was changed" not in page
    assert administrator.get(reverse("certificate-pdf", args=[mine.pk])).content.startswith(b"%PDF")
    for name in ("certificate", "certificate-pdf"):
        assert administrator.get(reverse(name, args=[theirs.pk])).status_code == 404


def test_checks_of_the_installation_are_for_its_administrators(client):
    company = make_company()
    of_all = make_data_check(None, 1)
    user = get_user_model().objects.create_user("bruno")
    user.memberships.create(
        company=company, role=Role.objects.get(company=company, grants_all=True), is_default=True
    )
    client.force_login(user)

    assert client.get(reverse("datacheck-detail", args=[of_all.pk])).status_code == 404
    get_user_model().objects.update(is_superuser=True)
    assert client.get(reverse("datacheck-detail", args=[of_all.pk])).status_code == 200


def test_metrics_count_what_the_last_checks_found(client):
    make_data_check(make_company(), 1)
    DataCheck.objects.update(found=2)

    said = client.get(reverse("metrics")).content.decode()

    assert "ronda_data_findings 2" in said
    assert "ronda_last_data_check_age_seconds" in said
