import string
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ronda.countries.it.domain.fatturapa import (
    Attachment,
    Discount,
    ItemCode,
    Line,
    NotWritable,
    OtherData,
    Party,
    Payment,
    ReceivedInvoice,
    Reference,
    Stamp,
    Summary,
    WelfareFund,
    Withholding,
    read_invoice,
    write_invoice,
)
from ronda.countries.it.domain.fatturapa.latin import ascii_text, latin_text

STANDARDS = Path(__file__).resolve().parents[5] / "shared" / "standards" / "it" / "fatturapa"
SCHEMA = STANDARDS / "FatturaPA_v1.2.3_local.xsd"
needs_schema = pytest.mark.skipif(
    not SCHEMA.exists(), reason=f"the XSD 1.2.3 of FatturaPA is not at {SCHEMA}"
)


@cache
def schema():
    return etree.XMLSchema(etree.parse(SCHEMA))


ASCII = string.ascii_letters + string.digits + string.punctuation + " "
LATIN = ASCII + "".join(chr(code) for code in range(0xA1, 0x100) if code != 0xAD)


def texts(longest, *, narrow=False):
    """Texts that survive the way there and back: allowed characters, single blanks, trimmed."""
    found = st.text(ASCII if narrow else LATIN, min_size=1, max_size=min(longest, 25))
    return found.map(lambda text: " ".join(text.split()) or "x")


def maybe(strategy, absent=""):
    return st.one_of(st.just(absent), strategy)


def amounts(places=2, low=-99_999_999, high=99_999_999):
    return st.decimals(low, high, places=places)


days = st.dates(date(1970, 1, 1), date(2099, 12, 31))
rates = st.decimals(0, 100, places=2)
discounts = st.lists(
    st.builds(Discount, st.sampled_from(["SC", "MG"]), maybe(rates, None), amounts(8, 0, 9999)), max_size=2
).map(tuple)
lines = st.builds(
    Line,
    number=st.integers(1, 9999),
    description=texts(1000),
    unit_price=amounts(8),
    net=amounts(8),
    vat_rate=rates,
    nature=st.sampled_from(["", "N1", "N2.2", "N6.9"]),
    quantity=maybe(amounts(8, 0), None),
    unit=maybe(texts(10, narrow=True)),
    discounts=discounts,
    period_from=maybe(days, None),
    period_to=maybe(days, None),
    withholding=st.booleans(),
    kind=st.sampled_from(["", "SC", "PR", "AB", "AC"]),
    codes=st.lists(st.builds(ItemCode, texts(35, narrow=True), texts(35)), max_size=2).map(tuple),
    other_data=st.lists(
        st.builds(
            OtherData, texts(10, narrow=True), maybe(texts(60)), maybe(amounts(8), None), maybe(days, None)
        ),
        max_size=1,
    ).map(tuple),
)
summaries = st.builds(
    Summary,
    rate=rates,
    net=amounts(),
    vat=amounts(),
    nature=st.sampled_from(["", "N4"]),
    exigibility=st.sampled_from(["", "I", "D", "S"]),
    legal_reference=maybe(texts(100)),
    rounding=maybe(amounts(8), None),
    expenses=maybe(amounts(), None),
)
payments = st.builds(
    Payment,
    terms=st.sampled_from(["TP01", "TP02", "TP03"]),
    method=st.sampled_from(["MP01", "MP05", "MP12", "MP19"]),
    amount=amounts(),
    due=maybe(days, None),
    iban=st.sampled_from(["", "IT60X0542811101000000123456"]),
    bic=st.sampled_from(["", "BCITITMM", "BCITITMMXXX"]),
    bank=maybe(texts(80)),
    beneficiary=maybe(texts(200)),
    counted_from=maybe(days, None),
    days=maybe(st.integers(0, 999), None),
    code=maybe(texts(60, narrow=True)),
)
references = st.builds(
    Reference,
    kind=st.sampled_from(["order", "contract", "agreement", "receipt", "invoice"]),
    document=texts(20, narrow=True),
    day=maybe(days, None),
    item=maybe(texts(20, narrow=True)),
    job_code=maybe(texts(100)),
    cup=maybe(texts(15, narrow=True)),
    cig=maybe(texts(15, narrow=True)),
    lines=st.lists(st.integers(1, 9999), max_size=3).map(tuple),
)
notes = st.builds(Reference, st.just("delivery_note"), texts(20, narrow=True), days)
addresses = {
    "street": texts(60),
    "house_number": maybe(texts(8, narrow=True)),
    "postcode": st.from_regex(r"[0-9]{5}", fullmatch=True),
    "city": texts(60),
    "province": st.sampled_from(["", "FE", "RM"]),
    "country": st.just("IT"),
}
companies = st.builds(
    Party,
    name=texts(80),
    vat_country=st.just("IT"),
    vat_id=st.from_regex(r"[0-9]{11}", fullmatch=True),
    fiscal_code=st.sampled_from(["", "02182030391"]),
    **addresses,
)
sellers = st.builds(
    replace, companies, tax_regime=st.sampled_from(["RF01", "RF19"]), phone=st.sampled_from(["", "053212345"])
)
people = st.builds(
    lambda first, last, **others: Party(f"{first} {last}", first, last, **others),
    texts(60),
    texts(60),
    fiscal_code=st.just("RSSMRA80A01H501U"),
    recipient_code=st.just("0000000"),
    pec=st.sampled_from(["", "rossi@pec.it"]),
    **addresses,
)
buyers = st.one_of(people, st.builds(replace, companies, recipient_code=st.just("ABC1234")))


