"""How django-allauth behaves here: no sign-up, no mail of its own, our rule of who may come in."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from ronda.accounts.auth import may_sign_in

NOT_FROM_A_NETWORK = "127.0.0.1"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        if not may_sign_in(user):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def login(self, request: HttpRequest, user: Any) -> None:
        # Between password and code somebody may have closed the account.
        if not may_sign_in(user):
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        super().login(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        messages.error(request, _("This account is not active. Ask an administrator."))
        return HttpResponseRedirect(reverse("login"))

    def get_client_ip(self, request: HttpRequest) -> str:
        """The web server's word; requests through a local socket have no address."""
        return str(request.META.get("REMOTE_ADDR") or NOT_FROM_A_NETWORK)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail goes through the outbox of the company only."""


class FactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(key)) for key in keys])


def _key(secret: str | bytes) -> bytes:
    known = hashlib.sha256(b"ronda.accounts.factors:" + force_bytes(secret)).digest()
    return base64.urlsafe_b64encode(known)
