"""Screens of contracts, their lines and the contracts proposed from past invoices."""

from typing import Any

from django.db.models import Q
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document
from ronda.contracts.domain.summary import shown
from ronda.contracts.forms import (
    AmendmentForm,
    ContractForm,
    HoldForm,
    LiftForm,
    LineForm,
    QuickLineForm,
    SuspendForm,
    TakeUpForm,
    TerminateForm,
    TransferForm,
    WaiveForm,
    rows_of_the_form,
)
from ronda.contracts.models import (
    Amendment,
    ChargePeriod,
    Contract,
    ContractLine,
    Suspension,
)
from ronda.contracts.pages import AmendmentPage, ContractPage, LinePage
from ronda.contracts.pages.life import (
    do_lift,
    do_suspend,
    do_take_up,
    do_terminate,
    do_transfer,
    policies_now,
    seen_now,
)
from ronda.contracts.services import (
    activate,
    hold_billing,
    release_billing,
    save_contract,
    save_line,
    void,
    waive_period,
)
from ronda.contracts.workspace.proposals import Proposals
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
    ChargePeriod.State.EARLIER: "gray",
    ChargePeriod.State.RELEASED: "amber",
    ChargePeriod.State.ADJUSTED: "amber",
    ChargePeriod.State.KEPT: "violet",
}
Kind = Amendment.Kind
KIND_COLOURS = {
    Kind.CHANGE: "blue",
    Kind.INDEX: "teal",
    Kind.RENEWAL: "green",
    Kind.TRANSFER: "violet",
    Kind.SUSPENSION: "amber",
    Kind.TERMINATION: "red",
    Kind.RESUMPTION: "green",
}

# E31: the contracts whose yearly bill falls in a month.
ACTIVATION_MONTHS = {str(number): (name, Q(starts_on__month=number)) for number, name in MONTHS.items()}

register_area(Area("contracts", _("Contracts"), icon="file-signature", order=20))


def how_often(contract: Contract) -> str:
    return shown(contract.rhythm)


def is_active(contract: Contract) -> bool:
    return contract.status == Status.ACTIVE


def is_draft(contract: Contract) -> bool:
    return contract.status == Status.DRAFT


def is_held(contract: Contract) -> bool:
    return contract.billing_hold


def is_billable(contract: Contract) -> bool:
    return is_active(contract) and not contract.billing_hold


def is_agreed(contract: Contract) -> bool:
    """In force or ended: its end may still be moved, and what was billed settled."""
    return contract.status in (Status.ACTIVE, Status.ENDED)


def has_an_end(contract: Contract) -> bool:
    return is_agreed(contract) and contract.ends_on is not None


def is_kept(suspension: Suspension) -> bool:
    return not suspension.lifted


def is_current(line: ContractLine) -> bool:
    """Whether the line is what is agreed now; replaced versions are not written any more."""
    return line.closed_by_id is None and not line.void


