"""What is kept when a password or a second factor changes."""

from datetime import datetime

from django.db import transaction

from ronda.accounts.domain.passwords import DIFFERENT_FROM_LAST
from ronda.accounts.models import PasswordHistory
from ronda.accounts.services.rows import locked_account, record
from ronda.company.models import User


@transaction.atomic
def remember_password(user: User, *, temporary: bool, now: datetime) -> None:
    """Keep the hash of the new password; a `temporary` one must be changed at first access (O58)."""
    account = locked_account(user)
    account.must_change, account.password_set_at, account.failures = temporary, now, 0
    account.save(update_fields=["must_change", "password_set_at", "failures"])
    PasswordHistory.objects.create(user=user, password=user.password, set_at=now)
    kept = PasswordHistory.objects.filter(user=user).order_by("-pk").values_list("pk", flat=True)
    PasswordHistory.objects.filter(pk__in=list(kept[DIFFERENT_FROM_LAST:])).delete()


@transaction.atomic
def note_factor(user: User, *, kind: str, what: str) -> None:
    """Write that a second factor was added, removed or renewed by the person."""
    record(user.username, f"accounts.factor.{what}", user, factor=kind)
