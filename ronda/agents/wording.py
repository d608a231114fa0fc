"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "agents.agent.saved": _("Agent saved"),
        "agents.rule.saved": _("Commission rule saved"),
        "agents.rule.assigned": _("Agent assigned"),
        "agents.rule.ended": _("Commission rule ended"),
        "agents.commissions.computed": _("Commissions computed again"),
        "agents.entry.added": _("Commission written by hand"),
        "agents.statement.prepared": _("Commission statement prepared"),
        "agents.statement.confirmed": _("Commission statement confirmed"),
        "agents.statement.paid": _("Commission statement paid"),
        "agents.statement.discarded": _("Commission statement thrown away"),
    }
)
