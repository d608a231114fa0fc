from datetime import date

from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group
from ronda.einvoices.door import channel_choices


@option_group(
    "einvoices", label=_("E-invoices"), help=_("How legal documents leave, and who watches over them.")
)
class EinvoiceOptions:
    """Legal documents of a company: the way out, and what happens by itself."""

    channel: str = option(
        "",
        label=_("Channel"),
        help=_("Who takes the files to the exchange or platform."),
        choices=channel_choices,
        required=False,
    )
    since: date = option(
        None,
        label=_("First day"),
        help=_("Documents issued before it were sent by another program: nobody is reminded of them."),
        required=False,
    )
    sending: str = option(
        "hand",
        label=_("Send"),
        help=_("By itself: in the background, as soon as a document is issued."),
        choices=[("hand", _("by hand")), ("issue", _("by itself, at issue"))],
    )
    stop_issuing: bool = option(
        default=True,
        label=_("Do not issue what would be rejected"),
        help=_("Once a channel is chosen. What is only worth a look never stops a document."),
    )
    alert_days: int = option(
        3,
        label=_("Warn so many days before a deadline"),
        help=_("Documents to be sent, and rejected ones to be corrected."),
        min_value=0,
        max_value=30,
    )
