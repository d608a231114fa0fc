"""Reasons a platform gives for not taking a file: AcknowledgementDetail.reasonCode of XP Z12-013 v1.3.0."""

from typing import Any

from ronda.kernel.i18n import _

#: What to do, by code; further codes are shown with the platform's own words.
REMEDIES: dict[str, Any] = {
    "EmptyAttachement": _("An attachment is empty. Take it away, or attach it again."),
    "AttachmentTypeError": _("The platform does not take this kind of attachment. Send it as PDF."),
    "EmptyFlow": _("The file arrived empty. Send it again."),
    "OtherTechnicalError": _("The platform had a technical problem. Send it again later."),
    "InvalidSchema": _("The file does not follow the schema. Check the document, then send it again."),
    "FileSizeExceeded": _("The file is too large. Send it with fewer or smaller attachments."),
    "FlowTypeError": _("The platform did not recognise the kind of file. Check the format in the settings."),
    "AlreadyExistingFlow": _("The platform has this file already. Nothing needs to be done."),
    "VirusFound": _("The platform found a virus in an attachment. Check the attachment."),
    "ChecksumMismatch": _("The file was damaged on its way. Send it again."),
    "InvoiceLCInvalidStatus": _("The status does not fit those before it. Look at the invoice's history."),
    "InvoiceLCStatusError": _("The status is wrong or not allowed. Choose another one."),
    "InvoiceLCRuleError": _("The status breaks a rule of the platform. Read its words, then correct it."),
    "InvoiceLCAccessDenied": _(
        "The platform account may not give this status. Ask the platform for the right."
    ),
    "InvoiceLCAmountError": _("The amounts do not fit the VAT of the invoice. Check the payment."),
}


def remedy_of(code: str) -> Any:
    """What a person can do about a reason; for unknown ones: read the platform's words."""
    return REMEDIES.get(code, _("Read what the platform says, correct the document, then send it again."))
