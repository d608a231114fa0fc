"""Recurring contracts, their lines with their own schedules, and what was charged for which days."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import BillingRun, Document, DocumentLine
from ronda.catalogue.models import Item, VatCode
from ronda.company.models import Branch, Company
from ronda.parties.models import BillingAccount, BillingGroup, Party, Site
from ronda.workspace.extras import extensible
from ronda.workspace.text_index import text_indexed


class Settlement(models.TextChoices):
    """What becomes of money billed for days that are not owed any more (R22)."""

    CREDIT = "credit", _("credit note")
    OFFSET = "offset", _("credit note, set against what is unpaid")
    REFUND = "refund", _("credit note, paid back")
    WALLET = "wallet", _("put into the customer's wallet")
    NOTHING = "nothing", _("nothing is given back")


@extensible()
@text_indexed("number", "title", "service")
class Contract(models.Model):
    """What was agreed with a customer, for how long, and who pays."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ACTIVE = "active", _("active")
        ENDED = "ended", _("ended")
        VOID = "void", _("void")

    class Kind(models.TextChoices):
        FLAT = "flat", _("flat fee")
        ACTUALS = "actuals", _("on actuals")
        WARRANTY = "warranty", _("warranty")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("branch")
    )
    number = models.CharField(_("number"), max_length=30)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.FLAT)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.DRAFT)
    party = models.ForeignKey(Party, models.PROTECT, related_name="contracts", verbose_name=_("customer"))
    account = models.ForeignKey(
        BillingAccount, models.PROTECT, related_name="contracts", verbose_name=_("payer")
    )
    group = models.ForeignKey(
        BillingGroup,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("billing group"),
        help_text=_("Leave empty to follow the letter of each line's site."),
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    starts_on = models.DateField(_("activated on"))
    ends_on = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Leave empty for an open-ended contract.")
    )
    purchase_order = models.CharField(_("order number"), max_length=20, blank=True)
    cig = models.CharField("CIG", max_length=15, blank=True)
    cup = models.CharField("CUP", max_length=15, blank=True)
    billing_hold = models.BooleanField(
        _("do not bill for now"), default=False, help_text=_("The month leaves it out and says so.")
    )
    hold_reason = models.CharField(_("reason"), max_length=200, blank=True)
    # What a suspension or an early end means here unless somebody says otherwise that day (R21, R22).
    suspension_bills = models.BooleanField(_("suspensions are billed"), default=False)
    suspension_extends = models.BooleanField(_("suspensions move the last day"), default=False)
    settles_by = models.CharField(
        _("what was billed too much"), max_length=8, choices=Settlement.choices, default=Settlement.CREDIT
    )
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="followers",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("goes on from"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("salesperson"),
    )
    document_text = models.CharField(_("text on documents"), max_length=500, blank=True)
    notes = models.TextField(_("internal notes"), blank=True)
    # Kept by the services from the lines, so that lists of 100,000 contracts can show and sum them (E32).
    yearly_amount = models.DecimalField(_("per year"), max_digits=14, decimal_places=2, default=0)
    rhythm = models.CharField(_("frequency"), max_length=20, blank=True)
    service = models.CharField(_("service"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "number"],
                name="contract_number_once",
                violation_error_message=_("Another contract has this number."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="contract_ends_after_it_starts",
                violation_error_message=_("The last day cannot come before the activation."),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "status", "number"]),
            models.Index(fields=["company", "-starts_on", "-id"]),
            # Counting and summing a whole list without reading its rows.
            models.Index(fields=["company", "status", "yearly_amount"]),
            models.Index(fields=["company", "yearly_amount"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


@text_indexed("text")
class ContractLine(models.Model):
    """One fee of the contract with its own schedule (E3: frequencies may be mixed)."""

    class Frequency(models.TextChoices):
        MONTH = "month", _("months")
        WEEK = "week", _("weeks")
        ONCE = "once", _("once")

    class Timing(models.TextChoices):
        ADVANCE = "advance", _("in advance")
        ARREARS = "arrears", _("in arrears")

    class Alignment(models.TextChoices):
        ANNIVERSARY = "anniversary", _("from the activation day")
        CALENDAR = "calendar", _("calendar periods")
        ACTIVATION_MONTH = "activation_month", _("from the month of activation")

    class InvoiceDay(models.TextChoices):
        PERIOD_START = "period_start", _("first day of the period")
        PERIOD_END = "period_end", _("last day of the period")
        DAY_AFTER = "day_after", _("day after the period")
        FIRST_OF_MONTH = "first_of_month", _("first day of the month")
        LAST_OF_MONTH = "last_of_month", _("last day of the month")
        DAY_OF_MONTH = "day_of_month", _("fixed day of the month")

    class Partial(models.TextChoices):
        BY_DAYS = "by_days", _("by days")
        BY_30THS = "by_30ths", _("by months and days")
        FULL = "full", _("in full")
        FREE = "free", _("free")
        MERGE = "merge", _("with the next period")

    class Basis(models.TextChoices):
        PERIOD = "period", _("per period")
        MONTH = "month", _("per month")
        YEAR = "year", _("per year")

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="lines", verbose_name=_("contract"))
    position = models.PositiveIntegerField(_("position"), default=1)
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("service"))
    text = models.CharField(_("description"), max_length=500, blank=True)
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="contract_lines", null=True, blank=True, verbose_name=_("site")
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=4, default=1)
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=8)
    price_basis = models.CharField(_("price is"), max_length=6, choices=Basis.choices, default=Basis.PERIOD)
    discount = models.DecimalField(_("discount %"), max_digits=7, decimal_places=4, default=0)
    vat_code = models.ForeignKey(
        VatCode, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("VAT code")
    )
    frequency_unit = models.CharField(
        _("every"), max_length=5, choices=Frequency.choices, default=Frequency.MONTH
    )
    frequency = models.PositiveSmallIntegerField(_("number"), default=1)
    timing = models.CharField(_("billed"), max_length=7, choices=Timing.choices, default=Timing.ADVANCE)
    alignment = models.CharField(
        _("periods"), max_length=16, choices=Alignment.choices, default=Alignment.ANNIVERSARY
    )
    # The day periods are counted from; empty means the line's first day (R1).
    anchor_on = models.DateField(_("periods counted from"), null=True, blank=True)
    month_end = models.BooleanField(_("always the last day of the month"), default=False)
    invoice_day = models.CharField(
        _("invoice day"), max_length=14, choices=InvoiceDay.choices, default=InvoiceDay.PERIOD_START
    )
    invoice_day_number = models.PositiveSmallIntegerField(_("day"), null=True, blank=True)
    offset_days = models.SmallIntegerField(
        _("days after"), default=0, help_text=_("Negative: days before the invoice day.")
    )
    lead_days = models.PositiveSmallIntegerField(_("may be billed days ahead"), default=0)
    first_partial = models.CharField(
        _("first partial period"), max_length=8, choices=Partial.choices, default=Partial.BY_DAYS
    )
    last_partial = models.CharField(
        _("last partial period"), max_length=8, choices=Partial.choices, default=Partial.BY_DAYS
    )
    starts_on = models.DateField(
        _("from"), null=True, blank=True, help_text=_("Empty: from the contract's activation.")
    )
    ends_on = models.DateField(_("to"), null=True, blank=True, help_text=_("Empty: to its last day."))
    free_until = models.DateField(_("free until"), null=True, blank=True)
    # The first version of this fee; empty on the first version itself. `root` is never empty.
    lineage = models.BigIntegerField(null=True, blank=True, db_index=True, editable=False)
    amendment = models.ForeignKey(
        "Amendment", models.PROTECT, related_name="opened", null=True, blank=True, editable=False
    )
    closed_by = models.ForeignKey(
        "Amendment", models.PROTECT, related_name="closed", null=True, blank=True, editable=False
    )
    # Replaced from its first day on: nothing is owed under it.
    void = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("contract line")
        verbose_name_plural = _("contract lines")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="line_ends_after_it_starts",
                violation_error_message=_("The line's last day cannot come before its first."),
            ),
            models.CheckConstraint(
                condition=Q(frequency__gte=1),
                name="line_frequency_positive",
                violation_error_message=_("The frequency is at least 1."),
            ),
            models.CheckConstraint(
                condition=~Q(invoice_day="day_of_month")
                | Q(invoice_day_number__gte=1, invoice_day_number__lte=31),
                name="line_fixed_day_is_a_day",
                violation_error_message=_("A fixed invoice day is between 1 and 31."),
            ),
        ]

    def __str__(self) -> str:
        return self.text or str(self.item)

    @property
    def root(self) -> int:
        """What all versions of one fee have in common."""
        return self.lineage or self.pk


