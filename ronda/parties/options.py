"""What a firm asks of its customers' data."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from ronda.company.options import BRANCH, COMPANY, WORKSTATION, option, option_group

KEY_CHOICES = [
    ("code", _("The code alone")),
    ("name_tax_ids", _("Name and tax numbers")),
    ("name_email", _("Name and e-mail")),
    ("name_card", _("Name and a card code written by hand")),
    ("tax_id_card", _("The tax number, which is also the card code")),
]
MANDATORY_CHOICES = [
    ("code", _("code")),
    ("street", _("street")),
    ("postcode", _("postcode")),
    ("city", _("city")),
    ("tax_id", _("VAT number")),
    ("registration_id", _("tax code or registration number")),
    ("recipient_code", _("e-invoice address")),
    ("pec", _("certified e-mail")),
    ("email", _("e-mail")),
    ("phone", _("telephone")),
    ("mobile", _("mobile")),
    ("language", _("language")),
    ("families", _("families")),
    ("owner", _("salesperson")),
    ("accounting_code", _("accounting code")),
    ("iban", _("IBAN")),
    ("terms", _("payment terms")),
    ("method", _("payment method")),
    ("notes", _("observations")),
]


@option_group("parties", label=_("Customers and suppliers"))
class PartyOptions:
    mandatory: tuple[str, ...] = option(
        (),
        label=_("A customer is not saved without"),
        help=_("The name is always asked for. What is ticked here is asked in forms, imports and the API."),
        choices=MANDATORY_CHOICES,
    )
    code_prefix: str = option(
        "C",
        label=_("Series before automatic customer codes"),
        help=_("Codes without one of their own become C000001, C000002; a till may give others."),
        max_length=8,
        required=False,
        validators=[RegexValidator(r"^[A-Za-z0-9-]*$", _("Letters, digits and hyphens only."))],
        scope=(COMPANY, BRANCH, WORKSTATION),
    )
    customer_key: str = option(
        "code",
        label=_("What tells a customer from another"),
        help=_("Two customers never have the same key. It changes only while all customers have one."),
        choices=KEY_CHOICES,
    )
    supplier_key: str = option(
        "code",
        label=_("What tells a supplier from another"),
        choices=KEY_CHOICES,
    )
    check_phones: bool = option(
        default=False,
        label=_("Check telephone numbers"),
        help=_("For firms that send messages: a number that cannot exist is refused."),
    )
    check_emails: bool = option(
        default=True,
        label=_("Check e-mail addresses"),
        help=_("Switch it off while old data with notes in the e-mail field are taken over."),
    )
    tax_id_check: str = option(
        "warn",
        label=_("VAT numbers and tax codes"),
        help=_("Warn: wrong or repeated numbers are saved after a question."),
        choices=[
            ("warn", _("Warn only")),
            ("unique", _("Refuse a number that another customer has")),
            ("correct", _("Refuse wrong numbers and those another customer has")),
        ],
    )
    ignore_inactive: bool = option(
        default=False,
        label=_("Customers that are not active do not count as duplicates"),
        help=_("When one becomes active again and its number is in use, a question is asked."),
    )