def grouped(found):
    """References in the order of the schema: the file keeps them by kind."""
    order = ["order", "contract", "agreement", "receipt", "invoice", "delivery_note"]
    return tuple(sorted(found, key=lambda reference: order.index(reference.kind)))


invoices = st.builds(
    ReceivedInvoice,
    kind=st.sampled_from(["TD01", "TD04", "TD24"]),
    number=texts(20, narrow=True),
    date=days,
    seller=sellers,
    buyer=buyers,
    currency=st.sampled_from(["EUR", "USD"]),
    format=st.sampled_from(["FPR12", "FPA12"]),
    lines=st.lists(lines, min_size=1, max_size=3).map(tuple),
    summaries=st.lists(summaries, min_size=1, max_size=2).map(tuple),
    discounts=discounts,
    stamp=maybe(st.builds(Stamp, maybe(amounts(), None)), None),
    withholdings=st.lists(
        st.builds(Withholding, st.sampled_from(["RT01", "RT02"]), amounts(), rates, st.just("A")), max_size=2
    ).map(tuple),
    welfare_funds=st.lists(
        st.builds(
            WelfareFund,
            st.just("TC01"),
            rates,
            amounts(),
            rates,
            maybe(amounts(), None),
            st.just(""),
            st.booleans(),
        ),
        max_size=1,
    ).map(tuple),
    total=maybe(amounts(), None),
    rounding=maybe(amounts(), None),
    payments=st.lists(payments, max_size=3).map(tuple),
    references=st.lists(st.one_of(references, notes), max_size=3).map(grouped),
    causals=st.lists(texts(200), max_size=2).map(tuple),
    issuer=st.sampled_from(["", "CC", "TZ"]),
    progressive=texts(10, narrow=True),
)


def without_file(invoice):
    return replace(invoice, warnings=(), source_name="", sha256="")


def simple():
    seller = Party(
        "Aria Srl",
        vat_country="IT",
        vat_id="02182030391",
        street="via Po 1",
        postcode="44121",
        city="Ferrara",
    )
    buyer = Party(
        "Bianchi",
        vat_country="FR",
        vat_id="12345678901",
        street="rue du Lac",
        city="Lyon",
        country="FR",
        postcode="69001",
    )
    line = Line(1, "Canone", Decimal("100"), Decimal("100"), Decimal("22"))
    summary = Summary(Decimal("22"), Decimal("100"), Decimal("22"))
    return ReceivedInvoice(
        "TD01", "1/2026", date(2026, 2, 28), seller, buyer, lines=(line,), summaries=(summary,)
    )


