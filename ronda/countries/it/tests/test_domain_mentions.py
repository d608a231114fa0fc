from datetime import date
from decimal import Decimal

import pytest

from ronda.company.country import DocumentFacts, SellerFacts, VatFacts
from ronda.countries.it.data import mentions as texts
from ronda.countries.it.data.vat import VAT_CODES
from ronda.countries.it.domain.mentions import mentions, vat_text, written

SELLER = SellerFacts(
    name="Alfa",
    tax_id="07643520567",
    registration_id="07643520567",
    register_place="MI",
    register_number="1234567",
    share_capital=Decimal(10000),
)
NOBODY = SellerFacts(name="Alfa")


def printed(language="it", *, kind="invoice", seller=NOBODY, **facts):
    document = DocumentFacts(kind=kind, on=date(2026, 11, 21), seller=seller, **facts)
    return {mention.code: str(mention) for mention in mentions(document, language)}


def test_a_firm_shows_capital_register_and_tax_numbers():
    assert printed(seller=SELLER) == {
        "identity": "Capitale sociale € 10.000,00 i.v. - R.E.A. MI-1234567 - P. IVA 07643520567 - "
        "C.F. e n. iscrizione Registro imprese 07643520567"
    }


def test_capital_not_paid_up_sole_shareholder_and_liquidation_are_shown():
    seller = SellerFacts(
        name="Alfa",
        share_capital=Decimal(10000),
        capital_paid=Decimal(2500),
        sole_shareholder=True,
        in_liquidation=True,
    )

    assert printed(seller=seller)["identity"] == (
        "Capitale sociale € 10.000,00, versato € 2.500,00 - Società con socio unico - Società in liquidazione"
    )


def test_a_person_shows_the_codice_fiscale():
    seller = SellerFacts(name="Mario Rossi", registration_id="RSSMRA80A01H501U")

    assert printed(seller=seller)["identity"] == "C.F. RSSMRA80A01H501U"


def test_abroad_the_vat_number_has_its_prefix():
    assert "VAT no. IT07643520567" in printed("en", seller=SELLER)["identity"]


def test_r31_every_reason_for_no_vat_is_printed_once():
    vat = (VatFacts("N4", "N4"), VatFacts("22"), VatFacts("N4", "N4"), VatFacts("N6.7", "N6.7"))

    assert printed(vat=vat) == {
        "N4": "Operazione esente ex art. 10 D.P.R. 633/1972",
        "N6.7": "Inversione contabile ex art. 17, c. 6, lett. a-ter), D.P.R. 633/1972",
    }


def test_r31_the_words_of_the_company_win_in_italian():
    assert printed(vat=(VatFacts("X", "N4", "Esente art. 10 n. 18"),)) == {"N4": "Esente art. 10 n. 18"}


def test_r38_services_to_a_firm_of_another_state_say_reverse_charge():
    vat = (VatFacts("N2.1UE", "N2.1"),)

    assert printed("it", vat=vat)["N2.1"].startswith("Inversione contabile")
    assert printed("en", vat=vat)["N2.1"].startswith("Reverse charge")
    assert printed("fr", vat=vat)["N2.1"].startswith("Autoliquidation")


def test_r37_split_payment_is_printed():
    assert "art. 17-ter" in printed(split_payment=True)["split_payment"]


def test_vat_due_on_payment_names_its_law():
    assert printed(deferred_vat=True)["cash_vat"].startswith("IVA ad esigibilità differita")
    public = SellerFacts(name="Alfa", tax_regime="RF16")
    assert "art. 6, c. 5" in printed(deferred_vat=True, seller=public)["deferred_public"]


def test_r35_stamp_duty_paid_virtually_is_printed_with_its_amount():
    text = printed(stamp_duty=Decimal("2.00"))["stamp_duty"]

    assert text.startswith("Imposta di bollo assolta in modo virtuale")
    assert text.endswith("€ 2,00")
    assert "stamp_duty" not in printed(stamp_duty=Decimal(0))


def test_r35_the_exemption_of_the_customer_is_printed_in_the_place_of_the_duty():
    text = printed("fr", stamp_duty_exemption="art. 82 D.Lgs. 117/2017")

    assert text["stamp_duty_exempt"] == "Exonéré du droit de timbre : art. 82 D.Lgs. 117/2017"
    assert "stamp_duty_exempt" not in printed(stamp_duty=Decimal(2), stamp_duty_exemption="")


def test_a_forfettario_says_no_vat_and_no_withholding():
    seller = SellerFacts(name="Mario Rossi", tax_regime="RF19")

    for vat in ((), (VatFacts("N2.2F", "N2.2"),)):
        text = printed(seller=seller, vat=vat)
        assert "commi da 54 a 89" in text["N2.2"]
        assert "c. 67" in text["no_withholding_RF19"]


def test_a_courtesy_copy_says_it_has_no_fiscal_value():
    text = printed(courtesy_copy=True)["courtesy_copy"]

    assert "privo di valore fiscale" in text
    assert "formato XML" in text


def test_a_quote_shows_only_who_the_firm_is():
    vat = (VatFacts("N4", "N4"),)

    assert list(printed(kind="quote", seller=SELLER, vat=vat, split_payment=True)) == ["identity"]


def test_a_pro_forma_says_it_is_no_invoice():
    assert list(printed(kind="proforma", vat=(VatFacts("N4", "N4"),))) == ["proforma"]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("seed", [seed for seed in VAT_CODES if seed.nature], ids=lambda seed: seed.code)
def test_every_nature_has_words_in_every_language(seed, language):
    text = vat_text(VatFacts(seed.code, seed.nature, seed.exempt_text), language)

    assert text
    assert text != seed.exempt_text
    assert "{" not in text


def test_every_sentence_exists_in_every_language():
    for table in (texts.IDENTITY, texts.OTHER):
        assert {key: set(row) for key, row in table.items()} == {key: {"it", "fr", "en"} for key in table}


def test_an_unknown_language_falls_back_to_italian():
    assert printed("de", split_payment=True) == printed("it", split_payment=True)


def test_amounts_are_written_as_in_the_language():
    amount = Decimal("-1234567.5")

    assert written(amount, "it") == "-1.234.567,50"
    assert written(amount, "en") == "-1,234,567.50"
    assert written(amount, "fr") == "-1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567,50"
