"""A database whose writer is stopped at any moment, or whose disk is full.

Run as `python -m tests.crash.power`, like tests.crash.site: one command a line, one JSON line as answer.
"""

import itertools
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import struct
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronda.site.settings")
django.setup()

# Models exist only once Django is set up.
from django.core.management import call_command  # noqa: E402
from django.db import DatabaseError, connection, connections, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from ronda.billing.models import Document  # noqa: E402
from ronda.billing.services import draft_document, issue_document  # noqa: E402
from ronda.billing.tests.firm import line, make_account, make_firm  # noqa: E402
from ronda.company.models import Company  # noqa: E402
from ronda.operations.services.auditing import findings  # noqa: E402
from ronda.operations.services.backing_up import BackupFailed, write_backup  # noqa: E402
from ronda.parties.models import BillingAccount  # noqa: E402
from tests.crash.site import DAY, Aborted, fork, maybe_abort  # noqa: E402

FRAME_HEADER, WAL_HEADER, PAGE = 24, 32, 4096
FRAME = FRAME_HEADER + PAGE


def prepare() -> dict[str, Any]:
    """A firm with one customer."""
    call_command("migrate", verbosity=0)
    make_account(make_firm())
    return {"journal": journal()}


def journal() -> str:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        return str(cursor.fetchone()[0])


def issue_one(chance: random.Random | None = None) -> None:
    """Draft and issue: document, dues and entries in one transaction, sometimes torn down before its end."""
    account = BillingAccount.objects.select_related("party__company").get()
    with transaction.atomic():
        document = draft_document(account, [line(account.party.company)], by="anna", on=DAY)
        issue_document(document, on=DAY, by="anna")
        if chance is not None:
            maybe_abort(chance)


def write_for_ever(seed: int) -> None:
    chance = random.Random(seed)
    for _turn in itertools.count():
        try:
            issue_one(chance)
        except Aborted:
            continue


def image(pid: int, folder: str, seed: int, torn: bool) -> dict[str, Any]:  # noqa: FBT001 -- from JSON
    """What a power cut would leave: the writer is stopped, database and log are copied, it goes on.

    A torn log loses a random end. Only what may already be in the database stays for sure: the disk was
    asked to keep those frames before the first of them was copied there.
    """
    present, target = Path(str(connection.settings_dict["NAME"])), Path(folder)
    target.mkdir()
    os.kill(pid, signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)
    try:
        for ending in ("", "-wal", "-shm"):
            shutil.copyfile(f"{present}{ending}", target / f"db{ending}")
    finally:
        os.kill(pid, signal.SIGCONT)
    index = (target / "db-shm").read_bytes()
    (target / "db-shm").unlink()  # memory: lost with the power
    size = (target / "db-wal").stat().st_size
    if torn and size > WAL_HEADER:
        last, copied = struct.unpack_from("=I", index, 16)[0], struct.unpack_from("=I", index, 128)[0]
        least, most = (min(WAL_HEADER + n * FRAME, size) for n in (copied, last + 8))
        size = random.Random(seed).randint(least, max(least, most))
        os.truncate(target / "db-wal", size)
    return {"wal": size}


def look(database: str) -> dict[str, Any]:
    """Open a database and look for what must never be; its numbers and everything found."""
    with closing(sqlite3.connect(database)) as raw:
        pages = [row[0] for row in raw.execute("PRAGMA integrity_check")]
        orphans = raw.execute("PRAGMA foreign_key_check").fetchall()
    kept = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = database
    try:
        found = [text for company in Company.objects.all() for text in findings(company, now=timezone.now())]
        numbers = list(Document.objects.order_by("number").values_list("number", flat=True))
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = kept
    return {"pages": pages, "orphans": orphans, "problems": found, "numbers": numbers}


def issue_until_full(room: int) -> None:
    """Issue with room for so many bytes until the disk is full; anything but that error fails."""
    present = Path(str(connection.settings_dict["NAME"]))
    sizes = [
        Path(f"{present}{ending}").stat().st_size
        for ending in ("", "-wal")
        if Path(f"{present}{ending}").exists()
    ]
    limit = max(sizes, default=0) + room
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    for _turn in range(10_000):
        try:
            issue_one()
        except DatabaseError:
            return
    raise AssertionError("the disk never was full")


def fill_up(room: int) -> dict[str, Any]:
    pid = fork(issue_until_full, room)
    return {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}


def fail_to_back_up(folder: str, room: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        write_backup(reason="hand", by="anna", now=timezone.now(), folder=Path(folder))
    except BackupFailed:
        return
    raise AssertionError("the backup had room")


def back_up_without_room(folder: str, room: int) -> dict[str, Any]:
    pid = fork(fail_to_back_up, folder, room)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {"code": code, "left": sorted(path.name for path in Path(folder).iterdir())}


def go_on(times: int) -> dict[str, Any]:
    for _turn in range(times):
        issue_one()
    return look(str(connection.settings_dict["NAME"]))


def end(pid: int) -> dict[str, Any]:
    os.kill(pid, signal.SIGKILL)
    return {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}


COMMANDS: dict[str, Any] = {
    "prepare": prepare,
    "writer": lambda seed: {"pid": fork(write_for_ever, seed)},
    "image": image,
    "look": look,
    "fill_up": fill_up,
    "back_up_without_room": back_up_without_room,
    "go_on": go_on,
    "end": end,
    "spent": lambda: {"cpu": sum(os.times()[:4])},
}


def serve() -> None:
    for text in sys.stdin:
        name, *arguments = json.loads(text)
        sys.stdout.write(json.dumps(COMMANDS[name](*arguments)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
