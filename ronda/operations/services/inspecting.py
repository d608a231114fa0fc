"""Looking at restored data from inside: run by a process whose database is the restored one."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models.fields.files import FieldFile

from ronda.company.models import Attachment, Company, FileVersion
from ronda.company.services.file_store import digest_of
from ronda.kernel.i18n import _
from ronda.operations.domain.manifest import Manifest
from ronda.operations.services.auditing import findings as found_in

SHOWN = 20


def inspect(manifest: Manifest, *, now: datetime) -> tuple[dict[str, int], list[str]]:
    """What was looked at, and everything wrong, in words: the file, its rows, and every declared check."""
    findings = [*_broken_pages(), *_wrong_counts(manifest)]
    checks = {"tables": len(manifest.counts), "rows": manifest.rows}
    unknown = unknown_migrations(manifest)
    if unknown:
        text = _("The backup is of a newer version: %s is not known here.")
        return checks, [*findings, str(text % ", ".join(unknown[:3]))]
    if pending():
        call_command("migrate", interactive=False, verbosity=0)
    checks["companies"] = 0
    findings += found_in(None, now=now)
    for company in Company.objects.order_by("pk"):
        checks["companies"] += 1
        findings += [f"{company.name}: {text}" for text in found_in(company, now=now)]
    if manifest.files_included:
        looked, missing = _missing_files()
        checks["files"] = looked
        findings += missing
    return checks, findings


def unknown_migrations(manifest: Manifest) -> list[str]:
    """Migrations of the backup that this version does not have."""
    known = {".".join(key) for key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}}
    ours = {config.label for config in apps.get_app_configs()}
    return [name for name in manifest.migrations if name not in known and name.partition(".")[0] in ours]


def pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _broken_pages() -> Iterator[str]:
    """What SQLite finds wrong in its own file; PostgreSQL read every row when it filled the tables."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(20)")
        yield from (str(row[0]) for row in cursor.fetchall() if row[0] != "ok")
        cursor.execute("PRAGMA foreign_key_check")
        for table, key, parent, _index in cursor.fetchmany(SHOWN):
            yield str(
                _("%(table)s %(key)s: its %(parent)s is missing")
                % {"table": table, "key": key, "parent": parent}
            )


def _wrong_counts(manifest: Manifest) -> Iterator[str]:
    with connection.cursor() as cursor:
        for table, expected in sorted(manifest.counts.items()):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 -- a table's name
            found = cursor.fetchone()[0]
            if found != expected:
                text = _("%(table)s: %(found)d rows instead of %(expected)d")
                yield str(text % {"table": table, "found": found, "expected": expected})


def _missing_files() -> tuple[int, list[str]]:
    """Files that records name and that are not there, and uploads whose content is not what came."""
    looked, missing = 0, []
    for model, field in _file_fields():
        for name in (
            model._default_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True).iterator()
        ):
            looked += 1
            if not field.storage.exists(name):
                missing.append(str(_("The file %(name)s is missing") % {"name": name}))
    kept = chain(Attachment.objects.order_by("pk"), FileVersion.objects.order_by("pk"))
    for upload in kept:
        if upload.file.storage.exists(str(upload.file.name)) and _digest(upload.file) != upload.sha256:
            missing.append(str(_("The file %(name)s has changed") % {"name": upload.file.name}))
    return looked, missing


def _file_fields() -> Iterator[tuple[type[models.Model], models.FileField]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, models.FileField) and not model._meta.proxy:
                yield model, field


def _digest(file: FieldFile) -> str:
    with file.open("rb") as content:
        return digest_of(content)
