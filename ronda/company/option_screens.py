"""The page of all options: where each value comes from, who changed it, and the search."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from ronda.company import options
from ronda.company.domain.nearest import DEFAULT, Found
from ronda.company.models import AuditEntry, Branch, Company, Workstation
from ronda.company.options import BRANCH, COMPANY, INSTALLATION, WORKSTATION, Place
from ronda.company.services import reset_option, save_options
from ronda.kernel.errors import Refusal
from ronda.workspace.display import show_plain
from ronda.workspace.fields import dress
from ronda.workspace.pages import PageMixin

CHANGES_READ = 500
PREFIX = "company.options."


@dataclass(frozen=True, slots=True)
class Desk:
    """The place whose options are shown, with its records; without a company the installation."""

    company: Company | None
    branch: Branch | None = None
    workstation: Workstation | None = None

    @property
    def place(self) -> Place:
        return options.place_of(self.company, self.branch, self.workstation)

    @property
    def parent(self) -> Place:
        """What the place inherits from; the installation inherits from nothing but itself."""
        company, branch, _workstation = self.place
        if self.workstation:
            return Place(company, branch)
        return Place(company) if self.branch else Place()

    @property
    def key(self) -> str:
        """As the address of the page names it."""
        if self.workstation:
            return f"{WORKSTATION}-{self.workstation.pk}"
        if self.branch:
            return f"{BRANCH}-{self.branch.pk}"
        return "" if self.company else INSTALLATION

    @property
    def where(self) -> dict[str, Any]:
        """The place as the services take it."""
        return {"branch": self.branch, "workstation": self.workstation}


class Settings(PageMixin, TemplateView):
    """Every option, by group, with where its value comes from and its history, at one place."""

    template_name = "company/settings.html"
    permission_required = "company.view_optionvalue"  # type: ignore[misc]
    whole_company = False
    page_title = gettext_lazy("Options")
    area = "settings"

    @cached_property
    def desk(self) -> Desk:
        kind, _dash, key = self.request.GET.get("place", "").partition("-")
        if not kind:
            return Desk(self.company)
        if kind == INSTALLATION:
            if not self.request.user.is_superuser:  # type: ignore[union-attr]
                raise Http404
            return Desk(None)
        mine = {"company": self.company, "pk": int(key) if key.isdecimal() and len(key) < 19 else 0}
        if kind == BRANCH:
            return Desk(self.company, branch=get_object_or_404(Branch, **mine))
        if kind == WORKSTATION:
            stations = Workstation.objects.select_related("branch")
            station = get_object_or_404(stations, **mine)
            return Desk(self.company, station.branch, station)
        raise Http404

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("company.change_optionvalue"):  # type: ignore[union-attr]
            raise PermissionDenied
        options.discover()
        known = {one.code: one for one in options.groups_for(self.desk.company)}
        group = known.get(request.POST.get("group", ""))
        if group is None:
            raise Http404
        by = request.user.get_username()
        if name := request.POST.get("reset"):
            return self._reset(group, name, by)
        # A search shows some options of a group: those that were not on the page stay as they are.
        form = self.form_of(group, data=request.POST, shown=set(request.POST.getlist("shown")))
        if not form.is_valid():
            return self._again(group, form)
        try:
            changed = save_options(self.desk.company, group, form.cleaned_data, by=by, **self.desk.where)
        except Refusal as refusal:
            form.add_error(refusal.field, str(refusal.message))
            return self._again(group, form)
        messages.success(request, _("Options saved.") if changed else _("Nothing was changed."))
        return HttpResponseRedirect(self._address(group))

    def _reset(self, group: Any, name: str, by: str) -> HttpResponse:
        try:
            reset_option(self.desk.company, group, name, by=by, **self.desk.where)
        except Refusal as refusal:
            messages.error(self.request, str(refusal.message))
        else:
            messages.success(self.request, _("Back to the inherited value."))
        return HttpResponseRedirect(self._address(group))

    def _again(self, group: Any, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(failed=(group.code, form)), status=422)

    def _address(self, group: Any) -> str:
        return f"{self.request.get_full_path()}#{group.code}"

    def form_of(self, group: Any, data: Any = None, shown: Any = None) -> Any:
        """The form of the options that may be set at this place."""
        place = self.desk.place
        in_force = options.explained(group, place)
        scopes = options.scopes(group)
        form_class = options.options_form(group)
        initial = {name: in_force[name].value for name in form_class.base_fields}
        form = form_class(data, initial=initial, prefix=group.code)
        form.fields = {
            name: field
            for name, field in form.fields.items()
            if place.kind in scopes[name] and (shown is None or name in shown)
        }
        dress(form, company=self.desk.company)
        return form

    def get_context_data(self, failed: Any = None, **kwargs: Any) -> dict[str, Any]:
        options.discover()
        text = _plain(self.request.GET.get("q", ""))
        changes = changes_by_option(self.history())
        groups = []
        for group in options.groups_for(self.desk.company):
            rows = self.rows(group, failed, changes)
            if text:
                rows = [row for row in rows if all(word in row["words"] for word in text.split())]
            if rows:
                groups.append((group, rows))
        company = self.company
        user: Any = self.request.user
        return super().get_context_data(
            groups=groups,
            desk=self.desk,
            branches=Branch.objects.filter(company=company).order_by("code"),
            workstations=Workstation.objects.filter(company=company).order_by("name"),
            may_change=user.has_perm("company.change_optionvalue"),
            **kwargs,
        )

    def history(self) -> Iterable[AuditEntry]:
        """The changes of options of the company, the latest first."""
        rows = AuditEntry.objects.filter(
            subject_label=Company._meta.label_lower, subject_pk=self.company.pk, action__startswith=PREFIX
        )
        return rows.order_by("-pk")[:CHANGES_READ]

    def rows(self, group: Any, failed: Any, changes: Mapping[Any, Any]) -> list[dict[str, Any]]:
        form = failed[1] if failed and failed[0] == group.code else self.form_of(group)
        place = self.desk.place
        in_force = options.explained(group, place)
        inherited = options.explained(group, self.desk.parent) if self.desk.company else None
        defaults = group()
        found = []
        for field in form:
            now = in_force[field.name]
            own = now.place == place.kind
            before = inherited[field.name] if inherited else Found(getattr(defaults, field.name), DEFAULT)
            found.append(
                {
                    "field": field,
                    "own": own,
                    "source": self.source_in_words(now.place, own=own),
                    "inherited": _in_words(field.field, before.value),
                    "inherited_from": self.source_in_words(before.place),
                    "changes": [
                        (entry, self.place_in_words(entry), *(_in_words(field.field, one) for one in pair))
                        for entry, pair in changes.get((group.code, field.name), ())
                    ],
                    "words": _words(group, field),
                }
            )
        return found

    def source_in_words(self, place: str, *, own: bool = False) -> str:
        """Where a value comes from."""
        if own:
            return _("set here")
        known = {
            INSTALLATION: _("from the installation"),
            COMPANY: _("from the company"),
            BRANCH: _("from the branch %(branch)s") % {"branch": self.desk.branch or ""},
        }
        return known.get(place) or _("the standard")

    def place_in_words(self, entry: AuditEntry) -> str:
        """Where a change was made."""
        if entry.facts.get("installation"):
            return _("for the installation")
        if branch := entry.facts.get("branch"):
            return _("branch %(branch)s") % {"branch": branch}
        if workstation := entry.facts.get("workstation"):
            return _("workstation %(workstation)s") % {"workstation": workstation}
        return _("for the company")


def changes_by_option(
    entries: Iterable[AuditEntry],
) -> dict[tuple[str, str], list[tuple[AuditEntry, list[Any]]]]:
    """Each change with its value before and after, by group and option."""
    found: dict[tuple[str, str], list[tuple[AuditEntry, list[Any]]]] = defaultdict(list)
    for entry in entries:
        for name, pair in entry.facts.items():
            if isinstance(pair, list):
                found[entry.action.removeprefix(PREFIX), name].append((entry, pair))
    return found


def _words(group: Any, field: Any) -> str:
    """What the search looks in: area, label, help, choices and name, in the person's language."""
    choices = " ".join(str(label) for _key, label in getattr(field.field, "choices", ()))
    return _plain(f"{group.label} {group.help} {field.label} {field.help_text} {field.name} {choices}")


def _plain(text: str) -> str:
    """Small letters without accents: "séries" is found by "series"."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(one for one in apart if not unicodedata.combining(one)).casefold()


def _in_words(field: Any, value: Any) -> str:
    labels = {key: str(label) for key, label in getattr(field, "choices", ())}
    if isinstance(value, tuple | list):
        return ", ".join(labels.get(one, str(one)) for one in value) or "–"
    return labels.get(value) or show_plain(value) or "–"
