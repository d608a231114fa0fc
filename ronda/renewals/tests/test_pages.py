"""The cockpit, the batch and the contract's tab as people see them; letters; every query counted."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from ronda.billing.tests.firm import log_in, make_account, make_firm, queries_of
from ronda.company.models import OutgoingMail
from ronda.contracts.models import Contract
from ronda.contracts.services import terminate
from ronda.contracts.tests.agreements import agree
from ronda.kernel.periods import add_months
from ronda.renewals.models import IndexBatch, IndexProposal, Notice, Renewal, RenewalTerms
from ronda.renewals.queries import ending, outlooks, totals
from ronda.renewals.services import (
    NobodyToWriteTo,
    adjustment_letters,
    confirm_batch,
    prepare_batch,
    record_notice,
    renewal_letters,
    send_adjustment_letters,
    send_renewal_letters,
)
from ronda.renewals.tests.agreed import YEAR_2025, indexed, tacit

pytestmark = pytest.mark.django_db
D = Decimal
AUTUMN = date(2025, 9, 10)


@pytest.fixture
def firm():
    return make_firm()


@pytest.fixture
def account(firm):
    return make_account(firm)


@pytest.fixture
def anna(client, firm):
    return log_in(client, firm, everything=True)


def seen(firm, on=AUTUMN, **facts):
    return ending(firm, on=on, until=date(2025, 12, 31), **facts)


def living(account, months_left=2, **facts):
    """A contract whose year ends some months after today, for pages that read the clock."""
    ends = add_months(timezone.localdate(), months_left)
    return agree(account, starts_on=add_months(ends, -12), ends_on=ends, **facts)


def test_the_cockpit_tells_what_is_at_risk_secured_and_lost(firm, account):
    year = {"price": "1000.00", "frequency": 12}
    tacit(agree(account, year, title="open", **YEAR_2025))
    tacit(agree(account, year, title="consent", **YEAR_2025), mode=RenewalTerms.Mode.CONSENT)
    tacit(agree(account, year, title="secured", **YEAR_2025), notice_number=6)
    given_up = tacit(agree(account, year, title="given up", **YEAR_2025))
    terminate(given_up, ends_on=date(2025, 12, 31), by="anna", on=AUTUMN)
    agree(account, year, title="nothing agreed", **YEAR_2025)
    agree(account, year, title="open-ended", starts_on=date(2025, 1, 1))
    rows = seen(firm)
    assert {row.title: row.fate for row in rows} == {
        "open": "open", "consent": "consent", "secured": "secured", "given up": "ends",
        "nothing agreed": "ends",
    }  # fmt: skip
    found = totals(rows)
    assert (found.yearly, found.at_risk, found.count) == (D(5000), D(2000), 5)
    assert found.by_fate["ends"] == (D(2000), 2)


def test_r20_the_last_day_for_notice_is_near_thirty_days_before(firm, account):
    tacit(agree(account, **YEAR_2025))  # 30 September
    assert [row.near for row in seen(firm, on=date(2025, 8, 30))] == [False]
    assert [row.near for row in seen(firm, on=date(2025, 8, 31))] == [True]
    assert [(row.near, row.fate) for row in seen(firm, on=date(2025, 10, 1))] == [(False, "secured")]


def test_the_cockpit_proposes_the_adjustment_of_the_next_term(firm, account):
    one = indexed(tacit(agree(account, {"price": "1000.00", "frequency": 12}, **YEAR_2025)))
    other = indexed(tacit(agree(account, **YEAR_2025)), reference_month=12)
    found = outlooks(firm, {one.pk: one.ends_on, other.pk: other.ends_on})
    assert (found[one.pk].percent, found[one.pk].yearly) == (D("1.5"), D("1015.00"))
    assert "TEST" in found[other.pk].pending


def test_contracts_renewed_already_are_not_in_the_cockpit(firm, account):
    old = tacit(agree(account, **YEAR_2025))
    Renewal.objects.create(
        contract=old, successor=agree(account, title="next"), starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        months=12, old_yearly=0, new_yearly=0, by="anna",
    )  # fmt: skip
    assert seen(firm) == []


def test_the_cockpit_filters_by_customer_and_by_what_was_agreed(firm, account):
    tacit(agree(account, title="Caldaia", **YEAR_2025))
    agree(make_account(firm, "Verdi"), title="Ascensore", **YEAR_2025)
    assert [row.title for row in seen(firm, text="verdi")] == ["Ascensore"]
    assert [row.title for row in seen(firm, mode="unknown")] == ["Ascensore"]
    assert [row.title for row in seen(firm, mode="tacit")] == ["Caldaia"]


def test_the_cockpit_page_takes_the_same_queries_for_two_contracts_and_for_twelve(anna, firm, account):
    for _n in range(2):
        indexed(tacit(living(account)))
    few = queries_of(anna, reverse("renewals"))
    for _n in range(10):
        indexed(tacit(living(account)))
    assert queries_of(anna, reverse("renewals")) == few


def test_the_cockpit_shows_contracts_and_another_company_sees_none_of_them(anna, firm, account, client):
    contract = tacit(living(account, title="Caldaia"))
    page = anna.get(reverse("renewals")).content.decode()
    assert contract.number in page
    assert "Caldaia" in page
    stranger = log_in(client, make_firm("Altra Srl"), everything=True)
    assert "Caldaia" not in stranger.get(reverse("renewals")).content.decode()
    letters = stranger.get(reverse("renewal-letters"), {"id": contract.pk})
    assert letters.status_code == 404


def test_the_cockpit_needs_its_permission(client, firm):
    assert log_in(client, firm).get(reverse("renewals")).status_code == 403


def test_renewing_from_the_cockpit(anna, firm, account):
    contracts = [tacit(living(account)) for _n in range(2)]
    answer = anna.post(reverse("contract-renew"), {"id": [one.pk for one in contracts]})
    assert answer.status_code == 302
    assert Renewal.objects.count() == 2


def test_the_terms_and_the_clause_of_a_contract_are_agreed_on_its_page(anna, firm, account):
    contract = living(account)
    terms = {
        "id": contract.pk, "mode": "tacit", "term_months": "12", "notice_number": "3", "notice_unit": "month",
        "channel": "pec",
    }  # fmt: skip
    assert anna.post(reverse("contract-renewal-terms"), terms).status_code == 302
    assert contract.renewal_terms.term_ends_on == contract.ends_on
    clause = {
        "id": contract.pk, "mode": "fixed", "fixed_percent": "2", "share": "100", "lag_months": "0",
        "floor": "0",
        "rounding": "cent", "every_months": "12", "first_after_months": "12",
    }  # fmt: skip
    assert anna.post(reverse("contract-index-clause"), clause).status_code == 302
    assert contract.index_clause.fixed_percent == 2
    assert anna.post(reverse("contract-index-clause"), {**clause, "mode": "index"}).status_code == 422
    page = anna.get(reverse("contract-detail", args=[contract.pk]), {"tab": "renewal"}).content.decode()
    assert "tacit renewal" in page


def test_a_notice_is_recorded_on_the_contract_and_shown_there(anna, firm, account):
    contract = tacit(living(account, months_left=6))
    facts = {"id": contract.pk, "kind": "cancellation", "channel": "registered",
             "received_on": timezone.localdate().strftime("%d/%m/%Y")}  # fmt: skip
    assert anna.post(reverse("contract-notice"), facts).status_code == 302
    assert Notice.objects.get().state == Notice.State.IN_TIME
    page = anna.get(reverse("contract-detail", args=[contract.pk]), {"tab": "renewal"}).content.decode()
    assert "registered letter" in page


def test_a_batch_is_prepared_confirmed_and_its_letters_mailed_on_screen(anna, firm, account):
    account.party.email = "bianchi@example.org"
    account.party.save()
    indexed(agree(account, {"price": "1000.00", "frequency": 12}, starts_on=date(2025, 1, 1)))
    added = anna.post(reverse("indexbatch-add"), {"as_of": "01/01/2026"})
    batch = IndexBatch.objects.get()
    assert added.url == reverse("indexbatch-detail", args=[batch.pk])
    page = anna.get(added.url).content.decode()
    assert "1,015.00" in page
    proposal = batch.proposals.get()
    assert (
        "variation of TEST published for 09/2025"
        in anna.get(reverse("indexproposal-detail", args=[proposal.pk])).content.decode()
    )
    assert "1.015,00" in anna.get(reverse("adjustment-letters", args=[batch.pk])).content.decode()
    anna.post(reverse("indexbatch-confirm"), {"id": batch.pk})
    anna.post(reverse("indexbatch-letters"), {"id": batch.pk})
    assert OutgoingMail.objects.get().to == ["bianchi@example.org"]


def test_leaving_out_contracts_on_screen(anna, firm, account):
    indexed(agree(account, starts_on=date(2025, 1, 1)))
    batch = prepare_batch(firm, as_of=date(2026, 1, 1), by="anna")
    anna.post(reverse("indexproposal-exclude"), {"id": batch.proposals.get().pk, "note": "by telephone"})
    assert batch.proposals.get().state == IndexProposal.State.EXCLUDED
    assert "by telephone" in anna.get(reverse("indexbatch-detail", args=[batch.pk])).content.decode()


def test_an_empty_batch_says_so_beside_the_day(anna, firm):
    answer = anna.post(reverse("indexbatch-add"), {"as_of": "01/01/2026"})
    assert answer.status_code == 422
    assert "No adjustment is due by this day." in answer.content.decode()


def test_the_batch_page_takes_the_same_queries_for_two_contracts_and_for_twelve(anna, firm, account):
    counts = []
    for wanted in (2, 12):
        for _n in range(wanted):
            indexed(agree(account, starts_on=date(2025, 1, 1)))
        batch = prepare_batch(firm, as_of=date(2026, 1, 1), by="anna")
        counts.append(queries_of(anna, reverse("indexbatch-detail", args=[batch.pk])))
    assert counts[0] == counts[1]


def test_a_letter_is_in_the_language_of_the_customer_with_old_and_new_prices(firm, account):
    account.party.language = "en"
    account.party.save()
    indexed(agree(account, {"price": "1000.00", "text": "Canone"}, starts_on=date(2025, 1, 1)))
    batch = prepare_batch(firm, as_of=date(2026, 1, 1), by="anna")
    letter = adjustment_letters(batch, list(batch.proposals.select_related("contract__party")))[0]
    assert letter.language == "en"
    assert letter.prices == (("Canone", "1,000.00", "1,015.00"),)
    assert "adjusted by 1.5 % from 01/01/2026" in letter.body
    assert "share of the variation, per cent: 75" in letter.body


def test_adjustment_letters_are_mailed_once_and_those_without_address_are_left_to_print(firm, account):
    account.party.email = "bianchi@example.org"
    account.party.save()
    for payer in (account, make_account(firm, "Verdi")):
        indexed(agree(payer, starts_on=date(2025, 1, 1)))
    batch = prepare_batch(firm, as_of=date(2026, 1, 1), by="anna")
    confirm_batch(batch, by="anna", on=date(2025, 12, 10))
    assert send_adjustment_letters(batch, by="anna") == 1
    with pytest.raises(NobodyToWriteTo):
        send_adjustment_letters(batch, by="anna")
    assert OutgoingMail.objects.count() == 1
    assert batch.proposals.filter(letter=None).count() == 1


def test_renewal_letters_say_until_when_notice_is_in_time_and_the_new_price(firm, account):
    account.party.language, account.party.email = "en", "bianchi@example.org"
    account.party.save()
    contract = indexed(tacit(agree(account, {"price": "1000.00", "frequency": 12}, **YEAR_2025)))
    body = renewal_letters(firm, [Contract.objects.get(pk=contract.pk)])[0].body
    assert "renewed tacitly for 12 months, unless your notice reaches us by 30/09/2025" in body
    assert "adjusted by 1.5 %: from €1,000.00 to €1,015.00 a year" in body
    assert send_renewal_letters([contract], by="anna") == 1


def test_a_contract_without_end_gets_no_renewal_letter(firm, account):
    with pytest.raises(NobodyToWriteTo):
        send_renewal_letters([agree(account)], by="anna")


def test_a_late_notice_is_marked_in_the_cockpit(firm, account):
    contract = tacit(agree(account, **YEAR_2025))
    record_notice(contract, kind="cancellation", channel="pec", received_on=date(2025, 10, 5), by="anna",
                  on=date(2025, 10, 6))  # fmt: skip
    assert [(row.fate, row.notice) for row in seen(firm, on=date(2025, 10, 6))] == [("secured", "late")]
