"""Tokens of programs, answers kept for repeated writes, webhooks and what was delivered to them."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.api.domain.scopes import allows
from ronda.company.models import Company


class Token(models.Model):
    """A key with which a program works in one company as one of its people, within `scopes`.

    Only the SHA-256 of the key is kept; it is random, so no slow hash is needed.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("person"),
        help_text=_("The program may do what this person's role allows, within the areas ticked below."),
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("The program that will use it."))
    prefix = models.CharField(_("beginning"), max_length=12, unique=True)
    digest = models.CharField(_("fingerprint"), max_length=64)
    # "billing:read", "billing:write", "*:read": domain/scopes.py
    scopes = models.JSONField(_("areas"), default=list)
    expires_on = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Empty: valid until it is revoked.")
    )
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    last_used_from = models.GenericIPAddressField(_("last used from"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name

    def allows(self, area: str, *, write: bool) -> bool:
        """Whether the scopes admit reading or writing in an area of the navigation."""
        return allows(self.scopes, area, write=write)


class KeptAnswer(models.Model):
    """The answer to a write with an idempotency key; the row is made in the transaction of the write."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+", verbose_name=_("company"))
    # "token:12" or "user:5": keys of different callers never meet.
    caller = models.CharField(_("caller"), max_length=30)
    key = models.CharField(_("key"), max_length=255)
    claim = models.CharField(_("claim"), max_length=32)
    fingerprint = models.CharField(_("fingerprint of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), default=0)
    content_type = models.CharField(_("content type"), max_length=100, blank=True)
    body = models.TextField(_("body"), blank=True)
    created_at = models.DateTimeField(_("made at"), db_index=True)

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints: ClassVar = [
            models.UniqueConstraint("company", "caller", "key", name="one_answer_per_key_and_caller")
        ]


def _no_events() -> list[str]:
    return []


class Webhook(models.Model):
    """An address of another program that is told of events."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=500)
    events = models.JSONField(_("events"), default=_no_events)
    secret = models.CharField(_("secret"), max_length=100)
    active = models.BooleanField(_("active"), default=True)
    # Deliveries given up in a row; back to 0 at each that arrives.
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    switched_off_at = models.DateTimeField(_("switched off at"), null=True, blank=True)
    created_by = models.CharField(_("made by"), max_length=150, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One message for one webhook: exactly the text that is sent, and how its last attempt ended."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", verbose_name=_("webhook"))
    # The same in every attempt, so that the receiver knows a message it already has.
    message = models.CharField(_("message"), max_length=40)
    event = models.CharField(_("event"), max_length=60)
    body = models.TextField(_("body"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("made at"))
    tried_at = models.DateTimeField(_("last attempt"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        indexes: ClassVar = [
            models.Index(fields=["webhook", "-created_at"], name="webhook_delivery_latest"),
            models.Index(fields=["created_at"], name="webhook_delivery_age"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(status__isnull=False), name="delivered_with_an_answer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message}"

    @property
    def company_id(self) -> int:
        return self.webhook.company_id


class WebhookAttempt(models.Model):
    """One attempt to deliver: what was answered and how long it took."""

    delivery = models.ForeignKey(
        WebhookDelivery, models.CASCADE, related_name="tries", verbose_name=_("delivery")
    )
    at = models.DateTimeField(_("at"))
    status = models.PositiveSmallIntegerField(_("answer"), null=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"))
    error = models.CharField(_("error"), max_length=300, blank=True)
    answer = models.TextField(_("beginning of the answer"), blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> Any:
        return str(self.status or self.error)
