"""Screens: indices and their values, adjustments, notices, and what the page of a contract gets."""

from collections.abc import Sequence
from typing import Any

from django.forms.models import model_to_dict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ronda.billing.domain.derivation import from_json
from ronda.company.models import Company
from ronda.contracts.models import Contract, ContractLine
from ronda.renewals import services
from ronda.renewals.domain.indexation import in_short, words
from ronda.renewals.forms import (
    CLAUSE,
    TERMS,
    BatchForm,
    ClauseForm,
    ExcludeForm,
    NoticeForm,
    ReceiveForm,
    RenewForm,
    SeriesForm,
    TermsForm,
    ValueForm,
)
from ronda.renewals.models import (
    IndexBatch,
    IndexClause,
    IndexProposal,
    IndexSeries,
    IndexValue,
    Notice,
    Renewal,
    RenewalTerms,
)
from ronda.renewals.pages import STATE_COLOURS, BatchPage, ProposalPage, contract_tab, reason_of
from ronda.workspace.declare import (
    Action,
    Area,
    BoolFilter,
    ChoiceFilter,
    Column,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
    add_action,
    add_tab,
    register_area,
)

AREA = "renewals"
register_area(Area(AREA, _("Renewals and indices"), icon="calendar-clock", order=22))
BATCH_COLOURS = {
    IndexBatch.State.PREVIEW: "amber",
    IndexBatch.State.CONFIRMED: "green",
    IndexBatch.State.DISCARDED: "gray",
}
NOTICE_COLOURS = {
    Notice.State.SENT: "amber",
    Notice.State.IN_TIME: "red",
    Notice.State.LATE: "blue",
    Notice.State.WITHDRAWN: "gray",
}


def month_of(value: IndexValue) -> str:
    return f"{value.month:%m/%Y}"


class Indices(Workspace):
    """The register of indices that prices may follow."""

    model = IndexSeries
    area, icon, order_in_area = AREA, "chart-line", 80
    columns = (
        Column("code", link=True),
        Column("name", link=True),
        Column("country"),
        Column("every", kind="text"),
        Column("base"),
        Column("decimals", kind="number"),
        Column("source", default=False),
        Column("active"),
    )
    filters = (BoolFilter("active", yes=_("Active"), no=_("Not active")),)
    search = ("code", "name")
    order = ("code", "pk")
    form_class = SeriesForm
    tabs = (
        Tab(
            "values",
            _("Values"),
            (
                Column("month", value=month_of, label=_("month"), link=True),
                Column("value", kind="number"),
                Column("base"),
                Column("published", kind="number"),
                Column("published_two_years", kind="number"),
                Column("link", kind="number"),
                Column("source"),
            ),
            rows=lambda series: series.values.select_related("series").order_by("-month"),
            add=lambda series: f"{reverse('indexvalue-add')}?series={series.pk}",
            more=lambda series: f"{reverse('indexvalue-list')}?series={series.pk}",
        ),
    )
    create_label = _("New index")
    empty_text = _("An index that prices follow: the Italian FOI, the French Syntec.")


class Values(Workspace):
    """What was published, month by month. They are imported as a table or written one by one."""

    model = IndexValue
    area, icon, order_in_area = AREA, "hash", 81
    company_path = "series__company"
    columns = (
        Column("month", value=month_of, label=_("month"), link=True),
        Column("series"),
        Column("value", kind="number"),
        Column("base"),
        Column("published", kind="number"),
        Column("published_two_years", kind="number", default=False),
        Column("link", kind="number", default=False),
        Column("source"),
    )
    filters = (RelationFilter("series"), RangeFilter("month"))
    search = ("series__code", "series__name", "source")
    related = ("series",)
    order = ("-month", "series__code", "pk")
    form_class = ValueForm
    save = services.save_value
    create_label = _("New value")
    empty_text = _("Values published by the statistics office: import them as a table.")


def save_batch(form: Any, *, by: str, company: Company) -> IndexBatch:
    """The save of the batch's form prepares the preview."""
    facts = form.cleaned_data
    return services.prepare_batch(
        company, as_of=facts["as_of"], not_before=facts["not_before"], series=facts["series"], by=by
    )


def is_preview(batch: IndexBatch) -> bool:
    return batch.state == IndexBatch.State.PREVIEW


def is_confirmed(batch: IndexBatch) -> bool:
    return batch.state == IndexBatch.State.CONFIRMED


def never(record: Any) -> bool:
    return False


