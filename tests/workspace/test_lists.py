import html
import re
from datetime import date
from io import BytesIO

import pytest
from django.contrib.contenttypes.models import ContentType
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import reverse
from python_calamine import CalamineWorkbook

from ronda.company.models import Attachment, Branch
from ronda.workspace import listing as lists
from ronda.workspace.filters import preset
from ronda.workspace.listing import Listing
from ronda.workspace.models import SavedView
from tests.workspace.conftest import member_of
from tests.workspace.workspaces import Branches, Files

pytestmark = pytest.mark.django_db


def files(company, *sizes):
    kind = ContentType.objects.get_for_model(Branch)
    return Attachment.objects.bulk_create(
        Attachment(
            company=company,
            content_type=kind,
            object_id=1,
            name=f"file {n:04d}",
            size=size,
            sha256="",
            file=f"x{n}",
        )
        for n, size in enumerate(sizes)
    )


def listing(company, workspace=Files, query=""):
    request = RequestFactory().get("/")
    request.company, request.user = company, None
    return Listing(workspace, request, QueryDict(query), today=date(2026, 3, 2))


def test_totals_are_those_of_the_whole_filtered_list_not_of_the_page(company, other_company):
    files(company, *[10] * 25, 500)
    files(other_company, 7777)

    found = listing(company, query="size_to=100")
    assert (len(found.page), found.count, found.totals) == (10, 25, {"size": 250})


def test_a_long_list_asks_for_its_totals_once_it_is_on_the_screen(page, company, monkeypatch):
    """Adding up a hundred thousand rows would cost more than the page."""
    monkeypatch.setattr(lists, "LATER_FROM", 20)
    files(company, *[10] * 25, 500)
    seen = page.get("/test-file/", {"size_to": 100}).content.decode()
    (later,) = re.findall(r'<tr hx-get="([^"]+)" hx-trigger="load"', seen)
    assert "250" not in seen.partition("<tfoot>")[2].partition("</tfoot>")[0]

    foot = page.get(html.unescape(later), headers={"HX-Request": "true"}).content.decode()
    whole = page.get(html.unescape(later)).content.decode()

    assert foot.lstrip().startswith("<tr>")
    assert ">250<" in foot
    assert ">250<" in whole.partition("<tfoot>")[2]  # without scripts the link shows the page with its totals
    assert "totals=1" not in whole.partition('class="pagination"')[2], "the next page would add up again"


def test_pages_follow_each_other_without_gap_or_repetition(company):
    files(company, *[1] * 25)

    seen = [row.pk for n in (1, 2, 3) for row in listing(company, query=f"sort=size&page={n}").page]
    assert sorted(seen) == sorted(Attachment.objects.values_list("pk", flat=True))
    assert len(seen) == len(set(seen)) == 25


def test_an_order_always_ends_with_the_key(company, monkeypatch):
    monkeypatch.setattr(Files, "order", ("name",))

    assert listing(company, query="sort=-size").order == ["-size", "name", "-pk"]


def test_a_page_beyond_the_last_shows_the_last(company):
    files(company, *[1] * 25)

    assert listing(company, query="page=99").number == 3


def test_pages_counted_from_the_end_hold_what_pages_counted_from_the_start_would(company):
    files(company, *[n // 3 for n in range(47)])
    whole = [row.pk for row in listing(company, query="sort=-size&page_size=100").page]

    pages = [[row.pk for row in listing(company, query=f"sort=-size&page={n}").page] for n in range(1, 6)]
    assert pages == [whole[0:10], whole[10:20], whole[20:30], whole[30:40], whole[40:47]]


def test_every_word_is_searched_in_every_field(company):
    Branch.objects.create(company=company, code="MI", name="Milano Nord")
    Branch.objects.create(company=company, code="TO", name="Torino Nord")

    assert [b.code for b in listing(company, Branches, "q=nord+mi").page] == ["MI"]


def test_presets_of_dates_end_on_the_last_day_of_the_month():
    today = date(2028, 3, 31)
    assert preset("last_month", today) == (date(2028, 2, 1), date(2028, 2, 29))
    assert preset("next_month", date(2026, 12, 31)) == (date(2027, 1, 1), date(2027, 1, 31))
    assert preset("last_year", today) == (date(2027, 1, 1), date(2027, 12, 31))


def test_an_active_filter_is_a_chip_that_can_be_removed(company):
    found = listing(company, query="q=x&size_from=5&page=3")

    assert [(chip.label, chip.text, found.without(chip.without)) for chip in found.chips] == [
        ("Size", "from 5", "q=x")
    ]


def test_an_empty_list_says_what_to_do_and_shows_no_table(page):
    html = page.get("/test-branch/").content.decode()
    assert "<table" not in html
    assert reverse("test-branch-add") in html


def test_htmx_gets_the_list_region_only(page, company):
    files(company, 1)
    html = page.get(
        "/test-file/", headers={"HX-Request": "true", "HX-Target": "div#listing"}
    ).content.decode()
    assert html.strip().startswith('<div id="listing">')
    assert "<main" not in html


def test_the_export_holds_the_whole_filter_with_types_and_no_formulas(page, company):
    files(company, *range(1, 31))
    Attachment.objects.filter(size=30).update(name="=1+1", note="@cmd")

    answer = page.get("/test-file/export/?size_from=2&cols=name,size,note&sort=-size")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.getvalue())).get_sheet_by_index(0).to_python()
    assert rows[:3] == [["Name", "Size", "Description"], ["'=1+1", 30.0, "'@cmd"], ["file 0028", 29.0, ""]]
    assert len(rows) == 1 + 29


def test_a_saved_view_brings_back_filters_and_columns(page, anna, company):
    page.post(
        "/views/keep/test-file/", {"name": "Big", "query": "size_from=5&cols=name&page=4", "is_default": "on"}
    )

    view = SavedView.objects.get()
    assert (view.query, view.columns, view.user, view.company_id) == (
        "size_from=5",
        ["name"],
        anna,
        company.pk,
    )
    opened = page.get("/test-file/")
    assert opened.url == f"/test-file/?size_from=5&view={view.pk}&cols=name"
    assert page.get("/test-file/?view=").status_code == 200


def test_a_shared_view_is_seen_by_colleagues_but_changed_by_its_owner_only(page, client, company):
    page.post("/views/keep/test-file/", {"name": "Big", "query": "", "shared": "on"})
    view = SavedView.objects.get()
    client.force_login(member_of(company, "bruno", grants_all=True))

    assert "Big" in client.get("/test-file/?q=").content.decode()
    assert client.post(f"/views/{view.pk}/drop/").status_code == 404
    assert client.post(f"/views/{view.pk}/change/", {"name": "Mine"}).status_code == 404


def test_a_view_of_another_company_is_not_offered(page, anna, other_company):
    SavedView.objects.create(user=anna, company_id=other_company.pk, workspace="test-file", name="Elsewhere")

    assert "Elsewhere" not in page.get("/test-file/?q=").content.decode()
