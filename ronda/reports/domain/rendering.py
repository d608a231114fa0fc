"""A layout filled and printed: the same steps for stored documents, previews and measurements."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ronda.reports.domain import liquid, pdf
from ronda.reports.domain.liquid import LayoutError

_PICTURE = r"data:image/(?:png|jpeg|svg\+xml|webp|gif);"
_LOADS = re.compile(rf"@import|@charset|expression\s*\(|url\(\s*(?!['\"]?{_PICTURE})", re.I)
# Between < and > only: what a document says may contain the same words.
_STYLE = re.compile(rf"<[^>]*?(url\(\s*(?!['\"]?{_PICTURE}))", re.I)
_SOURCE = re.compile(
    r"<[^>]*?\b((?:src|srcset|href|data|background|action|poster)\s*=\s*(?:"
    rf"\"(?!{_PICTURE}|#|\")|'(?!{_PICTURE}|#|')|(?![\"'#\s]|{_PICTURE})))",
    re.I,
)
_ELEMENT = re.compile(
    r"<\s*/?\s*(script|link|iframe|frame|object|embed|base|meta|form|input|video|audio|style)\b", re.I
)
_CHECKS = {
    "css": ((_LOADS, "fetch"), (re.compile("(</)"), "element")),
    "html": ((_ELEMENT, "element"), (_STYLE, "fetch"), (_SOURCE, "fetch")),
}


class Layout(NamedTuple):
    """The two halves of a layout; `trusted` when they came with the program, not from a person."""

    html: str
    css: str
    trusted: bool = False


def check(filled: str, *, field: str) -> None:
    """LayoutError when a half of a layout, filled, asks for anything that is not in it.

    The engine would get nothing anyway; saying so while it is written is better than an empty frame.
    """
    # An escape may spell any of the words looked for; the engine undoes it, so it is undone here.
    text = _unescaped(filled) if field == "css" else filled
    for pattern, reason in _CHECKS[field]:
        if found := pattern.search(text):
            start = found.start(found.lastindex or 0)
            line = text.count("\n", 0, start) + 1
            what = text[start : start + 40].splitlines()[0]
            raise LayoutError(reason, what, line=line, field=field)


def _unescaped(css: str) -> str:
    without = re.sub(r"/\*.*?\*/", lambda found: "\n" * found.group().count("\n"), css, flags=re.S)
    outside = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', without)
    return re.sub(r"\\([0-9a-fA-F]{1,6})\s?", lambda found: _character(int(found.group(1), 16)), outside)


def _character(code: int) -> str:
    return chr(code) if 32 <= code < 0x110000 else " "


def to_html(layout: Layout, context: Mapping[str, Any]) -> str:
    """The whole page, ready for the engine or for a sandboxed frame."""
    language = str(context["language"])
    try:
        style = liquid.fill(layout.css, context, language=language)
    except LayoutError as error:
        raise LayoutError(error.reason, error.what, line=error.line, field="css") from error
    body = liquid.fill(layout.html, context, language=language)
    if not layout.trusted:
        check(style, field="css")
        check(body, field="html")
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><style>{style}</style></head>'
        f"<body>{body}</body></html>"
    )


def to_pdf(layout: Layout, context: Mapping[str, Any], *, most_pages: int = pdf.MOST_PAGES) -> bytes:
    """The pages of a document as PDF, dated with the document's own day."""
    document, html = context["document"], to_html(layout, context)
    return pdf.to_pdf(
        html,
        title=f"{document['title']} {document['number']}",
        author=str(context["seller"]["name"]),
        on=document["date"],
        most_pages=most_pages,
    )


def to_picture(layout: Layout, context: Mapping[str, Any], *, most_pages: int = pdf.MOST_PAGES) -> bytes:
    """The first pages of a document as a picture."""
    return pdf.to_picture(to_html(layout, context), most_pages=most_pages)
