"""Files of legal documents, what the exchange answered, and files nobody can place."""

import secrets
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ronda.billing.models import Document
from ronda.company.models import Company
from ronda.einvoices.domain.states import State
from ronda.workspace.text_index import text_indexed


class TransmissionState(models.TextChoices):
    """`domain.states.State` in people's words."""

    READY = State.READY.value, pgettext_lazy("e-invoice", "ready to send")
    QUEUED = State.QUEUED.value, pgettext_lazy("e-invoice", "being sent")
    FAILED = State.FAILED.value, pgettext_lazy("e-invoice", "not handed over")
    SENT = State.SENT.value, pgettext_lazy("e-invoice", "sent")
    TAKEN = State.TAKEN.value, pgettext_lazy("e-invoice", "taken by the exchange")
    DELIVERED = State.DELIVERED.value, pgettext_lazy("e-invoice", "delivered")
    AVAILABLE = State.AVAILABLE.value, pgettext_lazy("e-invoice", "at the customer's disposal")
    REJECTED = State.REJECTED.value, pgettext_lazy("e-invoice", "rejected")
    ACCEPTED = State.ACCEPTED.value, pgettext_lazy("e-invoice", "accepted by the customer")
    REFUSED = State.REFUSED.value, pgettext_lazy("e-invoice", "refused by the customer")
    EXPIRED = State.EXPIRED.value, pgettext_lazy("e-invoice", "time to answer over")
    DISPUTED = State.DISPUTED.value, pgettext_lazy("e-invoice", "disputed by the customer")
    COLLECTED = State.COLLECTED.value, pgettext_lazy("e-invoice", "collected")


def hidden_path(kept: "KeptFile", filename: str) -> str:
    """A name that cannot be guessed and says nothing of the file."""
    return f"einvoices/{kept.company_id}/{kept.kept_at:%Y-%m}/{secrets.token_hex(16)}"


class KeptFile(models.Model):
    """A file that left or came, as it was, in the chain of its company; never changed."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveBigIntegerField(_("position"))
    name = models.CharField(_("file"), max_length=120)
    media_type = models.CharField(_("type"), max_length=80)
    file = models.FileField(_("file"), upload_to=hidden_path, max_length=200)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    kept_at = models.DateTimeField(_("kept at"))

    class Meta:
        verbose_name = _("kept file")
        verbose_name_plural = _("kept files")
        constraints = [models.UniqueConstraint(fields=["company", "position"], name="kept_file_place_once")]

    def __str__(self) -> str:
        return self.name


class ArchiveEnd(models.Model):
    """The last link of a company's chain: its row is locked, last, by whoever adds files."""

    company = models.OneToOneField(Company, models.PROTECT, related_name="+")
    position = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("end of the chain of kept files")
        verbose_name_plural = _("ends of the chains of kept files")

    def __str__(self) -> str:
        return str(self.position)


class FileCounter(models.Model):
    """How many file names a transmitter has used up, for all companies that share it; never turned back."""

    format = models.CharField(_("format"), max_length=20)
    transmitter = models.CharField(_("transmitter"), max_length=40)
    last_number = models.PositiveBigIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("counter of file names")
        verbose_name_plural = _("counters of file names")
        constraints = [
            models.UniqueConstraint(fields=["format", "transmitter"], name="file_counter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.transmitter} {self.last_number}"


@text_indexed("file_name", "exchange_id")
class Transmission(models.Model):
    """One file of one document, and what became of it. After a rejection the next one replaces it (R33)."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="transmissions", verbose_name=_("document"), db_index=False
    )
    format = models.CharField(_("format"), max_length=20)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        related_name="replaced_by",
        null=True,
        blank=True,
        verbose_name=pgettext_lazy("e-invoice", "replaces"),
    )
    kept = models.OneToOneField(KeptFile, models.PROTECT, related_name="+", verbose_name=_("file"))
    file_name = models.CharField(_("file name"), max_length=120)
    facts = models.JSONField(default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=TransmissionState.choices, default=TransmissionState.READY
    )
    # Why the channel did not take it; `may_retry`: the same call may succeed later.
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    may_retry = models.BooleanField(default=False)
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    exchange_id = models.CharField(_("identifier of the exchange"), max_length=60, blank=True)
    due_on = models.DateField(_("next deadline"), null=True, blank=True)
    prepared_at = models.DateTimeField(_("prepared at"))
    prepared_by = models.CharField(_("prepared by"), max_length=150)
    queued_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("e-invoice")
        verbose_name_plural = _("e-invoices")
        permissions = [("send_transmission", _("Can send e-invoices"))]
        constraints = [
            models.UniqueConstraint(fields=["document", "attempt"], name="transmission_attempt_once"),
            models.UniqueConstraint(fields=["format", "file_name"], name="transmission_name_once"),
            models.CheckConstraint(
                condition=~Q(state__in=("ready", "queued", "failed")) | Q(sent_at=None),
                name="unsent_transmissions_have_no_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "state", "due_on"]),
            models.Index(fields=["company", "-prepared_at", "-id"]),
            models.Index(fields=["company", "exchange_id"]),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_unsent(self) -> bool:
        """Whether it can be handed over: it is ready, or the channel did not take it."""
        return self.state in (TransmissionState.READY, TransmissionState.FAILED)

    def is_late(self, on: date) -> bool:
        return self.due_on is not None and self.due_on < on


class Receipt(models.Model):
    """A message of the exchange about one transmission, kept as it came."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    transmission = models.ForeignKey(
        Transmission, models.PROTECT, related_name="receipts", verbose_name=_("e-invoice"), db_index=False
    )
    kept = models.OneToOneField(KeptFile, models.PROTECT, related_name="+", verbose_name=_("file"))
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(_("kind"), max_length=40)
    exchange_id = models.CharField(_("identifier of the exchange"), max_length=60, blank=True)
    said_at = models.DateTimeField(_("written at"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"))
    facts = models.JSONField(default=dict, blank=True)
    channel = models.CharField(_("channel"), max_length=20, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("e-invoice", "receipt")
        verbose_name_plural = pgettext_lazy("e-invoice", "receipts")
        constraints = [
            models.UniqueConstraint(fields=["transmission", "sha256"], name="receipt_once"),
        ]

    def __str__(self) -> str:
        return str(self.kept)


class Quarantined(models.Model):
    """An incoming file that nobody could place. It waits for a person and stops nothing else."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    kept = models.OneToOneField(KeptFile, models.PROTECT, related_name="+", verbose_name=_("file"))
    name = models.CharField(_("file"), max_length=120)
    sha256 = models.CharField(max_length=64)
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    sender = models.CharField(_("sender"), max_length=254, blank=True)
    code = models.CharField(max_length=60)
    reason = models.CharField(_("reason"), max_length=500)
    found_at = models.DateTimeField(_("found at"))
    settled_at = models.DateTimeField(_("dealt with at"), null=True, blank=True)
    settled_by = models.CharField(_("dealt with by"), max_length=150, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("file set aside")
        verbose_name_plural = _("files set aside")
        constraints = [models.UniqueConstraint(fields=["company", "sha256", "name"], name="set_aside_once")]
        indexes = [models.Index(fields=["company", "settled_at"])]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.settled_at is None
