"""Searching inside texts: the index finds what a reading of the table finds, after every kind of write."""

import pytest
from django.db import connection
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from ronda.company.bulk import insert, row
from ronda.company.models import Company
from ronda.parties.models import Party, Site
from ronda.site import urls
from ronda.workspace import text_index
from ronda.workspace.paths import field_at
from ronda.workspace.registry import registry
from ronda.workspace.search import search

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
FIELDS = ("name", "city")


def party(company, name):
    return Party.objects.create(company=company, code=f"C{Party.objects.count()}", name=name)


def found(text, lookups=FIELDS):
    return sorted(search(Party.objects.all(), lookups, text).values_list("name", flat=True))


@pytest.mark.parametrize("text", ["officine", "OFFICINE", "ffici", "officine rossi", "rossi 77", "77", "è"])
def test_words_are_found_inside_texts_whatever_their_case(company, text):
    party(company, "Nuove Officine Rossi 77 è")
    party(company, "Bianchi")

    assert found(text) == ["Nuove Officine Rossi 77 è"]


@pytest.mark.parametrize(
    "text", ['"', 'a"b', "100%", "a_c", "a\\c", "{name}", "x' OR 1", "NEAR(", "***", "a:b:c"]
)
def test_signs_of_the_query_languages_are_only_letters(company, text):
    party(company, f"before {text} after")
    party(company, "abc 100x a-c NEAR")

    assert found(text) == [f"before {text} after"]


def test_the_index_follows_changes_and_deletions(company):
    one = party(company, "Alfa Impianti")
    Party.objects.filter(pk=one.pk).update(name="Beta Impianti")
    assert (found("alfa"), found("beta")) == ([], ["Beta Impianti"])

    one.delete()
    assert found("impianti") == []


def test_rows_written_in_bulk_are_found(company):
    insert([row(Party, company_id=company.pk, code=f"C{n}", name=f"Condominio {n}") for n in range(300, 310)])

    assert found("condominio 304") == ["Condominio 304"]


def test_a_related_name_is_found_through_its_own_index(company):
    Site.objects.create(party=party(company, "Condominio Aurora"), name="Sede")
    sites = search(Site.objects.all(), ["name", "party__name"], "aurora sede")

    assert [site.name for site in sites] == ["Sede"]
    assert "JOIN" not in str(sites.query)


def test_a_word_too_short_for_the_index_is_still_found(company):
    Site.objects.create(party=party(company, "AB srl"), name="Sede")

    assert search(Site.objects.all(), ["name", "party__name"], "ab sede").count() == 1


def test_an_index_whose_triggers_were_dropped_is_made_anew(company):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite keeps its index by triggers")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER parties_party_words_ai")
    party(company, "Written meanwhile")
    assert found("meanwhile") == []

    text_index.ensure(using="default")
    assert found("meanwhile") == ["Written meanwhile"]


def test_every_list_searches_its_big_tables_by_their_indexes():
    """One look-up outside the index, and the whole table is read."""
    assert urls.urlpatterns
    ends = [
        (workspace, lookup, *_end(workspace.model, lookup))
        for workspace in registry
        for lookup in workspace.search
    ]
    missing = [
        f"{workspace.__name__}: {lookup}"
        for workspace, lookup, model, field in ends
        if text_index.covers(model, ()) and not text_index.covers(model, [field])
    ]
    assert missing == []


def _end(model, lookup):
    path, _dot, field = lookup.rpartition("__")
    return (field_at(model, path).related_model if path else model), field


class TheIndexFindsWhatAReadingFinds(TestCase):
    words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=6)

    @given(texts=st.lists(words, min_size=1, max_size=5), sought=words)
    def test_for_any_texts(self, texts, sought):
        Party.objects.all().delete()
        company = Company.objects.create(name="Aria Srl", country="IT")
        for text in texts:
            party(company, text)
        read = Q(name__contains=sought)
        expected = set(Party.objects.filter(read).values_list("pk", flat=True))
        got = set(search(Party.objects.all(), ["name"], sought).values_list("pk", flat=True))
        # Letter case may add rows, never take any away.
        assert expected <= got
