"""What the reader says about files that are odd but readable, by stable code."""

from collections.abc import Mapping
from typing import Any

from ronda.kernel.i18n import _

_TEXTS: dict[str, Any] = {
    "encoding_repaired": _("The bytes are not in the declared encoding: they were read as Windows-1252."),
    "characters_removed": _("Control characters that XML forbids were removed."),
    "namespace_unknown": _("The namespace “%(read)s” is not the official one."),
    "version_unknown": _("The version “%(read)s” is not one of those in force."),
    "format_differs": _("The version “%(version)s” and the transmission format “%(format)s” differ."),
    "order_unusual": _("%(where)s: %(element)s is out of the order of the schema."),
    "element_unknown": _("%(where)s: the element %(element)s is unknown and was not read."),
    "element_repeated": _("%(where)s: the element %(element)s is repeated; the first one was read."),
    "element_missing": _("%(where)s: %(element)s is missing."),
    "date_cleaned": _("%(where)s: the date “%(read)s” was read as %(value)s."),
    "date_unreadable": _("%(where)s: the date “%(read)s” is not a date and was left out."),
    "number_cleaned": _("%(where)s: the number “%(read)s” was read as %(value)s."),
    "number_unreadable": _("%(where)s: “%(read)s” is not a number and was left out."),
    "attachment_broken": _("%(where)s: the attachment “%(read)s” is not readable base64."),
    "signature_absent": _("The signed envelope has no signature in it."),
    "digest_unknown": _("The digest of the signature could not be checked (%(algorithm)s)."),
    "line_amount": _("Line %(line)s: quantity by price is %(value)s, the file says %(read)s."),
    "summary_vat": _("VAT at %(rate)s%%: %(net)s should give %(value)s, the file says %(read)s."),
    "summary_net": _("At %(rate)s%% the lines add up to %(value)s, the summary says %(read)s."),
    "rates_differ": _("The rates of lines and summaries differ: %(rates)s."),
    "natures_differ": _("The natures of lines and summaries differ: %(natures)s."),
    "nature_missing": _("%(where)s: the rate is zero without a nature."),
    "nature_unexpected": _("%(where)s: the nature %(read)s stands beside a rate that is not zero."),
    "total_differs": _("Taxable amounts and VAT add up to %(value)s, the stated total is %(read)s."),
    "payments_differ": _("The payments add up to %(read)s, the amount to pay is %(value)s."),
    "withholding_missing": _("A line is subject to withholding tax, which the document does not state."),
    "vat_number_doubtful": _("%(where)s: “%(read)s” is not a valid partita IVA."),
    "kind_unknown": _("The kind of document “%(read)s” is unknown."),
    "more_alike": _("And %(count)s more like “%(of)s”."),
    "rate_assumed": _("Line %(line)s states the VAT without its rate: %(value)s%% was worked out."),
}

CODES = frozenset(_TEXTS)


def text_of(code: str, facts: Mapping[str, str]) -> str:
    """The sentence for `code`, in the language now active."""
    return str(_TEXTS[code]) % facts
