"""kill -9 while a file is kept, on a database file and a folder of its own: never a row without bytes."""

import json
import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings

BEGIN = """
import json, os, signal, sys
from ronda.company.tests.killed_worker import configure
configure(sys.argv[1])
from django.conf import settings
settings.MEDIA_ROOT = sys.argv[2]
from django.core.files.base import ContentFile
from ronda.company.models import Attachment, Company
from ronda.company.services import files
def die(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
def keep(text):
    files.attach_file(Company.objects.get(), ContentFile(text), name="a.txt", by="anna")
"""
PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
Company.objects.create(name="Aria Srl", country="IT")
"""
DIES_BEFORE_THE_ROW = """
files._insert = die
keep(b"one")
"""
DIES_BEFORE_THE_COMMIT = """
files.publish = die
keep(b"two")
"""
GOES_ON = """
from datetime import timedelta
from django.utils import timezone
rows = Attachment.objects.count()
company = Company.objects.get()
found = [one.code for one in files.check(company, thorough=True, now=timezone.now() + timedelta(hours=2))]
keep(b"one")
left = [one.code for one in files.check(company, thorough=True, now=timezone.now() + timedelta(hours=2))]
print(json.dumps([rows, found, Attachment.objects.get().number, left]))
"""


def run(code, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-c", BEGIN + code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_process_killed_before_row_or_commit_leaves_bytes_that_the_check_finds_and_no_row(tmp_path):
    places = str(tmp_path / "ronda.sqlite3"), str(tmp_path / "files")
    prepared = run(PREPARE, *places)
    assert prepared.returncode == 0, prepared.stderr
    killed = [run(code, *places).returncode for code in (DIES_BEFORE_THE_ROW, DIES_BEFORE_THE_COMMIT)]
    assert killed == [-signal.SIGKILL, -signal.SIGKILL]
    done = run(GOES_ON, *places)
    assert done.returncode == 0, done.stderr
    lost = ["bytes_without_row"] * 2
    assert json.loads(done.stdout) == [0, lost, 1, lost]
