"""List and detail pages from one declaration; ordinary Django views underneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.generic import DetailView, TemplateView

from ronda.workspace import views_kept
from ronda.workspace.context import title_of
from ronda.workspace.declare import Action, Column, Tab, Workspace
from ronda.workspace.display import Cell, cell, cells_of, fact_cell, heading, kind_of, shown
from ronda.workspace.display import badge as in_badge
from ronda.workspace.extra_screens import facts_of
from ronda.workspace.filters import RelationFilter, as_filter
from ronda.workspace.listing import Heading, Listing
from ronda.workspace.registry import badges_for, detail_url, registry, url_of
from ronda.workspace.tables import import_url
from ronda.workspace.visibility import sees_everything, visible_to


class GuardMixin(PermissionRequiredMixin):
    """Strangers go to the login page; people without the permission read 403."""

    request: HttpRequest

    def handle_no_permission(self) -> HttpResponse:  # type: ignore[override]
        if self.request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(self.request.get_full_path())


class PageMixin(GuardMixin):
    """A screen outside the workspaces: permission, area, title, breadcrumb and company in one place.

    `permission_required` is a full permission name; "" lets in everyone who is logged in.
    `breadcrumb` is a list of (label, url); `page_title` and `breadcrumb` may be methods' results too.
    """

    permission_required: Any = ""
    # A page with a permission is for people who see every customer, unless it narrows what it shows by
    # `visible_to` and says so here (S9). A page without one shows a person's own things.
    whole_company: ClassVar[bool] = True
    area: ClassVar[str] = ""
    page_title: ClassVar[Any] = ""
    breadcrumb: ClassVar[Any] = ()

    def has_permission(self) -> bool:
        if not self.request.user.is_authenticated:
            return False
        if self.shows_whole_company() and not sees_everything(self.request.user):
            return False
        return not self.permission_required or super().has_permission()

    @classmethod
    def shows_whole_company(cls) -> bool:
        return bool(cls.permission_required) and cls.whole_company

    @property
    def company(self) -> Any:
        """The company the person works in; without one there is nothing to show."""
        company = getattr(self.request, "company", None)
        if company is None:
            raise Http404
        return company

    def get_page_title(self) -> Any:
        return self.page_title

    def get_breadcrumb(self) -> Any:
        return self.breadcrumb

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = {"title": self.get_page_title(), "breadcrumb": self.get_breadcrumb(), "area": self.area}
        return super().get_context_data(**{**known, **kwargs})  # type: ignore[misc,no-any-return]


class Page(GuardMixin):
    """What the pages of a workspace share."""

    workspace: type[Workspace] = Workspace
    verb = "view"
    page = ""

    def get_permission_required(self) -> tuple[str]:
        return (self.workspace.permission(self.verb),)

    def get_queryset(self) -> QuerySet[Any]:
        return self.workspace.records(self.request)

    def get_template_names(self) -> list[str]:
        meta = self.workspace.model._meta
        own = f"{meta.app_label}/{self.workspace.base()}_{self.page}.html"
        return [own, f"{meta.app_label}/{meta.model_name}_{self.page}.html", f"workspace/{self.page}.html"]

    def may(self, verb: str) -> bool:
        """Whether the person has a verb's permission on this model (or a full permission)."""
        return bool(self.request.user.has_perm(self.workspace.permission(verb)))  # type: ignore[union-attr]

    def may_add(self) -> bool:
        return bool(self.workspace.form_class) and self.workspace.may_add and self.may("add")

    def tabs(self, record: Any) -> list[Tab]:
        """The record's tabs that this person may open."""
        return [tab for tab in self.workspace.all_tabs() if self.sees(tab, record)]

    def sees(self, tab: Tab, record: Any) -> bool:
        """A tab needs its permission, or the view permission of the rows it shows."""
        if tab.shown is not None and not tab.shown(record):
            return False
        user: Any = self.request.user
        if tab.permission:
            return bool(user.has_perm(tab.permission))
        if tab.rows is None:
            return True
        workspace = registry.of(tab.rows(record).model)
        return workspace is None or bool(user.has_perm(workspace.permission("view")))

    def count(self, tab: Tab, record: Any) -> int | None:
        return tab.count(record) if tab.count else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meta = self.workspace.model._meta
        known = {
            "workspace": self.workspace,
            "singular": meta.verbose_name,
            "plural": title_of(self.workspace),
            "list_url": reverse(self.workspace.name("list")),
            "may_add": self.may_add(),
            "may_change": self.may("change"),
            "add_name": self.workspace.name("add"),
            "create_label": self.workspace.create_label or _("New %(name)s") % {"name": meta.verbose_name},
        }
        return super().get_context_data(**{**known, **kwargs})  # type: ignore[misc,no-any-return]


