"""Accounts and the journal: every document and payment posts a balanced entry."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.company.models import Company
from ronda.parties.models import Party


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


class JournalEntry(models.Model):
    """A posting. `source` says which operation made it and can be there only once."""

    class Journal(models.TextChoices):
        SALES = "sales", _("sales")
        BANK = "bank", _("bank")
        CASH = "cash", _("cash")
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
