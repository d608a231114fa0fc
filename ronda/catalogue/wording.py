"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "catalogue.customer_price.set": _("Customer price set"),
        "catalogue.list_price.set": _("List price set"),
        "catalogue.price_list.increased": _("Prices of a list changed"),
        "catalogue.vat_rate.changed": _("VAT rate changed"),
    }
)
