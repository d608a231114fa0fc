"""What this app keeps of a customer, for privacy: files, mail, imports, the queue, the log of operations."""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from ronda.company.models import (
    Attachment,
    AuditEntry,
    ImportBatch,
    ImportedRecord,
    ImportedSource,
    OutgoingMail,
)
from ronda.company.personal_data import (
    MASK,
    OURS,
    SETTINGS,
    STAFF,
    TECHNICAL,
    Part,
    Subject,
    declare,
    eraser,
    exports,
    says_nothing,
)
from ronda.company.services.files import purge_files
from ronda.company.services.forgetting import drop_file
from ronda.kernel.i18n import _

says_nothing(
    SETTINGS,
    *(
        f"company.{name}"
        for name in (
            "Company",
            "Branch",
            "Schedule",
            "NumberSeries",
            "OptionValue",
            "ImportMapping",
            "Workstation",
            "CompanyGroup",
            "CounterChange",
            "FileTag",
        )
    ),
)
says_nothing(STAFF, "company.User", "company.Role", "company.Membership", "company.Team")
declare(
    "workspace.SavedView",
    export=False,
    company="company_id",
    swept=("name", "query"),
    kept={"workspace": TECHNICAL, "columns": OURS},
)
declare(
    "company.Attachment",
    export=False,
    erased=("file", "thumbnail", "preview", "name", "note", "tag_words", "words"),
    kept={
        "mime": TECHNICAL,
        "sha256": TECHNICAL,
        "came_as": TECHNICAL,
        "uploaded_by": OURS,
        "binned_by": OURS,
    },
)
declare(
    "company.FileVersion",
    export=False,
    erased=("file", "thumbnail", "preview"),
    kept={"mime": TECHNICAL, "sha256": TECHNICAL, "came_as": TECHNICAL, "uploaded_by": OURS},
)
declare(
    "company.OutgoingMail",
    export=False,
    erased=("files",),
    swept=("to", "cc", "subject", "body", "html", "error"),
    kept={"by": OURS, "message_id": TECHNICAL},
)
declare(
    "company.ImportBatch",
    export=False,
    erased=("file", "errors"),
    swept=("name", "summary"),
    kept=dict.fromkeys(("kind", "sha256", "mapping", "by"), OURS) | {"sheet": OURS},
)
declare("company.ImportedRecord", export=False, erased=("before", "after"), kept={"label": TECHNICAL})
declare(
    "company.ImportedSource",
    export=False,
    erased=("facts",),
    # The firm's own number and date of an invoice: it is not to be read twice.
    kept={"kind": TECHNICAL, "sha256": TECHNICAL, "key": OURS},
)
declare(
    "company.Job",
    export=False,
    swept=("args", "result", "error", "note"),
    kept=dict.fromkeys(("kind", "key", "worker"), TECHNICAL) | {"by": OURS},
)
declare(
    "company.AuditEntry",
    export=False,
    erased=("facts",),
    swept=("facts",),
    kept={"actor": OURS, "action": OURS, "subject_label": TECHNICAL},
)


def of_records(
    rows: QuerySet[Any], records: Mapping[str, Collection[int]], label: str, key: str
) -> QuerySet[Any]:
    """Rows that name one of the records by a label and a key."""
    return rows.filter(_named(records, label, key))


def _named(records: Mapping[str, Collection[int]], label: str, key: str) -> Q:
    wanted = Q(pk__in=[])
    for name, ids in records.items():
        if ids:
            wanted |= Q(**{label: name, f"{key}__in": list(ids)})
    return wanted


def _on_records(records: Mapping[str, Collection[int]]) -> Q:
    """Rows with a generic key to one of the records."""
    types = (
        ContentType.objects.get_for_models(*(apps.get_model(label) for label in records)) if records else {}
    )
    wanted = Q(pk__in=[])
    for model, kind in types.items():
        ids = records[model._meta.label_lower]
        if ids:
            wanted |= Q(content_type=kind, object_id__in=list(ids))
    return wanted


def mentions(field: str, words: Iterable[str]) -> Q:
    """Rows whose JSON holds one of the words; SQLite keeps letters with accents as escapes."""
    wanted = Q(pk__in=[])
    for word in words:
        for form in {word, json.dumps(word)[1:-1]}:
            wanted |= Q(**{f"{field}__icontains": form})
    return wanted


