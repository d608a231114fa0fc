"""The certificate of a data check: one page in plain words, to read, print and keep."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from ronda.company.checking import check_called
from ronda.operations.models import DataCheck
from ronda.reports.domain.pdf import to_pdf

STYLE = Path(__file__).resolve().parent.parent / "layouts" / "certificate.css"


def certificate_facts(run: DataCheck) -> dict[str, Any]:
    """What the certificate says, in the reader's language."""
    return {
        "run": run,
        "results": [_in_words(result) for result in run.results],
        "series": [{**one, "pieces": _pieces(one["digest"])} for one in run.series],
        "pieces": _pieces(run.digest),
        "currency": run.firm.get("currency", "EUR"),
    }


def certificate_pdf(run: DataCheck) -> bytes:
    """The certificate as PDF; the same result and language give the same bytes."""
    title = str(_("Certificate of the data"))
    firm = " · ".join(filter(None, (run.firm.get(name, "") for name in ("name", "tax_id", "city"))))
    head = format_html("<h1>{}</h1><p>{}</p>", title, firm)
    body = render_to_string("operations/certificate_body.html", certificate_facts(run))
    style = STYLE.read_text(encoding="utf-8")
    html = f"<html><head><style>{style}</style></head><body>{head}{body}</body></html>"
    return to_pdf(html, title=title, author=str(run.firm.get("name", "")), on=localtime(run.at).date())


def certificate_name(run: DataCheck) -> str:
    """The name of its file."""
    return f"{_('certificate')}-{date_format(localtime(run.at), 'Y-m-d')}.pdf"


def _pieces(digest: str) -> list[str]:
    """A hash in parts of eight, between which a line may end."""
    return [digest[at : at + 8] for at in range(0, len(digest), 8)]


def _in_words(result: dict[str, Any]) -> dict[str, Any]:
    check = check_called(result["code"])
    result = {**result, "seconds": Decimal(result["seconds"])}
    if check is None:
        return {**result, "label": result["code"], "promise": "", "figures": []}
    figures = [(check.figures[name], sum_) for name, sum_ in result["sums"].items() if name in check.figures]
    return {**result, "label": check.label, "promise": check.promise, "figures": figures}
