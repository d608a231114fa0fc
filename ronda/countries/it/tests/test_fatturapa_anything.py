"""Whatever stands in the model: it is named as unfit, or the file is valid against the official schema."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

from hypothesis import event, given, settings
from hypothesis import strategies as st

from ronda.countries.it.domain.fatturapa import (
    Address,
    Attachment,
    Discount,
    ItemCode,
    Line,
    OtherData,
    Party,
    Payment,
    ReceivedInvoice,
    Reference,
    Register,
    Registration,
    Representative,
    Stamp,
    Summary,
    TaxId,
    WelfareFund,
    Withholding,
    unfit,
    write_invoice,
)
from ronda.countries.it.domain.preflight import preflight
from ronda.countries.it.tests.fatture import (
    ARIA,
    BIANCHI,
    DAY,
    DUPONT,
    assert_valid,
    invoice,
    line,
    needs_schemas,
    simplified,
)

D = Decimal
anything = st.one_of(
    st.text(max_size=12),
    st.text(max_size=300),
    st.text("Aà1 ", max_size=1200),
    st.sampled_from([
        "", " ", "-", "IT", "FR", "SM", "XX", "it", "00000", "ABC1234", "ABC123", "XXXXXXX",
        "RSSMRA80A01H501U", "02182030391", "info@b.it", "a@b", "TD01", "TD07", "TD17", "RF01",
        "RF03", "TP02", "MP05", "N4", "N6.1", "N2", "SC", "MG", "SI", "S", "I", "TC01", "RT01", "ZO", "EUR", 
        "CC", "TZ", "SU", "LS", "BCITITMM",
        "IT60X0542811101000000123456", "invoice", "order", "delivery_note", "x" * 20, "x" * 21, "è" * 60,
        "€" * 60, "A\u0300", "1  2", "a\nb", "a\tb", "\x00", "\ud7ff", "&<>\"'", "]]>", "+39 0532 123456",
    ]),
)  # fmt: skip
numbers = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True),
    st.decimals(-(10**12), 10**12, places=3),
    st.sampled_from(
        [D(0), D(22), D("0.22"), D(100), D("100.004"), D("99999999999.995"), D("-99999999999.99")]
    ),
)
wholes = st.one_of(st.integers(-5, 5), st.integers(990, 10_010))
dates = st.dates(date(1900, 1, 1), date(9999, 12, 31))


def changed(made):
    """The same with a few of its plain fields replaced by anything of their type."""
    return st.sets(st.sampled_from([item.name for item in fields(made)]), max_size=3).flatmap(
        lambda names: st.fixed_dictionaries({name: value_for(made, name) for name in names}).map(
            lambda values: replace(made, **values)
        )
    )


def value_for(made, name):
    now = getattr(made, name)
    if name in {"warnings", "source_name", "sha256", "signed", "position", "content"} or isinstance(
        now, bool
    ):
        return st.just(now)
    kinds = ((str, anything), (int, wholes), (date, dates), (Decimal, numbers))
    for kind, strategy in kinds:
        if isinstance(now, kind):
            return strategy
    if isinstance(now, tuple):
        return (
            st.lists(st.sampled_from(now), max_size=2).map(tuple).flatmap(changed_all)
            if now
            else st.just(now)
        )
    return changed(now) if now is not None else st.just(now)


def changed_all(items):
    if not items or isinstance(items[0], (str, int)):
        return st.just(items)
    return st.tuples(*(changed(item) for item in items))


FULL = invoice(
    replace(
        line(withholding=True, nature=""),
        quantity=D(1), unit="ore", reference="R",
        discounts=(Discount("SC", D(0)), Discount("MG", amount=D(0))),
        codes=(ItemCode("INT", "1"),), other_data=(OtherData("NOTA", "x", D(1), DAY),), kind="AC",
        period_from=DAY, period_to=DAY,
    ),
    line(2, "10.00", "0", "N4"),
    seller=replace(
        ARIA, title="Dott", phone="0532123456", fax="0532123456", email="info@b.it", eori="IT02182030391",
        reference="1", branch=Address("via Po", "44121", "Ferrara", "1", "FE"),
        representative=Representative("Neri", "", "", "IT", "01533030480", "RSSMRA80A01H501U"),
        registration=Registration("FE", "1", D(1), "SU"), register=Register("Albo", "FE", "1", DAY),
    ),
    buyer=replace(BIANCHI, pec="a@b.it", branch=Address("via Po", "44121", "Ferrara"),
                  representative=Representative("", "Anna", "Neri", "IT", "01533030480")),
    welfare_funds=(WelfareFund("TC01", D(4), D(4), D(22), D(100), "", reference="1"),),
    withholdings=(Withholding("RT01", D(20), D(20), "A"),),
    stamp=Stamp(D(2)), rounding=D(0), discounts=(Discount("SC", D(0)),), art73=True, phases=(1, 2),
    references=tuple(
        Reference(kind, "1", DAY, "1", "1", "1", "1", (1, 2), "x")
        for kind in ("order", "contract", "agreement", "receipt", "invoice", "delivery_note")
    ),
    causals=("causale",), issuer="TZ", transmitter=TaxId("IT", "01533030480"),
    third_party=Representative("Neri", "", "", "IT", "01533030480"),
    attachments=(Attachment("a.pdf", 1, "PDF", "ZIP", "x", b"x"),),
    payments=(Payment("TP02", "MP05", D(1), DAY, "IT60X0542811101000000123456", "BCITITMM", "Banca", "Aria",
                      DAY, 1, "1", "05428", "11101", "1", D(1), DAY, D(1), DAY),),
)  # fmt: skip
ABROAD = invoice(
    kind="TD17", seller=replace(DUPONT, recipient_code=""), buyer=replace(ARIA, recipient_code="M5UXCR1")
)
CORRECTION = simplified(
    kind="TD08", seller=FULL.seller, references=(Reference("invoice", "1", DAY, text="x"),)
)
PLAIN = (FULL, ABROAD, CORRECTION, simplified(), simplified(buyer=Party(fiscal_code="RSSMRA80A01H501U")))


@needs_schemas
@given(st.sampled_from(PLAIN).flatmap(changed))
@settings(max_examples=150, deadline=None)
def test_what_is_not_named_as_unfit_is_valid(made):
    assert isinstance(made, ReceivedInvoice)
    blocking = [item for item in unfit(made) if item.blocks]
    event("unfit" if blocking else "written")

    assert {item.code for item in preflight(made, on=DAY)} >= {item.code for item in blocking}
    if not blocking:
        assert_valid(write_invoice(made), made.format)


@needs_schemas
def test_what_the_changes_begin_with_is_valid_itself():
    for made in PLAIN:
        assert_valid(write_invoice(made), made.format)
        assert isinstance(made.lines[0], Line)
        assert isinstance(made.summaries[0], Summary)
