"""What people read for the operations on tax certificates."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "country_fr.certificates.prepared": _("Year of tax certificates prepared"),
        "country_fr.certificate.issued": _("Tax certificate issued"),
        "country_fr.certificate.mailed": _("Tax certificate sent by mail"),
        "country_fr.personal_service.removed": _("Service opens no tax credit any more"),
        "country_fr.service_means.removed": _("Payment method counts by its code again"),
    }
)
