"""Italian identifiers: partita IVA and codice fiscale."""

from functools import lru_cache

from stdnum.exceptions import ValidationError
from stdnum.it import codicefiscale


def check_digit(first_ten: str) -> int:
    """The last digit of a partita IVA: Luhn's sum over the other ten (D.P.R. 633/1972, art. 35)."""
    total = 0
    for position, digit in enumerate(map(int, first_ten)):
        doubled = digit * 2 if position % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


@lru_cache(maxsize=4096)  # an import asks twice for each of its rows
def is_partita_iva(value: str) -> bool:
    """Eleven digits, the last of them right.

    The office code inside (digits 8 to 10) is not looked at: the tax office's own sample
    01234567897 has one that no office uses.
    """
    if not (len(value) == 11 and value.isascii() and value.isdigit()):
        return False
    return check_digit(value[:10]) == int(value[10])


def is_codice_fiscale(value: str) -> bool:
    """Sixteen characters of a person or the eleven digits of a body.

    Omocodia included: letters in the place of digits where two people would have the same
    code (D.M. 23 December 1976, art. 6).
    """
    if len(value) == 11:
        return is_partita_iva(value)
    try:
        codicefiscale.validate(value)
    except ValidationError:
        return False
    return len(value) == 16
