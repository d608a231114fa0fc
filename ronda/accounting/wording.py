"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "accounting.closing.prepared": _("Accruals and deferrals computed"),
        "accounting.closing.posted": _("Accruals and deferrals posted"),
        "accounting.closing.reversed": _("Accruals and deferrals reversed"),
        "accounting.closing.withdrawn": _("Accruals and deferrals taken back"),
    }
)
