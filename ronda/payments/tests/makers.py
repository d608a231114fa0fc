"""Issued documents as billing leaves them, without the whole of billing."""

from decimal import Decimal

from django.db import transaction

from ronda.billing.events import DocumentsIssued
from ronda.billing.models import Document, DocumentLine, VatSummary
from ronda.catalogue.models import VatCode
from ronda.kernel.bus import publish
from ronda.parties.models import BillingAccount, Party

ZERO = Decimal(0)


def new_party(company, name="Bianchi", code=None):
    party = Party.objects.create(company=company, code=code or name[:10], name=name, city="Milano")
    BillingAccount.objects.create(party=party, is_default=True)
    return party


def new_document(
    party,
    on,
    net,
    *,
    rate="22",
    withholding="0",
    kind="invoice",
    exigibility="I",
    terms=None,
    lines=None,
    **facts,
):
    """An issued document of one VAT rate, not yet told to the apps above.

    `lines` are (net, kind, revenue account); by default one sale of `net`.
    """
    net, withholding = Decimal(net), Decimal(withholding)
    vat = (net * Decimal(rate) / 100).quantize(Decimal("0.01"))
    number = Document.objects.filter(company=party.company).count() + 1
    split = vat if exigibility == "S" else ZERO
    facts = {"payable": net + vat - withholding - split} | facts
    document = Document.objects.create(
        company=party.company,
        party=party,
        account=party.accounts.first(),
        kind=kind,
        status=Document.Status.ISSUED,
        series="FT",
        year=on.year,
        number=number,
        label=f"FT {number}/{on.year}",
        date=on,
        net_total=net,
        vat_total=vat,
        gross_total=net + vat,
        withholding_total=withholding,
        terms=terms,
        **facts,
    )
    code, _made = VatCode.objects.get_or_create(company=party.company, code="T", defaults={"name": "T"})
    VatSummary.objects.create(
        document=document, rate=Decimal(rate), exigibility=exigibility, net=net, vat=vat
    )
    for position, (part, line_kind, account) in enumerate(lines or [(net, "sale", "")], start=1):
        DocumentLine.objects.create(
            document=document,
            position=position,
            kind=line_kind,
            text="Canone",
            net=Decimal(part),
            vat_code=code,
            revenue_account=account,
        )
    return document


def issue(*documents):
    """Tell the apps above, as billing does."""
    with transaction.atomic():
        publish(DocumentsIssued(documents[0].company_id, tuple(d.pk for d in documents), by="anna"))


def issued(party, on, net, **facts):
    """An issued document with its dues and its entry."""
    document = new_document(party, on, net, **facts)
    issue(document)
    return document
