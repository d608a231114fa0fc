"""Tables of the Italian pack: stamp report, declarations of intent, further data, metadata of SdI."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ronda.billing.models import Document
from ronda.company.models import Company
from ronda.countries.it.domain.extra_data import LONGEST_KIND, LONGEST_TEMPLATE, Template
from ronda.countries.it.domain.intents import Letter
from ronda.countries.it.domain.stamp_report import FIRST_YEAR, Choice
from ronda.parties.models import Party
from ronda.workspace.text_index import text_indexed

CENT = Decimal("0.01")


class StampChoice(models.Model):
    """A document that a person took out of list B of the stamp duty, or added to it."""

    class Decision(models.TextChoices):
        LEAVE_OUT = Choice.LEAVE_OUT.value, _("left out of list B")
        ADD = Choice.ADD.value, _("added to list B")

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    document = models.OneToOneField(
        Document, models.PROTECT, related_name="stamp_choice", verbose_name=_("document")
    )
    decision = models.CharField(_("decision"), max_length=3, choices=Decision.choices)
    reason = models.CharField(_("reason"), max_length=200)
    by = models.CharField(_("by"), max_length=150)
    at = models.DateTimeField(_("at"), auto_now=True)

    class Meta:
        verbose_name = _("choice for the stamp report")
        verbose_name_plural = _("choices for the stamp report")

    def __str__(self) -> str:
        return f"{self.document}: {self.get_decision_display()}"


class StampPayment(models.Model):
    """Stamp duty of a quarter that was paid."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(2199)]
    )
    quarter = models.PositiveSmallIntegerField(
        _("quarter"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    paid_on = models.DateField(_("paid on"))
    amount = models.DecimalField(
        _("amount"), max_digits=12, decimal_places=2, validators=[MinValueValidator(CENT)]
    )
    notes = models.CharField(_("notes"), max_length=200, blank=True)
    created_by = models.CharField(_("entered by"), max_length=150, blank=True, editable=False)

    class Meta:
        verbose_name = _("payment of stamp duty")
        verbose_name_plural = _("payments of stamp duty")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "year", "quarter", "paid_on"], name="stamp_payment_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(quarter__gte=1, quarter__lte=4), name="stamp_payment_of_a_quarter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quarter}/{self.year} – {self.paid_on:%d/%m/%Y}"


class LetterOfIntent(models.Model):
    """A declaration of intent of a customer: he is invoiced without VAT up to its ceiling."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    party = models.ForeignKey(
        Party, models.PROTECT, related_name="letters_of_intent", verbose_name=_("customer")
    )
    protocol = models.CharField(_("protocol and progressive number"), max_length=24)
    received_on = models.DateField(_("date of the receipt"))
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(2000), MaxValueValidator(2199)]
    )
    ceiling = models.DecimalField(
        _("ceiling"), max_digits=14, decimal_places=2, validators=[MinValueValidator(CENT)]
    )
    starts_on = models.DateField(_("valid from"))
    ends_on = models.DateField(_("valid to"))
    revoked_on = models.DateField(_("revoked from"), null=True, blank=True)
    notes = models.CharField(_("notes"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("declaration of intent")
        verbose_name_plural = _("declarations of intent")
        constraints = [
            models.UniqueConstraint(fields=["company", "protocol"], name="letter_of_intent_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="letter_of_intent_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index(fields=["party", "starts_on"], name="letters_of_a_customer")]

    def __str__(self) -> str:
        return self.protocol

    def as_fact(self, used: Decimal) -> Letter:
        """As the rules see it, with what was used of it."""
        return Letter(
            key=self.pk,
            received_on=self.received_on,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            ceiling=self.ceiling,
            used=used,
            revoked_on=self.revoked_on,
        )


class IntentUse(models.Model):
    """What an issued document takes from a declaration; negative for a credit note."""

    letter = models.ForeignKey(
        LetterOfIntent, models.PROTECT, related_name="uses", verbose_name=_("declaration of intent")
    )
    document = models.OneToOneField(
        Document, models.PROTECT, related_name="intent_use", verbose_name=_("document")
    )
    amount = models.DecimalField(_("net without VAT"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("use of a declaration of intent")
        verbose_name_plural = _("uses of declarations of intent")

    def __str__(self) -> str:
        return f"{self.document}: {self.amount}"

    @property
    def company_id(self) -> int:
        return self.letter.company_id


class ExtraData(models.Model):
    """Further data that stands on the lines of the files of a company, or of one customer of it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    party = models.ForeignKey(
        Party,
        models.CASCADE,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("only for the customer"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    # Named by whoever asks for it, such as CODCLI; agreed with the customer, not given by the law.
    kind = models.CharField(_("type of data"), max_length=LONGEST_KIND)
    text = models.CharField(_("text"), max_length=LONGEST_TEMPLATE, blank=True)
    number = models.CharField(_("number"), max_length=LONGEST_TEMPLATE, blank=True)
    day = models.CharField(_("date"), max_length=LONGEST_TEMPLATE, blank=True)
    first_line_only = models.BooleanField(_("only on the first line"), default=False)
    active = models.BooleanField(pgettext_lazy("further data", "in use"), default=True)

    class Meta:
        verbose_name = _("further data of e-invoices")
        verbose_name_plural = _("further data of e-invoices")
        indexes = [models.Index(fields=["company", "position"], name="extra_data_in_order")]

    def __str__(self) -> str:
        return self.kind

    @property
    def template(self) -> Template:
        return Template(self.kind, self.text, self.number, self.day, self.first_line_only)


@text_indexed("file_name", "sdi_id")
class SdiMetadata(models.Model):
    """What SdI says of an invoice it delivered to us (file MT); it comes before its invoice or after it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    sha256 = models.CharField(max_length=64)
    name = models.CharField(_("file"), max_length=120)
    sdi_id = models.CharField(_("identifier of SdI"), max_length=36)
    file_name = models.CharField(_("file of the invoice"), max_length=120, blank=True)
    # Without its extensions: invoice and metadata of the same file have it in common.
    stem = models.CharField(max_length=120, blank=True)
    invoice_sha256 = models.CharField(max_length=64, blank=True)
    recipient = models.CharField(_("recipient code"), max_length=7, blank=True)
    format = models.CharField(_("format"), max_length=10, blank=True)
    attempts = models.CharField(_("attempts of delivery"), max_length=4, blank=True)
    arrived_at = models.DateTimeField(_("arrived"))

    class Meta:
        verbose_name = _("metadata of SdI")
        verbose_name_plural = _("metadata of SdI")
        constraints = [models.UniqueConstraint(fields=["company", "sha256"], name="sdi_metadata_once")]
        indexes = [
            models.Index(fields=["company", "stem"], name="sdi_metadata_by_name"),
            models.Index(fields=["company", "invoice_sha256"], name="sdi_metadata_by_content"),
            models.Index(fields=["company", "-arrived_at", "-id"], name="sdi_metadata_by_arrival"),
        ]

    def __str__(self) -> str:
        return self.name
