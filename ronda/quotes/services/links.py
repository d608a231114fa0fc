"""The public link of a quote. The token is computed from the secret key: the database holds its hash only."""

import base64
import hashlib
import secrets

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from ronda.company import options
from ronda.quotes.models import Quote
from ronda.quotes.options import QuoteOptions

_PURPOSE = "ronda.quotes.link"


def new_link(quote: Quote) -> None:
    """Give the quote a link nobody has seen; earlier links of it lead nowhere. The caller saves."""
    quote.token_salt = secrets.token_hex(16)
    quote.token_hash = hashlib.sha256(token_of(quote).encode()).hexdigest()


def token_of(quote: Quote) -> str:
    """The token of the quote's link: 43 letters and digits that cannot be guessed."""
    digest = salted_hmac(_PURPOSE, f"{quote.pk}:{quote.token_salt}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def link_of(quote: Quote, address: str = "") -> str:
    """The whole address of the public page; "" where nobody has said how customers reach this program.

    The address of the options comes first, then the one given (that of the request), then the site's.
    """
    if not quote.token_hash:
        return ""
    known = options.read(QuoteOptions, quote.company_id, quote.branch_id).public_address
    base = known or address or next(iter(settings.CSRF_TRUSTED_ORIGINS), "")
    return f"{base.rstrip('/')}{reverse('quote-public', args=[token_of(quote)])}" if base else ""
