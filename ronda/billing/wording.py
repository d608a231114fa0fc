"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "billing.document.drafted": _("Draft written"),
        "billing.document.issued": _("Document issued"),
        "billing.document.lines_added": _("Lines added to the draft"),
        "billing.document.deleted": _("Draft deleted"),
        "billing.fund.deleted": _("Social fund no longer charged"),
        "billing.run.prepared": _("Preview prepared"),
        "billing.run.confirmed": _("Month confirmed"),
        "billing.run.discarded": _("Preview thrown away"),
        "billing.run.retried": _("Failed documents tried again"),
        "billing.run.finished": _("Month issued"),
        "billing.run.excluded": _("Documents left out of the month"),
        "billing.run.proposed": _("Documents taken back in"),
    }
)
