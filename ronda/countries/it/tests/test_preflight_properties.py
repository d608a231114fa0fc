"""Any invoice within the limits: valid against the official schema, and nothing to object to."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import fatturapa as independent
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.countries.it.domain.fatturapa import (
    Attachment,
    Discount,
    ItemCode,
    Line,
    OtherData,
    Payment,
    Reference,
    Stamp,
    WelfareFund,
    Withholding,
    read_invoice,
    with_fitting_discount,
    write_invoice,
)
from ronda.countries.it.domain.fatturapa.prices import expected_net
from ronda.countries.it.domain.preflight import objections, preflight
from ronda.countries.it.tests.fatture import (
    ARIA,
    BIANCHI,
    COMUNE,
    DUPONT,
    INTENT,
    ROSSI,
    assert_valid,
    invoice,
    simplified,
)
from ronda.kernel.money import to_cents

D = Decimal
ON = date(2026, 12, 31)
NATURES = ["N1", "N2.1", "N2.2", "N3.1", "N3.5", "N4", "N5", "N6.3", "N7"]
SIMPLE_NATURES = [nature for nature in NATURES if nature not in {"N3.5", "N6.3", "N7"}]


def words(longest):
    """Any text at all with something in it that can be written; what it becomes is never too long."""
    return st.text(max_size=longest).map(lambda text: f"A {text}")


def codes(longest):
    return st.from_regex(rf"[!-~](?:[ -~]{{0,{longest - 2}}}[!-~])?", fullmatch=True)


days = st.dates(date(2021, 1, 1), ON)
taxes = st.one_of(
    st.tuples(st.sampled_from([D(22), D(10), D(5), D(4)]), st.just("")),
    st.tuples(st.just(D(0)), st.sampled_from(NATURES)),
)
discounts = st.lists(
    st.one_of(
        st.builds(Discount, st.sampled_from(["SC", "MG"]), percent=st.decimals(0, 100, places=2)),
        st.builds(Discount, st.sampled_from(["SC", "MG"]), percent=st.decimals(0, 99, places=5)),
        st.builds(Discount, st.sampled_from(["SC", "MG"]), amount=st.decimals(0, 999, places=8)),
    ),
    max_size=3,
).map(tuple)


def _priced(tax, **facts):
    """A line whose amount is what its figures say, as the firm would compute it (R30)."""
    rate, nature = tax
    declared = (INTENT,) if nature == "N3.5" else ()
    draft = Line(1, net=D(0), vat_rate=rate, nature=nature, **facts)
    return replace(draft, net=to_cents(expected_net(draft)), other_data=draft.other_data + declared)


lines = st.builds(
    _priced,
    taxes,
    description=words(1500),
    unit_price=st.decimals(-99_999, 99_999, places=8),
    quantity=st.one_of(st.none(), st.decimals(-9_999, 9_999, places=5)),
    unit=st.one_of(st.just(""), codes(10)),
    discounts=discounts,
    period_from=st.one_of(st.none(), days),
    period_to=st.one_of(st.none(), days),
    kind=st.sampled_from(["", "SC", "PR", "AB", "AC"]),
    codes=st.lists(st.builds(ItemCode, codes(35), words(5)), max_size=2).map(tuple),
    other_data=st.lists(
        st.builds(OtherData, st.just("NOTA"), words(8), st.none(), st.one_of(st.none(), days)), max_size=1
    ).map(tuple),
    reference=st.one_of(st.just(""), codes(20)),
)


@st.composite
def parties(draw, party):
    """Somebody known, under another name and address."""
    facts = {"street": draw(words(8)), "city": draw(words(8)), "house_number": draw(st.text(max_size=8))}
    if not party.first_name:
        facts["name"] = draw(words(10))
    return replace(party, **facts)


@st.composite
def funds(draw):
    rate, nature = draw(taxes)
    base = draw(st.decimals(0, 9_999, places=2))
    held = draw(st.booleans())
    return WelfareFund("TC04", D(4), to_cents(base * 4 / 100), rate, base, nature, withholding=held)


references = st.builds(
    Reference,
    kind=st.sampled_from(["order", "contract", "agreement", "receipt", "delivery_note"]),
    document=codes(20),
    day=days,
    item=st.one_of(st.just(""), codes(20)),
    job_code=st.one_of(st.just(""), words(15)),
    cup=st.one_of(st.just(""), codes(15)),
    cig=st.one_of(st.just(""), codes(15)),
    lines=st.lists(st.integers(1, 9999), max_size=2).map(tuple),
)
attachments = st.builds(
    lambda name, content: Attachment(name, len(content), "PDF", content=content),
    words(5),
    st.binary(max_size=50),
)
payments = st.builds(
    Payment,
    terms=st.sampled_from(["TP01", "TP02", "TP03"]),
    method=st.sampled_from(["MP01", "MP05", "MP08", "MP12", "MP19", "MP23"]),
    amount=st.decimals(-99_999, 99_999, places=2),
    due=st.one_of(st.none(), days),
    iban=st.sampled_from(["", "IT60X0542811101000000123456", "SM86U0322509800000000270100"]),
    bic=st.sampled_from(["", "BCITITMM", "BCITITMMXXX"]),
    bank=words(10),
    beneficiary=words(20),
    days=st.one_of(st.none(), st.integers(0, 999)),
    code=st.one_of(st.just(""), codes(60)),
)
SALES = ["TD01", "TD02", "TD03", "TD04", "TD05", "TD06", "TD24", "TD25", "TD26"]
BUYERS = [(BIANCHI, "FPR12"), (ROSSI, "FPR12"), (DUPONT, "FPR12"), (COMUNE, "FPA12")]


@st.composite
def ordinary(draw):
    """An ordinary document of sale, or a self-invoice for a supplier from abroad."""
    sold = draw(st.lists(lines, min_size=1, max_size=5))
    sold = tuple(replace(item, number=at) for at, item in enumerate(sold, 1))
    charged = tuple(draw(st.lists(funds(), max_size=2)))
    day = draw(days)
    held = any(fund.withholding for fund in charged) or draw(st.booleans())
    who, form = draw(st.sampled_from(BUYERS))
    sides = {"seller": draw(parties(ARIA)), "buyer": draw(parties(who)), "kind": draw(st.sampled_from(SALES))}
    if draw(st.booleans()) and draw(st.booleans()):
        supplier = replace(DUPONT, tax_regime="RF18", recipient_code="")
        us = replace(ARIA, tax_regime="", recipient_code="M5UXCR1")
        kind = draw(st.sampled_from(["TD17", "TD18", "TD19", "TD28"]))
        sides, form = {"seller": draw(parties(supplier)), "buyer": draw(parties(us)), "kind": kind}, "FPR12"
    linked = Reference("invoice", draw(codes(20)), draw(st.dates(date(2020, 1, 1), day)))
    return invoice(
        *sold,
        exigibility=""
        if any(item.nature.startswith("N6") for item in sold)
        else draw(st.sampled_from(["", "I", "D", "S"])),
        **sides,
        format=form,
        number=draw(st.from_regex(r"[0-9][!-~]{0,19}", fullmatch=True)),
        date=day,
        welfare_funds=charged,
        withholdings=(Withholding("RT01", D("1.00"), D(20), "A"),) if held else (),
        stamp=draw(st.sampled_from([None, Stamp(), Stamp(D("2.00"))])),
        references=(*draw(st.lists(references, max_size=3)), linked),
        causals=tuple(draw(st.lists(words(400), max_size=2))),
        attachments=tuple(draw(st.lists(attachments, max_size=2))),
        payments=tuple(draw(st.lists(payments, max_size=2))),
        progressive=draw(st.from_regex(r"[0-9A-Z]{1,10}", fullmatch=True)),
    )


@st.composite
def simple(draw):
    """A simplified invoice within the limit, or a correction of any amount."""
    kind, day = draw(st.sampled_from(["TD07", "TD08", "TD09"])), draw(days)
    high = 60 if kind == "TD07" else 99_999
    found = []
    for at in range(1, draw(st.integers(1, 5)) + 1):
        rate, nature = draw(
            st.one_of(
                st.tuples(st.sampled_from([D(22), D(10), D(4)]), st.just("")),
                st.tuples(st.just(D(0)), st.sampled_from(SIMPLE_NATURES)),
            )
        )
        net = draw(st.decimals(0, high, places=2))
        found.append(Line(at, draw(words(900)), net, net, rate, nature))
    linked = Reference(
        "invoice", draw(codes(20)), draw(st.dates(date(2020, 1, 1), day)), text=draw(words(50))
    )
    return simplified(
        *found,
        kind=kind,
        date=day,
        number=draw(st.from_regex(r"[0-9][!-~]{0,19}", fullmatch=True)),
        buyer=draw(parties(draw(st.sampled_from([BIANCHI, ROSSI])))),
        references=() if kind == "TD07" else (linked,),
    )


@given(st.one_of(ordinary(), simple()))
@settings(max_examples=60, deadline=None)
def test_what_is_within_the_limits_is_valid_and_nothing_is_objected_to(made):
    assert preflight(made, on=ON) == []
    data = write_invoice(made)

    assert_valid(data, made.format)
    assert objections(data, on=ON) == []


@given(ordinary())
@settings(max_examples=25, deadline=None)
def test_both_readers_find_the_figures_that_were_written(made):
    data = write_invoice(made)
    (back,), (found,) = read_invoice(data), independent.parse(data)

    assert (back.summaries, back.total) == (made.summaries, made.total)
    assert sum(item.net for item in back.lines) == sum(item.net for item in made.lines)
    figures = (found.importo_totale, found.totale_imponibile, found.totale_imposta)
    expected = (made.document_total, made.net_total, made.vat_total)
    assert tuple(D(figure.replace(".", "").replace(",", ".")) for figure in figures) == expected
    assert (found.tipo_documento_codice, len(found.linee)) == (made.kind, len(back.lines))


@given(
    lines,
    st.decimals(-99_999, 99_999, places=2),
    st.one_of(st.none(), st.decimals(-999, 999, places=3).filter(lambda quantity: abs(quantity) > D("0.1"))),
)
@settings(max_examples=60, deadline=None)
def test_r30_any_amount_is_explained_by_one_more_discount_per_unit(item, net, quantity):
    wanted = with_fitting_discount(replace(item, net=net, quantity=quantity))
    made = invoice(wanted)

    assert preflight(made, on=ON) == []
    assert [found.code for found in read_invoice(write_invoice(made))[0].warnings] == []
    assert (wanted.net, wanted.unit_price) == (net, item.unit_price)


def test_a_line_that_explains_itself_keeps_its_discounts():
    made = invoice().lines[0]

    assert with_fitting_discount(made) is made
