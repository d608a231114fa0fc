"""The log of operations: part of the screens of this app."""

import re
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ronda.company import options
from ronda.company.company_options import HistoryOptions
from ronda.company.models import (
    AuditEntry,
    Membership,
)
from ronda.company.wording import action_label, fact_name, kind_of_record, model_of, named_value
from ronda.workspace.context import title_of
from ronda.workspace.declare import (
    ChoiceFilter,
    Column,
    PickFilter,
    RangeFilter,
    Workspace,
    workspace_of,
)
from ronda.workspace.display import show_plain
from ronda.workspace.filters import FilterContext
from ronda.workspace.pages import DetailPage, ListPage

AREA = "settings"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
AMOUNT = re.compile(r"-?\d{1,12}\.\d{2,8}")


class PersonFilter(ChoiceFilter):
    """The people of the company, by user name."""

    def options(self, context: FilterContext) -> list[tuple[str, str]]:
        people = Membership.objects.filter(company=context.company).order_by("user__username")
        return [(name, name) for name in people.values_list("user__username", flat=True)]


class KindOfRecordFilter(ChoiceFilter):
    """The kinds of record that have a list, by the name of the list."""

    def options(self, context: FilterContext) -> list[tuple[str, str]]:
        kinds = {one.model._meta.label_lower: title_of(one) for one in reversed(list(context.registry))}
        return sorted(kinds.items(), key=lambda kind: kind[1].casefold())


def facts_in_words(entry: AuditEntry) -> str:
    """The facts of an entry: "name: Bianchi → Verdi; number: 7"."""
    named = ((fact_name(entry.subject_label, name), value) for name, value in entry.facts.items())
    return "; ".join(named_value(name, _fact(value)) for name, value in named)


def changes_of(entry: AuditEntry) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """(name, before, after) of what was changed, and (name, value) of the other facts, in words."""
    changed, others = [], []
    for name, value in entry.facts.items():
        label = fact_name(entry.subject_label, name)
        if isinstance(value, list) and len(value) == 2:
            changed.append((label, kept_in_words(value[0]) or "–", kept_in_words(value[1]) or "–"))
        else:
            others.append((label, kept_in_words(value)))
    return changed, others


class OperationPage(DetailPage):
    """One operation: what was there before and after it, and the way to its record."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entry = self.object
        changed, others = changes_of(entry)
        return super().get_context_data(
            changed=changed, others=others, record_url=self.record_url(entry), **kwargs
        )

    def record_url(self, entry: AuditEntry) -> str:
        """The address of the record, while it is there and this person may see it."""
        model = model_of(entry.subject_label)
        workspace = workspace_of(model) if model else None
        if workspace is None or not self.may(workspace.permission("view")):
            return ""
        there = workspace.records(self.request).filter(pk=entry.subject_pk).exists()
        return reverse(workspace.name("detail"), args=[entry.subject_pk]) if there else ""


def _fact(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:
        return f"{kept_in_words(value[0]) or '–'} → {kept_in_words(value[1]) or '–'}"
    return kept_in_words(value)


def kept_in_words(value: Any) -> str:
    """A fact as people read it: JSON keeps days and amounts as text, which is not how they write them."""
    if isinstance(value, list):
        return ", ".join(kept_in_words(one) for one in value)
    if isinstance(value, str) and DAY.fullmatch(value):
        with suppress(ValueError):
            return show_plain(date.fromisoformat(value))
    if isinstance(value, str) and AMOUNT.fullmatch(value):
        return show_plain(Decimal(value))
    return show_plain(value)


class OperationsPage(ListPage):
    """The list, and how long its entries stay (O2, O65)."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        company = getattr(self.request, "company", None)
        kept = options.read(HistoryOptions, company) if company is not None else HistoryOptions()
        return super().get_context_data(
            kept=kept, settings_url=f"{reverse('settings')}?group=history", **kwargs
        )


class Operations(Workspace):
    model = AuditEntry
    list_view = OperationsPage
    no_import = _("The operations log is written by operations only.")
    whole_company = True
    code, title = "operation", _("Operations log")
    area, icon, order_in_area = AREA, "history", 60
    columns = (
        Column("at", link=True),
        Column("actor"),
        Column("action", value=lambda entry: action_label(entry.action)),
        Column("subject_label", value=lambda entry: kind_of_record(entry.subject_label)),
        Column("subject_pk", kind="text"),
        Column("facts", value=facts_in_words, sort=False),
    )
    facts = (
        Column("at"),
        Column("actor"),
        Column("action", value=lambda entry: action_label(entry.action)),
        Column("subject_label", value=lambda entry: kind_of_record(entry.subject_label)),
        Column("subject_pk", kind="text"),
    )
    detail_view = OperationPage
    filters = (
        PersonFilter("actor"),
        RangeFilter("at"),
        KindOfRecordFilter("subject_label"),
        RangeFilter("subject_pk"),
        PickFilter(
            "what",
            _("Kind"),
            options={
                "forms": (_("Records saved"), Q(action__endswith=".added") | Q(action__endswith=".changed")),
                "billing": (_("Documents"), Q(action__startswith="billing.")),
                "payments": (_("Payments"), Q(action__startswith="payments.")),
                "contracts": (_("Contracts"), Q(action__startswith="contracts.")),
                "accounting": (_("Accounting"), Q(action__startswith="accounting.")),
                "settings": (
                    _("Settings and access"),
                    Q(action__startswith="company.") | Q(action__startswith="accounts."),
                ),
            },
        ),
    )
    search = ("action", "subject_label", "actor")
    order = ("-at", "-pk")
    may_add = False
    api = False
