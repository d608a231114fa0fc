"""Screens of contracts, their lines and the contracts proposed from past invoices."""

from typing import Any

from django.db.models import Q
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document
from ronda.contracts.forms import (
    ContractForm,
    EndForm,
    HoldForm,
    LineForm,
    QuickLineForm,
    WaiveForm,
)
from ronda.contracts.models import ChargePeriod, Contract, ContractLine, ContractProposal
from ronda.contracts.pages import ContractPage, LinePage
from ronda.contracts.services import (
    activate,
    end,
    hold_billing,
    release_billing,
    save_contract,
    save_line,
    void,
    waive_period,
)
from ronda.contracts.services.proposals import accept_proposal, reject_proposal
from ronda.parties.models import Party, Site
from ronda.workspace.declare import (
    Action,
    Area,
    BoolFilter,
    ChoiceFilter,
    Column,
    Inline,
    PickFilter,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
    add_tab,
    register_area,
)

Status = Contract.Status
STATUS_COLOURS = {Status.DRAFT: "gray", Status.ACTIVE: "green", Status.ENDED: "violet", Status.VOID: "gray"}
CHARGE_COLOURS = {
    ChargePeriod.State.BILLED: "green",
    ChargePeriod.State.WAIVED: "gray",
    ChargePeriod.State.RELEASED: "amber",
}
PROPOSAL_COLOURS = {
    ContractProposal.State.OPEN: "amber",
    ContractProposal.State.ACCEPTED: "green",
    ContractProposal.State.REJECTED: "gray",
}

# E31: the contracts whose yearly bill falls in a month.
ACTIVATION_MONTHS = {str(number): (name, Q(starts_on__month=number)) for number, name in MONTHS.items()}

register_area(Area("contracts", _("Contracts"), icon="file-signature", order=20))


def is_active(contract: Contract) -> bool:
    return contract.status == Status.ACTIVE


def is_draft(contract: Contract) -> bool:
    return contract.status == Status.DRAFT


def is_held(contract: Contract) -> bool:
    return contract.billing_hold


def is_billable(contract: Contract) -> bool:
    return is_active(contract) and not contract.billing_hold


def is_open(proposal: ContractProposal) -> bool:
    return proposal.state == ContractProposal.State.OPEN


class Contracts(Workspace):
    """Contracts with what they come to in a year, how often and for what (E31, E32)."""

    model = Contract
    area = "contracts"
    icon = "file-signature"
    columns = (
        Column("number", link=True),
        Column("title"),
        Column("party"),
        Column("service", default=True),
        Column("starts_on"),
        Column("ends_on", default=False),
        Column("rhythm", label=_("freq.")),
        Column("yearly_amount", kind="money", total=True),
        Column("status", badges=STATUS_COLOURS),
        Column("billing_hold", kind="bool", default=False),
        Column("purchase_order", default=False),
        Column("owner", default=False),
    )
    filters = (
        ChoiceFilter("status"),
        RelationFilter("party"),
        RelationFilter("lines__item", label=_("Service")),
        RangeFilter("starts_on"),
        PickFilter("activation_month", label=_("Month of activation"), options=ACTIVATION_MONTHS),
        RangeFilter("ends_on"),
        RangeFilter("yearly_amount"),
        ChoiceFilter("kind"),
        BoolFilter("billing_hold"),
    )
    search = ("number", "title", "party__name", "service")
    related = ("party", "owner")
    order = ("-starts_on", "-pk")
    form_class = ContractForm
    inlines = (Inline(ContractLine, QuickLineForm, label=_("Lines"), extra=1, by_service=True),)
    save = save_contract
    detail_view = ContractPage
    actions = (
        Action("activate", _("Activate"), activate, primary=True, enabled=is_draft),
        Action("hold", _("Do not bill for now"), hold_billing, form=HoldForm, enabled=is_billable),
        Action("release", _("Bill again"), release_billing, enabled=is_held),
        Action("end", _("Give it a last day"), end, form=EndForm, enabled=is_active),
        Action("void", _("Cancel the contract"), void, danger=True),
    )
    create_label = _("New contract")
    empty_text = _("A contract says what a customer pays, how often and since when.")


class Lines(Workspace):
    """One fee of a contract with its whole schedule and its days."""

    model = ContractLine
    area = "contracts"
    in_navigation = False
    company_path = "contract__company"
    columns = (
        Column("__str__", label=_("fee"), link=True, sort=False),
        Column("contract"),
        Column("site"),
        Column("quantity", kind="number"),
        Column("price", kind="number"),
        Column("price_basis", kind="text"),
        Column("frequency", kind="number"),
        Column("frequency_unit", kind="text"),
        Column("timing", kind="text"),
        Column("alignment", kind="text", default=False),
        Column("starts_on", default=False),
        Column("ends_on", default=False),
    )
    filters = (RelationFilter("contract"), RelationFilter("item"), ChoiceFilter("frequency_unit"))
    search = ("text", "item__name", "contract__number", "contract__party__name")
    related = ("contract", "item", "site")
    order = ("contract__number", "position", "pk")
    form_class = LineForm
    may_add = False
    save = save_line
    detail_view = LinePage
    actions = (Action("waive", _("Give up a period"), waive_period, form=WaiveForm, bulk=False),)


class Proposals(Workspace):
    """Contracts found in past invoices, to be ticked and accepted."""

    model = ContractProposal
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


CONTRACT_COLUMNS = (
    Column("number", link=True),
    Column("title"),
    Column("starts_on"),
    Column("ends_on"),
    Column("rhythm"),
    Column("yearly_amount", kind="money"),
    Column("status", badges=STATUS_COLOURS),
)


def party_contracts(party: Party) -> Any:
    """Contracts of a customer, or paid by him for somebody else."""
    return Contract.objects.filter(account__party=party).order_by("-starts_on", "-pk")


def site_lines(site: Site) -> Any:
    """What is agreed for a site."""
    return ContractLine.objects.filter(site=site).select_related("item", "contract").order_by("pk")


def document_charges(document: Document) -> Any:
    """The periods a document bills."""
    return (
        ChargePeriod.objects.filter(document=document)
        .select_related("line__item", "line__contract")
        .order_by("pk")
    )


add_tab(
    Party,
    Tab(
        "contracts",
        _("Contracts"),
        CONTRACT_COLUMNS,
        rows=party_contracts,
        count=lambda party: Contract.objects.filter(account__party=party, status=Status.ACTIVE).count(),
        empty_text=_("No contract yet."),
    ),
)
add_tab(
    Site,
    Tab(
        "contract-lines",
        _("Contracts"),
        (
            Column("__str__", label=_("fee"), link=True),
            Column("contract"),
            Column("quantity", kind="number"),
            Column("price", kind="number"),
            Column("frequency", kind="number"),
        ),
        rows=site_lines,
    ),
)
add_tab(
    Document,
    Tab(
        "periods",
        _("Periods billed"),
        (
            Column("line", label=_("fee")),
            Column("contract", label=_("contract"), value=lambda charge: charge.line.contract),
            Column("starts_on"),
            Column("ends_on"),
            Column("amount", kind="money"),
            Column("state", badges=CHARGE_COLOURS),
        ),
        rows=document_charges,
        permission="contracts.view_contract",
    ),
)
