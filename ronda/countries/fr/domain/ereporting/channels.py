"""How the tax administration hears of a sale and of its payment (art. 289 bis, 290 and 290 A CGI)."""

from enum import StrEnum


class Customer(StrEnum):
    """Who was invoiced."""

    BUSINESS = "business"  # established in France, registered for VAT
    FOREIGN = "foreign"  # a business abroad
    CONSUMER = "consumer"  # not registered: people, associations


class Channel(StrEnum):
    """A way to the administration."""

    E_INVOICE = "e-invoice"  # the invoice itself, by the platforms
    UNIT_SALE = "10.1"
    DAILY_SALES = "10.3"
    STATUS = "212"  # status "collected" of the invoice
    UNIT_RECEIPT = "10.2"
    DAILY_RECEIPTS = "10.4"
    NONE = ""


def sale_channel(customer: Customer) -> Channel:
    """How the sale is told."""
    return {
        Customer.BUSINESS: Channel.E_INVOICE,
        Customer.FOREIGN: Channel.UNIT_SALE,
        Customer.CONSUMER: Channel.DAILY_SALES,
    }[customer]


def receipt_channel(
    customer: Customer, *, services: bool, on_debits: bool, reverse_charge: bool = False
) -> Channel:
    """How its payment is told: only where the seller owes the VAT when the money comes.

    That is services without the option for debits. Nothing is told of goods, and of invoices on which the
    customer accounts for the VAT.
    """
    if not services or on_debits or reverse_charge:
        return Channel.NONE
    return {
        Customer.BUSINESS: Channel.STATUS,
        Customer.FOREIGN: Channel.UNIT_RECEIPT,
        Customer.CONSUMER: Channel.DAILY_RECEIPTS,
    }[customer]
