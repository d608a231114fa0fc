"""Italian identifiers: partita IVA and codice fiscale."""

from stdnum.exceptions import ValidationError
from stdnum.it import codicefiscale

#: The letters that replace digits when two people would have the same code (omocodia),
#: D.M. 23 December 1976, art. 6.
OMOCODIA = str.maketrans("LMNPQRSTUV", "0123456789")


def check_digit(first_ten: str) -> int:
    """The last digit of a partita IVA: Luhn's sum over the other ten (D.P.R. 633/1972, art. 35)."""
    total = 0
    for position, digit in enumerate(map(int, first_ten)):
        doubled = digit * 2 if position % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def is_partita_iva(value: str) -> bool:
    """Eleven digits, the last of them right.

    The office code inside (digits 8 to 10) is not looked at: the tax office's own sample
    01234567897 has one that no office uses.
    """
    if not (len(value) == 11 and value.isascii() and value.isdigit()):
        return False
    return check_digit(value[:10]) == int(value[10])


def is_codice_fiscale(value: str) -> bool:
    """Sixteen characters of a person (omocodia included) or the eleven digits of a body."""
    if len(value) == 11:
        return is_partita_iva(value)
    try:
        codicefiscale.validate(value)
    except ValidationError:
        return False
    return len(value) == 16


def without_omocodia(value: str) -> str:
    """The personal code as it was before letters replaced digits, check letter recomputed.

    Two codes of one person give the same answer: to find duplicates, never to print.
    """
    if len(value) != 16:
        return value
    plain = "".join(
        letter.translate(OMOCODIA) if position in {6, 7, 9, 10, 12, 13, 14} else letter
        for position, letter in enumerate(value[:15])
    )
    check: str = codicefiscale.calc_check_digit(plain)
    return plain + check
