"""Screens of quotes for the firm: the page of a quote, sending, an answer, the report of lost ones."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView, TemplateView

from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.quotes.forms import AnswerForm, PeriodForm, SendForm
from ronda.quotes.models import Picture, Quote, QuoteLine
from ronda.quotes.pages.public import picture_file, signature_file
from ronda.quotes.pages.showing import blocks, shown_lines
from ronda.quotes.queries import Offer, lost_by_reason, offer_of, outcomes, versions
from ronda.quotes.services import addresses, is_sound, link_of, mail_again, record_acceptance, send_quote
from ronda.workspace.display import day
from ronda.workspace.pages import DetailPage, PageMixin
from ronda.workspace.saving import error_summary
from ronda.workspace.visibility import visible_to

State = Quote.State


class QuotePage(DetailPage):
    """A quote as the customer reads it, its story, its versions, its link."""

    def get_template_names(self) -> list[str]:
        names = super().get_template_names()
        return names if names == ["workspace/tab.html"] else ["quotes/quote.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        quote: Quote = self.object
        offer = offer_of(quote)
        user: Any = self.request.user
        return super().get_context_data(
            offer=offer,
            lines=shown_lines(offer),
            blocks=blocks(offer),
            totals=offer.totals(),
            versions=list(versions(quote)),
            story=story(quote),
            link=link_of(quote, address_of(self.request)) if quote.state == State.SENT else "",
            broken=quote.state == State.ACCEPTED and not is_sound(quote),
            may_send=user.has_perm("quotes.change_quote"),
            may_decide=user.has_perm("quotes.decide_quote"),
            **kwargs,
        )


def story(quote: Quote) -> list[dict[str, Any]]:
    """What happened to the quote so far, and what comes next: label, time, tone."""
    found: list[dict[str, Any]] = [{"label": _("Written"), "at": quote.created_at, "tone": ""}]
    if quote.sent_at:
        found.append({"label": _("Sent"), "at": quote.sent_at, "tone": ""})
    if quote.viewed_at:
        found.append({"label": _("Opened by the customer"), "at": quote.viewed_at, "tone": ""})
    if quote.state == State.ACCEPTED:
        who = quote.signer or quote.decided_by
        found.append({"label": _("Accepted"), "at": quote.decided_at, "tone": "is-good", "note": who})
    elif quote.state == State.REFUSED:
        why = " · ".join(str(one) for one in (quote.loss_reason, quote.loss_note) if one)
        found.append({"label": _("Refused"), "at": quote.decided_at, "tone": "is-bad", "note": why})
    elif quote.state == State.EXPIRED:
        found.append({"label": _("Expired"), "on": quote.valid_until, "tone": "is-bad"})
    elif quote.state == State.SENT:
        found.append({"label": _("Waits for the customer"), "on": quote.valid_until, "tone": "is-next"})
    elif quote.state == State.SUPERSEDED:
        found.append({"label": _("Replaced by a newer version"), "tone": ""})
    return found


def address_of(request: HttpRequest) -> str:
    """Where the person reaches this program."""
    return request.build_absolute_uri("/").rstrip("/")


class QuoteMixin(PageMixin):
    """A quote of this company, with its breadcrumb."""

    area = "quotes"
    whole_company = False
    states: tuple[str, ...] = ()
    kwargs: dict[str, Any]

    @cached_property
    def quote(self) -> Quote:
        related = "company", "party", "account", "contact", "site", "branch", "owner"
        rows = Quote.objects.filter(company=self.company, state__in=self.states).select_related(*related)
        return get_object_or_404(visible_to(rows, self.request.user), pk=self.kwargs["pk"])

    def get_breadcrumb(self) -> Any:
        return [(self.quote, self.home)]

    @property
    def home(self) -> str:
        return reverse("quote-detail", args=[self.quote.pk])


class QuestionMixin:
    """Forms whose service may refuse beside a field, or ask a question first."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            told = self.run(form, frozenset(self.request.POST.getlist("confirmed")))  # type: ignore[attr-defined]
        except NeedsConfirmation as question:
            return self._again(form, question=question)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
            return self._again(form)
        messages.success(self.request, told)
        return HttpResponseRedirect(self.home)  # type: ignore[attr-defined]

    def form_invalid(self, form: Any) -> HttpResponse:
        return self._again(form)

    def _again(self, form: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data(form=form, **kwargs)  # type: ignore[attr-defined]
        return self.render_to_response(context, status=422)  # type: ignore[attr-defined,no-any-return]


class SendPage(QuestionMixin, QuoteMixin, FormView):
    """Check once more, then send: a draft gets its number, a sent quote goes out again."""

    permission_required = "quotes.change_quote"
    template_name = "quotes/send.html"
    form_class = SendForm
    states = (State.DRAFT, State.SENT)

    def get_page_title(self) -> Any:
        return _("Send the quote") if self.quote.is_draft else _("Send the quote again")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "company": self.company}

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        if not self.quote.is_draft:
            del form.fields["on"]
        return form

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate(), "to": ", ".join(addresses(self.quote))}

    def run(self, form: Any, confirmed: frozenset[str]) -> str:
        facts, by = form.cleaned_data, self.request.user.get_username()
        given = {"to": facts["to"], "message": facts["message"], "address": address_of(self.request)}
        if not self.quote.is_draft:
            return _("%(quote)s is sent again.") % {"quote": mail_again(self.quote, by=by, **given)}
        done = send_quote(self.quote, on=facts["on"], now=timezone.now(), by=by, confirmed=confirmed, **given)
        return _("%(quote)s is sent.") % {"quote": done}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        offer = offer_of(self.quote)
        context = super().get_context_data(
            quote=self.quote,
            offer=offer,
            blocks=blocks(offer),
            totals=offer.totals(),
            cancel_url=self.home,
            **kwargs,
        )
        return {**context, "errors": error_summary(context["form"])}


