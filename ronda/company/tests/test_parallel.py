"""What several connections do at once on PostgreSQL; on SQLite see ronda/site/tests/test_sqlite.py."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ronda.company.jobs import enqueue_job, enqueue_many
from ronda.company.jobs.worker import claim, run_pending
from ronda.company.models import Branch, Company, Job
from ronda.company.numbering import take_number
from ronda.company.tests import tasks_for_tests as tasks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres(only=True)]

TODAY = date(2026, 3, 2)


def at_once(count, work):
    """Run `work(n)` in that many threads, each with a connection of its own; what they raised."""
    raised = []

    def one(n):
        try:
            work(n)
        except AssertionError as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_r33_two_hundred_documents_issued_at_once_leave_no_gap_and_no_duplicate():
    company = Company.objects.create(name="Aria Srl", country="IT")

    def issue(n):
        for _n in range(50):
            with transaction.atomic():
                number = take_number(company, "FT", on=TODAY)
                Branch.objects.create(company=company, code=str(number), name=f"client {n}")

    assert at_once(4, issue) == []
    assert sorted(int(code) for code in Branch.objects.values_list("code", flat=True)) == list(range(1, 201))


def test_workers_side_by_side_run_each_job_once():
    tasks.SEEN.clear()
    enqueue_many(tasks.see, [(None, [n]) for n in range(40)])

    assert at_once(4, lambda _n: run_pending()) == []
    assert sorted(tasks.SEEN) == [[n] for n in range(40)]
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}


def test_a_worker_passes_over_a_job_another_one_is_taking():
    enqueue_job(tasks.see, "first")
    second = enqueue_job(tasks.see, "second")
    with transaction.atomic():
        assert Job.objects.select_for_update().order_by("pk").first() is not None

        def look(_n):
            assert claim("w", timezone.now(), threading.Event()).pk == second.pk

        assert at_once(1, look) == []
