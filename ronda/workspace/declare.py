"""The words screens are declared with. Nothing here runs a query or renders a page.

An app's `workspace.py` imports from this module only:

    class Parties(Workspace):
        model = Party
        area = "customers"
        columns = (Column("name", link=True), Column("balance", kind="money", total=True))
        filters = ("kind", RangeFilter("created_on"))
        search = ("name", "tax_id")
        form_class = PartyForm
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from django import forms
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from ronda.workspace.filters import (
    BoolFilter,
    ChoiceFilter,
    Filter,
    PickFilter,
    RangeFilter,
    RelationFilter,
)
from ronda.workspace.registry import (
    actions_for,
    add_action,
    add_tab,
    add_tab_to_all,
    register_area,
    register_page,
    tabs_for,
    workspace_of,
)
from ronda.workspace.visibility import narrow

__all__ = [
    "Action",
    "Area",
    "BoolFilter",
    "ChoiceFilter",
    "Column",
    "Filter",
    "Inline",
    "Page",
    "PickFilter",
    "RangeFilter",
    "RelationFilter",
    "Tab",
    "Workspace",
    "add_action",
    "add_tab",
    "add_tab_to_all",
    "register_area",
    "register_page",
    "workspace_of",
]

Kind = Literal["auto", "money", "number", "date", "datetime", "badge", "bool", "text", "link"]


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a list, of an export, of a tab, or one fact of a record's page.

    `name` is a field, an annotation, a property, or a path ("party__name"); `value` replaces it
    by a function of the record. `sort` is True (by `name`), False, or the look-up to sort by.
    A column with `default=False` is shown when a person chooses it. `badges` gives the colour of
    each value and makes the column a badge.
    """

    name: str
    label: Any = None
    link: bool = False
    total: bool = False
    kind: Kind = "auto"
    sort: bool | str = True
    default: bool = True
    value: Callable[[Any], Any] | None = None
    badges: Mapping[Any, str] | None = None


@dataclass(frozen=True, eq=False)
class Tab:
    """A part of a record's page, loaded when it is opened: rows of a query, or a template.

    `rows` and `context` get the record. `count` shows a number beside the label. `permission` is a
    full permission name; without one, rows of a model with a workspace need its view permission.
    `more` and `add` return the addresses of the whole list and of a new row. `shown` says of a record
    whether it has the tab at all.
    """

    code: str
    label: Any
    columns: Sequence[Column] = ()
    rows: Callable[[Any], QuerySet[Any]] | None = None
    template: str | None = None
    context: Callable[[Any], dict[str, Any]] | None = None
    count: Callable[[Any], int] | None = None
    permission: str | None = None
    more: Callable[[Any], str] | None = None
    add: Callable[[Any], str] | None = None
    empty_text: Any = None
    shown: Callable[[Any], bool] | None = None


@dataclass(frozen=True, eq=False)
class Action:
    """A button that runs a service on one record, or on each of the ticked ones.

    `run(record, *, by, **cleaned_data_of_form)` gets `confirmed=frozenset(codes)` as well once the
    person has answered a question. What it returns is told to the person: a text is shown, a record
    is linked, a response (a file to download, for one record) is sent as it is.
    `permission` is a verb of the model ("change") or a full name ("billing.issue_document").
    `initial(record)` fills the form; it gets None when there are several records.
    With `together` the service gets the list of all records in one call, and may answer with a file.
    """

    code: str
    label: Any
    run: Callable[..., Any]
    form: type[forms.Form] | None = None
    bulk: bool = True
    permission: str = "change"
    danger: bool = False
    primary: bool = False
    enabled: Callable[[Any], bool] | None = None
    initial: Callable[[Any], dict[str, Any]] | None = None
    help_text: Any = None
    together: bool = False


@dataclass(frozen=True, eq=False)
class Inline:
    """Rows edited inside the form of their parent. `fk` is needed when there are two foreign keys.

    With `by_service` the workspace's `save` writes them, from `form.inlines[code]` (a validated formset).
    `rows` returns the rows that may be edited at all; without it all of them may.
    """

    model: type[models.Model]
    form: type[forms.ModelForm]
    fk: str | None = None
    code: str = ""
    label: Any = None
    extra: int = 0
    min_num: int = 0
    max_num: int = 200
    by_service: bool = False
    rows: Callable[[], QuerySet[Any]] | None = None

    @property
    def name(self) -> str:
        return self.code or str(self.model._meta.model_name)


@dataclass(frozen=True)
class Area:
    """A heading of the navigation."""

    code: str
    label: Any
    icon: str = ""
    order: int = 100


