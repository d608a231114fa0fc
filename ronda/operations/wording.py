"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "operations.backup.made": _("Backup made"),
        "operations.backup.removed": _("Old backup removed"),
        "operations.backup.checked": _("Hashes of a backup checked"),
        "operations.drill.done": _("Restore drill"),
        "operations.data.checked": _("Data checked"),
        "billing.documents.chained": _("Documents put into the chain"),
        "operations.restore.done": _("Restored from a backup"),
    }
)
