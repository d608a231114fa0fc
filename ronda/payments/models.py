"""What is due, what came in, and which settled which."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ronda.billing.models import Document
from ronda.company.models import Company
from ronda.parties.models import Party, PaymentMethod
from ronda.workspace.text_index import text_indexed


class DueState(models.TextChoices):
    """How a due stands on a day; not stored. In words it is its label."""

    OPEN = "open", _("open")
    OVERDUE = "overdue", _("overdue")
    PAID = "paid", _("settled")
    CREDIT = "credit", _("credit")

    def __str__(self) -> str:
        return str(self.label)


class PaymentState(models.TextChoices):
    """How a payment stands; not stored. In words it is its label."""

    USED = "used", _("allocated")
    UNUSED = "unused", _("not all allocated")
    CANCELLED = "cancelled", _("cancelled")

    def __str__(self) -> str:
        return str(self.label)


class Instalment(models.Model):
    """A due date of a document. Negative on credit notes. `settled` follows the allocations."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, related_name="instalments", verbose_name=_("payer"))
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="instalments", verbose_name=_("document")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    due_on = models.DateField(_("due on"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    settled = models.DecimalField(_("settled"), max_digits=12, decimal_places=2, default=0)
    method = models.ForeignKey(
        PaymentMethod, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("method")
    )

    class Meta:
        verbose_name = _("due date")
        verbose_name_plural = _("due dates")
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="instalment_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, settled__gte=0, settled__lte=F("amount"))
                | Q(amount__lt=0, settled__lte=0, settled__gte=F("amount")),
                name="settled_within_amount",
                violation_error_message=_("More than the amount due cannot be settled."),
            ),
        ]
        indexes = [models.Index(fields=["company", "due_on"]), models.Index(fields=["party", "due_on"])]

    def __str__(self) -> str:
        return f"{self.document} – {self.due_on:%d/%m/%Y}"

    @property
    def residue(self) -> Decimal:
        return self.amount - self.settled

    def state(self, on: date) -> DueState:
        """Settled, credit (of a credit note, to be used), overdue on that day, or open."""
        if not self.residue:
            return DueState.PAID
        if self.amount < 0:
            return DueState.CREDIT
        return DueState.OVERDUE if self.due_on < on else DueState.OPEN


@text_indexed("reference", "notes")
class Payment(models.Model):
    """Money received from (positive) or given back to (negative) a customer."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, related_name="payments", verbose_name=_("payer"))
    date = models.DateField(_("date"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    # What cash in hand differs by from the amount that was settled (R40).
    rounding = models.DecimalField(_("cash rounding"), max_digits=5, decimal_places=2, default=0)
    allocated = models.DecimalField(_("allocated"), max_digits=12, decimal_places=2, default=0)
    method = models.ForeignKey(PaymentMethod, models.PROTECT, related_name="+", verbose_name=_("method"))
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    notes = models.CharField(_("notes"), max_length=500, blank=True)
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True)
    # Given by the caller so that the same receipt sent twice is recorded once.
    key = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001 -- unique when present
    created_by = models.CharField(_("recorded by"), max_length=150)
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["company", "key"], name="payment_key_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="payment_is_not_zero"),
        ]
        indexes = [models.Index(fields=["company", "-date"]), models.Index(fields=["party", "-date"])]

    def __str__(self) -> str:
        return f"{self.party} {self.date:%d/%m/%Y} {self.amount}"

    @property
    def credit(self) -> Decimal:
        """What is not yet used: it stays to the customer's credit (R46)."""
        return self.amount - self.allocated

    @property
    def state(self) -> PaymentState:
        if self.cancelled_on is not None:
            return PaymentState.CANCELLED
        return PaymentState.UNUSED if self.credit else PaymentState.USED


class Allocation(models.Model):
    """A part of a payment, or of a credit note's own due date, that settles a due date."""

    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="allocations")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations", null=True)
    credit = models.ForeignKey(
        Instalment,
        models.PROTECT,
        related_name="used_by",
        null=True,
        verbose_name=_("credit note"),
    )
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    date = models.DateField(_("date"))
    created_by = models.CharField(max_length=150)

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            models.CheckConstraint(
                condition=Q(payment__isnull=False, credit__isnull=True)
                | Q(payment__isnull=True, credit__isnull=False),
                name="allocation_has_one_origin",
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="allocation_is_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.instalment}: {self.amount}"
