"""Any invoice our documents can become, for properties."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from ronda.countries.fr.domain.einvoice import legal
from ronda.countries.fr.domain.einvoice.model import (
    Address,
    Allowance,
    Contact,
    Delivery,
    Kind,
    Note,
    Party,
    Payment,
    Prepayment,
    Reference,
    Span,
    Vat,
    VatDue,
)
from ronda.countries.fr.domain.einvoice.totals import fitted
from ronda.countries.fr.domain.tax_ids import vat_number_of
from ronda.countries.fr.tests.einvoice_samples import (
    FRANCHISE,
    IBAN,
    ITALIAN,
    MIDDLE,
    REDUCED,
    REVERSE,
    SELLER,
    STANDARD,
    invoice,
    line,
)

TEXTS = st.text(
    st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" \x07&<>'"), min_size=1, max_size=60
)
WORDS = TEXTS.filter(str.strip).map(lambda text: "Lot " + text)
DAYS = st.dates(date(2026, 9, 1), date(2099, 1, 1))
NUMBERS = st.from_regex(r"[A-Z0-9]{1,6}[-/_+][0-9]{1,8}", fullmatch=True)
AMOUNTS = st.decimals(Decimal("0.01"), Decimal(99999), places=2)
VATS = st.sampled_from(
    (STANDARD, MIDDLE, REDUCED, Vat("S", Decimal("2.1")), Vat("S", Decimal("8.5")), FRANCHISE)
)


@st.composite
def sirens(draw):
    """Eight digits and the one that follows from them."""
    digits = draw(st.integers(10_000_000, 99_999_999))
    total = sum(
        sum(divmod(int(digit) * (2 if place % 2 else 1), 10)) for place, digit in enumerate(str(digits))
    )
    return f"{digits}{-total % 10}"


@st.composite
def buyers(draw):
    """A business in France, a consumer, or a business in Italy."""
    kind = draw(st.sampled_from(("B2B", "B2C", "B2BINT")))
    if kind == "B2BINT":
        return kind, ITALIAN
    contact = draw(st.none() | st.builds(Contact, WORDS, st.just("+33 1"), st.just("a@b.fr")))
    address = Address(draw(WORDS), "", draw(st.just("") | WORDS), "75001", draw(WORDS), "", "FR")
    if kind == "B2C":
        return kind, Party(draw(WORDS), address, endpoint="a@b.fr", endpoint_scheme="EM", contact=contact)
    siren = draw(sirens())
    suffix = draw(st.sampled_from(("", "_COMPTA", "_SRV.1")))
    party = Party(
        draw(WORDS),
        address,
        siren,
        vat_number="FR" + vat_number_of(siren),
        endpoint=siren + suffix,
        contact=contact,
    )
    return kind, party


@st.composite
def lines(draw, number, vats):
    """A line with quantity, price, discount; now and then one only `fitted` can say."""
    price = draw(st.decimals(Decimal("-5000"), Decimal("5000"), places=draw(st.sampled_from((2, 4, 6, 8)))))
    quantity = draw(st.decimals(Decimal("0.0001"), Decimal(500), places=4))
    allowances = draw(st.lists(st.builds(Allowance, AMOUNTS, WORDS, charge=st.booleans()), max_size=2))
    start = draw(DAYS)
    more = {
        "name": draw(WORDS),
        "note": draw(st.just("") | WORDS),
        "unit": draw(st.sampled_from(("C62", "HUR", "MON", "MTK"))),
        "period": draw(st.none() | st.just(Span(start, start + timedelta(days=draw(st.integers(0, 400)))))),
        "allowances": tuple(allowances),
    }
    return fitted(line(number, quantity, price, draw(vats), **more))


PAYMENTS = st.sampled_from(
    (
        None,
        Payment("30", reference="FA", iban=IBAN),
        Payment("58", iban=IBAN, bic="AGRIFRPP", account_name="X"),
        Payment("59", mandate="RUM-1", creditor="FR72ZZZ123456", debtor_iban=IBAN),
        Payment("20"),
        Payment("10"),
    )
)


@st.composite
def invoices(draw):
    """Invoice, deposit, final, credit note or corrective, paid or not, to anybody."""
    addressee, buyer = draw(buyers())
    vats = st.just(REVERSE) if addressee == "B2BINT" else VATS
    count = draw(st.integers(1, 5))
    kind = draw(st.sampled_from(list(Kind)))
    on = draw(DAYS)
    earlier = Reference(draw(NUMBERS), on - timedelta(days=draw(st.integers(0, 200))))
    needs_one = kind in {Kind.CREDIT_NOTE, Kind.CORRECTIVE, Kind.DEPOSIT_CREDIT}
    stage = draw(
        st.sampled_from(("invoice", "paid") if kind != Kind.INVOICE else ("invoice", "paid", "final"))
    )
    more = {"paid_on": on} if stage == "paid" else {}
    if stage == "final":
        more["prepaid"] = (Prepayment(draw(NUMBERS), on - timedelta(days=9), draw(AMOUNTS)),)
    if kind == Kind.REBATE:
        more |= {"contract": "C-1", "period": Span(on - timedelta(days=90), on)}
    return invoice(
        *(draw(lines(number, vats)) for number in range(1, count + 1)),
        number=draw(NUMBERS),
        issued_on=on,
        due_on=on + timedelta(days=draw(st.integers(0, 60))),
        kind=kind,
        framework=legal.framework(draw(st.sampled_from(("goods", "services", "mixed"))), stage),
        vat_due=draw(st.sampled_from(("", *VatDue))),
        addressee=addressee,
        buyer=buyer,
        seller=SELLER,
        payment=draw(PAYMENTS),
        references=(earlier,) if needs_one else (),
        notes=tuple(draw(st.lists(st.builds(Note, WORDS), max_size=2))),
        allowances=tuple(
            draw(st.lists(st.builds(Allowance, AMOUNTS, WORDS, charge=st.booleans(), vat=vats), max_size=2))
        ),
        buyer_reference=draw(st.just("") | WORDS),
        order=draw(st.just("") | WORDS),
        delivery=draw(st.none() | st.builds(Delivery, DAYS)),
        **more,
    )
