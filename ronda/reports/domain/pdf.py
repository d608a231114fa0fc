"""HTML and a style sheet into PDF or a picture. Nothing is ever fetched: no file, no address, no font."""

import io
from datetime import date

import plutoprint

from ronda.reports.domain.liquid import LayoutError

MOST_PAGES = 400
# Of a preview, in pixels: A4 at about 110 dots an inch, sharp on most screens.
PICTURE_WIDTH, PICTURE_HEIGHT, PICTURE_GAP = 910, 1287, 14
_PAPER_POINTS = 595.28
_NO_DAY = date(2000, 1, 1)


class Closed(plutoprint.ResourceFetcher):
    """Answers every request with nothing, and remembers that there was one.

    Images embedded as `data:` are read by the engine itself and never get here.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def fetch_url(self, url: str) -> plutoprint.ResourceData:
        """An empty answer, whatever the address."""
        self.asked.append(url)
        return plutoprint.ResourceData(b"", "text/plain", "utf-8")


def to_pdf(
    html: str, *, title: str = "", author: str = "", on: date | None = None, most_pages: int = MOST_PAGES
) -> bytes:
    """The pages of `html` as PDF; the same input gives the same bytes.

    `on` is the day the file says it was made: not that of the computer.

    LayoutError when it asks for something from outside, or has more than `most_pages` pages.
    """
    book = _laid_out(html, most_pages)
    book.set_metadata(plutoprint.PDF_METADATA_TITLE, title)
    book.set_metadata(plutoprint.PDF_METADATA_AUTHOR, author)
    book.set_metadata(plutoprint.PDF_METADATA_CREATION_DATE, f"{(on or _NO_DAY).isoformat()}T00:00:00Z")
    out = io.BytesIO()
    book.write_to_pdf_stream(out)
    return out.getvalue()


def to_picture(html: str, *, shown: int = 4, most_pages: int = MOST_PAGES) -> bytes:
    """The first `shown` pages one below the other, as PNG. Refused like `to_pdf`."""
    book = _laid_out(html, most_pages)
    pages = min(book.get_page_count(), shown)
    canvas = plutoprint.ImageCanvas(
        PICTURE_WIDTH, pages * PICTURE_HEIGHT + (pages - 1) * PICTURE_GAP, plutoprint.IMAGE_FORMAT_RGB24
    )
    with canvas:
        canvas.clear_surface(0.93, 0.94, 0.95)
        scale = PICTURE_WIDTH / (_PAPER_POINTS / plutoprint.UNITS_PX)
        for page in range(pages):
            top = page * (PICTURE_HEIGHT + PICTURE_GAP)
            canvas.save_state()
            canvas.clip_rect(0, top, PICTURE_WIDTH, PICTURE_HEIGHT)
            canvas.clear_surface(1, 1, 1)
            canvas.translate(0, top)
            canvas.scale(scale, scale)
            book.render_page(canvas, page)
            canvas.restore_state()
        out = io.BytesIO()
        canvas.write_to_png_stream(out)
    return out.getvalue()


def _laid_out(html: str, most_pages: int) -> plutoprint.Book:
    fetcher = Closed()
    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4, plutoprint.PAGE_MARGINS_NONE, plutoprint.MEDIA_TYPE_PRINT)
    book.custom_resource_fetcher = fetcher
    book.load_html(html)
    pages = book.get_page_count()  # lays the pages out, which is when pictures are asked for
    if fetcher.asked:
        raise LayoutError("fetch", fetcher.asked[0][:80])
    if pages > most_pages:
        raise LayoutError("pages", most_pages)
    return book
