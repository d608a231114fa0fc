"""The options this app declares."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ronda.company.domain.holidays import month_and_day
from ronda.company.options import option, option_group


def check_month_and_day(line: str) -> None:
    """ValidationError unless it is a day of the year, as 06-29."""
    try:
        month_and_day(line)
    except ValueError as error:
        message = _("“%(line)s” is not a day of the year: write month and day, as 06-29.")
        raise ValidationError(message, params={"line": line}) from error


@option_group("calendar", label=_("Calendar"), help=_("Days that are not working days."))
class CalendarOptions:
    """Holidays of the company's own place, on top of those of the law."""

    local_holidays: tuple[str, ...] = option(
        (),
        label=_("Local holidays"),
        help=_("Month and day, one a line: 06-24 for a patron saint on 24 June. The law's are known."),
        validators=[check_month_and_day],
    )


@option_group("history", label=_("Operations log"))
class HistoryOptions:
    days_kept: int = option(
        3650,
        label=_("Days the operations log is kept"),
        help=_("Older entries are removed every night. Data protection asks for six months at least."),
        min_value=183,
        max_value=36500,
    )


@option_group("files", label=_("Files"))
class FileOptions:
    largest_megabytes: int = option(
        25,
        label=_("Largest file, in megabytes"),
        min_value=1,
        max_value=500,
    )


@option_group("mail", label=_("Mail"), scope=("company", "branch"))
class MailOptions:
    sender: str = option(
        "",
        label=_("Sender's address"),
        help=_("Empty: the address of the company, or else that of the installation."),
        max_length=254,
    )
    reply_to: str = option(
        "",
        label=_("Answers go to"),
        help=_("Empty: to the sender."),
        max_length=254,
    )
    signature: str = option(
        "",
        label=_("Text under every mail"),
        max_length=1000,
    )
    copy_to_sender: bool = option(
        default=False,
        label=_("Send a blind copy to the sender's address"),
        help=_("For firms that keep their sent mail in the mailbox of the office."),
    )
