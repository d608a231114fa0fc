import os

import pytest

from ronda.countries.it.exchange.channel import ChannelSettingsError
from ronda.countries.it.exchange.drop import DropSettings, FileDrop
from ronda.einvoices.domain.exchange import Found, Outgoing

NOW = 1_772_000_000.0


@pytest.fixture
def drop(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "in").mkdir()
    return FileDrop(DropSettings(tmp_path / "out", tmp_path / "in"), clock=lambda: NOW)


def put(folder, name, content=b"x", age=60):
    (folder / name).write_bytes(content)
    os.utime(folder / name, (NOW - age, NOW - age))


def names(drop):
    return [incoming.name for incoming in drop.fetch()]


def test_a_file_appears_whole_and_a_repetition_is_harmless(drop, tmp_path):
    assert [drop.send([Outgoing("a.xml", b"1")])[0].taken for _twice in range(2)] == [True, True]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.xml"]
    [refused] = drop.send([Outgoing("a.xml", b"2")])
    assert (refused.taken, refused.again, (tmp_path / "out" / "a.xml").read_bytes()) == (False, False, b"1")


def test_only_whole_files_are_read_oldest_first(drop, tmp_path):
    folder = tmp_path / "in"
    put(folder, "b.xml", age=90)
    put(folder, "a.xml", age=60)
    for partial in (".c.xml", "d.xml.part", "e.TMP", "~f.xml"):
        put(folder, partial)
    put(folder, "g.xml", age=2)
    (folder / "subfolder").mkdir()
    (folder / "link.xml").symlink_to(folder / "a.xml")
    assert names(drop) == ["b.xml", "a.xml"]


def test_what_was_read_is_not_read_again_and_nothing_is_overwritten(drop, tmp_path):
    for _twice in range(2):
        put(tmp_path / "in", "a.xml")
        [incoming] = list(drop.fetch())
        drop.acknowledge(incoming)
        drop.acknowledge(incoming)
        assert names(drop) == []
    assert sorted(path.name for path in (tmp_path / "in" / "read").iterdir()) == ["2~a.xml", "a.xml"]


def test_a_second_reader_finds_nothing_while_the_first_reads(drop, tmp_path):
    put(tmp_path / "in", "a.xml")
    reading = drop.fetch()
    next(reading)
    assert names(drop) == []
    reading.close()
    assert names(drop) == ["a.xml"]


def test_a_file_that_is_too_large_is_odd_and_stops_nothing(drop, tmp_path):
    with (tmp_path / "in" / "a.xml").open("wb") as huge:
        huge.truncate(41 * 1024 * 1024)
    os.utime(tmp_path / "in" / "a.xml", (NOW - 90, NOW - 90))
    put(tmp_path / "in", "b.xml")
    assert [(incoming.name, incoming.found) for incoming in drop.fetch()] == [
        ("a.xml", Found.ODD),
        ("b.xml", Found.FILE),
    ]


def test_missing_folders_are_named(tmp_path):
    drop = FileDrop(DropSettings(tmp_path / "out", tmp_path / "in"))
    with pytest.raises(ChannelSettingsError):
        drop.send([Outgoing("a.xml", b"1")])
    with pytest.raises(ChannelSettingsError):
        list(drop.fetch())


def test_a_disk_that_does_not_take_the_file_is_tried_again(drop, monkeypatch):
    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    [handed] = drop.send([Outgoing("a.xml", b"1")])
    assert (handed.taken, handed.again) == (False, True)


def test_a_share_without_links_takes_files_all_the_same(drop, tmp_path, monkeypatch):
    def refused(*_paths):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refused)
    assert [handed.taken for handed in drop.send([Outgoing("a.xml", b"1"), Outgoing("a.xml", b"2")])] == [
        True,
        False,
    ]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.xml"]


@pytest.mark.parametrize("name", ["", "..", "../a.xml", "a/b.xml", "a\0.xml"])
def test_a_path_is_no_name(drop, name):
    with pytest.raises(ValueError, match="not a file name"):
        drop.send([Outgoing(name, b"1")])
