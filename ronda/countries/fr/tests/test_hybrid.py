"""Pages and XML as one PDF/A-3b: the structure is sound, the XML comes out as it went in."""

import base64
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pikepdf
import pytest
from facturx import get_facturx_xml_from_pdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

from ronda.countries.fr.domain.einvoice.building import write_cii
from ronda.countries.fr.tests.einvoice_samples import full
from ronda.reports.domain.hybrid import ALTERNATIVE, FACTUR_X, Embedded, archived, hybrid, pdfa_problems
from ronda.reports.domain.pdf import to_pdf

MADE = datetime(2026, 10, 5, 10, 30, tzinfo=timezone(timedelta(hours=2)))
SAID = {"title": "Facture FA-2026/0001 <é & ü>", "author": "Lumière & Fils SARL", "created": MADE}
XML = write_cii(full())


def picture(kind, mode):
    out = io.BytesIO()
    Image.new(mode, (40, 20), 128).save(out, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(out.getvalue()).decode()}"


HTML = f"""<h1>Facture</h1><p>Total <a href="https://example.fr/payer">à payer</a> : 1 200,00 €</p>
<img src="{picture("PNG", "LA")}"><img src="{picture("JPEG", "L")}"><a href="#bas">bas</a>
<svg width="20" height="20"><circle cx="9" cy="9" r="8" fill="#0a0" opacity="0.5"/></svg>
{"<p>Ligne</p>" * 90}<p id="bas">Fin</p>"""
PAGES = to_pdf(HTML, title="Facture", author="Lumière", on=date(2026, 10, 5))
MADE_ONE = hybrid(PAGES, XML, **SAID)


def opened(pdf=MADE_ONE):
    return Pdf.open(io.BytesIO(pdf))


def changed(change):
    """The good file with one thing broken."""
    out = io.BytesIO()
    with opened() as document:
        change(document)
        document.save(out, fix_metadata_version=False)
    return out.getvalue()


def test_the_printer_alone_makes_no_archive_and_the_hybrid_is_one():
    assert len(pdfa_problems(PAGES)) >= 5
    assert pdfa_problems(MADE_ONE) == []
    assert pdfa_problems(hybrid(PAGES, XML, relationship=ALTERNATIVE, **SAID)) == []


def test_the_xml_comes_out_as_it_went_in():
    assert get_facturx_xml_from_pdf(MADE_ONE, check_xsd=True) == ("factur-x.xml", XML)


def test_the_pages_are_those_of_the_printer():
    with opened() as document, opened(PAGES) as printed:
        assert len(document.pages) == len(printed.pages) == 3
        assert [page.Contents.read_bytes() for page in document.pages] == [
            page.Contents.read_bytes() for page in printed.pages
        ]


def test_the_same_input_gives_the_same_bytes():
    assert hybrid(PAGES, XML, **SAID) == MADE_ONE
    assert hybrid(PAGES, XML, **SAID | {"created": MADE + timedelta(seconds=1)}) != MADE_ONE


def test_title_author_and_instant_are_said_the_same_twice():
    with opened() as document:
        info, xmp = document.docinfo, document.Root.Metadata.read_bytes().decode()

    assert (str(info.Title), str(info.Author)) == (SAID["title"], SAID["author"])
    assert str(info.CreationDate) == "D:20261005083000Z"
    assert "Facture FA-2026/0001 &lt;é &amp; ü&gt;" in xmp
    assert "<xmp:CreateDate>2026-10-05T08:30:00Z<" in xmp
    assert "<fx:ConformanceLevel>EN 16931<" in xmp


def test_a_title_with_characters_no_xml_can_say_makes_a_sound_file():
    pdf = hybrid(PAGES, XML, **SAID | {"title": "FA\x0b 1\n2 \ud800", "author": "\x00A"})

    assert pdfa_problems(pdf) == []
    with opened(pdf) as document:
        assert str(document.docinfo.Title) == "FA 1 2"


def test_other_files_go_with_it_in_the_order_of_the_alphabet():
    files = (
        Embedded("éléments.csv", b"a;b", "text/csv"),
        Embedded("bon.pdf", PAGES, "application/pdf", "Source"),
    )
    pdf = hybrid(PAGES, XML, attachments=files, **SAID)

    assert pdfa_problems(pdf) == []
    with opened(pdf) as document:
        names = list(document.Root.Names.EmbeddedFiles.Names)[::2]
        assert [str(name) for name in names] == ["bon.pdf", "factur-x.xml", "éléments.csv"]
        relations = {str(spec.UF): str(spec.AFRelationship) for spec in document.Root.AF}
        assert relations == {"factur-x.xml": "/Data", "éléments.csv": "/Supplement", "bon.pdf": "/Source"}
        inside = document.attachments["bon.pdf"].get_file().read_bytes()
    assert inside == PAGES


