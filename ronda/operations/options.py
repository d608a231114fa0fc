"""The options this app declares."""

from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group


@option_group("safety", label=_("Safety of the data"), scope=("installation", "company"))
class SafetyOptions:
    backup_before_imports: bool = option(
        default=True,
        label=_("Backup before large imports"),
        help=_("Before an import writes, the whole installation is copied. Backups are under Settings."),
    )
    large_import_rows: int = option(
        500,
        label=_("An import is large from so many rows"),
        help=_("Smaller imports can be taken back one by one."),
        min_value=1,
        max_value=1_000_000,
    )
