"""What a file is, told from its first bytes; names and browsers lie."""

import codecs

TEXT = "text/plain"
UNKNOWN = "application/octet-stream"
ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XML = "application/xml"
P7M = "application/pkcs7-mime"
PDF = "application/pdf"
PNG, JPEG, GIF, WEBP = "image/png", "image/jpeg", "image/gif", "image/webp"
TIFF, BMP, HEIC = "image/tiff", "image/bmp", "image/heic"
PROGRAM = "application/x-executable"
HTML, SVG = "text/html", "image/svg+xml"

_MAGIC = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", PROGRAM),  # a shortcut of Windows
)
_HTML = (b"<html", b"<!doctype html", b"<script", b"<body", b"<iframe")
_SVG = (b"<svg",)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
#: Written anew when they come, without what the camera wrote beside the picture.
PICTURES = frozenset({PNG, JPEG, GIF, WEBP, TIFF, BMP})
#: The only types a browser may show inside our pages; all others are downloaded.
SHOWN_INLINE = frozenset({PNG, JPEG, GIF, WEBP})
# ASN.1 object identifier of signed data (PKCS #7), 1.2.840.113549.1.7.2.
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
HEAD = 4096

# What a double click would start, on one system or another.
PROGRAM_ENDINGS = frozenset(
    [
        "apk",
        "app",
        "bat",
        "chm",
        "cmd",
        "com",
        "cpl",
        "dll",
        "dmg",
        "exe",
        "hta",
        "jar",
        "js",
        "jse",
        "lnk",
        "msc",
        "msi",
        "msix",
        "pif",
        "ps1",
        "reg",
        "scr",
        "sh",
        "url",
        "vb",
        "vbe",
        "vbs",
        "wsf",
        "wsh",
        "xll",
    ]
)
# The endings whose content is known: what they may hold.
_ENDINGS = {
    "pdf": {PDF},
    "png": {PNG},
    "jpg": {JPEG},
    "jpeg": {JPEG},
    "gif": {GIF},
    "webp": {WEBP},
    "tif": {TIFF},
    "tiff": {TIFF},
    "bmp": {BMP},
    "heic": {HEIC},
    "heif": {HEIC},
    "xlsx": {XLSX, ZIP},
    "docx": {XLSX, ZIP},
    "pptx": {XLSX, ZIP},
    "odt": {ZIP},
    "ods": {ZIP},
    "zip": {ZIP, XLSX},
    **dict.fromkeys(("txt", "csv", "xml", "svg", "html", "htm"), {TEXT, XML, HTML, SVG, UNKNOWN}),
}


def kind_of(head: bytes) -> str:
    """The type of a file from its first HEAD bytes; "application/octet-stream" when unknown."""
    for magic, mime in _MAGIC:
        if head.startswith(magic):
            return mime
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    if head.startswith(b"PK\x03\x04"):
        return XLSX if b"[Content_Types].xml" in head and b"xl/" in head else ZIP
    if head.startswith(b"\x30") and _SIGNED_DATA in head[:32]:
        return P7M
    if head.startswith(b"MZ") and not _is_prose(head):
        return PROGRAM
    if head.startswith(b"BM") and head[6:10] == b"\x00\x00\x00\x00":
        return BMP
    found = _text_kind(head)
    # Some programs write a few lines of their own before a PDF begins.
    return PDF if found in (TEXT, UNKNOWN) and b"%PDF-" in head[:1024] else found


def _is_prose(head: bytes) -> bool:
    """A letter may begin with MZ as well: programs hold zero bytes at once."""
    return len(head) > 2 and b"\x00" not in head[:64]


def _text_kind(head: bytes) -> str:
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(b"-----BEGIN PKCS7"):
        return P7M
    if text.startswith(b"#!"):
        return PROGRAM
    lowered = text[:512].lower()
    if any(tag in lowered for tag in _HTML):
        return HTML
    if any(tag in lowered for tag in _SVG):
        return SVG
    if lowered.startswith(b"<?xml"):
        return XML
    return TEXT if _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    if not head or b"\x00" in head:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return all(byte >= 32 or byte in b"\t\r\n\f" for byte in head)
    return True


def ending_of(name: str) -> str:
    """The ending of a file's name, in small letters; "" without one."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem else ""


def is_program(name: str, mime: str) -> bool:
    """Whether a double click would start it."""
    return mime == PROGRAM or ending_of(name) in PROGRAM_ENDINGS


def agrees(name: str, mime: str) -> bool:
    """Whether the content is what the name says; endings we do not know may hold anything."""
    return mime in _ENDINGS.get(ending_of(name), {mime})


def shown_name(name: str) -> str:
    """The file's own name without folders or control characters, 200 characters at most."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign.isprintable()).strip(". ")
    stem, dot, ending = kept.rpartition(".")
    if len(kept) <= 200:
        return kept or "file"
    return f"{stem[: 199 - len(ending)]}{dot}{ending}" if dot and len(ending) < 20 else kept[:200]


def is_from_a_camera(name: str) -> bool:
    """Phones give every photo just taken the same name: another one is no new version of the first."""
    stem = name.rpartition(".")[0].lower()
    return stem in {"image", "photo", "capture", "video", "blob", "img", "untitled", "unnamed"}


def numbered(name: str, taken: "frozenset[str] | set[str]") -> str:
    """The name, with a number where others have it: "image (2).jpg"; letter case does not count."""
    if name.casefold() not in taken:
        return name
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if dot and stem else (name, "")
    count = 2
    while f"{stem} ({count}){ending}".casefold() in taken:
        count += 1
    return f"{stem[:190]} ({count}){ending}"
