"""Form pages: a record and its rows, saved by the workspace's service in one transaction."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.forms import inlineformset_factory
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.generic import CreateView, UpdateView

from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.workspace.declare import Inline, Workspace
from ronda.workspace.forms import CompanyModelForm, InlineFormSet
from ronda.workspace.pages import Page
from ronda.workspace.registry import detail_url
from ronda.workspace.services import save_record

TO_TAB = "tab:"  # what the buttons of a form's tabs say before the tab's code


def formset_class(workspace: type[Workspace], inline: Inline) -> type[InlineFormSet]:
    """The rows of an inline as a formset of the workspace's model."""
    made: Any = inlineformset_factory(
        workspace.model,
        inline.model,
        form=inline.form,
        # A copy: Django adds the foreign key to the list it is given, under the eyes of other threads.
        fields=inline.form._meta.fields and tuple(inline.form._meta.fields),
        formset=InlineFormSet,
        fk_name=inline.fk,
        extra=inline.extra,
        min_num=inline.min_num,
        validate_min=inline.min_num > 0,
        max_num=inline.max_num,
        validate_max=True,
        can_delete=True,
    )
    return made  # type: ignore[no-any-return]


def formsets(
    workspace: type[Workspace],
    form: Any,
    data: Any,
    files: Any = None,
    *,
    company: Any,
    canonical: bool = False,
    only: Any = None,
) -> dict[str, InlineFormSet]:
    """The rows of every inline (or of `only` those), bound when there is data."""
    found = {}
    for inline in workspace.inlines:
        if only is not None and inline.name not in only:
            continue
        found[inline.name] = formset_class(workspace, inline)(
            data,
            files,
            instance=form.instance,
            prefix=inline.name,
            company=company,
            canonical=canonical,
            queryset=inline.rows() if inline.rows is not None else None,
        )
        found[inline.name].head = form
    form.inlines = found
    return found


def form_arguments(form_class: type[forms.BaseForm], company: Any) -> dict[str, Any]:
    return {"company": company} if issubclass(form_class, CompanyModelForm) else {}


def services_rows(workspace: type[Workspace]) -> frozenset[str]:
    return frozenset(inline.name for inline in workspace.inlines if inline.by_service)


def tell_refusal(form: Any, refusal: Refusal) -> None:
    """Put a refusal beside its field, also one of a row ("line-0-site"), or above the form."""
    for rows in getattr(form, "inlines", {}).values():
        for row in rows.forms:
            if name := next((name for name in row.fields if row.add_prefix(name) == refusal.field), None):
                row.add_error(name, str(refusal.message))
                return
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))


