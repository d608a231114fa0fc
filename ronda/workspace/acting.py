"""Action pages: ask what is needed, run record by record, tell what was done and what was refused."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.generic import FormView

from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.workspace import background
from ronda.workspace.declare import Action
from ronda.workspace.display import show_plain
from ronda.workspace.fields import dress
from ronda.workspace.forms import CompanyForm
from ronda.workspace.listing import Listing
from ronda.workspace.pages import Page
from ronda.workspace.registry import detail_url, url_of
from ronda.workspace.saving import error_summary, tell_refusal

LISTED = 20


@dataclass
class Outcome:
    """What became of each record an action was run on."""

    done: list[tuple[Any, Any]] = field(default_factory=list)
    refused: list[tuple[Any, Refusal]] = field(default_factory=list)
    questions: list[tuple[Any, NeedsConfirmation]] = field(default_factory=list)
    response: HttpResponseBase | None = None


def run_action(
    action: Action, records: Any, *, by: str, facts: dict[str, Any], confirmed: dict[Any, frozenset[str]]
) -> Outcome:
    """Run the service on each record, each in a transaction of its own; refusals stop one record only."""
    outcome = Outcome()
    if action.together:
        return run_together(action, list(records), by=by, facts=facts, confirmed=confirmed)
    for record in records:
        run = partial(action.run, record, by=by, **facts)
        codes = confirmed.get(record.pk)
        if codes and takes_confirmation(action):
            run = partial(run, confirmed=codes)
        try:
            result = run()
        except NeedsConfirmation as question:
            outcome.questions.append((record, question))
        except Refusal as refusal:
            outcome.refused.append((record, refusal))
        else:
            outcome.done.append((record, result))
            if isinstance(result, HttpResponseBase):
                outcome.response = result
    return outcome


def run_together(
    action: Action,
    records: list[Any],
    *,
    by: str,
    facts: dict[str, Any],
    confirmed: dict[Any, frozenset[str]],
) -> Outcome:
    """One call for all the records: a refusal or a question is about all of them."""
    outcome = Outcome()
    run = partial(action.run, records, by=by, **facts)
    codes = frozenset().union(*confirmed.values())
    if codes and takes_confirmation(action):
        run = partial(run, confirmed=codes)
    try:
        result = run()
    except NeedsConfirmation as question:
        outcome.questions = [(record, question) for record in records]
    except Refusal as refusal:
        outcome.refused = [(record, refusal) for record in records]
    else:
        outcome.done = [(record, result) for record in records]
        if isinstance(result, HttpResponseBase):
            outcome.response = result
    return outcome


def takes_confirmation(action: Action) -> bool:
    """Whether the action's service can be told that a question was answered."""
    known = inspect.signature(action.run).parameters.values()
    return any(one.name == "confirmed" or one.kind is one.VAR_KEYWORD for one in known)


