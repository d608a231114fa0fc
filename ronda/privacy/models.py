"""What customers agreed to, who was anonymised, and what was handed to whom."""

import secrets
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ronda.company.models import Company
from ronda.company.models.companies import LANGUAGES
from ronda.parties.models import Contact, Party


class Purpose(models.TextChoices):
    """What a person's data are used for."""

    NOTICE = "notice", _("privacy notice")
    MARKETING = "marketing", _("advertising")
    SERVICE = "service", _("reminders and notices about the service")
    PROFILING = "profiling", _("profiling")
    TRANSFER = "transfer", _("passing on to others")


class Channel(models.TextChoices):
    """By which way the person is addressed; empty where a purpose has none."""

    NONE = "", _("no channel")
    MAIL = "mail", _("e-mail")
    SMS = "sms", _("SMS")
    APP = "app", _("app notification")
    PHONE = "phone", _("telephone")
    POST = "post", _("letter")


class ConsentText(models.Model):
    """One version of what people are asked; what was put to somebody is never changed."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=20_000)
    valid_from = models.DateField(_("valid from"))
    ask_again = models.BooleanField(
        _("ask everybody again"),
        default=True,
        help_text=_("Who agreed to an older version is listed until he has answered this one."),
    )
    created_by = models.CharField(_("written by"), max_length=150, blank=True, editable=False)

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "purpose", "channel", "language", "version"],
                name="consent_text_version_once",
                violation_error_message=_("This version exists already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


class Consent(models.Model):
    """One answer of a customer, or of a person at the customer's. Never changed: the last one counts."""

    class Answer(models.TextChoices):
        GIVEN = "given", pgettext_lazy("consent", "given")
        REFUSED = "refused", pgettext_lazy("consent", "refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("consent", "withdrawn")

    class Source(models.TextChoices):
        PAPER = "paper", _("on paper")
        WEB = "web", _("web form")
        PHONE = "phone", _("by telephone")
        MAIL = "mail", _("by e-mail")
        IMPORT = "import", _("import")
        PORTAL = "portal", _("customer portal")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    party = models.ForeignKey(Party, models.PROTECT, related_name="consents", verbose_name=_("customer"))
    contact = models.ForeignKey(
        Contact, models.PROTECT, related_name="consents", null=True, blank=True, verbose_name=_("contact")
    )
    text = models.ForeignKey(
        ConsentText, models.PROTECT, related_name="consents", verbose_name=_("text that was shown")
    )
    # As in the text; kept here for the indexes.
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose, editable=False)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel, blank=True, editable=False)
    answer = models.CharField(_("answer"), max_length=9, choices=Answer)
    answered_on = models.DateField(_("answered on"))
    source = models.CharField(_("source"), max_length=6, choices=Source, default=Source.PAPER)
    note = models.CharField(_("note"), max_length=250, blank=True)
    by = models.CharField(_("recorded by"), max_length=150, editable=False)
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        permissions = [
            ("anonymise_party", _("Can anonymise customers")),
            ("export_party_data", _("Can export a person's data")),
        ]
        indexes = [
            models.Index(
                fields=["party", "purpose", "channel", "-answered_on", "-id"], name="consents_of_a_party"
            ),
            models.Index(fields=["company", "-id"], name="consents_of_a_company"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.get_answer_display()}"


class Anonymisation(models.Model):
    """A customer who was anonymised: when, by whom, how much. Says nothing of who it was."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    party = models.OneToOneField(
        Party, models.PROTECT, related_name="anonymisation", verbose_name=_("customer")
    )
    at = models.DateTimeField(_("when"))
    by = models.CharField(_("by"), max_length=150)
    fields = models.PositiveIntegerField(_("values masked"))
    records = models.PositiveIntegerField(_("records changed"))
    files = models.PositiveIntegerField(_("files removed"))
    again = models.BooleanField(_("again after a restore"), default=False)

    class Meta:
        verbose_name = _("anonymised customer")
        verbose_name_plural = _("anonymised customers")
        indexes = [models.Index(fields=["company", "-at"], name="anonymisations_of_a_company")]

    def __str__(self) -> str:
        return str(self.party)


class AnonymisedContact(models.Model):
    """One person at a customer's who was anonymised: when, by whom, how much. Says nothing of who it was."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    contact = models.OneToOneField(
        Contact, models.PROTECT, related_name="anonymisation", verbose_name=_("contact")
    )
    at = models.DateTimeField(_("when"))
    by = models.CharField(_("by"), max_length=150)
    fields = models.PositiveIntegerField(_("values masked"))
    records = models.PositiveIntegerField(_("records changed"))
    files = models.PositiveIntegerField(_("files removed"))
    again = models.BooleanField(_("again after a restore"), default=False)

    class Meta:
        verbose_name = _("anonymised contact")
        verbose_name_plural = _("anonymised contacts")

    def __str__(self) -> str:
        return str(self.contact)


def hidden_path(export: "PersonalExport", filename: str) -> str:
    """A name that cannot be guessed."""
    token = secrets.token_hex(16)
    return f"personal-data/{export.company_id}/{token[:2]}/{token}.zip"


class PersonalExport(models.Model):
    """Everything kept about a person in one file, for that person (GDPR artt. 15 and 20)."""

    class State(models.TextChoices):
        QUEUED = "queued", _("being prepared")
        READY = "ready", _("ready")
        EXPIRED = "expired", _("removed")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    party = models.ForeignKey(Party, models.PROTECT, related_name="data_exports", verbose_name=_("customer"))
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.QUEUED)
    reason = models.CharField(_("asked by and how"), max_length=200, blank=True)
    file = models.FileField(_("file"), upload_to=hidden_path, max_length=200, blank=True)
    size = models.BigIntegerField(_("bytes"), default=0)
    records = models.PositiveIntegerField(_("records"), default=0)
    asked_at = models.DateTimeField(_("asked at"))
    ready_at = models.DateTimeField(_("ready at"), null=True)
    expires_on = models.DateField(_("can be downloaded until"), null=True)
    downloads = models.PositiveIntegerField(_("times downloaded"), default=0)
    by = models.CharField(_("by"), max_length=150)

    class Meta:
        verbose_name = _("export of personal data")
        verbose_name_plural = _("exports of personal data")
        indexes = [models.Index(fields=["company", "-id"], name="exports_of_a_company")]
        constraints = [
            models.CheckConstraint(condition=~Q(state="ready") | ~Q(file=""), name="ready_export_has_a_file")
        ]

    def __str__(self) -> Any:
        return f"{self.party} {self.asked_at:%d/%m/%Y}"
