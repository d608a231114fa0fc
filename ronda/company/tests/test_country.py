from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from ronda.company.country import (
    ACCOUNT_ROLES,
    DocumentFacts,
    InvalidTaxId,
    Mention,
    Neutral,
    SellerFacts,
    VatFacts,
    VatSeed,
    WithholdingKind,
    country_pack,
    pack_for,
    with_prefix,
)
from ronda.company.country_places import COLUMNS, read_places
from tools.build_places import SOURCES, compress_ranges, convert, correct_points, write

TODAY = date(2026, 11, 21)


@dataclass
class Firm:
    country: str


def test_a_country_without_a_pack_gets_the_neutral_one():
    assert country_pack(Firm("CH")).code == "xx"
    assert pack_for("").code == "xx"
    assert pack_for("it").code == "IT"


def test_the_neutral_pack_answers_everything():
    pack = Neutral()

    assert pack.check_tax_id(" ab 12 ") == "AB12"
    assert pack.check_registration_id("x 1") == "X1"
    assert pack.tax_id_of("X1") == ""
    assert pack.check_recipient_code(" A ") == "A"
    assert pack.check_certified_email(" a@b.example ") == "a@b.example"
    assert pack.stamp_duty({"E": Decimal(100)}, kind="invoice", on=TODAY, total=Decimal(100)) is None
    assert pack.withholding_kinds(on=TODAY) == ()
    assert list(pack.places()) == []
    assert pack.holidays(2026, postcode="1000") == ()
    assert Counter(each.role for each in pack.chart()) == Counter(ACCOUNT_ROLES)
    assert [each.code for each in pack.vat_codes() if each.is_default] == ["20"]
    assert [each.code for each in pack.payment_terms() if each.is_default] == ["30"]
    assert {each.kind for each in pack.payment_methods()} >= {"cash", "transfer", "direct_debit"}
    assert {each.kind for each in pack.document_series()} >= {"invoice", "credit_note"}


def test_the_neutral_pack_prints_why_no_vat_is_charged():
    facts = DocumentFacts(
        kind="invoice",
        on=TODAY,
        seller=SellerFacts(name="Alpha"),
        vat=(VatFacts("0", "E", "Exempt"), VatFacts("20")),
    )

    assert Neutral().mentions(facts, "en") == ["Exempt"]


def test_an_empty_or_too_long_tax_number_is_refused():
    for value in ("", "  ", "1" * 29):
        with pytest.raises(InvalidTaxId) as refusal:
            Neutral().check_tax_id(value)
        assert refusal.value.field == "tax_id"
        assert refusal.value.code == "country.invalid_tax_id"
    for country in ("", "CH"):
        with pytest.raises(InvalidTaxId) as refusal:
            Neutral().check_registration_id(" ", country=country)
        assert refusal.value.field == "registration_id"


@pytest.mark.parametrize(
    ("country", "written", "stored"),
    [
        ("DE", "DE 136 695 976", "136695976"),
        ("ES", "ESB58378431", "B58378431"),
        ("GR", "EL 123456783", "123456783"),
        ("GR", "123456783", "123456783"),
        ("CH", "CHE-123.456.788", "CHE-123.456.788"),
    ],
)
def test_r38_foreign_vat_numbers_are_stored_without_the_prefix(country, written, stored):
    assert Neutral().check_tax_id(written, country=country) == stored


@pytest.mark.parametrize(("country", "written"), [("DE", "136695978"), ("GR", "GR123456783"), ("AT", "")])
def test_r38_wrong_numbers_of_the_union_are_refused(country, written):
    with pytest.raises(InvalidTaxId):
        Neutral().check_tax_id(written, country=country)


def test_the_prefix_of_greece_is_el():
    assert with_prefix("123456783", "GR") == "EL123456783"
    assert with_prefix("07643520567", "IT") == "IT07643520567"
    assert with_prefix("", "IT") == ""


