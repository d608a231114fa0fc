from django import forms
from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group

_NAMES = _(
    "Between double braces: document.title, document.number, document.date, document.valid_until, buyer.name,"
    " seller.name, link, message. Filters: money, day."
)

_IT = """Gentile {{ buyer.name }},
{% if message != "" %}
{{ message }}
{% endif %}
in allegato trova il nostro preventivo {{ document.number }} del {{ document.date | day }}, \
valido fino al {{ document.valid_until | day }}.
{% if link != "" %}
Può leggerlo, scegliere le opzioni e accettarlo qui:
{{ link }}
{% endif %}
Cordiali saluti
{{ seller.name }}"""
_FR = """Bonjour {{ buyer.name }},
{% if message != "" %}
{{ message }}
{% endif %}
veuillez trouver ci-joint notre devis {{ document.number }} du {{ document.date | day }}, \
valable jusqu’au {{ document.valid_until | day }}.
{% if link != "" %}
Vous pouvez le lire, choisir les options et l’accepter ici :
{{ link }}
{% endif %}
Cordialement
{{ seller.name }}"""
_EN = """Dear {{ buyer.name }},
{% if message != "" %}
{{ message }}
{% endif %}
please find attached our quote {{ document.number }} of {{ document.date | day }}, \
valid until {{ document.valid_until | day }}.
{% if link != "" %}
You can read it, choose the options and accept it here:
{{ link }}
{% endif %}
Kind regards
{{ seller.name }}"""


def _body(default: str, label: object) -> str:
    text: str = option(default, label=label, help=_NAMES, max_length=5000, widget=forms.Textarea, strip=False)
    return text


@option_group("quotes", label=_("Quotes"), scope=("company", "branch"))
class QuoteOptions:
    """How quotes are numbered, for how long they stand, how customers accept them."""

    series: str = option(
        "",
        label=_("Series of quotes"),
        help=_("Empty: PV in Italian, DEV in French, Q in English."),
        max_length=20,
        required=False,
    )
    number_format: str = option(
        "{series} {number}/{year}",
        label=_("How a number is written"),
        help=_("With {series}, {number} and {year}; {number:05d} pads with zeros."),
        max_length=40,
    )
    validity_days: int = option(
        30,
        label=_("A quote stands for (days)"),
        help=_("Unless it names its last day."),
        min_value=1,
        max_value=730,
    )
    public_address: str = option(
        "",
        label=_("Address of this program on the internet"),
        help=_("As customers reach it, with https://. Empty: the address the sender works with."),
        max_length=120,
        required=False,
    )
    drawn_signature: bool = option(
        default=False,
        label=_("Ask for a drawn signature"),
        help=_("When off, a customer may type the name instead of drawing."),
    )
    tell_sender: bool = option(
        default=True,
        label=_("Write to the salesperson when a customer answers"),
    )


@option_group("quote_mail", label=_("Quotes by mail"))
class QuoteMailOptions:
    """Subject and text of the mail that carries a quote, in the quote's language."""

    subject_it: str = option(
        "Preventivo {{ document.number }}", label=_("Subject in Italian"), max_length=250
    )
    body_it: str = _body(_IT, _("Text in Italian"))
    subject_fr: str = option("Devis {{ document.number }}", label=_("Subject in French"), max_length=250)
    body_fr: str = _body(_FR, _("Text in French"))
    subject_en: str = option("Quote {{ document.number }}", label=_("Subject in English"), max_length=250)
    body_en: str = _body(_EN, _("Text in English"))
