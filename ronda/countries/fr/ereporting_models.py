"""Reports of a French firm to its tax administration (flux 10), and the statuses it tells (CDAR)."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ronda.billing.models import Document
from ronda.company.models import Company
from ronda.countries.fr.data.ereporting import Kind
from ronda.countries.fr.data.lifecycle import name_of
from ronda.einvoices.models import KeptFile
from ronda.kernel.periods import Period
from ronda.purchases.models import SupplierInvoice

__all__ = ["EReport", "EReportEntry", "InvoiceStatus", "OutgoingState"]


class OutgoingState(models.TextChoices):
    """How a file that is told to the platform stands."""

    DRAFT = "draft", pgettext_lazy("report", "to be corrected")
    NOTHING = "nothing", pgettext_lazy("report", "nothing to report")
    READY = "ready", pgettext_lazy("report", "ready to send")
    QUEUED = "queued", pgettext_lazy("report", "being sent")
    FAILED = "failed", pgettext_lazy("report", "not handed over")
    SENT = "sent", pgettext_lazy("report", "sent")
    ANSWERED = "answered", pgettext_lazy("report", "taken by the platform")
    REJECTED = "rejected", pgettext_lazy("report", "rejected")
    AGAIN = "again", pgettext_lazy("status", "rejected and told again")


class OutgoingFile(models.Model):
    """What a file on its way to the platform and back has in common, whatever it says."""

    kept = models.OneToOneField(
        KeptFile, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("file")
    )
    file_name = models.CharField(_("file name"), max_length=64, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=OutgoingState.choices, default=OutgoingState.READY
    )
    # Why the channel or the platform did not take it.
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField(_("prepared at"))
    made_by = models.CharField(_("prepared by"), max_length=150, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_unsent(self) -> bool:
        """Whether it can be handed over: it is ready, or the channel did not take it."""
        return self.state in (OutgoingState.READY, OutgoingState.FAILED)


class EReport(OutgoingFile):
    """One version of what is reported of one period: the first (IN), or the one that replaces it (RE)."""

    class Kind(models.TextChoices):
        TRANSACTIONS = Kind.TRANSACTIONS.value, pgettext_lazy("report", "sales")
        PAYMENTS = Kind.PAYMENTS.value, pgettext_lazy("report", "payments received")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    opens_on = models.DateField(_("may be sent from"))
    due_on = models.DateField(_("to be sent by"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    type_code = models.CharField(_("type"), max_length=2, blank=True)
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="replaced_by",
        null=True,
        blank=True,
        verbose_name=pgettext_lazy("report", "replaces"),
    )
    # SHA-256 of what it says without heading: by it a change is recognised.
    digest = models.CharField(max_length=64, blank=True)
    figures = models.JSONField(_("figures"), default=dict, blank=True)
    # [code, text, remedy, whether it stops the report] of each rule that is not kept.
    findings = models.JSONField(_("findings"), default=list, blank=True)

    class Meta:
        verbose_name = _("report to the tax administration")
        verbose_name_plural = _("reports to the tax administration")
        permissions = [("send_ereport", _("Can send reports to the tax administration"))]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "starts_on", "version"], name="ereport_version_once"
            ),
            # Only one at a time is on its way; the others were answered.
            models.UniqueConstraint(
                fields=["company", "kind", "starts_on"],
                condition=~Q(state__in=("answered", "rejected")),
                name="one_open_ereport",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="ereport_of_days"),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "nothing")) | Q(kept__isnull=False),
                name="written_ereport_has_a_file",
            ),
        ]
        indexes = [models.Index(fields=["company", "state", "due_on"], name="ereports_by_due_day")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_on:%d/%m/%Y} – {self.ends_on:%d/%m/%Y}"

    @property
    def period(self) -> Period:
        return Period.closed(self.starts_on, self.ends_on)

    def is_late(self, on: date) -> bool:
        """Whether something of it is still to be sent after its last day."""
        unsent = (OutgoingState.DRAFT, OutgoingState.READY, OutgoingState.QUEUED, OutgoingState.FAILED)
        return self.due_on < on and (self.state in unsent or self.state == OutgoingState.REJECTED)


class EReportEntry(models.Model):
    """What one document contributes to one figure of a report: the derivation of the report."""

    class Flow(models.TextChoices):
        UNIT_SALE = "10.1", _("invoice to a business abroad (10.1)")
        UNIT_RECEIPT = "10.2", _("receipt of an invoice abroad (10.2)")
        DAILY_SALES = "10.3", _("sales to consumers (10.3)")
        DAILY_RECEIPTS = "10.4", _("receipts from consumers (10.4)")
        LEFT_OUT = "none", _("not reported by law")

    report = models.ForeignKey(EReport, models.CASCADE, related_name="entries")
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="+", verbose_name=_("document"), db_index=False
    )
    flow = models.CharField(_("part of the report"), max_length=4, choices=Flow.choices)
    on = models.DateField(_("date"))
    category = models.CharField(_("category"), max_length=4, blank=True)
    tax_due = models.CharField(max_length=2, blank=True)
    rate = models.DecimalField(_("VAT %"), max_digits=5, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    # The base of sales; of receipts what came in, VAT included.
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    vat = models.DecimalField(_("VAT"), max_digits=14, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("entry of a report")
        verbose_name_plural = _("entries of reports")
        indexes = [models.Index(fields=["document"], name="ereport_entries_of_a_document")]

    def __str__(self) -> str:
        return f"{self.flow} {self.on:%d/%m/%Y} {self.amount}"

    @property
    def company_id(self) -> int:
        return self.report.company_id


class InvoiceStatus(OutgoingFile):
    """A status that we tell of an invoice, issued or received, or hear of a received one; never changed."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("document")
    )
    invoice = models.ForeignKey(
        SupplierInvoice,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("supplier's invoice"),
    )
    status = models.CharField(_("status"), max_length=3)
    heard = models.BooleanField(_("told by the other side"), default=False)
    message = models.CharField(max_length=120)
    at = models.DateTimeField(_("moment"))
    # [code, text, action, remark] of each reason; [rate, amount] of each part of money.
    reasons = models.JSONField(_("reasons"), default=list, blank=True)
    collected = models.JSONField(_("collected"), default=list, blank=True)

    class Meta:
        verbose_name = _("status of an invoice")
        verbose_name_plural = _("statuses of invoices")
        permissions = [("tell_invoicestatus", _("Can tell statuses of invoices"))]
        constraints = [
            models.UniqueConstraint(fields=["company", "message", "heard"], name="invoice_status_once"),
            models.CheckConstraint(
                condition=Q(document__isnull=False, invoice__isnull=True)
                | Q(document__isnull=True, invoice__isnull=False),
                name="status_of_one_invoice",
            ),
        ]
        indexes = [models.Index(fields=["company", "state"], name="statuses_by_state")]

    def __str__(self) -> str:
        return f"{self.status} {name_of(self.status, 'fr')}"