class Contracts(Workspace):
    """Contracts with what they come to in a year, how often and for what (E31, E32)."""

    model = Contract
    customer_path = "party"
    area = "contracts"
    icon = "file-signature"
    order_in_area = 10
    columns = (
        Column("number", link=True),
        Column("title"),
        Column("party"),
        Column("service", default=True),
        Column("starts_on"),
        Column("ends_on", default=False),
        Column("rhythm", label=_("freq."), value=how_often, sort="rhythm"),
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
    inlines = (
        Inline(
            ContractLine, QuickLineForm, label=_("Lines"), extra=1, by_service=True, rows=rows_of_the_form
        ),
    )
    save = save_contract
    detail_view = ContractPage
    actions = (
        Action("activate", _("Activate"), activate, primary=True, enabled=is_draft),
        Action("hold", _("Do not bill for now"), hold_billing, form=HoldForm, enabled=is_billable),
        Action("release", _("Bill again"), release_billing, enabled=is_held),
        Action(
            "suspend",
            _("Suspend"),
            do_suspend,
            form=SuspendForm,
            bulk=False,
            enabled=is_agreed,
            initial=policies_now,
            help_text=_("The contract rests for these days; what was billed for them is shown first."),
        ),
        Action(
            "take-up",
            _("Take up again"),
            do_take_up,
            form=TakeUpForm,
            bulk=False,
            enabled=has_an_end,
            initial=seen_now,
            help_text=_("The contract goes on after its last day and keeps its history."),
        ),
        Action(
            "transfer",
            _("Transfer to another payer"),
            do_transfer,
            form=TransferForm,
            bulk=False,
            enabled=is_agreed,
            initial=seen_now,
            help_text=_("This contract ends the day before; a new one goes on with the same fees."),
        ),
        Action(
            "terminate",
            _("Terminate"),
            do_terminate,
            form=TerminateForm,
            bulk=False,
            danger=True,
            enabled=is_agreed,
            initial=policies_now,
            help_text=_("The contract gets its last day; what was billed beyond it is shown first."),
        ),
        Action("void", _("Cancel the contract"), void, danger=True),
    )
    create_label = _("New contract")
    empty_text = _("A contract says what a customer pays, how often and since when.")


class Lines(Workspace):
    """One fee of a contract with its whole schedule and its days."""

    model = ContractLine
    no_import = _("The lines of a contract come in with their contract.")
    customer_path = "contract__party"
    area = "contracts"
    in_navigation = False
    company_path = "contract__company"
    narrowed_by = {"contract": "contract"}
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
    may_edit = is_current
    save = save_line
    detail_view = LinePage
    actions = (Action("waive", _("Give up a period"), waive_period, form=WaiveForm, bulk=False),)


class Amendments(Workspace):
    """Every change of what was agreed, with its days, its reason and its document."""

    model = Amendment
    no_import = _("An amendment follows from a change of the contract, which computes what it costs.")
    customer_path = "contract__party"
    area = "contracts"
    icon = "history"
    order_in_area = 30
    company_path = "contract__company"
    columns = (
        Column("__str__", label=_("number"), link=True, sort="contract__number"),
        Column("kind", badges=KIND_COLOURS),
        Column("contract"),
        Column("effective_on"),
        Column("decided_on"),
        Column("reason"),
        Column("adjustment"),
        Column("signed_on"),
        Column("made_by", default=False),
    )
    facts = (
        Column("contract"),
        Column("effective_on"),
        Column("decided_on"),
        Column("reason"),
        Column("settles_by", kind="text"),
        Column("adjustment"),
        Column("signed_on"),
        Column("made_by"),
    )
    filters = (
        ChoiceFilter("kind"),
        RelationFilter("contract"),
        RangeFilter("effective_on"),
        RangeFilter("decided_on"),
        PickFilter(
            "signed",
            label=_("Signed"),
            options={
                "no": (_("not signed yet"), Q(signed_on=None)),
                "yes": (_("signed"), Q(signed_on__isnull=False)),
            },
        ),
    )
    search = ("contract__number", "contract__title", "contract__party__name", "reason")
    related = ("contract", "adjustment")
    order = ("-decided_on", "-pk")
    form_class = AmendmentForm
    may_add = False
    detail_view = AmendmentPage
    empty_text = _("A change from a day, a suspension or an early end of a contract appears here.")


class Suspensions(Workspace):
    """Days on which contracts rest."""

    model = Suspension
    no_import = _("A suspension changes what is billed: suspend the contract on its page.")
    customer_path = "contract__party"
    area = "contracts"
    in_navigation = False
    company_path = "contract__company"
    columns = (
        Column("contract", link=True),
        Column("starts_on"),
        Column("ends_on"),
        Column("bills"),
        Column("extends"),
        Column("reason"),
        Column("amendment"),
        Column("lifted"),
    )
    filters = (RelationFilter("contract"), RangeFilter("starts_on"), BoolFilter("lifted"))
    search = ("contract__number", "contract__party__name", "reason")
    related = ("contract", "amendment__contract")
    order = ("-starts_on", "-pk")
    actions = (
        Action(
            "lift",
            _("Withdraw the suspension"),
            do_lift,
            form=LiftForm,
            bulk=False,
            permission="contracts.change_contract",
            enabled=is_kept,
            help_text=_("As if it had never been: its days are billed, the last day moves back."),
        ),
    )


WORKSPACES = [Contracts, Lines, Amendments, Suspensions, Proposals]

CONTRACT_COLUMNS = (
    Column("number", link=True),
    Column("title"),
    Column("starts_on"),
    Column("ends_on"),
    Column("rhythm", value=how_often),
    Column("yearly_amount", kind="money"),
    Column("status", badges=STATUS_COLOURS),
)


def party_contracts(party: Party) -> Any:
    """Contracts of a customer, or paid by him for somebody else."""
    return Contract.objects.filter(account__party=party).order_by("-starts_on", "-pk")


def site_lines(site: Site) -> Any:
    """What is agreed for a site."""
    return ContractLine.objects.filter(site=site).select_related("item", "contract").order_by("pk")


def contract_amendments(contract: Contract) -> Any:
    """What was changed, the latest first."""
    return contract.amendments.select_related("contract", "adjustment").order_by("-number")


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
    Contract,
    Tab(
        "amendments",
        _("Amendments"),
        (
            Column("__str__", label=_("number"), link=True),
            Column("kind", badges=KIND_COLOURS),
            Column("effective_on"),
            Column("reason"),
            Column("adjustment"),
            Column("signed_on"),
        ),
        rows=contract_amendments,
        count=lambda contract: contract.amendments.count(),
        permission="contracts.view_amendment",
        empty_text=_("Nothing was changed since the contract began."),
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
