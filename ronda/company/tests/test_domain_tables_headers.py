# ruff: noqa: E501 -- the tables of cases read better whole
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronda.company.domain.header_matching import SYNONYMS, FieldNames, suggest_mapping


def columns(headers, fields):
    return {name: match.header for name, match in suggest_mapping(headers, fields).items()}


CUSTOMER = [
    "name",
    "vat_id",
    "fiscal_code",
    "street",
    "postcode",
    "city",
    "province",
    "email",
    "phone",
    "pec",
]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            ["Ragione Sociale", "P.IVA", "Cod. Fiscale", "Indirizzo", "C.A.P.", "Città", "Prov.", "E-mail", "Tel.", "PEC"],
            CUSTOMER,
        ),
        (
            ["Raison sociale", "N° TVA", None, "Adresse", "Code postal", "Ville", None, "Courriel", "Téléphone", None],
            CUSTOMER,
        ),
        (
            ["Company name", "VAT number", "Tax code", "Street", "ZIP", "Town", "State", "Mail", "Phone number", None],
            CUSTOMER,
        ),
    ],
)  # fmt: skip
def test_customers_of_three_languages_find_their_columns(headers, expected):
    given_headers = [header for header in headers if header]

    assert columns(given_headers, expected) == {
        field: header for field, header in zip(expected, headers, strict=True) if header
    }


def test_mistypings_and_longer_headers_are_less_sure_but_found():
    mapping = suggest_mapping(
        ["Ragione socale", "Importo (EUR)", "Data inizio contratto"], ["name", "amount", "starts_on"]
    )

    assert {name: match.position for name, match in mapping.items()} == {
        "name": 0,
        "amount": 1,
        "starts_on": 2,
    }
    assert all(70 <= match.confidence < 100 for match in mapping.values())


def test_the_surest_pair_wins_and_a_column_serves_one_field_only():
    assert columns(["Email", "Email PEC"], ["pec", "email"]) == {"email": "Email", "pec": "Email PEC"}
    assert columns(["Data", "Data scadenza"], ["due_on", "date"]) == {
        "date": "Data",
        "due_on": "Data scadenza",
    }


def test_what_is_like_nothing_is_left_out():
    assert columns(["Zzz", "", "???"], CUSTOMER) == {}


def test_labels_of_the_caller_count_as_names():
    assert columns(["Matricola"], [FieldNames("badge", ("matricola",))]) == {"badge": "Matricola"}


@given(
    st.lists(st.text(max_size=20), max_size=8),
    st.lists(st.sampled_from(sorted(SYNONYMS)), unique=True, max_size=8),
)
def test_any_headers_give_each_column_once_at_most(headers, fields):
    mapping = suggest_mapping(headers, fields)

    positions = [match.position for match in mapping.values()]
    assert len(set(positions)) == len(positions)
    assert set(mapping) <= set(fields)
    assert all(70 <= match.confidence <= 100 for match in mapping.values())


def test_a_header_of_signs_alone_is_known_by_the_label_it_was_written_with():
    fields = [FieldNames("percent", ("%",)), FieldNames("following", ("% after the first year",))]

    found = suggest_mapping(["% after the first year", "%"], fields)

    assert {name: match.position for name, match in found.items()} == {"percent": 1, "following": 0}