@eraser(order=10)
def erase_files(subject: Subject) -> Mapping[str, Collection[int]]:
    """Files on his records, with whatever was made of them."""
    found = list(Attachment.objects.filter(_on_records(subject.records), company_id=subject.company_id))
    keys = [one.pk for one in found]
    purge_files(found, by="")
    return {"company.attachment": keys}


@eraser(order=20)
def erase_mails(subject: Subject) -> Mapping[str, Collection[int]]:
    """Mails about his records, and those about nothing to his addresses; what waits is not sent any more."""
    addresses = [word for word in subject.words if "@" in word]
    mails = OutgoingMail.objects.filter(company_id=subject.company_id).annotate(
        receivers=Cast("to", TextField())
    )
    to_him = Q(content_type=None) & mentions("receivers", addresses)
    keys = list(mails.filter(_on_records(subject.records) | to_him).values_list("pk", flat=True))
    rows = OutgoingMail.objects.filter(pk__in=keys)
    rows.filter(state=OutgoingMail.State.QUEUED).update(state=OutgoingMail.State.FAILED)
    rows.update(to=[], cc=[], subject=MASK, body="", html="", files=[], error="")
    return {"company.outgoingmail": keys}


@eraser(order=30)
def erase_imports(subject: Subject) -> Mapping[str, Collection[int]]:
    """What imports remember of his records, and the files he came in; taking one back leaves him alone."""
    rows = of_records(ImportedRecord.objects.all(), subject.records, "label", "object_pk")
    rows = rows.filter(batch__company=subject.company_id)
    sources = ImportedSource.objects.filter(company_id=subject.company_id, subject_pk=subject.party_id)
    batches = {*rows.values_list("batch_id", flat=True), *sources.values_list("batch_id", flat=True)}
    told = ImportBatch.objects.filter(company_id=subject.company_id).annotate(
        said=Cast("errors", TextField())
    )
    batches |= set(told.filter(mentions("said", subject.words)).values_list("pk", flat=True))
    found = list(ImportBatch.objects.filter(pk__in=batches))
    for batch in found:
        if batch.file:
            drop_file(str(batch.file.name))
    ImportBatch.objects.filter(pk__in=batches).update(file="", errors=[])
    sources.update(facts={})
    rows.delete()
    return {"company.importbatch": [batch.pk for batch in found]}


@eraser(order=90)
def erase_log(subject: Subject) -> Mapping[str, Collection[int]]:
    """The facts of operations on his records: who did what and when stays, what was written there goes."""
    entries = of_records(AuditEntry.objects.all(), subject.records, "subject_label", "subject_pk")
    found = list(entries.filter(company_id=subject.company_id))
    for entry in found:
        entry.facts = {name: masked(value) for name, value in entry.facts.items()}
    AuditEntry.objects.bulk_update(found, ["facts"], batch_size=500)
    return {"company.auditentry": [entry.pk for entry in found]}


def masked(value: Any) -> Any:
    """A fact without its words: keys, numbers of records and yes or no stay."""
    if isinstance(value, dict):
        return {name: masked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [masked(each) for each in value]
    return MASK if isinstance(value, (str, float)) and value not in ("", MASK) else value


@exports
def exported_files(company_id: int, party_id: int, records: Mapping[str, tuple[int, ...]]) -> Part:
    """Files on his records."""
    found = Attachment.objects.filter(_on_records(records), company_id=company_id).order_by("pk")
    rows = [
        {str(_("name")): one.name, str(_("uploaded")): one.at.isoformat(), str(_("bytes")): one.size}
        for one in found
    ]
    return Part("files", _("Files"), rows, [(one.name, one.file) for one in found])


@exports
def exported_mails(company_id: int, party_id: int, records: Mapping[str, tuple[int, ...]]) -> Part:
    """Mails about his records."""
    found = OutgoingMail.objects.filter(_on_records(records), company_id=company_id).order_by("pk")
    rows = [
        {
            str(_("time")): one.created_at.isoformat(),
            str(_("to")): ", ".join(map(str, one.to)),
            str(_("subject")): one.subject,
            str(_("text")): one.body,
        }
        for one in found
    ]
    return Part("mails", _("Mails"), rows)
