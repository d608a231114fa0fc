import tracemalloc
import zipfile
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from ronda.countries.it.domain.fatturapa import read_folder_or_zip, write_invoice
from ronda.countries.it.tests.test_domain_fatturapa_writer import simple


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "may").mkdir()
    (tmp_path / "b.xml").write_bytes(write_invoice(simple()))
    (tmp_path / "may" / "a.XML").write_bytes(write_invoice(replace(simple(), number="2")))
    (tmp_path / "c.xml").write_bytes(b"<html/>")
    (tmp_path / "notes.txt").write_text("passed over")
    (tmp_path / "d.p7m").write_bytes(b"rubbish")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("2.xml", write_invoice(replace(simple(), number="4")))
        archive.writestr("1.xml", write_invoice(replace(simple(), number="3")))
        archive.writestr("inner.zip", (b"PK\x03\x04" + b"\0" * 40))
    (tmp_path / "y.zip").write_bytes(b"no zip")
    return tmp_path


def outcome(reading):
    return reading.result.code if reading.refused else [invoice.number for invoice in reading.result]


def test_a_folder_gives_every_file_in_the_order_of_names_with_its_invoices_or_its_refusal(folder):
    assert [(reading.name, outcome(reading)) for reading in read_folder_or_zip(folder)] == [
        ("b.xml", ["1/2026"]),
        ("c.xml", "fatturapa.not_an_invoice"),
        ("d.p7m", "company.not_xml"),
        ("may/a.XML", ["2"]),
        ("y.zip", "company.archive_broken"),
        ("z.zip/1.xml", ["3"]),
        ("z.zip/2.xml", ["4"]),
        ("z.zip/inner.zip", "company.archive_nested"),
    ]


def test_a_zip_or_a_single_file_is_read_by_itself(folder):
    assert [reading.name for reading in read_folder_or_zip(folder / "z.zip")] == [
        "z.zip/1.xml",
        "z.zip/2.xml",
        "z.zip/inner.zip",
    ]
    assert [outcome(reading) for reading in read_folder_or_zip(folder / "b.xml")] == [["1/2026"]]


def test_what_is_not_there_is_a_refusal_too():
    assert [outcome(reading) for reading in read_folder_or_zip(Path("/nowhere/a.xml"))] == [
        "fatturapa.unreadable_file"
    ]
    assert [outcome(reading) for reading in read_folder_or_zip(Path("/nowhere/a.zip"))] == [
        "fatturapa.unreadable_file"
    ]


def test_memory_does_not_grow_with_the_number_of_files(tmp_path):
    data = write_invoice(simple())
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(150):
            archive.writestr(f"{number:05}.xml", data)
    readings = read_folder_or_zip(tmp_path / "many.zip")
    list(islice(readings, 50))

    tracemalloc.start()
    rest = sum(1 for _reading in readings)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert rest == 100
    assert peak < 500_000
