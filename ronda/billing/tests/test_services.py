"""Documents: drafts, issuing, credit notes, advances."""

from datetime import date
from decimal import Decimal

import pytest

from ronda.billing.domain.derivation import from_json, rows
from ronda.billing.events import DocumentsIssued
from ronda.billing.models import Document, DocumentKind, DocumentLine
from ronda.billing.options import BillingOptions
from ronda.billing.services import (
    AlreadyIssued,
    DraftLine,
    IncompletePayer,
    MoreThanCreditable,
    NoLines,
    NotADraft,
    NotAnAdvance,
    NotCreditable,
    ZeroTotal,
    add_lines,
    credit_document,
    creditable,
    deduct_advance,
    delete_draft,
    draft_document,
    issue_document,
)
from ronda.billing.tests.firm import TODAY, line, make_account, make_firm, make_item, vat_code
from ronda.catalogue.services import set_price
from ronda.company.country import country_pack
from ronda.company.models import AuditEntry, Branch, NumberSeries
from ronda.company.numbering import DateBeforeLastNumber
from ronda.company.services import save_options
from ronda.kernel import bus
from tests.found import found

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def firm():
    return make_firm()


@pytest.fixture
def account(firm):
    return make_account(firm)


def draft(account, *lines, **facts):
    return draft_document(account, lines or [line(account.party.company)], by="anna", on=TODAY, **facts)


def issued(account, *lines, on=TODAY, **facts):
    return issue_document(draft(account, *lines, **facts), on=on, by="anna")


def test_r33_issuing_gives_number_totals_and_the_names_as_printed(firm, account):
    document = issued(account)

    assert (document.label, document.net_total, document.vat_total, document.gross_total) == (
        "FT 1/2026",
        Decimal("100.00"),
        Decimal("22.00"),
        Decimal("122.00"),
    )
    assert document.buyer["name"] == "Bianchi"
    assert document.seller.facts["name"] == "Aria Srl"
    assert AuditEntry.objects.filter(action="billing.document.issued", actor="anna").count() == 1


def test_r29_vat_is_taken_once_on_the_sum_of_the_lines(firm, account):
    document = issued(account, *[line(firm, "1.02") for _ in range(3)])

    assert (document.net_total, document.vat_total) == (Decimal("3.06"), Decimal("0.67"))


def test_r30_a_line_is_quantity_times_the_discounted_price(firm, account):
    document = issued(
        account,
        DraftLine(
            "Ore", Decimal("2.5"), Decimal("33.33333333"), discount=Decimal(10), vat_code=vat_code(firm)
        ),
    )

    assert document.lines.get().net == Decimal("75.00")


def test_p6_a_line_without_a_price_gets_the_one_agreed_with_the_payer(firm, account):
    item = make_item(firm, price="100.00")
    set_price(account.party, item, by="anna", price=Decimal("80.00"))

    document = issued(account, DraftLine("", item=item))

    assert document.lines.get().net == Decimal("80.00")


def test_r31_every_nature_on_the_lines_is_in_the_summary_with_its_reason(firm, account):
    exempt = vat_code(firm, "0", "N4", exempt_text="art. 10 DPR 633/72")
    document = issued(account, line(firm), line(firm, "50.00", vat_code=exempt))

    groups = [(g.rate, g.nature, g.net, g.text) for g in document.vat_groups.order_by("-rate")]
    assert groups == [
        (Decimal("22.00"), "", Decimal("100.00"), ""),
        (Decimal("0.00"), "N4", Decimal("50.00"), "art. 10 DPR 633/72"),
    ]


def test_r32_a_date_before_the_last_number_is_refused_at_the_date(account):
    issued(account)

    with pytest.raises(DateBeforeLastNumber) as refused:
        issue_document(draft(account), on=date(2026, 3, 1), by="anna")
    assert refused.value.field == "on"


def test_r33_a_failed_issue_leaves_no_gap_in_the_numbers(account, monkeypatch):
    def fail(event):
        raise RuntimeError("books are closed")

    broken = draft(account)
    monkeypatch.setitem(bus._handlers, DocumentsIssued, [fail])
    with pytest.raises(RuntimeError):
        issue_document(broken, on=TODAY, by="anna")
    monkeypatch.undo()

    assert issued(account).number == 1
    assert Document.objects.get(pk=broken.pk).is_draft


def test_r34_an_issued_document_is_not_issued_edited_or_deleted_again(firm, account):
    document = issued(account)

    with pytest.raises(AlreadyIssued):
        issue_document(document, on=TODAY, by="anna")
    with pytest.raises(NotADraft):
        add_lines(document, [line(firm)], on=TODAY, by="anna")
    with pytest.raises(NotADraft):
        delete_draft(document, by="anna")


