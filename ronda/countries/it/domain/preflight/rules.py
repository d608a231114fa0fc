"""What each control of the exchange (SdI) means and what to do about it, by its official code.

Also for the rejections that come back: `RULES[code]` explains any of the 63 codes. Source: list of controls
of FatturaPA, specifications 1.9.1 (italy.md §1.3).
"""

from typing import Any, NamedTuple

from ronda.kernel.i18n import _


class Rule(NamedTuple):
    """Why a file is turned down, in plain words, and the remedy; both translatable."""

    text: Any
    remedy: Any


_SIGN_AGAIN = _("Sign the file again with a valid certificate, or send it without a signature.")
_TAX_NUMBER = _("Check the number against the customer's card or the register of the tax office.")
_OWN_NUMBER = _("Check the number in the settings of the company.")
_RATE_OR_NATURE = _("Choose a VAT code with a rate, or a zero-rated one that says why no VAT is charged.")
_TOTALS = _("Let the totals be worked out again; if they stay like this, check the amounts by hand.")
_NATURE = _("Choose the VAT code with the detailed nature (such as N2.1, N3.5 or N6.3).")
_WITHHOLDING = _("State the withholding tax of the document, or take the mark off.")
_DISCOUNT = _("Enter a percentage or an amount, or take the discount away.")
_KIND = _("Check the kind of document, and who sells and who buys.")
_RECIPIENT = _(
    "Ask the customer for the present code, or leave the code empty and send to the certified mail."
)
_OFFICE = _("Look the office up in the index of public bodies (IPA) and enter its six characters.")
_NEW_NUMBER = _("Check whether the invoice was sent already; if not, send it under another number.")