def is_fragment(request: HttpRequest, target: str) -> bool:
    """Whether htmx asks for one region of the page only."""
    asked = request.headers.get("HX-Target", "")
    return request.headers.get("HX-Request") == "true" and asked.rpartition("#")[2] == target


class ListPage(Page, TemplateView):
    """A list with search, filters, columns, totals, saved views and ticked rows."""

    page = "list"

    def listing(self) -> Listing:
        return Listing(self.workspace, self.request, self.request.GET, today=timezone.localdate())

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.GET and (opening := views_kept.opening_query(self.workspace, request)):
            return HttpResponseRedirect(f"{request.path}?{opening}")
        if self.wants_totals_only():
            listing = self.listing()
            context = self.totals_context(listing, listing.headings())
            return TemplateResponse(request, "workspace/totals.html", context)
        response = self.render_to_response(self.get_context_data(**kwargs))
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def get_template_names(self) -> list[str]:
        if is_fragment(self.request, "listing"):
            meta = self.workspace.model._meta
            return [f"{meta.app_label}/{self.workspace.base()}_listing.html", "workspace/listing.html"]
        return super().get_template_names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listing = self.listing()
        headings = listing.headings()
        context = super().get_context_data(
            listing=listing,
            headings=headings,
            rows=self.rows(listing, headings),
            chips=[(chip, listing.without(chip.without)) for chip in listing.chips],
            without_search=listing.without(["q"]),
            query=listing.query(page=None),
            bulk_actions=self.bulk_actions(),
            empty_offer=empty_offer(self.workspace),
            **kwargs,
        )
        context |= self.totals_context(listing, headings)
        context["export_url"] = reverse(self.workspace.name("export")) if self.workspace.export else ""
        context["import_url"] = import_url(self.workspace, self.request)
        context["other_parameters"] = [
            (name, value)
            for name, values in listing.given.lists()
            for value in values
            if name not in {"cols", "page", "totals"}
        ]
        context["paging"] = self.paging(listing)
        context["column_choice"] = [
            (c.name, heading(c, self.workspace.model), c in listing.columns) for c in listing.all_columns
        ]
        context["kept_views"] = views_kept.menu(self.workspace, self.request)
        if not is_fragment(self.request, "listing"):
            context["controls"] = listing.controls()
            context["own_controls"] = listing.controls(own=True)
        return context

    def rows(self, listing: Listing, headings: list[Any]) -> list[tuple[str, str, str, list[Cell]]]:
        """Key, name, address and cells of each row of the page."""
        pattern = detail_url(self.workspace, 0)
        makers = [cells_of(head.column, self.workspace.model, head.label) for head in headings]
        found = []
        for record in listing.page:
            url = pattern.replace("/0/", f"/{record.pk}/")
            found.append((str(record.pk), str(record), url, [make(record, url) for make in makers]))
        return found

    def wants_totals_only(self) -> bool:
        """A long list asks for them once it is on the screen."""
        return bool(self.request.headers.get("HX-Request")) and "totals" in self.request.GET

    def totals_context(self, listing: Listing, headings: Sequence[Heading]) -> dict[str, Any]:
        """The foot of the list: its totals, or where to ask for them."""
        return {
            "has_totals": listing.totals_later or any(head.total is not None for head in headings),
            "totals_later": listing.query(totals=1) if listing.totals_later else "",
            "totals": [self.total(head) for head in headings],
            "list_url": reverse(self.workspace.name("list")),
            "bulk_actions": self.bulk_actions(),
        }

    def total(self, head: Any) -> tuple[Any, str, bool]:
        text = "" if head.total is None else shown_total(head.column, head.total, self.workspace)
        return text, head.label, head.numeric

    def bulk_actions(self) -> list[tuple[Action, str]]:
        return [
            (action, reverse(self.workspace.name(action.code)))
            for action in self.workspace.all_actions()
            if action.bulk and self.may(action.permission)
        ]

    def paging(self, listing: Listing) -> dict[str, Any]:
        """Links to other pages; the list says what it is out of."""
        number, pages = listing.number, listing.pages
        first = (number - 1) * listing.page_size + 1 if listing.count else 0
        near = (
            [n for n in range(1, pages + 1) if n in (1, pages) or abs(n - number) <= 2]
            if pages < 50
            else None
        )
        near = near or sorted({1, pages, *range(max(1, number - 2), min(pages, number + 2) + 1)})
        return {
            "number": number,
            "pages": pages,
            "first": first,
            "last": min(number * listing.page_size, listing.count),
            "count": listing.count,
            "previous": listing.query(page=number - 1) if number > 1 else "",
            "next": listing.query(page=number + 1) if number < pages else "",
            "links": [(n, listing.query(page=n), n == number) for n in near],
        }


