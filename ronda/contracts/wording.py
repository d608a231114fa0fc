"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "contracts.contract.created": _("Contract added"),
        "contracts.contract.active": _("Contract activated"),
        "contracts.contract.void": _("Contract cancelled"),
        "contracts.contract.ended": _("Last day of the contract set"),
        "contracts.contract.change": _("Contract changed from a day"),
        "contracts.contract.index": _("Prices adjusted to the index"),
        "contracts.contract.renewal": _("Contract renewed"),
        "contracts.contract.transfer": _("Contract taken over by another payer"),
        "contracts.contract.suspension": _("Contract suspended"),
        "contracts.contract.termination": _("Contract terminated"),
        "contracts.contract.resumption": _("Contract taken up again"),
        "contracts.billing.held": _("Billing put on hold"),
        "contracts.billing.released": _("Billing taken up again"),
        "contracts.period.waived": _("Period waived"),
        "contracts.line.taken_over": _("Earlier periods taken as billed"),
        "contracts.proposal.accepted": _("Proposal accepted"),
        "contracts.proposal.rejected": _("Proposal rejected"),
    }
)
