from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group


@option_group(
    "it_invoices",
    label=_("Invoices in Italy"),
    help=_("Rules of Italian law that can be followed strictly."),
    countries={"IT"},
)
class ItalianOptions:
    """What happens when a rule of Italian law is not kept."""

    intents: str = option(
        "refuse",
        label=_("Declaration of intent missing or used up"),
        help=_("Documents without VAT under N3.5 rest on a declaration of the customer, up to its ceiling."),
        choices=[("refuse", _("do not issue")), ("warn", _("issue and warn"))],
    )
    enclose_pdf: bool = option(
        default=False,
        label=_("Put the printed PDF into the e-invoice"),
        help=_("A copy for the reader: the data of the file are the invoice. The file may have 5 MB in all."),
    )
    enclosed_tag: str = option(
        "",
        label=_("Tag of files that go into the e-invoice"),
        help=_("Files on a document that carry this tag are sent inside it. Empty: none."),
        max_length=40,
        required=False,
    )
