"""Tax numbers and bank accounts that pass every check and belong to nobody.

Numbers begin where the registers have not arrived (99…); bank accounts have a handful of digits.
"""

from datetime import date

from schwifty import IBAN
from stdnum import luhn
from stdnum.fr import tva
from stdnum.it import codicefiscale

_MONTHS = "ABCDEHLMPRST"
_VOWELS = "AEIOU"


def partita_iva(number: int, office: str = "017") -> str:
    """Eleven digits: a number of the register office (017 is Brescia), with its check digit."""
    digits = f"99{number:05d}{office}"
    return digits + luhn.calc_check_digit(digits)


def codice_fiscale(last: str, first: str, born_on: date, place: str, *, woman: bool) -> str:
    """The code of a person; `place` is the cadastral code of the town of birth (B157 is Brescia)."""
    day = born_on.day + (40 if woman else 0)
    fixed = _surname(last) + _first_name(first)
    code = f"{fixed}{born_on:%y}{_MONTHS[born_on.month - 1]}{day:02d}{place}"
    return code + codicefiscale.calc_check_digit(code)


def _split(name: str) -> tuple[str, str]:
    letters = [letter for letter in name.upper() if letter.isascii() and letter.isalpha()]
    vowels = "".join(letter for letter in letters if letter in _VOWELS)
    return "".join(letter for letter in letters if letter not in _VOWELS), vowels


def _surname(name: str) -> str:
    consonants, vowels = _split(name)
    return (consonants + vowels + "XXX")[:3]


def _first_name(name: str) -> str:
    consonants, vowels = _split(name)
    if len(consonants) > 3:
        consonants = consonants[0] + consonants[2:4]
    return (consonants + vowels + "XXX")[:3]


def siren(number: int) -> str:
    """Nine digits with Luhn's check digit."""
    digits = f"99{number:06d}"
    return digits + luhn.calc_check_digit(digits)


def siret(of_siren: str, establishment: int = 1) -> str:
    """A SIREN's establishment: fourteen digits with Luhn's check digit."""
    digits = f"{of_siren}{establishment:04d}"
    return digits + luhn.calc_check_digit(digits)


def french_vat(of_siren: str) -> str:
    """Key and SIREN, without the prefix FR."""
    key = (12 + 3 * (int(of_siren) % 97)) % 97
    return str(tva.validate(f"{key:02d}{of_siren}"))


def italian_iban(bank: str, branch: str, account: int) -> str:
    """An account at a bank (ABI) and branch (CAB), with its two check characters."""
    return str(IBAN.generate("IT", bank_code=bank, branch_code=branch, account_code=f"{account:012d}"))


def french_iban(bank: str, branch: str, account: int) -> str:
    """An account at a bank and branch (guichet), with the key of the RIB."""
    return str(IBAN.generate("FR", bank_code=bank, branch_code=branch, account_code=f"{account:011d}"))
