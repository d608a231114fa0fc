"""What people read for the operations of this app."""

from django.utils.translation import gettext_lazy as _

from ronda.company.wording import name_actions

name_actions(
    {
        "api.token.made": _("API token made"),
        "api.token.revoked": _("API token revoked"),
        "api.webhook.replayed": _("Message to another program sent again"),
        "api.webhook.switched_off": _("Webhook switched off after failures"),
        "api.webhook.tried": _("Test message to another program"),
    }
)