def test_an_archive_without_files_is_sound_as_well():
    assert pdfa_problems(archived(PAGES, **SAID)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"attachments": (Embedded("factur-x.xml", b"x"),)},
        {"relationship": "Friend"},
        {"created": MADE.replace(tzinfo=None)},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"name|relationship|AFRelationship|zone"):
        hybrid(PAGES, XML, **SAID | wrong)


def no_font(document):
    for thing in document.objects:
        if isinstance(thing, Dictionary) and thing.get(Name.Type) == Name.FontDescriptor:
            for name in ("/FontFile", "/FontFile2", "/FontFile3"):
                if name in thing:
                    del thing[name]


def smooth(document):
    for thing in document.objects:
        if isinstance(thing, pikepdf.Stream) and thing.get(Name.Subtype) == Name.Image:
            thing.Interpolate = True


def unprinted(document):
    for page in document.pages:
        for annotation in page.obj.get(Name.Annots, ()):
            annotation.F = 2


def other_title(document):
    document.trailer.Info.Title = String("Avoir")


def other_day(document):
    document.trailer.Info.ModDate = String("D:20200101000000Z")


def part_two(document):
    xmp = document.Root.Metadata.read_bytes().replace(b"part>3<", b"part>2<")
    document.Root.Metadata = document.make_stream(xmp, Type=Name.Metadata, Subtype=Name.XML)


def broken_xmp(document):
    xmp = document.Root.Metadata.read_bytes().replace(b"</rdf:RDF>", b"")
    document.Root.Metadata = document.make_stream(xmp, Type=Name.Metadata, Subtype=Name.XML)


def no_extension(document):
    xmp = document.Root.Metadata.read_bytes().replace(b"pdfaExtension:schemas", b"pdfaExtension:nothing")
    document.Root.Metadata = document.make_stream(xmp, Type=Name.Metadata, Subtype=Name.XML)


def no_level(document):
    xmp = document.Root.Metadata.read_bytes().replace(b"fx:ConformanceLevel", b"fx:Level")
    document.Root.Metadata = document.make_stream(xmp, Type=Name.Metadata, Subtype=Name.XML)


def drop(name):
    def change(document):
        del document.Root[name]

    return change


def script(document):
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def unrelated(document):
    del document.Root.AF[0].AFRelationship


def no_kind(document):
    del document.Root.AF[0].EF.F.Subtype


def no_date(document):
    del document.Root.AF[0].EF.F.Params.ModDate


def four_colours(document):
    document.Root.OutputIntents[0].DestOutputProfile.N = 4


def two_intents(document):
    document.Root.OutputIntents = Array([document.Root.OutputIntents[0], document.Root.OutputIntents[0]])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (no_font, "is not embedded"),
        (smooth, "asks to be smoothed"),
        (unprinted, "an annotation is not printed"),
        (other_title, "Title differs"),
        (other_day, "ModDate differs"),
        (part_two, "pdfaid:part>3"),
        (broken_xmp, "the XMP is not XML"),
        (no_extension, "does not declare the properties"),
        (no_level, "does not say ConformanceLevel"),
        (drop("/Metadata"), "there is no XMP"),
        (drop("/OutputIntents"), "no single output intent"),
        (drop("/AF"), "associated files differ"),
        (drop("/Names"), "the XML the XMP speaks of"),
        (script, "the catalogue has OpenAction"),
        (unrelated, "relationship to the document is not said"),
        (no_kind, "the kind of file is not said"),
        (no_date, "the date of the file is not said"),
        (four_colours, "not one of three colours"),
        (two_intents, "no single output intent"),
    ],
)
def test_whatever_is_broken_in_the_structure_is_said(change, said):
    assert any(said in problem for problem in pdfa_problems(changed(change)))


def test_an_encrypted_file_and_no_file_at_all_are_no_archives():
    out = io.BytesIO()
    with opened() as document:
        document.save(out, encryption=pikepdf.Encryption(owner="x", user=""))

    assert "the file is encrypted" in pdfa_problems(out.getvalue())
    assert "not a readable PDF" in pdfa_problems(b"hello")[0]


def test_another_profile_is_said_in_the_xmp():
    pdf = hybrid(PAGES, XML, profile=replace(FACTUR_X, level="EXTENDED"), **SAID)

    assert pdfa_problems(pdf) == []
    with opened(pdf) as document:
        assert b"<fx:ConformanceLevel>EXTENDED<" in document.Root.Metadata.read_bytes()


def test_the_day_a_colour_profile_was_made_does_not_get_into_the_file():
    with opened() as document:
        profile = document.Root.OutputIntents[0].DestOutputProfile.read_bytes()

    assert int.from_bytes(profile[24:26]) == datetime(2000, 1, 1, tzinfo=UTC).year
