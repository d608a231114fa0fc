from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ronda.accounting.domain.postings import (
    DocumentFacts,
    document_movements,
    off_balance,
    payment_movements,
    settled_movements,
)
from ronda.billing.domain.totals import DocumentTerms, Line, Withholding, totals

PARTY = 7
prices = st.decimals("-5000", "5000", places=2)


@st.composite
def documents(draw, sign=None):
    """The facts of any document the totals can produce."""
    lines = [
        Line(
            Decimal(draw(st.integers(1, 9))),
            draw(prices),
            Decimal(draw(st.sampled_from([0, 4, 10, 22]))),
            exigibility=draw(st.sampled_from("IDS")),
            withholding=draw(st.booleans()),
            gift=draw(st.sampled_from(["", "", "total_allowance", "net_allowance"])),
        )
        for _n in range(draw(st.integers(1, 5)))
    ]
    sums = totals(lines, DocumentTerms(withholdings=(Withholding(Decimal(20)),)))
    sales, vat = {}, {}
    for _line, net in zip(lines, sums.line_nets, strict=True):
        account = draw(st.sampled_from(["sales", "4010", "stamp_duty"]))
        sales[account] = sales.get(account, Decimal(0)) + net
    # As stored by billing before a discount on the whole document, or with a surcharge.
    sales["sales"] = sales.get("sales", Decimal(0)) + draw(prices)
    for group in sums.groups:
        vat[group.exigibility] = vat.get(group.exigibility, Decimal(0)) + group.vat
    return DocumentFacts(
        sign=sign or draw(st.sampled_from([1, -1])),
        party=PARTY,
        net=sums.net,
        gross=sums.gross,
        payable=sums.payable,
        withholding=sums.withholding,
        stamp=draw(st.sampled_from([Decimal(0), Decimal("2.00")])),
        sales=sales,
        vat=vat,
    )


def by_account(movements):
    sums = {}
    for account, _party, amount in movements:
        sums[account] = sums.get(account, Decimal(0)) + amount
    return {account: amount for account, amount in sums.items() if amount}


@given(documents())
def test_every_document_posts_an_entry_that_sums_to_zero(facts):
    assert off_balance(document_movements(facts)) == 0


@given(documents())
def test_r36_r37_the_customer_owes_what_is_payable_and_what_is_to_be_withheld(facts):
    owed = facts.sign * (facts.payable + facts.withholding)

    assert by_account(document_movements(facts)).get("customers", Decimal(0)) == owed


@given(documents(sign=1))
def test_invoice_and_credit_note_leave_nothing_but_the_duty_on_each(facts):
    note = DocumentFacts(
        -1,
        facts.party,
        facts.net,
        facts.gross,
        facts.payable,
        facts.withholding,
        facts.stamp,
        facts.sales,
        facts.vat,
    )
    left = by_account([*document_movements(facts), *document_movements(note)])

    duty = {"stamp_duty": 2 * facts.stamp, "stamp_duty_payable": -2 * facts.stamp} if facts.stamp else {}
    assert left == duty


cents = st.integers(1, 10**6).map(lambda n: Decimal(n) / 100)


@given(cents, cents, cents, st.lists(st.integers(1, 100), min_size=1, max_size=6), st.sampled_from([1, -1]))
def test_r36_the_shares_of_all_payments_add_up_to_the_whole_tax(payable, withholding, vat, parts, sign):
    paid = [
        payable * sum(parts[:n]) / sum(parts) // Decimal("0.01") * Decimal("0.01") for n in range(len(parts))
    ]
    moves = []
    for before, after in zip(paid, [*paid[1:], payable], strict=True):
        step = settled_movements(
            PARTY,
            payable=sign * payable,
            withholding=sign * withholding,
            deferred_vat=sign * vat,
            before=sign * before,
            change=sign * (after - before),
        )
        assert off_balance(step) == 0
        moves += step

    assert by_account(moves) == {
        "withholding_receivable": sign * withholding,
        "customers": -sign * withholding,
        "vat_deferred": sign * vat,
        "vat_payable": -sign * vat,
    }


def test_r36_of_two_equal_payments_each_withholds_half():
    facts = {"payable": Decimal(1020), "withholding": Decimal(200), "deferred_vat": Decimal(0)}
    first = settled_movements(PARTY, **facts, before=Decimal(0), change=Decimal(510))
    second = settled_movements(PARTY, **facts, before=Decimal(510), change=Decimal(510))

    assert [by_account(moves)["withholding_receivable"] for moves in (first, second)] == [100, 100]


def test_a_cancelled_payment_posts_the_opposite():
    given_, taken = (payment_movements(PARTY, Decimal(5), "bank", cancelled=c) for c in (False, True))

    assert by_account([*given_, *taken]) == {}
    assert by_account(given_) == {"bank": Decimal(5), "customers": Decimal(-5)}
