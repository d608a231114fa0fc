import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from ronda.company.country import (
    ACCOUNT_KINDS,
    ACCOUNT_ROLES,
    InvalidRecipientCode,
    InvalidTaxId,
    country_pack,
)
from ronda.company.models import Company
from ronda.countries.it.data.vat import STAMP_RELEVANT
from ronda.countries.it.pack import PLACES, Italy

PACK = Italy()
TODAY = date(2026, 11, 21)
VAT = {seed.code: seed for seed in PACK.vat_codes()}
CODELISTS = Path(settings.BASE_DIR).parent / "shared/standards/it/fatturapa/codelists.csv"


def code_list(name):
    if not CODELISTS.exists():
        pytest.skip(f"the official code lists are not at {CODELISTS.name} in ../shared/standards")
    with CODELISTS.open(encoding="utf-8") as lines:
        return {row["code"] for row in csv.DictReader(lines) if row["xsd_type"] == name}


def test_an_italian_company_gets_the_italian_pack():
    pack = country_pack(Company(name="Alfa", country="IT"))

    assert pack.code == "IT"
    assert (pack.currency, pack.languages, pack.timezone) == ("EUR", ("it",), "Europe/Rome")


def test_tax_numbers_are_stored_without_blanks_and_prefix():
    assert PACK.check_tax_id(" it 0764 352 0567") == "07643520567"
    assert PACK.check_registration_id("rss mra 80a01 h501u") == "RSSMRA80A01H501U"


def test_o28_a_wrong_tax_number_names_the_field():
    with pytest.raises(InvalidTaxId) as refusal:
        PACK.check_tax_id("07643520568")
    assert refusal.value.field == "tax_id"
    with pytest.raises(InvalidTaxId) as refusal:
        PACK.check_registration_id("RSSMRA80A01H501X")
    assert refusal.value.field == "registration_id"


def test_foreign_customers_are_checked_with_their_own_rules():
    assert PACK.check_tax_id("DE 136695976", country="DE") == "136695976"
    assert PACK.check_tax_id("FR44732829320", country="FR") == "44732829320"
    with pytest.raises(InvalidTaxId):
        PACK.check_tax_id("45732829320", country="FR")


@pytest.mark.parametrize(
    ("code", "public", "stored"),
    [
        ("abc1234", False, "ABC1234"),
        ("0000000", False, "0000000"),
        ("XXXXXXX", False, "XXXXXXX"),
        ("uf1234", True, "UF1234"),
        ("", False, ""),
    ],
)
def test_recipient_codes_have_seven_characters_and_six_for_public_offices(code, public, stored):
    assert PACK.check_recipient_code(code, public_body=public) == stored


@pytest.mark.parametrize(("code", "public"), [("ABC123", False), ("ABC1234", True), ("ABC-123", False)])
def test_00427_a_recipient_code_of_the_wrong_length_is_refused(code, public):
    with pytest.raises(InvalidRecipientCode):
        PACK.check_recipient_code(code, public_body=public)


def test_a_pec_is_an_email_address():
    assert PACK.check_certified_email(" Alfa@PEC.it ") == "alfa@pec.it"
    assert PACK.check_certified_email("") == ""
    for wrong in ("alfa", "alfa@pec", "a b@pec.it", "x" * 250 + "@pec.it"):
        with pytest.raises(InvalidRecipientCode):
            PACK.check_certified_email(wrong)


@pytest.mark.parametrize(
    ("on", "percent"),
    [
        (date(2011, 9, 16), 20),
        (date(2011, 9, 17), 21),
        (date(2013, 9, 30), 21),
        (date(2013, 10, 1), 22),
        (TODAY, 22),
    ],
)
def test_the_ordinary_rate_is_that_of_the_day(on, percent):
    for code in ("22", "22S", "22D"):
        assert VAT[code].rate(on) == percent


def test_a_rate_that_did_not_exist_yet_is_an_error():
    with pytest.raises(LookupError):
        VAT["5"].rate(date(2015, 12, 31))
    assert VAT["5"].rate(date(2016, 1, 1)) == 5


def test_vat_codes_are_complete_and_unambiguous():
    assert len(VAT) == len(PACK.vat_codes())
    assert [code for code, seed in VAT.items() if seed.is_default] == ["22"]
    for seed in PACK.vat_codes():
        assert bool(seed.nature) == bool(seed.exempt_text) == (seed.rate(TODAY) == 0)
        assert list(seed.rates) == sorted(seed.rates)
        assert len(seed.code) <= 12
        assert len(seed.label) <= 120
        assert len(seed.exempt_text) <= 100, "RiferimentoNormativo has room for 100 characters"


def test_natures_are_those_that_the_exchange_system_accepts():
    official = code_list("NaturaType") - {"N2", "N3", "N6"}

    assert {seed.nature for seed in PACK.vat_codes() if seed.nature} == official


def test_r37_split_payment_r38_reverse_charge_and_cash_vat_are_marked():
    assert {code for code, seed in VAT.items() if seed.split_payment} == {"22S", "10S", "4S"}
    assert {code for code, seed in VAT.items() if seed.exigibility == "D"} == {"22D", "10D", "4D"}
    reverse = {seed.nature for seed in PACK.vat_codes() if seed.reverse_charge}
    assert reverse == {"N2.1", *(f"N6.{number}" for number in range(1, 10))}


def test_r35_stamp_relevant_codes_have_stamp_relevant_natures():
    assert {seed.nature for seed in PACK.vat_codes() if seed.stamp_relevant} == STAMP_RELEVANT


