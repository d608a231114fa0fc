"""Certificates of personal services (services à la personne): what counts, what was certified, who waits."""

import secrets
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ronda.catalogue.models import Item
from ronda.company.models import Company, OutgoingMail
from ronda.countries.fr.data.personal_services import ACTIVITIES, MEANS
from ronda.parties.models import Party, PaymentMethod

__all__ = [
    "CertificateAmount",
    "CertificateCase",
    "CertificatePayment",
    "CertificateWork",
    "PersonalService",
    "ServiceMeans",
    "TaxCertificate",
]


def activity_choices() -> list[tuple[str, str]]:
    """Activities in the reader's language; what the law calls them is French."""
    language = (get_language() or "fr")[:2]
    return [(code, row.names.get(language, row.names["fr"])) for code, row in ACTIVITIES.items()]


MEANS_NAMES: dict[str, Any] = {
    "transfer": _("transfer"),
    "direct_debit": _("direct debit"),
    "card": _("card"),
    "cheque": _("cheque"),
    "cesu": _("CESU paid by the household"),
    "cesu_prefunded": _("prefunded CESU"),
    "apa": _("APA, paid to the firm"),
    "pch": _("PCH, paid to the firm"),
    "immediate_advance": _("immediate advance of the tax credit"),
    "cash": _("cash"),
    "offset": _("offset"),
}


def means_choices() -> list[tuple[str, Any]]:
    """Means of payment there is a rule for."""
    return [(row.means, MEANS_NAMES[row.means]) for row in MEANS]


class PersonalService(models.Model):
    """A service of the catalogue whose payments open the tax credit, and as which activity."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    item = models.OneToOneField(Item, models.CASCADE, related_name="+", verbose_name=_("service"))
    activity = models.CharField(_("activity"), max_length=20, choices=activity_choices)

    class Meta:
        verbose_name = _("personal service")
        verbose_name_plural = _("personal services")

    def __str__(self) -> str:
        return str(self.item)


class ServiceMeans(models.Model):
    """What a payment method is for the tax credit, where its code on e-invoices does not tell."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    method = models.OneToOneField(
        PaymentMethod, models.CASCADE, related_name="+", verbose_name=_("payment method")
    )
    means = models.CharField(_("counts as"), max_length=20, choices=means_choices)

    class Meta:
        verbose_name = _("means of payment of personal services")
        verbose_name_plural = _("means of payment of personal services")

    def __str__(self) -> str:
        return str(self.method)


def _amount(label: Any) -> Any:
    return models.DecimalField(label, max_digits=12, decimal_places=2, default=0)


class Figures(models.Model):
    """What was received: the household's own money, that of others, and what does not count. EUR with VAT."""

    own = _amount(_("paid by the household"))
    others = _amount(_("borne by others"))
    not_counted = _amount(_("not counted"))

    class Meta:
        abstract = True

    @property
    def received(self) -> Decimal:
        return self.own + self.others + self.not_counted


def hidden_path(certificate: "TaxCertificate", filename: str) -> str:
    """A name that cannot be guessed and says nothing of whose it is."""
    token = secrets.token_hex(16)
    return f"certificates/{certificate.company_id}/{certificate.year}/{token[:2]}/{token}.pdf"


class TaxCertificate(Figures):
    """One version of what was certified to a household for a year; never changed, only replaced (R44).

    `stated`: the firm, its declaration and the household as printed. `digest`: of the figures, as computed.
    """

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", db_index=False)
    party = models.ForeignKey(
        Party, models.PROTECT, related_name="tax_certificates", verbose_name=_("customer")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        related_name="replaced_by",
        null=True,
        blank=True,
        verbose_name=_("replaces the certificate"),
    )
    is_current = models.BooleanField(_("in force"), default=True)
    stated = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    file = models.FileField(_("file"), upload_to=hidden_path, max_length=200)
    sha256 = models.CharField(max_length=64)
    mail = models.ForeignKey(
        OutgoingMail, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("mail")
    )
    issued_on = models.DateField(_("issued on"))
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.CharField(_("issued by"), max_length=150)

    class Meta:
        verbose_name = _("tax certificate")
        verbose_name_plural = _("tax certificates")
        permissions = [("issue_taxcertificate", _("Can issue and send tax certificates"))]
        constraints = [
            models.UniqueConstraint(fields=["company", "party", "year", "version"], name="certificate_once"),
            models.UniqueConstraint(
                fields=["company", "party", "year"],
                condition=Q(is_current=True),
                name="one_certificate_in_force",
            ),
        ]
        indexes = [models.Index(fields=["company", "year"])]

    def __str__(self) -> str:
        return f"SAP-{self.year}-{self.party.code}-{self.version}"


