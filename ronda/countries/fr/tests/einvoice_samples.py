"""Invoices for the tests of the French electronic invoice: one of every kind."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from ronda.countries.fr.domain.einvoice import legal
from ronda.countries.fr.domain.einvoice.model import (
    SIRET,
    Address,
    Allowance,
    Attachment,
    Contact,
    Delivery,
    Invoice,
    Kind,
    Line,
    Note,
    Party,
    Payment,
    Prepayment,
    Reference,
    Span,
    Vat,
    VatDue,
)
from ronda.countries.fr.domain.einvoice.totals import complete, line_net

ON = date(2026, 10, 5)
DUE = date(2026, 11, 4)
IBAN = "FR7630006000011234567890189"

SELLER = Party(
    name="Lumière Propreté SARL",
    address=Address("12 rue des Lilas", "Bâtiment B", "", "69003", "Lyon", "", "FR"),
    legal_id="732829320",
    identifiers=((SIRET, "73282932000074"),),
    vat_number="FR44732829320",
    legal_info="SARL au capital de 10 000,00 € - 732 829 320 RCS Lyon",
    endpoint="732829320",
    contact=Contact("Anne Martin", "+33 4 72 00 00 00", "facturation@lumiere.example"),
)
BUYER = Party(
    name="Résidence du Parc",
    address=Address("3 avenue Foch", "", "", "69006", "Lyon", "", "FR"),
    legal_id="404833048",
    identifiers=((SIRET, "40483304800022"),),
    vat_number="FR83404833048",
    endpoint="404833048_40483304800022",
)
CONSUMER = Party(
    name="Jeanne Petit",
    address=Address("8 place Bellecour", "", "", "69002", "Lyon", "", "FR"),
    endpoint="jeanne.petit@example.fr",
    endpoint_scheme="EM",
)
ITALIAN = Party(
    name="Condominio Verdi",
    address=Address("Via Roma 1", "", "", "10121", "Torino", "TO", "IT"),
    vat_number="IT00743110157",
    endpoint="IT00743110157",
    endpoint_scheme="0211",
)
STANDARD, MIDDLE, REDUCED = (Vat("S", Decimal(rate)) for rate in ("20", "10", "5.5"))
FRANCHISE = Vat("E", Decimal(0), "TVA non applicable, art. 293 B du CGI", "VATEX-FR-FRANCHISE")
REVERSE = Vat("AE", Decimal(0), "Autoliquidation", "VATEX-EU-AE")
INTRA = Vat("K", Decimal(0), "Exonération de TVA, art. 262 ter, I du CGI", "VATEX-EU-IC")
EXPORT = Vat("G", Decimal(0), "Exonération de TVA, art. 262, I du CGI", "VATEX-EU-G")
OUTSIDE = Vat("O", None, "TVA non applicable - art. 259-1° du CGI", "VATEX-EU-O")
TRANSFER = Payment("58", reference="FA-2026-1", iban=IBAN, account_name="Lumière Propreté", bic="AGRIFRPP")


def line(number=1, quantity="1", price="100", vat=STANDARD, *, allowances=(), base=None, **more):
    """A line whose net follows from its figures."""
    quantity, price = Decimal(quantity), Decimal(price)
    base = Decimal(base) if base else None
    net = line_net(quantity, price, base_quantity=base, allowances=allowances)
    name = more.pop("name", "Entretien des parties communes")
    return Line(
        str(number), name, quantity, price, net, vat, base_quantity=base, allowances=allowances, **more
    )


def invoice(*lines, addressee="B2B", framework="S1", **more):
    """A complete invoice between businesses in France unless said otherwise."""
    given = {
        key: more.pop(key)
        for key in ("paid", "prepaid", "paid_on", "rounding", "accounting_vat")
        if key in more
    }
    draft = Invoice(
        number=more.pop("number", "FA-2026/0001"),
        issued_on=more.pop("issued_on", ON),
        seller=more.pop("seller", SELLER),
        buyer=more.pop("buyer", BUYER),
        lines=lines or (line(),),
        framework=framework,
        vat_due=more.pop("vat_due", VatDue.PAYMENT),
        due_on=more.pop("due_on", DUE),
        payment=more.pop("payment", TRANSFER),
        notes=(*legal.sentences(ON), Note(addressee, "BAR"), *more.pop("notes", ())),
        **more,
    )
    return complete(draft, **given)


def full():
    """Everything the model can say, in one invoice."""
    month = Span(date(2026, 9, 1), date(2026, 9, 30))
    discount = Allowance(Decimal("5.00"), "Remise fidélité", "95", base=Decimal("50.00"), percent=Decimal(10))
    return invoice(
        line(1, "2.5", "20", allowances=(discount,), period=month, description="Deux passages", unit="HUR"),
        line(2, "3", "12.345678", MIDDLE, note="Hors périodes de gel", order_line="20"),
        line(3, "-1", "4.5", REDUCED, seller_code="REPRISE", buyer_code="X1"),
        line(4, "1250", "99.5", base="1000", accounting="6156", name="Relevés"),
        framework="M1",
        allowances=(
            Allowance(Decimal("2.00"), "Remise", vat=STANDARD),
            Allowance(Decimal("7.50"), "Frais de dossier", "FC", charge=True, vat=STANDARD),
        ),
        buyer_reference="SERVICE-12",
        project="P-9",
        contract="C-2026-7",
        order="BC-88",
        sales_order="SO-3",
        receiving_advice="BR-1",
        despatch_advice="BL-1",
        tender="LOT-2",
        object_id="31-A",
        object_scheme="AFL",
        accounting="6156",
        terms="30 jours date de facture",
        period=month,
        delivery=Delivery(
            date(2026, 9, 30), "Résidence du Parc, entrée B", BUYER.address, ((SIRET, "40483304800022"),)
        ),
        payee=Party(name="Affactor SA", legal_id="552100554"),
        payment=replace(TRANSFER, label="Virement"),
        attachments=(
            Attachment("BL-1", "BON_LIVRAISON", b"%PDF-1.7", "application/pdf", "bl-1.pdf"),
            Attachment("ANX", "DOCUMENT_ANNEXE", url="https://example.fr/annexe"),
        ),
        notes=(Note("Merci de votre confiance"),),
    )


def every_kind():
    """Name and invoice, for every kind the product issues."""
    return {**kinds_by_use(), **kinds_by_payment_and_tax()}


def kinds_by_use():
    """What the invoice is for: BT-3 and BT-23."""
    deposit = Prepayment("AC-2026-1", date(2026, 9, 1), Decimal("240.00"))
    earlier = (Reference("FA-2026/0001", date(2026, 9, 20)),)
    return {
        "plain": invoice(line(1, "3", "1.02"), line(2, "2", "50", MIDDLE)),
        "full": full(),
        "debits": invoice(vat_due=VatDue.INVOICE),
        "goods": invoice(framework="B1", vat_due=VatDue.DELIVERY),
        "deposit": invoice(line(price="200"), kind=Kind.DEPOSIT, due_on=date(2026, 10, 1)),
        "paid deposit": invoice(
            line(price="200"), kind=Kind.DEPOSIT, framework="S2", paid_on=date(2026, 10, 1)
        ),
        "final": invoice(line(price="1000"), framework="S4", prepaid=(deposit,)),
        "final by lines": invoice(
            line(price="1000"), line(2, "-1", "200"), framework="S4", references=earlier
        ),
        "credit note": invoice(line(), kind=Kind.CREDIT_NOTE, references=earlier),
        "credit of a deposit": invoice(line(), kind=Kind.DEPOSIT_CREDIT, references=earlier),
        "corrective": invoice(line(), kind=Kind.CORRECTIVE, references=earlier),
        "rebate": invoice(
            line(), kind=Kind.REBATE, contract="C-1", period=Span(date(2026, 1, 1), date(2026, 9, 30))
        ),
        "already paid": invoice(line(), framework="S2", paid_on=date(2026, 10, 1)),
        "vat reported": invoice(line(), framework="S7"),
    }


def kinds_by_payment_and_tax():
    """How it is paid, which VAT, to whom, in which currency."""
    intra = {"delivery": Delivery(ON, address=ITALIAN.address), "addressee": "B2BINT", "buyer": ITALIAN}
    american = replace(
        ITALIAN, name="Acme Inc", vat_number="", address=Address("1 Main St", city="Boston", country="US")
    )
    return {
        "partly paid": invoice(line(), paid=Decimal("20.00")),
        "direct debit": invoice(
            line(), payment=Payment("59", mandate="RUM-1", creditor="FR72ZZZ123456", debtor_iban=IBAN)
        ),
        "cheque": invoice(line(), payment=Payment("20")),
        "franchise": invoice(line(vat=FRANCHISE)),
        "reverse charge": invoice(line(vat=REVERSE), addressee="B2BINT", buyer=ITALIAN),
        "domestic reverse charge": invoice(line(vat=replace(REVERSE, reason_code="VATEX-FR-AE"))),
        "intra": invoice(line(vat=INTRA), framework="B1", **intra),
        "export": invoice(line(vat=EXPORT), framework="B1", addressee="B2BINT", buyer=american),
        "outside": invoice(
            line(vat=OUTSIDE), addressee="B2BINT", buyer=american, seller=replace(SELLER, vat_number="")
        ),
        "mixed exempt": invoice(line(), line(2, vat=replace(FRANCHISE, reason_code="VATEX-EU-79-C"))),
        "consumer": invoice(line(vat=MIDDLE), addressee="B2C", buyer=CONSUMER),
        "swiss francs": invoice(
            line(),
            currency="CHF",
            accounting_currency="EUR",
            accounting_vat=Decimal("21.40"),
            addressee="B2BINT",
            buyer=replace(american, address=Address("Bahnhofstrasse 1", city="Zürich", country="CH")),
        ),
    }
