"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "purchases.delivery.made": _("Suppliers' invoices uploaded"),
        "purchases.invoice.received": _("Supplier's invoice taken in"),
        "purchases.invoice.supplier": _("Supplier chosen"),
        "purchases.invoice.lines": _("Lines of the supplier's invoice chosen"),
        "purchases.invoice.registered": _("Supplier's invoice registered"),
        "purchases.invoice.unregistered": _("Registration taken back"),
        "purchases.invoice.refused": _("Supplier's invoice refused"),
        "purchases.payment.recorded": _("Supplier paid"),
        "purchases.payment.taken_back": _("Payment to a supplier taken back"),
        "purchases.invoice.taken_up": _("Refused invoice taken up again"),
    }
)
