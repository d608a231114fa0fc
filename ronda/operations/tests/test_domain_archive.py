"""The file of a backup: whatever is changed in it is found, and nothing gets out that was not put in."""

import gzip
import io
import tarfile
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronda.operations.domain import sealing
from ronda.operations.domain.archive import (
    CannotOpen,
    Damaged,
    Entry,
    NeedsPassphrase,
    read_archive,
    write_archive,
)
from ronda.operations.domain.manifest import Manifest, UnknownFormat, read_manifest
from ronda.operations.domain.sealing import CHUNK, SealedReader, SealingWriter

NOW = datetime(2026, 11, 22, 3, 10, tzinfo=UTC)
CONTENT = {
    "database.sqlite3": b"tables" * 1000,
    "files/attachments/1/ab/ab12": b"%PDF",
    "keys/secret_key": b"k",
}


def manifest_of(facts):
    return Manifest(NOW, "1", "sqlite", "hand", "anna", ("company.0001_initial",), {"t": 7}, tuple(facts))


def write(folder, content=CONTENT, passphrase=""):
    sources = folder / "sources"
    entries = []
    for name, data in content.items():
        path = sources / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        entries.append(Entry(name, path))
    target = folder / "backup"
    write_archive(target, entries, manifest_of, passphrase=passphrase)
    return target


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch):
    monkeypatch.setattr(sealing, "LOG_N", 2)
    monkeypatch.setattr(SealingWriter.__init__, "__kwdefaults__", {"log_n": 2})


@pytest.mark.parametrize("passphrase", ["", "olio e aceto"])
def test_o3_what_is_put_into_a_backup_comes_out_the_same(tmp_path, passphrase):
    file = write(tmp_path, passphrase=passphrase)

    manifest = read_archive(file, tmp_path / "out", passphrase=passphrase)

    assert {name: (tmp_path / "out" / name).read_bytes() for name in CONTENT} == CONTENT
    assert (manifest.made_at, manifest.counts, manifest.rows) == (NOW, {"t": 7}, 7)
    assert file.stat().st_mode & 0o777 == 0o600


def is_found(broken, out, passphrase):
    """Refused; or, as compression can say the same in two ways, every file is what it was."""
    try:
        read_archive(broken, out, passphrase=passphrase)
    except (Damaged, CannotOpen):
        return True
    return {name: (out / name).read_bytes() for name in CONTENT} == CONTENT and not passphrase


@pytest.mark.parametrize("passphrase", ["", "olio e aceto"])
def test_o3_a_changed_byte_or_a_lost_end_is_found_wherever_it_is(tmp_path, passphrase):
    whole = write(tmp_path, passphrase=passphrase).read_bytes()
    broken = tmp_path / "broken"

    # The first ten bytes of a gzip file are its header, which holds a time and a system that mean nothing.
    for at in [*range(10, len(whole), 7), len(whole) - 1]:
        broken.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        assert is_found(broken, tmp_path / f"out{at}", passphrase)
    for length in range(60, len(whole), 11):
        broken.write_bytes(whole[:length])
        with pytest.raises((Damaged, CannotOpen)):
            read_archive(broken, None, passphrase=passphrase)


def test_an_encrypted_backup_opens_with_its_passphrase_only(tmp_path):
    file = write(tmp_path, passphrase="olio")

    with pytest.raises(NeedsPassphrase):
        read_archive(file, None)
    with pytest.raises(CannotOpen):
        read_archive(file, None, passphrase="aceto")
    assert b"tables" not in file.read_bytes()


def forged(folder, name, *, listed=False):
    """A backup with one file more, under that name; perhaps in its list too."""
    file = folder / "forged"
    with gzip.open(file, "wb") as packed, tarfile.open(mode="w|", fileobj=packed) as tar:
        for path, data in [(name, b""), ("manifest.json", manifest_of([]).to_json().encode())]:
            info = tarfile.TarInfo(path)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return file


@pytest.mark.parametrize(
    "name",
    ["../outside", "/etc/outside", "files/../../outside", "files", "other", "files/not-in-the-list"],
)
def test_nothing_is_unpacked_outside_nor_beside_the_list(tmp_path, name):
    (tmp_path / "in").mkdir()

    with pytest.raises(Damaged):
        read_archive(forged(tmp_path, name), tmp_path / "in")

    assert not list(tmp_path.glob("outside"))


def test_a_list_of_an_unknown_form_is_refused():
    with pytest.raises(UnknownFormat):
        read_manifest('{"format": 99}')
    with pytest.raises(UnknownFormat):
        read_manifest("[")


def sealed(data, passphrase="olio", pieces=1):
    out = io.BytesIO()
    writer = SealingWriter(out, passphrase)
    for start in range(0, len(data) or 1, max(1, len(data) // pieces)):
        writer.write(data[start : start + max(1, len(data) // pieces)])
    writer.finish()
    return out.getvalue()


@settings(max_examples=25, deadline=None)
@given(
    size=st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5]),
    pieces=st.integers(1, 9),
)
def test_any_length_in_any_pieces_is_the_same_after_sealing(size, pieces):
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]

    assert SealedReader(io.BytesIO(sealed(data, pieces=pieces)), "olio").read() == data


def test_chunks_cannot_be_exchanged_left_out_or_torn_off():
    whole = sealed(b"a" * CHUNK + b"b" * CHUNK + b"c")
    head, each = sealing.HEADER, CHUNK + sealing.TAG
    first, second, last = (
        whole[head : head + each],
        whole[head + each : head + 2 * each],
        whole[head + 2 * each :],
    )

    for chunks in ((second, first, last), (first, last), (first, second), (first,), ()):
        with pytest.raises(CannotOpen):
            SealedReader(io.BytesIO(b"".join((whole[:head], *chunks))), "olio").read()


def test_a_forged_header_cannot_ask_for_all_the_memory():
    whole = sealed(b"a")
    at = len(sealing.MAGIC)

    with pytest.raises(CannotOpen):
        SealedReader(io.BytesIO(whole[:at] + bytes([30]) + whole[at + 1 :]), "olio")
