from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """What is known of a person's access besides the user; written when there is something to know."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="account", verbose_name=_("user")
    )
    last_day = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("From the day after nobody signs in with it.")
    )
    must_change = models.BooleanField(_("must change the password"), default=False)
    password_set_at = models.DateTimeField(_("password set"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("wrong attempts"), default=0)
    locked_at = models.DateTimeField(_("deactivated after wrong attempts"), null=True, blank=True)
    # A keyed hash: a code that opened once opens nothing again, whichever process is asked.
    last_code = models.CharField(_("last code"), max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("user account")
        verbose_name_plural = _("user accounts")

    def __str__(self) -> str:
        return str(self.user)


class PasswordHistory(models.Model):
    """Hashes of the passwords a person had: a new one must differ (O60)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="passwords", verbose_name=_("user")
    )
    password = models.CharField(_("hash"), max_length=128)
    set_at = models.DateTimeField(_("set"))

    class Meta:
        verbose_name = _("former password")
        verbose_name_plural = _("former passwords")
        indexes: ClassVar = [models.Index(fields=["user", "-id"], name="passwords_of_a_user")]

    def __str__(self) -> str:
        return f"{self.user}, {self.set_at:%Y-%m-%d}"
