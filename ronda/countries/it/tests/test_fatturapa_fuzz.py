"""Ten thousand damaged files: each is read, or refused in words; nothing else ever happens (issue 4)."""

import random
import re

import pytest

from ronda.countries.it.domain.fatturapa import read_invoice, write_invoice
from ronda.countries.it.domain.preflight import preflight
from ronda.countries.it.tests.fatture import DAY, SAMPLES, invoice, line, simplified
from ronda.kernel.errors import Refusal

FILES = 10_000
TAG = re.compile(rb"<[^<>]{1,60}>")
TEXT = re.compile(rb">[^<>]{1,60}<")
ODD = (
    b"", b"\x00", b"\xff\xfe", b"\xc3", b"&", b"&lt;", b"&x;", b"<", b">", b"]]>", b"<![CDATA[", b"<!--",
    b"-->", b"<?x ?>", b"<!DOCTYPE x>", b"NaN", b"-1e99", b"99999999999999.99", b"1.234,56", b"2026-02-30",
    b"0000-00-00", b"9999-99-99T99:99", b"\xe2\x82\xac", b" " * 300, b"\r\n", b"9" * 400, b"<a/>" * 40,
)  # fmt: skip


def seeds():
    """Our own files and the official ones that are small: reading is what takes the time."""
    ours = [write_invoice(made) for made in (invoice(line(1), line(2)), simplified(), invoice(kind="TD17"))]
    official = (path.read_bytes() for path in SAMPLES)
    return [*ours, *(data for data in official if len(data) < 6_000)]


def damaged(chance, data):
    """One to four small damages: bytes, tags, texts, cuts, repeats."""
    for _time in range(chance.randint(1, 4)):
        data = chance.choice(DAMAGES)(chance, data)
    return data


def _replace(chance, data, found):
    return data[: found.start()] + chance.choice(ODD) + data[found.end() :]


def change_bytes(chance, data):
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + chance.randint(0, 3) :]


def insert_oddity(chance, data):
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(ODD) + data[at:]


def cut(chance, data):
    return data[: chance.randrange(len(data) + 1)]


def repeat(chance, data):
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[max(0, at - chance.randint(1, 400)) : at] + data[at:]


def change_a_tag(chance, data):
    found = list(TAG.finditer(data))
    return _replace(chance, data, chance.choice(found)) if found else data


def change_a_text(chance, data):
    found = list(TEXT.finditer(data))
    if not found:
        return data
    spot = chance.choice(found)
    return data[: spot.start() + 1] + chance.choice(ODD) + data[spot.end() - 1 :]


def swap(chance, data):
    first, second = sorted(chance.sample(range(len(data) + 1), 2)) if data else (0, 0)
    return data[:first] + data[second:] + data[first:second]


DAMAGES = (change_bytes, insert_oddity, cut, repeat, change_a_tag, change_a_text, change_a_text, swap)


def read_or_refused(data):
    """The invoices; nothing when the file was refused in words. Any other exception fails the test."""
    try:
        return read_invoice(data, "IT02182030391_00001.xml")
    except Refusal as refusal:
        return [] if str(refusal.message) else [None]


@pytest.mark.slow
def test_ten_thousand_damaged_files_are_read_or_refused_and_checked_without_failing():
    chance, files = random.Random(20261122), seeds()
    read = refused = 0
    for _time in range(FILES):
        found = read_or_refused(damaged(chance, chance.choice(files)))
        read, refused = read + bool(found), refused + (not found)
        for made in found:
            for finding in preflight(made, on=DAY):
                assert finding.code
                assert str(finding.text)

    assert (read + refused, read > FILES // 20, refused > FILES // 20) == (FILES, True, True)


def test_bytes_of_any_kind_are_refused_in_words():
    chance = random.Random(4)
    for length in (0, 1, 2, 3, 10, 100, 1000, 5000):
        for _time in range(20):
            assert read_or_refused(chance.randbytes(length)) == []


@pytest.mark.parametrize(
    "blow_up", [b"<a>" * 50_000, b"<FatturaElettronica>" + b"<a/>" * 300_000, b"\x30\x84\xff\xff"]
)
def test_files_made_to_hurt_are_refused(blow_up):
    assert read_or_refused(blow_up) == []
