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
    split = vat if exigibility == "S" else ZERO
    amounts = {
        "net_total": net,
        "vat_total": vat,
        "gross_total": net + vat,
        "withholding_total": withholding,
        "payable": net + vat - withholding - split,
    }
    document = _head(party, on, kind=kind, terms=terms, **(amounts | facts))
    code, _made = VatCode.objects.get_or_create(company=party.company, code="T", defaults={"name": "T"})
    VatSummary.objects.create(
        document=document, rate=Decimal(rate), exigibility=exigibility, net=net, vat=vat
    )
    for position, (part, line_kind, own) in enumerate(lines or [(net, "sale", "")], start=1):
        written = {"kind": line_kind, "net": Decimal(part), "revenue_account": own, "text": "Canone"}
        DocumentLine.objects.create(document=document, position=position, vat_code=code, **written)
    return document


def _head(party, on, **facts):
    number = Document.objects.filter(company=party.company).count() + 1
    return Document.objects.create(
        company=party.company,
        party=party,
        account=party.accounts.first(),
        status=Document.Status.ISSUED,
        series="FT",
        year=on.year,
        number=number,
        label=f"FT {number}/{on.year}",
        date=on,
        **facts,
    )


def issue(*documents):
    """Tell the apps above, as billing does."""
    with transaction.atomic():
        publish(DocumentsIssued(documents[0].company_id, tuple(d.pk for d in documents), by="anna"))


def issued(party, on, net, **facts):
    """An issued document with its dues and its entry."""
    document = new_document(party, on, net, **facts)
    issue(document)
    return document
