from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group


@option_group("prints", label=_("Prints"), help=_("How documents look on paper, and when the PDF is made."))
class PrintOptions:
    """Paper of the documents of a company."""

    when: str = option(
        "demand",
        label=_("Make the PDF"),
        help=_("Made once and kept: later prints are always the same file."),
        choices=[
            ("demand", _("the first time somebody asks for it")),
            ("issue", _("as soon as it is issued")),
        ],
    )
    window: str = option(
        "right",
        label=_("Window of the envelope"),
        help=_("Where the customer's address is printed."),
        choices=[("right", _("right")), ("left", _("left"))],
    )
    courtesy_copy: str = option(
        "country",
        label=_("Say that the paper is only a copy"),
        help=_("Where the original of an invoice is electronic."),
        choices=[("country", _("as is the custom of the country")), ("yes", _("yes")), ("no", _("no"))],
    )
    transfer_code: bool = option(
        default=False,
        label=_("Print a code to pay with"),
        help=_(
            "On invoices in euro that are paid by transfer: bank apps read name, IBAN, amount and reference "
            "(QR of SEPA transfers, EPC069-12)."
        ),
    )
    derivation: bool = option(
        default=False,
        label=_("Print how the amounts came about"),
        help=_("On a page of its own at the end: prices, days counted, discounts."),
    )
    discount_terms: str = option(
        "",
        label=_("Discount for early payment"),
        help=_("Printed where the law asks for it. Empty: none is granted."),
        max_length=200,
        required=False,
    )
    late_interest: Decimal = option(
        Decimal(0),
        label=_("Late interest agreed (% a year)"),
        help=_("0: the rate of the law."),
        min_value=Decimal(0),
        max_value=Decimal(100),
        decimal_places=3,
    )


_NAMES = _(
    "Between double braces: document.title, document.number, document.date, buyer.name, seller.name,"
    " totals.payable. Filters: money, day."
)

_IT_BODY = """Gentile cliente,

in allegato trova {{ document.title | downcase }} {{ document.number }} del {{ document.date | day }}\
{% if document.kind != "credit_note" %}, da pagare \
{{ totals.payable | money: document.currency }}{% endif %}.

Cordiali saluti
{{ seller.name }}"""
_FR_BODY = """Bonjour,

veuillez trouver ci-joint {{ document.title | downcase }} {{ document.number }} du {{ document.date | day }}\
{% if document.kind != "credit_note" %}, net à payer \
{{ totals.payable | money: document.currency }}{% endif %}.

Cordialement
{{ seller.name }}"""
_EN_BODY = """Dear customer,

please find attached {{ document.title | downcase }} {{ document.number }} of {{ document.date | day }}\
{% if document.kind != "credit_note" %}, amount due \
{{ totals.payable | money: document.currency }}{% endif %}.

Kind regards
{{ seller.name }}"""


def _body(default: str, label: object) -> str:
    text: str = option(default, label=label, help=_NAMES, max_length=5000, widget=forms.Textarea, strip=False)
    return text


@option_group(
    "document_mail", label=_("Documents by mail"), help=_("What customers receive with their documents.")
)
class DocumentMailOptions:
    """Subject and text of the mail that carries a document, in the document's language."""

    at_issue: bool = option(
        default=False,
        label=_("Send every document as soon as it is issued"),
        help=_("In the background, once each, to the recipients of the billing group."),
    )
    subject_it: str = option(
        "{{ document.title }} {{ document.number }}", label=_("Subject in Italian"), max_length=250
    )
    body_it: str = _body(_IT_BODY, _("Text in Italian"))
    subject_fr: str = option(
        "{{ document.title }} {{ document.number }}", label=_("Subject in French"), max_length=250
    )
    body_fr: str = _body(_FR_BODY, _("Text in French"))
    subject_en: str = option(
        "{{ document.title }} {{ document.number }}", label=_("Subject in English"), max_length=250
    )
    body_en: str = _body(_EN_BODY, _("Text in English"))