def test_a_vat_code_has_the_rate_of_the_day():
    seed = VatSeed(
        code="S", label="S", rates=((date(2020, 1, 1), Decimal(20)), (date(2026, 1, 1), Decimal(21)))
    )

    assert seed.rate(date(2020, 1, 1)) == seed.rate(date(2025, 12, 31)) == 20
    assert seed.rate(date(2026, 1, 1)) == 21
    with pytest.raises(LookupError):
        seed.rate(date(2019, 12, 31))


def test_r36_withholding_is_rounded_to_the_cent():
    kind = WithholdingKind(
        code="W",
        name="W",
        rate=Decimal(23),
        base_percent=Decimal(50),
        legal_code="RT01",
        reason_code="R",
        valid_from=TODAY,
    )

    assert kind.amount(Decimal("33.33")) == Decimal("3.83")


def test_a_mention_is_a_text_with_a_code():
    mention = Mention("Reverse charge", "AE")

    assert (mention, mention.code) == ("Reverse charge", "AE")


def test_the_seller_is_read_from_the_identity_kept_with_a_document():
    seller = SellerFacts.of(
        {
            "name": "Alfa",
            "tax_id": "07643520567",
            "share_capital": "10000.00",
            "registry_office": "MI-1234567",
            "tax_regime": "RF01",
            "profile": {"legal_form": "S.r.l.", "sole_shareholder": True, "capital_paid": "2500.00"},
        }
    )

    assert seller == SellerFacts(
        name="Alfa",
        legal_form="S.r.l.",
        tax_id="07643520567",
        register_place="MI-1234567",
        share_capital=Decimal(10000),
        capital_paid=Decimal(2500),
        sole_shareholder=True,
        tax_regime="RF01",
    )
    assert SellerFacts.of({"name": "Beta"}) == SellerFacts(name="Beta")


def source_row(**cells):
    return dict.fromkeys(SOURCES["it"].values(), "") | cells


def test_place_files_are_written_and_read_back(tmp_path):
    rows = [
        source_row(istat="2", nome="B", sigla="MI", regione="Lombardia", cap="20121 20122 20126"),
        source_row(istat="1", nome="A", nome_altra_lingua="Ä", sigla="BZ", lat="46.123456", lon="11.5"),
        source_row(istat="3", nome="C", lat="nan", lon="nan"),
    ]
    target = tmp_path / "places.csv.gz"
    write(convert(rows, SOURCES["it"]), target)

    first, second, third = read_places(target, country="IT", regions={"BZ": "Alto Adige"})

    assert (first.code, first.other_name, first.region) == ("1", "Ä", "Alto Adige")
    assert (first.latitude, first.longitude) == (Decimal("46.1235"), Decimal("11.5000"))
    assert (first.population, first.postcodes) == (0, ())
    assert second.postcodes == ("20121", "20122", "20126")
    assert (second.region, second.latitude) == ("Lombardia", None)
    assert (third.latitude, third.longitude) == (None, None)


def test_points_far_from_their_neighbours_are_mirrored_or_emptied():
    points = [("47.5", "-3.0"), ("47.6", "-3.1"), ("47.4", "-2.9"), ("47.5", "3.0"), ("47.5", "47.5")]
    rows = convert(
        [
            source_row(istat=str(code), nome="x", sigla="56", cap="56340", lat=latitude, lon=longitude)
            for code, (latitude, longitude) in enumerate(points)
        ],
        SOURCES["it"],
    )

    assert correct_points(rows) == (1, 1)
    column = COLUMNS.index("longitude")
    assert [row[column] for row in rows] == ["-3.0000", "-3.1000", "-2.9000", "-3.0000", ""]
    assert correct_points(rows) == (0, 0)


def test_the_same_places_give_the_same_bytes(tmp_path):
    rows = [source_row(istat="1", nome="A")]
    for name in ("one", "two"):
        write(convert(rows, SOURCES["it"]), tmp_path / name)

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_runs_of_postcodes_are_written_as_ranges():
    assert list(compress_ranges(["00120", "00118", "00119", "00199"])) == ["00118-00120", "00199"]
    assert list(compress_ranges([])) == []


def test_every_source_fills_every_column():
    assert all(tuple(sorted(source)) == tuple(sorted(COLUMNS)) for source in SOURCES.values())