def test_r34_the_hash_covers_what_the_document_says(firm, account):
    first = issued(account)
    other = issued(account, line(firm, "100.01"))

    assert len({first.content_hash, other.content_hash}) == 2
    assert first.content_hash


def test_r34_a_document_changed_behind_our_back_is_found_by_its_seal(firm, account):
    document = issued(account, line(firm, "33.33"), line(firm, "0.01"))
    assert found(firm, "billing.chain") == []

    document.lines.filter(position=1).update(text="Altro")

    assert [problem for problem, _model, _pk in found(firm, "billing.chain")] == ["changed"]


def test_p6_the_discount_of_the_account_lowers_the_document(firm):
    account = make_account(firm, discount=Decimal("10"))

    assert issued(account).net_total == Decimal("90.00")


def test_o8_a_branch_numbers_its_documents_in_a_series_of_its_own(firm, account):
    branch = Branch.objects.create(company=firm, code="BS", name="Brescia")
    save_options(firm, BillingOptions, {"invoice_series": "BS"}, by="anna", branch=branch)

    assert (issued(account).series, issued(account, branch=branch).label) == ("FT", "BS 1/2026")


def test_a_draft_needs_a_line_and_a_payer_with_an_address(account):
    with pytest.raises(NoLines):
        issue_document(draft_document(account, by="anna", on=TODAY), on=TODAY, by="anna")
    account.party.city = ""
    account.party.save()
    with pytest.raises(IncompletePayer):
        issue_document(draft(account), on=TODAY, by="anna")
    assert not NumberSeries.objects.filter(last_number__gt=0).exists()


def test_a_zero_total_asks_once_and_then_obeys(firm, account):
    empty = draft(account, line(firm, "0.00"))
    with pytest.raises(ZeroTotal):
        issue_document(empty, on=TODAY, by="anna")

    document = issue_document(empty, on=TODAY, by="anna", confirmed=frozenset({ZeroTotal.code}))
    assert document.number == 1


@pytest.mark.parametrize(("net", "duty"), [("77.47", "0.00"), ("77.48", "2.00")])
def test_r35_stamp_duty_is_due_only_above_the_threshold(firm, account, net, duty):
    exempt = vat_code(firm, "0", "N4", stamp_relevant=True)
    document = issued(account, line(firm, net, vat_code=exempt))

    assert document.stamp_duty == Decimal(duty)
    assert document.gross_total == Decimal(net) + Decimal(duty)


def test_r35_stamp_duty_goes_away_when_the_lines_no_longer_ask_for_it(firm, account):
    exempt = vat_code(firm, "0", "N4", stamp_relevant=True)
    document = draft(account, line(firm, "80.00", vat_code=exempt))
    assert document.lines.filter(kind=DocumentLine.Kind.STAMP).count() == 1

    document = add_lines(document, [line(firm, "-10.00", vat_code=exempt)], on=TODAY, by="anna")

    document.refresh_from_db()
    assert (document.stamp_duty, document.lines.filter(kind=DocumentLine.Kind.STAMP).count()) == (0, 0)


def test_r35_the_invoice_of_an_exempt_customer_owes_no_stamp_duty_and_says_why(firm):
    account = make_account(firm, stamp_duty_exemption="art. 82 D.Lgs. 117/2017")
    exempt = vat_code(firm, "0", "N4", stamp_relevant=True)

    document = issued(account, line(firm, "77.48", vat_code=exempt))

    assert (document.stamp_duty, document.gross_total) == (0, Decimal("77.48"))
    assert not document.lines.filter(kind=DocumentLine.Kind.STAMP).exists()
    assert [(code, value) for code, _facts, value in document.stamp_duty_derivation] == [
        ("stamp.base", "77.48"),
        ("above.stamp", "77.47"),
        ("total.exempt", "0.00"),
    ]
    account.stamp_duty_exemption = ""  # a credit note is on the conditions of its invoice
    account.save()
    note = credit_document(document, on=TODAY, by="anna")
    assert (note.stamp_duty, note.stamp_duty_exemption) == (0, "art. 82 D.Lgs. 117/2017")


