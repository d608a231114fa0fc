import csv
import re
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
from ronda.countries.fr.data.departments import DEPARTMENTS, REGIONS
from ronda.countries.fr.pack import PLACES, France

PACK = France()
TODAY = date(2026, 11, 21)
VAT = {seed.code: seed for seed in PACK.vat_codes()}
STANDARDS = Path(settings.BASE_DIR).parent / "shared/standards/fr"


def test_a_french_company_gets_the_french_pack():
    pack = country_pack(Company(name="Alpha", country="FR"))

    assert pack.code == "FR"
    assert (pack.currency, pack.languages, pack.timezone) == ("EUR", ("fr",), "Europe/Paris")


def test_numbers_are_stored_without_blanks_dots_and_prefix():
    assert PACK.check_tax_id("FR 44 732 829 320") == "44732829320"
    assert PACK.check_registration_id("732.829.320 00074") == "73282932000074"
    assert PACK.check_registration_id("732 829 320") == "732829320"


def test_o28_a_wrong_number_names_the_field():
    with pytest.raises(InvalidTaxId) as refusal:
        PACK.check_tax_id("FR45732829320")
    assert refusal.value.field == "tax_id"
    with pytest.raises(InvalidTaxId) as refusal:
        PACK.check_registration_id("732829321")
    assert refusal.value.field == "registration_id"


def test_italian_customers_are_checked_with_italian_rules():
    assert PACK.check_tax_id("IT01234567897", country="IT") == "01234567897"
    with pytest.raises(InvalidTaxId):
        PACK.check_tax_id("01234567890", country="IT")


def test_the_vat_number_follows_from_the_siren():
    assert PACK.tax_id_of("732 829 320 00074") == "44732829320"
    assert PACK.tax_id_of("732829321") == ""
    assert PACK.tax_id_of("") == ""


def test_electronic_addresses_start_with_the_siren():
    assert PACK.check_recipient_code(" 732829320_factures ") == "732829320_factures"
    assert PACK.check_recipient_code("") == ""
    with pytest.raises(InvalidRecipientCode) as refusal:
        PACK.check_recipient_code("factures@example.fr")
    assert refusal.value.field == "recipient_code"


@pytest.mark.parametrize(
    ("code", "on", "percent"),
    [
        ("20", date(2013, 12, 31), "19.6"),
        ("20", date(2014, 1, 1), "20"),
        ("10", date(2013, 12, 31), "7"),
        ("10", date(2014, 1, 1), "10"),
        ("5.5", TODAY, "5.5"),
        ("2.1DEB", TODAY, "2.1"),
        ("8.5", TODAY, "8.5"),
    ],
)
def test_the_rate_is_that_of_the_day(code, on, percent):
    assert VAT[code].rate(on) == Decimal(percent)


def test_services_owe_vat_on_payment_and_debits_at_once():
    assert VAT["20"].exigibility == "D"
    assert VAT["20DEB"].exigibility == "I"
    assert [code for code, seed in VAT.items() if seed.is_default] == ["20"]


def test_vat_codes_are_complete_and_unambiguous():
    assert len(VAT) == len(PACK.vat_codes())
    natures = Counter(seed.nature for seed in PACK.vat_codes() if seed.nature)
    assert set(natures.values()) == {1}
    for seed in PACK.vat_codes():
        assert bool(seed.nature) == bool(seed.exempt_text) == (seed.rate(TODAY) == 0)
        assert len(seed.code) <= 12
        assert len(seed.nature) <= 20
        assert seed.category in {"S", "E", "AE", "K", "G", "O"}
    assert {seed.code for seed in PACK.vat_codes() if seed.reverse_charge} == {"AL-BTP", "AL-UE"}


def test_reasons_are_codes_of_the_official_list():
    rules = STANDARDS / "xp-z12-012/factur-x-en16931/FACTUR-X_EN16931_codedb.xml"
    if not rules.exists():
        pytest.skip("the Factur-X code lists are not in ../shared/standards")
    official = set(re.findall(r"VATEX-[A-Z0-9-]+", rules.read_text(encoding="utf-8")))

    assert {seed.exempt_code for seed in PACK.vat_codes() if seed.exempt_code} <= official