class AnswerPage(QuestionMixin, QuoteMixin, FormView):
    """The customer said yes on paper or by telephone: when, who, with which options."""

    permission_required = "quotes.decide_quote"
    template_name = "quotes/answer.html"
    form_class = AnswerForm
    page_title = gettext_lazy("Record the acceptance")
    states = (State.SENT, State.EXPIRED)

    @cached_property
    def offer(self) -> Offer:
        return offer_of(self.quote)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "company": self.company, "choices": options_of(self.offer.lines)}

    def get_initial(self) -> dict[str, Any]:
        chosen = [line.position for line in self.offer.lines if line.chosen and line.alternative]
        contact = self.quote.contact
        return {"on": timezone.localdate(), "options": chosen, "signer": contact.name if contact else ""}

    def run(self, form: Any, confirmed: frozenset[str]) -> str:
        facts = form.cleaned_data
        done = record_acceptance(
            self.quote,
            wanted=facts.get("options", ()),
            on=facts["on"],
            now=timezone.now(),
            by=self.request.user.get_username(),
            signer=facts["signer"],
            confirmed=confirmed,
        )
        return _("%(quote)s is accepted.") % {"quote": done}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(quote=self.quote, cancel_url=self.home, **kwargs)
        return {**context, "errors": error_summary(context["form"])}


def options_of(lines: Any) -> list[tuple[int, str]]:
    """The lines the customer may choose, by position."""
    return [(line.position, _choice(line)) for line in lines if line.is_option or line.alternative]


def _choice(line: QuoteLine) -> str:
    return f"{line.alternative} · {line.text}" if line.alternative else line.text


class LostPage(PageMixin, TemplateView):
    """Lost quotes by reason, and how the others ended, in a time."""

    permission_required = "quotes.view_quote"
    area = "quotes"
    page_title = gettext_lazy("Lost quotes")
    template_name = "quotes/lost.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        form = PeriodForm(self.request.GET or None, company=self.company)
        given = form.cleaned_data if form.is_valid() else {}
        since: date = given.get("since") or today.replace(month=1, day=1)
        until: date = given.get("until") or today
        if not form.errors:
            form = PeriodForm({"since": day(since), "until": day(until)}, company=self.company)
        ends = outcomes(self.company.pk, since=since, until=until)
        decided = sum(ends[state].count for state in (State.ACCEPTED, State.REFUSED) if state in ends)
        won = ends[State.ACCEPTED].count * 100 // decided if State.ACCEPTED in ends else 0
        return super().get_context_data(
            form=form,
            rows=lost_by_reason(self.company.pk, since=since, until=until),
            accepted=ends.get(State.ACCEPTED),
            refused=ends.get(State.REFUSED),
            expired=ends.get(State.EXPIRED),
            won=won,
            list_url=f"{reverse('quote-list')}?state=refused",
            **kwargs,
        )


class PictureFile(PageMixin, View):
    """A picture of the company, for the firm's own screens."""

    permission_required = "quotes.view_quote"
    whole_company = False

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return picture_file(get_object_or_404(Picture, pk=pk, company=self.company))


class SignatureFile(QuoteMixin, View):
    """The signature that was drawn."""

    permission_required = "quotes.view_quote"
    states = (State.ACCEPTED,)

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return signature_file(self.quote)
