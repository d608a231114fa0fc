"""Operations of this app; nothing else writes its tables."""

from ronda.api.services.answers import forget_answers
from ronda.api.services.tokens import make_token, revoke_token
from ronda.api.services.webhooks import (
    announce,
    deliver,
    forget_deliveries,
    replay,
    save_webhook,
    send_test,
)

__all__ = [
    "announce",
    "deliver",
    "forget_answers",
    "forget_deliveries",
    "make_token",
    "replay",
    "revoke_token",
    "save_webhook",
    "send_test",
]
