import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django_tasks.base import TaskResultStatus

from ronda.company.context import acting_for
from ronda.company.jobs import cron_rows, enqueue_job, enqueue_many, fence, progress, stopping
from ronda.company.jobs.cron_rows import schedule, sync_schedules, tick
from ronda.company.jobs.run import JobRun, LostLease
from ronda.company.jobs.worker import claim, execute, run, run_pending
from ronda.company.models import Branch, Company, Job, Schedule
from ronda.company.services import retry_job, stop_job
from ronda.company.services.jobs import JobFinished, JobNotFinished
from ronda.company.tests import tasks_for_tests as tasks

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

LATER = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_seen():
    tasks.SEEN.clear()


def job_row(job):
    return Job.objects.get(pk=job.pk)


def test_a_job_runs_once_with_its_arguments_and_keeps_its_result():
    job = enqueue_job(tasks.see, 7, "x")

    assert [run_pending(), run_pending()] == [1, 0]
    done = job_row(job)
    assert tasks.SEEN == [[7, "x"]]
    assert (done.state, done.due, done.result, done.attempts) == (Job.State.DONE, None, {"seen": 2}, 1)


def test_enqueue_of_django_tasks_writes_a_job_and_finds_its_result():
    result = tasks.see.enqueue("x")
    assert result.status == TaskResultStatus.READY

    run_pending()

    result.refresh()
    assert (result.status, result.return_value) == (TaskResultStatus.SUCCESSFUL, {"seen": 1})


def test_a_job_belongs_to_the_transaction_that_queues_it():
    with transaction.atomic():
        enqueue_job(tasks.see)
        transaction.set_rollback(True)

    assert not Job.objects.exists()


def test_a_key_admits_one_job_even_after_it_is_done():
    first = enqueue_job(tasks.see, 1, key="run:1")
    run_pending()
    again = enqueue_job(tasks.see, 2, key="run:1")
    enqueue_many(tasks.see, [("run:1", [3]), ("run:2", [4]), (None, [5])])
    run_pending()

    assert again == first
    assert sorted(tasks.SEEN) == [[1], [4], [5]]


def test_a_job_knows_the_company_and_person_it_works_for(company):
    enqueue_job(tasks.see_job, company=company, by="anna")
    with acting_for(company.pk, "carla"):
        tasks.see_job.enqueue()
    run_pending()

    assert [(company.pk, "anna", False), (company.pk, "carla", False)] == tasks.SEEN


def test_urgent_jobs_come_first_and_later_ones_wait():
    enqueue_job(tasks.see, "plain")
    enqueue_job(tasks.see.using(priority=5), "urgent")
    enqueue_job(tasks.see.using(run_after=LATER), "later")
    run_pending()

    assert tasks.SEEN == [["urgent"], ["plain"]]


def test_a_failed_job_is_tried_again_later_and_keeps_its_error():
    job = enqueue_job(tasks.fail)
    run_pending()

    waiting = job_row(job)
    assert (waiting.state, waiting.failures) == (Job.State.QUEUED, 1)
    assert waiting.due - waiting.started_at >= timedelta(seconds=10)
    assert "ZeroDivisionError: on purpose" in waiting.error


def test_after_the_last_try_a_job_stays_failed_and_can_be_started_again(company):
    job = enqueue_job(tasks.fail, max_attempts=1, company=company)
    run_pending()
    failed = job_row(job)
    assert (failed.state, failed.due) == (Job.State.FAILED, None)

    retry_job(failed, by="anna", now=datetime(2026, 3, 2, tzinfo=UTC))
    assert run_pending() == 1
    assert job_row(job).attempts == 2


def test_a_refusal_is_final_and_says_why():
    job = enqueue_job(tasks.refuse)
    run_pending()

    assert (job_row(job).state, job_row(job).error) == (Job.State.FAILED, "Not today.")


def test_progress_is_told_and_resumed(company):
    Branch.objects.create(company=company, code="1", name="unit 1")
    job = enqueue_job(tasks.write_branches, company.pk, 3)
    run_pending()

    done = job_row(job)
    assert (done.state, done.done, done.total, done.note) == (Job.State.DONE, 3, 3, "unit 3")
    assert list(Branch.objects.order_by("pk").values_list("code", flat=True)) == ["1", "2", "3"]


def test_a_stop_takes_effect_after_the_unit_under_way(company):
    job = enqueue_job(tasks.ask_to_stop_itself, company.pk)
    run_pending()

    assert (job_row(job).state, Branch.objects.count()) == (Job.State.STOPPED, 1)


def test_a_waiting_job_that_is_stopped_never_runs(company):
    job = stop_job(enqueue_job(tasks.see, company=company), by="anna", now=LATER)

    assert (run_pending(), job_row(job).state) == (0, Job.State.STOPPED)
    with pytest.raises(JobFinished):
        stop_job(job, by="anna", now=LATER)


