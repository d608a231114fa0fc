"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "accounts.signed_in": _("Signed in"),
        "accounts.signed_out": _("Signed out"),
        "accounts.attempts.deactivated": _("Account deactivated after wrong attempts"),
        "accounts.attempts.reported": _("Wrong attempts reported"),
        "accounts.account.activated": _("Account activated"),
        "accounts.account.ended": _("Account ended"),
        "accounts.account.last_day": _("Last day of an account set"),
        "accounts.factor.added": _("Second factor added"),
        "accounts.factor.removed": _("Second factor removed"),
        "accounts.factor.renewed": _("Recovery codes made again"),
    }
)
