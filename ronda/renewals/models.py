"""Indices and their values, what contracts agree about prices, terms and notice, and what came of it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ronda.company.models import Company, OutgoingMail
from ronda.contracts.models import Contract, ContractLine


class Channel(models.TextChoices):
    """How a notice travels. What counts is the day it is received (R20)."""

    REGISTERED = "registered", _("registered letter")
    PEC = "pec", _("certified e-mail (PEC)")
    MAIL = "mail", _("e-mail")


class IndexSeries(models.Model):
    """An index that prices may follow, such as the Italian FOI without tobacco."""

    class Every(models.IntegerChoices):
        MONTH = 1, _("monthly")
        QUARTER = 3, _("quarterly")

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, blank=True)
    every = models.PositiveSmallIntegerField(_("published"), choices=Every.choices, default=Every.MONTH)
    base = models.CharField(
        _("base"), max_length=20, blank=True, help_text=_("Of the newest values: the year that is 100.")
    )
    decimals = models.PositiveSmallIntegerField(
        _("decimals of the variation"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(6)],
        help_text=_("1 for the Italian FOI. Empty: the variation is not rounded."),
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("index")
        verbose_name_plural = _("indices")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "code"],
                name="index_series_once",
                violation_error_message=_("Another index has this code."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class IndexValue(models.Model):
    """The index of one month (of a quarter: its first month), in the base it was published in."""

    series = models.ForeignKey(IndexSeries, models.CASCADE, related_name="values", verbose_name=_("index"))
    month = models.DateField(
        _("month"), help_text=_("Its first day; for a quarter, that of its first month.")
    )
    value = models.DecimalField(
        _("value"), max_digits=12, decimal_places=4, validators=[MinValueValidator(0)]
    )
    base = models.CharField(_("base"), max_length=20, blank=True, help_text=_("Empty: that of the index."))
    published = models.DecimalField(
        _("published over 12 months, %"), max_digits=7, decimal_places=3, null=True, blank=True
    )
    published_two_years = models.DecimalField(
        _("published over 24 months, %"), max_digits=7, decimal_places=3, null=True, blank=True
    )
    link = models.DecimalField(
        _("coefficient to the base before"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("Multiplies values of this base into those of the one before; once per base is enough."),
    )
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("index value")
        verbose_name_plural = _("index values")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "month"],
                name="index_value_once",
                violation_error_message=_("This month has a value already: change that one."),
            ),
            models.CheckConstraint(condition=Q(value__gt=0), name="index_value_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.series.code} {self.month:%m/%Y}"

    @property
    def company_id(self) -> int:
        return self.series.company_id


class IndexClause(models.Model):
    """How the prices of a contract are adjusted (R18)."""

    class Mode(models.TextChoices):
        INDEX = "index", _("by an index")
        FIXED = "fixed", _("by a fixed percentage")

    class Rounding(models.TextChoices):
        TEN_THOUSANDTH = "ten_thousandth", "0.0001"
        CENT = "cent", "0.01"
        FIVE_CENTS = "five_cents", "0.05"
        UNIT = "unit", "1"

    contract = models.OneToOneField(
        Contract, models.CASCADE, related_name="index_clause", verbose_name=_("contract")
    )
    mode = models.CharField(_("adjusted"), max_length=5, choices=Mode.choices, default=Mode.INDEX)
    series = models.ForeignKey(
        IndexSeries, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("index")
    )
    fixed_percent = models.DecimalField(_("fixed %"), max_digits=7, decimal_places=4, default=0)
    share = models.DecimalField(
        _("share of the variation, %"),
        max_digits=7,
        decimal_places=4,
        default=100,
        validators=[MinValueValidator(0), MaxValueValidator(200)],
    )
    reference_month = models.PositiveSmallIntegerField(
        _("reference month"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    lag_months = models.PositiveSmallIntegerField(
        _("months back"), default=0, help_text=_("From the due day to the month whose index counts.")
    )
    floor = models.DecimalField(
        _("never less than, %"), max_digits=7, decimal_places=4, null=True, blank=True, default=0
    )
    cap = models.DecimalField(_("never more than, %"), max_digits=7, decimal_places=4, null=True, blank=True)
    rounding = models.CharField(
        _("new price rounded to"), max_length=14, choices=Rounding.choices, default=Rounding.CENT
    )
    every_months = models.PositiveSmallIntegerField(
        _("every (months)"), default=12, validators=[MinValueValidator(1)]
    )
    first_after_months = models.PositiveSmallIntegerField(_("first after (months)"), default=12)
    anchor_on = models.DateField(
        _("counted from"), null=True, blank=True, help_text=_("Empty: the activation of the contract.")
    )
    # What was done last: kept by the services, and given by a person for a contract taken over.
    last_on = models.DateField(_("last adjusted on"), null=True, blank=True)
    last_month = models.DateField(_("index used last"), null=True, blank=True)
    never = models.ManyToManyField(
        ContractLine, related_name="+", blank=True, verbose_name=_("lines never adjusted")
    )

    class Meta:
        verbose_name = _("index clause")
        verbose_name_plural = _("index clauses")
        constraints = [
            models.CheckConstraint(
                condition=Q(mode="fixed") | Q(series__isnull=False),
                name="index_clause_names_an_index",
                violation_error_message=_("Choose the index the prices follow."),
            ),
            models.CheckConstraint(
                condition=Q(floor=None) | Q(cap=None) | Q(cap__gte=F("floor")),
                name="index_clause_cap_above_floor",
                violation_error_message=_("The upper limit cannot be below the lower one."),
            ),
            models.CheckConstraint(condition=Q(every_months__gte=1), name="index_clause_rhythm"),
        ]

    def __str__(self) -> str:
        return str(self.contract)

    @property
    def company_id(self) -> int:
        return self.contract.company_id


class RenewalTerms(models.Model):
    """What happens at the end of a contract's term. Contracts without these end when they end."""

    class Mode(models.TextChoices):
        TACIT = "tacit", _("tacit renewal")
        CONSENT = "consent", _("renewal by consent")
        NONE = "none", _("no renewal")

    class Unit(models.TextChoices):
        MONTH = "month", _("months")
        DAY = "day", _("days")

    contract = models.OneToOneField(
        Contract, models.CASCADE, related_name="renewal_terms", verbose_name=_("contract")
    )
    mode = models.CharField(_("at its end"), max_length=7, choices=Mode.choices, default=Mode.TACIT)
    term_months = models.PositiveSmallIntegerField(
        _("new term (months)"), default=12, validators=[MinValueValidator(1)]
    )
    notice_number = models.PositiveSmallIntegerField(_("length of the notice"), default=3)
    notice_unit = models.CharField(_("notice in"), max_length=5, choices=Unit.choices, default=Unit.MONTH)
    working_day = models.BooleanField(
        _("last day moved back to a working day"),
        default=False,
        help_text=_("When it falls on a Saturday, a Sunday or a public holiday."),
    )
    channel = models.CharField(
        _("notice by"), max_length=10, choices=Channel.choices, default=Channel.REGISTERED
    )
    # The end these terms were made for: a contract cut short before it is not renewed by itself.
    term_ends_on = models.DateField(_("term ends on"), null=True, blank=True)
    anchor_on = models.DateField(
        _("terms counted from"), null=True, blank=True, help_text=_("Empty: the activation of the contract.")
    )

    class Meta:
        verbose_name = _("renewal terms")
        verbose_name_plural = _("renewal terms")
        constraints = [
            models.CheckConstraint(condition=Q(term_months__gte=1), name="renewal_term_has_months")
        ]
        indexes = [models.Index(fields=["mode", "term_ends_on"])]

    def __str__(self) -> str:
        return str(self.contract)

    @property
    def company_id(self) -> int:
        return self.contract.company_id


