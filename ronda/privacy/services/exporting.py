"""Handing a person everything that is kept about him (GDPR artt. 15 and 20): readable pages, data, files."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.base import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F, Field, FileField, ForeignKey, Model
from django.db.models.fields.files import FieldFile
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import capfirst

from ronda.company import audit, options
from ronda.company.personal_data import TECHNICAL, Personal, exporters
from ronda.company.services.files import clean_name
from ronda.company.services.forgetting import drop_file
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party
from ronda.privacy.events import ExportAsked
from ronda.privacy.models import PersonalExport
from ronda.privacy.options import PrivacyOptions
from ronda.privacy.queries import anonymised, linked, records_of, rows_on
from ronda.privacy.services.switch import refuse_switched_off
from ronda.workspace import extras
from ronda.workspace.display import show_plain

State = PersonalExport.State
IN_MEMORY = 8 * 1024 * 1024
#: About how the program works, nothing a person would ask for.
INTERNAL = frozenset({"id", "company"})


class NothingLeft(Refusal):
    code = "privacy.nothing_left"


@dataclass(slots=True)
class Section:
    """The records of one kind: labels and values to read, plain values for a program."""

    code: str
    title: str
    readable: list[list[tuple[str, str]]] = field(default_factory=list)
    plain: list[dict[str, Any]] = field(default_factory=list)
    files: list[tuple[str, FieldFile]] = field(default_factory=list)


@transaction.atomic
def request_export(party: Party, *, reason: str = "", now: datetime, by: str) -> PersonalExport:
    """Ask for the file; a job makes it. Refuses SwitchedOff (O56) and NothingLeft (anonymised)."""
    refuse_switched_off(party.company_id)
    if anonymised(party):
        raise NothingLeft(
            _("“%(name)s” has been anonymised: nothing about a person is left.") % {"name": party}
        )
    export = PersonalExport.objects.create(
        company_id=party.company_id, party=party, reason=reason, asked_at=now, by=by
    )
    audit.record(by, "privacy.export.asked", party, export=export.pk)
    publish(ExportAsked(export.pk, party.company_id, by=by))
    return export


def prepare(export: PersonalExport, *, now: datetime, today: date) -> PersonalExport:
    """Write the file; a second call finds it made."""
    if export.state != State.QUEUED:
        return export
    days = options.read(PrivacyOptions, export.company_id).export_days
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as stream:
        records = write_archive(export.party, stream)
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(0)
        export.file.save("", File(stream), save=False)
    stored = str(export.file.name)
    try:
        with transaction.atomic():
            # Anonymised, or made by another worker, meanwhile: then the file is nobody's.
            waiting = PersonalExport.objects.filter(pk=export.pk, state=State.QUEUED, file="")
            kept = waiting.update(
                state=State.READY,
                file=stored,
                size=size,
                records=records,
                ready_at=now,
                expires_on=today + timedelta(days=days),
            )
    except BaseException:
        export.file.storage.delete(stored)
        raise
    if not kept:
        export.file.storage.delete(stored)
    export.refresh_from_db()
    return export


def write_archive(party: Party, stream: Any) -> int:
    """Write the zip: index.html to read, data.json to take elsewhere, files/; how many records it tells."""
    language = party.language or party.company.language
    with translation.override(language), ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        sections = list(sections_of(party))
        names = _write_files(archive, sections)
        page = render_to_string(
            "privacy/export.html",
            {
                "party": party,
                "company": party.company,
                "sections": sections,
                "language": language,
                "names": names,
            },
        )
        archive.writestr("index.html", page)
        data = {section.code: section.plain for section in sections}
        archive.writestr("data.json", json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
    return sum(len(section.plain) for section in sections)


def sections_of(party: Party) -> Iterator[Section]:
    """Everything the apps name about a person, kind by kind; kinds without records are left out."""
    for personal in linked():
        if personal.export and not personal.nothing:
            section = _section(personal, party)
            if section.plain:
                yield section
    records = records_of(party.pk)
    for function in exporters():
        part = function(party.company_id, party.pk, records)
        if part.rows:
            readable = [[(name, show_plain(value)) for name, value in row.items()] for row in part.rows]
            yield Section(part.code, str(part.title), readable, part.rows, part.files)


def _section(personal: Personal, party: Party) -> Section:
    model = personal.rows()
    columns = [one for one in model._meta.concrete_fields if _told(personal, one)]
    related = [one.name for one in columns if isinstance(one, ForeignKey)]
    rows = rows_on(personal, [party.pk], personal.party[0]).select_related(*related).order_by("pk").distinct()
    section = Section(personal.model.lower(), capfirst(str(model._meta.verbose_name_plural)))
    found = list(rows)
    own = extras.values_of(model, party.company_id, [row.pk for row in found])
    labels = {one.key: one.label for one in extras.fields_of(model, party.company_id)} if own else {}
    for row in found:
        more = own.get(row.pk, {})
        said = [(str(one.verbose_name), _words(row, one)) for one in columns]
        said += [(str(labels.get(key, key)), show_plain(value)) for key, value in more.items()]
        section.readable.append([(label, value) for label, value in said if value])
        section.plain.append({one.name: _value(row, one) for one in columns} | more)
        section.files += [
            (f"{section.code}-{row.pk}", getattr(row, one.name))
            for one in columns
            if isinstance(one, FileField) and getattr(row, one.name)
        ]
    return section


def _told(personal: Personal, column: "Field[Any, Any]") -> bool:
    secret = personal.kept.get(column.name) is TECHNICAL or column.name in personal.hidden
    return column.name not in INTERNAL and not secret


def _words(row: Model, column: "Field[Any, Any]") -> str:
    value = getattr(row, column.name)
    if column.choices:
        value = getattr(row, f"get_{column.name}_display")()
    if isinstance(column, FileField):
        return ""
    return "" if value in (None, "", [], {}) else show_plain(value)


def _value(row: Model, column: "Field[Any, Any]") -> Any:
    if isinstance(column, FileField):
        return bool(getattr(row, column.name))
    if isinstance(column, ForeignKey):
        other = getattr(row, column.name)
        return None if other is None else {"id": other.pk, "name": str(other)}
    return getattr(row, column.attname)


def _write_files(archive: ZipFile, sections: list[Section]) -> list[str]:
    names: list[str] = []
    for section in sections:
        for name, stored in section.files:
            path = f"files/{len(names) + 1}-{clean_name(name)}"
            try:
                with stored.open("rb") as opened:
                    _copy(opened, archive, path)
            except FileNotFoundError:
                continue
            names.append(path)
    return names


def _copy(opened: Any, archive: ZipFile, path: str) -> None:
    target: BinaryIO
    with archive.open(path, "w", force_zip64=True) as target:  # type: ignore[assignment]
        for chunk in iter(lambda: opened.read(1024 * 1024), b""):
            target.write(chunk)


@transaction.atomic
def note_download(export: PersonalExport, *, by: str) -> None:
    """Count a download and write down who took the file."""
    PersonalExport.objects.filter(pk=export.pk).update(downloads=F("downloads") + 1)
    audit.record(by, "privacy.export.downloaded", export.party, export=export.pk)


@transaction.atomic
def expire(*, on: date) -> int:
    """Remove the files whose time is over; that they were made stays on the list."""
    over = list(PersonalExport.objects.select_for_update().filter(state=State.READY, expires_on__lt=on))
    for export in over:
        drop_file(str(export.file.name))
    PersonalExport.objects.filter(pk__in=[one.pk for one in over]).update(
        state=State.EXPIRED, file="", size=0
    )
    return len(over)
