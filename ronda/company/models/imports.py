"""Imports: the batch, what it made of which record, and what has been read already."""

import secrets
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from ronda.company.models.companies import Company


def random_path(batch: "ImportBatch", filename: str) -> str:
    """A name that cannot be guessed; the real name stays in the row, its ending says how to read it."""
    ending = filename.rpartition(".")[2].lower()
    kept = f".{ending}" if ending.isalnum() and len(ending) < 6 else ""
    return f"imports/{batch.company_id}/{secrets.token_hex(16)}{kept}"


class ImportBatch(models.Model):
    """One file, or one set of invoices, brought in together and taken back together."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("columns to confirm")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("to be confirmed")
        RUNNING = "running", _("being imported")
        DONE = "done", _("imported")
        FAILED = "failed", _("not imported")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")

    company = models.ForeignKey(Company, models.CASCADE, verbose_name=_("company"))
    kind = models.CharField(_("kind"), max_length=40)
    name = models.CharField(_("file name"), max_length=200)
    file = models.FileField(_("file"), upload_to=random_path, max_length=200, blank=True)
    sha256 = models.CharField(_("fingerprint"), max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    header_row = models.PositiveIntegerField(_("row of the headers"), null=True, blank=True)
    # Field → column (from 0), as the person confirmed it.
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    only_good = models.BooleanField(_("import the good rows only"), default=False)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    position = models.PositiveIntegerField(_("rows written"), default=0)
    created = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    # [row, field, what was read, reason], the first few thousand.
    errors = models.JSONField(_("errors"), default=list, blank=True, encoder=DjangoJSONEncoder)
    # What else the importer has to say: counts by kind of record, what could not be taken back.
    summary = models.JSONField(_("summary"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    by = models.CharField(_("started by"), max_length=150)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes: ClassVar = [
            models.Index(fields=["company", "-id"], name="imports_of_a_company"),
            models.Index(fields=["company", "kind", "sha256"], name="imports_of_a_file"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_working(self) -> bool:
        return self.state in {self.State.CHECKING, self.State.RUNNING, self.State.UNDOING}


class ImportedRecord(models.Model):
    """A record a batch made or changed; `row` holds together what must be taken back together."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="records", verbose_name=_("import"))
    row = models.PositiveIntegerField(_("row"))
    label = models.CharField(_("kind of record"), max_length=80)
    object_pk = models.BigIntegerField(_("record"))
    made = models.BooleanField(_("made by the import"))
    # Values before (of a changed record) and after the import: what is different now was touched since.
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("imported record")
        verbose_name_plural = _("imported records")
        indexes: ClassVar = [
            models.Index(fields=["batch", "label"], name="records_of_an_import"),
            models.Index(fields=["label", "object_pk"], name="import_of_a_record"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.object_pk}"


class ImportMapping(models.Model):
    """Which column is which field, remembered for the next file with the same headers."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    by = models.CharField(max_length=150)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("remembered columns")
        verbose_name_plural = _("remembered columns")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "kind", "fingerprint"], name="import_mapping_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.fingerprint[:8]}"


class ImportedSource(models.Model):
    """A document read by an import: the same one, in whatever file, is not read twice.

    `subject_pk` is the customer, `facts` what later imports still need of it.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    subject_pk = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("imported document")
        verbose_name_plural = _("imported documents")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "kind", "key"], name="imported_source_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "kind", "subject_pk"], name="sources_of_a_subject"),
        ]

    def __str__(self) -> str:
        return self.key
