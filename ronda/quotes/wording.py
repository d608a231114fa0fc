"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "quotes.quote.created": _("Quote written"),
        "quotes.quote.sent": _("Quote sent"),
        "quotes.quote.sent_again": _("Quote sent again"),
        "quotes.quote.opened": _("Quote opened by the customer"),
        "quotes.quote.accepted": _("Quote accepted"),
        "quotes.quote.refused": _("Quote refused"),
        "quotes.quote.expired": _("Quote expired"),
        "quotes.quote.version": _("New version of a quote"),
        "quotes.quote.copied": _("Quote copied"),
        "quotes.quote.converted": _("Quote became contract or invoice"),
        "quotes.quote.deleted": _("Draft of a quote deleted"),
        "quotes.picture.added": _("Picture added"),
    }
)
