"""The screen of the contracts found in past invoices."""

from django.utils.translation import gettext_lazy as _

from ronda.contracts.models import ContractProposal
from ronda.contracts.services.proposals import accept_proposal, reject_proposal
from ronda.workspace.declare import Action, ChoiceFilter, Column, RangeFilter, RelationFilter, Workspace

PROPOSAL_COLOURS = {
    ContractProposal.State.OPEN: "amber",
    ContractProposal.State.ACCEPTED: "green",
    ContractProposal.State.REJECTED: "gray",
}


def is_open(proposal: ContractProposal) -> bool:
    return proposal.state == ContractProposal.State.OPEN


class Proposals(Workspace):
    """Contracts found in past invoices, to be ticked and accepted."""

    model = ContractProposal
    no_import = _("Proposals come from the invoices that are read in.")
    customer_path = "party"
    area = "contracts"
    icon = "sparkles"
    order_in_area = 60
    columns = (
        Column("text", link=True),
        Column("party"),
        Column("frequency", kind="number", label=_("every (months)")),
        Column("quantity", kind="number", default=False),
        Column("price", kind="number"),
        Column("first_on"),
        Column("last_on"),
        Column("next_on"),
        Column("confidence", kind="number"),
        Column("state", badges=PROPOSAL_COLOURS),
    )
    facts = (
        Column("party"),
        Column("text"),
        Column("item"),
        Column("frequency"),
        Column("timing"),
        Column("quantity", kind="number"),
        Column("price", kind="number"),
        Column("vat_code"),
        Column("first_on"),
        Column("last_on"),
        Column("next_on"),
        Column("confidence"),
        Column("contract"),
        Column("evidence", value=lambda proposal: ", ".join(map(str, proposal.evidence))),
    )
    filters = (
        ChoiceFilter("state"),
        RelationFilter("party"),
        RangeFilter("confidence"),
        RangeFilter("next_on"),
    )
    search = ("text", "party__name")
    related = ("party",)
    order = ("state", "-confidence", "party__name", "pk")
    may_add = False
    actions = (
        Action(
            "accept",
            _("Accept as a contract"),
            accept_proposal,
            permission="contracts.add_contract",
            primary=True,
            enabled=is_open,
            help_text=_("Each becomes an active contract that bills from its next period on."),
        ),
        Action("reject", _("Not a contract"), reject_proposal, enabled=is_open),
    )
    empty_text = _("Import past invoices and the contracts found in them appear here.")