def test_france_has_no_stamp_duty_and_no_withholding():
    nets = {"VATEX-FR-CGI261-4": Decimal(1000)}

    assert PACK.stamp_duty(nets, kind="invoice", on=TODAY, total=Decimal(1000)) is None
    assert PACK.withholding_kinds(on=TODAY) == ()


def test_the_chart_fills_every_role_once():
    chart = PACK.chart()

    assert Counter(account.role for account in chart if account.role) == Counter(ACCOUNT_ROLES)
    assert {account.kind for account in chart} == set(ACCOUNT_KINDS)
    assert len({account.code for account in chart}) == len(chart) >= 60


def test_the_chart_uses_accounts_of_the_official_one():
    official = STANDARDS / "pcg/pcg_2026.csv"
    if not official.exists():
        pytest.skip("the Plan comptable général is not in ../shared/standards")
    with official.open(encoding="utf-8") as lines:
        numbers = {row["number"] for row in csv.DictReader(lines)}

    outside = [
        account.code
        for account in PACK.chart()
        if account.code not in numbers and account.code[:3] not in numbers
    ]
    assert outside == ["890"], "the list has no class 8, opening balance included"


def test_r45_terms_stay_within_the_legal_maximum():
    methods = {method.code for method in PACK.payment_methods()}
    for terms in PACK.payment_terms():
        assert terms.method in methods
        assert max(terms.days) <= (45 if terms.end_of_month else 60)
    assert [terms.code for terms in PACK.payment_terms() if terms.is_default] == ["30J"]


def test_invoices_are_numbered_like_fa2026_0012_with_allowed_characters():
    series = {each.kind: each for each in PACK.document_series()}
    label = series["invoice"].number_format.format(series="FA", number=12, year=2026)

    assert label == "FA2026-0012"
    assert all(re.fullmatch(r"[A-Za-z0-9+\-_/]{1,35}", label) for _each in series)
    assert series["credit_note"].code == "AV"


#: Boxes of latitude and longitude: mainland with Corsica, then the overseas departments.
BOXES = {
    "": ((41.3, 51.1), (-5.2, 9.6)),
    "971": ((15.8, 16.6), (-61.9, -60.9)),
    "972": ((14.3, 15.0), (-61.3, -60.7)),
    "973": ((2.0, 6.0), (-54.7, -51.5)),
    "974": ((-21.5, -20.8), (55.1, 55.9)),
    "976": ((-13.1, -12.5), (44.9, 45.4)),
}


def test_every_commune_is_there_and_inside_its_country():
    places = list(PACK.places())

    assert len(places) == len({place.code for place in places}) == 34920
    located = [place for place in places if place.latitude is not None]
    assert len(located) == 34818
    for place in located:
        (south, north), (west, east) = BOXES.get(place.province, BOXES[""])
        assert south < place.latitude < north, place
        assert west < place.longitude < east, place
    assert sum(1 for place in places if place.postcodes) == 34916


def test_every_commune_has_a_department_and_a_region():
    assert {place.province for place in PACK.places()} == set(DEPARTMENTS) == set(REGIONS)
    assert len(DEPARTMENTS) == 101
    assert len(set(REGIONS.values())) == 18
    nantes = next(place for place in PACK.places() if place.name == "Nantes")
    assert (nantes.province, nantes.region) == ("44", "Pays de la Loire")
    assert "44000" in nantes.postcodes


def test_points_of_the_source_that_were_wrong_are_mended_or_left_out():
    places = {place.code: place for place in PACK.places()}

    assert places["56034"].longitude == Decimal("-3.0782"), "Carnac is west of Greenwich"
    assert places["60192"].longitude is None, "the source gives Cuy its latitude twice"


def test_the_place_file_has_no_time_stamp_inside():
    assert PLACES.read_bytes()[4:8] == b"\0\0\0\0"
