"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "renewals.indexseries.added": _("Index added"),
        "renewals.values.registered": _("Index values registered"),
        "renewals.terms.set": _("Renewal terms agreed"),
        "renewals.clause.set": _("Index clause agreed"),
        "renewals.clause.dropped": _("Index clause removed"),
        "renewals.line.never_adjusted": _("Line no longer adjusted"),
        "renewals.line.adjusted_again": _("Line adjusted again"),
        "renewals.batch.prepared": _("Adjustment prepared"),
        "renewals.batch.confirmed": _("Adjustment confirmed"),
        "renewals.batch.discarded": _("Adjustment discarded"),
        "renewals.batch.excluded": _("Contracts left out of the adjustment"),
        "renewals.batch.proposed": _("Contracts taken into the adjustment"),
        "renewals.batch.letters": _("Adjustment letters sent"),
        "renewals.contract.renewed": _("Contract renewed"),
        "renewals.contract.letter": _("Renewal letter sent"),
        "renewals.notice.recorded": _("Notice recorded"),
        "renewals.notice.received": _("Notice received"),
        "renewals.notice.withdrawn": _("Notice withdrawn"),
    }
)