def test_o24_stamp_duty_explains_itself():
    nets = {"N4": Decimal("60.00"), "N2.2": Decimal("40.00"), "": Decimal("10.00")}

    duty = PACK.stamp_duty(nets, kind="invoice", on=TODAY, total=Decimal("112.20"))

    assert duty.amount == Decimal("2.00")
    assert duty.threshold == Decimal("77.47")
    assert duty.taxed_total == Decimal("100.00")
    assert duty.natures == ("N2.2", "N4")
    assert duty.nature == "N1"
    assert "modo virtuale" in duty.legal_text


def test_r35_an_exempt_customer_owes_nothing_and_the_reason_is_told():
    nets, reason = {"N4": Decimal("77.48")}, "art. 82 D.Lgs. 117/2017"

    duty = PACK.stamp_duty(nets, kind="invoice", on=TODAY, total=Decimal("77.48"), exemption=reason)

    assert (duty.amount, duty.exemption, duty.taxed_total) == (0, reason, Decimal("77.48"))
    nets = {"N4": Decimal("77.47")}
    assert PACK.stamp_duty(nets, kind="invoice", on=TODAY, total=Decimal(78), exemption=reason) is None


def test_r35_no_duty_at_the_threshold():
    nets = {"N4": Decimal("77.47")}

    assert PACK.stamp_duty(nets, kind="invoice", on=TODAY, total=Decimal("77.47")) is None


def withholding(code, on=TODAY):
    return next(kind for kind in PACK.withholding_kinds(on=on) if kind.code == code)


def test_r36_withholding_of_a_professional():
    assert withholding("PROF").amount(Decimal(1000)) == Decimal("200.00")
    assert Decimal(1000) + Decimal(220) - withholding("PROF").amount(Decimal(1000)) == 1020


def test_r36_withholding_of_condominiums_and_agents():
    assert withholding("COND").amount(Decimal("123.45")) == Decimal("4.94")
    assert withholding("AGENTE").amount(Decimal(1000)) == Decimal("115.00")
    assert withholding("AGENTE-DIP").amount(Decimal(1000)) == Decimal("46.00")


def test_r36_a_credit_gives_the_same_withholding_back():
    assert withholding("PROF").amount(Decimal("-1000")) == Decimal("-200.00")


def test_r36_each_kind_has_one_row_a_day():
    for on in (date(2018, 6, 1), date(2018, 12, 31), date(2019, 1, 1), date(2019, 12, 31), TODAY):
        codes = Counter(kind.code for kind in PACK.withholding_kinds(on=on))
        assert set(codes.values()) == {1}
    assert withholding("ENASARCO", date(2018, 12, 31)).rate == Decimal("8.00")
    assert withholding("ENASARCO", date(2019, 1, 1)).rate == Decimal("8.25")
    assert withholding("ENASARCO", date(2020, 1, 1)).rate == Decimal("8.50")
    assert not any(kind.code == "COND" for kind in PACK.withholding_kinds(on=date(2006, 12, 31)))


def test_withholding_codes_are_official():
    kinds = PACK.withholding_kinds(on=TODAY)

    assert {kind.legal_code for kind in kinds} <= code_list("TipoRitenutaType")
    assert {kind.reason_code for kind in kinds} <= code_list("CausalePagamentoType")
    assert all(len(kind.code) <= 10 for kind in kinds)


def test_the_chart_fills_every_role_once():
    chart = PACK.chart()
    roles = Counter(account.role for account in chart if account.role)

    assert roles == Counter(ACCOUNT_ROLES)
    assert {account.kind for account in chart} == set(ACCOUNT_KINDS)
    assert len({account.code for account in chart}) == len(chart) >= 60


def test_r45_terms_name_existing_methods_and_one_is_the_default():
    methods = {method.code for method in PACK.payment_methods()}
    terms = PACK.payment_terms()

    assert {each.method for each in terms} <= methods
    assert [each.code for each in terms if each.is_default] == ["BB30FM"]
    assert len({each.code for each in terms}) == len(terms)


def test_r45_terms_at_the_end_of_the_month_count_months():
    terms = {each.code: each for each in PACK.payment_terms()}

    assert all(each.in_months for each in terms.values() if each.end_of_month)
    assert (terms["RB30/60/90FM"].days, terms["RB30/60/90FM"].end_of_month) == ((1, 2, 3), True)
    assert (terms["BB60"].days, terms["BB60"].in_months) == ((60,), False)


def test_payment_methods_are_official():
    assert {method.legal_code for method in PACK.payment_methods()} <= code_list("ModalitaPagamentoType")


def test_invoices_are_numbered_like_ft_12_2026():
    series = {each.kind: each for each in PACK.document_series()}

    assert series["invoice"].number_format.format(series="FT", number=12, year=2026) == "FT 12/2026"
    assert {"invoice", "advance", "credit_note"} <= {kind for kind, each in series.items() if each.legal}
    assert not series["quote"].legal


def test_every_municipality_is_there_and_inside_italy():
    places = list(PACK.places())

    assert len(places) == len({place.code for place in places}) == 7896
    located = [place for place in places if place.latitude is not None]
    assert len(located) == 7890
    for place in located:
        assert Decimal("35.4") < place.latitude < Decimal("47.2")
        assert Decimal("6.6") < place.longitude < Decimal("18.6")
    assert sum(1 for place in places if not place.postcodes) == 7
    assert all(place.name and len(place.province) == 2 and place.region for place in places)
    assert len({place.province for place in places}) == 107


def test_ranges_of_postcodes_are_read_back():
    rome = next(place for place in PACK.places() if place.name == "Roma")

    assert "00118" in rome.postcodes
    assert "00199" in rome.postcodes
    assert len(set(rome.postcodes)) == len(rome.postcodes)
    assert (rome.province, rome.region, rome.country) == ("RM", "Lazio", "IT")


def test_the_place_file_has_no_time_stamp_inside():
    assert PLACES.read_bytes()[4:8] == b"\0\0\0\0"
