from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from ronda.company.options import BRANCH, COMPANY, WORKSTATION, option, option_group

# A department or a till may number its documents in series of its own (O8).
NUMBERED = (COMPANY, BRANCH, WORKSTATION)


@option_group(
    "billing",
    label=_("Documents"),
    help=_("Series, numbers and what the month does with small amounts."),
)
class BillingOptions:
    """How a company numbers and issues its documents. Empty series follow the country's custom."""

    invoice_series: str = option(
        "",
        label=_("Series of invoices"),
        help=_("Empty: the usual one of the country."),
        max_length=20,
        required=False,
        scope=NUMBERED,
    )
    credit_note_series: str = option(
        "", label=_("Series of credit notes"), max_length=20, required=False, scope=NUMBERED
    )
    advance_series: str = option(
        "", label=_("Series of advance invoices"), max_length=20, required=False, scope=NUMBERED
    )
    number_format: str = option(
        "",
        label=_("How a number is written"),
        help=_(
            "With {series}, {number} and {year}; {number:05d} pads with zeros. Empty: the country's custom."
        ),
        max_length=40,
        required=False,
        scope=NUMBERED,
    )
    charge_stamp_duty: bool = option(
        default=True,
        label=_("Charge the stamp duty to the customer"),
        help=_("When off, the firm pays it and the document only says so."),
    )
    minimum_document: Decimal = option(
        Decimal(0),
        label=_("Hold documents below"),
        help=_("The month carries smaller amounts over, until December closes the year."),
        min_value=Decimal(0),
        decimal_places=2,
    )
    split_by_period: bool = option(
        default=False,
        label=_("One document per period"),
        help=_("When several periods are owed at once: one document each instead of one line each."),
    )
    oldest_period_days: int = option(
        400,
        label=_("Ask before billing periods older than (days)"),
        help=_("A contract entered late may owe years: the month asks before issuing them."),
        min_value=1,
    )
    anomaly_percent: int = option(
        30,
        label=_("Point out changes above (%)"),
        help=_("The preview marks documents that differ this much from the last time."),
        min_value=1,
        max_value=1000,
    )
