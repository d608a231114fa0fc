"""Every kind of document and every construct of the law: valid, without objections, read back the same."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import fatturapa as independent
import pytest

from ronda.countries.it.domain.fatturapa import (
    Address,
    Attachment,
    Discount,
    ItemCode,
    NotWritable,
    OtherData,
    Party,
    Payment,
    Reference,
    Register,
    Registration,
    Representative,
    Stamp,
    Summary,
    TaxId,
    WelfareFund,
    Withholding,
    read_file_attachments,
    read_invoice,
    write_invoice,
)
from ronda.countries.it.domain.preflight import preflight
from ronda.countries.it.tests.fatture import (
    ARIA,
    BIANCHI,
    COMUNE,
    DAY,
    DUPONT,
    INTENT,
    ROSSI,
    assert_valid,
    bare,
    invoice,
    line,
    needs_schemas,
    simplified,
)

D = Decimal
NOTE = Reference("delivery_note", "DDT 7", date(2026, 2, 20), lines=(1,))
LINKED = Reference("invoice", "FT 9/2025", date(2025, 12, 1))
#: A supplier from abroad as it stands in our self-invoices; we are the buyer, with our own code.
SUPPLIER = replace(DUPONT, tax_regime="RF18", recipient_code="")
ITALIAN = replace(BIANCHI, recipient_code="", tax_regime="RF01")
OURSELVES = replace(ARIA, tax_regime="", recipient_code="M5UXCR1")
SAN_MARINO = replace(DUPONT, name="Titano Srl", vat_country="SM", vat_id="03473", country="SM", city="Dogana")
TITANO = replace(SAN_MARINO, recipient_code="", tax_regime="RF18")
CONDOMINIUM = replace(ROSSI, name="Condominio", first_name="", last_name="", fiscal_code="97081660157")
NUMBER_ONLY = Party(vat_country="IT", vat_id="00743110157", recipient_code="0000000")
PROFESSIONAL = replace(
    ARIA, tax_regime="RF19", register=Register("Ordine Ingegneri", "FE", "A-123", date(2001, 5, 6))
)
FUND = WelfareFund("TC04", D(4), D("40.00"), D(22), D("1000.00"), withholding=True, reference="R1")
PERSON_HELD = Withholding("RT01", D("208.00"), D(20), "A")


def self_invoice(kind, *lines, **facts):
    """We hand it over, so we are the transmitter, although another is the seller."""
    us = {"buyer": OURSELVES, "issuer": "CC", "transmitter": TaxId("IT", ARIA.vat_id)}
    facts = {"seller": SUPPLIER} | us | facts
    return invoice(*lines, kind=kind, **facts)


ORDINARY = {
    "TD01": invoice(),
    "TD02 advance": invoice(kind="TD02"),
    "TD03 advance on a fee": invoice(kind="TD03"),
    "TD04 credit note": invoice(kind="TD04", references=(LINKED,)),
    "TD05 debit note": invoice(kind="TD05", references=(LINKED,)),
    "TD06 fee": invoice(line(net="1000.00"), kind="TD06", seller=PROFESSIONAL),
    "TD16 reverse charge integrated": self_invoice("TD16", line(nature="N6.3"), seller=ITALIAN),
    "TD17 services from abroad": self_invoice("TD17", references=(LINKED,)),
    "TD18 goods from the Union": self_invoice("TD18", references=(LINKED,)),
    "TD19 goods under article 17": self_invoice("TD19", references=(LINKED,)),
    "TD20 regularisation": self_invoice("TD20", seller=ITALIAN),
    "TD21 over the ceiling": invoice(kind="TD21", buyer=OURSELVES),
    "TD22 out of a VAT warehouse": self_invoice("TD22"),
    "TD23 out of a VAT warehouse, paid": self_invoice("TD23"),
    "TD24 deferred": invoice(kind="TD24", references=(NOTE, replace(NOTE, document="DDT 8", lines=()))),
    "TD25 deferred in a triangle": invoice(kind="TD25", references=(NOTE,)),
    "TD26 depreciable goods": invoice(kind="TD26"),
    "TD27 self-consumption": invoice(kind="TD27", buyer=OURSELVES),
    "TD28 from San Marino, on paper": self_invoice("TD28", seller=TITANO),
    "TD29 communication by the buyer": self_invoice("TD29", seller=ITALIAN),
    "stamp duty, charged": invoice(
        line(1, "300.00", "0", "N4"), line(2, "2.00", "0", "N1"), stamp=Stamp(D("2.00"))
    ),
    "stamp duty, amount left out": invoice(line(1, "300.00", "0", "N2.2"), stamp=Stamp()),
    "two kinds of withholding, a fund": invoice(
        line(net="1000.00", withholding=True),
        seller=PROFESSIONAL,
        kind="TD06",
        welfare_funds=(FUND,),
        withholdings=(PERSON_HELD, Withholding("RT04", D("45.50"), D("9.10"), "ZO")),
    ),
    "withholding by a condominium": invoice(
        line(net="1000.00", rate="10", withholding=True),
        buyer=replace(CONDOMINIUM, recipient_code="0000000"),
        withholdings=(Withholding("RT02", D("40.00"), D("4.00"), "W"),),
    ),
    "a fund without VAT": invoice(
        line(net="500.00", rate="0", nature="N2.2"),
        welfare_funds=(WelfareFund("TC22", D(4), D("20.00"), D(0), D("500.00"), "N2.2"),),
    ),
    "split payment to a public body": invoice(
        line(net="1000.00"), exigibility="S", format="FPA12", buyer=COMUNE
    ),
    "VAT on receipt of the money": invoice(
        exigibility="D", causals=("IVA per cassa ai sensi dell'art. 32-bis D.L. 83/2012",)
    ),
    "a public body with its codes": invoice(
        line(1),
        line(2, "50.00"),
        format="FPA12",
        buyer=replace(COMUNE, reference=""),
        seller=replace(ARIA, reference="CAP 1234"),
        references=(
            Reference("order", "ORD-1", DAY, "POS 3", "Commessa 7", "D12C23000010006", "Z9A3B5C7D1", (1,)),
            Reference("contract", "CTR-1", date(2025, 1, 1), cig="Z9A3B5C7D2", lines=(1, 2)),
            Reference("agreement", "CONV-1", cup="D12C23000010007"),
            Reference("receipt", "RIC-1", DAY),
        ),
        phases=(1, 2),
    ),
    "a letter of intent": invoice(line(net="900.00", rate="0", nature="N3.5", other_data=(INTENT,))),
    "a consumer": invoice(buyer=ROSSI),
    "a customer in the Union": invoice(line(rate="0", nature="N3.2"), buyer=DUPONT),
    "a customer in San Marino": invoice(
        line(rate="0", nature="N3.3"), buyer=replace(SAN_MARINO, recipient_code="2R4GTO8")
    ),
    "a stable organisation and representatives": invoice(
        seller=replace(
            ARIA,
            branch=Address("via Emilia", "40126", "Bologna", "5", "BO"),
            representative=Representative("Rappresenta Srl", vat_country="IT", vat_id="01533030480"),
        ),
        buyer=replace(
            BIANCHI,
            branch=Address("via Larga", "20122", "Milano", province="MI"),
            representative=Representative("Anna Neri", "Anna", "Neri", "IT", "12345670017"),
        ),
    ),
    "the register of companies and contacts": invoice(
        seller=replace(
            ARIA,
            registration=Registration("FE", "123456", D("10000.00"), "SU", in_liquidation=True),
            phone="0532123456",
            fax="0532123457",
            email="info@aria.it",
            eori="IT02182030391",
        ),
        buyer=replace(BIANCHI, title="Spett"),
    ),
    "handed over and made out by somebody else": invoice(
        transmitter=TaxId("IT", "01533030480"),
        issuer="TZ",
        third_party=Representative("Studio Neri", vat_country="IT", vat_id="12345670017"),
    ),
    "periods, codes, data, units": invoice(
        line(
            1,
            "135.00",
            unit_price=D("75.00"),
            quantity=D(2),
            unit="mesi",
            discounts=(Discount("SC", D(10)),),
            period_from=date(2026, 1, 1),
            period_to=date(2026, 2, 28),
            codes=(ItemCode("INTERNO", "A-1"), ItemCode("EAN", "8001234567890")),
            other_data=(OtherData("CONTRATTO", "C-1/2026", D(3), DAY),),
            reference="CDC-7",
            kind="AC",
        ),
        line(2, "0.01", unit_price=D("0.00333333"), quantity=D(3)),
        line(3, "-5.00", kind="SC"),
        references=(Reference("contract", "C-1/2026", date(2025, 1, 1), lines=(1,)),),
    ),
    "instalments with everything about the bank": invoice(
        payments=(
            Payment(
                "TP01", "MP05", D("61.00"), DAY, "IT60X0542811101000000123456", "BCITITMM", "Banca di prova",
                "Aria Srl", DAY, 30, "RIF 1", "05428", "11101", "",
                D("1.00"), DAY, D("5.00"), date(2026, 4, 4),
            ),
            Payment("TP01", "MP12", D("61.00"), date(2026, 4, 30), abi="05428", cab="11101"),
        )
    ),
    "rounding, article 73, causals": invoice(
        summaries=(Summary(D(22), D("100.01"), D("22.00"), rounding=D("0.01")),),
        rounding=D("-0.01"),
        total=D("122.00"),
        art73=True,
        causals=("Una causale", "Un'altra"),
    ),
    "an attachment": invoice(
        attachments=(Attachment("rapporto.pdf", 5, "PDF", "", "Rapportino", b"%PDF-"),)
    ),
}  # fmt: skip

SIMPLIFIED = {
    "TD07 simplified": simplified(buyer=replace(ROSSI, recipient_code="0000000")),
    "TD07 with the number only": simplified(
        buyer=NUMBER_ONLY,
    ),
    "TD07 with two rates and stamp": simplified(
        line(1, "10.01"), line(2, "20.02"), line(3, "80.00", "0", "N4"), stamp=Stamp()
    ),
    "TD08 credit note": simplified(
        kind="TD08", references=(Reference("invoice", "S 1", date(2026, 1, 5), text="Importo"),)
    ),
    "TD09 debit note": simplified(
        kind="TD09", references=(Reference("invoice", "S 1", date(2026, 1, 5), text="Importo"),)
    ),
    "TD07 flat rate over the limit": simplified(
        line(net="900.00", rate="0", nature="N2.2"), seller=replace(ARIA, tax_regime="RF19"), stamp=Stamp()
    ),
    "TD07 with registers, branch, attachment": simplified(
        seller=replace(
            ARIA,
            registration=Registration("FE", "123456", members="SM"),
            branch=Address("via Emilia", "40126", "Bologna", "5", "BO"),
            representative=Representative("Rappresenta Srl", vat_country="IT", vat_id="01533030480"),
        ),
        attachments=(Attachment("scontrino.txt", 4, content=b"ciao"),),
    ),
}  # fmt: skip
EVERY = ORDINARY | SIMPLIFIED
every = pytest.mark.parametrize("name", EVERY)


@every
@needs_schemas
def test_every_construct_is_valid_against_the_official_schema(name):
    assert_valid(write_invoice(EVERY[name]), EVERY[name].format)


@every
def test_nothing_is_objected_to_any_construct(name):
    assert preflight(EVERY[name], on=DAY) == []


@every
def test_every_construct_is_read_back_the_same(name):
    (back,) = read_invoice(write_invoice(EVERY[name]))
    written = EVERY[name]
    if written.format == "FSM10":  # the file has neither totals nor exigibility
        back = replace(back, total=written.total)

    assert (bare(back), back.warnings) == (written, ())


@pytest.mark.parametrize("name", ORDINARY)
def test_an_independent_reader_finds_our_totals(name):
    (found,) = independent.parse(write_invoice(ORDINARY[name]))
    ours = ORDINARY[name]

    assert [number(found.importo_totale), number(found.totale_imponibile), number(found.totale_imposta)] == [
        ours.document_total, ours.net_total, ours.vat_total,
    ]  # fmt: skip
    assert (found.tipo_documento_codice, found.numero) == (ours.kind, ours.number)
    assert [number(item.importo) for item in found.pagamenti] == [item.amount for item in ours.payments]
    assert len(found.linee) == len(ours.lines)


def number(italian):
    return Decimal(italian.replace(".", "").replace(",", "."))


@pytest.mark.parametrize("kind", ["TD16", "TD17", "TD18", "TD19", "TD28", "TD29"])
def test_self_invoices_say_that_the_customer_makes_them_out(kind):
    (back,) = read_invoice(write_invoice(self_invoice(kind, issuer="", transmitter=None)))

    assert (back.issuer, back.seller.tax_regime, back.transmitter) == ("CC", "RF18", TaxId("IT", ARIA.vat_id))


def test_a_person_hands_files_over_under_the_fiscal_code():
    neri = replace(
        ARIA, name="Anna Neri", first_name="Anna", last_name="Neri", fiscal_code="NREANN80A41D548W"
    )
    data = write_invoice(invoice(seller=neri))

    assert b"<IdPaese>IT</IdPaese><IdCodice>NREANN80A41D548W</IdCodice></IdTrasmittente>" in data
    assert read_invoice(data)[0].transmitter is None


def test_the_content_of_an_attachment_comes_back_byte_by_byte():
    content = bytes(range(256)) * 5
    sent = Attachment("a.bin", len(content), content=content)
    data = write_invoice(invoice(attachments=(sent, replace(sent, name="b.bin"))))

    assert [(item.name, item.content) for item in read_file_attachments(data)] == [
        ("a.bin", content), ("b.bin", content),
    ]  # fmt: skip
    assert [item.content for item in read_invoice(data)[0].attachments] == [None, None]
    assert read_file_attachments(data, 2) == ()


def test_an_attachment_that_is_no_base64_has_no_content():
    data = write_invoice(invoice(attachments=(Attachment("a.bin", 3, content=b"abc"),)))

    (found,) = read_file_attachments(data.replace(b"YWJj", b"YW%j"))
    assert found.content is None


def test_an_attachment_without_content_is_refused_also_for_files_that_are_not_sent():
    with pytest.raises(NotWritable):
        write_invoice(invoice(attachments=(Attachment("a.pdf", 3),)), strict=False)


def test_the_vat_of_simplified_lines_adds_up_to_that_of_their_summary():
    thirds = [line(n, "1.02") for n in (1, 2, 3)]  # R29: 0.67, not three times 0.22
    (back,) = read_invoice(write_invoice(simplified(*thirds)))

    assert [(item.net, item.vat) for item in back.summaries] == [(D("3.06"), D("0.67"))]


def test_r30_a_percentage_of_many_decimals_is_written_as_an_amount_per_unit():
    priced = line(
        net="200.00", unit_price=D("100.00"), quantity=D(3), discounts=(Discount("SC", D(100) / 3),)
    )
    made = invoice(priced)
    (back,) = read_invoice(write_invoice(made))

    assert back.lines[0].discounts == (Discount("SC", None, D("33.33333333")),)
    assert (preflight(made, on=DAY), back.warnings) == ([], ())


def test_a_return_of_goods_keeps_its_amount_when_the_sign_moves_to_the_price():
    priced = line(net="-90.00", unit_price=D(50), quantity=D(-2), discounts=(Discount("SC", amount=D(5)),))
    made = invoice(priced, line(2, "200.00"))
    (back,) = read_invoice(write_invoice(made))

    assert (preflight(made, on=DAY), back.warnings) == ([], ())
    assert (back.lines[0].quantity, back.lines[0].unit_price, back.lines[0].net) == (2, -50, -90)


@needs_schemas
def test_a_long_description_goes_on_in_lines_without_amount():
    words = " ".join(f"parola{n}" for n in range(250))
    made = invoice(line(1, text=words), line(2, "10.00"))
    data = write_invoice(made)
    (back,) = read_invoice(data)

    assert_valid(data, "FPR12")
    assert [item.number for item in back.lines] == [1, 3, 4, 2][: len(back.lines) - 1] + [2]
    assert " ".join(item.description for item in back.lines[:-1]) == words
    assert (back.warnings, back.net_total) == ((), made.net_total)


@needs_schemas
def test_a_long_causal_goes_on_in_further_ones():
    words = " ".join(f"causa{n}" for n in range(100))
    data = write_invoice(invoice(causals=(words,)))
    (back,) = read_invoice(data)

    assert_valid(data, "FPR12")
    assert " ".join(back.causals) == words
    assert max(map(len, back.causals)) <= 200


def test_an_invoice_that_was_read_is_not_written_without_its_attachments():
    (back,) = read_invoice(write_invoice(ORDINARY["an attachment"]))

    with pytest.raises(NotWritable) as refused:
        write_invoice(back)
    assert refused.value.facts["missing"] == "Attachment"
    assert preflight(back, on=DAY) == []
