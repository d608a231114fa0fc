"""Who may come in: active people whose account has not ended."""

from typing import Any

from django.utils import timezone

from ronda.accounts.domain.passwords import is_expired
from ronda.accounts.queries import account_of
from ronda.company.auth import RoleBackend
from ronda.company.models import User


class AccountBackend(RoleBackend):
    """Permissions by role; the account is read with the user, at log-in and at every request.

    So whoever is deactivated, or whose last day is over (O57), is out at the next request.
    """

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("account").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: Any) -> bool:
        return may_sign_in(user)


def may_sign_in(user: Any) -> bool:
    """Whether the account is active and its last day is not over, in the installation's time."""
    return bool(user.is_active) and not is_expired(account_of(user).last_day, on=timezone.localdate())


def address_of(request: Any) -> str:
    """The network address a request came from, as the web server saw it."""
    return str(request.META.get("REMOTE_ADDR") or "") if request is not None else ""
