"""Packages sold, used, expired and carried over, with the numbers in sight."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from ronda.billing.models import Document, DocumentKind
from ronda.billing.services import credit_document, delete_draft
from ronda.billing.tests.firm import make_account, make_firm, make_item, vat_code
from ronda.company.models import AuditEntry
from ronda.packages.domain.packages import State
from ronda.packages.models import Lot, Package, WalletEntry
from ronda.packages.queries import dues_of, in_state, lines_of, spend_of, standing_of, state_of, with_standing
from ronda.packages.services import (
    BeyondPackage,
    ExtraBilled,
    KeyOfAnother,
    NotAUse,
    NotEnoughLeft,
    NothingInside,
    NothingToBill,
    NotInPackage,
    NotLater,
    NotTransferable,
    NotValidThatDay,
    Offer,
    OfferLine,
    PackageClosed,
    PlannedDeposit,
    UsedLater,
    bill_deposits,
    bill_extras,
    bill_price,
    close,
    expire_due,
    extend,
    grant_due,
    reverse_use,
    sell,
    transfer,
    use,
)
from ronda.parties.models import PaymentMethod
from ronda.payments.services import record_payment

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def d(text):
    return Decimal(text)


@pytest.fixture
def firm():
    return make_firm(language="en")


@pytest.fixture
def account(firm):
    return make_account(firm)


@pytest.fixture
def hour(firm):
    return make_item(firm, "Hour of work", "50.00")


def offer(firm, *lines, price="450.00", **facts):
    made = [OfferLine(item, d(quantity)) for item, quantity in lines]
    return Offer("Ten hours", d(price), vat_code(firm), made, **facts)


@pytest.fixture
def ten(firm, account, hour):
    """`ten(**terms)`: 10 hours for 450.00 net, sold on 2 March 2026 for a year."""

    def make(quantity="10", price="450.00", deposits=(), **terms):
        ours = ("starts_on", "anchor_on", "expires_on", "bill")
        facts = {"bill": False} | {name: terms.pop(name) for name in ours if name in terms}
        return sell(
            account,
            offer(firm, (hour, quantity), price=price, **terms),
            on=DAY,
            by="anna",
            deposits=deposits,
            **facts,
        )

    return make


def take(package, quantity, on=DAY, **facts):
    return use(package, None, d(quantity), on=on, by="anna", **facts)


def balance(package):
    return package.entries.aggregate(sum=Sum("quantity"))["sum"]


def read(package):
    return with_standing(Package.objects.all()).get(pk=package.pk)


# --- selling ---------------------------------------------------------------------------------------------


def test_p17_a_package_sold_holds_what_was_bought_until_its_last_day(ten, account):
    package = ten()

    assert (package.number, package.starts_on, package.expires_on) == ("P2026/0001", DAY, date(2027, 3, 1))
    assert (package.price, package.gross_price, package.bought) == (d("450.00"), d("549.00"), d("10"))
    lot = Lot.objects.get()
    assert (lot.quantity, lot.value, lot.expires_on) == (d("10"), d("450.00"), date(2027, 3, 1))
    assert balance(package) == d("10")
    assert state_of(read(package), DAY) == State.RUNNING


def test_p17_the_price_is_shared_over_the_services_by_what_they_cost_one_by_one(firm, account, hour):
    visit = make_item(firm, "Visit", "100.00")
    package = sell(
        account, offer(firm, (hour, "4"), (visit, "1"), price="250.01"), on=DAY, by="anna", bill=False
    )
    assert [line.price for line in package.lines.all()] == [d("166.67"), d("83.34")]


def test_a_package_without_services_is_refused(firm, account):
    with pytest.raises(NothingInside):
        sell(account, offer(firm), on=DAY, by="anna")
    assert not Package.objects.exists()


def test_p17_the_invoice_of_a_package_is_issued_with_it_and_says_its_days(ten):
    package = ten(bill=True)
    document = Document.objects.get()
    line = document.lines.get()
    assert (document.kind, document.gross_total) == (DocumentKind.INVOICE, d("549.00"))
    assert (line.starts_on, line.ends_on) == (package.starts_on, package.expires_on)


def test_p19_deposits_received_and_balance_due(ten, account, firm):
    plan = [PlannedDeposit(DAY, d("100.00")), PlannedDeposit(date(2026, 4, 1), d("50.00"))]
    package = ten(deposits=plan, bill=True)
    method = PaymentMethod.objects.filter(company=firm, account_role="bank").first()

    def due():
        found = dues_of([package])[package.pk]
        return found.price, found.billed, found.paid, found.balance

    assert due() == (d("549.00"), d("122.00"), 0, d("549.00"))
    record_payment(account.party, date=DAY, amount=d("122.00"), method=method, by="anna")
    assert due() == (d("549.00"), d("122.00"), d("122.00"), d("427.00"))

    bill_deposits(package, on=date(2026, 4, 1), by="anna")
    final = bill_price(package, on=date(2026, 5, 1), by="anna")

    # 450.00 − 100.00 − 50.00 = 300.00 net, 366.00 with VAT.
    assert (final.kind, final.net_total, final.gross_total) == (
        DocumentKind.INVOICE,
        d("300.00"),
        d("366.00"),
    )
    assert due() == (d("549.00"), d("549.00"), d("122.00"), d("427.00"))
    record_payment(account.party, date=date(2026, 5, 1), amount=d("427.00"), method=method, by="anna")
    assert due() == (d("549.00"), d("549.00"), d("549.00"), 0)


def test_p19_what_the_customer_pays_to_the_state_is_neither_received_nor_due(firm, hour):
    """Split payment: of 549.00 the VAT of 99.00 goes to the State."""
    town = make_account(firm, "Comune", tax_regime="split")
    package = sell(town, offer(firm, (hour, "10")), on=DAY, by="anna")

    due = dues_of([package])[package.pk]

    assert (due.price, due.kept, due.paid, due.balance) == (d("549.00"), d("99.00"), 0, d("450.00"))


def test_the_price_is_billed_once_and_again_after_it_was_credited_in_full(ten):
    package = ten(bill=True)
    with pytest.raises(NothingToBill):
        bill_price(package, on=DAY, by="anna")

    credit_document(Document.objects.get(), on=DAY, by="anna")

    assert bill_price(package, on=DAY, by="anna").gross_total == d("549.00")


def test_a_deposit_is_billable_again_when_its_draft_is_deleted(ten):
    package = ten(deposits=[PlannedDeposit(DAY, d("100.00"))])
    draft = bill_deposits(package, on=DAY, by="anna", issue=False)
    with pytest.raises(NothingToBill):
        bill_deposits(package, on=DAY, by="anna")
    delete_draft(draft, by="anna")
    assert bill_deposits(package, on=DAY, by="anna").kind == DocumentKind.ADVANCE


# --- using -----------------------------------------------------------------------------------------------


def test_r52_uses_and_their_values_add_up_to_the_price(ten):
    package = ten(quantity="3", price="100.00")
    for n in range(3):
        take(package, "1", reference=f"Visit {n}")

    uses = WalletEntry.objects.filter(kind="use").order_by("pk")
    assert [one.value for one in uses] == [d("-33.33"), d("-33.34"), d("-33.33")]
    assert balance(package) == 0
    assert state_of(read(package), DAY) == State.CONCLUDED
    assert read(package).value_left == 0


def test_r52_a_reversal_returns_to_the_same_lot_in_any_order(ten):
    package = ten(quantity="3", price="100.00")
    first, second = take(package, "1").entries[0], take(package, "2").entries[0]

    reverse_use(first, on=DAY, by="anna")
    reverse_use(second, on=DAY, by="anna")

    assert balance(package) == d("3")
    assert set(package.entries.values_list("lot", flat=True)) == {Lot.objects.get().pk}
    assert package.entries.exclude(kind="grant").aggregate(sum=Sum("value"))["sum"] == 0
    with pytest.raises(NotAUse):
        reverse_use(first, on=DAY, by="anna")


def test_r53_ten_of_ten_and_not_one_more(ten):
    package = ten()
    for _n in range(10):
        take(package, "1")
    with pytest.raises(NotEnoughLeft) as refused:
        take(package, "1")
    assert refused.value.facts["remaining"] == 0
    assert balance(package) == 0


def test_r53_the_same_report_sent_twice_counts_once(ten):
    package = ten()
    first = take(package, "2", key="report:7")
    again = take(package, "2", key="report:7")

    assert (again.operation, again.remaining, balance(package)) == (first.operation, d("8"), d("8"))
    with pytest.raises(KeyOfAnother):
        take(ten(), "2", key="report:7")


def test_r54_over_use_is_refused_asked_about_or_billed(ten):
    blocked, asking, billing = ten(over_use="block"), ten(over_use="warn"), ten(over_use="bill")
    for package in (blocked, asking, billing):
        take(package, "10")

    with pytest.raises(NotEnoughLeft):
        take(blocked, "1")
    with pytest.raises(BeyondPackage):
        take(asking, "1")
    assert take(asking, "1", confirmed=frozenset({BeyondPackage.code})).remaining == d("-1")
    assert take(billing, "1").over == d("1")
    assert [balance(one) for one in (blocked, asking, billing)] == [0, d("-1"), d("-1")]


def test_r54_warnings_at_three_none_and_minus_one(ten):
    package = ten(over_use="bill")
    assert take(package, "6").warnings == ()
    assert take(package, "1").warnings == (d("3"),)
    assert take(package, "1").warnings == ()
    assert take(package, "2").warnings == (d("0"),)
    assert take(package, "1").warnings == (d("-1"),)
    assert take(package, "1").warnings == ()


def test_r54_the_extra_is_billed_at_its_rate_and_again_when_the_draft_goes(ten):
    package = ten(over_use="bill")
    extra = take(package, "12", reference="Report 9")

    draft = bill_extras(package, on=DAY, by="anna")

    # 2 hours beyond the ten, at the price of the list: 2 × 50.00.
    assert (draft.is_draft, draft.net_total) == (True, d("100.00"))
    with pytest.raises(NothingToBill):
        bill_extras(package, on=DAY, by="anna")
    with pytest.raises(ExtraBilled):
        reverse_use(extra.entries[0], on=DAY, by="anna")
    delete_draft(draft, by="anna")
    reverse_use(extra.entries[0], on=DAY, by="anna")
    assert balance(package) == d("10")
    with pytest.raises(NothingToBill):
        bill_extras(package, on=DAY, by="anna")


def test_a_package_is_used_on_its_days_only_and_for_what_it_holds(ten, firm):
    package = ten()
    for on in (date(2026, 3, 1), date(2027, 3, 2)):
        with pytest.raises(NotValidThatDay):
            take(package, "1", on=on)
    with pytest.raises(NotInPackage):
        use(package, make_item(firm, "Filter"), d("1"), on=DAY, by="anna")
    take(package, "1", on=date(2027, 3, 1))


def test_p17_a_package_by_amount_is_used_at_the_price_of_the_day(firm, account, hour):
    card = sell(
        account, Offer("Card", d("450.00"), vat_code(firm), kind="amount", amount=d("500.00")),
        on=DAY, by="anna", bill=False,
    )  # fmt: skip

    done = use(card, hour, d("3"), on=DAY, by="anna")

    # 3 × 50.00 of 500.00, worth 450.00 × 150 / 500 = 135.00 of the price.
    assert (done.remaining, done.entries[0].value) == (d("350.00"), d("-135.00"))
    assert balance(card) == d("350.00")


# --- time ------------------------------------------------------------------------------------------------


def test_r52_period_edges_follow_the_anchor(ten):
    """Half a year from 31 January: edges come back to the 31st after February."""
    package = ten(quantity="2", starts_on=date(2026, 1, 31), valid_months=6, period_months=1)
    grant_due(on=date(2026, 7, 30), by="ronda")

    lots = Lot.objects.order_by("granted_on")
    assert [(lot.granted_on, lot.expires_on) for lot in lots] == [
        (date(2026, 1, 31), date(2026, 2, 27)),
        (date(2026, 2, 28), date(2026, 3, 30)),
        (date(2026, 3, 31), date(2026, 4, 29)),
        (date(2026, 4, 30), date(2026, 5, 30)),
        (date(2026, 5, 31), date(2026, 6, 29)),
        (date(2026, 6, 30), date(2026, 7, 30)),
    ]
    assert sum(lot.value for lot in lots) == package.price == d("450.00")
    assert package.bought == d("12")
    assert grant_due(on=date(2026, 7, 30), by="ronda") == 0


def test_r52_what_is_left_is_carried_over_up_to_a_limit_and_then_lost(ten):
    """4 a month, at most 2 carried for one month: of 4 left 2 go on, once, and 2 are lost."""
    package = ten(
        quantity="4", price="120.00", valid_months=3, period_months=1, carry_limit=d("2"), carry_months=1
    )
    grant_due(on=date(2026, 4, 2), by="ronda")
    assert expire_due(on=date(2026, 4, 2), by="ronda") == 1
    assert expire_due(on=date(2026, 4, 2), by="ronda") == 0

    carried = Lot.objects.get(carried_from__isnull=False)
    assert (carried.quantity, carried.value, carried.expires_on) == (d("2"), d("20.00"), date(2026, 5, 1))
    assert balance(package) == d("6")

    # The carried ones, no older but expiring with the month, go first or last with equal days: the older lot.
    assert take(package, "5", on=date(2026, 4, 10)).remaining == d("1")
    grant_due(on=date(2026, 5, 2), by="ronda")
    expire_due(on=date(2026, 5, 2), by="ronda")

    kept = read(package)
    assert standing_of(kept).left + standing_of(kept).done + standing_of(kept).expired == d("12")
    assert Lot.objects.filter(carried_from=carried).count() == 0
    # Value of uses, of what was lost and of what is left is the price.
    totals = spend_of([kept])
    assert totals.used + totals.lost + totals.left == totals.bought == d("120.00")


def test_r52_the_unit_that_expires_first_is_used_first(ten):
    package = ten(quantity="1", valid_months=2, period_months=1, carry_limit=d("1"), carry_months=1)
    grant_due(on=date(2026, 4, 2), by="ronda")
    expire_due(on=date(2026, 4, 2), by="ronda")
    Lot.objects.filter(carried_from__isnull=False).update(expires_on=date(2026, 4, 20))

    entry = take(package, "1", on=date(2026, 4, 10)).entries[0]

    assert entry.lot.carried_from is not None


def test_a_use_in_a_new_period_does_not_wait_for_the_night(ten):
    package = ten(quantity="1", valid_months=2, period_months=1)
    take(package, "1")
    with pytest.raises(NotEnoughLeft):
        take(package, "1")
    assert take(package, "1", on=date(2026, 4, 2)).remaining == 0


def test_an_expired_rest_comes_back_when_the_package_is_extended(ten):
    package = ten()
    take(package, "4")
    expire_due(on=date(2027, 3, 2), by="ronda")
    assert (balance(package), state_of(read(package), date(2027, 3, 2))) == (0, State.EXPIRED)

    extend(package, expires_on=date(2027, 6, 30), by="anna", on=date(2027, 3, 2), reason="Illness")

    assert (balance(package), state_of(read(package), date(2027, 3, 2))) == (d("6"), State.RUNNING)
    assert take(package, "6", on=date(2027, 6, 30)).remaining == 0
    with pytest.raises(NotLater):
        extend(package, expires_on=date(2027, 6, 30), by="anna", on=DAY)


def test_a_closed_package_gives_nothing_more(ten):
    package = ten()
    take(package, "4", on=date(2026, 3, 5))
    with pytest.raises(UsedLater):
        close(package, on=date(2026, 3, 4), by="anna")

    close(package, on=date(2026, 3, 5), by="anna", reason="Moved away")

    assert (balance(package), state_of(read(package), date(2026, 3, 5))) == (0, State.CONCLUDED)
    with pytest.raises(PackageClosed):
        take(package, "1", on=date(2026, 3, 6))


def test_only_a_transferable_package_passes_to_another_customer(ten, firm):
    other = make_account(firm, "Verdi")
    with pytest.raises(NotTransferable):
        transfer(ten(bill=True), account=other, by="anna")
    passed = transfer(ten(bill=True, transferable=True), account=other, by="anna")
    assert passed.party == other.party


# --- reading ---------------------------------------------------------------------------------------------


def test_p18_the_state_of_the_list_is_that_of_the_page(ten):
    after = date(2027, 3, 2)
    running, done, expired, closed = ten(valid_months=24), ten(), ten(), ten()
    take(done, "10")
    take(expired, "3")
    close(closed, on=DAY, by="anna")
    rows = list(with_standing(Package.objects.all()))

    for on in (DAY, after):
        for state in State:
            found = set(with_standing(Package.objects.all()).filter(in_state(state, on)))
            assert found == {row for row in rows if state_of(row, on) == state}
    assert {state_of(row, after) for row in rows} == set(State)
    assert state_of(read(running), after) == State.RUNNING


def test_p19_services_performed_and_bought(ten):
    package = ten()
    take(package, "4")
    (line,) = lines_of([package], on=DAY)[package.pk]
    assert (line.standing.bought, line.standing.done, line.standing.left) == (d("10"), d("4"), d("6"))
    assert (line.standing.done_percent, line.value_done, line.available) == (40, d("180.00"), d("6"))


def test_every_operation_is_in_the_history(ten):
    package = ten()
    reverse_use(take(package, "1").entries[0], on=DAY, by="anna")
    actions = AuditEntry.objects.filter(action__startswith="packages.").values_list("action", flat=True)
    assert sorted(actions) == [
        "packages.package.sold",
        "packages.package.taken_back",
        "packages.package.used",
    ]
