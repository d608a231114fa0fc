"""What packages do when payments are cancelled."""

from ronda.kernel.bus import handles
from ronda.packages.services.money import give_back_cancelled
from ronda.payments.events import PaymentsCancelled


@handles(PaymentsCancelled)
def put_the_money_back_into_the_wallet(event: PaymentsCancelled) -> None:
    give_back_cancelled(event.payment_ids, by=event.by)
