"""Where the exchange system delivers: recipient code and certified e-mail."""

import re

_EMAIL = re.compile(r"[!#-'*+/-9=?A-Z^-~-]+(\.[!#-'*+/-9=?A-Z^-~-]+)*@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")


def is_recipient_code(value: str, *, public_body: bool) -> bool:
    """Seven capitals or digits; six, the code of the office in the IPA index, for a public body.

    SdI control 00427: six with FPA12, seven with FPR12.
    """
    return re.fullmatch(r"[A-Z0-9]{6}" if public_body else r"[A-Z0-9]{7}", value) is not None


def is_email(value: str) -> bool:
    """The shape the XSD asks of PECDestinatario, 7 to 256 characters, with a real domain.

    That a mailbox is a certified one cannot be seen from its name.
    """
    return 7 <= len(value) <= 256 and _EMAIL.fullmatch(value) is not None
