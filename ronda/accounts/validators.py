"""The rules of passwords as Django asks for them (AUTH_PASSWORD_VALIDATORS), in every form and service."""

from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ronda.accounts.domain.passwords import (
    DIFFERENT_FROM_LAST,
    SHORTEST,
    has_digit_or_sign,
    is_like_name,
    is_long_enough,
)
from ronda.accounts.queries import former_passwords


class LongWithDigitOrSign:
    """O59: eight characters, a digit or a special character among them."""

    def validate(self, password: str, user: Any = None) -> None:
        if not is_long_enough(password):
            raise ValidationError(
                _("The password needs at least %(count)d characters.") % {"count": SHORTEST},
                code="password_too_short",
            )
        if not has_digit_or_sign(password):
            raise ValidationError(
                _("The password needs a digit or a special character."), code="password_too_plain"
            )

    def get_help_text(self) -> str:
        return _("At least %(count)d characters, with a digit or a special character.") % {"count": SHORTEST}


class NotLikeTheName:
    """O59: never admin/admin, nor the user name dressed up."""

    def validate(self, password: str, user: Any = None) -> None:
        names = [user.get_username()] if user is not None else []
        if any(is_like_name(password, name) for name in [*names, "admin"]):
            raise ValidationError(
                _("The password is too much like the user name."), code="password_like_name"
            )

    def get_help_text(self) -> str:
        return _("Nothing like the user name.")


class DifferentFromTheLast:
    """O60: none of the last ten passwords again."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        former = former_passwords(user, last=DIFFERENT_FROM_LAST)
        if any(check_password(password, known) for known in former):
            raise ValidationError(
                _("You have used this password before. It must differ from the last %(count)d.")
                % {"count": DIFFERENT_FROM_LAST},
                code="password_used_before",
            )

    def get_help_text(self) -> str:
        return _("Different from the last %(count)d.") % {"count": DIFFERENT_FROM_LAST}
