"""The settings page of custom fields."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ronda.customfields.forms import ChoiceRow, CustomFieldForm, kinds_of_record
from ronda.customfields.models import CustomChoice, CustomField, CustomValue
from ronda.customfields.services import save_field, switch
from ronda.workspace.declare import (
    Action,
    BoolFilter,
    ChoiceFilter,
    Column,
    Inline,
    Tab,
    Workspace,
)
from ronda.workspace.filters import FilterContext

KIND_COLOURS = {
    CustomField.Kind.TEXT: "gray",
    CustomField.Kind.NUMBER: "blue",
    CustomField.Kind.AMOUNT: "green",
    CustomField.Kind.DATE: "violet",
    CustomField.Kind.YES_NO: "teal",
    CustomField.Kind.CHOICE: "orange",
    CustomField.Kind.LINK: "pink",
}


class RecordsFilter(ChoiceFilter):
    """The kinds of record fields are put on."""

    def options(self, context: FilterContext) -> list[tuple[str, str]]:
        return kinds_of_record()


def records_of(field: CustomField) -> str:
    """ "Customers": the records the field belongs to."""
    return dict(kinds_of_record()).get(field.on, field.on)


def switch_off(field: CustomField, *, by: str) -> CustomField:
    return switch(field, on=False, by=by)


def switch_on(field: CustomField, *, by: str) -> CustomField:
    return switch(field, on=True, by=by)


class CustomFields(Workspace):
    """What the company wants to know of its records besides the fields that every company has (P30)."""

    model = CustomField
    area, icon, order_in_area = "settings", "layers", 45
    columns = (
        Column("label", link=True),
        Column("on", value=records_of, sort="on"),
        Column("kind", badges=KIND_COLOURS),
        Column("filled", _("filled in"), kind="number"),
        Column("required"),
        Column("in_list"),
        Column("in_print"),
        Column("code", default=False),
        Column("position", default=False),
        Column("internal", default=False),
        Column("active"),
    )
    facts = (
        Column("on", value=records_of),
        Column("kind", kind="text"),
        Column("code"),
        Column("hint"),
        Column("required"),
        Column("in_list"),
        Column("in_print"),
        Column("internal"),
        Column("position"),
        Column("filled", _("filled in"), kind="number"),
        Column("active"),
    )
    filters = (RecordsFilter("on"), ChoiceFilter("kind"), BoolFilter("active"))
    search = ("label", "code")
    order = ("on", "position", "pk")
    form_class = CustomFieldForm
    inlines = (Inline(CustomChoice, ChoiceRow, label=_("Choices of the list"), extra=0, by_service=True),)
    save = save_field
    actions = (
        Action(
            "switch-on",
            _("Use again"),
            switch_on,
            enabled=lambda field: not field.active,
            help_text=_("The values are as they were when it was switched off."),
        ),
        Action(
            "switch-off",
            _("Switch off"),
            switch_off,
            danger=True,
            enabled=lambda field: field.active,
            help_text=_("The field disappears from forms, lists and prints. Its values are kept."),
        ),
    )
    tabs = (
        Tab(
            "choices",
            _("Choices"),
            (Column("label"), Column("code"), Column("active")),
            rows=lambda field: field.options.order_by("position", "pk"),
            count=lambda field: field.options.count(),
            empty_text=_("Only fields of the kind “one of a list” have choices."),
        ),
    )
    create_label = _("New custom field")
    empty_text = _("A boiler number, the day a certificate ends, who has the keys: what you want to know.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        held = CustomValue.objects.filter(field=OuterRef("pk")).order_by().values("field")
        filled = Coalesce(Subquery(held.annotate(n=Count("pk")).values("n")), 0)
        return super().records(request).annotate(filled=filled)


WORKSPACES = [CustomFields]
