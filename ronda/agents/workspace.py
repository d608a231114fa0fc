"""Screens of agents, their rules, what they earned and their statements."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import DecimalField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ronda.agents.forms import (
    AgentForm,
    AssignForm,
    ConfirmForm,
    EntryForm,
    GeneralRuleRow,
    LastDayForm,
    PayForm,
    PeriodForm,
    RuleForm,
)
from ronda.agents.models import Agent, CommissionEntry, CommissionRule, GeneralRule, Statement
from ronda.agents.pages import AgentPage, StatementPage
from ronda.agents.queries import (
    ENTRY_NAMES,
    RULE_NAMES,
    agents_of,
    commissions_of,
    customer_rules,
    entries_of,
    rules_of,
    rules_of_contract,
    statements_of,
)
from ronda.agents.services import (
    add_entry,
    assign,
    confirm,
    discard,
    end_rules,
    pay,
    prepare,
    recompute,
    refresh,
    save_agent,
    save_rule,
)
from ronda.billing.models import Document
from ronda.contracts.models import Contract
from ronda.kernel.money import ZERO
from ronda.kernel.periods import add_months, month_start
from ronda.parties.models import Party
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
    add_action,
    add_tab,
    register_area,
)

DAY = timedelta(days=1)
State = Statement.State
STATE_COLOURS = {State.DRAFT: "gray", State.CONFIRMED: "blue", State.PAID: "green"}
AMOUNT = DecimalField(max_digits=14, decimal_places=2)

register_area(Area("agents", _("Agents"), icon="split", order=30))


def last_month(_record: Any) -> dict[str, Any]:
    """The month before this one: what is usually stated."""
    end = month_start(timezone.localdate())
    return {"starts_on": add_months(end, -1), "ends_on": end - DAY}


def this_year(_record: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {"starts_on": today.replace(month=1, day=1), "ends_on": today}


def today(_record: Any) -> dict[str, Any]:
    return {"on": timezone.localdate()}


def prepare_statements(agents: Sequence[Agent], *, by: str, starts_on: date, ends_on: date) -> Any:
    """One agent leads to his draft, several to the list of drafts."""
    found = prepare(agents, starts_on=starts_on, ends_on=ends_on, by=by)
    if len(found) == 1:
        return found[0]
    return HttpResponseRedirect(f"{reverse(CommissionStatements.name('list'))}?state={State.DRAFT}")


def compute_again(agents: Sequence[Agent], *, by: str, starts_on: date, ends_on: date) -> str:
    done = recompute(agents[0].company, starts_on=starts_on, ends_on=ends_on, by=by, agents=agents)
    text = ngettext("%(count)d commission computed.", "%(count)d commissions computed.", done)
    return text % {"count": done}


def assign_agent(contracts: Sequence[Contract], *, by: str, **facts: Any) -> str:
    done = len(assign(contracts, by=by, **facts))
    text = ngettext("The agent has %(count)d contract more.", "The agent has %(count)d contracts more.", done)
    return text % {"count": done}


def end_together(rules: Sequence[CommissionRule], *, by: str, ends_on: date) -> str:
    done = end_rules(rules, ends_on=ends_on, by=by)
    return ngettext("%(count)d rule ended.", "%(count)d rules ended.", done) % {"count": done}


def is_draft(statement: Statement) -> bool:
    return statement.is_draft


def is_confirmed(statement: Statement) -> bool:
    return statement.state == State.CONFIRMED


def customer_of(entry: CommissionEntry) -> Any:
    return entry.commission.party if entry.commission else entry.text


def statement_of(entry: CommissionEntry) -> Any:
    """The number of its statement, short enough for a list."""
    return entry.statement and (entry.statement.label or entry.statement.get_state_display())


RULE_COLUMNS = (
    Column("subject", _("earns on"), link=True, sort=False),
    Column("starts_on"),
    Column("ends_on"),
    Column("percent", kind="number"),
    Column("following", kind="number"),
    Column("fixed", kind="money"),
    Column("base", kind="text"),
)
ENTRY_COLUMNS = (
    Column("matured_on", link=True),
    Column("customer", _("customer"), value=customer_of, sort="commission__party__name"),
    Column("commission__document", _("document"), sort="commission__document__label"),
    Column("base", kind="money"),
    Column("commission__percent", "%", kind="number"),
    Column("amount", kind="money"),
    Column("statement", value=statement_of, sort="statement__label"),
)
STATEMENT_COLUMNS = (
    Column("__str__", _("statement"), link=True, sort="label"),
    Column("starts_on"),
    Column("ends_on"),
    Column("total", kind="money"),
    Column("state", badges=STATE_COLOURS),
    Column("paid_on"),
)


def only_of(workspace: type[Workspace]) -> Any:
    """The address of a list with one agent's rows."""
    return lambda agent: f"{reverse(workspace.name('list'))}?agent={agent.pk}"


