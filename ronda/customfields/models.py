"""Fields of a company's own, and one typed row for each value."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ronda.company.models import Company
from ronda.workspace.extra_values import DIGITS, KIND_LABELS, LONGEST, PLACES
from ronda.workspace.text_index import text_indexed


class CustomField(models.Model):
    """What a company wants to know of a kind of record besides what every company knows (P30)."""

    class Kind(models.TextChoices):
        TEXT = "text", KIND_LABELS["text"]
        NUMBER = "number", KIND_LABELS["number"]
        AMOUNT = "amount", KIND_LABELS["amount"]
        DATE = "date", KIND_LABELS["date"]
        YES_NO = "yes_no", KIND_LABELS["yes_no"]
        CHOICE = "choice", KIND_LABELS["choice"]
        LINK = "link", KIND_LABELS["link"]

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("company"))
    # The model, as "parties.party".
    on = models.CharField(_("belongs to"), max_length=60)
    code = models.SlugField(_("code"), max_length=30, db_index=False)
    label = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.TEXT)
    required = models.BooleanField(_("required"), default=False)
    hint = models.CharField(_("hint"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("place in the form"), default=10)
    in_list = models.BooleanField(_("shown in the list"), default=False)
    in_print = models.BooleanField(_("printed"), default=False)
    internal = models.BooleanField(_("may change after issue"), default=False)
    active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "on", "code"],
                name="custom_field_code_once",
                violation_error_message=_("Another field of these records has this code: choose another."),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class CustomChoice(models.Model):
    """One of the values of a list. Its label may change; what records hold is the row."""

    field = models.ForeignKey(
        CustomField, models.CASCADE, related_name="options", verbose_name=_("custom field")
    )
    code = models.SlugField(_("code"), max_length=40, db_index=False, blank=True)
    label = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("place"), default=0)
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        constraints = [
            models.UniqueConstraint(fields=["field", "code"], name="custom_choice_code_once"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def company_id(self) -> int:
        return self.field.company_id


@text_indexed("text")
class CustomValue(models.Model):
    """What one record holds in one field, in the column of the field's kind; yes is 1, no is 0."""

    field = models.ForeignKey(
        CustomField, models.CASCADE, related_name="held", db_index=False, verbose_name=_("custom field")
    )
    object_id = models.BigIntegerField(_("record"))
    text = models.CharField(_("text"), max_length=LONGEST, blank=True)
    number = models.DecimalField(_("number"), max_digits=DIGITS, decimal_places=PLACES, null=True)
    day = models.DateField(_("day"), null=True)
    # The database itself keeps a choice that records hold.
    choice = models.ForeignKey(
        CustomChoice, models.PROTECT, related_name="+", null=True, db_index=False, verbose_name=_("choice")
    )

    class Meta:
        verbose_name = _("value of a custom field")
        verbose_name_plural = _("values of custom fields")
        constraints = [
            models.UniqueConstraint(fields=["field", "object_id"], name="custom_value_once"),
            models.CheckConstraint(
                condition=~Q(text="")
                | Q(number__isnull=False)
                | Q(day__isnull=False)
                | Q(choice__isnull=False),
                name="custom_value_says_something",
            ),
        ]
        # The record last: a filter reads the index alone.
        indexes = [
            models.Index(
                fields=["field", "number", "object_id"],
                condition=Q(number__isnull=False),
                name="custom_value_number",
            ),
            models.Index(
                fields=["field", "day", "object_id"], condition=Q(day__isnull=False), name="custom_value_day"
            ),
            models.Index(
                fields=["choice", "object_id"], condition=Q(choice__isnull=False), name="custom_value_choice"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field_id}: {self.text or self.number or self.day or self.choice_id}"