class Amendment(models.Model):
    """A change of what was agreed, from a day on; the lines say what holds before and after."""

    class Kind(models.TextChoices):
        CHANGE = "change", _("change")
        INDEX = "index", _("adjustment to the index")
        RENEWAL = "renewal", _("renewal")
        TRANSFER = "transfer", _("other payer")
        SUSPENSION = "suspension", _("suspension")
        TERMINATION = "termination", _("termination")
        RESUMPTION = "resumption", _("taken up again")

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="amendments", verbose_name=_("contract")
    )
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.CHANGE)
    effective_on = models.DateField(_("from"))
    decided_on = models.DateField(_("agreed on"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # [{"line", "text", "before": {...}, "after": {...}}]: what is printed, in plain values.
    changes = models.JSONField(_("changes"), default=list)
    settles_by = models.CharField(
        _("what was billed too much"), max_length=8, choices=Settlement.choices, default=Settlement.CREDIT
    )
    adjustment = models.ForeignKey(
        Document,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("adjustment document"),
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    made_by = models.CharField(_("by"), max_length=150)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["contract", "number"]
        constraints = [models.UniqueConstraint(fields=["contract", "number"], name="amendment_number_once")]

    def __str__(self) -> str:
        return f"{self.contract.number}/{self.number}"


class Suspension(models.Model):
    """Days on which the contract rests. Several may overlap: the days count once (R21)."""

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="suspensions", verbose_name=_("contract")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), help_text=_("The last day without service."))
    bills = models.BooleanField(_("billed all the same"), default=False)
    extends = models.BooleanField(_("moves the last day"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="+", verbose_name=_("amendment"))
    lifted = models.BooleanField(_("withdrawn"), default=False)

    class Meta:
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="suspension_has_days",
                violation_error_message=_("The last day cannot come before the first."),
            ),
        ]
        indexes = [models.Index(fields=["contract", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.contract.number}: {self.starts_on} – {self.ends_on}"


class ChargePeriod(models.Model):
    """Days of a line that are billed or waived. "Already billed" is decided here and nowhere else (R11)."""

    class State(models.TextChoices):
        BILLED = "billed", _("billed")
        WAIVED = "waived", _("waived")
        # Billed by the program used before: never again here, and its money is not ours to settle.
        EARLIER = "earlier", _("billed before")
        RELEASED = "released", _("released")
        # Replaced by other charges when the terms changed.
        ADJUSTED = "adjusted", _("settled by a change")
        # Money billed for days that are not owed, and not given back: explained, never charged again.
        KEPT = "kept", _("kept")

    line = models.ForeignKey(ContractLine, models.PROTECT, related_name="charges", verbose_name=_("line"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    kind = models.CharField(_("kind"), max_length=10)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.BILLED)
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("document")
    )
    document_line = models.ForeignKey(
        DocumentLine, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("document line")
    )
    run = models.ForeignKey(BillingRun, models.SET_NULL, related_name="+", null=True, blank=True)
    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="+", null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("charged period")
        verbose_name_plural = _("charged periods")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "starts_on", "kind"],
                condition=Q(state__in=["billed", "waived", "earlier"]),
                name="charge_period_once",
                violation_error_message=_("This period is already billed."),
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="charge_period_has_days"),
        ]
        indexes = [models.Index(fields=["document"]), models.Index(fields=["line", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.line} {self.starts_on} – {self.ends_on}"


class ContractProposal(models.Model):
    """A contract found in the firm's past invoices, to be ticked and accepted."""

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    party = models.ForeignKey(Party, models.CASCADE, related_name="+", verbose_name=_("customer"))
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", verbose_name=_("service"))
    text = models.CharField(_("description"), max_length=500)
    frequency = models.PositiveSmallIntegerField(_("every (months)"))
    timing = models.CharField(
        _("billed"), max_length=7, choices=ContractLine.Timing.choices, default=ContractLine.Timing.ADVANCE
    )
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=4, default=1)
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=8)
    vat_code = models.ForeignKey(VatCode, models.PROTECT, related_name="+", verbose_name=_("VAT code"))
    first_on = models.DateField(_("first invoice"))
    last_on = models.DateField(_("last invoice"))
    # The first day of the first period not yet billed by the old system.
    next_on = models.DateField(_("next period from"))
    confidence = models.PositiveSmallIntegerField(_("confidence %"))
    evidence = models.JSONField(_("found in"), default=list)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    contract = models.ForeignKey(
        Contract, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("contract")
    )
    key = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("proposed contract")
        verbose_name_plural = _("proposed contracts")
        constraints = [models.UniqueConstraint(fields=["company", "key"], name="proposal_once")]

    def __str__(self) -> str:
        return f"{self.party}: {self.text}"
