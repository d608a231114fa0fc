from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group


@option_group("payments", label=_("Payments"), help=_("How money received is recorded."))
class PaymentOptions:
    """What a company wants done with the cents of cash payments."""

    cash_rounding: bool = option(
        default=False,
        label=_("Round cash to 5 cents"),
        help=_("A due paid wholly in cash is settled by the amount rounded to 5 cents."),
    )
