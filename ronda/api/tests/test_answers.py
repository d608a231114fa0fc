"""Idempotency keys: one key, one effect, one answer."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client

from ronda.api.models import KeptAnswer
from ronda.api.services import answers
from ronda.api.tasks import tidy_answers
from ronda.api.tests.programs import JSON, NEW, Program, key_of, make_owner, twelve_at_once
from ronda.parties.models import Party
from tests.makers import make_party

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PARTIES = "/api/party/"
CLIENT = "ronda.api.tests.race_client"


@pytest.fixture
def program(db):
    return Program(key_of(*make_owner()))


@pytest.mark.postgres
def test_the_first_answer_is_given_again_and_nothing_is_done_twice(program):
    first = program.post(PARTIES, NEW, Idempotency_Key="one")
    again = program.post(PARTIES, NEW, Idempotency_Key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Content-Type"] == first["Content-Type"]
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert Party.objects.count() == 1


@pytest.mark.postgres
def test_another_body_under_the_same_key_is_refused(program):
    program.post(PARTIES, NEW, Idempotency_Key="one")
    refused = program.post(PARTIES, {"name": "Verdi"}, Idempotency_Key="one")
    assert (refused.status_code, refused.json()["code"]) == (422, "api.idempotency_key_reused")
    assert refused.json().keys() == {"code", "message", "field"}
    elsewhere = program.post("/api/family/", NEW, Idempotency_Key="one")
    assert elsewhere.status_code == 422


def test_without_a_key_or_with_another_one_writes_are_done_again(program):
    keys = ({}, {}, {"Idempotency_Key": "a"}, {"Idempotency_Key": "b"})
    told = [program.post(PARTIES, NEW, **key) for key in keys]
    # A second customer of that name is asked about.
    assert [one.status_code for one in told] == [201, 409, 409, 409]
    assert not any(one.get("Idempotency-Replayed") for one in told)


def test_reading_takes_no_notice_of_a_key(program):
    program.client.get(PARTIES, headers={"Idempotency-Key": "one"})
    assert not KeptAnswer.objects.exists()


def test_refusals_and_errors_of_input_are_answers_too(program):
    answers_given = [program.post(PARTIES, {"nickname": "x"}, Idempotency_Key="one") for _n in range(2)]
    assert [one.status_code for one in answers_given] == [400, 400]
    assert answers_given[1]["Idempotency-Replayed"] == "true"


@pytest.mark.postgres
def test_after_a_failure_of_ours_the_key_is_free_and_nothing_is_left(program, monkeypatch):
    def fail(*args, **kwargs):
        Party.objects.create(company=Party.objects.get().company, name="Half")
        raise ZeroDivisionError

    make_party(KeptAnswer._meta.get_field("company").related_model.objects.get(), 1)
    program.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("ronda.workspace.rest.save_record", fail)
        assert program.post(PARTIES, NEW, Idempotency_Key="one").status_code == 500
    assert not Party.objects.filter(name="Half").exists()
    assert not KeptAnswer.objects.exists()
    assert program.post(PARTIES, NEW, Idempotency_Key="one").status_code == 201


def test_keys_are_each_callers_own(program):
    company, owner = make_owner("Altra Srl", "berta")
    browser = Client()
    browser.force_login(owner)
    calls = (
        lambda: program.post(PARTIES, NEW, Idempotency_Key="one"),
        lambda: Program(key_of(company, owner)).post(PARTIES, NEW, Idempotency_Key="one"),
        lambda: browser.post(PARTIES, NEW, content_type=JSON, headers={"Idempotency-Key": "one"}),
    )
    assert [call().get("Idempotency-Replayed") for call in calls] == [None, None, None]
    assert browser.post(PARTIES, NEW, content_type=JSON, headers={"Idempotency-Key": "one"})[
        "Idempotency-Replayed"
    ]


@pytest.mark.parametrize("key", ["", " ", "a b", "à", "x" * 256])
def test_a_key_nobody_could_repeat_is_refused(program, key):
    refused = program.post(PARTIES, NEW, Idempotency_Key=key)
    assert (refused.status_code, refused.json()["code"]) == (400, "api.idempotency_key_unreadable")
    assert not Party.objects.exists()


def test_answers_are_kept_for_48_hours(program):
    for hours in (0, 1):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            program.post(PARTIES, NEW, Idempotency_Key=f"after {hours}".replace(" ", "-"))
    with time_machine.travel(NOON + timedelta(hours=48, minutes=30), tick=False):
        tidy_answers.call()
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["after-1"]


def test_a_key_is_claimed_only_inside_the_transaction_of_its_write(transactional_db):
    with pytest.raises(RuntimeError, match="inside the transaction"):
        answers.claim(answers.Asked(1, "user:1", "one", "0"), now=NOON)


def told_one_creation(told):
    assert [status for status, _replayed, _body in told] == [201] * 12
    assert sorted(replayed for _status, replayed, _body in told) == [""] + ["true"] * 11
    assert len({json.dumps(body) for _status, _replayed, body in told}) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="a file of SQLite; see the next test")
def test_twelve_threads_with_one_key_create_one_record_on_sqlite(tmp_path):
    key = key_of(*make_owner())
    path = str(tmp_path / "race.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [path])
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR), "RONDA_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", CLIENT, path, key],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told_one_creation(json.loads(done.stdout))


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres(only=True)
def test_twelve_threads_with_one_key_create_one_record_on_postgresql():
    told_one_creation(twelve_at_once(key_of(*make_owner())))
    assert Party.objects.count() == 1
