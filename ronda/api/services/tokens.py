"""Tokens: made, revoked, recognised."""

import hmac
from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from ronda.api.domain.keys import digest_of, new_key, prefix_of
from ronda.api.models import Token
from ronda.company import audit
from ronda.company.models import Company, Membership, User
from ronda.company.queries import companies_of
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

# The last use is written once in this time: a program that asks often writes seldom.
USE_WRITTEN_EVERY = timedelta(minutes=1)


class TokenForAnother(Refusal):
    code = "api.token_for_another"


class TokenForStranger(Refusal):
    code = "api.token_for_stranger"


class TokenWithoutScopes(Refusal):
    code = "api.token_without_scopes"


class TokenUnknown(Refusal):
    code = "api.token_unknown"


class TokenRevoked(Refusal):
    code = "api.token_revoked"


class TokenExpired(Refusal):
    code = "api.token_expired"


class TokenWithoutAccess(Refusal):
    code = "api.token_without_access"


@transaction.atomic
def make_token(
    company: Company,
    *,
    user: User,
    name: str,
    scopes: Collection[str],
    expires_on: date | None,
    by: str,
) -> tuple[Token, str]:
    """A token of the company for a program that acts as `user`, and its key, which is kept nowhere.

    People make tokens for themselves; for somebody else only who may do everything in the company.
    Raises TokenForStranger, TokenForAnother (field "user"), TokenWithoutScopes (field "scopes").
    """
    if not user.is_active or not companies_of(user).filter(pk=company.pk).exists():
        raise TokenForStranger(_("This person does not work in this company."), field="user")
    if user.username != by and not _may_do_everything(company, by):
        raise TokenForAnother(
            _("You may make tokens for yourself only. Ask somebody who may do everything."), field="user"
        )
    if not scopes:
        raise TokenWithoutScopes(_("Tick at least one area."), field="scopes")
    key = new_key()
    token = Token.objects.create(
        company=company,
        user=user,
        name=name,
        prefix=key.prefix,
        digest=key.digest,
        scopes=sorted(scopes),
        expires_on=expires_on,
    )
    audit.record(by, "api.token.made", token, name=name, user=user.username, scopes=token.scopes)
    return token, key.text


def _may_do_everything(company: Company, by: str) -> bool:
    if User.objects.filter(username=by, is_superuser=True, is_active=True).exists():
        return True
    mine = Membership.objects.filter(company=company, user__username=by, user__is_active=True)
    return mine.filter(role__grants_all=True).exists()


@transaction.atomic
def revoke_token(token: Token, *, by: str) -> Token:
    """From now on the token opens nothing; revoking it again changes nothing."""
    token = Token.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.record(by, "api.token.revoked", token, name=token.name)
    return token


def recognise(text: str, *, now: datetime) -> Token:
    """The token of a key that is valid now, with its user and company.

    Raises TokenUnknown, TokenRevoked, TokenExpired, or TokenWithoutAccess when its person may not sign in
    or no longer works in the company.
    """
    prefix = prefix_of(text)
    tokens = Token.objects.select_related("user", "company")
    token = tokens.filter(prefix=prefix).first() if prefix else None
    if token is None or not hmac.compare_digest(token.digest, digest_of(text)):
        raise TokenUnknown(_("This token is not known."))
    if token.revoked_at is not None:
        raise TokenRevoked(_("This token was revoked."))
    if token.expires_on and token.expires_on < now.astimezone(ZoneInfo(token.company.timezone)).date():
        raise TokenExpired(_("This token has expired."))
    if not token.user.is_active or not companies_of(token.user).filter(pk=token.company_id).exists():
        raise TokenWithoutAccess(_("The person of this token may not work in this company any more."))
    return token


def note_use(token: Token, *, address: str, now: datetime) -> None:
    """Write when and from where the token was used, once a minute at most."""
    if token.last_used_at is None or now - token.last_used_at >= USE_WRITTEN_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now, last_used_from=address or None)
