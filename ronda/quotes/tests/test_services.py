"""Quotes from the draft to the contract."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ronda.billing.models import Document
from ronda.billing.services import delete_draft
from ronda.billing.tests.firm import make_account, make_firm, make_item, vat_code
from ronda.catalogue.models import CustomerPrice
from ronda.company.models import AuditEntry
from ronda.contracts.models import Contract
from ronda.kernel.errors import NeedsConfirmation
from ronda.parties.models import Party
from ronda.quotes.domain.choices import OneAlternative
from ronda.quotes.domain.states import NotPossibleNow
from ronda.quotes.models import Quote, QuoteItemFacts, QuoteLine
from ronda.quotes.queries import by_token, lost_by_reason
from ronda.quotes.services import (
    AcceptedInTheFuture,
    AfterTheLastDay,
    AlreadyOver,
    NewLine,
    NobodyAddressed,
    NothingOffered,
    NothingToConvert,
    NotSigned,
    OfferChanged,
    OfferedForNothing,
    OfferOver,
    WrongTerm,
    accept_by_customer,
    convert,
    copy_quote,
    delete_quote,
    expire_due,
    is_sound,
    mail_again,
    new_version,
    record_acceptance,
    refuse_by_customer,
    refuse_quote,
    send_quote,
    token_of,
)
from ronda.quotes.tests.offers import NOW, TODAY, draft, fee, once, reason, sent

pytestmark = pytest.mark.django_db
State = Quote.State


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def company():
    return make_firm()


@pytest.fixture
def account(company):
    return make_account(company)


def accept(quote, *wanted, now=NOW, signer="Carlo Rossi", strokes=""):
    return accept_by_customer(
        quote, wanted=wanted, signer=signer, strokes=strokes, seen=quote.offer_hash, now=now
    )


def test_s20_lines_take_words_price_and_vat_from_the_item(company, account):
    service = make_item(company, "Pulizia", "80.00", description="Pulizia filtri")
    QuoteItemFacts.objects.create(item=service, details="Con prodotti ecologici.")
    CustomerPrice.objects.create(party=account.party, item=service, price=Decimal("75.00"))
    quote = draft(company, NewLine(item=service, quantity=Decimal(2)), account=account)
    line = quote.lines.get()
    assert (line.text, line.details) == ("Pulizia", "Con prodotti ecologici.")
    assert (line.unit_price, line.net) == (75, 150)
    assert line.vat_rate == 22


def test_s20_somebody_who_is_no_customer_yet_sees_the_prices_of_the_catalogue(company):
    quote = draft(company, NewLine(item=make_item(company, "Pulizia", "80.00")))
    assert quote.lines.get().unit_price == 80
    assert quote.addressee == "Officine Rossi"


def test_s21_the_sum_and_its_vat_follow_the_lines(company, account):
    """500 once, 100 a month: net 500 + 1.200, VAT 110 + 264, total 2.074."""
    quote = draft(company, account=account)
    assert (quote.once_net, quote.yearly_net) == (500, 1200)
    assert (quote.net_total, quote.vat_total, quote.gross_total) == (1700, 374, 2074)


def test_s22_headings_and_texts_stand_between_the_lines_and_cost_nothing(company, account):
    rows = [
        NewLine(kind=QuoteLine.Kind.SECTION, text="Impianti"),
        once(company),
        NewLine(kind=QuoteLine.Kind.TEXT, text="Escluse le opere murarie."),
    ]
    quote = draft(company, *rows, account=account)
    assert [line.kind for line in quote.lines.all()] == ["section", "service", "text"]
    assert quote.gross_total == 610


def test_optional_lines_are_not_in_the_sum_until_chosen(company, account):
    quote = sent(company, once(company), replace(once(company, "90.00"), is_option=True), account=account)
    assert quote.net_total == 500
    assert accept(quote, 2).net_total == 590


def test_one_of_the_alternatives_is_in_the_sum(company, account):
    rows = [
        once(company, "300.00", alternative="a"),
        once(company, "400.00", alternative="A", is_option=True),
    ]
    quote = sent(company, *rows, account=account)
    assert quote.net_total == 300
    with pytest.raises(OneAlternative):
        accept(quote, 1, 2)
    assert accept(quote, 2).net_total == 400


def test_a_quote_needs_somebody_it_is_for(company):
    with pytest.raises(NobodyAddressed):
        draft(company, prospect_name=" ")


def test_sending_gives_the_number_of_the_year_and_the_last_day(company, account):
    first, second = sent(company, account=account), sent(company, account=account)
    assert [first.label, second.label] == ["PV 1/2026", "PV 2/2026"]
    assert (first.issued_on, first.valid_until) == (TODAY, date(2026, 4, 1))
    assert first.state == State.SENT
    assert first.buyer["name"] == "Bianchi"


def test_a_quote_without_prices_or_already_over_is_not_sent(company, account):
    empty = draft(company, NewLine(kind="text", text="Buongiorno"), account=account)
    with pytest.raises(NothingOffered):
        send_quote(empty, on=TODAY, now=NOW, by="anna")
    late = draft(company, account=account, valid_until=date(2026, 3, 1))
    with pytest.raises(AlreadyOver):
        send_quote(late, on=TODAY, now=NOW, by="anna")
    late.refresh_from_db()
    assert (late.state, late.number) == (State.DRAFT, None)


def test_a_quote_for_nothing_asks_before_it_is_sent(company, account):
    quote = draft(company, once(company, "0.00"), account=account)
    with pytest.raises(OfferedForNothing):
        send_quote(quote, on=TODAY, now=NOW, by="anna")
    agreed = frozenset({OfferedForNothing.code})
    assert send_quote(quote, on=TODAY, now=NOW, by="anna", confirmed=agreed).state == State.SENT


def test_what_was_sent_does_not_change_and_is_not_sent_as_new(company, account):
    quote = sent(company, account=account)
    with pytest.raises(NotPossibleNow):
        send_quote(quote, on=TODAY, now=NOW, by="anna")
    with pytest.raises(NotPossibleNow):
        delete_quote(quote, by="anna")


def test_the_link_leads_to_the_quote_and_only_its_hash_is_kept(company, account):
    quote = sent(company, account=account)
    token = token_of(quote)
    assert by_token(token) == quote
    assert by_token(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert token not in str(Quote.objects.filter(pk=quote.pk).values())


def test_the_customer_accepts_with_a_name_and_a_drawn_signature(company, account):
    quote = accept(sent(company, account=account), strokes="[[10, 10, 300, 150]]")
    assert (quote.state, quote.signer, quote.accepted_on) == (State.ACCEPTED, "Carlo Rossi", TODAY)
    with quote.signature.open("rb") as kept:
        assert kept.read(8) == b"\x89PNG\r\n\x1a\n"
    assert is_sound(quote)
    entry = AuditEntry.objects.get(action="quotes.quote.accepted")
    assert (entry.actor, entry.facts["seal"]) == ("customer", quote.seal)


@pytest.mark.parametrize("field", ["signer", "net_total", "signature_hash", "intro"])
def test_the_seal_shows_what_was_changed_after_the_acceptance(company, account, field):
    quote = accept(sent(company, account=account))
    before = getattr(quote, field)
    setattr(quote, field, before + 1 if isinstance(before, Decimal) else "somebody else")
    assert not is_sound(quote)


def test_a_changed_line_shows_too_and_cannot_be_accepted(company, account):
    quote = sent(company, account=account)
    quote.lines.filter(position=1).update(unit_price=1)
    with pytest.raises(OfferChanged):
        accept(quote)


def test_a_name_is_needed_and_the_offer_has_to_be_the_one_that_was_read(company, account):
    quote = sent(company, account=account)
    with pytest.raises(NotSigned):
        accept(quote, signer="  ")
    with pytest.raises(OfferChanged):
        accept_by_customer(quote, wanted=(), signer="Carlo", strokes="", seen="other", now=NOW)


def test_the_last_day_counts_until_midnight_and_then_the_page_refuses(company, account):
    quote = sent(company, account=account)
    with pytest.raises(OfferOver):
        accept(quote, now=datetime(2026, 4, 1, 22, 0, tzinfo=UTC))  # 2 April in Rome
    assert accept(quote, now=datetime(2026, 4, 1, 21, 59, tzinfo=UTC)).accepted_on == date(2026, 4, 1)


def test_quotes_expire_after_their_last_day_where_the_firm_is(company, account):
    quote = sent(company, account=account)
    assert expire_due(now=datetime(2026, 4, 1, 21, 59, tzinfo=UTC), by="ronda") == 0
    assert expire_due(now=datetime(2026, 4, 1, 22, 0, tzinfo=UTC), by="ronda") == 1
    assert expire_due(now=datetime(2026, 4, 1, 22, 0, tzinfo=UTC), by="ronda") == 0
    quote.refresh_from_db()
    assert quote.state == State.EXPIRED
    with pytest.raises(NotPossibleNow):
        accept(quote)


def test_the_firm_records_a_late_yes_only_after_a_question(company, account):
    quote, late = sent(company, account=account), NOW + timedelta(days=60)
    expire_due(now=late, by="ronda")
    day = date(2026, 4, 20)
    with pytest.raises(AfterTheLastDay):
        record_acceptance(quote, wanted=(), on=day, now=late, by="anna")
    done = record_acceptance(
        quote, wanted=(), on=day, now=late, by="anna", confirmed=frozenset({AfterTheLastDay.code})
    )
    assert (done.state, done.accepted_on, done.decided_by) == (State.ACCEPTED, day, "anna")
    assert is_sound(done)


def test_nobody_has_accepted_tomorrow(company, account):
    with pytest.raises(AcceptedInTheFuture):
        record_acceptance(
            sent(company, account=account), wanted=(), on=TODAY + timedelta(days=1), now=NOW, by="anna"
        )


def test_a_refusal_keeps_its_reason_and_the_customers_words(company, account):
    price, time = reason(company), reason(company, "Tempi")
    lost = refuse_quote(sent(company, account=account), reason=price, now=NOW, by="anna", note="Troppo caro")
    refuse_by_customer(sent(company, once(company, "50.00"), account=account), reason=time, note="", now=NOW)
    assert (lost.state, lost.loss_reason, lost.loss_note) == (State.REFUSED, price, "Troppo caro")
    found = lost_by_reason(company.pk, since=TODAY, until=TODAY)
    assert [(row.reason, row.count, row.net) for row in found] == [("Prezzo", 1, 1700), ("Tempi", 1, 50)]
    assert [row.share for row in found] == [Decimal("97.1"), Decimal("2.9")]


def test_a_new_version_keeps_the_number_and_replaces_the_old_one(company, account):
    old = sent(company, account=account)
    made = new_version(old, on=TODAY, by="anna")
    old.refresh_from_db()
    assert (old.state, made.state, made.label) == (State.SUPERSEDED, State.DRAFT, "PV 1/2026/2")
    assert [line.text for line in made.lines.all()] == [line.text for line in old.lines.all()]
    with pytest.raises(NotPossibleNow):
        accept(old)
    again = send_quote(made, on=TODAY, now=NOW, by="anna")
    assert (again.label, again.number) == ("PV 1/2026/2", 1)
    assert new_version(again, on=TODAY, by="anna").label == "PV 1/2026/3"
    assert sent(company, account=account).label == "PV 2/2026"


def test_a_new_version_asked_for_twice_is_one(company, account):
    old = sent(company, account=account)
    assert new_version(old, on=TODAY, by="anna") == new_version(old, on=TODAY, by="anna")


def test_when_the_new_version_is_thrown_away_the_old_one_stands_again(company, account):
    old = sent(company, account=account)
    delete_quote(new_version(old, on=TODAY, by="anna"), by="anna")
    old.refresh_from_db()
    assert old.state == State.SENT
    assert accept(old).state == State.ACCEPTED


def test_a_replaced_refusal_is_not_counted_as_lost(company, account):
    lost = refuse_quote(sent(company, account=account), reason=reason(company), now=NOW, by="anna")
    new_version(lost, on=TODAY, by="anna")
    assert lost_by_reason(company.pk, since=TODAY, until=TODAY) == []


def test_a_copy_is_another_offer(company, account):
    made = copy_quote(accept(sent(company, account=account)), on=TODAY, by="anna")
    assert (made.state, made.label, made.root, made.seal) == (State.DRAFT, "", None, "")
    assert send_quote(made, on=TODAY, now=NOW, by="anna").label == "PV 2/2026"


def test_the_accepted_quote_becomes_a_contract_of_its_fees_and_a_draft_of_the_rest(company, account):
    rows = [once(company), fee(company, "120.00", every=3, text="Canone", timing="arrears"),
            fee(company, "50.00", is_option=True)]  # fmt: skip
    quote = convert(accept(sent(company, *rows, account=account)), on=TODAY, by="anna")
    (line,) = quote.contract.lines.all()
    assert (line.price, line.frequency, line.frequency_unit, line.timing) == (120, 3, "month", "arrears")
    assert (quote.contract.signed_on, quote.contract.yearly_amount) == (TODAY, 480)
    assert quote.invoice.is_draft
    assert (quote.invoice.net_total, quote.invoice.gross_total) == (500, 610)


def test_the_contract_of_a_quote_may_have_a_last_day(company, account):
    quote = accept(sent(company, account=account))
    first = TODAY + timedelta(days=10)
    with pytest.raises(WrongTerm) as refused:
        convert(quote, on=TODAY, by="anna", starts_on=first, ends_on=TODAY)
    assert (refused.value.field, Contract.objects.count()) == ("ends_on", 0)

    contract = convert(quote, on=TODAY, by="anna", starts_on=first, ends_on=date(2030, 12, 31)).contract

    assert (contract.starts_on, contract.ends_on) == (first, date(2030, 12, 31))


def test_converted_twice_is_converted_once(company, account):
    quote = accept(sent(company, account=account))
    for _time in range(2):
        convert(quote, on=TODAY, by="anna")
    assert (Contract.objects.count(), Document.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(action="contracts.contract.created").count() == 1


def test_a_draft_that_was_deleted_can_be_made_again(company, account):
    quote = convert(accept(sent(company, account=account)), on=TODAY, by="anna")
    delete_draft(quote.invoice, by="anna")
    quote.refresh_from_db()
    assert convert(quote, on=TODAY, by="anna").invoice is not None
    assert Contract.objects.count() == 1


def test_only_what_was_asked_for_is_made(company, account):
    quote = convert(accept(sent(company, account=account)), on=TODAY, by="anna", invoice=False)
    assert (quote.contract is None, quote.invoice) == (False, None)


def test_the_discount_on_the_whole_reaches_contract_and_invoice(company, account):
    """10 % on 500 and on 100 a month less 20 %: 450 once and 72 a month, 864 a year."""
    rows = [once(company), fee(company, discount=Decimal(20))]
    quote = accept(sent(company, *rows, account=account, discount=Decimal(10)))
    assert (quote.once_net, quote.yearly_net) == (450, 864)
    quote = convert(quote, on=TODAY, by="anna")
    assert quote.contract.yearly_amount == 864
    assert quote.invoice.net_total == 450


def test_the_prospect_becomes_a_customer_when_the_quote_becomes_a_contract(company):
    quote = convert(accept(sent(company)), on=TODAY, by="anna")
    party = Party.objects.get(name="Officine Rossi")
    assert (quote.party, quote.contract.party, party.email) == (party, party, "info@rossi.example")
    assert quote.account == party.accounts.get()
    convert(quote, on=TODAY, by="anna")
    assert Party.objects.count() == 1
    assert is_sound(quote)


def test_a_prospect_who_looks_like_a_customer_is_asked_about(company):
    first = convert(accept(sent(company)), on=TODAY, by="anna")
    second = accept(sent(company))
    with pytest.raises(NeedsConfirmation) as question:
        convert(second, on=TODAY, by="anna")
    done = convert(second, on=TODAY, by="anna", confirmed=frozenset({question.value.code}))
    assert done.party != first.party


def test_what_is_not_accepted_or_has_nothing_of_the_kind_is_not_converted(company, account):
    with pytest.raises(NotPossibleNow):
        convert(sent(company, account=account), on=TODAY, by="anna")
    quote = accept(sent(company, once(company), account=account))
    with pytest.raises(NothingToConvert):
        convert(quote, on=TODAY, by="anna", invoice=False)


def test_the_rates_are_those_of_the_day_of_the_quote(company, account):
    code = vat_code(company, "22")
    code.rates.create(valid_from=date(2026, 3, 1), percent=Decimal(23))
    assert sent(company, once(company, "100.00", vat_code=code), account=account).vat_total == 23


def test_mailing_again_keeps_number_and_link(company, account):
    quote = sent(company, account=account)
    again = mail_again(quote, to=["a@example.org"], by="anna")
    assert (again.label, token_of(again), again.letters) == (quote.label, token_of(quote), 1)