class SaveMixin(Page):
    """Add and edit: the form, its rows, and a refusal shown where it belongs."""

    page = "form"
    object: Any

    def get_form_class(self) -> type[forms.ModelForm]:
        if self.workspace.form_class is None:
            raise Http404
        return self.workspace.form_class

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        return {**kwargs, **form_arguments(self.get_form_class(), getattr(self.request, "company", None))}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_subject()
        form = self.get_form()  # type: ignore[attr-defined]
        rows = formsets(
            self.workspace, form, request.POST, request.FILES, company=getattr(request, "company", None)
        )
        if (left := self.left_unchanged(form)) is not None:
            return left
        valid = form.is_valid()
        rows_valid = [one.is_valid() for one in rows.values()]
        return self.form_valid(form) if valid and all(rows_valid) else self.form_invalid(form)

    def get_subject(self) -> Any:
        return None

    def left_unchanged(self, form: Any) -> HttpResponse | None:
        """The answer to a form that needs no saving; None when it is to be saved."""
        return None

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.object = self.save(form)
        except NeedsConfirmation as question:
            return self.render_to_response(self.get_context_data(form=form, question=question), status=422)  # type: ignore[attr-defined,no-any-return]
        except Refusal as refusal:
            tell_refusal(form, refusal)
            return self.form_invalid(form)
        messages.success(self.request, _("%(record)s saved.") % {"record": self.object})
        return HttpResponseRedirect(self.get_success_url())

    def save(self, form: Any) -> Any:
        form.confirmed = frozenset(self.request.POST.getlist("confirmed"))
        save = self.workspace.save
        return save_record(
            form,
            by=self.request.user.get_username(),
            company=getattr(self.request, "company", None),
            save=save,
            inlines=form.inlines,
            by_service=services_rows(self.workspace),
        )

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)  # type: ignore[attr-defined,no-any-return]

    def get_success_url(self) -> str:
        if self.request.POST.get("then") == "another" and self.verb == "add":
            return reverse(self.workspace.name("add"))
        return detail_url(self.workspace, self.object.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        if not getattr(form, "inlines", None):
            formsets(self.workspace, form, None, company=getattr(self.request, "company", None))
        context["inlines"] = [(inline, form.inlines[inline.name]) for inline in self.workspace.inlines]
        for inline, rows in context["inlines"]:
            rows.title = capfirst(str(inline.label or inline.model._meta.verbose_name_plural))
            rows.row_name = str(inline.model._meta.verbose_name)
        context["groups"] = form.groups() if hasattr(form, "groups") else [("", list(form.visible_fields()))]
        context["rows_after"] = getattr(form, "rows_after", None) or len(context["groups"])
        context["wide"] = getattr(form, "wide", ())
        context["short"] = getattr(form, "short", ())
        context["errors"] = error_summary(form)
        context["cancel_url"] = self.cancel_url()
        context["then"] = self.request.POST.get("then", "")
        return context

    def cancel_url(self) -> str:
        if self.object is not None and self.object.pk:
            return detail_url(self.workspace, self.object.pk)
        return reverse(self.workspace.name("list"))


def error_summary(form: Any) -> list[tuple[str, str, str]]:
    """Every error above the form: the field's id, its label, the reason."""
    found: list[tuple[str, str, str]] = []
    if not form.is_bound:
        return found
    for name, reasons in form.errors.items():
        known = name in form.fields
        where = form[name].id_for_label if known else ""
        found += [(where, str(form[name].label) if known else "", str(reason)) for reason in reasons]
    for rows in getattr(form, "inlines", {}).values():
        found += [("", "", str(reason)) for reason in rows.non_form_errors()]
        for one in rows.forms:
            for name, reasons in one.errors.items():
                known = name in one.fields
                where = one[name].id_for_label if known else ""
                found += [(where, str(one[name].label) if known else "", str(reason)) for reason in reasons]
    return found


class AddPage(SaveMixin, CreateView):
    """A new record; the address may carry first values (`?party=3`)."""

    verb = "add"

    def has_permission(self) -> bool:
        return self.workspace.may_add and super().has_permission()

    def get_initial(self) -> dict[str, Any]:
        given = {
            name: value
            for name, value in self.request.GET.items()
            if name in self.get_form_class().base_fields
        }
        return {**super().get_initial(), **given}


class EditPage(SaveMixin, UpdateView):
    """A change to a record. Its tabs are buttons here: each saves the form and opens that tab (E45)."""

    verb = "change"

    def left_unchanged(self, form: Any) -> HttpResponse | None:
        """Going to a tab from a form in which nothing was changed writes nothing, valid or not."""
        if not self.request.POST.get("then", "").startswith(TO_TAB):
            return None
        changed = set(form.changed_data) - {"seen"}
        if changed or any(rows.has_changed() for rows in form.inlines.values()):
            return None
        return HttpResponseRedirect(self.get_success_url())

    def get_success_url(self) -> str:
        then = self.request.POST.get("then", "")
        url = super().get_success_url()
        known = {f"{TO_TAB}{tab.code}": tab.code for tab in self.tabs(self.object)}
        return f"{url}?tab={known[then]}" if then in known else url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["form_tabs"] = [
            (f"{TO_TAB}{tab.code}", tab.label, self.count(tab, self.object)) for tab in self.tabs(self.object)
        ]
        return context

    def get_subject(self) -> Any:
        return self.get_object()

    def get_object(self, queryset: Any = None) -> Any:
        record = super().get_object(queryset)
        if self.workspace.may_edit is not None and not self.workspace.may_edit(record):
            raise Http404
        return record