class CommissionRules(Workspace):
    """The shares agents have: of a fee, a contract, a customer, a service or everything (E30)."""

    model = CommissionRule
    import_key = ("agent", "party", "contract", "item", "starts_on")
    whole_company, area, icon, order_in_area = True, "agents", "percent", 40
    columns = (Column("agent", sort="agent__name"), *RULE_COLUMNS)
    facts = (
        Column("agent"),
        Column("contract"),
        Column("line"),
        Column("party"),
        Column("item"),
        Column("beyond_contracts"),
        Column("starts_on"),
        Column("ends_on"),
        Column("counted_from"),
        Column("percent", kind="number"),
        Column("following", kind="number"),
        Column("fixed", kind="money"),
        Column("base", kind="text"),
        Column("notes"),
    )
    filters = (
        RelationFilter("agent"),
        RelationFilter("contract"),
        RelationFilter("party"),
        RelationFilter("item"),
        RangeFilter("starts_on"),
        PickFilter(
            "time",
            _("Time"),
            options={
                "now": (
                    _("In force"),
                    lambda day: Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day)),
                ),
                "over": (_("Ended"), lambda day: Q(ends_on__lt=day)),
            },
        ),
    )
    search = ("agent__name", "contract__number", "contract__title", "party__name", "item__name")
    related = RULE_NAMES
    order = ("agent__name", "-starts_on", "-pk")
    form_class = RuleForm
    save = save_rule
    actions = (
        Action(
            "end",
            _("Give it a last day"),
            end_together,
            form=LastDayForm,
            together=True,
            help_text=_("What was earned stays. Fees whose period begins later earn nothing more."),
        ),
    )
    create_label = _("New rule")
    empty_text = _("A rule says what an agent earns on a contract, a customer or a service.")


class CommissionEntries(Workspace):
    """The agents' ledger: what was earned when, and the statement that shows it."""

    model = CommissionEntry
    no_import = _("Commissions mature from documents and payments.")
    area, icon, order_in_area = "agents", "coins", 20
    columns = (
        Column("matured_on", link=True),
        Column("agent", sort="agent__name"),
        *ENTRY_COLUMNS[1:3],
        Column("commission__contract", _("contract"), sort="commission__contract__number"),
        Column("base", kind="money", total=True),
        Column("commission__percent", "%", kind="number"),
        Column("amount", kind="money", total=True),
        Column("statement", value=statement_of, sort="statement__label"),
        Column("created_by", default=False),
    )
    filters = (
        RelationFilter("agent"),
        RangeFilter("matured_on"),
        PickFilter(
            "stated",
            _("Statement"),
            options={
                "none": (_("In no statement yet"), Q(statement=None)),
                "draft": (_("In a draft"), Q(statement__state=State.DRAFT)),
                "confirmed": (_("To be paid"), Q(statement__state=State.CONFIRMED)),
                "paid": (_("Paid"), Q(statement__state=State.PAID)),
            },
        ),
    )
    search = ("agent__name", "commission__party__name", "commission__document__label", "text")
    related, order = ENTRY_NAMES, ("-matured_on", "-pk")
    whole_company, may_add = True, False
    empty_text = _("Commissions appear when documents are issued, or paid, on which an agent has a share.")


class CommissionStatements(Workspace):
    """What agents are shown and paid."""

    model = Statement
    no_import = _("Statements add up commissions that matured here.")
    code, area, icon, order_in_area = "commissionstatement", "agents", "receipt", 30
    columns = (
        Column("__str__", _("statement"), link=True, sort="label"),
        Column("agent", sort="agent__name"),
        Column("starts_on"),
        Column("ends_on"),
        Column("total", kind="money", total=True),
        Column("state", badges=STATE_COLOURS),
        Column("confirmed_on"),
        Column("paid_on"),
        Column("reference", default=False),
    )
    facts = ()
    filters = (ChoiceFilter("state"), RelationFilter("agent"), RangeFilter("ends_on"), RangeFilter("paid_on"))
    search = ("label", "agent__name", "reference")
    related, order = ("agent", "company"), ("-ends_on", "-pk")
    whole_company, may_add = True, False
    detail_view = StatementPage
    actions = (
        Action(
            "confirm",
            _("Confirm"),
            confirm,
            form=ConfirmForm,
            initial=today,
            permission="agents.confirm_statement",
            primary=True,
            enabled=is_draft,
            help_text=_("The statement takes its number and does not change any more."),
        ),
        Action(
            "pay",
            _("Mark as paid"),
            pay,
            form=PayForm,
            initial=today,
            permission="agents.confirm_statement",
            primary=True,
            enabled=is_confirmed,
        ),
        Action("refresh", _("Prepare again"), refresh, enabled=is_draft),
        Action("discard", _("Throw the draft away"), discard, danger=True, enabled=is_draft),
    )
    empty_text = _("Tick agents and prepare their statements: what they earned is put together.")
    empty_action = (_("Agents"), "agent-list")


