from datetime import date
from decimal import Decimal

import pytest

from ronda.company.country import DocumentFacts, SellerFacts, VatFacts
from ronda.countries.fr.data import mentions as texts
from ronda.countries.fr.data.vat import VAT_CODES
from ronda.countries.fr.domain.mentions import mentions, vat_text

SPACE = "\N{NO-BREAK SPACE}"
NOBODY = SellerFacts(name="Alpha")
BEFORE_REFORM, SINCE_REFORM = date(2026, 8, 31), date(2026, 9, 1)


def printed(language="fr", *, kind="invoice", seller=NOBODY, on=SINCE_REFORM, **facts):
    document = DocumentFacts(kind=kind, on=on, seller=seller, **facts)
    return {mention.code: str(mention) for mention in mentions(document, language)}


def test_a_company_shows_form_capital_register_and_vat_number():
    seller = SellerFacts(
        name="Alpha",
        legal_form="SARL",
        share_capital=Decimal(10000),
        registration_id="73282932000074",
        register_place="Paris",
        tax_id="44732829320",
    )

    assert printed(seller=seller)["identity"].replace(SPACE, " ") == (
        "SARL au capital de 10 000,00 € - 732 829 320 RCS Paris - SIRET 732 829 320 00074 - "
        "N° TVA intracommunautaire FR44732829320"
    )


def test_a_firm_outside_the_commercial_register_shows_its_siren():
    seller = SellerFacts(name="Jean Dupont EI", registration_id="732829320")

    assert printed(seller=seller)["identity"].replace(SPACE, " ") == "SIREN 732 829 320"


def test_since_the_reform_customer_siren_and_category_are_printed():
    facts = {"customer_registration_id": "73282932000074", "customer_country": "FR", "supply": "mixed"}

    assert {"customer_siren", "category"}.isdisjoint(printed(on=BEFORE_REFORM, **facts))
    found = printed(on=SINCE_REFORM, **facts)
    assert found["customer_siren"].replace(SPACE, " ") == "SIREN du client : 732 829 320"
    assert found["category"].endswith("livraison de biens et prestation de services")


def test_customers_without_a_siren_show_none():
    assert "customer_siren" not in printed(customer_registration_id="HRB 1", customer_country="DE")
    assert "customer_siren" not in printed(customer_registration_id="")
    assert "customer_siren" not in printed(customer_registration_id="732829320", customer_is_business=False)


def test_between_businesses_discount_late_interest_and_flat_fee_are_printed():
    found = printed()

    assert found["AAB"] == "Pas d'escompte pour paiement anticipé"
    assert "majoré de 10 points" in found["PMD"]
    assert found["PMT"].endswith(": 40 €")


def test_agreed_terms_replace_the_legal_ones():
    found = printed(discount_terms="2 % sous 8 jours", late_rate=Decimal("12.50"))

    assert found["AAB"].endswith("2 % sous 8 jours")
    assert found["PMD"].endswith("au taux annuel de 12,5 %")


def test_consumers_owe_no_flat_fee():
    assert {"AAB", "PMD", "PMT"}.isdisjoint(printed(customer_is_business=False))


def test_the_flat_fee_exists_since_2013():
    assert "PMT" not in printed(on=date(2012, 12, 31))
    assert "PMD" in printed(on=date(2012, 12, 31))
    assert "PMT" in printed(on=date(2013, 1, 1))


def test_the_option_for_debits_is_printed_in_the_words_of_the_law():
    assert printed(vat_on_debits=True)["debits"] == "Option pour le paiement de la taxe d'après les débits"
    assert "debits" not in printed()


def test_r38_reverse_charge_is_printed():
    found = printed(vat=(VatFacts("AL-BTP", "VATEX-FR-AE"),))

    assert found["VATEX-FR-AE"] == "Autoliquidation - art. 283-2 nonies du CGI"


def test_a_firm_without_vat_says_so_once():
    seller = SellerFacts(name="Jean Dupont EI", tax_regime="franchise")

    for vat in ((), (VatFacts("293B", "VATEX-FR-FRANCHISE"),)):
        assert (
            printed(seller=seller, vat=vat)["VATEX-FR-FRANCHISE"] == "TVA non applicable, art. 293 B du CGI"
        )


def test_insurance_of_trades_is_printed_on_quotes_too():
    seller = SellerFacts(name="Alpha", insurance="MAAF, France entière")

    assert printed(kind="quote", seller=seller) == {
        "insurance": "Assurance professionnelle : MAAF, France entière"
    }


def test_a_courtesy_copy_points_to_the_electronic_original():
    assert "facture électronique" in printed(courtesy_copy=True)["courtesy_copy"]


@pytest.mark.parametrize("language", ["en", "it"])
@pytest.mark.parametrize("seed", [seed for seed in VAT_CODES if seed.nature], ids=lambda seed: seed.code)
def test_every_reason_has_words_in_every_language(seed, language):
    assert vat_text(VatFacts(seed.code, seed.nature, seed.exempt_text), language) != seed.exempt_text


def test_every_sentence_exists_in_every_language():
    for table in (texts.IDENTITY, texts.SUPPLY, texts.OTHER):
        assert {key: set(row) for key, row in table.items()} == {key: {"it", "fr", "en"} for key in table}


def test_an_unknown_language_falls_back_to_french():
    assert printed("de") == printed("fr")
