"""Codes of the French electronic invoice: dated where the law dates them, each list with its source.

BR-FR rules: XP Z12-012 (annex A, rules 1.4.0), published by FNFE-MPE. Lists of EN 16931: the
code lists of the European Commission for it (UNTDID 1001, 4461, 5305; ISO 3166-1; EAS; VATEX), as in force on
1 September 2026. Codes are facts; the texts are ours.
"""

from dataclasses import dataclass
from decimal import Decimal


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Framework:
    """A cadre de facturation (BT-23): goods (B), services (S) or both (M), and what the invoice is for."""

    code: str
    supply: str
    stage: str


_SUPPLIES = {"B": "goods", "S": "services", "M": "mixed"}
#: Stage by the digit; letters that exist with it. BR-FR-08.
_STAGES = {
    "1": ("BSM", "invoice"),
    "2": ("BSM", "paid"),
    "3": ("S", "subcontractor_request"),
    "4": ("BSM", "final"),
    "5": ("S", "subcontractor"),
    "6": ("S", "cocontractor"),
    "7": ("BS", "vat_reported"),
    "8": ("BSM", "several_sellers"),
    "9": ("BSM", "both_ways"),
}
FRAMEWORKS = tuple(
    Framework(letter + digit, _SUPPLIES[letter], stage)
    for digit, (letters, stage) in _STAGES.items()
    for letter in letters
)

#: BT-3 in France (BR-FR-04), by what they are.
INVOICES = frozenset({"380", "389", "393", "501"})
DEPOSITS = frozenset({"386", "500", "503"})
CORRECTIVES = frozenset({"384", "471", "472", "473"})
CREDITS = frozenset({"261", "381", "396", "502", "503"})
REBATE = "262"
KINDS = INVOICES | DEPOSITS | CORRECTIVES | CREDITS | {REBATE}
#: Made out by the buyer: the roles of the two addresses change (BR-FR-21, BR-FR-22).
SELF_BILLED = frozenset({"389", "501", "500", "471", "473", "261", "502"})

#: BT-118 in France (BR-FR-15); L and M are of the Canaries, Ceuta and Melilla.
CATEGORIES = frozenset({"S", "E", "AE", "K", "G", "O", "Z"})
#: Categories that must say why there is no VAT (BR-E-10, BR-AE-10, BR-IC-10, BR-G-10, BR-O-10).
EXPLAINED = frozenset({"E", "AE", "K", "G", "O"})
#: The reason code a category may have, where there is but one; E has the rest.
CATEGORY_REASONS = {
    "AE": frozenset({"VATEX-EU-AE", "VATEX-FR-AE"}),
    "K": frozenset({"VATEX-EU-IC"}),
    "G": frozenset({"VATEX-EU-G"}),
    "O": frozenset({"VATEX-EU-O"}),
}

#: BR-FR-16: every rate France has had since VAT numbers exist.
RATES = frozenset(
    Decimal(rate)
    for rate in (
        "0", "0.9", "1.05", "1.75", "2.1", "5.5", "7", "8.5", "9.2", "9.6", "10", "13", "19.6", "20", "20.6",
    )
)  # fmt: skip

#: BG-1: the three sentences between businesses (BR-FR-05), the single taxable person, and the addressee.
FEE, INTEREST, DISCOUNT, TAX_NOTE, ADDRESSEE = "PMT", "PMD", "AAB", "TXD", "BAR"
SENTENCES = (FEE, INTEREST, DISCOUNT)
#: BR-FR-20: what a BAR note may say.
ADDRESSEES = frozenset({"B2B", "B2BINT", "B2C", "B2CINT", "OUTOFSCOPE", "ARCHIVEONLY"})
#: BR-FR-CO-14: scheme of a single taxable person and its note.
GROUP_SCHEME, GROUP_NOTE = "0231", "MEMBRE_ASSUJETTI_UNIQUE"

#: BT-123 in France (BR-FR-17), and the one that may stand once only (BR-FR-18).
READABLE = "LISIBLE"
ATTACHMENTS = _codes(
    "RIB LISIBLE FEUILLE_DE_STYLE PJA BORDEREAU_SUIVI DOCUMENT_ANNEXE BON_LIVRAISON BON_COMMANDE "
    "BORDEREAU_SUIVI_VALIDATION ETAT_ACOMPTE FACTURE_PAIEMENT_DIRECT RECAPITULATIF_COTRAITANCE"
)
#: BT-125-1 (BR-CL-24).
MIME_TYPES = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)

#: BT-81 (UNTDID 4461, BR-CL-16).
PAYMENT_MEANS = _codes(
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 "
    "37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 "
    "70 74 75 76 77 78 91 92 93 94 95 96 97 98 ZZZ "
)
#: Those that want an account (BR-61), and direct debit (mandate, creditor).
TRANSFERS, DIRECT_DEBITS = frozenset({"30", "58"}), frozenset({"49", "59"})

#: BT-34-1 and BT-49-1: schemes of electronic addresses (EAS, BR-CL-25).
ADDRESS_SCHEMES = _codes(
    "AN AQ AS AU EM 0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0147 0151 0154 0158 "
    "0170 0177 0183 0184 0188 0190 0191 0192 0193 0194 0195 0196 0198 0199 0200 0201 0202 0203 0204 "
    "0205 0208 0209 0210 0211 0212 0213 0215 0216 0217 0218 0221 0225 0230 0235 0240 9910 9913 9914 "
    "9915 9918 9919 9920 9922 9923 9924 9925 9926 9927 9928 9929 9930 9931 9932 9933 9934 9935 9936 "
    "9937 9938 9939 9940 9941 9942 9943 9944 9945 9946 9947 9948 9949 9950 9951 9952 9953 9957 9959 "
)

#: BT-121 (BR-CL-22).
EXEMPTIONS = frozenset(
    f"VATEX-EU-{code}"
    for code in _codes(
        "132 132-1A 132-1B 132-1C 132-1D 132-1E 132-1F 132-1G 132-1H 132-1I 132-1J 132-1K 132-1L 132-1M "
        "132-1N 132-1O 132-1P 132-1Q 135-1 143 143-1A 143-1B 143-1C 143-1D 143-1E 143-1F 143-1FA 143-1G "
        "143-1H 143-1I 143-1J 143-1K 143-1L 144 146-1E 148 148-A 148-B 148-C 148-D 148-E 148-F 148-G 151 "
        "151-1A 151-1AA 151-1B 151-1C 151-1D 151-1E 153 159 309 79-C AE D F G I IC J O "
    )
) | frozenset(
    f"VATEX-FR-{code}"
    for code in _codes(
        "298SEXDECIESA AE CGI261-1 CGI261-2 CGI261-3 CGI261-4 CGI261-5 CGI261-7 CGI261-8 CGI261A CGI261B "
        "CGI261C-1 CGI261C-2 CGI261C-3 CGI261D-1 CGI261D-1BIS CGI261D-2 CGI261D-3 CGI261D-4 CGI261E-1 "
        "CGI261E-2 CGI275 CGI277A CGI295 CNWVAT FRANCHISE "
    )
)

#: ISO 3166-1 alpha-2 (BR-CL-14), with the codes the VAT gives to Greece and Northern Ireland.
COUNTRIES = _codes(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
    "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH "
    "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT "
    "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS "
    "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
    "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG "
    "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
    "UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "
)
VAT_PREFIXES = COUNTRIES | {"EL", "XI"}
#: Member States, for intra-Community supplies (K); Monaco is within the French VAT territory.
EU = _codes("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK")
