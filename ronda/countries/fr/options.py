"""What a French firm chooses about its reports and statuses."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group
from ronda.countries.fr import certificate_options  # noqa: F401 -- declares further groups

REGIMES = [
    ("", _("not reported from here")),
    ("real_monthly", _("real, monthly")),
    ("real_quarterly", _("real, quarterly")),
    ("simplified", _("simplified")),
    ("franchise", _("small firms' exemption (franchise en base)")),
]


@option_group(
    "fr_reports",
    label=_("France: reports to the tax administration"),
    help=_(
        "Sales to consumers and abroad, payments of services, statuses of invoices. French companies only."
    ),
    countries={"FR"},
)
class ReportOptions:
    """E-reporting (flux 10) and statuses of a French company."""

    regime: str = option(
        "",
        label=_("VAT régime"),
        help=_(
            "On it depend the periods and the last days. Choose none while your platform reports for you."
        ),
        choices=REGIMES,
        required=False,
    )
    starts_on: date = option(
        date(2027, 9, 1),
        label=_("First day to report"),
        help=_("1 September 2026 for large and middle-sized firms, 1 September 2027 for the others."),
    )
    platform_number: str = option(
        "",
        label=_("Number of the approved platform"),
        help=_("Four characters; it is on the platform's contract and in the administration's list."),
        max_length=4,
        required=False,
    )
    platform_name: str = option("", label=_("Name of the approved platform"), max_length=100, required=False)
    sending: str = option(
        "hand",
        label=_("Send reports"),
        help=_("By itself: on the first day on which a report may be sent."),
        choices=[("hand", _("by hand")), ("due", _("by itself, when they are due"))],
    )
    tell_collected: bool = option(
        default=True,
        label=_("Tell the platform what was collected"),
        help=_("Status 212 by VAT rate, for services whose VAT is owed on payment. Compulsory by law."),
    )