def confirm(batch: IndexBatch, *, by: str) -> Any:
    """Confirm with today's date; tells how many contracts were adjusted."""
    done = services.confirm_batch(batch, by=by, on=timezone.localdate())
    text = ngettext("%(n)d contract adjusted.", "%(n)d contracts adjusted.", done.applied)
    return text % {"n": done.applied}


def mail_letters(batch: IndexBatch, *, by: str) -> Any:
    """Mail the letters; tells how many."""
    sent = services.send_adjustment_letters(batch, by=by)
    return ngettext("%(n)d letter mailed.", "%(n)d letters mailed.", sent) % {"n": sent}


class Batches(Workspace):
    """Index adjustments: prepared for a day, looked at, confirmed once."""

    model = IndexBatch
    no_import = _("An adjustment is computed from the indices and the clauses of contracts: import those.")
    whole_company = True
    area, icon, order_in_area = AREA, "percent", 70
    columns = (
        Column("__str__", label=_("adjustment"), link=True, sort=False),
        Column("as_of"),
        Column("series", default=False),
        Column("proposed", kind="number"),
        Column("applied", kind="number"),
        Column("pending", kind="number"),
        Column("old_total", kind="money"),
        Column("new_total", kind="money"),
        Column("state", badges=BATCH_COLOURS),
        Column("created_by", default=False),
        Column("confirmed_on", default=False),
    )
    filters = (ChoiceFilter("state"), RangeFilter("as_of"))
    related = ("series",)
    order = ("-as_of", "-pk")
    form_class = BatchForm
    save = save_batch
    may_edit = never
    detail_view = BatchPage
    actions = (
        Action("confirm", _("Confirm"), confirm, primary=True, enabled=is_preview, bulk=False,
               help_text=_("Every contract proposed gets its new prices; what is billed is adjusted.")),
        Action("letters", _("Mail the letters"), mail_letters, enabled=is_confirmed, bulk=False),
        Action("discard", _("Discard"), services.discard_batch, danger=True, enabled=is_preview, bulk=False),
    )  # fmt: skip
    create_label = _("Prepare an adjustment")
    empty_text = _("Prepare the adjustments due by a day and look at every price before it changes.")


class ProposedAdjustments(Workspace):
    """The contracts of an adjustment."""

    model = IndexProposal
    no_import = _("Adjustments are computed from the indices and the clauses of contracts: import those.")
    customer_path = "contract__party"
    area = AREA
    in_navigation = False
    company_path = "batch__company"
    columns = (
        Column("contract", link=True),
        Column(
            "party", label=_("customer"), value=lambda one: one.contract.party, sort="contract__party__name"
        ),
        Column("due_on"),
        Column("effective_on"),
        Column("percent", kind="number"),
        Column("old_yearly", kind="money", total=True),
        Column("new_yearly", kind="money", total=True),
        Column("state", badges=STATE_COLOURS),
        Column("reason", label=_("reason"), value=reason_of, sort=False),
        Column("batch", default=False),
    )
    filters = (RelationFilter("batch"), ChoiceFilter("state"), RangeFilter("percent"), RangeFilter("due_on"))
    search = ("contract__number", "contract__title", "contract__party__name")
    related = ("contract__party", "batch")
    order = ("-batch", "contract__number", "pk")
    may_add = False
    api_fields = (
        "batch", "contract", "due_on", "effective_on", "percent", "old_yearly", "new_yearly", "state",
        "lines",
    )  # fmt: skip
    detail_view = ProposalPage
    actions = (
        Action("exclude", _("Leave out"), services.exclude, form=ExcludeForm, together=True),
        Action("include", _("Take in again"), services.include, together=True),
    )


def receive(notice: Notice, *, received_on: Any, by: str) -> Notice:
    """The receipt, with today's date."""
    return services.receive_notice(notice, received_on=received_on, by=by, on=timezone.localdate())


class Notices(Workspace):
    """Cancellations, non-renewals and requests of other terms, by the day they were received."""

    model = Notice
    no_import = _("A notice is recorded on the page of its contract, which computes the last day.")
    customer_path = "contract__party"
    area, icon, order_in_area = AREA, "mail", 65
    company_path = "contract__company"
    columns = (
        Column("contract", link=True),
        Column(
            "party", label=_("customer"), value=lambda one: one.contract.party, sort="contract__party__name"
        ),
        Column("kind", kind="text"),
        Column("channel", kind="text", default=False),
        Column("sent_on", default=False),
        Column("received_on"),
        Column("last_useful_on"),
        Column("effective_on"),
        Column("state", badges=NOTICE_COLOURS),
        Column("by", default=False),
    )
    filters = (
        ChoiceFilter("kind"),
        ChoiceFilter("state"),
        RangeFilter("received_on"),
        RangeFilter("effective_on"),
    )
    search = ("contract__number", "contract__title", "contract__party__name")
    related = ("contract__party",)
    order = ("-pk",)
    may_add = False
    actions = (
        Action("receive", _("It was received"), receive, form=ReceiveForm, primary=True, bulk=False,
               enabled=lambda notice: notice.state == Notice.State.SENT),
        Action("withdraw", _("Withdraw"), services.withdraw_notice, danger=True, bulk=False,
               enabled=lambda notice: notice.state != Notice.State.WITHDRAWN),
    )  # fmt: skip
    empty_text = _("A notice is recorded on the page of its contract.")


