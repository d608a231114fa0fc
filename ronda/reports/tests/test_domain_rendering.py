"""From a layout to pages: what is printed, and what a layout may not load."""

import re
import zlib
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest
import time_machine

from ronda.reports.domain import pdf, rendering
from ronda.reports.domain.documents import PrintedDue, print_context
from ronda.reports.domain.liquid import LayoutError
from ronda.reports.domain.rendering import Layout
from ronda.reports.domain.samples import sample
from ronda.reports.domain.variables import variables
from ronda.reports.domain.words import TITLES, country_name, words
from ronda.reports.queries import default_layout


def pages(pdf):
    """Pages of a PDF, counted in its object streams."""
    streams = [zlib.decompress(found) for found in re.findall(rb"stream\r?\n(x.*?)\r?\nendstream", pdf, re.S)]
    return sum(len(re.findall(rb"/Type\s*/Page\b(?!s)", part)) for part in (pdf, *streams))


def html(layout, facts):
    return rendering.to_html(layout, print_context(facts))


def page(facts):
    """The default page as text without markup."""
    whole = html(default_layout(), facts).partition("</head>")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", whole)).replace("\N{NO-BREAK SPACE}", " ").split())


def refused(body="", css=""):
    with pytest.raises(LayoutError) as caught:
        rendering.to_pdf(Layout(body, css), print_context(sample("invoice", "it")))
    return caught.value


@pytest.mark.parametrize("kind", TITLES)
@pytest.mark.parametrize("language", ["it", "fr", "en"])
def test_every_kind_prints_in_every_language(kind, language):
    text = page(sample(kind, language))
    assert TITLES[kind][language] in text
    assert words(language)["net_total"] in text


def test_a_long_document_has_more_pages_and_repeats_the_head_of_its_table():
    short = rendering.to_pdf(default_layout(), print_context(sample("invoice", "it", lines=1)))
    long = rendering.to_pdf(default_layout(), print_context(sample("invoice", "it", lines=90)))
    assert (pages(short), pages(long)) == (1, 4)


def test_the_same_document_gives_the_same_bytes():
    context = print_context(sample("invoice", "fr"))
    first = rendering.to_pdf(default_layout(), context)
    with time_machine.travel("2031-01-01", tick=False):
        assert rendering.to_pdf(default_layout(), context) == first


def test_lines_stand_under_their_site_with_its_total():
    """R14"""
    text = page(sample("invoice", "it", lines=4))
    assert text.index("Sede di via Torino") < text.index("Totale sede") < text.index("Magazzino di Rho")
    assert text.count("Totale sede") == 2


def test_a_document_without_sites_is_one_list():
    text = page(replace(sample("invoice", "it"), by_site=False))
    assert "Sede di via Torino" not in text
    assert "Totale sede" not in text


def test_a_draft_says_so_on_the_sheet():
    draft = replace(sample("invoice", "it"), draft=True, number="", on=None)
    assert "BOZZA" in page(draft)
    assert "BOZZA" not in page(sample("invoice", "it"))


def test_a_credit_note_names_what_it_corrects_and_asks_for_no_payment():
    text = page(sample("credit_note", "it"))
    assert "Rettifica FT 97/2026 del 31/01/2026" in text
    assert "IBAN" not in text
    assert "Totale a vostro credito" in text


def test_what_is_withheld_and_paid_to_the_state_is_taken_off():
    facts = sample("invoice", "it")
    split = replace(facts.vat[0], split=True)
    text = page(
        replace(
            facts,
            vat=[split, *facts.vat[1:]],
            withholding=Decimal("77.50"),
            payable=facts.payable - split.vat - Decimal("77.50"),
        )
    )
    assert "Ritenuta d’acconto − 77,50" in text
    assert "IVA a carico del cliente − " in text


def test_every_due_date_is_printed():
    text = page(sample("invoice", "it"))
    assert "Scadenze 31/03/2026" in text
    assert "30/04/2026" in text


def test_one_due_date_is_written_in_the_singular():
    facts = sample("invoice", "it")
    text = page(replace(facts, dues=[PrintedDue(on=facts.on, amount=facts.payable)]))
    assert "Scadenza 02/03/2026" in text


def test_the_country_is_written_for_addresses_abroad_only():
    facts = sample("invoice", "fr")
    assert "ALLEMAGNE" in page(replace(facts, buyer={**facts.buyer, "country": "DE"}))
    assert "ITALIE" not in page(facts)
    assert country_name("ZZ", "fr") == "ZZ"


