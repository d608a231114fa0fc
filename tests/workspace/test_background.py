"""An action on more records than a person waits for runs as a job, and tells what became of each."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.urls import reverse

from ronda.company import bulk_actions
from ronda.company.jobs.worker import claim, execute, run_pending
from ronda.company.models import Branch, Job, Role
from ronda.workspace import background
from ronda.workspace.acting import run_action
from tests.workspace.conftest import member_of
from tests.workspace.workspaces import RUN

pytestmark = pytest.mark.django_db
LATER = datetime(2099, 1, 1, tzinfo=UTC)
ALL = {"all": "1", "filter": "q=In", "suffix": "x"}


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(background, "WAITED_FOR", 5)


def branches(company, count, **names):
    return Branch.objects.bulk_create(
        Branch(company=company, code=f"B{n:03d}", name=names.get(f"b{n}", f"In {n}"), address="In")
        for n in range(count)
    )


def started(page, **facts):
    answer = page.post("/test-branch/do/rename/", {**ALL, "filter": "", **facts})
    return answer, Job.objects.get()


def test_few_records_are_done_while_the_person_waits(page, company):
    branches(company, 5)
    page.post("/test-branch/do/rename/", ALL)
    assert len(RUN) == 5
    assert not Job.objects.exists()


def test_many_records_become_a_job_of_the_person_and_the_company(page, company):
    branches(company, 6)
    answer, job = started(page)
    assert RUN == []
    assert answer.url == reverse("job-outcome", args=[job.pk])
    assert (job.total, job.by, job.company) == (6, "anna", company)
    run_pending()
    assert sorted(RUN) == [(f"In {n}", "x", "anna") for n in range(6)]
    job.refresh_from_db()
    assert (job.state, job.done, job.note) == (Job.State.DONE, 6, "Rename")


def test_the_page_says_what_was_done_refused_and_asked(page, company):
    found = branches(company, 8, b2="closed", b3="ask")
    answer, job = started(page)
    assert "ui-progress" in page.get(answer.url).content.decode()
    run_pending()
    job.refresh_from_db()
    assert (job.result["done"], job.result["refused"], job.result["asked"]) == (6, 1, 1)
    html = page.get(answer.url).content.decode()
    assert "It is closed. Open it first." in html
    assert "Really?" in html
    assert f'name="id" value="{found[3].pk}"' in html
    assert f"/test-branch/{found[2].pk}/" in html
    assert f'name="id" value="{found[2].pk}"' not in html


def test_only_records_of_the_filter_at_the_time_of_asking_are_touched(page, company, other_company):
    branches(company, 6)
    Branch.objects.create(company=other_company, code="X", name="In foreign")
    page.post("/test-branch/do/rename/", ALL)
    Branch.objects.create(company=company, code="Z", name="In later")
    Branch.objects.filter(company=company, code="B000").delete()
    run_pending()
    assert sorted(name for name, _suffix, _by in RUN) == [f"In {n}" for n in range(1, 6)]
    assert Job.objects.get().result["named"]["refused"][0][3] == "It is not there any more."


def test_after_an_interruption_no_record_is_done_twice(page, company, monkeypatch):
    branches(company, 7, b1="closed")
    _answer, job = started(page)
    calls = []

    def breaks_once(action, records, **facts):
        calls.append(records)
        if len(calls) == 4:
            raise ZeroDivisionError
        return run_action(action, records, **facts)

    monkeypatch.setattr(bulk_actions, "run_action", breaks_once)
    for _try in range(2):
        execute(claim("w", LATER, threading.Event()))
    assert sorted(RUN) == [(f"In {n}", "x", "anna") for n in range(7) if n != 1]
    job.refresh_from_db()
    assert (job.state, job.result["done"], job.result["refused"]) == (Job.State.DONE, 6, 1)


def test_what_was_done_before_an_error_for_good_stays_told(page, company, monkeypatch):
    branches(company, 6)
    answer, job = started(page)
    Job.objects.update(max_attempts=1)

    def breaks_at_the_fourth(action, records, **facts):
        if records[0].code == "B003":
            raise ZeroDivisionError
        return run_action(action, records, **facts)

    monkeypatch.setattr(bulk_actions, "run_action", breaks_at_the_fourth)
    run_pending()
    job.refresh_from_db()
    assert (job.state, job.done, job.result["done"]) == (Job.State.FAILED, 3, 3)
    assert "ended before its time" in page.get(answer.url).content.decode()


def test_a_person_who_lost_the_permission_meanwhile_does_nothing(page, company):
    branches(company, 6)
    _answer, job = started(page)
    Role.objects.filter(company=company).update(grants_all=False)
    run_pending()
    job.refresh_from_db()
    assert (job.state, RUN) == (Job.State.FAILED, [])


def test_a_wrong_form_is_told_at_once(page, company):
    branches(company, 6)
    answer = page.post("/test-branch/do/rename/", {**ALL, "suffix": ""})
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_the_outcome_is_for_who_started_it_and_for_the_company_only(page, client, company, other_company):
    branches(company, 6)
    answer, _job = started(page)
    assert page.get(answer.url).status_code == 200
    client.force_login(member_of(company, "bruno"))
    assert client.get(answer.url).status_code == 404
    client.force_login(member_of(other_company, "zoe", grants_all=True))
    assert client.get(answer.url).status_code == 404


WORKER = """
import django
django.setup()
from ronda.workspace.background import ActionGone, Resumed
from ronda.workspace.registry import registry
assert registry.get("document") is None, "the addresses are loaded already: this proves nothing"
class Nobody:
    def has_perm(self, name):
        print(name)
        return False
try:
    Resumed("document", "issue", "", user=Nobody(), company=None)
except ActionGone:
    print("asked")
"""


def test_a_worker_that_never_served_a_page_knows_the_actions(tmp_path):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "ronda.site.settings", "RONDA_VAR": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", WORKER], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert told.stdout.split() == ["billing.issue_document", "asked"], told.stderr
