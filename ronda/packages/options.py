from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group


@option_group("packages", label=_("Packages"), help=_("Prepaid packages and subscriptions."))
class PackageOptions:
    """When the operator is warned that a package is running out."""

    warn_at: str = option(
        "3, 0, -1",
        label=_("Warn when this many are left"),
        help=_("Whole numbers separated by commas; below zero is beyond what was bought."),
        max_length=60,
        validators=[
            RegexValidator(r"^\s*-?\d+(\s*,\s*-?\d+)*\s*$", _("Write whole numbers separated by commas."))
        ],
    )
