"""What a French firm says once: its declaration of personal services, and in which shape invoices leave."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from ronda.company.options import option, option_group

SUBJECT = "Votre attestation fiscale {{ document.year }}"
BODY = (
    "Madame, Monsieur,\n\n"
    "Vous trouverez ci-joint l'attestation fiscale des services à la personne que vous nous avez réglés "
    "en {{ document.year }}. Elle vous est utile pour votre déclaration de revenus.\n\n"
    "Cordialement,\n{{ seller.name }}"
)
CII, FACTUR_X, UBL = "cii", "facturx", "ubl"


@option_group(
    "personal_services",
    label=_("Personal services (France)"),
    help=_("Services à la personne: what stands on the yearly tax certificate."),
    countries={"FR"},
)
class PersonalServiceOptions:
    """The firm's declaration (art. L7232-1-1 Code du travail) and the words of the mail."""

    declaration: str = option(
        "",
        label=_("Number of the declaration"),
        help=_("SAP and the nine figures of the SIREN, as on the receipt of the declaration."),
        max_length=20,
        required=False,
    )
    declared_on: date = option(None, label=_("Declared on"), required=False)
    agreement: str = option(
        "",
        label=_("Number of the agreement"),
        help=_("Agrément: for children under three and for people who need help."),
        max_length=20,
        required=False,
    )
    agreed_on: date = option(None, label=_("Agreed on"), required=False)
    signatory: str = option(
        "", label=_("Who signs"), help=_("Name and office."), max_length=120, required=False
    )
    subject: str = option(SUBJECT, label=_("Subject of the mail"), max_length=200)
    body: str = option(BODY, label=_("Text of the mail"), max_length=5000)


@option_group(
    "fr_einvoices",
    label=_("E-invoices (France)"),
    help=_("What is handed over to the approved platform."),
    countries={"FR"},
)
class FrenchFileOptions:
    """The shape of the files; what they say is the same."""

    sent_as: str = option(
        CII,
        label=_("Format that is sent"),
        help=_("Factur-X is the printed PDF with the data inside; the others are the data alone."),
        choices=[
            (CII, _("data (CII)")),
            (FACTUR_X, _("Factur-X: PDF/A-3 with the data inside")),
            (UBL, _("data (UBL)")),
        ],
    )
