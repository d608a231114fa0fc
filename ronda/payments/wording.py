"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "payments.payment.recorded": _("Payment recorded"),
        "payments.payment.refunded": _("Refund recorded"),
        "payments.payment.cancelled": _("Payment cancelled"),
        "payments.payment.allocated": _("Payment linked to dues"),
        "payments.due.offset": _("Credit note used"),
        "payments.due.unallocated": _("Link removed"),
    }
)
