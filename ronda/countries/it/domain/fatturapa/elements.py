"""XML elements as text, in the forms FatturaPA asks for: cut texts, dates, decimals with a point."""

from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from ronda.countries.it.domain.fatturapa.latin import ascii_text, latin_text
from ronda.kernel.money import to_cents

EIGHT = Decimal("0.00000001")


def block(name: str, *parts: str) -> str:
    """The element around its parts."""
    return f"<{name}>{''.join(parts)}</{name}>"


def optional(name: str, *parts: str) -> str:
    """The element around its parts, or nothing when they say nothing."""
    inner = "".join(parts)
    return f"<{name}>{inner}</{name}>" if inner else ""


def free(name: str, value: str, longest: int, *, needed: bool = False) -> str:
    """A text in Latin-1, cut at a word; nothing for an empty one, or "-" where the schema wants something."""
    text = shortened(latin_text(value), longest) if value else ""
    if not text and not needed:
        return ""
    return f"<{name}>{escape(text or '-')}</{name}>"


def plain(name: str, value: str, longest: int, *, needed: bool = False) -> str:
    """A text or a code in ASCII; see `free`. What must not be cut was refused before (`limits`)."""
    fits = len(value) <= longest and value.isascii() and value.isprintable()
    text = value.strip() if fits else ascii_text(value)[:longest].rstrip()
    if not text and not needed:
        return ""
    return f"<{name}>{escape(text or '-')}</{name}>"


def code(name: str, value: str) -> str:
    """A code of a list, as it stands."""
    return f"<{name}>{escape(value)}</{name}>" if value else ""


def day(name: str, value: date | None) -> str:
    """YYYY-MM-DD."""
    return "" if value is None else f"<{name}>{value.isoformat()}</{name}>"


def whole(name: str, value: int | None) -> str:
    """A whole number."""
    return "" if value is None else f"<{name}>{value}</{name}>"


def cents(name: str, value: Decimal | None) -> str:
    """Two decimals: amounts, rates and percentages."""
    return "" if value is None else f"<{name}>{to_cents(value):f}</{name}>"


def amount(name: str, value: Decimal | None) -> str:
    """From two to eight decimals, no more than are needed."""
    if value is None:
        return ""
    units, _point, decimals = f"{value.quantize(EIGHT):f}".partition(".")
    return f"<{name}>{units}.{decimals[:2]}{decimals[2:].rstrip('0')}</{name}>"


def flag(name: str, *, on: bool) -> str:
    """SI, or nothing."""
    return f"<{name}>SI</{name}>" if on else ""


def shortened(text: str, longest: int) -> str:
    """The beginning of `text`, cut where a word ends unless that loses too much."""
    if len(text) <= longest:
        return text
    head = text[: longest + 1]
    at = head.rfind(" ")
    return head[:at].rstrip() if at > longest // 2 else text[:longest].rstrip()


def pieces(value: str, longest: int) -> list[str]:
    """The whole text in Latin-1, in pieces of at most `longest` characters."""
    text, found = latin_text(value), []
    while text:
        head = shortened(text, longest)
        found.append(head)
        text = text[len(head) :].lstrip()
    return found
