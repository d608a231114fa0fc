import pytest

from ronda.company.domain import safe_xml
from ronda.company.domain.safe_xml import NotXml, UnsafeXml, XmlTooLarge

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<lolz x="&b;">&b;</lolz>"""


class EndlessStream:
    """Says the same for a gigabyte; counts what was taken from it."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int) -> bytes:
        if self.taken >= 1024**3:
            return b""
        self.taken += size
        return b"<a>" + b"x" * (size - 3)


def test_plain_xml_is_read_without_comments_and_instructions():
    root = safe_xml.parse(b"<?xml version='1.0' encoding='UTF-8'?><a><!-- c --><?pi x?><b>\xc3\xa8</b></a>")

    assert [(child.tag, child.text) for child in root] == [("b", "è")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_encodings_with_their_mark_are_read(encoding):
    assert safe_xml.parse("<?xml version='1.0' encoding='utf-16'?><a>è</a>".encode(encoding)).text == "è"


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS,
        LAUGHS.replace(b"<?xml", b"\xef\xbb\xbf<?xml"),
        LAUGHS.decode().encode("utf-16"),
        LAUGHS.decode().encode("utf-32"),
        b"<!-- first --> <?pi?>\n<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        b"<!doctype a><a/>",
        b"<?xml version='1.0' encoding='UTF-7'?>+ADw-+ACE-DOCTYPE a+AD4-+ADw-a/+AD4-",
        b"<?xml version='1.0' encoding='IBM037'?><a/>",
    ],
)
def test_any_document_type_is_refused_however_it_is_dressed(data):
    with pytest.raises(UnsafeXml):
        safe_xml.parse(data)


def test_the_word_doctype_inside_a_text_is_only_a_word():
    assert safe_xml.parse(b"<a><![CDATA[<!DOCTYPE a>]]></a>").text == "<!DOCTYPE a>"


def test_a_stream_of_a_gigabyte_is_left_at_the_limit():
    stream = EndlessStream()

    with pytest.raises(XmlTooLarge):
        safe_xml.parse(stream, max_bytes=1024 * 1024)
    assert stream.taken <= 1024 * 1024 + 64 * 1024


def test_depth_beyond_the_limit_is_refused_and_at_the_limit_read():
    assert safe_xml.parse(b"<a>" * 64 + b"</a>" * 64).tag == "a"
    for depth in (65, 300, 100_000):
        with pytest.raises((XmlTooLarge, NotXml)):
            safe_xml.parse(b"<a>" * depth + b"</a>" * depth)


def test_a_million_tags_are_refused_before_they_become_objects():
    with pytest.raises(XmlTooLarge):
        safe_xml.parse(b"<a>" + b"<b/>" * 1_000_001 + b"</a>")


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"plain", b"<a>", b"<a>&nowhere;</a>", b"\0\0\0\0", b"\xff\xfe\x00"]
)
def test_what_is_not_xml_is_refused(data):
    with pytest.raises(NotXml):
        safe_xml.parse(data)


def test_the_line_that_is_wrong_is_named():
    with pytest.raises(NotXml) as refused:
        safe_xml.parse(b"<a>\n<b>\n</c>\n</a>")
    assert refused.value.facts["line"] == 3
