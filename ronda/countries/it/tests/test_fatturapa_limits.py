"""What does not fit is named before anything is written, and nothing of legal weight is cut."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.countries.it.domain.fatturapa import (
    Address,
    Attachment,
    Discount,
    ItemCode,
    NotWritable,
    OtherData,
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
    read_invoice,
    unfit,
    write_invoice,
)
from ronda.countries.it.domain.fatturapa.labels import LABELS
from ronda.countries.it.domain.fatturapa.latin import ascii_text, latin_text
from ronda.countries.it.domain.fatturapa.names import file_name, foreign_tax_code, progressive
from ronda.countries.it.domain.sdi.names import BadTransmitter, NumbersExhausted
from ronda.countries.it.tests.fatture import (
    ARIA,
    BIANCHI,
    DAY,
    DUPONT,
    assert_valid,
    invoice,
    line,
    simplified,
)
from ronda.einvoices.domain.findings import Weight

D = Decimal


def seller(**changes):
    return invoice(seller=replace(ARIA, **changes))


def buyer(**changes):
    return invoice(buyer=replace(BIANCHI, **changes))


def one(**changes):
    return replace(invoice(), lines=(replace(line(), **changes),))


def paid(**changes):
    return invoice(payments=(replace(Payment("TP02", "MP05", D("122.00")), **changes),))


def referring(**changes):
    return invoice(references=(replace(Reference("order", "1"), **changes),))


def funded(**changes):
    return replace(invoice(), welfare_funds=(replace(WelfareFund("TC01", D(4), D(4), D(22)), **changes),))


def totalled(net):
    return replace(invoice(), summaries=(Summary(D(22), net, D(1)),))


def held(**changes):
    return invoice(withholdings=(replace(Withholding("RT01", D(20), D(20), "A"), **changes),))


#: Where → (an invoice, the field a person corrects).
MISFITS = {
    "DatiTrasmissione/CodiceDestinatario": (buyer(recipient_code="abc1234"), "party.recipient_code"),
    "DatiTrasmissione/PECDestinatario": (buyer(pec="not an address"), "party.pec"),
    "DatiTrasmissione/ProgressivoInvio": (invoice(progressive="1" * 11), "document.progressive"),
    "DatiTrasmissione/IdTrasmittente/IdPaese": (invoice(transmitter=TaxId("", "1")), "transmitter.tax_id"),
    "SoggettoEmittente": (invoice(issuer="IT02182030391"), "document.issuer"),
    "CedentePrestatore/IdFiscaleIVA": (seller(vat_id=""), "company.tax_id"),
    "CedentePrestatore/RegimeFiscale": (seller(tax_regime="RF99"), "company.tax_regime"),
    "CedentePrestatore/Denominazione": (seller(name=" "), "company.name"),
    "CedentePrestatore/Indirizzo": (seller(street=""), "company.street"),
    "CedentePrestatore/CAP": (seller(postcode="4412"), "company.postcode"),
    "CedentePrestatore/Comune": (seller(city=""), "company.city"),
    "CedentePrestatore/Provincia": (seller(province="Ferrara"), "company.province"),
    "CedentePrestatore/Email": (seller(email="@"), "company.email"),
    "CedentePrestatore/CodEORI": (seller(eori="IT1"), "company.eori"),
    "CedentePrestatore/RiferimentoAmministrazione": (seller(reference="x" * 21), "company.reference"),
    "CedentePrestatore/StabileOrganizzazione/CAP": (
        seller(branch=Address("via Po", "", "Ferrara")), "company.postcode",
    ),
    "CedentePrestatore/RappresentanteFiscale/IdFiscaleIVA": (
        seller(representative=Representative("Neri")), "company.representative.tax_id",
    ),
    "CedentePrestatore/IscrizioneREA/Ufficio": (
        seller(registration=Registration("", "1")), "company.registration",
    ),
    "CedentePrestatore/IscrizioneREA/SocioUnico": (
        seller(registration=Registration("FE", "1", members="XX")), "company.registration",
    ),
    "CedentePrestatore/IscrizioneREA/CapitaleSociale": (
        seller(registration=Registration("FE", "1", D("1e12"))), "company.capital",
    ),
    "CedentePrestatore/ProvinciaAlbo": (seller(register=Register("Albo", "Ferrara")), "company.register"),
    "CessionarioCommittente/CodiceFiscale": (buyer(fiscal_code="rssmra80a01h501u"), "party.fiscal_code"),
    "CessionarioCommittente/IdFiscaleIVA": (buyer(vat_id="0" * 29), "party.tax_id"),
    "CessionarioCommittente/IdFiscaleIVA/IdPaese": (buyer(vat_country="Italia"), "party.tax_id"),
    "CessionarioCommittente/Nazione": (buyer(country="ITA"), "party.country"),
    "TerzoIntermediario/Denominazione": (
        invoice(issuer="TZ", third_party=Representative(fiscal_code=ARIA.vat_id)), "document.issuer.name",
    ),
    "DatiGeneraliDocumento/TipoDocumento": (invoice(kind="TD07"), "document.kind"),
    "DatiGeneraliDocumento/Divisa": (invoice(currency="euro"), "document.currency"),
    "DatiGeneraliDocumento/Data": (invoice(date=date(1969, 12, 31)), "document.date"),
    "DatiGeneraliDocumento/Numero": (invoice(number="FT 2026–1"), "document.number"),
    "DatiGeneraliDocumento/ImportoTotaleDocumento": (replace(invoice(), total=D("1e11")), "document.total"),
    "DatiGeneraliDocumento/Arrotondamento": (invoice(rounding=D("NaN")), "document.total"),
    "DatiGeneraliDocumento/ScontoMaggiorazione": (
        invoice(discounts=(Discount("XX", D(1)),)), "document.discount",
    ),
    "DettaglioLinee": (replace(invoice(), lines=()), "document.lines"),
    "DatiRiepilogo": (replace(invoice(), summaries=()), "document.lines"),
    "DatiRiepilogo/AliquotaIVA": (invoice(summaries=(Summary(D("100.01"), D(1), D(1)),)), "line.vat_code"),
    "DatiRiepilogo/ImponibileImporto": (totalled(D("1e11")), "document.amount"),
    "DatiRiepilogo/Natura": (invoice(summaries=(Summary(D(0), D(1), D(0), "N8"),)), "line.vat_code"),
    "DatiRiepilogo/EsigibilitaIVA": (
        invoice(summaries=(Summary(D(22), D(100), D(22), exigibility="X"),)), "line.vat_code",
    ),
    "DatiRitenuta/TipoRitenuta": (held(kind="RT07"), "document.withholding"),
    "DatiRitenuta/ImportoRitenuta": (held(amount=D("1e11")), "document.withholding.amount"),
    "DatiRitenuta/AliquotaRitenuta": (held(rate=D(101)), "document.withholding"),
    "DatiRitenuta/CausalePagamento": (held(reason="F"), "document.withholding"),
    "DatiBollo/ImportoBollo": (invoice(stamp=Stamp(D("1e11"))), "document.stamp.amount"),
    "DatiCassaPrevidenziale/TipoCassa": (funded(kind="TC23"), "document.fund"),
    "DatiCassaPrevidenziale/ImportoContributoCassa": (funded(amount=D("1e11")), "document.fund.amount"),
    "DatiSAL/RiferimentoFase": (invoice(phases=(1000,)), "document.phase"),
    "DatiOrdineAcquisto/IdDocumento": (referring(document="x" * 21), "document.references"),
    "DatiOrdineAcquisto/NumItem": (referring(item="è"), "document.references"),
    "DatiOrdineAcquisto/CodiceCommessaConvenzione": (referring(job_code="x" * 101), "document.references"),
    "DatiOrdineAcquisto/CodiceCUP": (referring(cup="x" * 16), "document.cup"),
    "DatiOrdineAcquisto/CodiceCIG": (referring(cig="Z9A 3B5C7D1 234567"), "document.cig"),
    "DatiOrdineAcquisto/RiferimentoNumeroLinea": (referring(lines=(10_000,)), "document.references"),
    "DatiDDT/DataDDT": (referring(kind="delivery_note"), "document.references"),
    "DatiPagamento/CondizioniPagamento": (paid(terms="TP04"), "payment.terms"),
    "DettaglioPagamento/ModalitaPagamento": (paid(method="MP24"), "payment.method"),
    "DettaglioPagamento/GiorniTerminiPagamento": (paid(days=1000), "payment.days"),
    "DettaglioPagamento/ImportoPagamento": (paid(amount=D("1e11")), "payment.amount"),
    "DettaglioPagamento/IBAN": (paid(iban="IT60 X054 2811 1010 0000 0123 456"), "payment.iban"),
    "DettaglioPagamento/BIC": (paid(bic="BCITITM"), "payment.bic"),
    "DettaglioPagamento/ABI": (paid(abi="5428"), "payment.bank"),
    "DettaglioPagamento/CodicePagamento": (paid(code="x" * 61), "payment.code"),
    "DettaglioLinee 1/NumeroLinea": (one(number=10_000), "line.number"),
    "DettaglioLinee 1/Descrizione": (one(description="\u200b"), "line.text"),
    "DettaglioLinee 1/Quantita": (one(quantity=D("1e12")), "line.quantity"),
    "DettaglioLinee 1/PrezzoUnitario": (one(unit_price=D("99999999999.999")), "line.price"),
    "DettaglioLinee 1/PrezzoTotale": (one(net=D("-1e11")), "line.amount"),
    "DettaglioLinee 1/AliquotaIVA": (one(vat_rate=D(-1)), "line.vat_code"),
    "DettaglioLinee 1/Natura": (one(nature="N3.7"), "line.vat_code"),
    "DettaglioLinee 1/ScontoMaggiorazione": (one(discounts=(Discount("SC", D(101)),)), "line.discount"),
    "DettaglioLinee 1/TipoCessionePrestazione": (one(kind="XX"), "line.kind"),
    "DettaglioLinee 1/CodiceTipo": (one(codes=(ItemCode("", "1"),)), "line.code"),
    "DettaglioLinee 1/CodiceValore": (one(codes=(ItemCode("INT", "x" * 36),)), "line.code"),
    "DettaglioLinee 1/RiferimentoAmministrazione": (one(reference="x" * 21), "line.reference"),
    "DettaglioLinee 1/TipoDato": (one(other_data=(OtherData("x" * 11),)), "line.data"),
    "DettaglioLinee 1/RiferimentoTesto": (one(other_data=(OtherData("INTENTO", "€" * 21),)), "line.data"),
    "DettaglioLinee 1/RiferimentoNumero": (
        one(other_data=(OtherData("INTENTO", number=D("1e11")),)), "line.data.amount",
    ),
    "Attachment": (invoice(attachments=(Attachment("a.pdf", 1),)), "document.attachments"),
    "Allegati/NomeAttachment": (
        invoice(attachments=(Attachment("x" * 61, 1, content=b"1"),)), "document.attachments",
    ),
    "Allegati/FormatoAttachment": (
        invoice(attachments=(Attachment("x", 1, "x" * 11, content=b"1"),)), "document.attachments",
    ),
    "DatiFatturaRettificata/DataFR": (
        simplified(kind="TD08", references=(Reference("invoice", "1"),)), "document.references",
    ),
}  # fmt: skip


@pytest.mark.parametrize("where", MISFITS)
def test_what_does_not_fit_is_named_with_its_field_and_stops_the_writing(where):
    made, field = MISFITS[where]
    blocking = [(item.where, item.field) for item in unfit(made) if item.blocks]

    assert blocking == [(where, field)]
    with pytest.raises(NotWritable) as refused:
        write_invoice(made)
    assert [item.where for item in refused.value.facts["findings"]] == [where]
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("made", "where", "expected"),
    [
        (buyer(name="a" * 79 + " bc"), "CessionarioCommittente/Denominazione", "a" * 79),
        (buyer(street="via " + "€" * 30), "CessionarioCommittente/Indirizzo", "via " + ("EUR" * 30)[:56]),
        (one(unit="confezioni grandi"), "DettaglioLinee 1/UnitaMisura", "confezioni"),
        (paid(bank="b" * 81), "DettaglioPagamento/IstitutoFinanziario", "b" * 80),
    ],
)
def test_texts_that_will_be_shortened_are_warned_about_and_still_written(made, where, expected):
    (found,) = unfit(made)
    data = write_invoice(made)
    (back,) = read_invoice(data)

    assert (found.where, found.weight) == (where, Weight.WARNS)
    assert expected in {back.buyer.name, back.buyer.street, back.lines[0].unit, back.payments[0].bank}
    assert_valid(data, "FPR12")


@pytest.mark.parametrize(
    ("phone", "written"),
    [
        ("0532 12345", "0532 12345"),
        ("+39 0532 123456", "0532123456"),
        ("+39 333 1234567", "3331234567"),
        ("0532/123456 int. 7", "05321234567"),
        ("1234", ""),
    ],
)
def test_a_telephone_number_is_brought_to_twelve_characters_or_left_out(phone, written):
    (back,) = read_invoice(write_invoice(seller(phone=phone)))

    assert back.seller.phone == written


def test_a_house_number_that_is_too_long_goes_with_the_street():
    (back,) = read_invoice(write_invoice(buyer(street="via Po", house_number="12 scala B")))

    assert (back.buyer.street, back.buyer.house_number) == ("via Po, 12 scala B", "")


def test_abroad_neither_postcode_nor_province_need_to_fit():
    made = invoice(line(rate="0", nature="N3.1"), buyer=replace(DUPONT, postcode="W1A 1AA", province="Kent"))
    (back,) = read_invoice(write_invoice(made))

    assert (unfit(made), back.buyer.postcode, back.buyer.province) == ([], "00000", "")


def test_a_file_that_is_not_sent_is_written_with_what_there_is():
    made = buyer(street="", city="", postcode="", recipient_code="")
    (back,) = read_invoice(write_invoice(made, strict=False))

    assert (back.buyer.street, back.buyer.city, back.buyer.postcode) == ("-", "-", "00000")


def test_file_names_count_in_base_36():
    assert [progressive(n) for n in (1, 35, 36, 36**5 - 1)] == ["00001", "0000Z", "00010", "ZZZZZ"]
    assert file_name("IT", "02182030391", 10) == "IT02182030391_0000A.xml"
    assert file_name("DE", "136695976", 1, suffix="zip") == "DE136695976_00001.zip"
    with pytest.raises(NumbersExhausted):
        file_name("IT", "02182030391", 36**5)
    with pytest.raises(BadTransmitter):
        file_name("IT", "0218", 1)


@pytest.mark.parametrize(
    ("tax_id", "country", "business", "code"),
    [
        ("FR 40 303 265 045", "FR", True, "40303265045"),
        ("CHE-123.456.789 MWST", "CH", True, "CHE123456789MWST"),
        ("EL 094014201", "GR", True, "094014201"),
        ("ESB85905495", "ES", True, "B85905495"),
        ("", "US", True, "OO99999999999"),
        ("", "US", False, "0000000"),
    ],
)
def test_customers_abroad_have_a_code_even_without_a_number(tax_id, country, business, code):
    assert foreign_tax_code(tax_id, country, business=business) == code


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_every_text_comes_into_the_characters_allowed(text):
    latin, plain = latin_text(text), ascii_text(text)

    assert all(" " <= char <= "~" or "\xa1" <= char <= "\xff" for char in latin)
    assert all(" " <= char <= "~" for char in plain)
    assert (latin_text(latin), ascii_text(plain)) == (latin, plain)


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("Дмитрий Шостакович", "Dmitrii Shostakovich"),
        ("Київ, вул. Хрещатик", "Kiiv, vul. Khreshchatik"),
        ("Ольга Щербакова", "Olga Shcherbakova"),
        ("Νίκος Καζαντζάκης, Θεσσαλονίκη", "Nikos Kazantzakis, Thessaloniki"),
        ("Đorđe Łukasz Škoda Nguyễn", "Dorde Lukasz Skoda Nguyen"),
        ("Caffè «Perché» – 10 €", "Caffè «Perché» - 10 EUR"),
        ("東京 🙂 Srl", "? ? Srl"),
    ],
)
def test_names_in_other_alphabets_stay_readable(text, latin):
    assert latin_text(text) == latin


def test_what_counts_is_the_day_on_which_it_is_looked_at():
    assert unfit(invoice(date=DAY)) == []


def test_a_misfit_is_told_in_plain_words():
    (street,) = unfit(buyer(street=""))
    (price,) = unfit(one(unit_price=D("1e11")))

    assert str(street.text) == "Customer › street is missing."
    assert str(price.text).startswith("Line 1 › unit price does not fit")


@pytest.mark.parametrize("where", MISFITS)
def test_every_place_of_a_misfit_has_a_name_people_know(where):
    assert not {part.partition(" ")[0] for part in where.split("/")} - set(LABELS)


def test_attachments_may_fill_five_megabytes_in_base64_and_no_more():
    def enclosing(size):
        return invoice(attachments=(Attachment("a.pdf", size, content=bytes(size)),))

    data = write_invoice(enclosing(3_900_000))
    with pytest.raises(NotWritable) as refused:
        write_invoice(enclosing(3_930_000))

    assert 5_000_000 < len(data) < 5 * 1024 * 1024
    assert [item.code for item in refused.value.facts["findings"]] == ["00003"]


def test_customers_in_san_marino_have_a_code_of_their_own_by_default():
    titano = replace(DUPONT, vat_country="SM", vat_id="03473", country="SM", recipient_code="")
    (back,) = read_invoice(write_invoice(invoice(line(rate="0", nature="N3.3"), buyer=titano)))

    assert back.buyer.recipient_code == "2R4GTO8"


def test_a_long_description_of_a_simplified_invoice_goes_on_without_amount():
    words = " ".join(f"parola{n}" for n in range(200))
    data = write_invoice(simplified(line(net="10.00", text=words)))
    (back,) = read_invoice(data)

    assert_valid(data, "FSM10")
    assert " ".join(item.description for item in back.lines) == words
    assert back.document_total == D("12.20")
