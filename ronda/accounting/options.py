from datetime import date

from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group


@option_group(
    "accounting", label=_("Accounting"), help=_("Which days are closed, and how amounts are spread.")
)
class AccountingOptions:
    """How the books of a company are kept."""

    books_closed_until: date = option(
        None,
        label=_("Books closed until"),
        help=_("Nothing is posted on this day or before: it goes to the first open day."),
    )
    spread_by: str = option(
        "days",
        label=_("Accruals and deferrals"),
        help=_("How an amount is spread over its period, unless a closing says otherwise."),
        choices=[("days", _("by days")), ("months", _("by months"))],
    )