def test_only_a_job_that_ended_badly_is_started_again(company):
    with pytest.raises(JobNotFinished):
        retry_job(enqueue_job(tasks.see, company=company), by="anna", now=LATER)


def test_a_worker_that_leaves_puts_its_job_back_and_nothing_counts_as_a_failure(company):
    job = enqueue_job(tasks.leave_in_the_middle, company.pk)
    run_pending(limit=1)

    back = job_row(job)
    assert (back.state, back.failures, Branch.objects.count()) == (Job.State.QUEUED, 0, 0)


def test_a_worker_that_lost_its_lease_writes_nothing(company):
    job = enqueue_job(tasks.be_overtaken, company.pk)
    run_pending(limit=1)

    other = job_row(job)
    assert (other.state, other.worker, Branch.objects.count()) == (Job.State.RUNNING, "another", 0)


def test_a_fence_outside_a_transaction_is_a_programming_error(transactional_db):
    held = JobRun(1, "x", "w", 1, None, "", last_try=False)
    with pytest.raises(RuntimeError):
        fence(held)
    with pytest.raises(LostLease):
        progress(held, done=1)
    assert (fence(None), progress(None, done=1), stopping(None)) == (None, None, False)


def taken(now):
    return claim("w", now, threading.Event())


def test_a_job_whose_worker_died_is_taken_again_when_the_lease_ends():
    job = enqueue_job(tasks.see)
    now = job_row(job).due
    first = taken(now)

    assert taken(now + timedelta(seconds=14)) is None
    second = taken(now + timedelta(seconds=16))
    assert (first.attempt, second.attempt) == (1, 2)
    execute(first)
    assert (job_row(job).state, tasks.SEEN) == (Job.State.RUNNING, [[]])


def test_a_job_that_kills_its_worker_each_time_fails_in_the_end():
    job = enqueue_job(tasks.see, max_attempts=3)
    now = job_row(job).due

    takings = [taken(now + timedelta(minutes=n)) is not None for n in range(3)]
    next_one = enqueue_job(tasks.see.using(run_after=now + timedelta(minutes=2, seconds=30)))
    assert takings == [True, True, True]
    assert taken(now + timedelta(minutes=3)).pk == next_one.pk
    assert (job_row(job).state, job_row(job).due) == (Job.State.FAILED, None)


def test_a_job_that_gets_further_each_time_survives_any_number_of_deaths():
    job = enqueue_job(tasks.see, max_attempts=2)
    now = job_row(job).due
    for n in range(5):
        assert taken(now + timedelta(minutes=n)) is not None
        Job.objects.update(done=n + 1)


def test_an_unknown_task_fails_and_is_shown():
    job = Job.objects.create(
        kind="ronda.company.models.Job", args={"args": [], "kwargs": {}}, due=datetime(2026, 1, 1, tzinfo=UTC)
    )
    run_pending()

    assert "is not a task" in job_row(job).error


def test_two_jobs_with_one_key_cannot_exist():
    enqueue_job(tasks.see, key="k")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="x", key="k")


@pytest.fixture
def nightly(monkeypatch):
    monkeypatch.setattr(cron_rows, "_declared", {})
    schedule("nightly", tasks.see, cron="0 3 * * *", timezone="Europe/Rome")


def test_a_schedule_fires_once_per_time_and_missed_times_count_once(nightly):
    sync_schedules(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    three_days_on = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

    assert [tick(three_days_on), tick(three_days_on)] == [1, 0]
    assert list(Job.objects.values_list("key", flat=True)) == ["nightly@2026-03-02T02:00:00+00:00"]
    row = Schedule.objects.get(name="nightly")
    assert (row.last_run, row.next_run) == (
        datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
        datetime(2026, 3, 5, 2, 0, tzinfo=UTC),
    )


def test_a_schedule_changed_by_the_installation_is_kept(nightly):
    sync_schedules(datetime(2026, 3, 1, tzinfo=UTC))
    Schedule.objects.filter(name="nightly").update(cron="0 5 * * *", active=False)

    sync_schedules(datetime(2026, 3, 2, tzinfo=UTC))

    assert Schedule.objects.get(name="nightly").cron == "0 5 * * *"
    assert tick(LATER) == 0


@pytest.mark.django_db(transaction=True)
def test_the_worker_loop_runs_what_is_there_and_ends_when_told():
    stop = threading.Event()
    enqueue_job(tasks.see, "x")
    watch = threading.Timer(10, stop.set)
    watch.start()

    class StopWhenSeen(list):
        def append(self, item):
            super().append(item)
            stop.set()

    tasks.SEEN = StopWhenSeen()
    try:
        run(stop, poll=0.01)
    finally:
        watch.cancel()
        seen, tasks.SEEN = list(tasks.SEEN), []
    assert seen == [["x"]]
    assert not Company.objects.exists()
