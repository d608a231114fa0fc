from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group


@option_group(
    "purchases", label=_("Purchases"), help=_("Invoices of suppliers: their register and what is proposed.")
)
class PurchaseOptions:
    """How suppliers' invoices are registered."""

    register_series: str = option(
        "",
        label=_("Series of the register of purchases"),
        help=_("Its numbers begin at one every year. Empty: the register has one series without a name."),
        max_length=20,
        required=False,
    )
    expense_account: str = option(
        "",
        label=_("Usual account of costs"),
        help=_(
            "The code of the account a line goes to when nothing is known of it. Empty: the account of the "
            "chart that is used for purchases."
        ),
        max_length=20,
        required=False,
    )
    pay_after_days: int = option(
        30,
        label=_("Due after (days)"),
        help=_("When an invoice states no due date, it is due so many days after its date."),
        min_value=0,
        max_value=365,
    )
    deduction: str = option(
        "law",
        label=_("Deduct VAT"),
        help=_(
            "VAT that waits for the payment stands on an account of its own and moves in proportion to what "
            "is paid. In France that of services waits, unless the supplier pays it on debits."
        ),
        choices=[
            ("law", _("as the law of the country says")),
            ("once", _("at registration, all of it")),
            ("suppliers", _("on payment, where the supplier pays it on payment")),
            ("all", _("on payment, all of it: we account for VAT on payment")),
        ],
    )
    register_automatically: bool = option(
        default=False,
        required=False,
        label=_("Register what is fully known"),
        help=_(
            "An invoice of a known supplier, whose lines are all as last time and whose amounts agree, is "
            "registered as it arrives."
        ),
    )
