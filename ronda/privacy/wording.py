"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "privacy.consent.recorded": _("Answer about consent recorded"),
        "privacy.text.written": _("Consent text written"),
        "privacy.text.deleted": _("Consent text deleted"),
        "privacy.customer.anonymised": _("Customer anonymised"),
        "privacy.customer.not_again": _("Customer of the list could not be anonymised again"),
        "privacy.contact.anonymised": _("Contact anonymised"),
        "privacy.contact.not_again": _("Contact of the list could not be anonymised again"),
        "privacy.export.asked": _("Export of personal data asked for"),
        "privacy.export.downloaded": _("Export of personal data downloaded"),
    }
)
