"""Agents, the rules of their shares, what they earned line by line, and their statements.

Gross commissions only: withholding tax, the agents' VAT and their own funds (ENASARCO) are not computed.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document, DocumentLine
from ronda.catalogue.models import Item
from ronda.company.models import Company
from ronda.contracts.models import Contract, ContractLine
from ronda.parties.models import Party

NO_MORE_THAN_ALL = _("A percentage is between 0 and 100.")


def between_0_and_100(*names: str) -> Q:
    """Percentages given are from 0 to 100; those left empty are left alone."""
    found = Q()
    for name in names:
        found &= Q(**{name: None}) | Q(**{f"{name}__gte": 0, f"{name}__lte": 100})
    return found


class Base(models.TextChoices):
    """When a commission is earned."""

    INVOICED = "invoiced", _("when invoiced")
    COLLECTED = "collected", _("when collected")


class Agent(models.Model):
    """Who brings customers or contracts: an agent, a finder, a salesperson of the firm."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    name = models.CharField(_("name"), max_length=200)
    party = models.ForeignKey(
        Party,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("supplier"),
        help_text=_("When the agent is also among customers and suppliers."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("user"),
        help_text=_("When the agent works with this program."),
    )
    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    province = models.CharField(_("province"), max_length=5, blank=True)
    tax_id = models.CharField(_("VAT number"), max_length=30, blank=True)
    registration_id = models.CharField(_("tax code"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    percent = models.DecimalField(
        _("usual %"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("Where a rule does not say another."),
    )
    following = models.DecimalField(
        _("usual % after the first year"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("Empty: the same as in the first year."),
    )
    base = models.CharField(_("earned"), max_length=9, choices=Base.choices, default=Base.INVOICED)
    active = models.BooleanField(_("active"), default=True)
    notes = models.TextField(_("notes"), blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                name="agent_once",
                violation_error_message=_("Another agent has this name."),
            ),
            models.CheckConstraint(
                condition=between_0_and_100("percent", "following"),
                name="agent_percent_in_range",
                violation_error_message=NO_MORE_THAN_ALL,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def city_line(self) -> str:
        province = f"({self.province})" if self.province else ""
        return " ".join(part for part in (self.postcode, self.city, province) if part)


class CommissionRule(models.Model):
    """The share of an agent, from a day on: of one fee, a contract, a customer, a service or everything."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="rules", verbose_name=_("agent"))
    contract = models.ForeignKey(
        Contract,
        models.CASCADE,
        related_name="commission_rules",
        null=True,
        blank=True,
        verbose_name=_("contract"),
    )
    line = models.ForeignKey(
        ContractLine,
        models.CASCADE,
        related_name="commission_rules",
        null=True,
        blank=True,
        verbose_name=_("fee"),
        help_text=_("Only this fee of the contract."),
    )
    party = models.ForeignKey(
        Party, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("customer")
    )
    item = models.ForeignKey(
        Item, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=_("service")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    percent = models.DecimalField(
        "%",
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("Empty: the agent's usual one."),
    )
    following = models.DecimalField(
        _("% after the first year"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("Empty: the same as in the first year."),
    )
    fixed = models.DecimalField(
        _("amount per period"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Instead of a percentage: once for each billed period of the contract."),
    )
    base = models.CharField(
        _("earned"),
        max_length=9,
        choices=Base.choices,
        blank=True,
        help_text=_("Empty: as usual for the agent."),
    )
    counted_from = models.DateField(
        _("first year from"), null=True, blank=True, help_text=_("Empty: the contract's activation.")
    )
    beyond_contracts = models.BooleanField(
        _("also invoices without a contract"),
        default=False,
        help_text=_("Sales made by hand, not only fees of contracts."),
    )
    notes = models.CharField(_("notes"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("commission rule")
        verbose_name_plural = _("commission rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="commission_rule_ends_after_it_starts",
                violation_error_message=_("The last day cannot come before the first."),
            ),
            models.CheckConstraint(
                condition=between_0_and_100("percent", "following"),
                name="commission_percent_in_range",
                violation_error_message=NO_MORE_THAN_ALL,
            ),
            models.CheckConstraint(
                condition=Q(fixed=None) | Q(fixed__gte=0, percent=None, following=None),
                name="commission_percent_or_amount",
                violation_error_message=_("Give a percentage or an amount, not both."),
            ),
            models.CheckConstraint(
                condition=Q(party=None) | Q(contract=None),
                name="commission_contract_or_customer",
                violation_error_message=_("Choose a contract or a customer, not both."),
            ),
            models.CheckConstraint(
                condition=Q(line=None) | Q(contract__isnull=False, item=None),
                name="commission_line_of_a_contract",
                violation_error_message=_("A fee already names its service: leave the service empty."),
            ),
        ]
        indexes = [models.Index(fields=["company", "contract"]), models.Index(fields=["company", "party"])]

    def __str__(self) -> str:
        return f"{self.agent}: {self.subject}"

    @property
    def subject(self) -> str:
        """What the rule is about, in words: "C 12 Maintenance – Monthly fee"."""
        named = [str(one) for one in (self.contract, self.party, self.line, self.item) if one is not None]
        return " – ".join(named) or str(_("everything"))

    @property
    def shown_percent(self) -> Decimal | None:
        """The percentage of the first year: the rule's own, else the agent's usual one."""
        return self.agent.percent if self.percent is None else self.percent

    @property
    def shown_following(self) -> Decimal | None:
        """The percentage after the first year, where it is another."""
        if self.percent is None and self.following is None:
            return self.agent.following
        return self.following


class _General(models.Manager["GeneralRule"]):
    def get_queryset(self) -> "models.QuerySet[GeneralRule]":
        return super().get_queryset().filter(contract=None)


class GeneralRule(CommissionRule):
    """The rules that name no contract: few enough to be written beside their agent."""

    objects = _General()  # type: ignore[misc]

    class Meta:
        proxy = True
        verbose_name = _("commission rule")
        verbose_name_plural = _("commission rules")


class Commission(models.Model):
    """What an agent is to earn on one line of a document. It matures entry by entry."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="commissions", verbose_name=_("agent"))
    rule = models.ForeignKey(CommissionRule, models.PROTECT, related_name="+", verbose_name=_("rule"))
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="commissions", verbose_name=_("document")
    )
    line = models.ForeignKey(DocumentLine, models.PROTECT, related_name="+", verbose_name=_("line"))
    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="commissions", null=True, verbose_name=_("contract")
    )
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("customer"))
    # Signed: negative on credit notes.
    net = models.DecimalField(_("net"), max_digits=12, decimal_places=2)
    # Empty for a fixed amount.
    percent = models.DecimalField("%", max_digits=7, decimal_places=4, null=True)
    total = models.DecimalField(_("commission"), max_digits=12, decimal_places=2)
    collected = models.BooleanField(_("when collected"), default=False)
    # The commission a credit note takes back.
    corrects = models.ForeignKey(
        "self", models.PROTECT, related_name="corrections", null=True, verbose_name=_("takes back")
    )

    class Meta:
        verbose_name = _("commission")
        verbose_name_plural = _("commissions")
        constraints = [models.UniqueConstraint(fields=["line", "agent"], name="commission_once")]
        indexes = [models.Index(fields=["contract", "agent"])]

    def __str__(self) -> str:
        return f"{self.agent}: {self.total}"


class Statement(models.Model):
    """What an agent earned in a time, shown to him, confirmed once with a number, then paid."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        CONFIRMED = "confirmed", _("confirmed")
        PAID = "paid", _("paid")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="statements", verbose_name=_("agent"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.DRAFT)
    year = models.PositiveSmallIntegerField(_("year"), null=True)
    number = models.PositiveIntegerField(_("number"), null=True)
    label = models.CharField(_("statement"), max_length=40, blank=True)
    total = models.DecimalField(_("total"), max_digits=12, decimal_places=2, default=0)
    # Firm and agent as they were when it was confirmed: what is printed does not change any more.
    heading = models.JSONField(_("heading"), default=dict, blank=True)
    created_by = models.CharField(_("prepared by"), max_length=150)
    created_at = models.DateTimeField(_("prepared at"), auto_now_add=True)
    confirmed_on = models.DateField(_("confirmed on"), null=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=150, blank=True)
    paid_on = models.DateField(_("paid on"), null=True)
    reference = models.CharField(_("reference"), max_length=140, blank=True)

    class Meta:
        verbose_name = _("commission statement")
        verbose_name_plural = _("commission statements")
        permissions = [("confirm_statement", _("Can confirm and pay commission statements"))]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "year", "number"],
                condition=Q(number__isnull=False),
                name="statement_number_once",
            ),
            models.UniqueConstraint(
                fields=["agent"], condition=Q(state="draft"), name="one_draft_statement_per_agent"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number=None)
                | Q(~Q(state="draft"), number__isnull=False, confirmed_on__isnull=False),
                name="confirmed_statements_have_a_number",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="statement_has_days",
                violation_error_message=_("The last day cannot come before the first."),
            ),
        ]
        indexes = [models.Index(fields=["company", "-ends_on", "-id"])]

    def __str__(self) -> str:
        name = self.label or str(_("Draft statement"))
        return f"{name} – {self.agent}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT


class CommissionEntry(models.Model):
    """A row of the agents' ledger: what matured on a day, and the statement that shows it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    agent = models.ForeignKey(Agent, models.PROTECT, related_name="entries", verbose_name=_("agent"))
    # Empty for an amount written by hand.
    commission = models.ForeignKey(
        Commission, models.PROTECT, related_name="entries", null=True, verbose_name=_("commission")
    )
    # What made it mature: "issued", or the change of the collected part (payments.events.SettledChange).
    source = models.CharField(_("origin"), max_length=80)
    base = models.DecimalField(_("net"), max_digits=12, decimal_places=2, default=0)
    amount = models.DecimalField(_("commission"), max_digits=12, decimal_places=2)
    matured_on = models.DateField(_("earned on"))
    text = models.CharField(_("description"), max_length=200, blank=True)
    statement = models.ForeignKey(
        Statement,
        models.PROTECT,
        related_name="entries",
        null=True,
        blank=True,
        verbose_name=_("statement"),
    )
    created_by = models.CharField(_("recorded by"), max_length=150)

    class Meta:
        verbose_name = _("commission earned")
        verbose_name_plural = _("commissions earned")
        constraints = [
            models.UniqueConstraint(
                fields=["commission", "source"],
                name="commission_matures_once",
                violation_error_message=_("This part of the commission is already earned."),
            ),
        ]
        indexes = [
            models.Index(fields=["agent", "statement", "matured_on"]),
            models.Index(fields=["company", "-matured_on", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.matured_on:%d/%m/%Y} {self.amount}"
