"""The customer's page: without log-in, behind a link that cannot be guessed."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from ronda.billing.tests.firm import make_account, make_firm
from ronda.company import options
from ronda.company.models import OptionValue
from ronda.quotes.models import Quote
from ronda.quotes.pages import limits
from ronda.quotes.services import new_version, token_of
from ronda.quotes.tests.offers import TODAY, draft, fee, once, reason, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clean(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def company():
    return make_firm()


@pytest.fixture
def account(company):
    return make_account(company)


@pytest.fixture
def quote(company, account):
    """An offer that stands for ever, with an option and two alternatives."""
    lines = (
        once(company),
        once(company, "90.00", "Garanzia", is_option=True),
        once(company, "10.00", "Bianco", alternative="A"),
        once(company, "20.00", "Blu", alternative="A", is_option=True),
        fee(company),
    )
    return sent(company, *lines, account=account, valid_until="2999-12-31")


@pytest.fixture
def visitor():
    return Client()


def url(quote, name="quote-public"):
    return reverse(name, args=[token_of(quote)])


def answer(visitor, quote, **data):
    given = {"seen": quote.offer_hash, "signer": "Carlo Rossi", "signature": "", "alternative-A": "3"}
    return visitor.post(url(quote, "quote-public-accept"), given | data)


def test_the_offer_is_read_without_logging_in_in_its_own_language(visitor, quote):
    page = visitor.get(url(quote), headers={"accept-language": "fr"})
    assert page.status_code == 200
    text = page.content.decode()
    assert '<html lang="it"' in text
    assert "Installazione" in text
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Cache-Control"] == "private, no-store"
    quote.refresh_from_db()
    assert quote.viewed_at is not None


def test_the_sums_follow_the_options_ticked(visitor, quote):
    page = visitor.get(url(quote, "quote-public-totals"), {"option": "2", "alternative-A": "4"})
    assert page.context["totals"].once_net == 500 + 90 + 20
    assert page.context["totals"].yearly_net == 1200


def test_the_customer_accepts_with_options_and_a_drawing(visitor, quote):
    done = answer(visitor, quote, option="2", signature="[[5, 5, 300, 100]]", **{"alternative-A": "4"})
    assert done.url == url(quote)
    quote.refresh_from_db()
    assert (quote.state, quote.signer, quote.once_net) == ("accepted", "Carlo Rossi", 610)
    assert quote.decided_by == "customer"
    page = visitor.get(url(quote)).content.decode()
    assert "Carlo Rossi" in page
    assert "<ui-signature" not in page
    picture = visitor.get(url(quote, "quote-public-signature"))
    assert picture.headers["Content-Type"] == "image/png"


def test_a_typed_name_is_enough_unless_the_firm_wants_a_drawing(visitor, quote, company):
    OptionValue.objects.create(company=company, group="quotes", name="drawn_signature", value=True)
    options.forget()
    assert answer(visitor, quote).status_code == 422
    OptionValue.objects.all().delete()
    options.forget()
    assert answer(visitor, quote).status_code == 302


@pytest.mark.parametrize(
    "data", [{"signer": " "}, {"signature": "{"}, {"seen": "x"}, {"alternative-A": ["3", "4"]}]
)
def test_what_cannot_be_accepted_is_said_on_the_page(visitor, quote, data):
    page = answer(visitor, quote, **data)
    assert page.status_code == 422
    assert page.context["form"].errors
    quote.refresh_from_db()
    assert quote.state == "sent"


def test_accepted_twice_is_accepted_once(visitor, quote):
    answer(visitor, quote)
    quote.refresh_from_db()
    seal = quote.seal
    assert answer(visitor, quote, signer="Somebody else").status_code == 422
    quote.refresh_from_db()
    assert (quote.signer, quote.seal) == ("Carlo Rossi", seal)


def test_the_customer_refuses_with_a_reason_of_the_firm(visitor, quote, company):
    why = reason(company)
    foreign = reason(make_firm("Altra"), "Altro")
    refuse = url(quote, "quote-public-refuse")
    assert visitor.post(refuse, {"reason": foreign.pk}).status_code == 422
    assert visitor.post(refuse, {"reason": why.pk, "note": "Troppo caro"}).status_code == 302
    quote.refresh_from_db()
    assert (quote.state, quote.loss_reason, quote.loss_note) == ("refused", why, "Troppo caro")


def test_an_offer_that_is_over_is_refused_politely(visitor, company, account):
    over = sent(company, account=account)  # until 1 April 2026
    page = visitor.get(url(over))
    assert page.status_code == 200
    assert not page.context["stands"]
    assert answer(visitor, over).status_code == 422
    over.refresh_from_db()
    assert over.state == "sent"


def test_a_replaced_offer_says_that_there_is_a_newer_one(visitor, quote):
    new_version(quote, on=TODAY, by="anna")
    page = visitor.get(url(quote))
    assert (page.status_code, page.context["stands"]) == (200, False)
    assert answer(visitor, quote).status_code == 422


def test_drafts_have_no_page(visitor, company, account):
    assert visitor.get(url(draft(company, account=account))).status_code == 404


def test_an_unknown_link_says_nothing_and_guessing_ends(visitor, quote):
    wrong = reverse("quote-public", args=["A" * 43])
    assert visitor.get(wrong).status_code == 404
    codes = [visitor.get(wrong).status_code for _time in range(limits.LIMITS["guess"] + 1)]
    assert codes[-1] == 429
    assert visitor.get(url(quote)).status_code == 200


def test_a_link_cannot_be_worn_out(visitor, quote):
    codes = [answer(visitor, quote, signer=" ").status_code for _time in range(limits.LIMITS["answer"] + 1)]
    assert (codes[0], codes[-1]) == (422, 429)


def test_pictures_of_other_quotes_are_not_behind_the_link(visitor, quote):
    assert visitor.get(reverse("quote-public-picture", args=[token_of(quote), 1])).status_code == 404
    assert visitor.get(url(quote, "quote-public-logo")).status_code == 404


def test_an_answer_from_another_site_is_refused(quote):
    strict = Client(enforce_csrf_checks=True)
    assert answer(strict, quote).status_code == 403
    assert Quote.objects.get(pk=quote.pk).state == "sent"
