"""The month: from contracts to issued documents."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.billing.models import BillingRun, Document, DocumentLine, RunEntry, RunSkip
from ronda.billing.options import BillingOptions
from ronda.billing.services import (
    AlreadyConfirmed,
    NothingToRetry,
    OldPeriods,
    confirm_run,
    credit_document,
    delete_draft,
    exclude_entries,
    include_entries,
    issue_entries,
    prepare_run,
    retry_failed,
)
from ronda.billing.tests.firm import make_account, make_firm, make_group, make_item
from ronda.company.models import NumberSeries
from ronda.company.services import save_options
from ronda.contracts.models import ChargePeriod, Contract
from ronda.contracts.services import (
    AlreadyCharged,
    close_ended,
    hold_billing,
    mark_billed_elsewhere,
    release_billing,
    terminate,
    void,
    waive_period,
)
from ronda.contracts.services.lifecycle import HasBilledPeriods
from ronda.contracts.tests.agreements import agree, month
from ronda.parties.models import Site

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
MARCH = date(2026, 3, 31)


@pytest.fixture
def firm():
    return make_firm()


@pytest.fixture
def account(firm):
    return make_account(firm)


def lines_of(run):
    """(document, text, net) of everything a run issued, in order."""
    rows = DocumentLine.objects.filter(document__run=run).order_by("document__number", "position")
    return [(line.document.label, line.text, line.net) for line in rows.select_related("document")]


def reasons(run):
    return list(run.skips.order_by("pk").values_list("code", flat=True))


def test_e1_one_click_bills_every_period_owed_with_its_days_in_words(firm, account):
    agree(account, {"price": "100.00"})

    run = month(firm, date(2026, 2, 15))

    assert (run.state, run.issued, run.failed) == (BillingRun.State.DONE, 1, 0)
    assert lines_of(run) == [
        ("FT 1/2026", "Canone dal 01/01/2026 al 31/01/2026", Decimal("100.00")),
        ("FT 1/2026", "Canone dal 01/02/2026 al 28/02/2026", Decimal("100.00")),
    ]


def test_r01_a_contract_from_the_31st_comes_back_to_the_31st(firm, account):
    agree(account, starts_on=date(2025, 1, 31))

    month(firm, date(2025, 5, 31))

    starts = list(ChargePeriod.objects.order_by("starts_on").values_list("starts_on", flat=True))
    assert starts == [
        date(2025, 1, 31),
        date(2025, 2, 28),
        date(2025, 3, 31),
        date(2025, 4, 30),
        date(2025, 5, 31),
    ]


def test_r03_month_of_activation_bills_whole_months_from_the_first(firm, account):
    agree(
        account,
        {"frequency": 3, "price": "300.00", "alignment": "activation_month"},
        starts_on=date(2025, 9, 6),
    )

    month(firm, date(2025, 12, 1))

    periods = list(ChargePeriod.objects.order_by("starts_on").values_list("starts_on", "ends_on"))
    assert periods == [(date(2025, 9, 6), date(2025, 11, 30)), (date(2025, 12, 1), date(2026, 2, 28))]


def test_r04_in_arrears_a_period_is_billed_on_its_last_day(firm, account):
    agree(account, {"timing": "arrears"})

    assert prepare_run(firm, as_of=date(2026, 1, 30), by="anna").proposed == 0
    assert prepare_run(firm, as_of=date(2026, 1, 31), by="anna").proposed == 1


def test_r05_a_future_contract_bills_nothing_before_its_lead_days(firm, account):
    agree(account, {"lead_days": 10}, starts_on=date(2026, 5, 1))

    early = prepare_run(firm, as_of=date(2026, 4, 20), by="anna")
    assert (early.proposed, reasons(early)) == (0, ["not_started"])
    assert prepare_run(firm, as_of=date(2026, 4, 21), by="anna").proposed == 1


def test_r06_a_first_partial_period_is_billed_by_days_of_the_whole_period(firm, account):
    agree(account, {"alignment": "calendar"}, starts_on=date(2024, 5, 20))

    run = month(firm, date(2024, 5, 31))

    assert [net for _label, _text, net in lines_of(run)] == [Decimal("38.71")]


def test_r07_the_last_period_ends_with_the_contract_and_leaves_no_empty_charge(firm, account):
    agree(account, starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 14))

    run = month(firm, MARCH)

    assert [net for _label, _text, net in lines_of(run)] == [Decimal("100.00"), Decimal("50.00")]


def test_r08_monthly_and_yearly_fees_stand_on_one_invoice_each_with_its_own_days(firm, account):
    agree(account, {"text": "Canone"}, {"text": "Assicurazione", "frequency": 12, "price": "365.00"})

    run = month(firm, date(2026, 1, 1))

    assert lines_of(run) == [
        ("FT 1/2026", "Canone dal 01/01/2026 al 31/01/2026", Decimal("100.00")),
        ("FT 1/2026", "Assicurazione dal 01/01/2026 al 31/12/2026", Decimal("365.00")),
    ]


def test_r08_the_words_are_in_the_language_of_the_payer(firm):
    account = make_account(firm, "Dupont")
    account.party.language = "fr"
    account.party.save()
    agree(account)

    assert "du 01/01/2026 au 31/01/2026" in lines_of(month(firm, date(2026, 1, 1)))[0][1]


def test_r09_missed_periods_are_caught_up_once_each(firm, account):
    agree(account)

    late = month(firm, date(2026, 6, 30))

    assert len(lines_of(late)) == 6
    assert month(firm, date(2026, 6, 30)).proposed == 0


def test_r09_one_document_per_period_when_the_firm_wants_it(firm, account):
    save_options(firm, BillingOptions, {"split_by_period": True}, by="anna")
    agree(account)

    assert month(firm, MARCH).issued == 3


def test_r09_very_old_periods_are_billed_only_after_a_question(firm, account):
    agree(account, {"frequency": 12}, starts_on=date(2023, 1, 1))
    run = prepare_run(firm, as_of=MARCH, by="anna")

    with pytest.raises(OldPeriods):
        confirm_run(run, by="anna")
    run = confirm_run(run, by="anna", in_background=False, confirmed=frozenset({OldPeriods.code}))
    assert len(lines_of(issue_entries(run, by="anna"))) == 4


def test_r10_running_the_month_twice_bills_nothing_new(firm, account):
    agree(account)
    month(firm, MARCH)

    again = month(firm, MARCH)

    assert (again.proposed, again.issued, reasons(again)) == (0, 0, ["next_due"])
    assert Document.objects.count() == 1


def test_r10_two_previews_of_the_same_month_bill_it_once(firm, account):
    agree(account)
    first = prepare_run(firm, as_of=MARCH, by="anna")
    second = prepare_run(firm, as_of=MARCH, by="bruno")
    assert first.digest == second.digest

    issue_entries(confirm_run(first, by="anna", in_background=False), by="anna")
    run = issue_entries(confirm_run(second, by="bruno", in_background=False), by="bruno")

    assert (run.issued, run.entries.get().state) == (0, RunEntry.State.NOTHING)
    assert Document.objects.count() == 1


def test_r10_the_second_clerk_is_told_that_the_preview_is_already_confirmed(firm, account):
    agree(account)
    run = prepare_run(firm, as_of=MARCH, by="anna")
    confirm_run(run, by="anna", in_background=False)

    with pytest.raises(AlreadyConfirmed):
        confirm_run(run, by="bruno")


def test_r11_deleting_a_draft_makes_its_periods_billable_again(firm, account):
    agree(account)
    run = month(firm, MARCH, mode=BillingRun.Mode.DRAFT)
    draft = Document.objects.get(run=run)
    assert draft.is_draft

    delete_draft(draft, by="anna")

    assert len(lines_of(month(firm, MARCH))) == 3


@pytest.mark.parametrize(("release", "again"), [(True, 3), (False, 0)])
def test_r11_a_credit_note_frees_the_periods_only_when_asked(firm, account, release, again):
    agree(account)
    invoice = Document.objects.get(run=month(firm, MARCH))
    credit_document(invoice, on=MARCH, by="anna", release=release)

    assert len(lines_of(month(firm, MARCH))) == again


def test_r11_a_part_credit_note_frees_nothing_even_when_asked(firm, account):
    agree(account)
    invoice = Document.objects.get(run=month(firm, date(2026, 1, 31)))
    pk = invoice.lines.get().pk
    credit_document(invoice, on=MARCH, by="anna", amounts={pk: Decimal("40.00")}, release=True)

    assert month(firm, date(2026, 1, 31)).proposed == 0


def test_r12_v7_a_payer_that_fails_stops_nobody_and_is_retried_alone(firm, monkeypatch):
    for name in ("Alfa", "Beta", "Gamma"):
        agree(make_account(firm, name))
    run = confirm_run(prepare_run(firm, as_of=date(2026, 1, 1), by="anna"), by="anna", in_background=False)
    bad = run.entries.get(party__name="Beta")
    good_key, bad.charges[1][0][13] = bad.charges[1][0][13], 999_999
    RunEntry.objects.filter(pk=bad.pk).update(charges=bad.charges)

    run = issue_entries(run, by="anna")

    bad.refresh_from_db()
    assert (run.state, run.issued, run.failed) == (BillingRun.State.PARTLY, 2, 1)
    assert (bad.state, bad.reason != "") == (RunEntry.State.FAILED, True)
    numbers = list(Document.objects.order_by("number").values_list("number", "party__name"))
    assert numbers == [(1, "Alfa"), (2, "Gamma")]

    bad.charges[1][0][13] = good_key
    RunEntry.objects.filter(pk=bad.pk).update(charges=bad.charges)
    run = issue_entries(retry_failed(run, by="anna"), by="anna")
    assert (run.state, run.issued, run.failed) == (BillingRun.State.DONE, 3, 0)
    assert Document.objects.get(number=3).party.name == "Beta"


def test_r12_there_is_nothing_to_retry_when_nothing_failed(firm, account):
    agree(account)
    with pytest.raises(NothingToRetry):
        retry_failed(month(firm, MARCH), by="anna")


def test_r13_s16_the_same_letter_merges_and_different_letters_never_do(firm, account):
    a, empty = make_group(account, "A"), make_group(account, "")
    agree(account, group=a)
    agree(account, group=a)
    agree(account, group=empty)
    agree(account)

    run = month(firm, date(2026, 1, 1))

    found = [
        (str(document.group and document.group.code), document.lines.count())
        for document in run.documents.all()
    ]
    assert sorted(found) == [("", 1), ("A", 2), ("None", 1)]


def test_r13_different_orders_conditions_or_regimes_never_share_a_document(firm):
    account = make_account(firm)
    agree(account)
    agree(account, purchase_order="PO-1")
    agree(account, cig="Z123")

    assert month(firm, date(2026, 1, 1)).issued == 3


def test_r14_works_at_several_sites_of_one_letter_are_one_document_by_site(firm, account):
    group = make_group(account, "A")
    sites = [
        Site.objects.create(party=account.party, code=str(n), name=f"Sede {n}", billing_group=group)
        for n in (1, 2)
    ]
    agree(account, *[{"site": site, "text": site.name} for site in reversed(sites)])

    document = Document.objects.get(run=month(firm, date(2026, 1, 1)))

    assert document.group == group
    assert [line.site.name for line in document.lines.order_by("position")] == ["Sede 1", "Sede 2"]


def test_r15_a_small_document_is_held_until_december(firm, account):
    save_options(firm, BillingOptions, {"minimum_document": "20.00"}, by="anna")
    agree(account, {"price": "15.00", "frequency": 12})

    held = month(firm, date(2026, 1, 31))
    assert (held.issued, held.entries.get().state) == (0, RunEntry.State.HELD)
    assert month(firm, date(2026, 12, 31)).issued == 1


def test_r15_a_held_document_can_be_issued_by_hand(firm, account):
    save_options(firm, BillingOptions, {"minimum_document": "20.00"}, by="anna")
    agree(account, {"price": "15.00"})
    run = prepare_run(firm, as_of=date(2026, 1, 31), by="anna")

    assert include_entries(run, [run.entries.get().pk], by="anna") == 1
    assert issue_entries(confirm_run(run, by="anna", in_background=False), by="anna").issued == 1


def test_r16_drafts_of_later_runs_are_appended_only_with_the_same_key(firm, account):
    agree(account)
    draft = Document.objects.get(run=month(firm, date(2026, 1, 31), mode=BillingRun.Mode.DRAFT))
    by_hand = Document.objects.create(company=firm, party=account.party, account=account)

    month(firm, date(2026, 2, 28), mode=BillingRun.Mode.DRAFT)

    draft.refresh_from_db()
    assert (draft.lines.count(), draft.net_total) == (2, Decimal("200.00"))
    assert by_hand.lines.count() == 0
    assert Document.objects.count() == 2


def test_r33_numbers_follow_the_payers_by_name(firm):
    for name in ("Gamma", "Alfa", "Beta"):
        agree(make_account(firm, name))

    month(firm, date(2026, 1, 1))

    assert list(Document.objects.order_by("number").values_list("party__name", flat=True)) == [
        "Alfa",
        "Beta",
        "Gamma",
    ]


def test_what_is_left_out_comes_back_the_next_time(firm, account):
    agree(account)
    run = prepare_run(firm, as_of=MARCH, by="anna")
    exclude_entries(run, [run.entries.get().pk], by="anna")

    assert issue_entries(confirm_run(run, by="anna", in_background=False), by="anna").issued == 0
    assert month(firm, MARCH).issued == 1


def test_a_contract_changed_after_the_preview_is_not_billed_on_old_terms(firm, account):
    contract = agree(account)
    run = confirm_run(prepare_run(firm, as_of=MARCH, by="anna"), by="anna", in_background=False)
    terminate(contract, ends_on=date(2026, 1, 31), by="anna", on=date(2026, 1, 31))

    run = issue_entries(run, by="anna")

    entry = run.entries.get()
    assert (entry.state, entry.reason_code) == (RunEntry.State.FAILED, "billing.changed_since_preview")
    assert NumberSeries.objects.filter(last_number__gt=0).count() == 0


def test_every_contract_left_out_has_its_reason(firm, account):
    agree(account, starts_on=date(2027, 1, 1), title="futuro")
    hold_billing(agree(account, title="fermo"), reason="contestazione", by="anna")
    ended = agree(account, title="finito", ends_on=date(2026, 1, 31))
    month(firm, date(2026, 1, 31), filters={"contracts": [ended.pk]})

    run = prepare_run(firm, as_of=MARCH, by="anna")

    found = dict(RunSkip.objects.filter(run=run).values_list("label", "code"))
    assert {label.split()[-1]: code for label, code in found.items()} == {
        "futuro": "not_started",
        "fermo": "hold",
        "finito": "ended",
    }


def test_a_held_contract_is_caught_up_when_released(firm, account):
    contract = hold_billing(agree(account), reason="contestazione", by="anna")
    assert month(firm, MARCH).issued == 0

    release_billing(contract, by="anna")

    assert len(lines_of(month(firm, MARCH))) == 3


def test_a_waived_period_is_not_billed_and_cannot_be_waived_twice(firm, account):
    line = agree(account).lines.get()
    waive_period(line, starts_on=date(2026, 2, 1), reason="omaggio", by="anna")

    with pytest.raises(AlreadyCharged):
        waive_period(line, starts_on=date(2026, 2, 1), reason="omaggio", by="anna")
    assert [text[-10:] for _label, text, _net in lines_of(month(firm, MARCH))] == ["31/01/2026", "31/03/2026"]


def test_periods_billed_by_the_previous_system_are_never_billed_again(firm, account):
    line = agree(account, starts_on=date(2025, 1, 1)).lines.get()

    assert mark_billed_elsewhere(line, before=date(2026, 3, 1), reason="old system", by="anna") == 14
    assert len(lines_of(month(firm, MARCH))) == 1


def test_a_contract_past_its_last_day_is_closed_and_still_billed_what_it_owes(firm, account):
    contract = agree(account, {"timing": "arrears"}, ends_on=date(2026, 1, 31))

    assert close_ended(on=date(2026, 1, 31), by="ronda") == 0
    assert close_ended(on=date(2026, 2, 1), by="ronda") == 1
    contract.refresh_from_db()
    assert contract.status == Contract.Status.ENDED
    assert month(firm, MARCH).issued == 1


def test_a_billed_contract_cannot_be_cancelled(firm, account):
    contract, other = agree(account), agree(account)
    month(firm, MARCH, filters={"contracts": [contract.pk]})

    with pytest.raises(HasBilledPeriods):
        void(contract, by="anna")
    assert void(other, by="anna").status == Contract.Status.VOID


def test_the_preview_points_out_what_is_new_and_what_changed(firm):
    changed, steady, new = (make_account(firm, name) for name in ("Alfa", "Beta", "Gamma"))
    contract = agree(changed)
    agree(steady)
    month(firm, date(2026, 1, 31))
    agree(new, starts_on=date(2026, 2, 1))
    contract.lines.update(price=Decimal("131.00"))

    run = prepare_run(firm, as_of=date(2026, 2, 28), by="anna")

    assert list(run.entries.order_by("position").values_list("party__name", "anomaly", "previous_net")) == [
        ("Alfa", "up", Decimal("100.00")),
        ("Beta", "", Decimal("100.00")),
        ("Gamma", "new", None),
    ]
    assert run.previous is not None


def test_two_firms_of_two_countries_bill_from_one_database(firm, account):
    french = make_firm("Propre SARL", "FR")
    agree(account)
    agree(make_account(french, "Dupont"))

    month(french, date(2026, 1, 1))

    assert {doc.company_id for doc in Document.objects.all()} == {french.pk}
    assert make_item(french).company == french


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_r09_r10_any_sequence_of_runs_bills_each_day_exactly_once(data, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        firm = make_firm()
        account = make_account(firm)
        start = date(2025, 1, 1) + timedelta(data.draw(st.integers(0, 400)))
        fee = {
            "frequency": data.draw(st.sampled_from([1, 2, 3, 6, 12])),
            "timing": data.draw(st.sampled_from(["advance", "arrears"])),
            "alignment": data.draw(st.sampled_from(["anniversary", "calendar", "activation_month"])),
        }
        line = agree(account, fee, starts_on=start, ends_on=date(2026, 12, 31)).lines.get()
        days = sorted(data.draw(st.lists(st.dates(start, date(2026, 12, 31)), max_size=4)))
        for day in [*days, date(2027, 12, 31)]:
            month(firm, day)
        billed = sorted(line.charges.values_list("starts_on", "ends_on"))
        assert billed[0][0] == start
        assert billed[-1][1] == date(2026, 12, 31)
        assert all(a[1] + timedelta(1) == b[0] for a, b in zip(billed, billed[1:], strict=False))
        transaction.set_rollback(True)
