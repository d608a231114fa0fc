"""Two pictures of what is owed: every cent of the difference stands on a row, each row with a reason."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ronda.billing.domain.comparing import Picture, Why, compare, sentence
from ronda.billing.domain.runs import Agreement, LeftOut, ProposedLine

ZERO = Decimal(0)
WITHHELD = False


def charge(ref, month=1, net="100.00", price=None, previous="100.00"):
    return ProposedLine(
        "contracts", ref, date(2026, month, 1), date(2026, month, 28), "regular", 1, 0, f"Fee {ref}",
        Decimal(1), "", Decimal(price or net), ZERO, Decimal(net), 1, WITHHELD, "", [],
        None if previous is None else Decimal(previous), "",
    )  # fmt: skip


def picture(*lines, left=()):
    return Picture([(line.ref, line) for line in lines], {(one.source, one.source_pk): one for one in left})


def known(*refs, pk=None):
    return {("contracts", ref): Agreement(pk or ref, f"C{ref}", ref, f"Fee {ref}") for ref in refs}


def reasons(found):
    return [why.code for row in found for why in row.why]


charges = st.lists(
    st.builds(
        charge,
        st.integers(1, 4),
        st.integers(1, 6),
        st.integers(0, 99_999).map(lambda cents: str(Decimal(cents) / 100)),
    ),
    max_size=12,
)


@given(charges, charges, st.booleans())
def test_the_rows_add_up_to_the_difference_of_the_pictures(first, second, chained):
    one, other = picture(*first), picture(*second)
    rows = compare(one, other, known(1, 2, 3, 4), chained=chained)
    kept = other.without(one) if chained else other
    before, after = (sum((line.net for _p, line in side.lines), ZERO) for side in (one, kept))
    assert sum((row.change for row in rows), ZERO) == after - before
    assert all(row.why for row in rows if row.state != "same")


@given(charges)
def test_a_picture_compared_with_itself_differs_nowhere(lines):
    assert all(row.state == "same" for row in compare(picture(*lines), picture(*lines), known(1, 2, 3, 4)))


def test_two_versions_of_a_fee_are_one_fee_with_another_price():
    versions = {
        ("contracts", 1): Agreement(7, "C7", 1, "Canone"),
        ("contracts", 2): Agreement(7, "C7", 1, "Canone"),
    }
    (row,) = compare(picture(charge(1)), picture(charge(2, 2, "110.00")), versions)
    assert row.why == (
        Why("price", {"fee": "Canone", "before": Decimal("100.00"), "after": Decimal("110.00")}),
    )


def test_what_is_never_billed_before_is_new_and_what_is_on_hold_says_so():
    held = LeftOut(1, "contracts", 1, "C1", "hold", {"reason": "x"})
    assert reasons(compare(picture(), picture(charge(2, previous=None)), known(2))) == ["new"]
    assert reasons(compare(picture(charge(1)), picture(left=[held]), known(1))) == ["hold"]
    assert reasons(compare(picture(charge(1)), picture(), known(1))) == ["unknown"]


def test_a_fee_added_to_a_contract_is_named():
    both = known(1, 2, pk=7)
    (row,) = compare(picture(charge(1)), picture(charge(1), charge(2)), both)
    assert (row.change, reasons([row])) == (Decimal("100.00"), ["fee_in"])
    assert sentence("fee_in", row.why[0].facts) == "“Fee 2”: in the second only."