def test_o24_a_document_keeps_how_its_stamp_duty_came_about(firm, account):
    exempt = vat_code(firm, "0", "N4", stamp_relevant=True)
    document = draft(account, line(firm, "80.00", vat_code=exempt))
    steps = rows(from_json(document.stamp_duty_derivation))
    assert [value for _words, value in steps] == ["80.00", "> 77.47", "= 2.00"]

    document = add_lines(document, [line(firm, "-10.00", vat_code=exempt)], on=TODAY, by="anna")

    document.refresh_from_db()
    assert document.stamp_duty_derivation == []


def test_r36_withholding_lowers_what_is_paid_not_the_total(firm):
    account = make_account(firm, withholding_code=first_withholding(firm))
    document = issued(account, line(firm, "1000.00", withholding=True))

    assert (document.gross_total, document.withholding_total, document.payable) == (
        Decimal("1220.00"),
        Decimal("200.00"),
        Decimal("1020.00"),
    )


def first_withholding(firm):
    kinds = country_pack(firm).withholding_kinds(on=TODAY)
    return next(kind.code for kind in kinds if kind.rate == 20 and kind.base_percent == 100)


def test_r37_with_split_payment_the_customer_pays_the_net(firm):
    account = make_account(firm, tax_regime="split")
    document = issued(account, line(firm, "100.00"), line(firm, "50.00", "10"), line(firm, "-20.00"))

    assert (document.gross_total, document.vat_total, document.payable) == (
        Decimal("152.60"),
        Decimal("22.60"),
        Decimal("130.00"),
    )


def test_r34_a_whole_credit_note_mirrors_the_invoice_and_can_be_made_once(account):
    invoice = issued(account)
    note = credit_document(invoice, on=TODAY, by="anna")

    assert (note.kind, note.gross_total, note.corrects_id) == (
        DocumentKind.CREDIT_NOTE,
        invoice.gross_total,
        invoice.pk,
    )
    with pytest.raises(NotCreditable):
        credit_document(invoice, on=TODAY, by="anna")


def test_r34_a_line_is_credited_by_quantity_up_to_what_is_left(firm, account):
    invoice = issued(account, DraftLine("Visite", Decimal(4), Decimal("25.00"), vat_code=vat_code(firm)))
    (pk,) = creditable(invoice)
    credit_document(invoice, on=TODAY, by="anna", quantities={pk: Decimal(3)})

    assert creditable(invoice) == {pk: Decimal(1)}
    with pytest.raises(MoreThanCreditable) as refused:
        credit_document(invoice, on=TODAY, by="anna", quantities={pk: Decimal(2)})
    assert refused.value.facts["left"] == 1


def test_r34_amounts_credited_never_exceed_the_line(firm, account):
    invoice = issued(account)
    pk = invoice.lines.get().pk
    credit_document(invoice, on=TODAY, by="anna", amounts={pk: Decimal("60.00")})

    with pytest.raises(MoreThanCreditable):
        credit_document(invoice, on=TODAY, by="anna", amounts={pk: Decimal("40.01")})
    note = credit_document(invoice, on=TODAY, by="anna", amounts={pk: Decimal("40.00")})
    assert note.net_total == Decimal("40.00")


@pytest.mark.parametrize(
    ("gift", "net", "vat", "payable"),
    [
        ("discount", "100.00", "22.00", "122.00"),
        ("total_allowance", "110.00", "24.20", "122.00"),
        ("net_allowance", "110.00", "24.20", "124.20"),
    ],
)
def test_r39_each_kind_of_gift_has_its_own_totals(firm, account, gift, net, vat, payable):
    document = issued(account, line(firm), line(firm, "10.00", text="Omaggio", gift=gift))

    assert (document.net_total, document.vat_total, document.payable) == (
        Decimal(net),
        Decimal(vat),
        Decimal(payable),
    )


def test_r41_an_advance_is_taken_off_the_balance_at_its_own_vat_and_once(firm, account):
    advance = issued(account, line(firm, "300.00"), line(firm, "100.00", "10"), kind=DocumentKind.ADVANCE)
    balance = draft(account, line(firm, "1000.00"), line(firm, "200.00", "10"))

    balance = issue_document(deduct_advance(balance, advance, on=TODAY, by="anna"), on=TODAY, by="anna")

    assert (balance.net_total, balance.vat_total) == (Decimal("800.00"), Decimal("164.00"))
    with pytest.raises(NotAnAdvance):
        deduct_advance(draft(account), advance, on=TODAY, by="anna")


def test_o4_each_kind_of_document_has_the_series_of_the_country(account):
    invoice = issued(account)
    note = credit_document(invoice, on=TODAY, by="anna")

    assert invoice.series != ""
    assert NumberSeries.objects.filter(company=account.party.company, code=note.series, year=2026).exists()