@given(invoices)
@settings(max_examples=60)
def test_what_is_written_is_read_back_the_same_and_is_valid(invoice):
    data = write_invoice(invoice)
    (back,) = read_invoice(data)

    assert without_file(back) == invoice
    if SCHEMA.exists():
        schema().assertValid(etree.fromstring(data))


@needs_schema
@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=60))
@settings(max_examples=60)
def test_any_text_at_all_gives_a_valid_file(name, street, description):
    invoice = simple()
    changed = replace(
        invoice,
        buyer=replace(invoice.buyer, name=name or "x", street=street),
        lines=(replace(invoice.lines[0], description=description, unit=description),),
        causals=(description * 5,),
    )
    if latin_text(changed.buyer.name):
        schema().assertValid(etree.fromstring(write_invoice(changed, strict=False)))


@needs_schema
@pytest.mark.parametrize(
    "path",
    sorted([*STANDARDS.glob("samples/*FP*.xml"), *STANDARDS.glob("gobl/*.xml")]),
    ids=lambda path: path.name,
)
def test_official_samples_written_again_are_valid_and_read_the_same(path):
    for invoice in read_invoice(path.read_bytes()):
        bare = replace(invoice, attachments=(), position=1)
        data = write_invoice(bare)

        schema().assertValid(etree.fromstring(data))
        assert without_file(read_invoice(data)[0]) == without_file(bare)


def test_a_negative_quantity_moves_its_sign_to_the_price():
    line = replace(simple().lines[0], quantity=Decimal("-2"), unit_price=Decimal("50"), net=Decimal("-100"))
    (back,) = read_invoice(write_invoice(replace(simple(), lines=(line,))))

    assert (back.lines[0].quantity, back.lines[0].unit_price) == (2, -50)


def test_a_foreign_buyer_gets_the_foreign_code_and_no_italian_postcode():
    (back,) = read_invoice(write_invoice(simple()))

    assert (back.buyer.recipient_code, back.buyer.postcode, back.buyer.country) == ("XXXXXXX", "00000", "FR")


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"number": " "}, "Numero"),
        ({"lines": ()}, "DettaglioLinee"),
        ({"format": "FSM10"}, "TipoDocumento"),
        ({"format": "FPR11"}, "FPR12/FPA12/FSM10"),
        ({"buyer": Party("Nobody")}, "CessionarioCommittente/IdFiscaleIVA"),
        ({"attachments": (Attachment("a.pdf", 1),)}, "Attachment"),
        ({"total": Decimal("1e11")}, "ImportoTotaleDocumento"),
        ({"total": Decimal("NaN")}, "ImportoTotaleDocumento"),
        ({"references": (Reference("delivery_note", "1"),)}, "DataDDT"),
    ],
)
def test_what_cannot_be_written_is_named(change, missing):
    with pytest.raises(NotWritable) as refused:
        write_invoice(replace(simple(), **change))
    assert refused.value.facts["missing"] == missing


def test_long_texts_are_cut_to_the_lengths_of_the_schema():
    invoice = replace(
        simple(), causals=("x" * 300,), lines=(replace(simple().lines[0], description="è" * 1200),)
    )
    (back,) = read_invoice(write_invoice(invoice))

    assert (len(back.causals[0]), len(back.lines[0].description)) == (200, 1000)


@pytest.mark.parametrize(
    ("text", "latin", "plain"),
    [
        ("“Caffè” – 5 €…", '"Caffè" - 5 EUR...', '"Caffe" - 5 EUR...'),
        ("Škoda\u00a0Łódź\n\tœuvre", "Skoda Lódz oeuvre", "Skoda Lodz oeuvre"),
        ("ok 👍👍 здесь", "ok ? zdes", "ok ? zdes"),
        ("Γιώργος Παπαδόπουλος, 5 µm", "Giorgos Papadopoylos, 5 µm", "Giorgos Papadopoylos, 5 um"),
        ("m² ½ ﬁne", "m² ½ fine", "m2 12 fine"),
    ],
)
def test_texts_are_brought_into_the_characters_allowed(text, latin, plain):
    assert (latin_text(text), ascii_text(text).replace("/", "")) == (latin, plain)
