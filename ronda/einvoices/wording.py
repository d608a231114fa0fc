"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "einvoices.channel.set_up": _("Settings of the e-invoice channel changed"),
        "einvoices.transmission.prepared": _("E-invoice written"),
        "einvoices.transmission.sent": _("E-invoice sent"),
        "einvoices.transmission.sent_by_hand": _("E-invoice handed over by hand"),
        "einvoices.transmission.failed": _("E-invoice not handed over"),
        "einvoices.transmission.refreshed": _("State of the e-invoice worked out again"),
        "einvoices.receipt.taken": _("Receipt of the e-invoice received"),
        "einvoices.document.not_prepared": _("No e-invoice made"),
        "einvoices.file.set_aside": _("Incoming file set aside"),
        "einvoices.file.dealt_with": _("File set aside dealt with"),
    }
)
