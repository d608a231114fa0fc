"""The unit of a quantity in the words of its reader."""

from decimal import Decimal

import pytest

from ronda.reports.domain.units import unit_word


@pytest.mark.parametrize(
    ("code", "legal", "quantity", "italian", "french", "english"),
    [
        ("mo", "MON", "1", "mese", "mois", "month"),
        ("mo", "MON", "2", "mesi", "mois", "months"),
        ("mo", "MON", "1.5", "mesi", "mois", "months"),
        ("d", "DAY", "1.5", "giorni", "jour", "days"),
        ("d", "DAY", "2", "giorni", "jours", "days"),
        ("d", "DAY", "-1", "giorno", "jour", "day"),
        ("yr", "ANN", "0", "anni", "an", "years"),
        ("wk", "WEE", "12", "sett.", "sem.", "weeks"),
        ("h", "HUR", "3", "h", "h", "h"),
        ("pz", "C62", "4", "pz", "pces", "pcs"),
        ("vis", "C62", "4", "visite", "visites", "visits"),
        ("m2", "MTK", "4", "m²", "m²", "m²"),
        ("ore", "HUR", "4", "h", "h", "h"),
    ],
)
def test_a_unit_is_said_in_the_language_of_the_reader(code, legal, quantity, italian, french, english):
    said = [unit_word(code, legal, Decimal(quantity), language) for language in ("it", "fr", "en")]
    assert said == [italian, french, english]


def test_a_unit_of_the_firm_is_written_as_the_firm_writes_it():
    assert unit_word("scatola", "C62", Decimal(2), "fr") == "scatola"
    assert unit_word("d", "DZN", Decimal(2), "it") == "d"  # dozens, not days
    assert unit_word("mo", "", Decimal(2), "it") == "mo"  # not in the firm's list
    assert unit_word("", "", Decimal(2), "it") == ""


def test_other_languages_read_english():
    assert unit_word("mo", "MON", Decimal(2), "de") == "months"
