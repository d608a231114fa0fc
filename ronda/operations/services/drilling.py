"""A restore drill: the backup becomes a whole installation beside the real one, and is looked at there.

The looking is done by a process of its own (`ronda restore-check`) whose settings point to the scratch
place, so that nothing of the real installation can be read or written by mistake.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from ronda.company import audit
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.operations.domain.manifest import Manifest
from ronda.operations.models import Backup, Drill
from ronda.operations.services import databases
from ronda.operations.services.opening import open_backup

MANIFEST = "manifest.json"
KEPT_FINDINGS = 100


def drill(path: Path, *, by: str, now: datetime, passphrase: str = "") -> Drill:
    """Restore a backup into a scratch place, look for what must never be, and note the result."""
    checks: dict[str, Any] = {}
    try:
        checks, findings = rehearse(path, passphrase=passphrase)
    except Refusal as refusal:
        findings = [str(refusal.message)]
    return _note(path, checks, findings, by=by, now=now)


@transaction.atomic
def _note(path: Path, checks: Mapping[str, Any], findings: list[str], *, by: str, now: datetime) -> Drill:
    backup = Backup.objects.filter(path=str(path)).order_by("-pk").first()
    made = Drill.objects.create(
        backup=backup,
        name=path.name,
        at=now,
        by=by,
        passed=not findings,
        checks=dict(checks),
        findings=findings[:KEPT_FINDINGS],
    )
    if backup is not None and checks:
        backup.checked_at, backup.intact = now, True
        backup.save(update_fields=["checked_at", "intact"])
    audit.record(by, "operations.drill.done", made, file=path.name, passed=made.passed)
    return made


def rehearse(path: Path, *, passphrase: str = "") -> tuple[dict[str, Any], list[str]]:
    """Restore into a scratch place and look: what was counted, and what is wrong, in words."""
    with scratch_folder() as scratch:
        manifest = open_backup(path, scratch, passphrase=passphrase)
        (scratch / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        unpack_keys(scratch, scratch)
        with scratch_database(scratch, manifest) as environment:
            found = _look(scratch, environment)
    return found["checks"], found["findings"]


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """On the disk of the data, where there is room for them; nobody else may read it."""
    Path(settings.VAR).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="restore-", dir=settings.VAR))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unpack_keys(scratch: Path, place: Path) -> None:
    """Keys lie one folder deeper in a backup than beside the data: there they are in their own places."""
    folder = scratch / "keys.packed"
    if (scratch / "keys").is_dir():
        (scratch / "keys").rename(folder)
        for key in sorted(folder.iterdir()):
            shutil.move(key, place / key.name)
        folder.rmdir()


@contextmanager
def scratch_database(scratch: Path, manifest: Manifest) -> Iterator[dict[str, str]]:
    """The environment of a process on the restored data; a database on a server goes afterwards."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RONDA_", "PYTEST_"))}
    environment = {**kept, "RONDA_VAR": str(scratch)}
    if key := os.environ.get("RONDA_SECRET_KEY"):
        environment["RONDA_SECRET_KEY"] = key
    if manifest.kind == "sqlite":
        yield {**environment, "RONDA_DB": str(scratch / databases.SQLITE_FILE)}
        return
    name = f"ronda_drill_{secrets.token_hex(6)}"
    with databases.new_database(name):
        databases.fill_database(name, scratch / databases.POSTGRES_FILE)
        yield {**environment, **databases.address_of(name)}


def _look(scratch: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """What the process on the restored data found; its last line is its answer."""
    done = subprocess.run(
        [sys.executable, "-m", "ronda.site.cli", "restore-check", str(scratch / MANIFEST)],
        cwd=settings.BASE_DIR,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().rpartition("\n")[2]
        return {"checks": {}, "findings": [str(_("The restored data cannot be opened: %s") % said)]}
    answer: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return answer


def last_backup_file() -> Path | None:
    """The newest backup whose file is still there."""
    for backup in Backup.objects.filter(removed_at=None).order_by("-made_at", "-pk")[:KEPT_FINDINGS]:
        if Path(backup.path).is_file():
            return Path(backup.path)
    return None