def shown_total(column: Column, total: Any, workspace: type[Workspace]) -> Any:
    """A total in the format of its column."""
    kind = kind_of(column, workspace.model)
    bare = Column("total", value=lambda _record: total, kind=kind)  # type: ignore[arg-type]
    return shown(bare, None, kind)


class DetailPage(Page, DetailView):
    """A record: title, badges, actions, facts, and tabs loaded when they are opened."""

    page = "detail"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def get_template_names(self) -> list[str]:
        return ["workspace/tab.html"] if is_fragment(self.request, "tab") else super().get_template_names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        workspace, record = self.workspace, self.object
        tabs = self.tabs(record)
        open_code = self.request.GET.get("tab", "")
        open_tab = next((tab for tab in tabs if tab.code == open_code), None)
        may_edit = (
            bool(workspace.form_class)
            and self.may("change")
            and (workspace.may_edit is None or workspace.may_edit(record))
        )
        context = super().get_context_data(
            badges=self.badges(),
            facts=self.facts() if open_tab is None else [],
            extra_facts=self.extra_facts() if open_tab is None else [],
            tabs=[(tab, f"?tab={tab.code}", tab is open_tab, self.count(tab, record)) for tab in tabs],
            open_tab=open_tab,
            edit_url=reverse(workspace.name("edit"), args=[record.pk]) if may_edit else "",
            **kwargs,
        )
        context.update(self.action_context())
        if open_tab is not None:
            context.update(self.tab_context(open_tab))
        return context

    def badges(self) -> list[Any]:
        """The record's badges, beside its name."""
        model = self.workspace.model
        badges = [c for c in self.workspace.columns if kind_of(c, model) == "badge"]
        own = [found for c in badges if (found := shown(c, self.object, "badge"))]
        others = [told for badge in badges_for(model) if (told := badge(self.object))]
        return [*own, *(in_badge(text, colour) for text, colour in others)]

    def facts(self) -> list[Cell]:
        columns = self.workspace.facts if self.workspace.facts is not None else self.workspace.columns
        return [fact_cell(column, self.object, self.workspace.model) for column in columns]

    def extra_facts(self) -> list[Cell]:
        """What the company's own fields hold of the record."""
        return facts_of(self.object, getattr(getattr(self.request, "company", None), "pk", None))

    def action_context(self) -> dict[str, Any]:
        """One primary button; the other actions in a menu, the dangerous ones last."""
        possible = [
            (action, f"{reverse(self.workspace.name(action.code))}?id={self.object.pk}")
            for action in self.workspace.all_actions()
            if self.may(action.permission) and (action.enabled is None or action.enabled(self.object))
        ]
        primary = next((pair for pair in possible if pair[0].primary), None)
        rest = sorted((pair for pair in possible if pair is not primary), key=lambda pair: pair[0].danger)
        return {"primary_action": primary, "other_actions": rest}

    def tab_context(self, tab: Tab) -> dict[str, Any]:
        context = dict(tab.context(self.object)) if tab.context else {}
        if tab.rows is None:
            return context
        found = tab.rows(self.object)
        if not found.query.is_sliced:
            found = visible_to(found, self.request.user)
        size = self.workspace.page_size
        records = list(found[: size + 1])
        more = self.more_url(tab, found.model) if len(records) > size or tab.more else ""
        labels = [heading(column, found.model) for column in tab.columns]
        rows = [
            [
                cell(column, record, found.model, label, url_of(record))
                for column, label in zip(tab.columns, labels, strict=True)
            ]
            for record in records[:size]
        ]
        heads = [
            (label, kind_of(column, found.model) in {"money", "number"})
            for column, label in zip(tab.columns, labels, strict=True)
        ]
        add = tab.add(self.object) if tab.add else ""
        return {
            **context,
            "tab_heads": heads,
            "tab_rows": rows,
            "more_url": more,
            "add_url": add,
            "tab_plural": capfirst(str(found.model._meta.verbose_name_plural)),
            "cut": len(records) > size,
        }

    def more_url(self, tab: Tab, model: Any) -> str:
        """The whole list: the tab's own address, or the model's list filtered by this record."""
        if tab.more:
            return tab.more(self.object)
        workspace = registry.of(model)
        if workspace is None:
            return ""
        for one in workspace.filters:
            known = as_filter(model, one)
            if isinstance(known, RelationFilter):
                field = model._meta.get_field(known.name) if "__" not in known.name else None
                if field is not None and field.related_model is type(self.object):
                    return f"{reverse(workspace.name('list'))}?{known.name}={self.object.pk}"
        return ""


def empty_offer(workspace: type[Workspace]) -> tuple[str, str] | None:
    """What an empty list offers instead of a new record: a label and an address."""
    if workspace.empty_action is None:
        return None
    label, target = workspace.empty_action
    try:
        return str(label), reverse(target)
    except NoReverseMatch:
        return str(label), target