class ActionPage(Page, FormView):
    """One record from its page, the ticked ones, or all of a filter."""

    page = "action"
    action: Action = Action("", "", print)

    def get_permission_required(self) -> tuple[str]:
        return (self.workspace.permission(self.action.permission),)

    def get_form_class(self) -> type[forms.BaseForm]:
        return self.action.form or forms.Form

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        if issubclass(self.get_form_class(), CompanyForm):
            kwargs["company"] = getattr(self.request, "company", None)
        return kwargs

    def get_initial(self) -> dict[str, Any]:
        known: dict[str, Any] = super().get_initial()
        if self.action.initial is None or self.request.method == "POST":
            return known
        records = list(self.picked()[:2])
        return known | self.action.initial(records[0] if len(records) == 1 else None)

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if not isinstance(form, CompanyForm):
            dress(form, company=getattr(self.request, "company", None))
        return form

    @property
    def given(self) -> QueryDict:
        return self.request.POST if self.request.method == "POST" else self.request.GET

    def ids(self) -> list[int]:
        return [int(pk) for pk in self.given.getlist("id") if pk.isdecimal() and len(pk) < 19]

    def picked(self) -> QuerySet[Any]:
        """The records asked for, of this company and visible to this person only."""
        if self.given.get("all") == "1":
            wanted = QueryDict(self.given.get("filter", ""))
            return Listing(self.workspace, self.request, wanted, today=timezone.localdate()).rows
        return self.get_queryset().filter(pk__in=self.ids())

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        records = self.picked()
        if self.given.get("all") != "1":
            found = records.count()
            if not self.ids():
                messages.warning(request, _("Tick at least one row first."))
                return HttpResponseRedirect(reverse(self.workspace.name("list")))
            if not found:
                raise Http404
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        records = self.picked()
        count = records.count()
        listed = list(records[:LISTED])
        whole = self.given.get("all") == "1"
        context = super().get_context_data(
            action=self.action,
            count=count,
            listed=[(record, detail_url(self.workspace, record.pk)) for record in listed],
            unlisted=count - len(listed),
            only=listed[0] if count == 1 else None,
            ids=[] if whole else [str(pk) for pk in self.ids()],
            whole=whole,
            in_background=self.too_many(count),
            filter=self.given.get("filter", ""),
            **kwargs,
        )
        context["groups"] = [("", list(context["form"].visible_fields()))]
        context["errors"] = error_summary(context["form"])
        context["cancel_url"] = (
            detail_url(self.workspace, listed[0].pk) if count == 1 else reverse(self.workspace.name("list"))
        )
        return context

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form: Any) -> HttpResponse:
        if started := self.started_in_background():
            return HttpResponseRedirect(started)
        records: Sequence[Any] = list(self.picked())
        if not records:
            raise Http404
        outcome = run_action(
            self.action,
            records,
            by=self.request.user.get_username(),
            facts=form.cleaned_data,
            confirmed=self.confirmed(),
        )
        if len(records) == 1 or self.action.together:
            return self.answer_one(form, records[0], outcome)
        if not outcome.refused and not outcome.questions:
            return self.all_done(outcome)
        return self.render_outcome(form, outcome)

    def too_many(self, count: int) -> bool:
        """Whether so many records are worked through by a job."""
        return count > background.WAITED_FOR and not self.action.together and bool(background.starter())

    def started_in_background(self) -> str:
        """Where the outcome is shown, when the records are too many to wait for; else nothing.

        What is done to all records in one call, or reads a file that was sent, is done at once.
        """
        start, company = background.starter(), getattr(self.request, "company", None)
        if start is None or company is None or self.request.FILES or not self.too_many(self.picked().count()):
            return ""
        keys = tuple(self.picked().values_list("pk", flat=True))
        given = self.request.POST.copy()
        for name in ("csrfmiddlewaretoken", "id", "all", "filter"):
            given.pop(name, None)
        by, language = self.request.user.get_username(), get_language() or ""
        work = background.ManyRecords(
            self.workspace.base(), self.action.code, keys, given.urlencode(), company.pk, by, language
        )
        return start(work)

    def confirmed(self) -> dict[Any, frozenset[str]]:
        """The questions answered with yes: record key to codes."""
        found: dict[Any, set[str]] = {}
        for one in self.request.POST.getlist("confirmed"):
            pk, _colon, code = one.partition(":")
            if pk.isdecimal() and code:
                found.setdefault(int(pk), set()).add(code)
        return {pk: frozenset(codes) for pk, codes in found.items()}

    def answer_one(self, form: Any, record: Any, outcome: Outcome) -> HttpResponse:
        if outcome.refused:
            tell_refusal(form, outcome.refused[0][1])
            return self.form_invalid(form)
        if outcome.questions:
            return self.render_outcome(form, outcome)
        if outcome.response is not None:
            return outcome.response  # type: ignore[return-value]
        result = outcome.done[0][1]
        note = (
            result
            if result and not isinstance(result, models.Model) and not isinstance(result, bool)
            else None
        )
        text = show_plain(note) if isinstance(note, (str, int)) or hasattr(note, "_proxy____args") else ""
        messages.success(self.request, text or _("%(action)s: done.") % {"action": self.action.label})
        return HttpResponseRedirect(self.after(record, result))

    def after(self, record: Any, result: Any) -> str:
        """Where one record's action leads: to what it made, else back to the record, else to the list."""
        if isinstance(result, models.Model) and type(result) is not type(record) and (url := url_of(result)):
            return url
        several = self.action.together and len(self.ids()) != 1
        if not several and self.get_queryset().filter(pk=record.pk).exists():
            return detail_url(self.workspace, record.pk)
        return reverse(self.workspace.name("list"))

    def all_done(self, outcome: Outcome) -> HttpResponse:
        count = len(outcome.done)
        text = ngettext("%(action)s: %(count)d done.", "%(action)s: %(count)d done.", count)
        messages.success(self.request, text % {"action": self.action.label, "count": count})
        query = self.given.get("filter", "")
        return HttpResponseRedirect(reverse(self.workspace.name("list")) + (f"?{query}" if query else ""))

    def render_outcome(self, form: Any, outcome: Outcome) -> HttpResponse:
        """What was done, what was refused and why, and the questions still open with the answers so far."""
        said = self.confirmed()
        context = self.get_context_data(form=form)
        context["outcome"] = outcome
        context["done"] = [
            (r, detail_url(self.workspace, r.pk), url_of(result), result) for r, result in outcome.done
        ]
        context["refused"] = [
            (r, detail_url(self.workspace, r.pk), refusal) for r, refusal in outcome.refused
        ]
        context["questions"] = [
            (
                r,
                detail_url(self.workspace, r.pk),
                str(r.pk),
                question,
                [f"{r.pk}:{c}" for c in (*said.get(r.pk, ()), question.code)],
            )
            for r, question in outcome.questions
        ]
        return self.render_to_response(context)
