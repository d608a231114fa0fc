"""What people read for the operations of this pack."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "it.stamp.chosen": _("Place in the stamp report chosen"),
        "it.stamp.paid": _("Stamp duty of a quarter paid"),
        "it.stamp.taken_back": _("Payment of stamp duty taken back"),
        "it.intent.saved": _("Declaration of intent saved"),
        "it.intent.revoked": _("Declaration of intent revoked"),
        "it.intent.taken_up": _("Declaration of intent in force again"),
        "it.intent.not_covered": _("Issued without a declaration of intent that covers it"),
        "it.extra_data.saved": _("Further data of e-invoices saved"),
        "it.metadata.taken": _("Metadata of SdI received"),
    }
)