def test_references_of_public_bodies_are_printed():
    text = page(replace(sample("invoice", "it"), cig="Z1234567AB", cup="B12C34000560007"))
    assert "CIG Z1234567AB" in text
    assert "CUP B12C34000560007" in text


def test_the_derivation_is_printed_on_request_only():
    facts = sample("invoice", "it")
    assert "Come nascono gli importi" in page(replace(facts, appendix=True))
    assert "Come nascono gli importi" not in page(facts)


def test_the_identity_of_the_firm_is_in_the_foot_of_every_page():
    style = html(default_layout(), replace(sample("invoice", "it"), identity="REA MI 12"))
    foot = style.partition("@bottom-left")[2][:200]
    assert "REA\\000020MI\\00002012" in foot


def test_the_name_of_a_customer_cannot_write_markup():
    facts = sample("invoice", "it")
    evil = {**facts.buyer, "name": "<img src='file:///etc/passwd'>"}
    assert "<img src=&#39;" not in html(default_layout(), replace(facts, buyer=evil)).replace("&lt;img", "")
    assert rendering.to_pdf(default_layout(), print_context(replace(facts, buyer=evil)))


@pytest.mark.parametrize(
    "css",
    [
        "@import 'http://example.org/a.css';",
        "\n@IMPORT url(x)",
        "body { background: url(http://example.org/a.png) }",
        "body { background: url( 'file:///etc/passwd' ) }",
        "body { background: u\\72l(http://example.org/a) }",
        "@font-face { src: url(//example.org/f.woff) }",
        "body { background: url(data:text/html;base64,eA==) }",
    ],
)
def test_a_style_that_loads_something_is_refused(css):
    error = refused(css=css)
    assert (error.reason, error.field) == ("fetch", "css")
    assert error.line == css.count("\n") + 1


@pytest.mark.parametrize(
    "body",
    [
        '<img src="http://example.org/a.png">',
        "<img src=file:///etc/passwd>",
        "<p>\n<img\nsrc='//example.org/a'>",
        "<a href='http://example.org'>x</a>",
        '<p style="background: url(http://example.org/a)">x</p>',
        '<svg><image xlink:href="file:///etc/passwd"/></svg>',
    ],
)
def test_a_layout_that_loads_something_is_refused(body):
    assert refused(body).reason == "fetch"


@pytest.mark.parametrize("name", ["script", "link", "iframe", "object", "embed", "base", "meta", "style"])
def test_elements_that_load_or_run_something_are_refused(name):
    error = refused(f"<p>\n<{name} x=1>")
    assert (error.reason, error.line) == ("element", 2)


def test_a_style_cannot_end_its_element():
    assert refused(css="p{} </style><p>").reason == "element"


def test_what_a_document_says_is_not_taken_for_a_part_of_the_layout():
    facts = sample("invoice", "it")
    said = replace(facts, notes="src=http://example.org url(http://example.org) @import <script>", logo="")
    own = Layout(default_layout().html, default_layout().css)
    assert rendering.to_pdf(own, print_context(said))


def test_what_slips_through_is_still_given_nothing():
    with pytest.raises(LayoutError) as caught:
        pdf.to_pdf("<img src='file:///etc/passwd'>")
    assert caught.value.reason == "fetch"


def test_an_embedded_picture_is_printed():
    dot = (
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
        "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    layout = Layout('<img src="{{ logo }}">', "")
    assert rendering.to_pdf(layout, print_context(replace(sample("invoice", "it"), logo=dot)))


def test_a_layout_with_too_many_pages_is_refused():
    layout = Layout(
        "{% for section in sections %}{% for line in section.lines %}<p>x</p>{% endfor %}{% endfor %}",
        "p { page-break-after: always }",
    )
    with pytest.raises(LayoutError) as caught:
        rendering.to_pdf(layout, print_context(sample("invoice", "it", lines=30)), most_pages=10)
    assert caught.value.reason == "pages"


def test_every_name_a_layout_can_use_is_listed_with_an_example():
    listed = {one.name: one for one in variables(print_context(sample("invoice", "it")))}
    assert listed["document.number"].example == "FT 128/2026"
    assert listed["line.net"].loop == "section.lines"
    assert listed["totals.payable"].example.endswith("50")


def test_the_preview_is_a_picture_of_the_pages():
    picture = rendering.to_picture(default_layout(), print_context(sample("invoice", "it", lines=60)))
    assert picture.startswith(b"\x89PNG")
    width, height = int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])
    assert height > 2 * width
