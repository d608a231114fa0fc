"""One list as asked for: search, filters, order, columns, page and totals of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, QuerySet, Sum, Window
from django.http import HttpRequest, QueryDict

from ronda.workspace import extra_screens, extras
from ronda.workspace.display import heading, kind_of
from ronda.workspace.filters import Chip, Filter, FilterContext, as_filter
from ronda.workspace.paths import field_at
from ronda.workspace.registry import registry
from ronda.workspace.search import search

if TYPE_CHECKING:
    from ronda.workspace.declare import Column, Workspace

LARGEST_PAGE = 500
# Longer lists show their totals a moment later: adding up would cost more than the page itself.
LATER_FROM = 20_000


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column: its sort link, and the total of the whole filtered list in the foot."""

    column: Column
    label: str
    numeric: bool
    sort_query: str
    direction: str
    total: Any = None


class Listing:
    """The rows of a workspace narrowed by parameters; every page, export, action and API list is one."""

    def __init__(
        self, workspace: type[Workspace], request: HttpRequest, given: QueryDict, *, today: date
    ) -> None:
        self.workspace = workspace
        self.model = workspace.model
        self.given = given
        self.context = FilterContext(self.model, getattr(request, "company", None), today, registry, request)
        self.extra_fields = extras.fields_of(self.model, self.company_id)
        self.records = self._with_sort_value(workspace.records(request))
        self.all_columns: list[Column] = [*workspace.columns, *extra_screens.columns_of(self.extra_fields)]
        self.filters: list[Filter] = [
            *(as_filter(self.model, one) for one in workspace.filters),
            *extra_screens.filters_of(self.extra_fields),
        ]

    @property
    def company_id(self) -> int | None:
        return getattr(self.context.company, "pk", None)

    @property
    def text(self) -> str:
        return self.given.get("q", "").strip()[:100].replace("\x00", "")

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The filtered rows in order."""
        beside = extra_screens.searched(self.extra_fields)
        rows = search(self.records, self.workspace.search, self.text, beside)
        for one in self.filters:
            rows = one.apply(rows, self.given, self.context)
        return rows.order_by(*self.order)

    def _with_sort_value(self, records: QuerySet[Any]) -> QuerySet[Any]:
        """With the value of the extra field that the list is sorted by."""
        asked = self.given.get("sort", "").removeprefix("-")
        field = next((field for field in self.extra_fields if field.key == asked), None)
        return records if field is None else records.annotate(**{f"by_{asked}": extras.sort_value(field)})

    @cached_property
    def order(self) -> list[Any]:
        """The order asked for, then the declared one, then the key: pages neither repeat nor skip rows."""
        asked = self.given.get("sort", "")
        column = next((c for c in self.all_columns if c.name == asked.removeprefix("-")), None)
        lookup = self.sort_lookup(column) if column else None
        order: list[Any] = list(self.workspace.order)
        if lookup and lookup.startswith(f"by_{extras.PREFIX}"):  # records without a value come last
            by = F(lookup)
            order.insert(0, by.desc(nulls_last=True) if asked.startswith("-") else by.asc(nulls_last=True))
        elif lookup:
            order.insert(0, f"-{lookup}" if asked.startswith("-") else lookup)
        if not {"pk", "-pk", "id", "-id"} & set(order):
            order.append("-pk")
        return order

    def sort_lookup(self, column: Column) -> str | None:
        """What a column sorts by; None when the database does not know it."""
        if isinstance(column.sort, str):
            return column.sort
        if column.name.startswith(extras.PREFIX):
            return f"by_{column.name}"
        if not column.sort or column.value is not None:
            return None
        known = field_at(self.model, column.name) is not None or column.name in self.records.query.annotations
        return column.name if known else None

    @cached_property
    def columns(self) -> list[Column]:
        """The columns asked for, else those shown by default."""
        asked = {name for given in self.given.getlist("cols") for name in given.split(",")}
        chosen = [c for c in self.all_columns if c.name in asked]
        return chosen or [c for c in self.all_columns if c.default]

    @property
    def asked_columns(self) -> list[str]:
        """The columns as the address names them, kept while filters change."""
        return self.given.getlist("cols")

    @cached_property
    def summed(self) -> list[str]:
        """Columns whose total stands in the foot: of those shown, for each sum is paid for at every page."""
        return [c.name for c in self.columns if c.total and c.value is None]

    @cached_property
    def found(self) -> tuple[int, dict[str, Any], list[Any]] | None:
        """Count, totals and keys of the page of a search, from one pass over what it finds.

        None without a search, and when the page asked for is beyond the last one.
        """
        if not self.text:
            return None
        over = {f"sum_{n}": Window(Sum(name)) for n, name in enumerate(self.summed)}
        start = (self._asked_number - 1) * self.page_size
        found = list(
            self.rows.annotate(rows_count=Window(Count("pk")), **over).values("pk", "rows_count", *over)[
                start : start + self.page_size
            ]
        )
        if found:
            return found[0]["rows_count"], self._named(found[0]), [row["pk"] for row in found]
        return None if start else (0, {}, [])

    @cached_property
    def totals(self) -> dict[str, Any]:
        """The sums of the columns shown over the whole filtered list; empty when they are asked for later."""
        if self.found is not None:
            return self.found[1]
        if not self.summed or self.totals_later:
            return {}
        sums = {f"sum_{n}": Sum(name) for n, name in enumerate(self.summed)}
        return self._named(self.rows.order_by().aggregate(**sums))

    @property
    def totals_later(self) -> bool:
        """Whether the page leaves the totals to a request of their own."""
        return bool(self.summed) and self.found is None and self.count > LATER_FROM and not self.with_totals

    @property
    def with_totals(self) -> bool:
        """Whether they are asked for whatever they cost."""
        return "totals" in self.given

    def _named(self, found: dict[str, Any]) -> dict[str, Any]:
        return {name: found.get(f"sum_{n}") for n, name in enumerate(self.summed)}

    @cached_property
    def count(self) -> int:
        """How many rows the whole filtered list has."""
        return self.found[0] if self.found is not None else self.rows.order_by().count()

    @cached_property
    def page_size(self) -> int:
        asked = self.given.get("page_size", "")
        size = int(asked) if asked.isdecimal() and len(asked) < 5 else self.workspace.page_size
        return min(max(size, 1), LARGEST_PAGE)

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self.page_size))

    @cached_property
    def number(self) -> int:
        """The page shown; numbers beyond the last one show the last."""
        return min(self._asked_number, self.pages)

    @property
    def _asked_number(self) -> int:
        asked = self.given.get("page", "1")
        return max(int(asked), 1) if asked.isdecimal() and len(asked) < 12 else 1

    @cached_property
    def page(self) -> list[Any]:
        """The rows of the page, with the extra fields that are shown."""
        rows = self._page()
        self.hold(rows)
        return rows

    def stream(self, chunk: int) -> Iterator[Any]:
        """All rows, never more than `chunk` of them at a time, with the extra fields that are shown."""
        rows = self.rows.iterator(chunk_size=chunk)
        while some := list(islice(rows, chunk)):
            self.hold(some)
            yield from some

    def hold(self, rows: list[Any]) -> None:
        """Read the values of the extra fields that are shown: one query for all these rows."""
        shown = {column.name for column in self.columns}
        fields = [field for field in self.extra_fields if field.key in shown]
        if self.company_id is not None:
            extras.hold(rows, fields, self.company_id)

    def _page(self) -> list[Any]:
        """In one statement: keys first, so that rows skipped over are never joined."""
        if not self.count:
            return []
        if self.found is not None:
            return list(self.records.filter(pk__in=self.found[2]).order_by(*self.order))
        start = (self.number - 1) * self.page_size
        end = min(start + self.page_size, self.count)
        keys = self.rows.values("pk")
        if start > self.count // 2:  # nearer to the end: count from there
            keys = keys.reverse()[self.count - end : self.count - start]
        else:
            keys = keys[start:end]
        return list(self.records.filter(pk__in=keys).order_by(*self.order))

    @cached_property
    def chips(self) -> list[Chip]:
        return [chip for one in self.filters for chip in one.chips(self.given, self.context)]

    @property
    def narrowed(self) -> bool:
        return bool(self.text or self.chips)

    def controls(self, *, own: bool = False) -> list[dict[str, Any]]:
        """What the declared filters need to be drawn; with `own` those of the company's own fields."""
        keys = {field.key for field in self.extra_fields}
        wanted = [one for one in self.filters if (one.name in keys) is own]
        return [one.control(self.given, self.context) for one in wanted]

    @property
    def narrowed_by_own(self) -> bool:
        """Whether a filter of the company's own fields is in use."""
        keys = {field.key for field in self.extra_fields}
        return any(one.chips(self.given, self.context) for one in self.filters if one.name in keys)

    def headings(self) -> list[Heading]:
        sums = self.totals
        asked = self.given.get("sort", "")
        return [self._heading(column, asked, sums.get(column.name)) for column in self.columns]

    def _heading(self, column: Column, asked: str, total: Any) -> Heading:
        lookup = self.sort_lookup(column)
        direction = ""
        if asked.removeprefix("-") == column.name:
            direction = "descending" if asked.startswith("-") else "ascending"
        flipped = f"-{column.name}" if direction == "ascending" else column.name
        kind = kind_of(column, self.model)
        return Heading(
            column,
            heading(column, self.model),
            kind in {"money", "number"},
            self.query(sort=flipped, page=None) if lookup else "",
            direction,
            total,
        )

    def query(self, **changes: Any) -> str:
        """The list's parameters with some of them replaced (None drops one), ready for a link."""
        given = self.given.copy()
        given.pop("totals", None)
        for name in [name for name, values in given.lists() if not any(values) and name != "view"]:
            given.pop(name)
        for name, value in changes.items():
            given.pop(name, None)
            if value is not None:
                given[name] = str(value)

        return given.urlencode()

    def without(self, names: Iterable[str]) -> str:
        """The list's parameters without some of them; removing a filter goes back to the first page."""
        return self.query(page=None, **dict.fromkeys(names))
