"""HTML and a style sheet into PDF. Nothing is ever fetched: no file, no address, no font."""

import io
import re

import plutoprint

from ronda.reports.domain.liquid import LayoutError

MOST_PAGES = 400
_EMPTY = b""


class Closed(plutoprint.ResourceFetcher):  # type: ignore[misc]
    """Answers every request with nothing, and remembers that there was one.

    Images embedded as `data:` are read by the engine itself and never get here.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def fetch_url(self, url: str) -> plutoprint.ResourceData:
        """An empty answer, whatever the address."""
        self.asked.append(url)
        return plutoprint.ResourceData(_EMPTY, "text/plain", "utf-8")


def to_pdf(html: str, *, title: str = "", author: str = "", most_pages: int = MOST_PAGES) -> bytes:
    """The pages of `html` as PDF; the same input gives the same bytes.

    LayoutError when it asks for something from outside, or has more than `most_pages` pages.
    """
    fetcher = Closed()
    book = plutoprint.Book(
        plutoprint.PAGE_SIZE_A4, plutoprint.PAGE_MARGINS_NONE, plutoprint.MEDIA_TYPE_PRINT
    )
    book.custom_resource_fetcher = fetcher
    book.load_html(html)
    if fetcher.asked:
        raise LayoutError("fetch", fetcher.asked[0][:80])
    if book.get_page_count() > most_pages:
        raise LayoutError("pages", most_pages)
    book.set_metadata(plutoprint.PDF_METADATA_TITLE, title)
    book.set_metadata(plutoprint.PDF_METADATA_AUTHOR, author)
    out = io.BytesIO()
    book.write_to_pdf_stream(out)
    return out.getvalue()


def page_count(pdf: bytes) -> int:
    """Pages of a PDF made here, read from its page tree."""
    return max((int(found) for found in re.findall(rb"/Type /Pages.{0,400}?/Count (\d+)", pdf, re.S)), default=0)
