"""What the log-in, its second factors and the services of people tell this app."""

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_logged_in as session_opened
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.utils import timezone

from ronda.accounts.auth import address_of
from ronda.accounts.middleware import FACTOR_FIRST
from ronda.accounts.queries import factor_due
from ronda.accounts.services import note_factor, note_failure, note_sign_in, remember_password
from ronda.company.events import PasswordSet
from ronda.company.models import User
from ronda.kernel.bus import handles


@handles(PasswordSet)
def keep_password(event: PasswordSet) -> None:
    user = User.objects.get(pk=event.user_id)
    remember_password(user, temporary=event.temporary, now=timezone.now())


@receiver(user_login_failed)
def count_wrong_password(credentials: dict[str, Any], request: Any = None, **_kwargs: Any) -> None:
    # An unknown name is written nowhere: it may be a password typed into the wrong box.
    user = User.objects.filter(username=credentials.get("username", "")).first()
    if user is not None:
        note_failure(user, now=timezone.now(), address=address_of(request))


@receiver(authentication_failed)
def count_wrong_code(user: User, request: Any = None, **_kwargs: Any) -> None:
    note_failure(user, now=timezone.now(), address=address_of(request))


@receiver(user_logged_in)
def welcome(user: User, request: Any, **_kwargs: Any) -> None:
    note_sign_in(user, now=timezone.now(), address=address_of(request))


@receiver(session_opened)
def ask_for_factor(user: User, request: Any = None, **_kwargs: Any) -> None:
    """The session remembers it, so that no later request has to ask."""
    if getattr(request, "session", None) is not None and factor_due(user):
        request.session[FACTOR_FIRST] = True


@receiver(authenticator_added)
def factor_added(user: User, authenticator: Any, **_kwargs: Any) -> None:
    note_factor(user, kind=authenticator.type, what="added")


@receiver(authenticator_removed)
def factor_removed(user: User, authenticator: Any, request: Any = None, **_kwargs: Any) -> None:
    note_factor(user, kind=authenticator.type, what="removed")
    if request is not None and request.user.pk == user.pk:
        ask_for_factor(user=user, request=request)


@receiver(authenticator_reset)
def factor_renewed(user: User, authenticator: Any, **_kwargs: Any) -> None:
    note_factor(user, kind=authenticator.type, what="renewed")