@dataclass(frozen=True)
class Page:
    """A screen outside the workspaces, as navigation and palette know it.

    `permission` is a full name, or "" for everyone who is logged in. `keywords` are further words
    the palette finds it by. `countries`: only firms there have it; none named: all firms.
    """

    code: str
    label: Any
    url_name: str
    area: str
    icon: str = ""
    permission: str = ""
    keywords: Sequence[Any] = field(default=())
    order: int = 100
    in_navigation: bool = True
    countries: frozenset[str] = frozenset()


class Workspace:
    """List, detail, form, actions, export and API of one model. A declaration: never instantiated."""

    model: ClassVar[type[models.Model]]
    code: ClassVar[str] = ""
    area: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    order_in_area: ClassVar[int] = 50
    title: ClassVar[Any] = None
    in_navigation: ClassVar[bool] = True
    # Only firms in these countries have such records; none named: all firms.
    countries: ClassVar[frozenset[str]] = frozenset()

    columns: ClassVar[Sequence[Column]] = ()
    facts: ClassVar[Sequence[Column] | None] = None
    filters: ClassVar[Sequence[Filter | str]] = ()
    search: ClassVar[Sequence[str]] = ()
    related: ClassVar[Sequence[str]] = ()
    prefetch: ClassVar[Sequence[Any]] = ()
    company_path: ClassVar[str | None] = "company"
    # Row visibility (ronda/workspace/visibility.py): the path to the customer a record hangs on, or several,
    # of which one is set; whose it is while it has none; or that the records mix customers, and are only
    # for people who see all of them.
    customer_path: ClassVar[str | tuple[str, ...] | None] = None
    owner_path: ClassVar[str | None] = None
    whole_company: ClassVar[bool] = False
    # Other fields of a form that narrow the choice of these records: parameter of the look-up to path.
    narrowed_by: ClassVar[Mapping[str, str]] = {}
    order: ClassVar[Sequence[str]] = ("-pk",)
    page_size: ClassVar[int] = 50

    form_class: ClassVar[type[forms.ModelForm] | None] = None
    inlines: ClassVar[Sequence[Inline]] = ()
    save: ClassVar[Callable[..., Any] | None] = None
    may_add: ClassVar[bool] = True
    may_edit: ClassVar[Callable[[Any], bool] | None] = None
    actions: ClassVar[Sequence[Action]] = ()
    tabs: ClassVar[Sequence[Tab]] = ()

    api: ClassVar[bool] = True
    api_fields: ClassVar[Sequence[str] | None] = None
    export: ClassVar[bool] = True
    # Imports (ronda/company/imports): the form fields a known record is found by, unless they are those of
    # its unique constraint; or why its records come from no table.
    import_key: ClassVar[Sequence[str]] = ()
    no_import: ClassVar[Any] = ""

    create_label: ClassVar[Any] = None
    empty_text: ClassVar[Any] = None
    empty_action: ClassVar[tuple[Any, str] | None] = None

    list_view: ClassVar[type[Any] | None] = None
    detail_view: ClassVar[type[Any] | None] = None
    add_view: ClassVar[type[Any] | None] = None
    edit_view: ClassVar[type[Any] | None] = None
    action_view: ClassVar[type[Any] | None] = None

    @classmethod
    def base(cls) -> str:
        """The first part of every URL and URL name: the model's name unless `code` says otherwise."""
        return cls.code or str(cls.model._meta.model_name)

    @classmethod
    def scope(cls) -> str:
        """What a token's scope names: the area, or the app of what stands in none."""
        return cls.area or cls.model._meta.app_label

    @classmethod
    def name(cls, page: str) -> str:
        """The URL name of a page: `list`, `detail`, `add`, `edit`, `export` or an action's code."""
        return f"{cls.base()}-{page}"

    @classmethod
    def permission(cls, verb: str) -> str:
        """Django's permission for `view`, `add` or `change`; a full name is returned as it is."""
        if "." in verb:
            return verb
        return f"{cls.model._meta.app_label}.{verb}_{cls.model._meta.model_name}"

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        """The records this person may see in the company they work in; override to narrow or annotate."""
        records: QuerySet[Any] = cls.model._default_manager.all()
        if cls.company_path:
            company = getattr(request, "company", None)
            if company is None or (cls.countries and company.country not in cls.countries):
                return records.none()
            records = records.filter(**{cls.company_path: company})
        records = narrow(records, cls, request.user)
        if cls.related:
            records = records.select_related(*cls.related)
        if cls.prefetch:
            records = records.prefetch_related(*cls.prefetch)
        return records.order_by(*cls.order)

    @classmethod
    def all_tabs(cls) -> list[Tab]:
        """Own tabs, those other apps put on this model, those every record has."""
        return [*cls.tabs, *tabs_for(cls.model)]

    @classmethod
    def action(cls, code: str) -> Action | None:
        return next((action for action in cls.all_actions() if action.code == code), None)

    @classmethod
    def all_actions(cls) -> list[Action]:
        """Own actions, then those other apps put on this model."""
        return [*cls.actions, *actions_for(cls.model)]
