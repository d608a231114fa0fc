"""Accounts and the journal: every document and payment posts a balanced entry."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document, DocumentLine
from ronda.company.models import Company
from ronda.parties.models import Party
from ronda.workspace.text_index import text_indexed


class Account(models.Model):
    """An account of the firm's chart. `role` is what the programs look for ("customers", "sales")."""

    class Kind(models.TextChoices):
        ASSET = "asset", _("asset")
        LIABILITY = "liability", _("liability")
        EQUITY = "equity", _("equity")
        REVENUE = "revenue", _("revenue")
        EXPENSE = "expense", _("expense")

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    role = models.CharField(_("used for"), max_length=24, blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="account_once"),
            models.UniqueConstraint(
                fields=["company", "role"], condition=~Q(role=""), name="one_account_per_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@text_indexed("text", "source")
class JournalEntry(models.Model):
    """A posting. `source` says which operation made it and can be there only once."""

    class Journal(models.TextChoices):
        SALES = "sales", _("sales")
        BANK = "bank", _("bank")
        CASH = "cash", _("cash")
        PURCHASES = "purchases", _("purchases")
        OTHER = "other", _("other")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    date = models.DateField(_("date"))
    journal = models.CharField(_("journal"), max_length=10, choices=Journal.choices)
    source = models.CharField(_("origin"), max_length=60)
    text = models.CharField(_("description"), max_length=200)
    created_at = models.DateTimeField(_("posted at"), auto_now_add=True)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        constraints = [models.UniqueConstraint(fields=["company", "source"], name="journal_source_once")]
        indexes = [models.Index(fields=["company", "-date"])]

    def __str__(self) -> str:
        return self.text


class JournalLine(models.Model):
    """A debit (positive) or a credit (negative)."""

    entry = models.ForeignKey(JournalEntry, models.CASCADE, related_name="lines", verbose_name=_("entry"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="lines", verbose_name=_("account"))
    party = models.ForeignKey(
        Party, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("customer")
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("journal line")
        verbose_name_plural = _("journal lines")

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"

    @property
    def credit(self) -> Decimal:
        """The amount as written in the credit column."""
        return -self.amount


class Closing(models.Model):
    """Accruals and deferrals at a day: previewed, posted on that day, reversed at the opening after it."""

    class State(models.TextChoices):
        PREPARING = "preparing", _("being prepared")
        PREVIEW = "preview", _("to be posted")
        POSTED = "posted", _("posted")
        REVERSED = "reversed", _("posted and reversed")
        WITHDRAWN = "withdrawn", _("taken back")

    class Method(models.TextChoices):
        DAYS = "days", _("by days")
        MONTHS = "months", _("by months")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    on = models.DateField(_("closing day"))
    method = models.CharField(_("spread"), max_length=6, choices=Method.choices, default=Method.DAYS)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PREPARING)
    rounds = models.PositiveSmallIntegerField(default=1)
    # What the amounts were computed from: a preview of older facts is made anew before it is posted.
    fingerprint = models.CharField(max_length=64, blank=True)
    previous = models.ForeignKey(
        "self", models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("compared with")
    )
    lines_count = models.PositiveIntegerField(_("lines"), default=0)
    deferred_total = models.DecimalField(_("deferred"), max_digits=14, decimal_places=2, default=0)
    accrued_total = models.DecimalField(_("accrued"), max_digits=14, decimal_places=2, default=0)
    # The part of the deferred balance that lines deferred at the previous closing still have.
    carried_total = models.DecimalField(_("carried over"), max_digits=14, decimal_places=2, default=0)
    # What is posted: [[kind, revenue account, balance on, lines, amount], ...].
    totals = models.JSONField(default=list)
    # When the deferred balance becomes revenue: [[year × 12 + month − 1, amount], ...].
    release = models.JSONField(default=list)
    posted_on = models.DateField(_("posted on"), null=True, blank=True)
    reversed_on = models.DateField(_("reversed on"), null=True, blank=True)
    created_at = models.DateTimeField(_("prepared at"), auto_now_add=True)
    created_by = models.CharField(_("prepared by"), max_length=150)
    posted_by = models.CharField(_("posted by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("closing")
        verbose_name_plural = _("accruals and deferrals")
        permissions = [("post_closing", _("Can post accruals and deferrals"))]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "on"], condition=~Q(state="withdrawn"), name="one_closing_a_day"
            ),
        ]
        indexes = [models.Index(fields=["company", "-on", "-id"])]

    def __str__(self) -> str:
        return f"{self.on:%d/%m/%Y}"

    @property
    def is_posted(self) -> bool:
        return self.state in (self.State.POSTED, self.State.REVERSED)


class ClosingEntry(models.Model):
    """A journal entry of a closing."""

    class Role(models.TextChoices):
        POSTING = "posting", _("posting")
        REVERSAL = "reversal", _("reversal")
        WITHDRAWAL = "withdrawal", _("taken back")

    closing = models.ForeignKey(Closing, models.CASCADE, related_name="entries")
    entry = models.OneToOneField(JournalEntry, models.PROTECT, related_name="+", verbose_name=_("entry"))
    role = models.CharField(_("kind"), max_length=10, choices=Role.choices)

    class Meta:
        verbose_name = _("entry of a closing")
        verbose_name_plural = _("entries of a closing")

    def __str__(self) -> str:
        return str(self.entry)


class DeferralLine(models.Model):
    """What of one charge is posted at a closing, and how it was computed."""

    class Kind(models.TextChoices):
        DEFERRAL = "deferral", _("deferral")
        ACCRUAL = "accrual", _("accrual")

    closing = models.ForeignKey(Closing, models.CASCADE, related_name="lines")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    document_line = models.ForeignKey(DocumentLine, models.PROTECT, related_name="+", null=True, blank=True)
    # What a charge without a document is, and where it comes from: "contracts", pk of the line.
    source = models.CharField(_("origin"), max_length=40, blank=True)
    source_pk = models.BigIntegerField(null=True, blank=True)
    label = models.CharField(_("description"), max_length=200)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("customer"))
    # The revenue account of the charge, and the account the balance waits on: a code or a role.
    account = models.CharField(_("revenue account"), max_length=20)
    counterpart = models.CharField(_("balance on"), max_length=24)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    net = models.DecimalField(_("net"), max_digits=12, decimal_places=2)
    credited = models.DecimalField(_("credited"), max_digits=12, decimal_places=2, default=0)
    earned = models.DecimalField(_("earned"), max_digits=12, decimal_places=2)
    deferred = models.DecimalField(_("deferred"), max_digits=12, decimal_places=2)
    # What is posted: the deferred part of a document, the earned part of what has none.
    balance = models.DecimalField(_("balance"), max_digits=12, decimal_places=2)
    previous_balance = models.DecimalField(_("previous balance"), max_digits=12, decimal_places=2, default=0)
    days = models.PositiveIntegerField(_("days"))
    elapsed = models.PositiveIntegerField(_("days passed"))
    derivation = models.JSONField(_("derivation"), default=list)

    class Meta:
        verbose_name = _("line of a closing")
        verbose_name_plural = _("lines of a closing")

    def __str__(self) -> str:
        return self.label

    @property
    def document(self) -> Document | None:
        """The invoice or credit note of the charge; none for what is not invoiced."""
        return self.document_line.document if self.document_line else None
