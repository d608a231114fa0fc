"""The customer's own page of a quote: reached by its link, without logging in."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from ronda.billing.services import seller_facts
from ronda.company import options
from ronda.company.domain.file_kinds import HEAD, kind_of
from ronda.kernel.errors import Refusal
from ronda.quotes.domain import choices
from ronda.quotes.domain.validity import is_open
from ronda.quotes.forms import PublicForm, PublicRefusalForm
from ronda.quotes.models import Picture, Quote
from ronda.quotes.options import QuoteOptions
from ronda.quotes.pages.limits import may, stranger
from ronda.quotes.pages.showing import blocks, shown_lines
from ronda.quotes.queries import Offer, by_token, offer_of
from ronda.quotes.services import accept_by_customer, note_viewed, refuse_by_customer
from ronda.quotes.services.pictures import KINDS

State = Quote.State


@method_decorator(login_not_required, name="dispatch")
class LinkView(View):
    """A page behind the link of a quote, in the quote's language and on the firm's clock."""

    counts = "look"
    quote: Quote

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        token = kwargs.pop("token")
        quote = by_token(token)
        if quote is None:
            known = may("guess", stranger(request))
            return private(self._nothing(request, "unknown", 404 if known else 429))
        self.quote, self.token = quote, token
        with translation.override(quote.language), timezone.override(quote.company.timezone):
            if not may(self.counts, token):
                return private(self._nothing(request, "often", 429))
            return private(super().dispatch(request, *args, **kwargs))

    def _nothing(self, request: HttpRequest, why: str, status: int) -> HttpResponse:
        return render(request, "quotes/public_nothing.html", {"why": why}, status=status)

    @property
    def stands(self) -> bool:
        """Whether the customer may still answer."""
        quote = self.quote
        last = quote.valid_until
        return (
            quote.state == State.SENT
            and last is not None
            and is_open(last, timezone.now(), quote.company.timezone)
        )

    def page(self, *, status: int = 200, **found: Any) -> HttpResponse:
        """The page as it stands, with the forms as they were sent."""
        quote, offer = self.quote, offer_of(self.quote)
        counted = found.pop("counted", None)
        signed = options.read(QuoteOptions, quote.company_id, quote.branch_id).drawn_signature
        context = {
            "quote": quote,
            "token": self.token,
            "seller": seller_facts(quote.company),
            "lines": shown_lines(offer),
            "counted": offer.chosen if counted is None else counted,
            "stands": self.stands,
            "has_choices": offer.has_choices,
            "must_draw": signed,
            "form": PublicForm(initial={"seen": quote.offer_hash}),
            "refusal": PublicRefusalForm(company=quote.company),
            **sums(offer, counted),
            **found,
        }
        return render(self.request, "quotes/public.html", context, status=status)


def private(response: HttpResponseBase) -> HttpResponseBase:
    """Not kept by anybody on the way, not found by search engines, not told to other sites."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def sums(offer: Offer, counted: Any = None) -> dict[str, Any]:
    totals = offer.totals(counted)
    found = blocks(offer, counted)
    return {"blocks": found, "totals": totals, "has_fees": any(one.recurring for one in found)}


def wanted(data: Any) -> set[int]:
    """The options and alternatives ticked, by position."""
    given = [value for name in data if name.startswith("alternative-") for value in data.getlist(name)]
    return {int(one) for one in (*data.getlist("option"), *given) if one.isdecimal() and len(one) < 9}


class PublicPage(LinkView):
    """The offer to read, or what became of it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            note_viewed(self.quote, now=timezone.now())
        return self.page()


class PublicTotals(LinkView):
    """The sums for the options ticked so far; a part of the page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        offer = offer_of(self.quote)
        try:
            counted = choices.chosen(offer.priced, wanted(request.GET))
        except Refusal:
            counted = offer.chosen
        return render(request, "quotes/public_totals.html", {"quote": self.quote, **sums(offer, counted)})


class PublicAccept(LinkView):
    """POST: the options, the name, the drawing."""

    counts = "answer"
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        form, asked = PublicForm(request.POST), wanted(request.POST)
        if form.is_valid():
            facts = form.cleaned_data
            try:
                accept_by_customer(
                    self.quote,
                    wanted=asked,
                    signer=facts["signer"],
                    strokes=facts["signature"],
                    seen=facts["seen"],
                    now=timezone.now(),
                )
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
            else:
                return HttpResponseRedirect(reverse("quote-public", args=[self.token]))
        self.quote.refresh_from_db()
        return self.page(status=422, form=form, counted=self._counted(asked))

    def _counted(self, asked: set[int]) -> frozenset[int] | None:
        try:
            return choices.chosen(offer_of(self.quote).priced, asked)
        except Refusal:
            return None


class PublicRefuse(LinkView):
    """POST: no, with a reason or without."""

    counts = "answer"
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PublicRefusalForm(request.POST, company=self.quote.company)
        if form.is_valid():
            facts = form.cleaned_data
            try:
                refuse_by_customer(self.quote, reason=facts["reason"], note=facts["note"], now=timezone.now())
            except Refusal as refusal:
                form.add_error(None, str(refusal.message))
            else:
                return HttpResponseRedirect(reverse("quote-public", args=[self.token]))
        self.quote.refresh_from_db()
        return self.page(status=422, refusal=form)


class PublicPicture(LinkView):
    """A picture of this quote and of no other."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        used = self.quote.lines.filter(picture=pk).exists()
        if not used:
            raise Http404
        return picture_file(get_object_or_404(Picture, pk=pk))


class PublicLogo(LinkView):
    """The firm's logo."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        logo = self.quote.company.logo
        if not logo:
            raise Http404
        content = _content(logo)
        mime = kind_of(content[:HEAD])
        if mime not in KINDS:
            raise Http404
        return shown_safely(HttpResponse(content, content_type=mime))


class PublicSignature(LinkView):
    """What the customer drew."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return signature_file(self.quote)


def picture_file(picture: Picture) -> HttpResponseBase:
    """A kept picture, which the browser may show and nothing else."""
    return shown_safely(HttpResponse(_content(picture.file), content_type=picture.mime))


def signature_file(quote: Quote) -> HttpResponseBase:
    """The drawn signature of a quote."""
    if not quote.signature:
        raise Http404(_("There is no drawn signature."))
    return shown_safely(HttpResponse(_content(quote.signature), content_type="image/png"))


def _content(file: Any) -> bytes:
    """A small kept file; 404 when it is gone."""
    try:
        with file.open("rb") as opened:
            content: bytes = opened.read()
    except OSError as error:
        raise Http404 from error
    return content


def shown_safely(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
