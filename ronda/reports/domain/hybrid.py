"""A printed PDF made into PDF/A-3b (ISO 19005-3) that carries files: the XML of a Factur-X, or anything else.

The printer gives pages; this adds what makes them an archive and a hybrid: XMP, output intent, identifier,
embedded files. `pdfa_problems` says what of it a file lacks. The same input gives the same bytes.
"""

import functools
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, Stream, String
from PIL import ImageCms

from ronda.company.domain import safe_xml
from ronda.kernel.errors import Refusal

PRODUCER = "Ronda"
#: AFRelationship of the XML: it is the data of the page (Factur-X 1.09, § 6.2.2, both are good in France).
DATA, ALTERNATIVE, SUPPLEMENT = "Data", "Alternative", "Supplement"
RELATIONSHIPS = frozenset({DATA, ALTERNATIVE, SUPPLEMENT, "Source", "Unspecified"})

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Flags of an annotation: printed; and those that would keep it from being seen.
_PRINTED, _SHOWN = 4, 1 | 2 | 4 | 32 | 256
_FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
#: Of the profile's header: the instant it was made, which would differ at every start.
_ICC_DATE, _ICC_DAY = slice(24, 36), bytes((7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))


@dataclass(frozen=True, slots=True)
class Embedded:
    """A file inside the PDF. `relationship` is its AFRelationship, one of RELATIONSHIPS."""

    name: str
    content: bytes
    mime: str = "application/octet-stream"
    relationship: str = SUPPLEMENT
    description: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the XMP says about the XML (Factur-X 1.09, § 6.2)."""

    level: str = "EN 16931"
    document_type: str = "INVOICE"
    version: str = "1.0"
    filename: str = "factur-x.xml"


FACTUR_X = Profile()


def hybrid(
    pdf: bytes,
    xml: bytes,
    *,
    title: str,
    author: str,
    created: datetime,
    relationship: str = DATA,
    profile: Profile = FACTUR_X,
    attachments: Sequence[Embedded] = (),
    language: str = "fr",
) -> bytes:
    """The printed pages and the XML of the same invoice as one Factur-X file.

    created: an aware instant, written in UTC; it is also the date of the files inside. attachments: other
    files to carry. ValueError for two files of one name, an unknown relationship, or no time zone.
    """
    invoice = Embedded(profile.filename, xml, "text/xml", relationship, f"{title} ({profile.level})")
    return archived(
        pdf,
        title=title,
        author=author,
        created=created,
        files=(invoice, *attachments),
        profile=profile,
        language=language,
    )


def archived(
    pdf: bytes,
    *,
    title: str,
    author: str,
    created: datetime,
    files: Sequence[Embedded] = (),
    profile: Profile | None = None,
    language: str = "fr",
) -> bytes:
    """The printed pages as PDF/A-3b, with files inside. ValueError as `hybrid`."""
    _refuse(files, created)
    title, author = _plain(title), _plain(author)
    moment = created.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    with Pdf.open(io.BytesIO(pdf)) as document:
        # Images are streams, whose dictionaries are never packed: going through all objects is slow.
        _clean(document, smoothed=b"/Interpolate" in pdf)
        _describe(document, title, author, moment)
        root = document.Root
        root.Lang = String(language)
        root.Metadata = _metadata(document, _xmp(title, author, moment, profile))
        root.OutputIntents = Array([document.make_indirect(_output_intent(document))])
        if files:
            _embed(document, files, moment)
        out = io.BytesIO()
        document.save(
            out,
            min_version="1.7",
            deterministic_id=True,
            fix_metadata_version=False,
            object_stream_mode=ObjectStreamMode.generate,
        )
    return out.getvalue()


def _plain(text: str) -> str:
    """A text without what XML cannot say, so that the information and the XMP say the same."""
    return " ".join(_FORBIDDEN.sub("", text).split())


def _refuse(files: Sequence[Embedded], created: datetime) -> None:
    if created.tzinfo is None:
        raise ValueError("the instant a PDF was made needs a time zone")
    names = [file.name for file in files]
    if len(set(names)) < len(names):
        raise ValueError(f"two files of one name inside a PDF: {names}")
    if unknown := {file.relationship for file in files} - RELATIONSHIPS:
        raise ValueError(f"unknown AFRelationship {sorted(unknown)}")


def _clean(document: Pdf, *, smoothed: bool) -> None:
    """What PDF/A forbids and the printer writes: smoothed images, links that are not printed."""
    for thing in document.objects if smoothed else ():
        if isinstance(thing, Stream) and Name.Interpolate in thing:
            del thing[Name.Interpolate]
    for page in document.pages:
        for annotation in page.obj.get(Name.Annots, ()):
            annotation[Name.F] = _PRINTED


def _describe(document: Pdf, title: str, author: str, moment: datetime) -> None:
    when = String(_pdf_date(moment))
    document.trailer.Info = document.make_indirect(
        Dictionary(
            Title=String(title),
            Author=String(author),
            Producer=String(PRODUCER),
            Creator=String(PRODUCER),
            CreationDate=when,
            ModDate=when,
        )
    )


def _pdf_date(moment: datetime) -> str:
    return moment.strftime("D:%Y%m%d%H%M%SZ")


def _metadata(document: Pdf, xmp: bytes) -> Stream:
    stream = Stream(document, xmp)
    stream.Type, stream.Subtype = Name.Metadata, Name.XML
    return stream


@functools.cache
def _srgb() -> bytes:
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made[_ICC_DATE] = _ICC_DAY
    return bytes(made)


def _output_intent(document: Pdf) -> Dictionary:
    colours = Stream(document, _srgb())
    colours.N, colours.Alternate = 3, Name.DeviceRGB
    return Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB"),
        RegistryName=String("http://www.color.org"),
        DestOutputProfile=colours,
    )


def _embed(document: Pdf, files: Sequence[Embedded], moment: datetime) -> None:
    names: list[Any] = []
    for file in sorted(files, key=lambda file: file.name.encode("utf-8")):
        names += [String(file.name), document.make_indirect(_file(document, file, moment))]
    root = document.Root
    tree = root.get(Name.Names) or Dictionary()
    tree.EmbeddedFiles = Dictionary(Names=Array(names))
    root.Names = tree
    by_name = {str(names[at]): names[at + 1] for at in range(0, len(names), 2)}
    root.AF = Array([by_name[file.name] for file in files])
    root.PageMode = Name.UseAttachments


def _file(document: Pdf, file: Embedded, moment: datetime) -> Dictionary:
    stream = Stream(document, file.content)
    stream.Type, stream.Subtype = Name.EmbeddedFile, Name("/" + file.mime)
    when = String(_pdf_date(moment))
    stream.Params = Dictionary(ModDate=when, CreationDate=when, Size=len(file.content))
    shared = document.make_indirect(stream)
    return Dictionary(
        Type=Name.Filespec,
        F=String(file.name),
        UF=String(file.name),
        Desc=String(_plain(file.description or file.name)),
        AFRelationship=Name("/" + file.relationship),
        EF=Dictionary(F=shared, UF=shared),
    )


_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>{producer}</pdf:Producer></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreatorTool>{producer}</xmp:CreatorTool><xmp:CreateDate>{when}</xmp:CreateDate>
<xmp:ModifyDate>{when}</xmp:ModifyDate></rdf:Description>
{more}</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
_PROPERTY = """<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>{description}</pdfaProperty:description></rdf:li>
"""
_EXTENSION = """<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{fx}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
{properties}</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
<rdf:Description rdf:about="" xmlns:fx="{fx}">
{values}</rdf:Description>
"""
_FX_WORDS = {
    "DocumentFileName": "Name of the embedded XML document",
    "DocumentType": "Type of the hybrid document",
    "Version": "Version of the standard applying to the embedded XML document",
    "ConformanceLevel": "Conformance level of the embedded XML document",
}


def _xmp(title: str, author: str, moment: datetime, profile: Profile | None) -> bytes:
    filled = _PACKET.format(
        title=escape(title),
        author=escape(author),
        producer=PRODUCER,
        when=moment.isoformat() + "Z",
        more=_factur_x(profile) if profile else "",
    )
    return filled.encode("utf-8")


@functools.cache
def _factur_x(profile: Profile) -> str:
    values = (profile.filename, profile.document_type, profile.version, profile.level)
    said = zip(_FX_WORDS, values, strict=True)
    return _EXTENSION.format(
        fx=_FX,
        properties="".join(_PROPERTY.format(name=name, description=_FX_WORDS[name]) for name in _FX_WORDS),
        values="".join(f"<fx:{name}>{escape(value)}</fx:{name}>\n" for name, value in said),
    )


def pdfa_problems(pdf: bytes) -> list[str]:
    """What a file lacks of PDF/A-3b and of Factur-X, as sentences; empty when the structure is sound.

    It looks at what this module makes and at what a printer may break; the release is judged by a validator.
    """
    try:
        with Pdf.open(io.BytesIO(pdf)) as document:
            return list(_problems(document))
    except pikepdf.PdfError as error:
        return [f"not a readable PDF: {error}"]


def _problems(document: Pdf) -> Iterator[str]:
    if document.is_encrypted:
        yield "the file is encrypted"
    if document.pdf_version < "1.7":
        yield f"the version is {document.pdf_version}, not 1.7"
    if len(document.trailer.get(Name.ID, ())) != 2:
        yield "the trailer has no identifier"
    yield from _described_badly(document)
    yield from _intents(document)
    yield from _forbidden(document)
    yield from _fonts(document)
    yield from _files(document)


def _described_badly(document: Pdf) -> Iterator[str]:
    stream = document.Root.get(Name.Metadata)
    if stream is None:
        yield "there is no XMP"
        return
    if Name.Filter in stream:
        yield "the XMP is compressed"
    try:
        safe_xml.parse(stream.read_bytes())
    except Refusal:
        yield "the XMP is not XML"
    xmp = stream.read_bytes().decode("utf-8", "replace")
    for mark in ("<pdfaid:part>3<", "<pdfaid:conformance>B<"):
        if mark not in xmp:
            yield f"the XMP does not say {mark.strip('<')}"
    info = document.trailer.get(Name.Info) or Dictionary()
    for name in ("Title", "Author", "Producer", "Creator"):
        text = str(info.get("/" + name, ""))
        if not text or escape(text) not in xmp:
            yield f"{name} differs between the information and the XMP"
    for name, tag in (("CreationDate", "CreateDate"), ("ModDate", "ModifyDate")):
        if not _same_instant(str(info.get("/" + name, "")), xmp, tag):
            yield f"{name} differs between the information and the XMP"


def _same_instant(written: str, xmp: str, tag: str) -> bool:
    try:
        moment = datetime.strptime(written, "D:%Y%m%d%H%M%SZ").isoformat()  # noqa: DTZ007
    except ValueError:
        return False
    return f"<xmp:{tag}>{moment}Z<" in xmp


def _intents(document: Pdf) -> Iterator[str]:
    intents = list(document.Root.get(Name.OutputIntents, ()))
    found = [intent for intent in intents if intent.get(Name.S) == Name.GTS_PDFA1]
    profile = found[0].get(Name.DestOutputProfile) if len(found) == 1 else None
    if profile is None:
        yield "there is no single output intent with a colour profile"
    elif profile.get(Name.N) != 3 or profile.read_bytes()[36:40] != b"acsp":
        yield "the colour profile of the output intent is not one of three colours"


def _forbidden(document: Pdf) -> Iterator[str]:
    root = document.Root
    for name in ("AA", "OpenAction", "Perms", "Requirements"):
        if "/" + name in root:
            yield f"the catalogue has {name}"
    if Name.JavaScript in (root.get(Name.Names) or Dictionary()):
        yield "the file has scripts"
    for thing in document.objects:
        if isinstance(thing, Stream) and thing.get(Name.Interpolate):
            yield "an image asks to be smoothed"
    for number, page in enumerate(document.pages, start=1):
        for annotation in page.obj.get(Name.Annots, ()):
            if int(annotation.get(Name.F, 0)) & _SHOWN != _PRINTED:
                yield f"page {number}: an annotation is not printed"


def _fonts(document: Pdf) -> Iterator[str]:
    kept = ("/FontFile", "/FontFile2", "/FontFile3")
    for thing in document.objects:
        described = isinstance(thing, Dictionary) and thing.get(Name.Type) == Name.FontDescriptor
        if described and not any(name in thing for name in kept):
            yield f"the font {thing.get(Name.FontName, '')} is not embedded"


def _files(document: Pdf) -> Iterator[str]:
    associated = list(document.Root.get(Name.AF, ()))
    tree = (document.Root.get(Name.Names) or Dictionary()).get(Name.EmbeddedFiles) or Dictionary()
    named = list(tree.get(Name.Names, ()))[1::2]
    if {spec.objgen for spec in associated} != {spec.objgen for spec in named}:
        yield "the files in the catalogue and the associated files differ"
    for spec in named:
        yield from _file_problems(spec)
    yield from _profile_problems(document, [str(spec.get(Name.UF, "")) for spec in named])


def _file_problems(spec: Any) -> Iterator[str]:
    name = str(spec.get(Name.UF, ""))
    if not name or str(spec.get(Name.F, "")) != name:
        yield "an embedded file has no name"
    if str(spec.get(Name.AFRelationship, "/"))[1:] not in RELATIONSHIPS:
        yield f"{name}: the relationship to the document is not said"
    stream = (spec.get(Name.EF) or Dictionary()).get(Name.F)
    if stream is None:
        yield f"{name}: there is no file"
        return
    if "/" not in str(stream.get(Name.Subtype, ""))[1:]:
        yield f"{name}: the kind of file is not said"
    if Name.ModDate not in (stream.get(Name.Params) or Dictionary()):
        yield f"{name}: the date of the file is not said"


def _profile_problems(document: Pdf, names: list[str]) -> Iterator[str]:
    stream = document.Root.get(Name.Metadata)
    xmp = stream.read_bytes().decode("utf-8", "replace") if stream is not None else ""
    said = _FX in xmp
    if FACTUR_X.filename in names and not said:
        yield "the XMP does not say that there is a Factur-X invoice"
    if not said:
        return
    if "<pdfaExtension:schemas>" not in xmp:
        yield "the XMP does not declare the properties of Factur-X"
    for name in _FX_WORDS:
        if f"<fx:{name}>" not in xmp:
            yield f"the XMP does not say {name}"
    if not any(f"<fx:DocumentFileName>{escape(name)}<" in xmp for name in names):
        yield "the XML the XMP speaks of is not in the file"
