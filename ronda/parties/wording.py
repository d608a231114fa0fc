"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "parties.party.taken_over": _("Taken over from another company"),
        "parties.party.given": _("Taken over by another company"),
        "parties.party.follows": _("Following the source chosen"),
        "parties.site.added": _("Site added"),
        "parties.site.changed": _("Site changed"),
        "parties.contact.added": _("Contact added"),
        "parties.recipients.set": _("Recipients of documents changed"),
        "parties.bank_account.added": _("Bank account added"),
        "parties.bank_account.changed": _("Bank account changed"),
    }
)
