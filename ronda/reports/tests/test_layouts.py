"""Layouts of a company: copied, changed, tried before they are kept, put in use."""

import pytest

from ronda.company.models import AuditEntry
from ronda.reports import services, trial
from ronda.reports.domain.liquid import LayoutError
from ronda.reports.models import PrintLayout
from ronda.reports.queries import LAYOUTS, default_layout
from ronda.reports.tests import firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def layout(company):
    return services.copy_default(company, kind="invoice", name="Mine", by="anna")


def change(layout, html="<p>{{ document.number }}</p>", css=""):
    return services.save_layout(layout, name="Mine", html=html, css=css, by="anna")


def test_a_new_layout_is_a_copy_of_the_default_and_not_in_use(layout):
    assert (layout.html, layout.css) == default_layout()[:2]
    assert not layout.is_default


def test_a_layout_in_use_prints_documents_of_its_kind_only(company, layout):
    services.set_in_use(change(layout, css="@page { size: A5 }"), by="anna")
    invoice = firm.issued(firm.payer(company), firm.lines(company))
    note = firm.credited(invoice)
    assert len(services.render_pdf(invoice)) < len(services.render_pdf(note)) / 2


def test_one_layout_of_a_kind_is_in_use_at_a_time(company, layout):
    other = services.copy_default(company, kind="invoice", name="Other", by="anna")
    services.set_in_use(layout, by="anna")
    services.set_in_use(other, by="anna")
    assert list(PrintLayout.objects.filter(is_default=True)) == [other]
    services.set_out_of_use(other, by="anna")
    assert not PrintLayout.objects.filter(is_default=True).exists()


def test_the_default_can_be_had_back(layout):
    services.restore_default(change(layout), by="anna")
    layout.refresh_from_db()
    assert layout.html == default_layout().html
    assert [
        one.action for one in AuditEntry.objects.filter(action__startswith="reports.layout").order_by("pk")
    ] == [
        "reports.layout.added",
        "reports.layout.changed",
        "reports.layout.restored",
    ]


@pytest.mark.parametrize(
    ("html", "css", "reason"),
    [
        ("{{ nothing }}", "", "mistake"),
        ("{% for a in (1..999999999) %}.{% endfor %}", "", "loops"),
        ("<p>x</p>", "@import 'http://example.org/a.css';", "fetch"),
        ("<img src='file:///etc/passwd'>", "", "fetch"),
        (
            "{% for s in sections %}{% for l in s.lines %}<p>x</p>{% endfor %}{% endfor %}" * 3,
            "p { break-after: page }",
            "pages",
        ),
    ],
)
def test_a_layout_that_cannot_print_is_not_kept(layout, html, css, reason):
    with pytest.raises(LayoutError) as caught:
        change(layout, html, css)
    assert caught.value.reason == reason
    layout.refresh_from_db()
    assert layout.html == default_layout().html


def test_a_layout_that_never_ends_is_stopped(company, monkeypatch):
    """Limits of the process: whatever the engines do not notice themselves."""
    context = services.layouts.sample_context(company, "invoice", lines=60)
    monkeypatch.setattr(trial, "SECONDS", 0)
    with pytest.raises(LayoutError) as caught:
        trial.try_out(default_layout(), context)
    assert caught.value.reason == "slow"


def test_a_preview_of_a_document_shows_that_document(company, layout):
    document = firm.issued(firm.payer(company), firm.lines(company))
    html = "{% if document.number == 'FT 1/2026' %}<p>{{ buyer.name }}</p>{% else %}{{ nothing }}{% endif %}"
    assert services.preview(company, "invoice", html=html, css="", document=document).startswith(b"\x89PNG")
    assert (
        services.preview(company, "invoice", html=html, css="", document=document, want="pdf")[:5] == b"%PDF-"
    )
    with pytest.raises(LayoutError):
        services.preview(company, "invoice", html=html, css="")


def test_a_deleted_layout_in_use_leaves_the_default(company, layout):
    services.delete_layout(services.set_in_use(layout, by="anna"), by="anna")
    assert services.render_pdf(firm.issued(firm.payer(company), firm.lines(company))).startswith(b"%PDF-")


def test_no_rule_of_style_is_written_in_two_of_the_sheets():
    sheets = {path.name: path.read_text(encoding="utf-8") for path in LAYOUTS.glob("*.css")}
    assert len(sheets) >= 4
    written: dict[str, list[str]] = {}
    for name, text in sheets.items():
        for line in {line for line in text.splitlines() if line.endswith("}") and "{" in line}:
            written.setdefault(line, []).append(name)
    assert [line for line, names in written.items() if len(names) > 1] == []