class Notice(models.Model):
    """A letter that ends a contract or asks for other terms. Kept for ever, also when withdrawn."""

    class Kind(models.TextChoices):
        CANCELLATION = "cancellation", _("cancellation by the customer")
        NON_RENEWAL = "non_renewal", _("non-renewal by us")
        RENEGOTIATION = "renegotiation", _("request of other terms")

    class State(models.TextChoices):
        SENT = "sent", _("not received yet")
        IN_TIME = "in_time", _("in time")
        LATE = "late", _("late: one more term")
        WITHDRAWN = "withdrawn", _("withdrawn")

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="notices", verbose_name=_("contract"))
    kind = models.CharField(_("kind"), max_length=13, choices=Kind.choices, default=Kind.CANCELLATION)
    channel = models.CharField(
        _("sent by"), max_length=10, choices=Channel.choices, default=Channel.REGISTERED
    )
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    last_useful_on = models.DateField(_("last day for notice"), null=True, blank=True)
    effective_on = models.DateField(_("the contract ends on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.SENT)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.CharField(_("recorded by"), max_length=150)
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_on=None) | Q(received_on=None) | Q(received_on__gte=F("sent_on")),
                name="notice_received_after_sent",
                violation_error_message=_("It cannot be received before it is sent."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.contract}"

    @property
    def company_id(self) -> int:
        return self.contract.company_id


class Renewal(models.Model):
    """One contract followed by another (R19)."""

    contract = models.OneToOneField(
        Contract, models.PROTECT, related_name="renewal", verbose_name=_("contract")
    )
    successor = models.OneToOneField(
        Contract, models.PROTECT, related_name="renewed_from", verbose_name=_("renewed as")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    months = models.PositiveSmallIntegerField(_("months"))
    old_yearly = models.DecimalField(_("per year before"), max_digits=14, decimal_places=2)
    new_yearly = models.DecimalField(_("per year now"), max_digits=14, decimal_places=2)
    percent = models.DecimalField(_("change %"), max_digits=9, decimal_places=4, default=0)
    derivation = models.JSONField(_("how the price came about"), default=list)
    by = models.CharField(_("renewed by"), max_length=150)
    created_at = models.DateTimeField(_("renewed at"), auto_now_add=True)

    class Meta:
        verbose_name = _("renewal")
        verbose_name_plural = _("renewals")

    def __str__(self) -> str:
        return f"{self.contract} → {self.successor.number}"

    @property
    def company_id(self) -> int:
        return self.contract.company_id


class IndexBatch(models.Model):
    """All adjustments due by a day: prepared, looked at, confirmed once."""

    class State(models.TextChoices):
        PREVIEW = "preview", _("to be confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        DISCARDED = "discarded", _("discarded")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    as_of = models.DateField(_("everything due by"))
    not_before = models.DateField(
        _("new prices from"),
        null=True,
        blank=True,
        help_text=_("Empty: each from the day it is due. Earlier periods already billed are then adjusted."),
    )
    series = models.ForeignKey(
        IndexSeries,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("only this index"),
    )
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PREVIEW)
    proposed = models.PositiveIntegerField(_("to adjust"), default=0)
    pending = models.PositiveIntegerField(_("pending"), default=0)
    applied = models.PositiveIntegerField(_("adjusted"), default=0)
    old_total = models.DecimalField(_("per year before"), max_digits=14, decimal_places=2, default=0)
    new_total = models.DecimalField(_("per year now"), max_digits=14, decimal_places=2, default=0)
    created_by = models.CharField(_("prepared by"), max_length=150)
    created_at = models.DateTimeField(_("prepared at"), auto_now_add=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=150, blank=True)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("index adjustment")
        verbose_name_plural = _("index adjustments")
        indexes = [models.Index(fields=["company", "-as_of", "-id"])]

    def __str__(self) -> str:
        return str(_("Adjustment due by %(day)s") % {"day": f"{self.as_of:%d/%m/%Y}"})


class IndexProposal(models.Model):
    """The adjustment of one contract in a batch, with the derivation that is printed."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        APPLIED = "applied", _("adjusted")
        EXCLUDED = "excluded", _("left out")
        PENDING = "pending", _("pending")

    batch = models.ForeignKey(
        IndexBatch, models.CASCADE, related_name="proposals", verbose_name=_("index adjustment")
    )
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+", verbose_name=_("contract"))
    due_on = models.DateField(_("due on"))
    effective_on = models.DateField(_("new prices from"))
    month = models.DateField(_("index of"), null=True, blank=True)
    base_month = models.DateField(_("compared with"), null=True, blank=True)
    # [line id, text, old price, new price] of each line; prices as text.
    lines = models.JSONField(_("lines"), default=list)
    old_yearly = models.DecimalField(_("per year before"), max_digits=14, decimal_places=2, default=0)
    new_yearly = models.DecimalField(_("per year now"), max_digits=14, decimal_places=2, default=0)
    percent = models.DecimalField(_("change %"), max_digits=9, decimal_places=4, default=0)
    derivation = models.JSONField(_("how the price came about"), default=list)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PROPOSED)
    # [code, facts] of why it is pending.
    reason = models.JSONField(_("reason"), default=list, blank=True)
    note = models.CharField(_("why it is left out"), max_length=200, blank=True)
    letter = models.ForeignKey(
        OutgoingMail, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("letter")
    )

    class Meta:
        verbose_name = _("proposed adjustment")
        verbose_name_plural = _("proposed adjustments")
        constraints = [
            models.UniqueConstraint(fields=["batch", "contract"], name="index_proposal_once"),
            models.UniqueConstraint(
                fields=["contract", "due_on"],
                condition=Q(state="applied"),
                name="index_applied_once",
                violation_error_message=_("This adjustment has been made already."),
            ),
        ]
        indexes = [models.Index(fields=["batch", "state"])]

    def __str__(self) -> str:
        return f"{self.contract} {self.effective_on:%d/%m/%Y}"

    @property
    def company_id(self) -> int:
        return self.batch.company_id
