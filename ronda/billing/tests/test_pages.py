"""Pages of documents: what is shown, what is refused and where, what they cost."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from ronda.billing.models import Document, DocumentLine
from ronda.billing.services import DraftLine, credit_document, draft_document, issue_document
from ronda.billing.tests.firm import (
    TODAY,
    line,
    log_in,
    make_account,
    make_firm,
    make_item,
    queries_of,
    vat_code,
)
from ronda.parties.models import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return make_firm(language="en")


@pytest.fixture
def account(firm):
    return make_account(firm)


@pytest.fixture
def page(client, firm):
    return log_in(client, firm, everything=True)


def draft(account, *lines, **facts):
    return draft_document(account, lines or [line(account.party.company)], by="anna", on=TODAY, **facts)


def issued(account, *lines, **facts):
    return issue_document(draft(account, *lines, **facts), on=TODAY, by="anna")


def credit_url(document):
    return reverse("document-credit", args=[document.pk])


def document_url(document):
    return reverse("document-detail", args=[document.pk])


# The page of a document


def test_a_document_shows_its_lines_under_the_sites_they_are_for(page, firm, account):
    site = Site.objects.create(party=account.party, name="Condominio Aurora", city="Lecco")
    document = issued(account, line(firm), line(firm, "40.00", text="Uscita", site=site))

    sections = page.get(document_url(document)).context["sections"]

    assert [(place, [one.text for one in rows]) for place, rows in sections] == [
        (None, ["Canone"]),
        (site, ["Uscita"]),
    ]


def test_an_issued_document_can_be_credited_and_not_edited(page, account):
    html = page.get(document_url(document := issued(account))).content.decode()

    assert credit_url(document) in html
    assert page.get(reverse("document-edit", args=[document.pk])).status_code == 404
    assert reverse("document-issue") not in html


def test_a_draft_can_be_issued_and_not_credited(page, account):
    html = page.get(document_url(document := draft(account))).content.decode()

    assert reverse("document-issue") in html
    assert credit_url(document) not in html
    assert page.get(credit_url(document)).status_code == 404


def test_r32_a_date_before_the_last_number_is_refused_beside_the_date(page, account):
    issued(account)
    given = {"id": draft(account).pk, "on": "01/03/2026"}

    response = page.post(reverse("document-issue"), given)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["on"]
    assert 'id="id_on_error"' in response.content.decode()


def test_who_may_not_issue_sees_no_button_to_credit(client, firm, account):
    document = issued(account)
    reader = log_in(client, firm, "billing.view_document")

    assert credit_url(document) not in reader.get(document_url(document)).content.decode()
    assert reader.get(credit_url(document)).status_code == 403


def test_documents_of_another_company_are_not_found(page):
    theirs = issued(make_account(make_firm("Altra Srl"), "Verdi"))

    assert [page.get(url).status_code for url in (document_url(theirs), credit_url(theirs))] == [404, 404]
    assert page.post(credit_url(theirs), {"on": "02/03/2026"}).status_code == 404


@pytest.mark.parametrize("url_of", [document_url, credit_url])
def test_the_pages_of_a_document_take_the_same_queries_for_one_and_for_ten_lines(page, firm, account, url_of):
    def lines(count):
        sites = [
            Site.objects.create(party=account.party, code=f"S{count}{n}", name=f"Site {n}")
            for n in range(count)
        ]
        return [line(firm, item=make_item(firm, f"I{n}"), site=site) for n, site in enumerate(sites)]

    one, ten = issued(account, *lines(1)), issued(account, *lines(10))

    assert queries_of(page, url_of(one)) == queries_of(page, url_of(ten))


# The credit note


def credit(page, document, **facts):
    return page.post(credit_url(document), {"on": "02/03/2026", "reason": "Disdetta"} | facts)


def test_the_credit_page_proposes_what_is_left_of_every_line(page, firm, account):
    document = issued(
        account, DraftLine("Ore", Decimal(3), Decimal(50), vat_code=vat_code(firm)), line(firm, text="Uscita")
    )
    hours = document.lines.get(text="Ore")
    credit_document(document, on=TODAY, by="anna", quantities={hours.pk: Decimal(1)})

    rows = page.get(credit_url(document)).context["form"].rows()

    assert [(one.text, left, field.value()) for one, left, field in rows] == [
        ("Ore", Decimal(2), Decimal(2)),
        ("Uscita", Decimal(1), Decimal(1)),
    ]


def test_r34_a_credit_note_for_part_of_a_line_is_issued_and_linked(page, firm, account):
    document = issued(account, DraftLine("Ore", Decimal(3), Decimal(50), vat_code=vat_code(firm)))
    hours = document.lines.get()

    response = credit(page, document, **{f"quantity-{hours.pk}": "1,5"})

    note = document.corrections.get()
    assert (response.status_code, response.url) == (302, document_url(note))
    assert (note.net_total, note.notes, note.lines.get().quantity) == (
        Decimal("75.00"),
        "Disdetta",
        Decimal("1.5"),
    )
    assert document_url(note) in page.get(document_url(document)).content.decode()


@pytest.mark.parametrize(
    ("typed", "field"), [("2", "quantity"), ("-1", "quantity"), ("due", "quantity"), ("", "__all__")]
)
def test_a_quantity_that_cannot_be_credited_is_refused_beside_it(page, account, typed, field):
    document = issued(account)
    name = f"quantity-{document.lines.get().pk}"

    response = credit(page, document, **{name: typed})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [name if field == "quantity" else field]
    assert f'value="{typed}"' in response.content.decode() or not typed
    assert not document.corrections.exists()


def test_a_date_before_the_last_number_is_refused_beside_the_date(page, account):
    credit_document(first := issued(account), on=date(2026, 3, 9), by="anna")
    document = issue_document(draft(account), on=TODAY, by="anna")

    response = credit(page, document, **{f"quantity-{document.lines.get().pk}": "1"})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["on"])
    assert first.corrections.count() == 1
    assert not document.corrections.exists()


def test_a_line_credited_whole_says_so_and_cannot_be_credited_again(page, account):
    document = issued(account)
    credit_document(document, on=TODAY, by="anna")

    html = page.get(credit_url(document)).content.decode()

    assert f"quantity-{document.lines.get().pk}" not in html
    assert credit(page, document).status_code == 422


# The form of a draft


def rows(*lines, initial=0):
    """The inline lines as the browser sends them; no further references."""
    given = {
        "documentreference-TOTAL_FORMS": 0,
        "documentreference-INITIAL_FORMS": 0,
        "documentline-TOTAL_FORMS": len(lines),
        "documentline-INITIAL_FORMS": initial,
        "documentline-MIN_NUM_FORMS": 0,
        "documentline-MAX_NUM_FORMS": 200,
    }
    for n, one in enumerate(lines):
        facts = {"quantity": "1", "discount": "0"} | one
        given |= {f"documentline-{n}-{name}": value for name, value in facts.items()}
    return given


def head(account, **facts):
    return {"account": account.pk, "kind": "invoice", "discount": "0"} | facts


def test_a_draft_line_takes_text_price_and_vat_from_its_item(page, firm, account):
    item = make_item(firm, "Ascensore", "80.00", description="Manutenzione ascensore")

    response = page.post(reverse("document-add"), head(account) | rows({"item": item.pk}))

    document = Document.objects.get()
    assert (response.status_code, response.url) == (302, document_url(document))
    one = document.lines.get()
    assert (one.text, one.unit_price, one.vat_code, one.net) == (
        "Manutenzione ascensore",
        Decimal(80),
        item.vat_code,
        Decimal("80.00"),
    )
    assert (document.party, document.terms, document.gross_total) == (
        account.party,
        account.terms,
        Decimal("97.60"),
    )


def test_a_draft_takes_what_the_person_left_empty_from_the_billing_account(page, firm):
    account = make_account(firm, tax_regime="split", purchase_order="ODA 7", currency="CHF")

    page.post(reverse("document-add"), head(account) | rows())
    page.post(reverse("document-add"), head(account, tax_regime="ordinary", purchase_order="ODA 8") | rows())

    taken = Document.objects.order_by("pk").values_list("tax_regime", "purchase_order", "currency")
    assert list(taken) == [("split", "ODA 7", "CHF"), ("ordinary", "ODA 8", "CHF")]


def test_r35_a_draft_written_by_hand_follows_the_exemption_of_its_payer(page, firm, account):
    friend = make_account(firm, "Amici ODV", stamp_duty_exemption="art. 82 D.Lgs. 117/2017")
    code = vat_code(firm, "0", "N4", stamp_relevant=True).pk
    line = {"text": "Canone", "unit_price": "100", "vat_code": code}

    page.post(reverse("document-add"), head(friend) | rows(line))

    document = Document.objects.get()
    assert document.stamp_duty == 0
    html = page.get(document_url(document)).content.decode()
    assert "No stamp duty: exempt because art. 82 D.Lgs. 117/2017" in html
    assert "no stamp duty, exempt because: art. 82 D.Lgs. 117/2017" in html
    kept = rows({"id": document.lines.get().pk, **line}, initial=1)
    page.post(reverse("document-edit", args=[document.pk]), head(account, tax_regime="ordinary") | kept)
    document.refresh_from_db()
    assert (document.stamp_duty, document.stamp_duty_exemption) == (Decimal(2), "")


def test_a_line_without_an_item_needs_a_description_and_a_vat_code(page, account):
    response = page.post(reverse("document-add"), head(account) | rows({"unit_price": "10"}))

    assert response.status_code == 422
    lines = response.context["form"].inlines["documentline"]
    assert lines.errors == [
        {"text": ["Choose an item or write a description."], "vat_code": ["Choose how the line is taxed."]}
    ]
    assert not Document.objects.exists()


def test_lines_of_a_draft_are_changed_added_and_removed_in_one_save(page, firm, account):
    document = draft(account, line(firm, text="A"), line(firm, text="B"))
    first, second = document.lines.all()
    code = vat_code(firm).pk
    given = rows(
        {"id": first.pk, "text": "A", "unit_price": "1", "vat_code": code, "DELETE": "on"},
        {"id": second.pk, "text": "B2", "unit_price": "20", "vat_code": code},
        {"text": "C", "unit_price": "5,50", "quantity": "2", "vat_code": code},
        initial=2,
    )

    page.post(reverse("document-edit", args=[document.pk]), head(account, tax_regime="ordinary") | given)

    kept = list(document.lines.values_list("position", "text", "net"))
    assert kept == [(1, "B2", Decimal("20.00")), (2, "C", Decimal("11.00"))]
    document.refresh_from_db()
    assert document.net_total == Decimal("31.00")


def test_r35_the_stamp_line_follows_the_lines_of_the_draft(page, firm, account):
    exempt = vat_code(firm, "0", "N4", stamp_relevant=True)
    given = rows({"text": "Visita", "unit_price": "100", "vat_code": exempt.pk})
    page.post(reverse("document-add"), head(account) | given)
    document = Document.objects.get()

    assert list(document.lines.values_list("kind", "net")) == [
        (DocumentLine.Kind.SALE, Decimal("100.00")),
        (DocumentLine.Kind.STAMP, Decimal("2.00")),
    ]

    sale, stamp = document.lines.all()
    given = rows(
        {"id": sale.pk, "text": "Visita", "unit_price": "50", "vat_code": exempt.pk},
        {"id": stamp.pk, "text": stamp.text, "unit_price": "2", "vat_code": stamp.vat_code_id},
        initial=2,
    )
    page.post(reverse("document-edit", args=[document.pk]), head(account, tax_regime="ordinary") | given)

    assert list(document.lines.values_list("kind", "net")) == [(DocumentLine.Kind.SALE, Decimal("50.00"))]


def test_the_choices_of_the_draft_form_are_those_of_the_company(page, account):
    theirs = make_account(make_firm("Altra Srl"), "Verdi")

    form = page.get(reverse("document-add")).context["form"]
    response = page.post(reverse("document-add"), head(theirs) | rows())

    assert list(form.fields["account"].queryset) == [account]
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["account"])


def test_the_form_of_a_draft_takes_the_same_queries_for_one_and_for_ten_lines(page, firm, account):
    one = draft(account, line(firm))
    ten = draft(account, *[line(firm, item=make_item(firm, f"I{n}")) for n in range(10)])
    urls = [reverse("document-edit", args=[each.pk]) for each in (one, ten)]

    assert queries_of(page, urls[0]) == queries_of(page, urls[1])
