"""`ronda check-data` finds what was changed behind the program's back."""

from pathlib import Path

import pytest

from ronda.company.checking import Look
from ronda.einvoices.checks import _archive, _states
from ronda.einvoices.models import KeptFile, Quarantined, Transmission
from ronda.einvoices.services import prepare, send, take_in
from ronda.einvoices.tests.paper import DAY, LATER, NOW, issued, receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(company, wire):
    rows = prepare([issued(company) for _n in range(3)], by="anna", on=DAY, now=NOW).made
    send(rows, by="anna", now=NOW)
    wire.brings(receipt(rows[0], "delivered"), "nonsense")
    take_in(company, by="", now=LATER)
    return list(KeptFile.objects.order_by("position"))


def look(check, company, *, thorough=True):
    found = check(Look(company.pk, NOW, thorough=thorough))
    return [(one.problem, one.facts.get("name", "")) for one in found]


def test_files_and_states_that_nobody_touched_are_right(company, kept):
    assert len(kept) == 5
    assert look(_archive, company) == look(_states, company) == []


def test_a_changed_or_missing_file_is_found(company, kept):
    Path(kept[0].file.path).write_bytes(b"other")
    Path(kept[1].file.path).unlink()
    assert look(_archive, company) == [("changed", kept[0].name), ("missing", kept[1].name)]
    assert look(_archive, company, thorough=False) == [("missing", kept[1].name)]


def test_an_exchanged_hash_breaks_the_chain(company, kept):
    KeptFile.objects.filter(pk=kept[1].pk).update(sha256="0" * 64)
    assert ("broken", kept[1].name) in look(_archive, company, thorough=False)


def test_a_removed_last_file_is_missed(company, kept):
    Quarantined.objects.all().delete()
    KeptFile.objects.filter(pk=kept[4].pk)._raw_delete("default")
    assert [problem for problem, _name in look(_archive, company)] == ["cut"]


def test_r42_a_state_that_is_not_what_the_receipts_say_is_found(company, kept):
    row = Transmission.objects.order_by("pk")[0]
    Transmission.objects.filter(pk=row.pk).update(state="accepted")
    assert look(_states, company) == [("state", row.file_name)]
