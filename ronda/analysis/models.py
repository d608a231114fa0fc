"""Figures computed in the background and shown until they are computed again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ronda.catalogue.models import Item
from ronda.company.models import Branch, Company


class Calculation(models.Model):
    """The latest figures of one kind of a company. One row per kind, made anew in place."""

    class Kind(models.TextChoices):
        BILLED = "billed", _("billed by month")
        TREND = "trend", _("trends of the contracts")
        FORECAST = "forecast", _("forecast")

    class State(models.TextChoices):
        WAITING = "waiting", _("being computed")
        DONE = "done", _("computed")

    company = models.ForeignKey(Company, models.CASCADE, related_name="+", verbose_name=_("company"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)
    # Part of the job's key: each request is work of its own.
    round = models.PositiveIntegerField(default=0)
    # The day the figures are of, and the instant their facts were read; empty before the first time.
    on = models.DateField(_("as of"), null=True, blank=True)
    made_at = models.DateTimeField(_("computed at"), null=True, blank=True)
    # Documents were issued since.
    stale = models.BooleanField(default=False)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("calculation")
        verbose_name_plural = _("calculations")
        constraints = [models.UniqueConstraint(fields=["company", "kind"], name="calculation_once")]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def job_key(self) -> str:
        return f"analysis:{self.pk}:{self.round}"


class Figure(models.Model):
    """A sum of one month for one branch, salesperson and service, so that pages can filter by adding up.

    Of trends there are rows of whole contracts too, without service: a contract with two services that
    loses one is smaller as a whole and lost for that service. All other rows are parts of one whole.
    """

    class Measure(models.TextChoices):
        """What is summed; people read the titles of tables instead."""

        INVOICES = "invoices"
        CREDITS = "credits"
        MRR = "mrr"
        NEW = "new"
        REACTIVATED = "reactivated"
        EXPANSION = "expansion"
        CONTRACTION = "contraction"
        LOST = "lost"
        YEARLY = "yearly"
        INVOICED = "invoiced"
        EARNED = "earned"

    calculation = models.ForeignKey(Calculation, models.CASCADE, related_name="figures")
    # The first day of the month.
    month = models.DateField(_("month"))
    measure = models.CharField(_("measure"), max_length=12, choices=Measure.choices)
    # Of yearly amounts, the letter of the frequency; else empty.
    rhythm = models.CharField(_("frequency"), max_length=8, blank=True)
    branch = models.ForeignKey(Branch, models.CASCADE, related_name="+", null=True, verbose_name=_("branch"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", null=True, verbose_name=_("salesperson")
    )
    item = models.ForeignKey(Item, models.CASCADE, related_name="+", null=True, verbose_name=_("service"))
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    # Contracts; of yearly amounts lines; of what was billed documents, in rows without amount.
    count = models.IntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        indexes = [models.Index(fields=["calculation", "measure", "month"])]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.month:%Y-%m}: {self.amount}"