def why(renewal: Renewal) -> str:
    """The change in short, or what it still waits for: the batch of the day it is published makes it good."""
    steps = from_json(renewal.derivation)
    waiting = [words(step.code, step.args) for step in steps if not step.value]
    return " ".join(waiting) or in_short(steps)


class Renewals(Workspace):
    """Which contract followed which, and at what price."""

    model = Renewal
    no_import = _("Renewals follow from the terms of contracts.")
    customer_path = "contract__party"
    area, icon, order_in_area = AREA, "repeat", 66
    title = _("Renewals made")
    company_path = "contract__company"
    columns = (
        Column("contract", link=True),
        Column("successor"),
        Column("starts_on"),
        Column("ends_on"),
        Column("old_yearly", kind="money", total=True),
        Column("new_yearly", kind="money", total=True),
        Column("percent", kind="number"),
        Column("why", _("why"), value=why),
        Column("by"),
    )
    filters = (RangeFilter("starts_on"), RangeFilter("percent"))
    search = ("contract__number", "successor__number", "contract__party__name")
    related = ("contract", "successor")
    order = ("-starts_on", "-pk")
    may_add = False
    facts = columns


WORKSPACES: list[type[Workspace]] = [Indices, Values, Batches, ProposedAdjustments, Notices, Renewals]


def is_live(contract: Contract) -> bool:
    return contract.status == Contract.Status.ACTIVE


def may_be_renewed(contract: Contract) -> bool:
    return contract.status in (Contract.Status.ACTIVE, Contract.Status.ENDED) and contract.ends_on is not None


def notice(contract: Contract, *, by: str, **facts: Any) -> Notice:
    """Record a notice, with today's date."""
    return services.record_notice(contract, by=by, on=timezone.localdate(), **facts)


def letters(contracts: Sequence[Contract], *, by: str) -> Any:
    """Mail letters about the end of these contracts."""
    sent = services.send_renewal_letters(contracts, by=by)
    return ngettext("%(n)d letter mailed.", "%(n)d letters mailed.", sent) % {"n": sent}


def terms_now(contract: Contract | None) -> dict[str, Any]:
    """The terms a contract has, as the first values of their form."""
    found = RenewalTerms.objects.filter(contract=contract).first() if contract else None
    return model_to_dict(found, fields=TERMS) if found else {}


def clause_now(contract: Contract | None) -> dict[str, Any]:
    """The clause a contract has, as the first values of its form."""
    found = IndexClause.objects.filter(contract=contract).first() if contract else None
    return model_to_dict(found, fields=CLAUSE) if found else {}


for action in (
    Action("renew", _("Renew"), services.renew, form=RenewForm, permission="renewals.add_renewal",
           enabled=may_be_renewed),
    Action("renewal-terms", _("Renewal terms"), services.set_terms, form=TermsForm, initial=terms_now,
           permission="renewals.change_renewalterms", enabled=is_live),
    Action("index-clause", _("Index clause"), services.set_clause, form=ClauseForm, initial=clause_now,
           permission="renewals.change_indexclause", enabled=is_live),
    Action("notice", _("Record a notice"), notice, form=NoticeForm, permission="renewals.add_notice",
           enabled=is_live),
    Action("renewal-letters", _("Mail renewal letters"), letters, together=True,
           permission="renewals.change_renewalterms", enabled=may_be_renewed),
):  # fmt: skip
    add_action(Contract, action)

add_action(
    ContractLine,
    Action(
        "never-adjust", _("Never adjust"), services.never_adjust, permission="renewals.change_indexclause"
    ),
)
add_action(
    ContractLine,
    Action(
        "adjust-again", _("Adjust again"), services.adjust_again, permission="renewals.change_indexclause"
    ),
)
add_tab(
    Contract,
    Tab(
        "renewal",
        _("Renewal and prices"),
        template="renewals/tab_contract.html",
        context=contract_tab,
        permission="renewals.view_renewalterms",
    ),
)
