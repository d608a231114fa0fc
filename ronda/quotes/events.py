"""What quotes tell the apps above."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuoteSent:
    """A quote has its number and is to go to these addresses with its link; it does not change any more.

    `letter` tells this sending from other sendings of the same quote; `link` is the public page.
    """

    company_id: int
    quote_id: int
    letter: int
    to: tuple[str, ...]
    message: str
    link: str
    by: str


@dataclass(frozen=True, slots=True)
class QuoteAnswered:
    """A quote was accepted or refused: by the customer on its page, or recorded by the firm.

    `letter` is the number of the mails that follow, so that they go once.
    """

    company_id: int
    quote_id: int
    letter: int
    accepted: bool
    by_customer: bool
    by: str
