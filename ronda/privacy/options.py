from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group


@option_group(
    "privacy",
    label=_("Privacy"),
    help=_(
        "Tools for data protection. Whether and how they are used is the responsibility of the firm (GDPR, "
        "art. 24)."
    ),
)
class PrivacyOptions:
    """Which tools a company uses, and for whom (O56)."""

    enabled: bool = option(
        default=True,
        label=_("Use the privacy functions"),
        help=_(
            "Consents, anonymising, export of a person's data. Switched off, consents are kept elsewhere."
        ),
    )
    notice_for_firms: bool = option(
        default=False,
        label=_("Ask firms for the privacy notice too"),
        help=_("Otherwise only customers who are persons are shown as not having signed it."),
    )
    inactive_years: int = option(
        5,
        label=_("Years without activity before a customer may be anonymised"),
        help=_(
            "The list of candidates begins with these. Customers with documents or entries are never on it."
        ),
        min_value=1,
        max_value=30,
    )
    export_days: int = option(
        30,
        label=_("Days the export of a person's data can be downloaded"),
        min_value=1,
        max_value=365,
    )
