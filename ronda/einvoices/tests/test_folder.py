"""The channel "folder": whole files under their names, nothing read twice, two folders for each company."""

from datetime import timedelta

import pytest

from ronda.einvoices.domain.exchange import Found, Outgoing
from ronda.einvoices.folder import Folder, FolderOutOfReach, folder_of
from ronda.einvoices.services import prepare, send, take_in
from ronda.einvoices.tests.paper import DAY, LATER, NOW, choose, firm, issued, receipt


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "f")


def test_a_file_appears_whole_and_only_once(folder):
    first = folder.send([Outgoing("a.xml", b"one"), Outgoing("b.xml", b"two")])
    again = folder.send([Outgoing("a.xml", b"one"), Outgoing("b.xml", b"other")])

    assert [one.taken for one in first] == [True, True]
    assert [one.taken for one in again] == [True, False]
    assert not again[1].again
    assert sorted(path.name for path in folder.outbox.iterdir()) == ["a.xml", "b.xml"]
    assert (folder.outbox / "b.xml").read_bytes() == b"two"


@pytest.mark.parametrize("name", ["../a.xml", "/etc/a.xml", ".hidden", "a/b.xml", ""])
def test_a_name_is_never_a_path(folder, name):
    (one,) = folder.send([Outgoing(name, b"x")])
    assert not one.taken
    assert not list(folder.outbox.iterdir())


def test_what_comes_is_read_oldest_first_and_moves_away(folder):
    list(folder.fetch())
    for name in ("2.xml", "1.xml", "3.part", ".lock"):
        (folder.inbox / name).write_bytes(name.encode())
    found = list(folder.fetch())
    assert [one.name for one in found] == ["2.xml", "1.xml"]
    folder.acknowledge(found[0])
    folder.acknowledge(found[0])
    (folder.inbox / "2.xml").write_bytes(b"again")
    assert {one.name for one in folder.fetch()} == {"1.xml", "2.xml"}
    folder.acknowledge(found[0])
    assert sorted(path.name for path in (folder.inbox / "read").iterdir()) == ["2.xml", "2~2.xml"]


def test_a_link_or_a_giant_is_not_read(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("ronda.einvoices.folder.MOST_BYTES", 3)
    list(folder.fetch())
    (tmp_path / "secret").write_bytes(b"s")
    (folder.inbox / "link.xml").symlink_to(tmp_path / "secret")
    (folder.inbox / "giant.xml").write_bytes(b"1234")
    (one,) = folder.fetch()
    assert (one.name, one.found, one.content) == ("giant.xml", Found.ODD, b"")


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FolderOutOfReach):
        Folder(tmp_path / "file").send([Outgoing("a.xml", b"x")])


@pytest.mark.django_db
def test_p32_a_document_leaves_by_the_folder_and_its_receipt_comes_back(wire):
    company, other = firm(channel="folder"), firm("Outra Lda", channel="folder")
    (row,) = prepare([issued(company)], by="anna", on=DAY, now=NOW).made
    send([row], by="anna", now=NOW)
    mine = folder_of(company)
    assert (mine.outbox / row.file_name).read_bytes().startswith(b"paper")

    list(mine.fetch())
    (mine.inbox / "r.txt").write_text(receipt(row, "delivered"))
    assert take_in(other, by="", now=LATER).total == 0
    assert take_in(company, by="", now=LATER).receipts == 1
    assert take_in(company, by="", now=LATER + timedelta(hours=1)).total == 0
    row.refresh_from_db()
    assert (row.state, row.channel) == ("delivered", "folder")
    choose(company, channel="")
