from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from ronda.company.domain.roles import ROLE_TEMPLATES
from ronda.company.options import option, option_group

#: Every role, or a role of those a company starts with, or one that it made itself.
EVERYBODY, OWN_ROLES = "everybody", "own"
FACTOR_ROLES = (
    (EVERYBODY, _("everybody")),
    *((template.code, template.name) for template in ROLE_TEMPLATES),
    (OWN_ROLES, _("roles the firm made itself")),
)


@option_group(
    "accounts",
    label=_("Sign-in and passwords"),
    help=_("For people who work in several companies the strictest value counts."),
    scope=("installation", "company"),
)
class AccountOptions:
    """How long passwords live and what happens after wrong attempts (O60, O61)."""

    months_valid: int = option(
        0,
        label=_("Months a password is valid"),
        help=_("Then it must be changed at the next sign-in. 0: for ever."),
        min_value=0,
        max_value=60,
    )
    attempts: int = option(
        10,
        label=_("Wrong attempts in a row"),
        help=_("Then the account is deactivated. Administrators are never locked out, only reported."),
        min_value=3,
        max_value=100,
    )
    security_address: str = option(
        "",
        label=_("Security address"),
        help=_("Where deactivated accounts are reported. Empty: the address of the company."),
        max_length=254,
        validators=[validate_email],
    )
    second_factor_for: tuple[str, ...] = option(
        (),
        label=_("A second factor is required of"),
        help=_(
            "Authenticator app or passkey. Who has none sets one up at the next sign-in and reaches nothing "
            "else before. Programs that use a token are not asked."
        ),
        choices=FACTOR_ROLES,
    )
