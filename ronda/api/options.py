"""The options this app declares."""

from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group


@option_group("webhooks", label=_("Webhooks"), help=_("Messages to other programs when something happens."))
class WebhookOptions:
    allow_http: bool = option(
        default=False,
        label=_("Also send without encryption"),
        help=_("Addresses that begin with http:// are refused otherwise."),
    )
    failures_before_off: int = option(
        5,
        label=_("Failures after which a webhook is switched off"),
        help=_("Messages given up one after the other, each after ten attempts in about four hours."),
        min_value=1,
        max_value=1000,
    )
    days_kept: int = option(
        90,
        label=_("Days the deliveries are kept"),
        min_value=1,
        max_value=3650,
    )
