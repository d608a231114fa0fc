"""What people read for the operations about reports and statuses."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "country_fr.report.prepared": _("Report to the tax administration prepared"),
        "country_fr.file.sent": _("Report or status sent"),
        "country_fr.file.failed": _("Report or status not handed over"),
        "country_fr.file.answered": _("The platform answered"),
        "country_fr.file.taken_by_hand": _("Handed over by hand"),
        "country_fr.status.written": _("Status of an invoice written"),
        "country_fr.status.heard": _("Status of an invoice received"),
        "country_fr.status.told_again": _("Status of an invoice told again"),
    }
)
