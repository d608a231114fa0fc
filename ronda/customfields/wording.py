"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "customfields.customfield.switched_on": _("Custom field put back into use"),
        "customfields.customfield.switched_off": _("Custom field switched off"),
    }
)