class CertificateAmount(Figures):
    """What was received for one activity; its rows add up to the certificate."""

    certificate = models.ForeignKey(TaxCertificate, models.PROTECT, related_name="amounts")
    activity = models.CharField(_("activity"), max_length=20, choices=activity_choices)

    class Meta:
        verbose_name = _("activity of a tax certificate")
        verbose_name_plural = _("activities of tax certificates")
        constraints = [
            models.UniqueConstraint(fields=["certificate", "activity"], name="certificate_activity_once")
        ]

    def __str__(self) -> str:
        return self.get_activity_display()


class CertificatePayment(Figures):
    """A payment behind a certificate: its part for one document and activity."""

    certificate = models.ForeignKey(TaxCertificate, models.PROTECT, related_name="payments")
    paid_on = models.DateField(_("paid on"))
    payment = models.CharField(_("payment"), max_length=40)
    document = models.CharField(_("document"), max_length=40)
    activity = models.CharField(_("activity"), max_length=20, choices=activity_choices)
    means = models.CharField(_("means of payment"), max_length=20)

    class Meta:
        verbose_name = _("payment of a tax certificate")
        verbose_name_plural = _("payments of tax certificates")
        ordering = ["paid_on", "pk"]

    def __str__(self) -> str:
        return f"{self.document} {self.paid_on}"


class CertificateWork(models.Model):
    """The work behind a certificate by month, activity and person; without a name where it is not known."""

    certificate = models.ForeignKey(TaxCertificate, models.PROTECT, related_name="work")
    month = models.DateField(_("month"))
    activity = models.CharField(_("activity"), max_length=20, choices=activity_choices)
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    worker_number = models.CharField(_("identification number"), max_length=40, blank=True)
    visits = models.PositiveIntegerField(_("visits"), default=0)
    minutes = models.PositiveIntegerField(_("minutes"), default=0)
    prices = models.JSONField(_("hourly prices"), default=list, blank=True)

    class Meta:
        verbose_name = _("work of a tax certificate")
        verbose_name_plural = _("work of tax certificates")
        ordering = ["month", "activity", "worker", "pk"]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y} {self.worker}".strip()


class CertificateCase(Figures):
    """How a customer stands for a year: computed from the payments, rewritten when the year is prepared."""

    class State(models.TextChoices):
        READY = "ready", _("to issue")
        CHANGED = "changed", _("payments changed: to issue again")
        ISSUED = "issued", _("issued, agrees with the payments")
        NONE = "none", _("no certificate")

    class Reason(models.TextChoices):
        NOT_A_PERSON = "not_a_person", _("not a household")
        NOTHING_ELIGIBLE = "nothing_eligible", _("paid nothing for personal services")
        CASH = "cash", _("paid in cash only")
        MEANS = "means", _("paid by means that do not count")
        OTHERS = "others", _("all was borne by others")
        REFUNDED = "refunded", _("all was paid back")

    company = models.ForeignKey(Company, models.CASCADE, related_name="+", db_index=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="+", verbose_name=_("customer"))
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    reason = models.CharField(_("why not"), max_length=20, choices=Reason.choices, blank=True)
    not_eligible = _amount(_("paid for other services"))
    digest = models.CharField(max_length=64, blank=True)
    # Codes and texts of what a person should look at, as computed.
    warnings = models.JSONField(default=list, blank=True)
    # Why issuing it did not succeed the last time.
    problem = models.CharField(_("problem"), max_length=500, blank=True)
    certificate = models.ForeignKey(
        TaxCertificate,
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("certificate in force"),
    )
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("household's year")
        verbose_name_plural = _("households' years")
        constraints = [
            models.UniqueConstraint(fields=["company", "year", "party"], name="certificate_case_once"),
            models.CheckConstraint(condition=~Q(state="none", reason=""), name="no_certificate_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.year}"
