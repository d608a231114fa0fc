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


@option_group("history", label=_("Operations log"), scope=("installation", "company"))
class HistoryOptions:
    days_kept: int = option(
        184,
        label=_("Days the operations log is kept"),
        help=_(
            "Older entries are removed every night. Data protection asks for six months at least, and for "
            "no more "
            "than is needed."
        ),
        min_value=184,
        max_value=36500,
    )
    years_kept_by_law: int = option(
        10,
        label=_("Years kept of what the books rest on"),
        help=_(
            "Documents issued, numbers, payments, entries, settings, and who was anonymised. Ten years at "
            "least "
            "(Italy: art. 2220 c.c.; France: art. L123-22 c. com.)."
        ),
        min_value=10,
        max_value=100,
    )


@option_group("files", label=_("Files"), scope=("installation", "company"))
class FileOptions:
    largest_megabytes: int = option(
        25,
        label=_("Largest file, in megabytes"),
        min_value=1,
        max_value=500,
    )
    largest_megapixels: int = option(
        60,
        label=_("Largest picture, in million dots"),
        help=_("All pictures of an animation together. Larger ones would fill the memory when opened."),
        min_value=1,
        max_value=200,
    )
    room_megabytes: int = option(
        0,
        label=_("Room for all files, in megabytes"),
        help=_("With their earlier versions and the bin. 0: as much as the store has."),
        min_value=0,
        max_value=100_000_000,
    )
    days_in_bin: int = option(
        30,
        label=_("Days a removed file stays in the bin"),
        help=_("Then it is gone for good, at night. 0: it is gone at once."),
        min_value=0,
        max_value=3650,
    )


@option_group("mail", label=_("Mail"), scope=("installation", "company"))
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