RULES: dict[str, Rule] = {
    "00001": Rule(_("The name of the file is not one the exchange takes."), _("Let the file be named anew.")),
    "00002": Rule(
        _("A file of this name was sent before: names are never used twice."),
        _("Let the file be named anew."),
    ),
    "00003": Rule(
        _("The file is larger than the 5 MB the exchange takes."),
        _("Leave attachments out, or send smaller ones."),
    ),
    "00100": Rule(_("The certificate of the signature has expired."), _SIGN_AGAIN),
    "00101": Rule(_("The certificate of the signature was revoked."), _SIGN_AGAIN),
    "00102": Rule(_("The signature does not match: the file was changed after signing."), _SIGN_AGAIN),
    "00103": Rule(_("The signature says no time."), _SIGN_AGAIN),
    "00104": Rule(_("The authority behind the signature is not trusted or cannot be reached."), _SIGN_AGAIN),
    "00105": Rule(_("The time of the signature is not plausible."), _SIGN_AGAIN),
    "00106": Rule(_("The file is empty or damaged."), _("Send the file again.")),
    "00107": Rule(_("The certificate of the signature is not valid."), _SIGN_AGAIN),
    "00200": Rule(
        _("The file does not follow the official format."),
        _("Correct the fields that do not fit, then send again."),
    ),
    "00201": Rule(
        _("More than 50 fields do not follow the official format."),
        _("Correct the fields that do not fit, then send again."),
    ),
    "00300": Rule(_("The tax number of who hands the file over is not valid."), _OWN_NUMBER),
    "00301": Rule(_("The seller's VAT number is not valid."), _OWN_NUMBER),
    "00302": Rule(_("The seller's fiscal code is not valid."), _OWN_NUMBER),
    "00303": Rule(_("The VAT number of the tax representative is not valid."), _TAX_NUMBER),
    "00304": Rule(_("The fiscal code of the tax representative is not valid."), _TAX_NUMBER),
    "00305": Rule(_("The customer's VAT number is not valid."), _TAX_NUMBER),
    "00306": Rule(_("The customer's fiscal code is not valid."), _TAX_NUMBER),
    "00311": Rule(_("The recipient code is unknown to the exchange."), _RECIPIENT),
    "00312": Rule(_("The recipient code is no longer active."), _RECIPIENT),
    "00313": Rule(
        _("The code XXXXXXX is for customers abroad, and this one is Italian."),
        _("Enter the customer's code, or seven zeros when there is none."),
    ),
    "00327": Rule(
        _("The customer is named only by the fiscal code of a firm: a VAT group also needs its VAT number."),
        _("Enter the VAT number beside the fiscal code."),
    ),
    "00398": Rule(_("The invoice goes to the central office although the body has the right one."), _OFFICE),
    "00399": Rule(_("The code 999999 is only for public bodies that are not in the index."), _OFFICE),
    "00400": Rule(_("A line without VAT does not say why."), _RATE_OR_NATURE),
    "00401": Rule(_("A line with VAT also says why none is charged."), _RATE_OR_NATURE),
    "00403": Rule(_("The date of the document is in the future."), _("Date the document today or earlier.")),
    "00404": Rule(_("An invoice with this number was sent in this year."), _NEW_NUMBER),
    "00409": Rule(_("The same invoice is in the file twice."), _("Send it once.")),
    "00411": Rule(
        _("A line is subject to withholding tax, which the document does not state."), _WITHHOLDING
    ),
    "00413": Rule(_("A social-fund charge without VAT does not say why."), _RATE_OR_NATURE),
    "00414": Rule(_("A social-fund charge with VAT also says why none is charged."), _RATE_OR_NATURE),
    "00415": Rule(
        _("The social-fund charge is subject to withholding tax, which the document does not state."),
        _WITHHOLDING,
    ),
    "00417": Rule(
        _("The customer has neither a VAT number nor a fiscal code."),
        _("Enter one of the two on the customer's page."),
    ),
    "00418": Rule(
        _("The document is dated before the invoice it refers to."),
        _("Correct the date of the document or of the invoice it refers to."),
    ),
    "00419": Rule(_("A rate used on the lines is missing in the totals."), _TOTALS),
    "00420": Rule(
        _("Reverse charge (N6) cannot go with split payment."),
        _("Choose a VAT code without split payment."),
    ),
    "00421": Rule(_("The VAT of a rate is not rate by taxable amount."), _TOTALS),
    "00422": Rule(_("The taxable amount of a rate is not the sum of its lines."), _TOTALS),
    "00423": Rule(
        _("The amount of a line is not quantity by price less discounts."),
        _("Correct quantity, price or discount; a discount may also be an amount."),
    ),
    "00424": Rule(
        _("A rate is not written as a percentage (0.22 instead of 22)."),
        _("Correct the rate of the VAT code."),
    ),
    "00425": Rule(
        _("The number of the document has no digit in it."), _("Give the document a number with digits.")
    ),
    "00427": Rule(
        _("The recipient code has the wrong length: six characters for public bodies, seven for others."),
        _("Enter the code of the right length, or change the kind of customer."),
    ),
    "00428": Rule(
        _("The format of transmission is not one of those in force."),
        _("Choose whether the customer is a public body or not."),
    ),
    "00429": Rule(_("A total without VAT does not say why."), _RATE_OR_NATURE),
    "00430": Rule(_("A total with VAT also says why none is charged."), _RATE_OR_NATURE),
    "00437": Rule(_("The discount of the document has neither percentage nor amount."), _DISCOUNT),
    "00438": Rule(_("The discount of a line has neither percentage nor amount."), _DISCOUNT),
    "00443": Rule(_("The rates of lines and totals differ."), _TOTALS),
    "00444": Rule(_("The natures of lines and totals differ."), _TOTALS),
    "00445": Rule(_("The nature is one of the general ones, which ended with 2020."), _NATURE),
    "00448": Rule(_("The nature is one of the general ones, which ended with 2020."), _NATURE),
    "00459": Rule(
        _("The tax regime is not one of those in force."),
        _("Choose the tax regime in the settings of the company."),
    ),
    "00460": Rule(
        _("A simplified invoice cannot be over the legal limit (400 euro)."), _("Issue an ordinary invoice.")
    ),
    "00471": Rule(_("Seller and customer are the same, which this kind of document excludes."), _KIND),
    "00472": Rule(_("Seller and customer differ, which this kind of document excludes."), _KIND),
    "00473": Rule(_("The supplier is Italian, and this kind of document is for suppliers abroad."), _KIND),
    "00474": Rule(
        _("A document about exceeding the ceiling (TD21) has a line without VAT."),
        _("Charge VAT on every line."),
    ),
    "00475": Rule(
        _("This kind of document needs the VAT number of who buys."),
        _("Enter the VAT number beside the fiscal code."),
    ),
    "00476": Rule(_("Neither seller nor customer is Italian."), _("Check the countries of the VAT numbers.")),
    "00477": Rule(
        _("The declaration of intent is not stated as the exchange wants it."),
        _("Enter protocol (17 digits), progressive number (6 digits) and date of its receipt."),
    ),
}
