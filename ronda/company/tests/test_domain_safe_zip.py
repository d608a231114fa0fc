import io
import struct
import warnings
import zipfile

import pytest

from ronda.company.domain.safe_zip import (
    ArchiveTooLarge,
    ArchiveTooManyFiles,
    BadArchive,
    EncryptedArchive,
    Limits,
    NestedArchive,
    UnsafeArchiveName,
    members,
    open_archive,
)

DEFLATED = zipfile.ZIP_DEFLATED


def packed(*files, compression=DEFLATED):
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(stream, "w", compression) as archive:
            for name, data in files:
                archive.writestr(name, data)
    stream.seek(0)
    return stream


def declared(stream, size):
    """The archive with another unpacked size written in both its lists."""
    data = bytearray(stream.getvalue())
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    struct.pack_into("<L", data, local + 22, size)
    struct.pack_into("<L", data, central + 24, size)
    return io.BytesIO(data)


def test_files_come_sorted_without_folders_and_leftovers():
    stream = packed(
        ("b.xml", b"2"), ("a/", b""), ("a/c.xml", b"1"), ("__MACOSX/b.xml", b"x"), ("a/.DS_Store", b"x")
    )

    assert list(members(stream)) == [("a/c.xml", b"1"), ("b.xml", b"2")]


def test_a_bomb_is_refused_by_what_it_declares():
    with pytest.raises(ArchiveTooLarge):
        list(members(packed(("a", b"0" * 5_000_000)), Limits(file_bytes=1_000_000)))
    with pytest.raises(ArchiveTooLarge):
        list(members(packed(("a", b"0" * 5_000_000)), Limits(ratio=100)))
    with pytest.raises(ArchiveTooLarge):
        list(members(packed(("a", bytes(range(256)) * 40), ("b", b"12345")), Limits(total_bytes=10_000)))


def test_a_bomb_that_lies_about_its_size_is_stopped_while_unpacking():
    liar = declared(packed(("a", b"0" * 5_000_000)), 10)

    with pytest.raises((ArchiveTooLarge, BadArchive)):
        list(members(liar, Limits(ratio=100)))


def test_bytes_are_counted_as_they_come_out_even_of_a_file_read_again():
    with open_archive(packed(("a", b"ab" * 20_000)), Limits(total_bytes=100_000)) as archive:
        assert len(archive.read("a")) == len(archive.read("a")) == 40_000
        with pytest.raises(ArchiveTooLarge):
            archive.read("a")


def test_too_many_files_are_refused():
    with pytest.raises(ArchiveTooManyFiles):
        list(members(packed(("a", b""), ("b", b""), ("c", b"")), Limits(files=2)))


def test_a_list_of_files_that_would_fill_the_memory_is_not_opened():
    data = bytearray(packed(("a", b"")).getvalue())
    struct.pack_into("<L", data, data.rindex(b"PK\x05\x06") + 12, 0x7FFFFFFF)

    with pytest.raises(ArchiveTooManyFiles):
        list(members(io.BytesIO(data)))


@pytest.mark.parametrize(
    "name", ["../a.xml", "/etc/a.xml", "a/../../b.xml", "..\\a.xml", "C:/a.xml", "\\\\server\\a"]
)
def test_names_that_leave_the_folder_are_refused(name):
    with pytest.raises(UnsafeArchiveName):
        list(members(packed((name, b"x"))))


def test_the_same_name_twice_is_refused():
    with pytest.raises(UnsafeArchiveName):
        list(members(packed(("a.xml", b"1"), ("a.xml", b"2"))))


def test_a_password_is_refused():
    data = bytearray(packed(("a.xml", b"1")).getvalue())
    data[data.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(EncryptedArchive):
        list(members(io.BytesIO(data)))


def test_an_archive_in_the_archive_is_refused_after_the_sound_files():
    reading = members(packed(("a.xml", b"1"), ("b.zip", packed(("c", b"")).getvalue())))

    assert next(reading) == ("a.xml", b"1")
    with pytest.raises(NestedArchive):
        next(reading)


@pytest.mark.parametrize("data", [b"", b"PK\x05\x06", b"nothing", b"PK\x03\x04" + b"\0" * 50])
def test_what_is_no_zip_is_refused(data):
    with pytest.raises(BadArchive):
        list(members(io.BytesIO(data)))


def test_compressions_that_no_one_uses_are_refused():
    with pytest.raises(BadArchive):
        list(members(packed(("a.xml", b"1" * 100), compression=zipfile.ZIP_BZIP2)))


def test_damage_anywhere_ends_in_a_refusal_or_in_the_right_bytes():
    sound = packed(("a.xml", b"<a/>" * 50), ("b.xml", b"<b/>" * 50)).getvalue()
    right = dict(members(io.BytesIO(sound)))
    for at in range(len(sound)):
        damaged = bytearray(sound)
        damaged[at] ^= 0x5A
        try:
            read = dict(members(io.BytesIO(damaged)))
        except (
            BadArchive,
            ArchiveTooLarge,
            ArchiveTooManyFiles,
            UnsafeArchiveName,
            EncryptedArchive,
            NestedArchive,
        ):
            continue
        assert set(read.values()) <= set(right.values())
