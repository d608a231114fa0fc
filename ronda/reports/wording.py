"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "reports.document.printed": _("Document printed"),
        "reports.document.not_sent": _("Not sent: no e-mail address"),
        "reports.layout.in_use": _("Layout put in use"),
        "reports.layout.out_of_use": _("Default layout in use again"),
        "reports.layout.restored": _("Layout started again from the default"),
        "reports.layout.deleted": _("Layout deleted"),
        "reports.contract.printed": _("Contract printed"),
        "reports.conditions.changed": _("General conditions changed"),
        "reports.conditions.deleted": _("General conditions deleted"),
    }
)