class Agents(Workspace):
    """Who brings contracts and customers, and how they stand (E30)."""

    model = Agent
    whole_company = True
    area, icon, order_in_area = "agents", "users", 10
    columns = (
        Column("name", link=True),
        Column("percent", kind="number"),
        Column("following", kind="number", default=False),
        Column("base", kind="text"),
        Column("open", _("to be stated"), kind="money", total=True),
        Column("to_pay", _("to be paid"), kind="money", total=True),
        Column("active"),
        Column("city", default=False),
        Column("tax_id", default=False),
        Column("email", default=False),
    )
    facts = (
        Column("party"),
        Column("user"),
        Column("percent", kind="number"),
        Column("following", kind="number"),
        Column("base", kind="text"),
        Column("street"),
        Column("city_line", _("city")),
        Column("tax_id"),
        Column("registration_id"),
        Column("email"),
        Column("phone"),
        Column("active"),
        Column("notes"),
    )
    filters = (BoolFilter("active", yes=_("Active"), no=_("Not active")), ChoiceFilter("base"))
    search = ("name", "tax_id", "city", "email")
    order = ("name", "pk")
    form_class = AgentForm
    inlines = (
        Inline(
            GeneralRule,
            GeneralRuleRow,
            code="rules",
            label=_("Shares beyond single contracts"),
            extra=1,
            by_service=True,
        ),
    )
    save = save_agent
    detail_view = AgentPage
    actions = (
        Action(
            "prepare",
            _("Prepare statements"),
            prepare_statements,
            form=PeriodForm,
            initial=last_month,
            permission="agents.add_statement",
            primary=True,
            together=True,
            help_text=_("Everything earned up to the last day that is in no statement yet."),
        ),
        Action(
            "compute",
            _("Compute commissions again"),
            compute_again,
            form=PeriodForm,
            initial=this_year,
            permission="agents.change_commissionrule",
            together=True,
            help_text=_(
                "For the documents of these days, by the rules as they are now, also where there was no rule "
                "yet. What a confirmed statement shows stays as it is."
            ),
        ),
        Action(
            "entry",
            _("Write an amount by hand"),
            add_entry,
            form=EntryForm,
            initial=today,
            permission="agents.add_commissionentry",
            bulk=False,
            help_text=_("A bonus, a deduction, or the correction of a confirmed statement."),
        ),
    )
    tabs = (
        Tab("entries", _("Earned"), ENTRY_COLUMNS, rows=entries_of, more=only_of(CommissionEntries)),
        Tab(
            "statements",
            _("Statements"),
            STATEMENT_COLUMNS,
            rows=statements_of,
            more=only_of(CommissionStatements),
        ),
        Tab(
            "rules",
            _("Shares"),
            RULE_COLUMNS,
            rows=rules_of,
            more=only_of(CommissionRules),
            add=lambda agent: f"{reverse(CommissionRules.name('add'))}?agent={agent.pk}",
        ),
    )
    create_label = _("New agent")
    empty_text = _("Agents, finders and salespeople who earn a share of contract fees.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        rows = super().records(request)
        return rows.annotate(open=_sum(Q(statement=None)), to_pay=_sum(Q(statement__state=State.CONFIRMED)))


def _sum(where: Q) -> Coalesce:
    """An agent's entries of a kind, added up."""
    own = CommissionEntry.objects.filter(where, agent=OuterRef("pk")).order_by().values("agent")
    return Coalesce(Subquery(own.annotate(sum=Sum("amount")).values("sum")), Value(ZERO), output_field=AMOUNT)


def contract_agents(contract: Contract) -> dict[str, Any]:
    """Who has a share of a contract, by which rule, and what it gave so far."""
    return {
        "rules": rules_of_contract(contract),
        "agents": agents_of(contract),
        "add_rule_url": f"{reverse(CommissionRules.name('add'))}?contract={contract.pk}",
    }


add_tab(
    Contract,
    Tab(
        "agents",
        _("Agents"),
        template="agents/tab_contract.html",
        context=contract_agents,
        permission="agents.view_commissionrule",
    ),
)
add_tab(
    Party,
    Tab(
        "agents",
        _("Agents"),
        (Column("agent"), *RULE_COLUMNS),
        rows=customer_rules,
        permission="agents.view_commissionrule",
        add=lambda party: f"{reverse(CommissionRules.name('add'))}?party={party.pk}",
        more=lambda party: f"{reverse(CommissionRules.name('list'))}?party={party.pk}",
    ),
)
add_tab(
    Document,
    Tab(
        "commissions",
        _("Commissions"),
        (
            Column("agent"),
            Column("line"),
            Column("net", kind="money"),
            Column("percent", kind="number"),
            Column("total", kind="money"),
            Column("collected", kind="bool"),
        ),
        rows=commissions_of,
        permission="agents.view_commission",
    ),
)
add_action(
    Contract,
    Action(
        "agent",
        _("Assign an agent"),
        assign_agent,
        form=AssignForm,
        permission="agents.add_commissionrule",
        together=True,
        help_text=_("A share he has on a contract already ends the day before."),
    ),
)

WORKSPACES: list[type[Workspace]] = [Agents, CommissionEntries, CommissionStatements, CommissionRules]
